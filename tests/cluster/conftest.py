"""What the tests on a real API server share."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane import state
from control_plane.omissions import Omissions
from control_plane.programs import Programs, find
from control_plane.server import ControlPlane
from harness.node import Node, Unable

from recipes.summary import PROPERTY, Line
from recipes.summary import report as summary_of_recipes

_numbers = itertools.count(1)
_omissions = Omissions()
_running: list[ControlPlane] = []


@pytest.fixture(scope="session")
def network() -> Iterator[Node | Unable]:
    """This worker's own network, before anything listens: Pods that are processes are in it.

    Where the machine does not let it have one, the reason; most tests do without.
    """
    folder = Path(tempfile.mkdtemp(prefix="mlflow-k8s-"))
    # Servers that do not run as root have folders of theirs in it.
    folder.chmod(0o755)
    try:
        yield Node(folder)
    except Unable as reason:
        yield reason
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def control_plane(network: Node | Unable) -> Iterator[ControlPlane]:
    """This worker's own control plane."""
    programs = find()
    assert isinstance(programs, Programs), programs
    started = ControlPlane(programs)
    _running.append(started)
    yield started
    for what in started.left_out():
        _omissions.omit(what, f"not served by {started.api.version()}")
    _running.remove(started)
    started.close()


@pytest.fixture
def controllers(control_plane: ControlPlane) -> None:
    """For tests that need Pods to be made and objects to be collected."""
    if not control_plane.has_controllers:
        reason = "kube-controller-manager is missing beside kube-apiserver"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def cluster(control_plane: ControlPlane, controllers: None) -> Iterator[ControlPlane]:
    """The control plane, with nothing in it that a test has made."""
    yield control_plane
    state.empty(control_plane.api)


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """A namespace of the test's own."""
    name = f"test-{next(_numbers)}"
    path = "/api/v1/namespaces"
    control_plane.api.post(path, {"metadata": {"name": name}})
    yield name
    # Nobody waits until it is gone: the next test has another one.
    control_plane.api.delete(f"{path}/{name}")


@pytest.fixture(scope="session")
def empty_namespace(control_plane: ControlPlane) -> str:
    """A namespace to try things in, which stays empty."""
    control_plane.api.post("/api/v1/namespaces", {"metadata": {"name": "empty"}})
    return "empty"


@pytest.fixture
def omissions() -> Omissions:
    """Takes down what the server is too old for."""
    return _omissions


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the programs, every test that needs them is skipped, and says how to get them."""
    reason = find()
    if isinstance(reason, Programs):
        return
    for item in items:
        if "control_plane" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hands what was left out to the process that prints the summary."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["omissions"] = _omissions.to_list()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    _omissions.extend(getattr(node, "workeroutput", {}).get("omissions", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _omissions.summary():
        terminalreporter.write_line(line, yellow=True)
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.getreports(outcome)]
    properties = [each for report in reports if report.when == "call" for each in report.user_properties]
    for line in summary_of_recipes([Line(**value) for name, value in properties if name == PROPERTY]):
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Shows with a failure what the control plane has logged."""
    report = yield
    if report.failed:
        for each in _running:
            report.sections.extend(each.logs().items())
            report.sections.append(("kubelet", "\n".join(each.kubelet.faults[-5:])))
    return report
