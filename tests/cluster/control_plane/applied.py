"""What `kubectl apply` says that it did, and what became of what was applied."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from control_plane import quantity
from control_plane.client import Client, Object

# A line for each object.
ANSWER = re.compile(r"^(?P<object>\S+) (?P<verb>\S+)$", re.MULTILINE)


def answers(output: str) -> dict[str, str]:
    """The verb for each object."""
    return {found["object"]: found["verb"] for found in ANSWER.finditer(output)}


def name_of(each: Object) -> str:
    """An object as `kubectl` writes it."""
    group = each["apiVersion"].rpartition("/")[0] if "/" in each["apiVersion"] else ""
    kind = each["kind"].lower() + (f".{group}" if group else "")
    return f"{kind}/{each['metadata']['name']}"


def changed(output: str) -> set[str]:
    """The objects that a second apply has changed."""
    return {name for name, verb in answers(output).items() if verb != "unchanged"}


def rewritten(api: Client, objects: Iterable[Object]) -> set[str]:
    """The objects in which the server writes a quantity in another way, such as 2 for 2000m.

    `kubectl apply` compares texts, and sets the field again each time; nothing restarts.
    Quantities are rendered as the values have them, as Helm does.
    """
    return {name_of(each) for each in objects if any(_differences(each, api.live(each)))}


def _differences(ours: Any, live: Any) -> Iterator[bool]:
    """Whether each difference between a manifest and what became of it is a quantity's."""
    if isinstance(ours, dict) and isinstance(live, dict):
        for key in ours.keys() & live.keys():
            yield from _differences(ours[key], live[key])
    elif isinstance(ours, list) and isinstance(live, list):
        for one, other in zip(ours, live, strict=False):
            yield from _differences(one, other)
    elif ours != live:
        amount = quantity.value(ours)
        yield amount is not None and amount == quantity.value(live)


# What the server and the controllers write on their own.
_OF_THE_SERVER = (
    "creationTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "selfLink",
    "uid",
)
_OF_CONTROLLERS = (
    "deployment.kubernetes.io/",
    "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/",
    "volume.beta.kubernetes.io/",
    "volume.kubernetes.io/",
)


def essence(live: Object) -> Object:
    """An object of the server's without what says when, where and by whom it was made."""
    metadata = {k: v for k, v in live["metadata"].items() if k not in _OF_THE_SERVER}
    annotations = metadata.pop("annotations", {})
    kept = {k: v for k, v in annotations.items() if not k.startswith(_OF_CONTROLLERS)}
    if kept:
        metadata["annotations"] = kept
    rest = {k: v for k, v in live.items() if k not in ("metadata", "status")}
    match live["kind"]:
        case "PersistentVolumeClaim":
            rest["spec"] = _without(rest["spec"], "volumeName")
        case "Service":
            rest["spec"] = _without(rest["spec"], "clusterIP", "clusterIPs", "healthCheckNodePort")
            rest["spec"]["ports"] = [_without(port, "nodePort") for port in rest["spec"]["ports"]]
        case "ServiceAccount":
            # Tokens that were made until Kubernetes 1.24.
            rest.pop("secrets", None)
    return {"metadata": metadata} | rest


def _without(fields: Object, *names: str) -> Object:
    return {key: value for key, value in fields.items() if key not in names}


def fresh(api: Client, each: Object, namespace: str) -> Object:
    """What the server would make of a manifest if the object had never been there."""
    metadata = dict(each["metadata"])
    if "namespace" in metadata:
        metadata["namespace"] = namespace
    else:
        metadata["name"] += "-fresh"
    body = each | {"metadata": metadata}
    path = api.collection(each["apiVersion"], each["kind"], metadata.get("namespace"))
    return api.request("POST", path, json=body, params={"dryRun": "All"})
