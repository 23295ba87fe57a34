"""The shell that a reader types a page's commands into."""

import contextlib
import os
import select
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# One shell for the whole page, so that variables and background jobs live on. It
# reads the names of files with commands from one descriptor and says on another
# one which jobs are in the background after each: a failing command ends it, and
# then it says nothing. The commands themselves do not have these descriptors, or
# what runs in the background would hold them open.
DRIVER = """\
while IFS= read -r -u {commands} RECIPE; do
  source "$RECIPE" </dev/null >"$RECIPE.out" 2>"$RECIPE.err" {commands}<&- {replies}>&-
  echo "done" $(jobs -p) >&{replies}
done
"""
# What a person who follows a page would long have stopped waiting for.
BLOCK_SECONDS = 150


class Failed(Exception):
    """A block failed; the text says how."""


@dataclass(frozen=True)
class Output:
    """What a block printed."""

    standard: str
    error: str


class Shell:
    """`bash -euo pipefail` in a folder, for one page."""

    def __init__(self, folder: Path, scripts: Path, environment: dict[str, str]) -> None:
        self._scripts = scripts
        scripts.mkdir(exist_ok=True)
        self._number = 0
        commands_read, self._commands = os.pipe()
        self._replies, replies_write = os.pipe()
        driver = scripts / "driver"
        driver.write_text(DRIVER.format(commands=commands_read, replies=replies_write))
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-euo", "pipefail", str(driver)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(scripts / "driver.err").open("wb"),
            pass_fds=[commands_read, replies_write],
            # So that everything it leaves behind can be ended with it.
            start_new_session=True,
        )
        os.close(commands_read)
        os.close(replies_write)
        self.jobs: list[int] = []

    def run(self, text: str, seconds: float = BLOCK_SECONDS) -> Output:
        """Runs commands to their end; what they leave in the background goes on."""
        self._number += 1
        script = self._scripts / f"{self._number:02}"
        script.write_text(text)
        with contextlib.suppress(BrokenPipeError):
            os.write(self._commands, f"{script}\n".encode())
        reply = self._reply(time.monotonic() + seconds)
        output = self.output()
        if reply is None:
            raise Failed(
                f"did not end in {seconds:.0f} s (a command that goes on ends with ` &`)\n{joined(output)}"
            )
        if not reply:
            raise Failed(f"exit code {self.process.wait()}\n{joined(output)}")
        self.jobs = [int(word) for word in reply.split()[1:]]
        return output

    def output(self) -> Output:
        """What the last block printed until now."""
        script = self._scripts / f"{self._number:02}"

        def text(name: str) -> str:
            file = script.with_name(script.name + name)
            return file.read_text(errors="replace") if file.exists() else ""

        return Output(text(".out"), text(".err"))

    def python(self, text: str) -> Output:
        """Runs a Python program, in the environment of the shell."""
        self._number += 1
        script = self._scripts / f"{self._number:02}.py"
        script.write_text(text)
        return self.run(f"python {shlex.quote(str(script))}\n")

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._commands)
        os.close(self._replies)

    def _reply(self, deadline: float) -> str | None:
        """The shell's answer: empty when it has ended, nothing when it is late."""
        answer = b""
        while not answer.endswith(b"\n"):
            readable, _, _ = select.select([self._replies], [], [], max(0, deadline - time.monotonic()))
            if not readable:
                return None
            part = os.read(self._replies, 4096)
            if not part:
                return ""
            answer += part
        return answer.decode()


def joined(output: Output) -> str:
    return "\n".join(part.rstrip() for part in (output.standard, output.error) if part.strip())
