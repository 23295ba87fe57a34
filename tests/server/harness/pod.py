"""A rendered pod template as a process."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from harness import image
from harness.node import ENDS_WITH_PARENT, Node

# What the harness adds to a container, because nothing may be asked of the
# outside, and because seven processes that run jobs make each start five times
# as expensive. A test that is about the jobs takes the second one out.
ADDED_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}

# Between the start of a container and its own program.
START_SECONDS = 30

# Every key of a pod's and a container's specification that is carried out here,
# or that only the scheduler and the registry look at.
POD_KEYS = {"containers", "volumes", "securityContext", "initContainers"} | {
    *("affinity", "automountServiceAccountToken", "enableServiceLinks", "imagePullSecrets"),
    *("nodeSelector", "priorityClassName", "restartPolicy", "serviceAccountName"),
    *("terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints"),
}
CONTAINER_KEYS = {"args", "command", "env", "envFrom", "securityContext", "volumeMounts"} | {
    *("image", "imagePullPolicy", "livenessProbe", "name", "ports", "readinessProbe"),
    *("resources", "startupProbe", "stdin"),
}


class CannotStart(Exception):
    """Kubernetes would not start the container: CreateContainerConfigError and the like."""


@dataclass
class Objects:
    """What a pod refers to by name: the data of Secrets and ConfigMaps, the folders of claims."""

    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    config_maps: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Path] = field(default_factory=dict)


class Pod:
    """One pod: its address, its processes (containers one after the other), its log."""

    def __init__(
        self,
        node: Node,
        folder: Path,
        name: str,
        namespace: str,
        template: Mapping,
        objects: Objects,
    ) -> None:
        self.name = name
        self.namespace = namespace
        self.labels: dict[str, str] = template["metadata"].get("labels", {})
        self.spec = template["spec"]
        refuse_unknown(self.spec, POD_KEYS)
        self.objects = objects
        self.folder = folder / "pods" / name
        self.folder.mkdir(parents=True)
        self.log_file = self.folder / "log"
        self.log_file.touch()
        self.error_file = self.folder / "errors"
        self.error_file.touch()
        self.added_environment = dict(ADDED_ENVIRONMENT)
        self._node = node
        self._network, self.address = node.add_pod_network()
        self._volumes = {volume["name"]: volume for volume in self.spec.get("volumes", [])}
        self._process: subprocess.Popen | None = None

    @property
    def container(self) -> Mapping:
        """The pod's container; the pods that are rendered have one."""
        [container] = self.spec["containers"]
        return container

    @property
    def log(self) -> str:
        files = (self.log_file, self.error_file)
        return "".join(file.read_text(errors="replace") for file in files)

    @property
    def exit_code(self) -> int | None:
        """How the container ended, or nothing while it runs; -9 for SIGKILL."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Runs the init containers to their ends, and starts the container."""
        for container in self.spec.get("initContainers", []):
            self._process = self._start(container)
            if code := self._process.wait(timeout=120):
                raise CannotStart(f"init container {container['name']} ended with {code}")
        self._process = self._start(self.container)

    def wait(self, seconds: float) -> int:
        """Waits for the container's end."""
        return self._process.wait(timeout=seconds)

    @property
    def stdin(self) -> BinaryIO | None:
        """The container's input, where it asks for one."""
        return self._process.stdin

    def execute(self, command: Sequence[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen:
        """Runs one more command in the container, as `kubectl exec` does."""
        if not wait_until(self._is_inside, START_SECONDS):
            raise CannotStart(f"{self.name} is not running:\n{self.log}")
        [first] = self._children()
        process = image.process(
            self._user(self.container), self.environment(self.container), command
        )
        return subprocess.Popen(
            [*ENDS_WITH_PARENT, "nsenter", f"--target={first}", "--root", "--wd"]
            + ["--mount", "--net", "--ipc", "--uts", "--pid", *process],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def stop(self) -> int | None:
        """Ends the container as the kubelet does: asks, waits, and kills."""
        if self._process and self._process.poll() is None:
            grace = self.spec.get("terminationGracePeriodSeconds", 30)
            for stop_signal in (signal.SIGTERM, signal.SIGKILL):
                self._kill(stop_signal)
                try:
                    self._process.wait(timeout=grace)
                    break
                except subprocess.TimeoutExpired:
                    continue
        return self.exit_code

    def remove(self) -> None:
        """Stops it, and takes everything away that was only for it."""
        if self._process and self._process.poll() is None:
            # The first process takes all others of its namespace along.
            self._kill(signal.SIGKILL)
            self._process.wait()
        self._node.remove_pod_network(self._network)
        shutil.rmtree(self.folder)

    def port(self, port: int | str) -> int:
        """The number of a port that may be given by its name."""
        if isinstance(port, int):
            return port
        [number] = [p["containerPort"] for p in self.container["ports"] if p.get("name") == port]
        return number

    def _kill(self, what: signal.Signals) -> None:
        """Sends a signal to the container's first process, a child of the one started here."""
        for child in self._children() or [self._process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, what)

    def _children(self) -> list[int]:
        pid = self._process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _is_inside(self) -> bool:
        """Whether the container's process has its file system by now: another one than this one."""
        for child in self._children():
            with contextlib.suppress(OSError):
                return os.stat(f"/proc/{child}/root").st_dev != os.stat("/").st_dev
        return False

    def _start(self, container: Mapping) -> subprocess.Popen:
        refuse_unknown(container, CONTAINER_KEYS)
        environment = self.environment(container)
        command = [
            expand(word, environment)
            for word in [*container.get("command", []), *container.get("args", [])]
        ]
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        user = self._user(container)
        script = image.script(
            root,
            [self._mount(mount) for mount in container.get("volumeMounts", [])],
            user,
            environment,
            command,
            read_only=container.get("securityContext", {}).get("readOnlyRootFilesystem", False),
        )
        script_file = self.folder / f"{container['name']}.sh"
        script_file.write_text(script)
        return subprocess.Popen(
            [*ENDS_WITH_PARENT, "nsenter", f"--net={self._network}"]
            + ["unshare", "--mount", "--ipc", "--uts", "--pid", "--fork"]
            + ["sh", str(script_file)],
            stdin=subprocess.PIPE if container.get("stdin") else subprocess.DEVNULL,
            stdout=self.log_file.open("ab"),
            # What is typed into is also read from: then the two streams are kept apart.
            stderr=self.error_file.open("ab") if container.get("stdin") else subprocess.STDOUT,
        )

    def _user(self, container: Mapping) -> image.User:
        """Whom a container runs as."""
        pod_context = self.spec.get("securityContext", {})
        setting = {**pod_context, **container.get("securityContext", {})}
        user = image.User(
            uid=setting.get("runAsUser", 0),
            gid=setting.get("runAsGroup", 0),
            groups=tuple(
                pod_context.get("supplementalGroups", [])
                + ([pod_context["fsGroup"]] if "fsGroup" in pod_context else [])
            ),
        )
        if setting.get("runAsNonRoot") and user.uid == 0:
            raise CannotStart("container has runAsNonRoot and would run as root")
        return user

    def environment(self, container: Mapping) -> dict[str, str]:
        """The variables that a container starts with."""
        environment = image.variables() | {"HOSTNAME": self.name} | self.added_environment
        for source in container.get("envFrom", []):
            data = self._data(source.get("secretRef"), source.get("configMapRef"))
            prefix = source.get("prefix", "")
            environment |= {prefix + key: value for key, value in data.items()}
        for variable in container.get("env", []):
            if "valueFrom" in variable:
                value = self._value_from(variable["valueFrom"])
                if value is None:
                    continue
            else:
                value = expand(variable.get("value", ""), environment)
            environment[variable["name"]] = value
        return environment

    def _value_from(self, source: Mapping) -> str | None:
        if "fieldRef" in source:
            return {
                "metadata.name": self.name,
                "metadata.namespace": self.namespace,
                "status.podIP": self.address,
            }[source["fieldRef"]["fieldPath"]]
        secret, config_map = source.get("secretKeyRef"), source.get("configMapKeyRef")
        data, reference = self._data(secret, config_map), secret or config_map
        if reference["key"] not in data and not reference.get("optional"):
            raise CannotStart(f"key {reference['key']} is not in {reference['name']}")
        return data.get(reference["key"])

    def _data(self, secret: Mapping | None, config_map: Mapping | None) -> dict[str, str]:
        reference = secret or config_map
        name = reference.get("name") or reference["secretName"]
        data = (self.objects.secrets if secret else self.objects.config_maps).get(name)
        if data is None and not reference.get("optional"):
            raise CannotStart(f"{'secret' if secret else 'configmap'} {name} not found")
        return data or {}

    def _mount(self, mount: Mapping) -> image.Mount:
        volume = self._volumes[mount["name"]]
        folder = self.folder / "volumes" / mount["name"]
        read_only = mount.get("readOnly", False)
        group = self.spec.get("securityContext", {}).get("fsGroup", 0)
        if "emptyDir" in volume:
            if not folder.exists():
                make_folder(folder, group, 0o2777 if group else 0o777)
        elif "persistentVolumeClaim" in volume:
            claim = volume["persistentVolumeClaim"]["claimName"]
            if claim not in self.objects.claims:
                raise CannotStart(f"persistentvolumeclaim {claim} not found")
            folder = self.objects.claims[claim]
            make_folder(folder, group, 0o2775 if group else 0o755)
        elif "secret" in volume or "configMap" in volume:
            self._project(volume, folder, group)
            read_only = True
        else:
            raise AssertionError(f"the harness does not know the volume {volume}")
        if "subPath" in mount:
            folder = folder / mount["subPath"]
        return image.Mount(folder, mount["mountPath"], read_only)

    def _project(self, volume: Mapping, folder: Path, group: int) -> None:
        """Writes the files of a Secret or a ConfigMap."""
        source = volume.get("secret") or volume["configMap"]
        data = self._data(
            volume.get("secret"),
            volume.get("configMap"),
        )
        items = source.get("items") or [{"key": key, "path": key} for key in data]
        make_folder(folder, group, 0o755)
        for item in items:
            if item["key"] not in data:
                raise CannotStart(f"references non-existent secret key: {item['key']}")
            file = folder / item["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(data[item["key"]])
            os.chown(file, 0, group)
            mode = item.get("mode", source.get("defaultMode", 0o644))
            # The kubelet lets the group read what is mounted for it.
            file.chmod(mode | 0o440 if group else mode)


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`$(NAME)` as Kubernetes expands it: `$$` is a dollar sign, unknown names stay."""

    def value(match: re.Match) -> str:
        if match[0] == "$$":
            return "$"
        return environment.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^()]*)\)", value, text)


def make_folder(folder: Path, group: int, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, 0, group)
    folder.chmod(mode)


def refuse_unknown(specification: Mapping, known: set[str]) -> None:
    """A key that the harness would pass over could be what a test is about."""
    if unknown := specification.keys() - known:
        raise AssertionError(f"the harness does not know {', '.join(sorted(unknown))}")


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Asks again and again until it is so, or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
