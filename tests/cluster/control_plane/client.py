"""Requests to the API server."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import requests

T = TypeVar("T")
Object = dict[str, Any]

# How long anything may take that is waited for. Far more than it takes.
DEADLINE = 60.0


class Refused(Exception):
    """The API server refused a request."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class Client:
    """Speaks with the API server as one who may do everything."""

    def __init__(self, address: str, token: str, authority: Path) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.verify = str(authority)
        # Nothing of the machine's: no proxy, no .netrc.
        self._session.trust_env = False
        self._resources = cache(self._discover)

    def request(self, method: str, path: str, **options: Any) -> Object:
        response = self._session.request(method, self.address + path, timeout=30, **options)
        if response.ok:
            return response.json()
        try:
            status = response.json()
        except ValueError:
            status = {"message": response.text}
        raise Refused(response.status_code, status.get("reason", ""), status.get("message", ""))

    def get(self, path: str) -> Object:
        return self.request("GET", path)

    def all(self, path: str, selector: str = "") -> list[Object]:
        query = {"labelSelector": selector} if selector else {}
        return self.request("GET", path, params=query)["items"]

    def post(self, path: str, body: Object) -> Object:
        return self.request("POST", path, json=body)

    def patch(self, path: str, body: Object, *, dry_run: bool = False) -> Object:
        """A merge patch."""
        return self.request(
            "PATCH",
            path,
            json=body,
            headers={"Content-Type": "application/merge-patch+json"},
            params={"dryRun": "All"} if dry_run else {},
        )

    def delete(self, path: str) -> Object:
        return self.request("DELETE", path, json={"propagationPolicy": "Background"})

    def find(self, path: str) -> Object | None:
        """The object, or nothing where there is none."""
        try:
            return self.get(path)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def version(self) -> str:
        return self.get("/version")["gitVersion"]

    def serves(self, api_version: str, kind: str) -> bool:
        """Whether the server has such objects."""
        return any(each["kind"] == kind for each in self._resources(api_version))

    def path(self, obj: Object) -> str:
        """The path of an object."""
        metadata = obj["metadata"]
        collection = self.collection(obj["apiVersion"], obj["kind"], metadata.get("namespace"))
        return f"{collection}/{metadata['name']}"

    def collection(self, api_version: str, kind: str, namespace: str | None) -> str:
        """The path of all objects of a kind, in a namespace if it has objects in namespaces."""
        [resource] = [each for each in self._resources(api_version) if each["kind"] == kind]
        within = f"/namespaces/{namespace}" if resource["namespaced"] and namespace else ""
        return f"{_group(api_version)}{within}/{resource['name']}"

    def live(self, obj: Object) -> Object | None:
        """What the server has of an object."""
        return self.find(self.path(obj))

    def everything(self, namespace: str | None) -> Iterator[Object]:
        """Every object of a namespace, or every one that is in none."""
        for api_version in self._versions():
            for resource in self._resources(api_version):
                if resource["namespaced"] != (namespace is not None):
                    continue
                if "list" not in resource["verbs"] or resource["kind"] in _NOISE:
                    continue
                within = f"/namespaces/{namespace}" if namespace else ""
                for each in self.all(f"{_group(api_version)}{within}/{resource['name']}"):
                    yield {"apiVersion": api_version, "kind": resource["kind"]} | each

    def _versions(self) -> Iterator[str]:
        yield "v1"
        for group in self.get("/apis")["groups"]:
            yield group["preferredVersion"]["groupVersion"]

    def _discover(self, api_version: str) -> list[Object]:
        try:
            resources = self.get(_group(api_version))["resources"]
        except Refused as error:
            if error.status == 404:
                return []
            raise
        return [each for each in resources if "/" not in each["name"]]


# What the server itself writes all the time, and what is another view of something else.
_NOISE = {"Event", "Endpoints", "EndpointSlice", "ComponentStatus", "Lease"}


def _group(api_version: str) -> str:
    return f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"


def wait_until(what: str, happened: Callable[[], T | None], deadline: float = DEADLINE) -> T:
    """Asks until there is an answer."""
    end = time.monotonic() + deadline
    while not (answer := happened()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {deadline:.0f} s")
        time.sleep(0.05)
    return answer
