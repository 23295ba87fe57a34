"""What nodes, a provisioner of volumes and operators do, as far as `kubectl` can see it.

No container runs. A Pod whose Secrets, ConfigMaps and claims are there becomes ready at
once, or ends well if it is not to be started again. Every claim gets a volume.
"""

import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from control_plane.client import Client, Object, Refused
from control_plane.references import Needed, needed

T = TypeVar("T")

# Marks the volumes that were made for claims, which go away with them.
PROVISIONER = "volumes.tests.example.com"
STORAGE_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {
        "name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    },
    "provisioner": PROVISIONER,
    "allowVolumeExpansion": True,
    "reclaimPolicy": "Delete",
}
# Between two looks at the cluster, in seconds.
PAUSE = 0.2


class Kubelet:
    """A thread that looks at the cluster again and again, and moves on what waits."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ended = threading.Event()
        self._duties = {
            "/api/v1/persistentvolumeclaims": self._provision,
            "/api/v1/persistentvolumes": self._retire,
            "/api/v1/pods": self._start,
            "/apis/external-secrets.io/v1/externalsecrets": self._operate,
            "/apis/external-secrets.io/v1/secretstores": self._operate,
        }
        self._thread = threading.Thread(target=self._run, name="kubelet", daemon=True)
        # What it could not do; a failing test shows it.
        self.faults: list[str] = []
        # Where tests need real processes for Pods: starts one that is to end, and
        # says from then on how it goes.
        self.starter: Callable[[Object], None] | None = None
        client.post("/apis/storage.k8s.io/v1/storageclasses", STORAGE_CLASS)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def pods(self, namespace: str) -> list[Object]:
        return self._client.all(f"/api/v1/namespaces/{namespace}/pods")

    def _run(self) -> None:
        while not self._ended.wait(PAUSE):
            for path, move in self._duties.items():
                for each in self._attempt(self._client.all, path) or []:
                    self._attempt(move, each)

    def _attempt(self, do: Callable[[Any], T], what: Any) -> T | None:
        """Does one thing. A fault must not keep the thread from the others."""
        try:
            return do(what)
        except Refused as error:
            # What was seen may be gone or changed: the next look will tell.
            if error.status not in (404, 409):
                self.faults.append(str(error))
        except Exception:  # noqa: BLE001 - a failing test shows it.
            self.faults.append(traceback.format_exc())
        return None

    def _provision(self, claim: Object) -> None:
        metadata, spec = claim["metadata"], claim["spec"]
        if claim["status"].get("phase") != "Pending" or spec.get("volumeName"):
            return
        name = f"volume-{metadata['uid']}"
        if self._client.find(f"/api/v1/persistentvolumes/{name}"):
            return
        storage_class = spec.get("storageClassName", "")
        policy = "Delete"
        if found := self._client.find(f"/apis/storage.k8s.io/v1/storageclasses/{storage_class}"):
            policy = found.get("reclaimPolicy", policy)
        self._client.post(
            "/api/v1/persistentvolumes",
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {
                    "name": name,
                    "annotations": {"pv.kubernetes.io/provisioned-by": PROVISIONER},
                },
                "spec": {
                    "accessModes": spec["accessModes"],
                    "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                    "claimRef": {
                        "apiVersion": "v1",
                        "kind": "PersistentVolumeClaim",
                        "namespace": metadata["namespace"],
                        "name": metadata["name"],
                        "uid": metadata["uid"],
                    },
                    "csi": {"driver": PROVISIONER, "volumeHandle": name},
                    "persistentVolumeReclaimPolicy": policy,
                    "storageClassName": storage_class,
                    "volumeMode": spec.get("volumeMode", "Filesystem"),
                },
            },
        )

    def _retire(self, volume: Object) -> None:
        """Deletes the volume of a claim that is gone, unless its class keeps volumes."""
        released = volume["status"].get("phase") in ("Released", "Failed")
        policy = volume["spec"].get("persistentVolumeReclaimPolicy")
        if released and policy == "Delete" and "deletionTimestamp" not in volume["metadata"]:
            self._client.delete(f"/api/v1/persistentvolumes/{volume['metadata']['name']}")

    def _start(self, pod: Object) -> None:
        spec = pod["spec"]
        phase = pod["status"].get("phase")
        if phase != "Pending" or "deletionTimestamp" in pod["metadata"]:
            return
        namespace = pod["metadata"]["namespace"]
        missing = next(self._missing(spec, namespace), None)
        if missing is None:
            ends = spec["restartPolicy"] != "Always"
            if ends and self.starter:
                self.starter(pod)
            status = _succeeded(spec) if ends and not self.starter else _running(pod)
        else:
            status = _waiting(spec, missing)
            waits = pod["status"].get("containerStatuses")
            if waits and waits[0].get("state") == status["containerStatuses"][0]["state"]:
                return
        path = f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}/status"
        self._client.patch(path, {"status": status})

    def _missing(self, pod: Object, namespace: str) -> Iterator[Needed]:
        for each in needed(pod):
            path = f"/api/v1/namespaces/{namespace}/{each.kind.lower()}s/{each.name}"
            found = self._client.find(path)
            if found is None:
                yield each
            elif each.kind == "PersistentVolumeClaim":
                if found["status"].get("phase") != "Bound":
                    yield each
            elif each.key is not None:
                if each.key not in found.get("data", {}) | found.get("binaryData", {}):
                    yield each

    def _operate(self, each: Object) -> None:
        """Does the External Secrets Operator's work: the Secret, and the condition `Ready`."""
        metadata = each["metadata"]
        if "status" in each or "deletionTimestamp" in metadata:
            return
        namespace = metadata["namespace"]
        if each["kind"] == "ExternalSecret":
            target = each["spec"]["target"]
            secret = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": target["name"],
                    "ownerReferences": [
                        {
                            "apiVersion": each["apiVersion"],
                            "kind": each["kind"],
                            "name": metadata["name"],
                            "uid": metadata["uid"],
                            "controller": True,
                        }
                    ],
                },
                "stringData": {entry["secretKey"]: "x" for entry in each["spec"]["data"]},
            }
            path = f"/api/v1/namespaces/{namespace}/secrets"
            if self._client.find(f"{path}/{target['name']}") is None:
                self._client.post(path, secret)
        condition = {"type": "Ready", "status": "True", "lastTransitionTime": _now()}
        path = f"{self._client.path(each)}/status"
        self._client.patch(path, {"status": {"conditions": [condition]}})


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _conditions(ready: bool) -> list[Object]:
    now = _now()
    kinds = {"Initialized": True, "Ready": ready, "ContainersReady": ready, "PodScheduled": True}
    return [
        {"type": kind, "status": str(holds), "lastTransitionTime": now}
        for kind, holds in kinds.items()
    ]


