"""Creates what manifests refer to and do not hold, with contents that nobody reads."""

from collections import defaultdict
from collections.abc import Iterable

from control_plane.client import Client, Object
from control_plane.references import needed

# Kinds whose Pods start at once.
_WORKLOADS = {"Deployment"}

# An object of somebody else with our labels, which nothing of ours may delete.
FOREIGN = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: of-somebody-else
  labels: {app.kubernetes.io/instance: mlflow, app.kubernetes.io/name: mlflow}
"""


def create(api: Client, namespace: str, objects: Iterable[Object]) -> None:
    """Creates every Secret, ConfigMap, claim and account that Pods need and nothing makes."""
    objects = list(objects)
    made = {(each["kind"], each["metadata"]["name"]) for each in objects}
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for workload in objects:
        if workload["kind"] not in _WORKLOADS:
            continue
        pod = workload["spec"]["template"]["spec"]
        for each in needed(pod):
            keys[each.kind, each.name] |= {each.key} if each.key else set()
        keys["ServiceAccount", pod.get("serviceAccountName", "default")] |= set()
    for (kind, name), entries in keys.items():
        if (kind, name) in made:
            continue
        body: Object = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
        match kind:
            case "Secret":
                body["stringData"] = dict.fromkeys(entries, "x")
            case "ConfigMap":
                body["data"] = dict.fromkeys(entries, "x")
            case "PersistentVolumeClaim":
                body["spec"] = {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "1Gi"}},
                }
        collection = api.collection("v1", kind, namespace)
        if api.find(f"{collection}/{name}") is None:
            api.post(collection, body)
