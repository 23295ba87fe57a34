"""The rules: what each finds fault with fails on a real server, and what fixes it works.

The examples are those of the rules' own pages; the fixed ones are what
`check --fix` makes of them.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence

import pytest
import requests
import yaml
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from harness import auth, certificates, client, kubelet, object_store
from harness.cluster import ONE_WORKER, Cluster, Release, folder_of_claim
from harness.node import Node
from harness.object_store import ObjectStore
from harness.pod import wait_until
from harness.postgres import Postgres
from harness.render import run

RULES = {
    rule["code"]: rule
    for rule in json.loads(run("explain-rule", "--all", "--format", "json"))
    if rule["proof"]["kind"] == "server"
}

SERVICE = "mlflow-mlflow.mlflow.svc.cluster.local"


class Stage:
    """Where a rule's two values files are played, one after the other."""

    def __init__(self, rule: dict, node: Node, postgres: Postgres, store: ObjectStore) -> None:
        self.rule = rule
        self.node = node
        self.postgres = postgres
        self.store = store

    @contextlib.contextmanager
    def bad(self, **arguments: object) -> Iterator[Release]:
        """The example, started whatever is wrong with it."""
        with self.cluster() as cluster:
            yield self.install(cluster, "example", **arguments)

    @contextlib.contextmanager
    def fixed(self, **arguments: object) -> Iterator[Release]:
        """The fixed example, in a cluster of its own, ready."""
        with self.cluster() as cluster:
            yield self.install(cluster, "fixed", **({"ready": True} | arguments))

    def install(
        self,
        cluster: Cluster,
        which: str,
        *,
        ready: bool = False,
        settings: Sequence[str] = (ONE_WORKER,),
        s3: bool = False,
    ) -> Release:
        values = yaml.safe_load(self.rule[which])
        if s3:
            settings = (*settings, *s3_variables(values))
        # The example's text is what is judged; the settings only make it quick.
        return cluster.install(values=values, settings=settings, check=False, ready=ready)

    @contextlib.contextmanager
    def cluster(self) -> Iterator[Cluster]:
        """A cluster with every Secret that an example refers to."""
        cluster = Cluster(self.node)
        auth.add_secrets(cluster)
        cluster.add_secret("mlflow-tls", certificates.self_signed("mlflow-mlflow", SERVICE))
        cluster.add_secret("mlflow-db-secret", {"uri": self.postgres.add_database()})
        cluster.add_secret("s3-credentials", object_store.CREDENTIALS)
        self.store.add_bucket("my-bucket")
        try:
            yield cluster
        finally:
            cluster.close()


def s3_variables(values: dict) -> list[str]:
    """Where the object store is, and the credentials that a cloud's role would give."""
    given = {entry["name"]: index for index, entry in enumerate(values.get("env", []))}
    variables = {"MLFLOW_S3_ENDPOINT_URL": f"http://{object_store.HOST}:{object_store.PORT}"}
    if "serviceAccount" in values:
        variables["AWS_ACCESS_KEY_ID"] = object_store.CREDENTIALS["access-key-id"]
        variables["AWS_SECRET_ACCESS_KEY"] = object_store.CREDENTIALS["secret-access-key"]
    settings = []
    for name, value in variables.items():
        index = given.setdefault(name, len(given))
        settings += [f"env[{index}].name={name}", f"env[{index}].value={value}"]
    return settings


# What the proofs say about a release.


def ends(release: Release, code: int, message: str) -> None:
    """The server ends by itself, with this exit code and these words in its log."""
    assert release.pod.wait(60) == code, release.pod.log
    assert message in release.pod.log, release.pod.log


def refuses_to_start(
    message: str, code: int = 2, **arguments: object
) -> Callable[[Stage], None]:
    """The example ends at once; the fixed one keeps what clients log."""

    def proof(stage: Stage) -> None:
        with stage.bad(**arguments) as release:
            ends(release, code, message)
        with stage.fixed(**arguments) as release:
            works(release)

    return proof


