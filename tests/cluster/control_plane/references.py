"""What the containers of a Pod need before they can start."""

from collections.abc import Iterator
from dataclasses import dataclass

from control_plane.client import Object


@dataclass(frozen=True)
class Needed:
    """A Secret, a ConfigMap or a claim that a Pod cannot do without."""

    kind: str
    name: str
    # The entry that is asked for; none if any content will do.
    key: str | None = None


def needed(pod: Object) -> Iterator[Needed]:
    """What a Pod's specification refers to. What may be missing is left out."""
    for container in pod.get("initContainers", []) + pod["containers"]:
        for variable in container.get("env", []):
            source = variable.get("valueFrom", {})
            for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if field in source and not source[field].get("optional"):
                    yield Needed(kind, source[field]["name"], source[field]["key"])
        for source in container.get("envFrom", []):
            for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                if field in source and not source[field].get("optional"):
                    yield Needed(kind, source[field]["name"])
    for volume in pod.get("volumes", []):
        if "persistentVolumeClaim" in volume:
            yield Needed("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])
        yield from _of_files(volume, "secretName")
        for source in volume.get("projected", {}).get("sources", []):
            yield from _of_files(source, "name")


def _of_files(source: Object, secret_name: str) -> Iterator[Needed]:
    for field, kind, name in (("secret", "Secret", secret_name), ("configMap", "ConfigMap", "name")):
        if field not in source or source[field].get("optional"):
            continue
        items = source[field].get("items")
        keys = [item["key"] for item in items] if items else [None]
        for key in keys:
            yield Needed(kind, source[field][name], key)
