"""What was left out because the server is too old for it, by name."""

from collections import Counter
from collections.abc import Iterable, Iterator


class Omissions:
    """Counts what was left out. The summary of the tests prints it."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def omit(self, what: str, reason: str) -> None:
        self._counts[what, reason] += 1

    def to_list(self) -> list[tuple[str, str, int]]:
        """In a form that goes from one process to another."""
        return [(what, reason, number) for (what, reason), number in self._counts.items()]

    def extend(self, counts: Iterable[tuple[str, str, int]]) -> None:
        for what, reason, number in counts:
            self._counts[what, reason] += number

    def summary(self) -> Iterator[str]:
        """A line for each."""
        for (what, reason), number in sorted(self._counts.items()):
            yield f"left out {number} times: {what}: {reason}"
