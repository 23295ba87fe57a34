"""A cluster with one namespace: objects that users make, and releases installed into it."""

import copy
import itertools
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from harness import kubelet
from harness.node import Node
from harness.pod import Objects, Pod, wait_until
from harness.render import Manifests, render
from harness.service import Forwarder

NAMESPACE = "mlflow"
# A server is there after six seconds of a core; the machine may be busy.
START_SECONDS = 120
# One worker starts in a fifth of the time of four.
ONE_WORKER = "server.value_options.workers=1"


class Cluster:
    """Secrets, ConfigMaps, claims and pods, all found by their names."""

    # Those that are open, for whoever reports a failure.
    instances: ClassVar[list["Cluster"]] = []

    def __init__(self, node: Node) -> None:
        self.node = node
        self.folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=node.folder))
        self.folder.chmod(0o755)
        self.objects = Objects()
        self.pods: list[Pod] = []
        self._numbers = itertools.count(1)
        self._addresses: list[str] = []
        self._forwarders: list[Forwarder] = []
        self.instances.append(self)

    def add_secret(self, name: str, data: dict[str, str]) -> None:
        self.objects.secrets[name] = data

    def add_config_map(self, name: str, data: dict[str, str]) -> None:
        self.objects.config_maps[name] = data

    def install(
        self,
        *presets: str,
        values: dict | str | None = None,
        settings: Sequence[str] = (ONE_WORKER,),
        check: bool = True,
        ready: bool = True,
    ) -> "Release":
        """Renders a release, applies it, and waits for it unless it is not meant to get ready."""
        manifests = render(presets, values, *settings, namespace=NAMESPACE, check=check)
        release = Release(self, manifests)
        release.start()
        if ready:
            release.wait_until_ready()
        return release

    def add_claim(self, manifest: dict) -> None:
        """The volume of a claim; one that is there already keeps what it holds."""
        name = manifest["metadata"]["name"]
        self.objects.claims.setdefault(name, self.folder / "claims" / name)

    def add_service(self, manifest: dict) -> str:
        """Puts the Service's ports on an address with its names."""
        name, specification = manifest["metadata"]["name"], manifest["spec"]
        in_namespace = f"{name}.{manifest['metadata']['namespace']}"
        address = self.node.add_service(
            name, in_namespace, f"{in_namespace}.svc", f"{in_namespace}.svc.cluster.local"
        )
        self._addresses.append(address)
        for port in specification["ports"]:
            self.forward(address, port["port"], specification["selector"], port["targetPort"])
        return address

    def forward(
        self, address: str, port: int, selector: dict[str, str], target: int | str
    ) -> None:
        """Passes on what comes to an address: a Service's port, or `kubectl port-forward`."""

        def backends() -> list[tuple[str, int]]:
            return [
                (pod.address, pod.port(target))
                for pod in self.pods
                if selector.items() <= pod.labels.items()
            ]

        self._forwarders.append(Forwarder(address, port, backends))

    def add_pod(self, name: str, template: dict) -> Pod:
        """A pod that is not started yet."""
        name = f"{name}-{next(self._numbers)}"
        pod = Pod(self.node, self.folder, name, NAMESPACE, template, self.objects)
        self.pods.append(pod)
        return pod

    def remove_pod(self, pod: Pod) -> None:
        self.pods.remove(pod)
        pod.remove()

    def close(self) -> None:
        for forwarder in self._forwarders:
            forwarder.close()
        for address in self._addresses:
            self.node.remove_service(address)
        while self.pods:
            self.pods.pop().remove()
        shutil.rmtree(self.folder)
        self.instances.remove(self)


class Release:
    """What one `mlflow-k8s render` printed, applied to a cluster."""

    def __init__(self, cluster: Cluster, manifests: Manifests) -> None:
        self.cluster = cluster
        self.manifests = manifests
        self.pods: list[Pod] = []
        for manifest in manifests.all("PersistentVolumeClaim"):
            cluster.add_claim(manifest)
        self.service = manifests.only("Service")
        self.address = cluster.add_service(self.service)
        self.deployment = manifests.only("Deployment")

    @property
    def pod(self) -> Pod:
        """The server's pod, where there is one."""
        [pod] = self.pods
        return pod

    @property
    def scheme(self) -> str:
        probe = self.pods[0].container["readinessProbe"]["httpGet"]
        return probe.get("scheme", "HTTP").lower()

    @property
    def prefix(self) -> str:
        """What the rendered probe has before `/health`: the static prefix."""
        return self.pods[0].container["readinessProbe"]["httpGet"]["path"].removesuffix("/health")

    def url(self, host: str = "mlflow-mlflow") -> str:
        """The server's address by a host, the Service's short name unless another is given."""
        return f"{self.scheme}://{host}:{self.port}{self.prefix}"

    @property
    def port(self) -> int:
        """The Service's port."""
        [port] = self.service["spec"]["ports"]
        return port["port"]

    def start(self) -> None:
        """Makes the Deployment's pods and starts them all at once."""
        name = self.deployment["metadata"]["name"]
        for _ in range(self.deployment["spec"].get("replicas", 1)):
            pod = self.cluster.add_pod(name, self.deployment["spec"]["template"])
            self.pods.append(pod)
        for pod in self.pods:
            pod.start()

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Waits until every pod has passed its probes; one that ends is a failure."""
        for pod in self.pods:
            wait_until_ready(pod, seconds)

    def stop(self) -> None:
        """Ends the pods and takes them away, as deleting the Deployment would."""
        while self.pods:
            pod = self.pods.pop()
            pod.stop()
            self.cluster.remove_pod(pod)

    def restart(self) -> None:
        """New pods in the old ones' place, as `kubectl rollout restart` makes with `Recreate`."""
        self.stop()
        self.start()
        self.wait_until_ready()

    def port_forward(self) -> str:
        """`kubectl port-forward svc/… 5000:<port>`; the URL that it makes."""
        [port] = self.service["spec"]["ports"]
        selector = self.service["spec"]["selector"]
        self.cluster.forward("127.0.0.1", 5000, selector, port["targetPort"])
        return f"{self.scheme}://localhost:5000{self.prefix}"

    def collect_garbage(self, seconds: float = 120) -> Pod:
        """Runs the CronJob's pod once to its end; its exit code and log are the pod's."""
        job = self.manifests.only("CronJob")
        template = copy.deepcopy(job["spec"]["jobTemplate"]["spec"]["template"])
        pod = self.cluster.add_pod(job["metadata"]["name"], template)
        pod.start()
        pod.wait(seconds)
        return pod


def wait_until_ready(pod: Pod, seconds: float = START_SECONDS) -> None:
    """As the kubelet: the startup probe first, then the two others."""

    def ready() -> bool:
        if pod.exit_code is not None:
            return True
        return kubelet.succeeds(pod, "startupProbe")

    if not wait_until(ready, seconds):
        raise TimeoutError(f"{pod.name} did not get ready in {seconds} s:\n{pod.log}")
    if pod.exit_code is not None:
        raise RuntimeError(f"{pod.name} ended with exit code {pod.exit_code}:\n{pod.log}")
    for name in ("readinessProbe", "livenessProbe"):
        if not wait_until(lambda name=name: kubelet.succeeds(pod, name), 10):
            raise TimeoutError(f"the {name} of {pod.name} fails:\n{pod.log}")


def folder_of_claim(cluster: Cluster, name: str = "mlflow-mlflow") -> Path:
    return cluster.objects.claims[name]
