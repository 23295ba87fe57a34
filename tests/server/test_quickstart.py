"""The preset quickstart: one server, its data on a volume."""

import pytest
import requests

from harness import client, kubelet
from harness.cluster import Cluster, Release, folder_of_claim


@pytest.fixture(scope="module")
def release(shared_cluster: Cluster) -> Release:
    return shared_cluster.install("quickstart")


@pytest.mark.parametrize("name", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_probes_succeed(release: Release, name: str) -> None:
    assert kubelet.probe(release.pod, name) == 200


@pytest.mark.parametrize("suffix", ["", ".mlflow", ".mlflow.svc", ".mlflow.svc.cluster.local"])
def test_every_name_of_the_service_is_accepted(release: Release, suffix: str) -> None:
    answer = requests.get(release.url("mlflow-mlflow" + suffix))
    assert answer.status_code == 200, answer.text


def test_other_names_are_refused(release: Release) -> None:
    answer = requests.get(release.url(), headers={"Host": "evil.example.com"})
    assert answer.status_code == 403
    assert "Invalid Host header" in answer.text


def test_it_keeps_what_clients_log(release: Release) -> None:
    run = client.log_run(release.url())
    client.assert_run(release.port_forward(), run)
    stored = f"artifacts/0/{run}/artifacts/notes/hello.txt"
    assert (folder_of_claim(release.cluster) / stored).read_text() == "hello"

    release.restart()
    client.assert_run(release.url(), run)
