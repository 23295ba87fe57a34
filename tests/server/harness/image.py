"""The container's file system.

A pod sees a root of its own: the system's programs and libraries, the Python
environment with MLflow, a few files in /etc, devices, and its volumes. Nothing
else of the machine is there, and all of it but the volumes is read-only. As in
the image there is no user 1000 in /etc/passwd, and the first folder is `/`.
"""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = Path(sys.prefix)
# Where the environment's own interpreter is installed.
INTERPRETER = Path(os.path.realpath(sys.base_prefix))
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"


@dataclass(frozen=True)
class Mount:
    """A folder of the node at a place in the container."""

    source: Path
    target: str
    read_only: bool


@dataclass(frozen=True)
class User:
    """Whom the process runs as."""

    uid: int
    gid: int
    groups: tuple[int, ...]


def variables() -> dict[str, str]:
    """What the image, and the container runtime for a user without a home, set."""
    path = [f"{ENVIRONMENT}/bin", "/usr/local/bin", "/usr/bin", "/bin"]
    return {"PATH": ":".join(path), "LANG": "C.UTF-8", "HOME": "/"}


def script(
    root: Path,
    mounts: list[Mount],
    user: User,
    environment: dict[str, str],
    command: list[str],
    *,
    read_only: bool,
) -> str:
    """A shell script that puts the file system together and becomes the process.

    It is to be run as root in mount and process namespaces of its own. Of root's
    rights the process keeps none and can get none back.
    """
    at = shlex.quote(str(root))
    lines = [
        "set -eu",
        f"mount -t tmpfs -o mode=755 image {at}",
        f"mkdir {at}/proc {at}/dev {at}/etc",
        f"mount -t proc proc {at}/proc",
        f"mount -t tmpfs -o mode=755 dev {at}/dev",
        f"mkdir {at}/dev/shm",
        f"mount -t tmpfs -o mode=1777,size=64m shm {at}/dev/shm",
        f"ln -s /proc/self/fd {at}/dev/fd",
        f"printf %s {shlex.quote(PASSWD)} > {at}/etc/passwd",
        f"echo 'hosts: files' > {at}/etc/nsswitch.conf",
    ]
    for device in DEVICES:
        lines += bind(Path("/dev", device), at, is_file=True)
    for file in (Path("/etc/hosts"), Path("/etc/ld.so.cache"), Path("/etc/localtime")):
        if file.exists():
            lines += bind(file, at, is_file=True)
    for folder in (Path(name) for name in ("/bin", "/lib", "/lib64", "/sbin")):
        if folder.is_symlink():
            lines.append(f"ln -s {folder.readlink()} {at}{folder}")
        elif folder.exists():
            lines += bind(folder, at, read_only=True)
    lines += bind(Path("/usr"), at, read_only=True)
    if Path("/etc/ssl").exists():
        lines += bind(Path("/etc/ssl"), at, read_only=True)
    # Outer places first: a volume may lie within another one.
    for mount in sorted(mounts, key=lambda mount: mount.target):
        lines += bind(mount.source, at, Path(mount.target), read_only=mount.read_only)
    # Last, because they may lie below a place where the pod has a volume, as /tmp.
    for folder in (INTERPRETER, ENVIRONMENT):
        if not folder.is_relative_to("/usr"):
            lines += bind(folder, at, read_only=True)
    if read_only:
        lines.append(f"mount -o remount,ro {at}")
    become = ["chroot", str(root), *process(user, environment, command)]
    return "\n".join([*lines, "exec " + shlex.join(become), ""])


def process(user: User, environment: Mapping[str, str], command: Sequence[str]) -> list[str]:
    """A command as a container runs it: by this user, without rights, in this environment alone."""
    groups = ",".join(map(str, user.groups))
    return [
        "/usr/bin/setpriv",
        *(f"--reuid={user.uid}", f"--regid={user.gid}"),
        f"--groups={groups}" if groups else "--clear-groups",
        *("--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"),
        # Asked for here: the kernel forgets it when a process changes its user.
        "--pdeathsig=KILL",
        *("/usr/bin/env", "--ignore-environment"),
        *(f"{name}={value}" for name, value in environment.items()),
        *command,
    ]


def bind(
    source: Path,
    root: str,
    target: Path | None = None,
    *,
    read_only: bool = False,
    is_file: bool = False,
) -> list[str]:
    """The commands that show `source` below `root`, at its own place if no other is given."""
    place = root + shlex.quote(str(target or source))
    made = f"touch {place}" if is_file else f"mkdir -p {place}"
    lines = [made, f"mount --bind {shlex.quote(str(source))} {place}"]
    if read_only:
        lines.append(f"mount -o remount,bind,ro {place}")
    return lines
