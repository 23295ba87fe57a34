"""What the tests of a real server share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cluster import Cluster
from harness.node import Node
from harness.object_store import ObjectStore
from harness.postgres import Postgres


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """This worker's own network and mounts; from here on, everything runs in them."""
    folder = Path(tempfile.mkdtemp(prefix="mlflow-k8s-"))
    # Servers that do not run as root have folders of theirs in it.
    folder.chmod(0o755)
    yield Node(folder)
    shutil.rmtree(folder)


@pytest.fixture
def cluster(node: Node) -> Iterator[Cluster]:
    """An empty cluster."""
    cluster = Cluster(node)
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def shared_cluster(node: Node) -> Iterator[Cluster]:
    """A cluster for tests that only look at one release: a server is expensive to start."""
    cluster = Cluster(node)
    yield cluster
    cluster.close()


# Before xdist's own, which reads the mark.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps tests that share a cluster in one process; all others go where there is time."""
    for item in items:
        if "shared_cluster" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Shows with a failure what the pods have logged."""
    report = yield
    if report.failed:
        for pod in (pod for cluster in Cluster.instances for pod in cluster.pods):
            state = "running" if pod.exit_code is None else f"exit code {pod.exit_code}"
            report.sections.append((f"{pod.name} ({state})", pod.log))
    return report


@pytest.fixture(scope="session")
def postgres(node: Node) -> Iterator[Postgres]:
    server = Postgres(node)
    yield server
    server.close()


@pytest.fixture(scope="session")
def object_store(node: Node) -> Iterator[ObjectStore]:
    server = ObjectStore(node)
    yield server
    server.close()
