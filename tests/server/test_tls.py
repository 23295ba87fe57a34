"""The preset tls: the server itself speaks HTTPS."""

import pytest
import requests

from harness import certificates, client, kubelet
from harness.cluster import Cluster, Release

HOST = "mlflow-mlflow.mlflow.svc.cluster.local"


@pytest.fixture(scope="module")
def release(shared_cluster: Cluster) -> Release:
    shared_cluster.add_secret("mlflow-tls", certificates.self_signed("mlflow-mlflow", HOST))
    return shared_cluster.install("tls")


@pytest.fixture
def authority(release: Release, tmp_path) -> str:
    """The file with the certificate that a client has to believe."""
    file = tmp_path / "ca.crt"
    file.write_text(release.cluster.objects.secrets["mlflow-tls"]["tls.crt"])
    return str(file)


def test_probes_are_sent_over_https(release: Release) -> None:
    assert release.scheme == "https"
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert kubelet.probe(release.pod, name) == 200


def test_a_client_with_the_certificate_logs_a_run(release: Release, authority: str) -> None:
    with client.environment(MLFLOW_TRACKING_SERVER_CERT_PATH=authority):
        run = client.log_run(release.url(HOST))
        client.assert_run(release.url(HOST), run)


def test_a_client_without_the_certificate_refuses(release: Release) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(release.url(HOST))


def test_plain_http_is_refused(release: Release) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(release.url(HOST).replace("https:", "http:"))
