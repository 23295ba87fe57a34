"""The preset garbage-collection, with every other preset that changes how its job gets in."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from mlflow import MlflowClient

from harness import auth, certificates, client
from harness.cluster import ONE_WORKER, Cluster, Release, folder_of_claim

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Way:
    """A server that the job has to get into."""

    preset: str | None = None
    values: dict = field(default_factory=dict)
    prepare: Callable[[Cluster], dict[str, str]] = lambda _: {}
    """Makes what the preset needs; the settings of a client that can get in, too."""
    workspaces: tuple[str, ...] = ("default",)


def prepare_tls(cluster: Cluster) -> dict[str, str]:
    names = ("mlflow-mlflow", "mlflow-mlflow.mlflow.svc.cluster.local")
    secret = certificates.self_signed(*names)
    cluster.add_secret("mlflow-tls", secret)
    authority = cluster.folder / "ca.crt"
    authority.write_text(secret["tls.crt"])
    return {"MLFLOW_TRACKING_SERVER_CERT_PATH": str(authority)}


def prepare_auth(cluster: Cluster) -> dict[str, str]:
    auth.add_secrets(cluster)
    return {"MLFLOW_TRACKING_USERNAME": auth.ADMIN, "MLFLOW_TRACKING_PASSWORD": auth.PASSWORD}


AS_ADMIN = [
    {"name": "MLFLOW_TRACKING_USERNAME", "value": auth.ADMIN},
    {
        "name": "MLFLOW_TRACKING_PASSWORD",
        "valueFrom": {"secretKeyRef": {"name": "mlflow-auth-secret", "key": "admin-password"}},
    },
]

WAYS = {
    "plain": Way(),
    "tls": Way("tls", prepare=prepare_tls),
    "static-prefix": Way(values={"server": {"staticPrefix": "/mlflow"}}),
    "basic-auth": Way(
        "basic-auth", {"garbageCollection": {"env": AS_ADMIN}}, prepare=prepare_auth
    ),
    "workspaces": Way(
        "workspaces",
        {"garbageCollection": {"allWorkspaces": True}},
        workspaces=("team-a", "team-b"),
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_only_what_was_deleted_long_ago_is_removed(cluster: Cluster, way: Way) -> None:
    access = way.prepare(cluster)
    presets = ["garbage-collection", *([way.preset] if way.preset else [])]
    release = cluster.install(*presets, values=way.values, settings=(ONE_WORKER,))
    runs = [
        runs_of_all_ages(release, {**access, "MLFLOW_WORKSPACE": workspace})
        if way.workspaces != ("default",)
        else runs_of_all_ages(release, access)
        for workspace in way.workspaces
    ]
    files = folder_of_claim(cluster) / "artifacts"

    job = release.collect_garbage()

    assert job.exit_code == 0, job.log
    for old, young, living in runs:
        assert not list(files.rglob(f"{old}/**/hello.txt"))
        assert list(files.rglob(f"{young}/**/hello.txt"))
        assert list(files.rglob(f"{living}/**/hello.txt"))
    with closing(database(cluster)) as connection:
        left = {run for (run,) in connection.execute("select run_uuid from runs")}
    assert left == {run for _, *kept in runs for run in kept}


def runs_of_all_ages(release: Release, access: dict[str, str]) -> tuple[str, str, str]:
    """A run that was deleted before the 30 days of the preset, one after, and one that was not."""
    with client.environment(**access):
        if workspace := access.get("MLFLOW_WORKSPACE"):
            client.add_workspace(release.url(), workspace)
        mlflow_client = MlflowClient(release.url())
        experiment = mlflow_client.create_experiment("ages")
        old, young, living = (client.log_run(release.url(), experiment=experiment) for _ in "123")
        for run, days in ((old, 31), (young, 29)):
            mlflow_client.delete_run(run)
            deleted = int((time.time() - days * DAY) * 1000)
            with closing(database(release.cluster)) as connection, connection:
                statement = "update runs set deleted_time = ? where run_uuid = ?"
                connection.execute(statement, (deleted, run))
    return old, young, living


def database(cluster: Cluster) -> sqlite3.Connection:
    """The server's own database, where alone a deletion can be made to be long ago."""
    return sqlite3.connect(folder_of_claim(cluster) / "mlflow.db", timeout=30)
