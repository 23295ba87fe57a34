"""Prints the options that the installed MLflow's own commands take, a line each.

The columns are the command, the option, whether it is a flag or takes a value,
click's type of the value, and the environment variable that click reads in its
place (`-` for none).
"""

import click
from mlflow.cli import cli

COMMANDS = ("server", "gc")


def type_name(kind: click.ParamType) -> str:
    """The type as a reader of `--help` would call it."""
    if isinstance(kind, click.Choice):
        # Plugins are found through the packages' metadata, some of them twice.
        return "|".join(sorted(set(kind.choices)))
    if isinstance(kind, click.IntRange):
        return f"INTEGER {kind.min}..{kind.max}"
    if isinstance(kind, click.Path):
        return "PATH"
    return kind.name.upper()


def main() -> None:
    for command in COMMANDS:
        for parameter in cli.commands[command].params:
            if not isinstance(parameter, click.Option):
                continue
            kind = "flag" if parameter.is_flag else "value"
            environment = parameter.envvar or "-"
            for option in [*parameter.opts, *parameter.secondary_opts]:
                if option.startswith("--"):
                    row = (command, option, kind, type_name(parameter.type), environment)
                    print("\t".join(row))


if __name__ == "__main__":
    main()
