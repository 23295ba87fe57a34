"""What the program says of kinds is what the API server does: fields that do not change on a
running object, and objects that the same manifest makes again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from control_plane import corpus, stand_ins
from control_plane.applied import essence
from control_plane.client import Client, Object, Refused, wait_until
from control_plane.kinds import kinds
from control_plane.omissions import Omissions
from control_plane.server import ControlPlane

KINDS = kinds()
# What the server says when it is the change that it does not allow, not the value.
REASON = re.compile(r"immutable|[Ff]orbidden|cannot change|may not be changed|may not change")

TEMPLATE = {
    "metadata": {"labels": {"app": "a"}},
    "spec": {"containers": [{"name": "a", "image": "a"}]},
}
# A running object of each kind with a field that does not change.
RUNNING: dict[str, Object] = {
    "ClusterRoleBinding": {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "a"},
        "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "default"}],
    },
    "Deployment": {"spec": {"selector": {"matchLabels": {"app": "a"}}, "template": TEMPLATE}},
    "IngressClass": {"spec": {"controller": "example.com/a"}},
    "PersistentVolumeClaim": {
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
    },
    "RoleBinding": {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"},
        "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "default"}],
    },
    "Secret": {"type": "Opaque", "stringData": {"a": "b"}},
    "Service": {"spec": {"selector": {"app": "a"}, "ports": [{"name": "http", "port": 80}]}},
}
OTHER_ADDRESS: Object = {"spec": {"clusterIP": "10.96.77.77", "clusterIPs": ["10.96.77.77"]}}
# A change of each such field, as a merge patch.
REFUSED: dict[tuple[str, str], Object] = {
    ("ClusterRoleBinding", "/roleRef"): {"roleRef": {"name": "b"}},
    # With the template's label, so that it is not the mismatch that is refused.
    ("Deployment", "/spec/selector"): {
        "spec": {
            "selector": {"matchLabels": {"app": "b"}},
            "template": {"metadata": {"labels": {"app": "b"}}},
        }
    },
    ("IngressClass", "/spec/controller"): {"spec": {"controller": "example.com/b"}},
    ("PersistentVolumeClaim", "/spec/accessModes"): {"spec": {"accessModes": ["ReadWriteMany"]}},
    ("PersistentVolumeClaim", "/spec/dataSource"): {
        "spec": {"dataSource": {"kind": "PersistentVolumeClaim", "name": "b"}}
    },
    ("PersistentVolumeClaim", "/spec/dataSourceRef"): {
        "spec": {"dataSourceRef": {"kind": "PersistentVolumeClaim", "name": "b"}}
    },
    ("PersistentVolumeClaim", "/spec/resources/limits"): {
        "spec": {"resources": {"limits": {"storage": "9Gi"}}}
    },
    ("PersistentVolumeClaim", "/spec/selector"): {"spec": {"selector": {"matchLabels": {"a": "b"}}}},
    ("PersistentVolumeClaim", "/spec/storageClassName"): {"spec": {"storageClassName": "b"}},
    ("PersistentVolumeClaim", "/spec/volumeMode"): {"spec": {"volumeMode": "Block"}},
    ("PersistentVolumeClaim", "/spec/volumeName"): {"spec": {"volumeName": "b"}},
    ("RoleBinding", "/roleRef"): {"roleRef": {"name": "b"}},
    ("Secret", "/type"): {"type": "example.com/b"},
    # Both, so that it is not their difference that is refused.
    ("Service", "/spec/clusterIP"): OTHER_ADDRESS,
    ("Service", "/spec/clusterIPs"): OTHER_ADDRESS,
}
# Changes that values can bring about, and that go through.
TAKEN: list[tuple[str, Object]] = [
    ("ClusterRoleBinding", {"subjects": []}),
    ("Deployment", {"spec": {"replicas": 3}}),
    ("Deployment", {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}),
    ("Deployment", {"spec": {"template": {"metadata": {"labels": {"more": "b"}}}}}),
    ("Deployment", {"spec": {"template": {"spec": {"serviceAccountName": "b"}}}}),
    ("PersistentVolumeClaim", {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}),
    ("PersistentVolumeClaim", {"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}}),
    ("RoleBinding", {"subjects": []}),
    ("Secret", {"stringData": {"a": "c"}}),
    ("Service", {"spec": {"type": "NodePort"}}),
    ("Service", {"spec": {"type": "LoadBalancer"}}),
    ("Service", {"spec": {"ports": [{"name": "https", "port": 443}]}}),
    ("Service", {"spec": {"selector": {"app": "b"}}}),
]


@pytest.fixture(scope="module")
def running(control_plane: ControlPlane) -> Iterator[dict[str, str]]:
    """The paths of one object of each kind, which are only looked at."""
    api = control_plane.api
    namespace = "kinds"
    api.post("/api/v1/namespaces", {"metadata": {"name": namespace}})
    paths = {}
    for kind, fields in RUNNING.items():
        known = KINDS[kind]
        head = {"apiVersion": known.api_version, "kind": kind, "metadata": {"name": "a"}}
        collection = api.collection(known.api_version, kind, namespace)
        api.post(collection, head | fields)
        paths[kind] = f"{collection}/a"
    claim = paths["PersistentVolumeClaim"]
    if control_plane.has_controllers:
        wait_until("the claim is bound", lambda: api.get(claim)["status"].get("phase") == "Bound")
    yield paths
    for path in paths.values():
        api.delete(path)
    api.delete(f"/api/v1/namespaces/{namespace}")


def test_the_table_is_read() -> None:
    assert {"Deployment", "HTTPRoute", "Namespace", "PersistentVolumeClaim"} <= KINDS.keys()
    assert KINDS["Deployment"].immutable == ("/spec/selector",)
    listed = {(kind.name, pointer) for kind in KINDS.values() for pointer in kind.immutable}
    assert listed == REFUSED.keys()


@pytest.mark.usefixtures("controllers")
@pytest.mark.parametrize(("kind", "pointer"), REFUSED)
def test_immutable(
    control_plane: ControlPlane,
    running: dict[str, str],
    omissions: Omissions,
    kind: str,
    pointer: str,
) -> None:
    patch = REFUSED[kind, pointer]
    try:
        answer = control_plane.api.patch(running[kind], patch, dry_run=True)
    except Refused as refused:
        assert refused.status in (403, 422), refused
        assert REASON.search(refused.message), refused
        return
    # A field that the server does not know is dropped: it cannot refuse it.
    assert at(patch, pointer) is not None
    assert at(answer, pointer) is None, f"{kind} takes another {pointer}"
    omissions.omit(f"{kind} {pointer}", f"not known to {control_plane.api.version()}")


@pytest.mark.usefixtures("controllers")
@pytest.mark.parametrize(("kind", "patch"), TAKEN, ids=[f"{kind}-{patch}" for kind, patch in TAKEN])
def test_mutable(
    control_plane: ControlPlane, running: dict[str, str], kind: str, patch: Object
) -> None:
    control_plane.api.patch(running[kind], patch, dry_run=True)


def at(each: Any, pointer: str) -> Any:
    for key in pointer.split("/")[1:]:
        each = each.get(key, {}) if isinstance(each, dict) else {}
    return each or None


@pytest.mark.usefixtures("controllers")
def test_what_is_safe_to_remove_is_made_again(
    control_plane: ControlPlane, namespace: str, omissions: Omissions
) -> None:
    api = control_plane.api
    text = omissions.served(api, corpus.case("everything").render(namespace))
    objects = [each for each in yaml.safe_load_all(text) if each]
    stand_ins.create(api, namespace, objects)
    apply = ("apply", "--filename", "-")
    control_plane.kubectl(*apply, stdin=text)
    safe = [each for each in objects if KINDS[each["kind"]].removal == "Safe"]
    rendered = {kind.name for kind in KINDS.values() if kind.is_rendered and kind.removal == "Safe"}
    newer = {kind for kind in rendered if not api.serves(KINDS[kind].api_version, kind)}
    assert {each["kind"] for each in safe} == rendered - newer
    try:
        before = [essence(live(api, each)) for each in safe]
        for each in safe:
            api.delete(api.path(each))
        wait_until("they are gone", lambda: not any(map(api.live, safe)))
        claims = [each for each in objects if each["kind"] == "PersistentVolumeClaim"]
        assert claims
        assert all(map(api.live, claims))
        control_plane.kubectl(*apply, stdin=text)
        assert [essence(live(api, each)) for each in safe] == before
    finally:
        for each in safe:
            if "namespace" not in each["metadata"] and api.live(each):
                api.delete(api.path(each))


def live(api: Client, each: Object) -> Object:
    found = api.live(each)
    assert found is not None
    return found