def _statuses(pod: Object, state: Object, *, ready: bool) -> list[Object]:
    return [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": ready,
            "started": ready,
            "restartCount": 0,
            "state": state,
        }
        for container in pod["containers"]
    ]


def _running(pod: Object) -> Object:
    state = {"running": {"startedAt": _now()}}
    return {
        "phase": "Running",
        "startTime": _now(),
        "hostIP": "192.0.2.1",
        "podIP": "192.0.2.2",
        "podIPs": [{"ip": "192.0.2.2"}],
        "conditions": _conditions(ready=True),
        "containerStatuses": _statuses(pod["spec"], state, ready=True),
    }


def _succeeded(pod: Object) -> Object:
    ended = {"exitCode": 0, "reason": "Completed", "startedAt": _now(), "finishedAt": _now()}
    return {
        "phase": "Succeeded",
        "startTime": _now(),
        "conditions": _conditions(ready=False),
        "containerStatuses": _statuses(pod, {"terminated": ended}, ready=False),
    }


def _waiting(pod: Object, missing: Needed) -> Object:
    what = f'{missing.kind.lower()} "{missing.name}"'
    what += f" without key {missing.key}, or not found" if missing.key else " not found"
    state = {"waiting": {"reason": "CreateContainerConfigError", "message": what}}
    return {
        "phase": "Pending",
        "conditions": _conditions(ready=False),
        "containerStatuses": _statuses(pod, state, ready=False),
    }
