"""A PostgreSQL server in the node's network, from Debian's packages."""

import itertools
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from harness.node import ENDS_WITH_PARENT, Node, Unable

HOST = "postgres"
USER = "user"
PASSWORD = "password"


class Postgres:
    """A server that keeps its data in a temporary folder; it does not run as root."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._programs = find_programs()
        self._folder = node.folder / "postgres"
        self._folder.mkdir()
        shutil.chown(self._folder, "postgres", "postgres")
        self._numbers = itertools.count(1)
        password = self._folder / "password"
        password.write_text(PASSWORD)
        shutil.chown(password, "postgres", "postgres")
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", USER, "--pwfile", password, "-A", "scram-sha-256")
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.0.0.0/8 scram-sha-256\n")
        self._address = node.add_service(HOST)
        settings = {
            "listen_addresses": self._address,
            "unix_socket_directories": self._folder,
            # Nothing here has to survive the machine.
            "fsync": "off",
        }
        self._log = self._folder / "log"
        self._process = subprocess.Popen(
            as_postgres(
                [self._programs / "postgres", "-D", data]
                + [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            ),
            stdout=self._log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while self._ask("select 1").returncode != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}")
            time.sleep(0.1)

    def add_database(self) -> str:
        """The URI of a new, empty database, as the documentation writes it."""
        name = f"mlflow{next(self._numbers)}"
        self.execute(f"create database {name}")
        return f"postgresql://{USER}:{PASSWORD}@{HOST}:5432/{name}"

    def add_name(self, name: str) -> None:
        """Another name by which the server is found."""
        self._node.add_name(name, self._address)

    def execute(self, statement: str, database: str = "postgres") -> str:
        """What a statement gives, without decoration."""
        done = self._ask(statement, database)
        if done.returncode != 0:
            raise RuntimeError(f"{statement}: {done.stderr}")
        return done.stdout.strip()

    def close(self) -> None:
        # Not SIGTERM, at which it waits for clients to leave.
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def _ask(self, statement: str, database: str = "postgres") -> subprocess.CompletedProcess:
        return subprocess.run(
            [self._programs / "psql", "-h", self._address, "-U", USER, "-d", database]
            + ["--no-psqlrc", "--tuples-only", "--no-align", "-c", statement],
            env=os.environ | {"PGPASSWORD": PASSWORD},
            capture_output=True,
            text=True,
        )

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            as_postgres([self._programs / program, *arguments]),
            capture_output=True,
            text=True,
            cwd=self._folder,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}:\n{done.stderr}")


def find_programs() -> Path:
    """The folder with the server's programs; Debian keeps them off the path, by version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not versions:
        raise Unable("apt-get install --no-install-recommends postgresql")
    return versions[-1].parent


def as_postgres(command: list) -> list[str]:
    """A command as the user that Debian's package made; the server refuses to run as root."""
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return [*ENDS_WITH_PARENT, *user, "--", *map(str, command)]
