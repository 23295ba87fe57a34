"""`kubectl` for scripts: on an old server, without the objects that it is too old for.

What a guide says is run as it is written. On a server that lacks a kind (see
`omissions.NEWER`), objects of that kind are taken out of the files before the real `kubectl`
reads them, and each time is noted in a file, which the summary of the tests counts.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

REAL = "MLFLOW_K8S_TEST_KUBECTL"
# Kinds that the server is too old for, as `batch/v1 CronJob`, and the file for the notes.
LACKING = "MLFLOW_K8S_TEST_LACKING"
NOTES = "MLFLOW_K8S_TEST_NOTES"

# `--from=cronjob/NAME`: this kubectl asks for the version that the server lacks.
_FROM = re.compile(r"--from=['\"]?(?P<kind>\w+)/")
_KIND = re.compile(r"""^\s*"?kind"?: ["']?(?P<kind>\w+)""", re.MULTILINE)
_VERSION = re.compile(r"""^\s*"?apiVersion"?: ["']?(?P<version>[\w./]+)""", re.MULTILINE)


def main(arguments: list[str]) -> int:
    lacking = json.loads(os.environ[LACKING])
    words = list(arguments)
    text = None
    for index, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in ("-f", "--filename"):
            place = value if equals else words[index + 1]
            text = sys.stdin.read() if place == "-" else Path(place).read_text()
            kept = filtered(text, lacking)
            if kept == text and place != "-":
                text = None
                continue
            text = kept
            words[index : index + (1 if equals else 2)] = ["--filename=-"]
            break
        if found := _FROM.match(word):
            gone = [kind for kind in lacking if kind.split()[1].lower() == found["kind"]]
            if gone:
                note(f"{gone[0]}: kubectl {' '.join(words)}")
                return 0
    command = [os.environ[REAL], *words]
    if text is None:
        os.execv(command[0], command)
    return subprocess.run(command, input=text, text=True).returncode


def filtered(text: str, lacking: list[str]) -> str:
    """The documents of a file whose kinds the server has, as they are."""
    kept = []
    for document in re.split(r"^---\n", text, flags=re.MULTILINE):
        version, kind = _VERSION.search(document), _KIND.search(document)
        name = f"{version['version']} {kind['kind']}" if version and kind else ""
        if name in lacking:
            note(name)
        else:
            kept.append(document)
    return "---\n".join(kept)


def note(what: str) -> None:
    with Path(os.environ[NOTES]).open("a") as notes:
        notes.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
