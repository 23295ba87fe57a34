"""Every shell block of the documentation does on a cluster what is said beside it.

The blocks of a page run in its order, as they are written, in one shell and in a
folder of the page's own, on an empty cluster; `recipes` says with what. The kinds
of blocks are listed at the head of `crates/cli/tests/documentation.rs`, which checks
the same pages without a cluster.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from control_plane.client import Client, wait_until
from control_plane.omissions import Omissions
from control_plane.server import ControlPlane
from harness.client import ENVIRONMENT
from harness.node import Node, Unable
from harness.object_store import ObjectStore
from harness.postgres import Postgres

from recipes import kubectl, official_chart, page, shell
from recipes.agent import Agent
from recipes.outside import Outside
from recipes.port_forward import PortForwards
from recipes.shell import Failed, Shell
from recipes.summary import NOT_REACHED, PROPERTY, Line

# Another clone's pages can be tried with this one's runner.
ROOT = Path(os.environ.get("MLFLOW_K8S_RECIPES", Path(__file__).parents[2]))

PORT_FORWARD = re.compile(r"\bkubectl\b.*\bport-forward\b.* &$", re.MULTILINE)


def pages() -> dict[str, Path]:
    """Every page that has something to run, by its name."""
    found = {}
    for pattern in ("README.md", "docs/*.md", "docs/guide/*.md"):
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text()
            if any(b.words and b.words[0] in {*page.SHELLS, "python"} for b in page.blocks(text)):
                found[str(path.relative_to(ROOT)).removesuffix(".md")] = path
    # The longest first, so that no worker is left with it at the end.
    return dict(sorted(found.items(), key=lambda page: -len(page[1].read_text())))


PAGES = pages()


@pytest.fixture(scope="session")
def node(network: Node | Unable) -> Node:
    """This worker's own network, in which the control plane listens too."""
    if isinstance(network, Unable):
        raise network
    return network


@pytest.fixture(scope="session")
def servers(node: Node) -> Iterator[Outside]:
    """Servers beyond the cluster, started when a page needs them."""
    postgres, store = cache(lambda: Postgres(node)), cache(lambda: ObjectStore(node))
    yield Outside(node, postgres, store)
    for starter in (postgres, store):
        if starter.cache_info().currsize:
            starter().close()


@pytest.fixture(scope="session")
def processes(node: Node, control_plane: ControlPlane, servers: Outside) -> Iterator[Agent]:
    api = Client(control_plane.address, control_plane.token, control_plane.folder / "ca.crt")
    agent = Agent(node, api, servers)
    yield agent
    agent.close()


@pytest.fixture
def agent(control_plane: ControlPlane, processes: Agent) -> Iterator[Agent]:
    """Real processes for this test's Pods."""
    control_plane.kubelet.starter = processes.start
    yield processes
    control_plane.kubelet.starter = None
    processes.reset()


@pytest.fixture
def forwards(agent: Agent, tmp_path: Path) -> Iterator[PortForwards]:
    started = PortForwards(agent, agent.api, tmp_path / "agent.socket")
    yield started
    started.close()


@pytest.fixture
def reader(
    forwards: PortForwards, cluster: ControlPlane, tmp_path: Path
) -> Iterator[Shell]:
    """The shell of someone who follows a page, in an empty folder and on an empty cluster."""
    tools, folder, home = (tmp_path / name for name in ("bin", "page", "home"))
    for each in (tools, folder, home):
        each.mkdir()
    stand_in = tools / "kubectl"
    stand_in.write_text(f"#!{sys.executable} -IS\n{Path(kubectl.__file__).read_text()}")
    stand_in.chmod(0o755)
    # A page may change the configuration of its kubectl.
    configuration = home / "kubeconfig"
    configuration.write_text(cluster.kubeconfig.read_text())
    environment = cluster.environment | ENVIRONMENT | {
        "PATH": f"{tools}:{cluster.environment['PATH'].replace(':', f':{sys.prefix}/bin:', 1)}",
        "HOME": str(home),
        "KUBECONFIG": str(configuration),
        "RECIPES_KUBECTL": str(cluster.programs.kubectl),
        "RECIPES_LACKING": forwards.lacking.variable,
        "RECIPES_AGENT": str(tmp_path / "agent.socket"),
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "Reader"), ("EMAIL", "reader@example.com"))},
    }
    started = Shell(folder, tmp_path / "blocks", environment)
    yield started
    started.close()


# A page with several servers takes minutes on a busy machine. Its blocks have their own limit.
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", PAGES)
def test_page(
    name: str,
    reader: Shell,
    forwards: PortForwards,
    omissions: Omissions,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    path, folder = PAGES[name], tmp_path / "page"
    try:
        blocks = page.read(path)
    except page.WrongPage as error:
        pytest.fail(str(error), pytrace=False)
    before = ""
    failure = ""
    for block in blocks:
        where = f"{path.name}:{block.line}: {' '.join(block.words)}\n{block.text}"
        if failure:
            if block.kind in (*page.EXECUTED, page.NOT_RUN):
                record_property(PROPERTY, Line.of(path.name, block, NOT_REACHED).to_dict())
        elif block.kind == page.VALUES:
            (folder / (block.attribute("file") or "example.yaml")).write_text(block.text)
            if path.name == official_chart.PAGE and not (folder / official_chart.FOLDER).exists():
                official_chart.write(folder, block.text)
        elif block.kind == page.OUTPUT:
            if before not in (*page.EXECUTED, page.NOT_RUN):
                failure = f"{where}\nthere are no commands before it"
            elif before in page.EXECUTED and not page.is_like(
                reader.output().standard, forwards.lacking.shown(block.text)
            ):
                failure = f"{where}\nit prints:\n{shell.joined(reader.output())}"
        elif block.kind == page.CLUSTER and (kind := forwards.lacking.asked_for(block.text)):
            reason = f"this API server is too old for {kind}"
            record_property(PROPERTY, Line.of(path.name, block, reason).to_dict())
            before = page.NOT_RUN
            continue
        elif block.kind in page.EXECUTED:
            record_property(PROPERTY, Line.of(path.name, block).to_dict())
            try:
                reader.python(block.text) if block.kind == page.PYTHON else reader.run(block.text)
                wait_for_ports(reader, forwards, block.text)
            except Failed as error:
                failure = f"{where}\n{error}"
        elif block.kind == page.NOT_RUN:
            record_property(PROPERTY, Line.of(path.name, block).to_dict())
        before = block.kind
    for each in forwards.lacking.left_out:
        what = f"{each['kind']} of {each['apiVersion']}"
        omissions.omit(f"{what} in {path.name}", f"{forwards.api.version()} does not have it")
    if failure:
        logs = (f"--- {name}\n{ending(log)}" for name, log in forwards.agent.logs())
        pytest.fail("\n".join([failure, *logs]), pytrace=False)


def ending(log: str, lines: int = 30) -> str:
    return "\n".join(log.splitlines()[-lines:])


def wait_for_ports(reader: Shell, forwards: PortForwards, commands: str) -> None:
    """Waits for the ports that a block has opened; a person types the next one later."""
    number = len(PORT_FORWARD.findall(commands.replace("\\\n", " ")))
    for job in reader.jobs[len(reader.jobs) - number :]:
        wait_until(
            "the port is forwarded",
            lambda job=job: job in forwards.listening or not Path(f"/proc/{job}").exists(),
            shell.BLOCK_SECONDS,
        )
        if job not in forwards.listening:
            raise Failed(shell.joined(reader.output()))
