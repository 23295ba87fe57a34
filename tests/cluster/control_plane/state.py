"""What is in the cluster, beside what is always there."""

from collections.abc import Iterator

from control_plane.client import Client, Object, Refused, wait_until
from control_plane.kubelet import STORAGE_CLASS

_NAMESPACES = {"default", "kube-node-lease", "kube-public", "kube-system"}
# Kinds outside of namespaces whose objects are the server's own, or are removed with others.
_SERVERS = {
    "APIService",
    "CustomResourceDefinition",
    "FlowSchema",
    "Namespace",
    "Node",
    "PriorityClass",
    "PriorityLevelConfiguration",
}


def empty(api: Client) -> None:
    """Deletes everything that tests have made, and waits until it is gone."""
    wait_until("the cluster is empty", lambda: _is_empty_after_deleting(api))


def _is_empty_after_deleting(api: Client) -> bool:
    found = list(foreign(api))
    for each in found:
        if "deletionTimestamp" in each["metadata"]:
            continue
        try:
            api.delete(api.path(each))
        except Refused as error:
            # Somebody else was faster.
            if error.status not in (404, 409):
                raise
    return not found


def foreign(api: Client) -> Iterator[Object]:
    """Every namespace, cluster-wide object, and object in `default` that tests have made."""
    for namespace in api.all("/api/v1/namespaces"):
        if namespace["metadata"]["name"] not in _NAMESPACES:
            yield {"apiVersion": "v1", "kind": "Namespace"} | namespace
    for each in api.everything(None):
        if each["kind"] not in _SERVERS and not _is_given(each):
            yield each
    yield from contents(api, "default")


def contents(api: Client, namespace: str) -> Iterator[Object]:
    """Every object of a namespace that is not made in every namespace, by nobody's request."""
    return (each for each in api.everything(namespace) if not _is_given(each))


def _is_given(each: Object) -> bool:
    metadata = each["metadata"]
    name = metadata["name"]
    labels = metadata.get("labels", {})
    if labels.get("kubernetes.io/bootstrapping") or name.startswith("system:"):
        return True
    match each["kind"]:
        case "ServiceAccount":
            return name == "default"
        case "ConfigMap":
            return name == "kube-root-ca.crt"
        case "Secret":
            # Made for service accounts until Kubernetes 1.24.
            return each.get("type") == "kubernetes.io/service-account-token"
        case "Service":
            return (metadata["namespace"], name) == ("default", "kubernetes")
        case "StorageClass":
            return name == STORAGE_CLASS["metadata"]["name"]
        case "ClusterRole" | "ClusterRoleBinding":
            return name == "cluster-admin"
    return False