def is_never_ready(message: str) -> Callable[[Stage], None]:
    """The example stays without an answer to its probes; its log says why."""

    def proof(stage: Stage) -> None:
        with stage.bad() as release:
            assert wait_until(lambda: message in release.pod.log, 60), release.pod.log
            assert not kubelet.succeeds(release.pod, "startupProbe")
        with stage.fixed() as release:
            works(release)

    return proof


def cannot_upload(**arguments: object) -> Callable[[Stage], None]:
    """The example starts, and the first artifact cannot be stored; the fixed one stores it."""

    def proof(stage: Stage) -> None:
        with stage.bad(ready=True, **arguments) as release, pytest.raises(UPLOAD_FAILS):
            client.log_run(release.url())
        with stage.fixed(**arguments) as release:
            works(release)

    return proof


UPLOAD_FAILS = (MlflowException, requests.exceptions.HTTPError)


def works(release: Release, **variables: str) -> None:
    """Clients' data can be written and read."""
    with client.environment(**variables):
        logged = client.log_run(release.url())
        client.assert_run(release.url(), logged)


def signs_in() -> dict[str, str]:
    return {"MLFLOW_TRACKING_USERNAME": auth.ADMIN, "MLFLOW_TRACKING_PASSWORD": auth.PASSWORD}


# The proofs that are more than a refusal.


def option_twice(stage: Stage) -> None:
    # The folder of the example cannot be written, and it does not matter: it is not used.
    with stage.bad(ready=True) as release:
        assert "--expose-prometheus=/metrics" in release.pod.container["command"]
        assert requests.get(f"{release.url()}/metrics").status_code == 200
    with stage.fixed() as release:
        assert requests.get(f"{release.url()}/metrics").status_code == 200


def option_value(stage: Stage) -> None:
    with stage.bad(settings=()) as release:
        ends(release, 0, "Invalid value for '--workers'")
    with stage.fixed(settings=()) as release:
        works(release)


def exclusive_options(stage: Stage) -> None:
    with stage.bad() as release:
        ends(release, 2, "Cannot specify multiple server options")
    with stage.fixed() as release:
        assert kubelet.succeeds(release.pod, "readinessProbe")


def other_web_server(stage: Stage) -> None:
    def send_traces(release: Release) -> int:
        return requests.post(f"{release.url()}/v1/traces", data=b"").status_code

    with stage.bad(ready=True) as release:
        assert send_traces(release) == 404
    with stage.fixed() as release:
        assert send_traces(release) not in (404, 405)


def development_server(stage: Stage) -> None:
    with stage.bad(ready=True, settings=()) as release:
        assert "Started reloader process" in release.pod.log
    with stage.fixed(settings=()) as release:
        assert "reloader" not in release.pod.log


def unreachable_host(stage: Stage) -> None:
    with stage.bad() as release:
        assert wait_until(lambda: "Application startup complete" in release.pod.log, 60)
        assert kubelet.probe(release.pod, "readinessProbe") is None
    with stage.fixed() as release:
        works(release)


def sqlite_in_memory(stage: Stage) -> None:
    with stage.bad(ready=True) as release:
        with client.environment():
            name = "kept"
            api = f"{release.url()}/api/2.0/mlflow/experiments"
            requests.post(f"{api}/create", json={"name": name})
            release.restart()
            kept = requests.get(f"{api}/get-by-name", params={"experiment_name": name})
        assert kept.status_code == 404
    with stage.fixed() as release:
        logged = client.log_run(release.url())
        release.restart()
        client.assert_run(release.url(), logged)


def database_scheme(stage: Stage) -> None:
    with stage.bad() as release:
        ends(release, 1, "unsupported URI")
    with documented_database(stage), stage.fixed() as release:
        works(release)


def unencoded_password(stage: Stage) -> None:
    with documented_database(stage):
        with stage.bad() as release:
            message = 'could not translate host name "ss'
            found = wait_until(
                lambda: message in release.pod.log or "host 'ss" in release.pod.log, 60
            )
            assert found, release.pod.log
            assert not kubelet.succeeds(release.pod, "startupProbe")
        with stage.fixed() as release:
            works(release)


