"""The guide's Python examples run as they stand, one after the other, on the
server that its first values give."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.client import ENVIRONMENT
from harness.cluster import Cluster

GUIDE = Path(__file__).parents[2] / "docs/guide"
FENCE = re.compile(r"^```(?P<info>.+)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


def blocks(page: Path, info: str) -> list[str]:
    found = FENCE.finditer(page.read_text())
    return [block["text"] for block in found if block["info"].startswith(info)]


PAGES = [page.name for page in sorted(GUIDE.glob("*.md")) if blocks(page, "python server")]


def test_some_pages_have_examples() -> None:
    assert PAGES


@pytest.mark.parametrize("name", PAGES)
def test_examples_run(cluster: Cluster, name: str, tmp_path: Path) -> None:
    page = GUIDE / name
    release = cluster.install(values=blocks(page, "yaml values")[0])
    address = release.port_forward()
    for snippet in blocks(page, "python server"):
        run = subprocess.run(
            [sys.executable, "-c", snippet],
            cwd=tmp_path,
            env=ENVIRONMENT | {"PATH": "/usr/bin:/bin", "MLFLOW_TRACKING_URI": address},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, f"{snippet}\n{run.stderr}"
