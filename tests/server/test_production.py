"""The preset production: PostgreSQL, S3, an ingress host, metrics."""

import pytest
import requests

from harness import client
from harness.cluster import Cluster, Release, wait_until_ready
from harness.object_store import CREDENTIALS, HOST, PORT, ObjectStore
from harness.postgres import PASSWORD, Postgres

# The store is here and not at Amazon.
ELSEWHERE = (
    "env[2].name=MLFLOW_S3_ENDPOINT_URL",
    f"env[2].value=http://{HOST}:{PORT}",
)


@pytest.fixture
def database(cluster: Cluster, postgres: Postgres, object_store: ObjectStore) -> str:
    """What the preset says must be there: the Secrets, and what they lead to."""
    uri = postgres.add_database()
    cluster.add_secret("mlflow-db-secret", {"uri": uri})
    cluster.add_secret("s3-credentials", CREDENTIALS)
    object_store.add_bucket("my-bucket")
    return uri.rpartition("/")[2]


def test_it_keeps_runs_in_postgresql_and_artifacts_in_s3(
    cluster: Cluster, database: str, postgres: Postgres, object_store: ObjectStore
) -> None:
    # With four workers and the jobs, as rendered: this one is about the whole.
    release = cluster.install("production", settings=ELSEWHERE, ready=False)
    release.wait_until_ready()
    run = client.log_run(release.url())
    client.assert_run(release.url(), run)
    stored = postgres.execute(f"select status from runs where run_uuid = '{run}'", database)
    assert stored == "FINISHED"
    assert object_store.keys("my-bucket") == [f"mlflow/0/{run}/artifacts/notes/hello.txt"]

    release.restart()
    client.assert_run(release.url(), run)


def test_two_replicas_serve_one_database(cluster: Cluster, database: str) -> None:
    settings = (*ELSEWHERE, "replicaCount=2", "server.value_options.workers=1")
    release = cluster.install("production", settings=settings, ready=False)
    start_despite_the_race(release)
    run = client.log_run(release.url())
    for pod in release.pods:
        answer = requests.get(
            f"http://{pod.address}:5000/api/2.0/mlflow/runs/get", params={"run_id": run}
        )
        assert answer.json()["run"]["info"]["status"] == "FINISHED"
    # Each connection goes to the next replica.
    for _ in range(4):
        client.assert_run(release.url(), run)


def test_a_password_of_its_own_secret_is_put_into_the_uri(
    cluster: Cluster, postgres: Postgres
) -> None:
    uri = postgres.add_database()
    cluster.add_secret("postgres-app", {"password": PASSWORD})
    reference = {"secretKeyRef": {"name": "postgres-app", "key": "password"}}
    values = {
        "mlflow": {
            "backendStoreUri": uri.replace(PASSWORD, "$(DB_PASSWORD)"),
            "artifactsDestination": "/tmp/artifacts",
        },
        "env": [{"name": "DB_PASSWORD", "valueFrom": reference}],
    }
    release = cluster.install(values=values)
    client.log_run(release.url())
    database = uri.rpartition("/")[2]
    assert postgres.execute("select count(*) from runs", database) == "1"


def start_despite_the_race(release: Release) -> None:
    """Waits for replicas that both try to make the tables of an empty database.

    Nothing that is rendered makes the tables beforehand. So one replica at most
    may fail, at another's having made them first; Kubernetes starts it again, and
    then it finds them. To be removed when a migration is rendered: then no
    container may end.
    """
    failed = []
    for pod in release.pods:
        try:
            wait_until_ready(pod)
        except RuntimeError as failure:
            assert "UniqueViolation" in str(failure) or "already exists" in str(failure)
            failed.append(pod)
    assert len(failed) < len(release.pods)
    for pod in failed:
        pod.start()
        wait_until_ready(pod)
