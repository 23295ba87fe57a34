"""What the program knows of each kind, read from its one table."""

import re
from dataclasses import dataclass

from control_plane.corpus import ROOT

TABLE = ROOT / "crates/core/src/kind.rs"
_ROW = re.compile(
    r'\bkind: "(?P<kind>\w+)",\s+api_version: "(?P<version>[\w./-]+)",.*?'
    r"immutable: &\[(?P<immutable>[^\]]*)\],\s+removal: Removal::(?P<removal>\w+),\s+"
    r"render: &\[(?P<render>[^\]]*)\]",
    re.DOTALL,
)


@dataclass(frozen=True)
class Kind:
    name: str
    api_version: str
    # JSON pointers.
    immutable: tuple[str, ...]
    removal: str
    is_rendered: bool


def kinds() -> dict[str, Kind]:
    """Every row."""
    found = {}
    for row in _ROW.finditer(TABLE.read_text()):
        pointers = tuple(re.findall(r'"(/[^"]+)"', row["immutable"]))
        found[row["kind"]] = Kind(
            row["kind"], row["version"], pointers, row["removal"], bool(row["render"].strip())
        )
    return found