@contextlib.contextmanager
def documented_database(stage: Stage) -> Iterator[None]:
    """`mlflow` at `db:5432`, as the examples call it."""
    stage.postgres.execute("create role mlflow login password 'p@ss/word'")
    stage.postgres.execute("create database mlflow owner mlflow")
    stage.postgres.add_name("db")
    try:
        yield
    finally:
        stage.postgres.execute("drop database mlflow with (force)")
        stage.postgres.execute("drop role mlflow")


def sqlite_replicas(stage: Stage) -> None:
    with stage.bad() as release:
        # Which of them make the tables first is not the same each time; not all of them do.
        assert wait_until(lambda: any(pod.exit_code == 1 for pod in release.pods), 60)
    with stage.fixed() as release:
        works(release)


def artifact_root_on_clients(stage: Stage) -> None:
    with stage.bad(ready=True) as release:
        assert artifact_uri(release).startswith("/mlflow/artifacts/")
    with stage.fixed() as release:
        assert artifact_uri(release).startswith("mlflow-artifacts:/")
        works(release)


def artifacts_not_served(stage: Stage) -> None:
    with stage.bad(ready=True) as release:
        # A path that clients take for one of their own.
        assert "://" not in artifact_uri(release)
        assert not artifact_uri(release).startswith("mlflow-artifacts:")
    with stage.fixed() as release:
        works(release)


def artifact_uri(release: Release) -> str:
    """Where a client is told to write a new run's artifacts."""
    created = requests.post(
        f"{release.url()}/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}
    )
    return created.json()["run"]["info"]["artifact_uri"]


def needs_auth(message: str) -> Callable[[Stage], None]:
    """The example ends at once; the fixed one asks for a password and takes the right one."""

    def proof(stage: Stage) -> None:
        with stage.bad() as release:
            ends(release, 1, message)
        with stage.fixed() as release:
            signed_in_only(release)

    return proof


def signed_in_only(release: Release) -> None:
    assert requests.get(release.url()).status_code == 401
    works(release, **signs_in())


def auth_database(stage: Stage) -> None:
    with stage.bad() as release:
        message = "unable to open database file"
        assert wait_until(lambda: message in release.pod.log, 60), release.pod.log
        assert not kubelet.succeeds(release.pod, "startupProbe")
    with stage.fixed() as release:
        signed_in_only(release)


def workspaces_artifact_root(stage: Stage) -> None:
    with stage.bad() as release:
        ends(release, 1, "Cannot enable workspace mode")
    with stage.fixed() as release:
        assert kubelet.succeeds(release.pod, "readinessProbe")


def add_workspace(release: Release, name: str = "team-a") -> None:
    """A workspace with an experiment in it."""
    client.add_workspace(release.url(), name)
    made = requests.post(
        f"{release.url()}/api/2.0/mlflow/experiments/create",
        json={"name": "theirs"},
        headers={"X-MLFLOW-WORKSPACE": name},
    )
    assert made.status_code == 200, made.text


def workspaces_gc(stage: Stage) -> None:
    with stage.bad(ready=True) as release:
        add_workspace(release)
        job = release.collect_garbage()
        assert job.exit_code == 1
        assert "Cannot disable workspaces" in job.log
    with stage.fixed() as release:
        add_workspace(release)
        assert release.collect_garbage().exit_code == 0


def workspaces_one_way(stage: Stage) -> None:
    with stage.cluster() as cluster:
        release = stage.install(cluster, "example", ready=True)
        add_workspace(release)
        release.stop()
        without = stage.install(cluster, "fixed")
        ends(without, 1, "Cannot disable workspaces")


# Garbage collection.


def deleted_run(release: Release, days: float = 0, **variables: str) -> str:
    """A run that was deleted some days ago, with its artifact."""
    with client.environment(**variables):
        logged = client.log_run(release.url())
        MlflowClient(release.url()).delete_run(logged)
    if days:
        age_deleted_runs(release, days)
    return logged


def age_deleted_runs(release: Release, days: float) -> None:
    """Lets the time pass since runs were deleted."""
    with contextlib.closing(sqlite3.connect(folder_of_claim(release.cluster) / "mlflow.db")) as db:
        db.execute("update runs set deleted_time = deleted_time - ?", (days * 24 * 3600 * 1000,))
        db.commit()


def is_there(release: Release, logged: str, **variables: str) -> bool:
    """Whether a run, deleted or not, is still in the database."""
    with client.environment(**variables):
        try:
            MlflowClient(release.url()).get_run(logged)
        except MlflowException:
            return False
    return True


def gc_fails(message: str, **variables: str) -> Callable[[Stage], None]:
    """The example's garbage collection ends with 1 and removes nothing; the fixed one does."""

    def proof(stage: Stage) -> None:
        with stage.bad(ready=True) as release:
            logged = deleted_run(release, 40, **variables)
            job = release.collect_garbage()
            assert job.exit_code == 1, job.log
            assert message in job.log, job.log
            assert is_there(release, logged, **variables)
        with stage.fixed() as release:
            logged = deleted_run(release, 40, **variables)
            job = release.collect_garbage()
            assert job.exit_code == 0, job.log
            assert not is_there(release, logged, **variables)

    return proof


def gc_without_age(stage: Stage) -> None:
    with stage.bad(ready=True) as release:
        logged = deleted_run(release)
        assert release.collect_garbage().exit_code == 0
        assert not is_there(release, logged)
    with stage.fixed() as release:
        logged = deleted_run(release)
        assert release.collect_garbage().exit_code == 0
        assert is_there(release, logged)


def store_by_option(stage: Stage) -> None:
    def is_collected(release: Release) -> bool:
        logged = deleted_run(release, days=31)
        assert release.collect_garbage().exit_code == 0
        return not is_there(release, logged)

    with stage.bad(ready=True) as release:
        assert not is_collected(release)
    with stage.fixed() as release:
        assert is_collected(release)


def certificate_by_option(stage: Stage) -> None:
    with stage.bad() as release:
        message = "Uvicorn running on https://"
        assert wait_until(lambda: message in release.pod.log, 60), release.pod.log
        assert not kubelet.succeeds(release.pod, "startupProbe")
    with stage.fixed() as release:
        assert kubelet.succeeds(release.pod, "readinessProbe")


def env_without_effect(stage: Stage) -> None:
    def workers(release: Release) -> int:
        return release.pod.log.count("Started server process")

    with stage.bad(ready=True, settings=()) as release:
        assert wait_until(lambda: workers(release) == 4, 60), release.pod.log
    with stage.fixed(settings=()) as release:
        assert "--workers=2" in release.pod.container["command"]
        assert wait_until(lambda: workers(release) == 2, 60), release.pod.log


def prefix_by_env(stage: Stage) -> None:
    with stage.bad() as release:
        assert wait_until(lambda: kubelet.probe(release.pod, "startupProbe") == 404, 60)
    with stage.fixed() as release:
        works(release)


# Hosts, origins and metrics.


def answers(
    *,
    bad: int,
    fixed: int,
    host: str | None = None,
    origin: str | None = None,
    path: str = "/",
    **arguments: object,
) -> Callable[[Stage], None]:
    """What a request gets from the example, and from the fixed one.

    With an origin it is a page's POST, otherwise a GET.
    """

    def ask(release: Release) -> int:
        headers = {name: value for name, value in (("Host", host), ("Origin", origin)) if value}
        server = f"{release.scheme}://mlflow-mlflow:{release.port}"
        if origin:
            search = "/ajax-api/2.0/mlflow/experiments/search"
            page = requests.post(server + search, json={"max_results": 1}, headers=headers)
        else:
            page = requests.get(server + path, headers=headers)
        return page.status_code

    def proof(stage: Stage) -> None:
        with stage.bad(ready=True, **arguments) as release:
            assert ask(release) == bad
        with stage.fixed(**arguments) as release:
            assert ask(release) == fixed

    return proof


PUBLIC = "mlflow.example.com"


def clients_shut_out(stage: Stage) -> None:
    for host in ("localhost:5000", "mlflow-mlflow:5000"):
        answers(host=host, bad=403, fixed=200)(stage)


def monitor_without_metrics(stage: Stage) -> None:
    with stage.bad(ready=True) as release:
        assert not release.manifests.all("ServiceMonitor")
        assert requests.get(f"{release.url()}/metrics").status_code == 404
    with stage.fixed() as release:
        assert scrape(release) == 200


def scrapes(*, bad: int, sign_in: bool = False) -> Callable[[Stage], None]:
    """What Prometheus gets, which asks as the ServiceMonitor says."""

    def proof(stage: Stage) -> None:
        with stage.bad(ready=True) as release:
            assert scrape(release) == bad
        with stage.fixed() as release:
            assert scrape(release, (auth.ADMIN, auth.PASSWORD) if sign_in else None) == 200

    return proof


def scrape(release: Release, credentials: tuple[str, str] | None = None) -> int:
    [endpoint] = release.manifests.only("ServiceMonitor")["spec"]["endpoints"]
    assert (credentials is not None) == ("basicAuth" in endpoint)
    url = f"http://{release.pod.address}:{release.port}{endpoint['path']}"
    return requests.get(url, auth=credentials).status_code


PROOFS: dict[str, Callable[[Stage], None]] = {
    "MK301": refuses_to_start("static-prefix"),
    "MK302": option_twice,
    "MK303": refuses_to_start("No such option"),
    "MK305": refuses_to_start("does not take a value"),
    "MK306": option_value,
    "MK307": exclusive_options,
    "MK308": other_web_server,
    "MK309": development_server,
    "MK310": unreachable_host,
    "MK311": store_by_option,
    "MK312": certificate_by_option,
    "MK313": refuses_to_start("value must be one of", code=1),
    "MK401": is_never_ready("unable to open database file"),
    "MK402": sqlite_in_memory,
    "MK403": refuses_to_start("Read-only file system: '/data'", code=1),
    "MK404": database_scheme,
    "MK405": unencoded_password,
    "MK421": sqlite_replicas,
    "MK441": cannot_upload(),
    "MK442": cannot_upload(),
    "MK443": artifact_root_on_clients,
    "MK444": artifacts_not_served,
    "MK445": cannot_upload(s3=True),
    "MK446": cannot_upload(s3=True),
    "MK501": answers(host=PUBLIC, bad=403, fixed=200),
    "MK502": answers(host=PUBLIC, origin=f"https://{PUBLIC}", bad=403, fixed=200),
    "MK503": answers(host=PUBLIC, bad=403, fixed=200),
    "MK504": answers(host=PUBLIC, origin=f"https://{PUBLIC}", bad=403, fixed=200),
    "MK505": clients_shut_out,
    "MK506": answers(host="evil.example.com", bad=200, fixed=403),
    "MK508": answers(
        host="10.0.0.7:30500", origin="http://10.0.0.7:30500", bad=403, fixed=200
    ),
    "MK509": answers(host=PUBLIC, bad=403, fixed=200),
    "MK523": answers(path="/mlflow/", bad=404, fixed=200),
    "MK601": needs_auth("A static secret key needs to be set"),
    "MK602": needs_auth("MLFLOW_AUTH_ADMIN_PASSWORD"),
    "MK603": auth_database,
    "MK604": refuses_to_start("oidc-auth"),
    "MK621": refuses_to_start("unsupported URI", code=1),
    "MK622": workspaces_gc,
    "MK623": workspaces_artifact_root,
    "MK624": workspaces_one_way,
    "MK625": refuses_to_start("client-only", code=1),
    "MK701": gc_fails("Could not parse any time information"),
    "MK702": gc_without_age,
    "MK703": gc_fails("401", **signs_in()),
    "MK704": gc_fails("Invalid Host header"),
    "MK705": gc_fails("must be a valid http or https URI"),
    "MK721": monitor_without_metrics,
    "MK722": scrapes(bad=404),
    "MK723": scrapes(bad=403),
    "MK724": scrapes(bad=401, sign_in=True),
    "MK841": refuses_to_start("ermission denied", code=0),
    "MK845": is_never_ready("unable to open database file"),
    "MK851": env_without_effect,
    "MK852": prefix_by_env,
}


def test_every_rule_that_names_a_proof_has_one() -> None:
    assert sorted(PROOFS) == sorted(RULES)


@pytest.mark.parametrize("code", [code for code in RULES if code in PROOFS])
def test_rule(code: str, node: Node, postgres: Postgres, object_store: ObjectStore) -> None:
    PROOFS[code](Stage(RULES[code], node, postgres, object_store))
