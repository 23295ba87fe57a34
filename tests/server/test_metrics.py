"""The preset monitoring: metrics as Prometheus scrapes them."""

import requests

from harness import client
from harness.cluster import ONE_WORKER, Cluster, Release


def scrape(release: Release) -> requests.Response:
    """What Prometheus asks: each pod by its address, as the ServiceMonitor says."""
    monitor = release.manifests.only("ServiceMonitor")
    [endpoint] = monitor["spec"]["endpoints"]
    # The selector has to find the Service, and the port is the Service's by name.
    selector = monitor["spec"]["selector"]["matchLabels"]
    assert selector.items() <= release.service["metadata"]["labels"].items()
    [port] = [p for p in release.service["spec"]["ports"] if p["name"] == endpoint["port"]]
    number = release.pod.port(port["targetPort"])
    scheme = endpoint.get("scheme", "http")
    return requests.get(f"{scheme}://{release.pod.address}:{number}{endpoint['path']}")


def test_prometheus_sees_what_clients_did(cluster: Cluster) -> None:
    release = cluster.install("monitoring")
    client.log_run(release.url())
    answer = scrape(release)
    assert answer.status_code == 200
    assert "mlflow_http_request_total" in answer.text


def test_the_prefix_does_not_move_the_metrics(cluster: Cluster) -> None:
    release = cluster.install("monitoring", settings=("server.staticPrefix=/mlflow", ONE_WORKER))
    answer = scrape(release)
    assert answer.status_code == 200
    assert "mlflow_exporter_info" in answer.text
