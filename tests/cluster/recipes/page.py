"""The fenced blocks of a page, and the comparison of an output with what is shown."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")

# Blocks that this runner carries out, in the order of the page, and those that it counts.
RUN = "sh run"
CLUSTER = "sh cluster"
NOT_RUN = "sh not-run"
PYTHON = "python server"
VALUES = "yaml values"
OUTPUT = "text output"
EXECUTED = (RUN, CLUSTER, PYTHON)

# Names by which an editor knows a shell. A block of one of them has to say what it is.
SHELLS = {"sh", "bash", "shell", "console", "zsh"}


class WrongPage(Exception):
    """A page says something that nothing can carry out."""


@dataclass(frozen=True)
class Block:
    """A fenced block: the line of its fence, the words of its first line, its text."""

    line: int
    words: tuple[str, ...]
    text: str

    @property
    def kind(self) -> str:
        return " ".join(self.words[:2])

    @property
    def reason(self) -> str:
        """Why a block is not run."""
        return " ".join(self.words[2:])

    def attribute(self, name: str) -> str | None:
        for word in self.words:
            key, equals, value = word.partition("=")
            if key == name and equals:
                return value
        return None


def read(path: Path) -> list[Block]:
    """The blocks of a page; a shell block that does not say how it runs is refused."""
    found = blocks(path.read_text())
    for block in found:
        if block.words and block.words[0] in SHELLS:
            if block.kind not in (RUN, CLUSTER, NOT_RUN):
                raise WrongPage(f"{path.name}:{block.line}: a shell block without a kind")
            if block.kind == NOT_RUN and not block.reason:
                raise WrongPage(f"{path.name}:{block.line}: a block that is not run, without a reason")
    return found


def blocks(text: str) -> list[Block]:
    found = []
    lines = iter(enumerate(text.split("\n"), start=1))
    for number, line in lines:
        opening = FENCE.match(line)
        if not opening:
            continue
        indent, content = len(opening["indent"]), []
        for _, inner in lines:
            closing = FENCE.match(inner)
            if closing and not closing["info"].strip() and closing["fence"].startswith(opening["fence"]):
                break
            # A block in a list is indented as its item is.
            content.append(inner[min(indent, len(inner) - len(inner.lstrip(" "))) :])
        text = "".join(f"{each}\n" for each in content)
        found.append(Block(number, tuple(opening["info"].split()), text))
    return found


def is_like(printed: str, shown: str) -> bool:
    """Whether an output is as shown: `...` alone on a line stands for any lines, within a line for any text."""
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"\n"
    lines = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return re.fullmatch(pattern, lines) is not None
