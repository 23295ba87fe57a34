"""The manifests that the command line renders."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

# Set by `cargo xtask`, which builds the program first.
PROGRAM = "MLFLOW_K8S"


@dataclass(frozen=True)
class Manifests:
    """The rendered objects."""

    objects: list[dict]

    def all(self, kind: str) -> list[dict]:
        return [each for each in self.objects if each["kind"] == kind]

    def only(self, kind: str) -> dict:
        [found] = self.all(kind)
        return found


def render(
    presets: Sequence[str] = (),
    values: dict | str | None = None,
    *settings: str,
    namespace: str = "mlflow",
    check: bool = True,
) -> Manifests:
    """What `mlflow-k8s render` prints for presets, a values file, and `--set` on top.

    Without `check` the rules are left out: for values that are wrong on purpose.
    """
    text = values if isinstance(values, str) else yaml.safe_dump(values or {})
    command = ["render", "--namespace", namespace, "--values", "-"]
    command += [word for preset in presets for word in ("--preset", preset)]
    command += [word for setting in settings for word in ("--set", setting)]
    command += [] if check else ["--no-check"]
    return Manifests([each for each in yaml.safe_load_all(run(*command, stdin=text)) if each])


def run(*arguments: str, stdin: str = "") -> str:
    """What the command line prints; its complaint is in the error when it fails."""
    command = [os.environ[PROGRAM], *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout
