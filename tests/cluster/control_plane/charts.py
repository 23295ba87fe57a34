"""A chart that stands in for the official one: its templates are what Helm made of that."""

import json
from collections.abc import Iterable
from pathlib import Path

from control_plane.client import Object


def write(folder: Path, objects: Iterable[Object]) -> None:
    """Writes a chart that makes these objects, whatever the values."""
    templates = folder / "templates"
    templates.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: mlflow\nversion: 0.2.0\n")
    for number, each in enumerate(objects):
        # JSON is YAML. Braces that a text may have are no template's.
        text = json.dumps(each, indent=2).replace("{{", '{{"{{"}}')
        (templates / f"{number}.yaml").write_text(text)
