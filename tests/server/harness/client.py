"""A client of the server: MLflow's own, as a user's program has it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.tracking._tracking_service.registry import TrackingStoreRegistry
from mlflow.utils import request_utils, server_info

# A refusal is final here; the client's own default is to try for minutes.
ENVIRONMENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


@contextlib.contextmanager
def environment(**variables: str) -> Iterator[None]:
    """The client's settings, which it reads from the environment, for a while."""
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT | variables)
    forget_servers()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def forget_servers() -> None:
    """Lets the client begin anew, as in another process.

    It remembers by the address what a server can do, and keeps connections open;
    in these tests another server may be at the same address by now.
    """
    TrackingStoreRegistry._get_store_with_resolved_uri.cache_clear()
    server_info._clear_server_info_cache()
    request_utils._cached_get_request_session.cache_clear()


def log_run(url: str, text: str = "hello", experiment: str = "0") -> str:
    """Logs a run with a parameter, a metric and an artifact; its id."""
    with environment():
        client = MlflowClient(tracking_uri=url)
        run_id = client.create_run(experiment).info.run_id
        client.log_param(run_id, "learning_rate", 0.01)
        client.log_metric(run_id, "accuracy", 0.95)
        client.log_text(run_id, text, "notes/hello.txt")
        client.set_terminated(run_id)
    return run_id


def assert_run(url: str, run_id: str, text: str = "hello") -> Run:
    """Reads a run of `log_run` back, with its artifact."""
    with environment(), tempfile.TemporaryDirectory() as folder:
        client = MlflowClient(tracking_uri=url)
        run = client.get_run(run_id)
        assert run.data.params == {"learning_rate": "0.01"}
        assert run.data.metrics == {"accuracy": 0.95}
        assert run.info.status == "FINISHED"
        file = client.download_artifacts(run_id, "notes/hello.txt", folder)
        assert Path(file).read_text() == text
    return run


def add_workspace(url: str, name: str) -> None:
    """A workspace, on a server that has them."""
    with environment():
        mlflow.set_tracking_uri(url)
        try:
            mlflow.create_workspace(name)
        finally:
            mlflow.set_tracking_uri(None)
