"""The control plane of the tests does what the other tests rely on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from control_plane import state
from control_plane.client import wait_until
from control_plane.server import CommandError, ControlPlane

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: server}
spec:
  selector: {matchLabels: {app: server}}
  template:
    metadata: {labels: {app: server}}
    spec:
      containers:
        - name: server
          image: example.com/server
          env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}]
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
"""


def test_a_rollout_waits_for_what_the_pod_refers_to(cluster: ControlPlane) -> None:
    cluster.kubectl("apply", "-f", "-", stdin=DEPLOYMENT)
    wait_until("a Pod that waits", lambda: any(map(_waits, cluster.kubelet.pods("default"))))
    with pytest.raises(CommandError, match="timed out waiting"):
        cluster.kubectl("rollout", "status", "deployment/server", "--timeout=1s")
    cluster.kubectl("create", "secret", "generic", "login", "--from-literal=password=x")
    cluster.kubectl("rollout", "status", "deployment/server", "--timeout=60s")
    assert cluster.kubectl("get", "pvc/data", "-o=jsonpath={.status.phase}") == "Bound"


def _waits(pod: dict) -> bool:
    [container] = pod["status"].get("containerStatuses", [{}])
    waiting = container.get("state", {}).get("waiting", {})
    return waiting.get("reason") == "CreateContainerConfigError"


def test_the_cluster_is_empty_again(cluster: ControlPlane) -> None:
    cluster.kubectl("create", "namespace", "mlflow")
    cluster.kubectl("apply", "--namespace=mlflow", "-f", "-", stdin=DEPLOYMENT)
    cluster.kubectl("create", "clusterrole", "reader", "--verb=get", "--resource=pods")
    wait_until("a volume", lambda: cluster.api.all("/api/v1/persistentvolumes"))
    state.empty(cluster.api)
    assert list(state.foreign(cluster.api)) == []


def test_rights_are_checked(cluster: ControlPlane) -> None:
    answer = ["auth", "can-i", "get", "pods"]
    assert cluster.kubectl(*answer) == "yes\n"
    with pytest.raises(CommandError, match="no"):
        cluster.kubectl(*answer, "--as=somebody")


STARTS = """
import sys, time
from control_plane.programs import find
from control_plane.server import ControlPlane
started = ControlPlane(find())
print(*(process.pid for process in started._processes), flush=True)
sys.stdin.read()
"""


def test_nothing_outlives_a_killed_test(cluster: ControlPlane, tmp_path: Path) -> None:
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent / "server")])
    with subprocess.Popen(
        [sys.executable, "-c", STARTS],
        # Its temporary folder is all that it leaves: it goes with this test's own.
        env=os.environ | {"PYTHONPATH": path, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as tests:
        assert tests.stdout
        ids = [int(word) for word in tests.stdout.readline().split()]
        assert len(ids) == 3
        assert all(map(_runs, ids))
        tests.send_signal(signal.SIGKILL)
    wait_until("they have ended", lambda: not any(map(_runs, ids)))


def _runs(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    # One that has ended and that nobody has asked about runs no more.
    return stat.rpartition(")")[2].split()[0] != "Z"
