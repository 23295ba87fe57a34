"""Starts and ends etcd, kube-apiserver and kube-controller-manager."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import requests
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from control_plane import kubectl
from control_plane.certificates import Authority
from control_plane.client import Client, Refused, wait_until
from control_plane.definitions import definitions
from control_plane.kubelet import Kubelet
from control_plane.omissions import NEWER
from control_plane.programs import Programs

# Between asking a process to end and killing it, in seconds.
PATIENCE = 10.0
# Several, because another program can take a port between finding and using it.
ATTEMPTS = 3


class CommandError(Exception):
    """A command failed; the text has what it printed."""

    def __init__(self, command: str, code: int, output: str) -> None:
        super().__init__(f"{command}\nended with {code}:\n{output}")
        self.code = code
        self.output = output


class Ended(Exception):
    """A process of the control plane ended before it was asked to."""


class ControlPlane:
    """A control plane with a temporary folder and ports of its own, and what speaks with it."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        self._processes: list[subprocess.Popen[bytes]] = []
        with contextlib.ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="mlflow-k8s-cluster-"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            stack.callback(self._end_processes)
            self.token = secrets.token_urlsafe()
            self._prepare()
            self._start()
            self.environment = self._write_environment()
            self.kubelet = self._set_up()
            stack.callback(self.kubelet.close)
            # From here on `close` undoes all of it; before, a failure does.
            self._undo = stack.pop_all()

    def close(self) -> None:
        self._undo.close()

    @property
    def has_controllers(self) -> bool:
        """Whether anything makes Pods of Deployments, and empties namespaces."""
        return self.programs.controller_manager is not None

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """What `kubectl` prints on standard output."""
        return self.run(str(self.programs.kubectl), *arguments, stdin=stdin)

    def run(self, *command: str, stdin: str = "", folder: Path | None = None) -> str:
        """What a command prints on standard output."""
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=folder or self.folder,
        )
        if done.returncode != 0:
            raise CommandError(" ".join(command), done.returncode, done.stdout + done.stderr)
        return done.stdout

    def shell(
        self, script: str, folder: Path, environment: Mapping[str, str] | None = None
    ) -> str:
        """What a script prints when Bash runs it, which ends at the first command that fails."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment | dict(environment or {}),
            cwd=folder,
        )
        if done.returncode != 0:
            raise CommandError(script, done.returncode, done.stdout)
        return done.stdout

    def left_out(self) -> list[str]:
        """What `kubectl` has left out in scripts."""
        notes = self.folder / "left-out"
        return notes.read_text().splitlines() if notes.exists() else []

    def logs(self) -> dict[str, str]:
        """The end of each process's log."""
        return {
            file.stem: "\n".join(file.read_text(errors="replace").splitlines()[-8:])
            for file in sorted(self.folder.glob("*.log"))
        }

    def _prepare(self) -> None:
        """Writes keys, certificates and tokens."""
        authority = Authority()
        pair = authority.issue("127.0.0.1", "localhost", "kubernetes.default.svc")
        self._write("ca.crt", authority.certificate)
        self._write("tls.crt", pair.certificate)
        self._write("tls.key", pair.key)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        self._write("service-accounts.key", pem.decode())
        self._write("tokens.csv", f'{self.token},tests,tests,"system:masters"\n')

    def _start(self) -> None:
        for attempt in range(ATTEMPTS):
            try:
                self._start_server()
                break
            except Ended:
                self._end_processes()
                if attempt == ATTEMPTS - 1:
                    raise
        if self.programs.controller_manager:
            self._start_controllers(self.programs.controller_manager)

    def _start_server(self) -> None:
        clients, peers, port = free_ports(3)
        store = f"http://127.0.0.1:{clients}"
        peer = f"http://127.0.0.1:{peers}"
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)
        self._spawn(
            self.programs.etcd,
            "--data-dir=etcd",
            f"--listen-client-urls={store}",
            f"--advertise-client-urls={store}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            # Nothing of it has to survive the machine.
            "--unsafe-no-fsync",
        )
        self._spawn(
            self.programs.apiserver,
            f"--etcd-servers={store}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={port}",
            "--tls-cert-file=tls.crt",
            "--tls-private-key-file=tls.key",
            "--token-auth-file=tokens.csv",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=service-accounts.key",
            "--service-account-signing-key-file=service-accounts.key",
            "--allow-privileged=true",
        )
        self.address = f"https://127.0.0.1:{port}"
        self.kubeconfig = self.folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(self._kubeconfig()))
        self.api = Client(self.address, self.token, self.folder / "ca.crt")
        wait_until("the API server is ready", self._is_ready)

    def _start_controllers(self, program: Path) -> None:
        # Kubernetes before 1.24 also listens on a port without TLS, which two workers share.
        known = subprocess.run([program, "--help"], capture_output=True, text=True).stdout
        insecure = ["--port=0"] if "--port int" in known else []
        self._spawn(
            program,
            f"--kubeconfig={self.kubeconfig}",
            "--service-account-private-key-file=service-accounts.key",
            "--root-ca-file=ca.crt",
            "--leader-elect=false",
            "--secure-port=0",
            *insecure,
        )

    def _set_up(self) -> Kubelet:
        """Makes known what the manifests need, and waits until it can be used."""
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        made = [self.api.post(path, definition) for definition in definitions()]
        for each in made:
            wait_until(
                f"{each['metadata']['name']} is established",
                lambda each=each: _is_established(self.api.get(self.api.path(each))),
            )
        if self.has_controllers:
            # Pods are refused without it.
            account = "/api/v1/namespaces/default/serviceaccounts/default"
            wait_until("the controllers work", lambda: self.api.find(account))
        return Kubelet(self.api)

    def _is_ready(self) -> bool:
        for process in self._processes:
            if process.poll() is not None:
                raise Ended(f"a process ended with {process.returncode}: {self.logs()}")
        try:
            # Its answer is no JSON.
            return requests.get(
                f"{self.address}/readyz",
                headers={"Authorization": f"Bearer {self.token}"},
                verify=str(self.folder / "ca.crt"),
                timeout=5,
            ).ok
        except (requests.RequestException, Refused):
            return False

    def _kubeconfig(self) -> dict[str, object]:
        authority = str(self.folder / "ca.crt")
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "tests",
                    "cluster": {"server": self.address, "certificate-authority": authority},
                }
            ],
            "users": [{"name": "tests", "user": {"token": self.token}}],
            "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
            "current-context": "tests",
        }

    def _write_environment(self) -> dict[str, str]:
        programs = self.programs
        folder = self.folder / "bin"
        folder.mkdir()
        names = {
            "helm": programs.helm_3,
            "helm4": programs.helm_4,
            "mlflow-k8s": programs.command_line,
        }
        for name, program in names.items():
            (folder / name).symlink_to(program)
        wrapper = folder / "kubectl"
        script = Path(__file__).with_name("kubectl.py")
        wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} -SE {script} "$@"\n')
        wrapper.chmod(0o755)
        home = self.folder / "home"
        home.mkdir()
        lacking = [" ".join(kind) for kind in sorted(NEWER) if not self.api.serves(*kind)]
        return {
            kubectl.REAL: str(programs.kubectl),
            kubectl.LACKING: json.dumps(lacking),
            kubectl.NOTES: str(self.folder / "left-out"),
            "PATH": f"{folder}:{os.environ['PATH']}",
            "HOME": str(home),
            "KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(home / "kubecache"),
            "LANG": "C.UTF-8",
        }

    def _write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_text(text)

    def _spawn(self, program: Path, *arguments: str) -> None:
        # It is killed when this process is, whatever ends this one. In a session of its own
        # it does not see Ctrl-C, so that it is there until everything is cleaned up.
        setpriv = shutil.which("setpriv")
        follows = [setpriv, "--pdeathsig=KILL"] if setpriv else []
        with (self.folder / f"{program.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*follows, str(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        self._processes.append(process)

    def _end_processes(self) -> None:
        # Against the order in which they were started: what needs another ends before it.
        while self._processes:
            process = self._processes.pop()
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_ports(number: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _is_established(definition: dict) -> bool:
    conditions = definition.get("status", {}).get("conditions", [])
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
