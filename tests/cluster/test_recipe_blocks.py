"""What the runner of the recipes makes of a page, without a cluster."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from recipes import page
from recipes.page import Block, WrongPage
from recipes.shell import Failed, Shell

PAGE = """\
# A page

```yaml values file=values.yaml warns=MK702
a: 1
```

1. In a list:

   ```sh run
   cat <<END
     indented
   END
   ```

````md
```sh
```
````

```sh not-run needs a cloud
true
```
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    started = Shell(tmp_path, tmp_path / "blocks", dict(os.environ))
    yield started
    started.close()


def read(tmp_path: Path, text: str) -> list[Block]:
    file = tmp_path / "page.md"
    file.write_text(text)
    return page.read(file)


def test_blocks_have_their_line_their_words_and_their_text(tmp_path: Path) -> None:
    values, shell, shown, not_run = read(tmp_path, PAGE)
    assert (values.line, values.kind, values.text) == (3, page.VALUES, "a: 1\n")
    assert (values.attribute("file"), values.attribute("fails")) == ("values.yaml", None)
    assert (shell.kind, shell.text) == (page.RUN, "cat <<END\n  indented\nEND\n")
    assert shown.words == ("md",)
    assert (not_run.kind, not_run.reason) == (page.NOT_RUN, "needs a cloud")


@pytest.mark.parametrize("info", ["sh", "bash", "console", "sh runs", "sh not-run"])
def test_a_shell_block_says_how_it_runs(tmp_path: Path, info: str) -> None:
    with pytest.raises(WrongPage, match=r"page\.md:1"):
        read(tmp_path, f"```{info}\ntrue\n```\n")


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("a\nb\n", "a\nb\n"),
        ("a  \n", "a\n"),
        ("a\nb\nb\nc\n", "...\nb\nc\n"),
        ("a\n", "a\n...\n"),
        ("pod/a-x1 met\n", "pod/a-... met\n"),
    ],
)
def test_an_output_is_as_shown(printed: str, shown: str) -> None:
    assert page.is_like(printed, shown)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [("a\nb\n", "a\n"), ("a\nb\nc\n", "a\nc\n"), ("pod/a\nmet\n", "pod/... met\n"), ("a.c\n", "abc\n")],
)
def test_an_output_is_not_as_shown(printed: str, shown: str) -> None:
    assert not page.is_like(printed, shown)


def test_variables_folders_and_jobs_live_on(shell: Shell) -> None:
    shell.run("NAME=there\ncd /\nsleep 100 &\n")
    assert len(shell.jobs) == 1
    assert shell.run('echo "$NAME $PWD"\nkill %1\n').standard == "there /\n"


@pytest.mark.parametrize("commands", ["false\necho on\n", "false | cat\n", 'echo "$UNKNOWN"\n', "if\n"])
def test_a_failing_command_ends_the_page(shell: Shell, commands: str) -> None:
    # What runs in the background does not keep the failure from being seen.
    shell.run("sleep 100 &\n")
    with pytest.raises(Failed, match="exit code"):
        shell.run(commands)


def test_a_command_that_goes_on_is_a_failure(shell: Shell) -> None:
    with pytest.raises(Failed, match="did not end"):
        shell.run("sleep 100\n", seconds=0.5)
