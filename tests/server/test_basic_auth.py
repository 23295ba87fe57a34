"""The preset basic-auth: users with passwords."""

import requests

from harness import auth, client, kubelet
from harness.cluster import Cluster, Release

SEARCH = "/api/2.0/mlflow/experiments/search?max_results=1"


def status(release: Release, user: str, password: str) -> int:
    return requests.get(release.url() + SEARCH, auth=(user, password)).status_code


def test_only_users_get_in(cluster: Cluster) -> None:
    auth.add_secrets(cluster)
    release = cluster.install("basic-auth")
    # The kubelet has no password.
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert kubelet.probe(release.pod, name) == 200
    assert requests.get(release.url() + SEARCH).status_code == 401
    assert status(release, auth.ADMIN, "wrong password") == 401
    assert status(release, auth.ADMIN, auth.PASSWORD) == 200
    with client.environment(
        MLFLOW_TRACKING_USERNAME=auth.ADMIN, MLFLOW_TRACKING_PASSWORD=auth.PASSWORD
    ):
        run = client.log_run(release.url())
    user = {"username": "ann", "password": "twelve or more"}
    made = requests.post(
        f"{release.url()}/api/2.0/mlflow/users/create",
        json=user,
        auth=(auth.ADMIN, auth.PASSWORD),
    )
    assert made.status_code == 200, made.text

    # The users are on the volume, as the runs are.
    release.restart()
    assert status(release, auth.ADMIN, "wrong password") == 401
    with client.environment(
        MLFLOW_TRACKING_USERNAME=user["username"], MLFLOW_TRACKING_PASSWORD=user["password"]
    ):
        client.assert_run(release.url(), run)
