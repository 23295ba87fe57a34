"""What `mlflow-k8s commands` prints runs, in its order, from an empty cluster and back to one."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from control_plane import corpus, stand_ins, state
from control_plane.applied import name_of
from control_plane.client import Client, Object, wait_until
from control_plane.corpus import Case
from control_plane.omissions import Omissions
from control_plane.server import ControlPlane
from harness.certificates import self_signed
from harness.render import run

# What needs a container, an address or a database that is not here.
NOT_HERE = re.compile(r"^(kubectl (port-forward|exec|logs)|curl|pg_dump|NODE=|HOST=)", re.MULTILINE)
# A file that a command reads and that is the reader's own.
FILE = re.compile(r"--from-(?:env-)?file=(?:[\w.-]+=)?([\w./-]+)")

INGRESS_CLASS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "IngressClass",
    "metadata": {"name": "nginx"},
    "spec": {"controller": "tests.example.com/ingress"},
}

CASES = [
    *corpus.presets(),
    *map(corpus.case, ("rbac-cluster", "networkpolicy-extra", "externalsecrets-defaults")),
]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Step:
    title: str
    kind: str
    text: str

    def deletes(self, kind: str) -> bool:
        """Whether it is a removal of such objects."""
        return self.text.startswith("kubectl delete") and f" {kind}/" in self.text


@pytest.fixture
def fresh_namespace(control_plane: ControlPlane) -> Iterator[str]:
    """The name of a namespace that is not there."""
    name = f"release-{next(_numbers)}"
    yield name
    if control_plane.api.find(f"/api/v1/namespaces/{name}"):
        control_plane.api.delete(f"/api/v1/namespaces/{name}")


@pytest.fixture
def ingress_class(control_plane: ControlPlane) -> Iterator[None]:
    """An ingress controller's class, which the manifests refer to."""
    path = "/apis/networking.k8s.io/v1/ingressclasses"
    control_plane.api.post(path, INGRESS_CLASS)
    yield
    control_plane.api.delete(f"{path}/nginx")


@pytest.mark.usefixtures("controllers", "ingress_class")
@pytest.mark.parametrize(
    ("case", "more"),
    [
        *(pytest.param(case, (), id=case.name) for case in CASES),
        *(
            pytest.param(case, ("--create-namespace",), id=f"{case.name}-with-namespace")
            for case in CASES
            # With a volume, with Secrets, and with objects that are in no namespace.
            if case.name in ("quickstart", "production", "rbac-cluster")
        ),
    ],
)
def test_commands(
    control_plane: ControlPlane,
    omissions: Omissions,
    fresh_namespace: str,
    tmp_path: Path,
    case: Case,
    more: tuple[str, ...],
) -> None:
    api, namespace = control_plane.api, fresh_namespace
    values = tmp_path / "values.yaml"
    values.write_text(run("values", *case.values, "--merged"))
    arguments = [case.release, "--namespace", namespace, *more, "--values", str(values)]
    (tmp_path / "manifests.yaml").write_text(run("render", *arguments, "--no-check"))
    printed = run("commands", *arguments, "--no-check", "--format", "json")
    steps = [Step(it["title"], it["kind"], it["text"]) for it in json.loads(printed)]
    for name, text in self_signed("localhost").items():
        (tmp_path / name).write_text(text)
    ours = [it for it in yaml.safe_load_all((tmp_path / "manifests.yaml").read_text()) if it]
    ours = [each for each in ours if omissions.is_served(api, each)]
    claims = {name_of(each) for each in ours if each["kind"] == "PersistentVolumeClaim"}

    made_by_hand: set[str] = set()
    seen: list[str] = []
    for step in steps:
        if step.kind != "shell" or NOT_HERE.search(step.text):
            omissions.omit(f"commands: {step.title}", "needs a server that answers")
            continue
        for file in FILE.findall(step.text):
            if not (tmp_path / file).exists() and f"> {file}" not in step.text:
                (tmp_path / file).write_text("A=1\n")
        if "mlflow-k8s render" in step.text:
            change(values, {"podAnnotations": {"changed": "yes"}})
        # It ends with 1 where something differs, as it should here.
        script = step.text.replace(
            "kubectl diff -f manifests.yaml", "kubectl diff -f manifests.yaml || test $? = 1"
        )
        control_plane.shell(script.replace("mlflow-k8s render", "mlflow-k8s render --no-check"), tmp_path)
        if "mlflow-k8s render" in step.text:
            seen.append("upgrade")
            assert "changed" in annotations(api, ours, namespace)
        elif "manifests-before.yaml" in step.text:
            seen.append("undo")
            assert "changed" not in annotations(api, ours, namespace)
            control_plane.kubectl(
                "apply", "--namespace", namespace, "-f", "-", stdin=stand_ins.FOREIGN
            )
            made_by_hand = {
                name_of(each)
                for each in state.contents(api, namespace)
                if each["kind"] in ("Secret", "ConfigMap") and not is_owned(each)
            }
        elif step.deletes("deployment"):
            seen.append("uninstall")
            becomes(api, namespace, claims | made_by_hand)
            for each in ours:
                if "namespace" not in each["metadata"] and each["kind"] != "Namespace":
                    assert api.live(each) is None
        elif step.deletes("persistentvolumeclaim"):
            seen.append("data")
            becomes(api, namespace, made_by_hand)
        elif step.deletes("secret") or step.deletes("configmap"):
            seen.append("by hand")
            becomes(api, namespace, {"configmap/of-somebody-else"})
    expected = ["upgrade", "undo", "uninstall"]
    expected += ["data"] if claims else []
    expected += ["by hand"] if made_by_hand - {"configmap/of-somebody-else"} else []
    assert seen == expected
    assert api.find(f"/api/v1/namespaces/{namespace}") is None


def change(file: Path, values: Object) -> None:
    file.write_text(yaml.safe_dump((yaml.safe_load(file.read_text()) or {}) | values))


def annotations(api: Client, objects: list[Object], namespace: str) -> Object:
    [deployment] = [each for each in objects if each["kind"] == "Deployment"]
    live = api.live(deployment)
    assert live is not None
    return live["spec"]["template"]["metadata"].get("annotations", {})


def is_owned(each: Object) -> bool:
    return bool(each["metadata"].get("ownerReferences"))


def becomes(api: Client, namespace: str, names: set[str]) -> None:
    """Waits until these objects, and no others, are in the namespace."""
    seen: set[str] = set()

    def is_so() -> bool:
        nonlocal seen
        seen = {name_of(each) for each in state.contents(api, namespace)}
        return seen == names

    try:
        # What the removed objects owned goes a moment later.
        wait_until("the removal", is_so, deadline=30)
    except TimeoutError:
        assert seen == names
