"""The programs that a control plane consists of, and the clients of it."""

import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# The variable that envtest reads too: a folder with kube-apiserver, etcd and kubectl.
ASSETS = "KUBEBUILDER_ASSETS"
# Set by `cargo xtask test-cluster`: pinned tools, among them kubectl, and two releases of Helm.
TOOLS = "MLFLOW_K8S_TEST_TOOLS"
HELM = "MLFLOW_K8S_TEST_HELM"
COMMAND_LINE = "MLFLOW_K8S"

HOW_TO_GET = (
    f"set {ASSETS} to a folder with kube-apiserver, kube-controller-manager and etcd: "
    "`setup-envtest use --print path` (sigs.k8s.io/controller-runtime/tools/setup-envtest) downloads "
    "all but kube-controller-manager, which is at https://dl.k8s.io/VERSION/bin/linux/amd64/"
)


@dataclass(frozen=True)
class Programs:
    """Where the programs are."""

    apiserver: Path
    etcd: Path
    # envtest's folder does not have it. Without it nothing makes Pods, and no namespace goes away.
    controller_manager: Path | None
    # The pinned one, not that of the folder: its messages are compared. It is far newer than
    # the oldest server that the tests know, 1.20, and was tried there: `apply` checks the fields on
    # the client where the server cannot, and everything else that the guide uses works.
    kubectl: Path
    helm_3: Path
    helm_4: Path
    command_line: Path


@cache
def find() -> Programs | str:
    """The programs, or what is missing and how to get it."""
    assets = os.environ.get(ASSETS)
    if assets is None:
        return f"no control plane: {HOW_TO_GET}"
    folder = Path(assets).resolve()
    apiserver = folder / "kube-apiserver"
    etcd = _in(folder, "etcd")
    if not apiserver.is_file() or etcd is None:
        return f"{folder} lacks kube-apiserver, or there is no etcd: {HOW_TO_GET}"
    return Programs(
        apiserver=apiserver,
        etcd=etcd,
        controller_manager=_in(folder, "kube-controller-manager"),
        kubectl=Path(os.environ[TOOLS], "bin/kubectl"),
        helm_3=Path(os.environ[HELM], "3/helm"),
        helm_4=Path(os.environ[HELM], "4/helm"),
        command_line=Path(os.environ[COMMAND_LINE]).resolve(),
    )


def _in(folder: Path, name: str) -> Path | None:
    """A program of a folder, else of the path."""
    found = shutil.which(name, path=folder) or shutil.which(name)
    return Path(found) if found else None
