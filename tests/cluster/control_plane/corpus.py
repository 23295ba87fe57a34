"""What there is to render: the presets, and the cases of the corpus."""

import json
from dataclasses import dataclass
from pathlib import Path

from control_plane.client import Object
from harness.render import run

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests/corpus/conformance"
PRESETS = ROOT / "crates/core/src/presets"


@dataclass(frozen=True)
class Case:
    """Values, and the release that they are for."""

    name: str
    release: str = "mlflow"
    # What gives the values on the command line.
    values: tuple[str, ...] = ()

    def arguments(self, namespace: str) -> list[str]:
        """The arguments of any of our commands."""
        return [self.release, "--namespace", namespace, *self.values]

    def render(self, namespace: str) -> str:
        """The manifests. The rules are left out: some cases are wrong on purpose."""
        return run("render", *self.arguments(namespace), "--no-check")


def presets() -> list[Case]:
    names = sorted(file.stem for file in PRESETS.glob("*.yaml"))
    return [Case(name, values=("--preset", name)) for name in names]


def conformance() -> list[Case]:
    return [case(folder.name) for folder in sorted(CASES.iterdir())]


def case(name: str) -> Case:
    """A case of the corpus, without its namespace: a test has one of its own."""
    folder = CASES / name
    arguments = folder / "args.json"
    words = json.loads(arguments.read_text()) if arguments.exists() else ["mlflow"]
    release, *flags = words
    pairs = list(zip(flags[::2], flags[1::2], strict=True))
    kept = [word for flag, value in pairs if flag != "--namespace" for word in (flag, value)]
    return Case(name, release, ("--values", str(folder / "values.yaml"), *kept))


def of_helm(name: str) -> list[Object]:
    """What Helm makes of the official chart for a case."""
    return json.loads((CASES / name / "expected.json").read_text())
