"""What stands before the real kubectl on the path of a page.

`port-forward` needs a kubelet that speaks SPDY, so the agent makes the connection
instead. Before a command that the API server passes on to a node, every Pod is
given to the agent's node. Objects that the API server is too old for are left out
of files, and the agent is told. All else is the real kubectl's.

It runs without the packages of the tests, which would take longer to load than
kubectl takes.
"""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

# With a word of their own, so that it is not taken for the command.
WITH_VALUES = {
    *("-n", "--namespace", "--context", "--kubeconfig", "--cluster", "--user", "-s", "--server"),
}
OF_THE_NODE = {"exec", "logs", "cp", "attach", "run"}
OF_FILES = {"apply", "create", "delete", "diff", "replace"}
FILE = re.compile(r"^(?:-f|--filename)(?:=(?P<name>.*))?$")
KIND = re.compile(r"^kind: *(\w+) *$", re.MULTILINE)
VERSION = re.compile(r"^apiVersion: *([\w./]+) *$", re.MULTILINE)
FROM = re.compile(r"^--from=cronjobs?/(?P<name>.+)$")


def main() -> None:
    real = os.environ["RECIPES_KUBECTL"]
    words = sys.argv[1:]
    called = command(words)
    if "--help" in words:
        pass
    elif called == "port-forward":
        sys.exit(ask({"port-forward": words, "process": os.getpid()}))
    elif called in OF_THE_NODE:
        ask({"bind": True})
    elif called in OF_FILES and os.environ["RECIPES_LACKING"]:
        replaced = without_lacking(words)
        if replaced is not None:
            words, text = replaced
            sys.exit(subprocess.run([real, *words], input=text, text=True).returncode)
    os.execv(real, ["kubectl", *words])


def command(words: list[str]) -> str:
    """Which of kubectl's commands is called."""
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            return word
        if word in WITH_VALUES and words:
            words.pop(0)
    return ""


def ask(question: dict) -> int:
    """Says what the agent answers, line by line, until it names an exit code or goes."""
    for answer in answers(question):
        print(answer.get("out", ""), end="", flush=True)
        print(answer.get("err", ""), end="", file=sys.stderr, flush=True)
        if "exit" in answer:
            return answer["exit"]
    return 1


def answers(question: dict):  # noqa: ANN201
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["RECIPES_AGENT"])
        connection.sendall(json.dumps(question).encode() + b"\n")
        for line in connection.makefile():
            yield json.loads(line)


def without_lacking(words: list[str]) -> tuple[list[str], str] | None:
    """The same command with what the API server knows of its files, unless it knows all."""
    for word in words:
        if found := FROM.match(word):
            # The Job of a CronJob that the agent was told of.
            [answer] = answers({"job": words, "cron-job": found["name"]})
            return None if answer["job"] is None else (answer["words"], answer["job"])
    kept, names = split(words)
    if not names:
        return None
    try:
        text = "\n---\n".join(contents(name) for name in names)
    except OSError:
        return None  # kubectl says what is wrong
    documents = re.split(r"^---.*$", text, flags=re.MULTILINE)
    lacking = [document for document in documents if is_lacking(document)]
    if lacking:
        ask({"lacking": lacking})
        text = "\n---\n".join(document for document in documents if document not in lacking)
    elif "-" not in names:
        return None
    return [*kept, "-f", "-"], text


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """A command without its files, and their names."""
    kept, names = [], []
    rest = iter(words)
    for word in rest:
        found = FILE.match(word)
        if found:
            names.append(found["name"] if found["name"] is not None else next(rest))
        else:
            kept.append(word)
    return kept, names


def contents(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    path = Path(name)
    if path.is_dir():
        return "\n---\n".join(each.read_text() for each in sorted(path.glob("*.yaml")))
    return path.read_text()


def is_lacking(document: str) -> bool:
    kind, version = KIND.search(document), VERSION.search(document)
    if kind is None or version is None:
        return False
    return f"{version[1]} {kind[1]}" in os.environ["RECIPES_LACKING"].split(",")


if __name__ == "__main__":
    main()
