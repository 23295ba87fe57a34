"""A server below a path."""

import pytest
import requests

from harness import client, kubelet
from harness.cluster import ONE_WORKER, Cluster, Release


@pytest.fixture(scope="module")
def release(shared_cluster: Cluster) -> Release:
    settings = ("server.staticPrefix=/tracking/mlflow", ONE_WORKER)
    return shared_cluster.install("quickstart", settings=settings)


@pytest.mark.parametrize("name", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_probes_know_the_prefix(release: Release, name: str) -> None:
    assert release.prefix == "/tracking/mlflow"
    assert kubelet.probe(release.pod, name) == 200


def test_clients_log_below_the_prefix(release: Release) -> None:
    run = client.log_run(release.url())
    client.assert_run(release.url(), run)


def test_nothing_is_at_the_root(release: Release) -> None:
    address = release.url().removesuffix(release.prefix)
    assert requests.get(f"{address}/health").status_code == 404
    assert requests.get(f"{address}{release.prefix}/").status_code == 200
