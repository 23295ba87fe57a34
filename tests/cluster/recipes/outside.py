"""What a page takes for granted beyond the cluster: PostgreSQL and an object store."""

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from harness import object_store
from harness.node import Node
from harness.object_store import ObjectStore
from harness.postgres import Postgres
from harness.service import Forwarder

DATABASE = re.compile(
    r"\bpostgres(?:ql)?(?:\+\w+)?://(?P<user>[\w.-]+):(?P<password>[^\s:/@'\"$()]+)"
    r"@(?P<host>[\w.-]+)(?::(?P<port>\d+))?/(?P<name>[\w.-]+)"
)
BUCKET = re.compile(r"\bs3://(?P<name>[\w.-]+)")
ENDPOINT = re.compile(r"^https?://[^\s/]+$")
HERE = {"localhost", "127.0.0.1"}


class Outside:
    """Makes databases and buckets under the names that a page gives them."""

    def __init__(
        self,
        node: Node,
        postgres: Callable[[], Postgres],
        store: Callable[[], ObjectStore],
    ) -> None:
        self._node = node
        self._postgres = postgres
        self._store = store
        self._hosts: set[str] = set()
        self._roles: set[str] = set()
        self._forwarders: list[Forwarder] = []
        self._endpoints: set[str] = set()

    def provide(self, text: str) -> None:
        """Makes what a text names by its URI, unless it is there."""
        for found in DATABASE.finditer(text):
            if found["host"] not in HERE:
                self._add_database(found)
        for bucket in sorted({found["name"] for found in BUCKET.finditer(text)}):
            store = self._store()
            if bucket not in store.buckets():
                store.add_bucket(bucket)

    def endpoint(self, environment: dict[str, str]) -> dict[str, str]:
        """The variables by which a server finds the object store.

        One that the page names itself is found under that name; else the store
        stands in for Amazon's.
        """
        if not any(BUCKET.search(value) for value in environment.values()):
            return {}
        own = environment.get("MLFLOW_S3_ENDPOINT_URL") or environment.get("AWS_ENDPOINT_URL")
        if own is None:
            return {"MLFLOW_S3_ENDPOINT_URL": self._store().url, "AWS_REGION": "us-east-1"}
        if ENDPOINT.match(own) and own not in self._endpoints:
            self._endpoints.add(own)
            address = urlsplit(own)
            place = self._node.add_service(address.hostname)
            backend = (object_store.HOST, object_store.PORT)
            self._store()
            self._forwarders.append(Forwarder(place, address.port or 80, lambda: [backend]))
        return {}

    def reset(self) -> None:
        """Forgets everything that a page has made."""
        if self._roles:
            postgres = self._postgres()
            for name in postgres.execute(
                "select datname from pg_database where not datistemplate and datname <> 'postgres'"
            ).split():
                postgres.execute(f'drop database "{name}" with (force)')
            for role in self._roles:
                postgres.execute(f'drop role "{role}"')
        self._hosts.clear()
        self._roles.clear()
        for forwarder in self._forwarders:
            forwarder.close()
        self._forwarders.clear()
        self._endpoints.clear()

    def _add_database(self, found: re.Match[str]) -> None:
        if found["port"] not in (None, "5432"):
            raise AssertionError(f"PostgreSQL listens on port 5432 only: {found[0]}")
        postgres = self._postgres()
        role, name = found["user"], found["name"]
        password = unquote(found["password"]).replace("'", "''")
        postgres.add_name(found["host"])
        # A page may change the password, in its Secret.
        change = "alter" if role in self._roles else "create"
        postgres.execute(f"{change} role \"{role}\" login createdb password '{password}'")
        self._roles.add(role)
        # The first one is there when a page begins; the page has to make any other.
        if found["host"] not in self._hosts:
            self._hosts.add(found["host"])
            exists = postgres.execute(f"select 1 from pg_database where datname = '{name}'")
            if not exists:
                postgres.execute(f'create database "{name}" owner "{role}"')
