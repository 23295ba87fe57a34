"""What was left out because the server is too old for it, by name."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import yaml

from control_plane.client import Client, Object

# What our own output has between documents, and nowhere else.
DOCUMENT = re.compile(r"^---\n", re.MULTILINE)

# Kinds of ours that no server before 1.25 has all of. The server is asked which it has: on
# a newer one nothing is left out. Anything else that it does not have is a failure.
NEWER = {
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("batch/v1", "CronJob"),
    ("policy/v1", "PodDisruptionBudget"),
}


class Omissions:
    """Counts what was left out. The summary of the tests prints it."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def omit(self, what: str, reason: str) -> None:
        self._counts[what, reason] += 1

    def served(self, api: Client, manifests: str) -> str:
        """The documents that the server is new enough for, as they are."""
        kept = []
        for text in DOCUMENT.split(manifests):
            document = yaml.safe_load(text)
            if document is None or self.is_served(api, document):
                kept.append(text)
        return "---\n".join(kept)

    def is_served(self, api: Client, each: Object) -> bool:
        """Whether the server is new enough for an object; if not, it is counted."""
        kind = (each["apiVersion"], each["kind"])
        if kind not in NEWER or api.serves(*kind):
            return True
        self.omit(" ".join(kind), f"not served by {api.version()}")
        return False

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
