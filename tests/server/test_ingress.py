"""The preset ingress: requests as an ingress controller passes them on, and browsers send them."""

import pytest
import requests

from harness.cluster import Cluster, Release

HOST = "mlflow.example.com"
# What the page of the user interface asks for first.
SEARCH = "/ajax-api/2.0/mlflow/experiments/search"


@pytest.fixture(scope="module")
def release(shared_cluster: Cluster) -> Release:
    return shared_cluster.install("ingress")


def ask(release: Release, host: str, origin: str) -> requests.Response:
    """A POST of a page that was loaded from `origin`."""
    return requests.post(
        release.url() + SEARCH,
        json={"max_results": 1},
        headers={"Host": host, "Origin": origin, "X-Forwarded-Proto": "https"},
    )


@pytest.mark.parametrize("host", [HOST, f"{HOST}:443"])
def test_the_page_is_served_to_the_host(release: Release, host: str) -> None:
    answer = requests.get(release.url(), headers={"Host": host})
    assert answer.status_code == 200
    assert "<title>MLflow</title>" in answer.text


def test_the_page_may_ask(release: Release) -> None:
    answer = ask(release, HOST, f"https://{HOST}")
    assert answer.status_code == 200, answer.text
    assert [each["name"] for each in answer.json()["experiments"]] == ["Default"]


def test_another_host_is_refused(release: Release) -> None:
    answer = ask(release, "evil.example.com", "https://evil.example.com")
    assert answer.status_code == 403
    assert "Invalid Host header" in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example.com", f"http://{HOST}"])
def test_another_page_may_not_ask(release: Release, origin: str) -> None:
    answer = ask(release, HOST, origin)
    assert answer.status_code == 403
    assert "Cross-origin request blocked" in answer.text
