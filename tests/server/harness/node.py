"""The node: namespaces of this test process's own, with the cluster's network.

Every worker of pytest is a node. It leaves the machine's network and mount
namespaces, so that addresses, ports and names are the same in every test, none
can clash with anything on the machine, and nothing can reach beyond it. Pods
are attached to a bridge, each in a network namespace of its own.

This needs root (also that of a container or of a user namespace which may
mount and make network interfaces) and the programs of util-linux and iproute2.
"""

import ctypes
import itertools
import os
import shutil
import subprocess
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000

POD_NETWORK = "10.42.0"
SERVICE_NETWORK = "10.43.0"
# Before a command: it is killed when this process is, whatever ends this one.
ENDS_WITH_PARENT = ("setpriv", "--pdeathsig=KILL")
PROGRAMS = ("chroot", "ip", "mount", "nsenter", "setpriv", "unshare")


class Unable(Exception):
    """The machine lacks what a node needs; the text says what to do."""


class Node:
    """The namespaces that the calling thread, and what it starts, is in from now on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: dict[str, str] = {}
        self._pod_numbers = itertools.count(2)
        self._service_numbers = itertools.count(10)
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            raise Unable(f"install {', '.join(missing)}: apt-get install util-linux iproute2")
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise Unable(
                f"namespaces cannot be made ({reason}): run the tests as root, in a container "
                "with --privileged, or in a user namespace (unshare --map-root-user --map-auto)"
            )
        self._hosts = folder / "hosts"
        self._write_hosts()
        run("mount", "--make-rprivate", "/")
        run("mount", "--bind", str(self._hosts), "/etc/hosts")
        Path("/run/netns").mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "netns", "/run/netns")
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "cni0", "type", "bridge")
        run("ip", "address", "add", f"{POD_NETWORK}.1/24", "dev", "cni0")
        run("ip", "link", "set", "cni0", "up")
        # The whole network is local, so any address of it can be listened on.
        run("ip", "address", "add", f"{SERVICE_NETWORK}.0/24", "dev", "lo")

    def add_pod_network(self) -> tuple[Path, str]:
        """A network namespace on the bridge, and its address."""
        number = next(self._pod_numbers)
        name, address = f"pod{number}", f"{POD_NETWORK}.{number}"
        run("ip", "netns", "add", name)
        run("ip", "link", "add", f"veth{number}", "type", "veth", "peer", "eth0", "netns", name)
        run("ip", "link", "set", f"veth{number}", "master", "cni0", "up")
        for command in (
            ("address", "add", f"{address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
            ("route", "add", "default", "via", f"{POD_NETWORK}.1"),
        ):
            run("ip", "-netns", name, *command)
        return Path("/run/netns") / name, address

    def remove_pod_network(self, namespace: Path) -> None:
        run("ip", "netns", "delete", namespace.name)

    def add_service(self, *names: str) -> str:
        """An address that everything on the node finds by these names."""
        address = f"{SERVICE_NETWORK}.{next(self._service_numbers)}"
        self._names.update(dict.fromkeys(names, address))
        self._write_hosts()
        return address

    def add_name(self, name: str, address: str) -> None:
        """Another name for an address."""
        self._names[name] = address
        self._write_hosts()

    def remove_service(self, address: str) -> None:
        self._names = {name: at for name, at in self._names.items() if at != address}
        self._write_hosts()

    def _write_hosts(self) -> None:
        # In place: the file is mounted in every pod.
        lines = ["127.0.0.1 localhost", *(f"{at} {name}" for name, at in self._names.items())]
        self._hosts.write_text("\n".join(lines) + "\n")


def run(*command: str) -> str:
    """Runs a command to its end; what it said is in the error when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unable(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout
