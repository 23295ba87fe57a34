"""Kinds that the oldest API server of the tests does not have yet.

On such a server a page goes on without their objects, which are left out by name.
The Job that `kubectl create job --from=cronjob/NAME` makes is then made of the
manifest, so that what the CronJob would run does run.
"""

import argparse
import json
import re

import yaml
from control_plane.client import Client, Object

# The names by which kubectl knows each.
LATER = {
    ("batch/v1", "CronJob"): r"cronjobs?|cj",
    ("policy/v1", "PodDisruptionBudget"): r"poddisruptionbudgets?|pdb",
    ("autoscaling/v2", "HorizontalPodAutoscaler"): r"horizontalpodautoscalers?|hpa",
}


class Lacking:
    """What one page's API server lacks, and what of the page was left out for it."""

    def __init__(self, api: Client) -> None:
        self.kinds = {kind for kind in LATER if not api.serves(*kind)}
        self.left_out: list[Object] = []
        names = "|".join(LATER[kind] for kind in self.kinds)
        # What is deleted may be missing.
        asked = rf"\bkubectl\b.*\b(?:describe|edit|get|patch|wait)\b.*\b(?P<name>{names})\b"
        self._asked = re.compile(asked) if names else None

    @property
    def variable(self) -> str:
        """For the page's kubectl."""
        return ",".join(sorted(f"{version} {kind}" for version, kind in self.kinds))

    def leave_out(self, documents: list[str]) -> None:
        self.left_out += [yaml.safe_load(document) for document in documents]

    def asked_for(self, commands: str) -> str | None:
        """The name of a kind that commands ask the server for."""
        found = self._asked and self._asked.search(commands.replace("\\\n", " "))
        return found["name"] if found else None

    def shown(self, output: str) -> str:
        """An output of a page without the lines about objects that were left out."""
        names = {f"{each['kind'].lower()}.{each['apiVersion'].partition('/')[0]}"
                 f"/{each['metadata']['name']}" for each in self.left_out}
        return "".join(
            line for line in output.splitlines(keepends=True)
            if not names & {line.partition(" ")[0]}
        )

    def job(self, words: list[str], name: str) -> dict[str, object]:
        """A Job as `kubectl create job WORDS --from=cronjob/NAME` makes it, and the command that does."""
        parser = argparse.ArgumentParser(exit_on_error=False, add_help=False)
        parser.add_argument("-n", "--namespace", default="default")
        parser.add_argument("--from")
        parser.add_argument("command", nargs=2)
        parser.add_argument("name")
        options = parser.parse_intermixed_args(words)
        found = [each for each in self.left_out
                 if each["kind"] == "CronJob" and each["metadata"]["name"] == name]
        if not found:
            return {"job": None}
        template = found[-1]["spec"]["jobTemplate"]
        job = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {**template.get("metadata", {}), "name": options.name},
            "spec": template["spec"],
        }
        command = ["create", "--namespace", options.namespace, "-f", "-"]
        return {"job": json.dumps(job), "words": command}
