"""How many blocks of the documentation ran, and which did not, with the reasons."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from recipes.page import EXECUTED, NOT_RUN, Block

PROPERTY = "recipe"
NOT_REACHED = "a block before it failed"


@dataclass(frozen=True)
class Line:
    """A block, and why it did not run if it did not."""

    page: str
    line: int
    kind: str
    reason: str

    @classmethod
    def of(cls, page: str, block: Block, reason: str = "") -> "Line":
        return cls(page, block.line, block.kind, reason or block.reason)

    def to_dict(self) -> dict[str, object]:
        """In a form that goes from one process to another."""
        return asdict(self)


def report(lines: list[Line]) -> Iterator[str]:
    """What is printed after the tests."""
    if not lines:
        return
    ran = Counter(line.kind for line in lines if not line.reason)
    counts = ", ".join(f"{ran[kind]} {kind}" for kind in EXECUTED)
    left_out = [line for line in lines if line.reason]
    yield f"recipes: {ran.total()} blocks ran ({counts}), {len(left_out)} did not"
    for line in sorted(left_out, key=lambda line: (line.page, line.line)):
        kind = "" if line.kind == NOT_RUN else f" ({line.kind})"
        yield f"  {line.page}:{line.line}{kind}: {line.reason}"
