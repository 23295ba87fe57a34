"""A running release of Helm's is taken over in place, and nothing of it is lost or left.

The commands are those of the guide's page `from-the-official-chart.md`.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from control_plane import charts, corpus, stand_ins
from control_plane.applied import changed, essence, fresh, name_of, rewritten
from control_plane.client import Client, Object
from control_plane.omissions import Omissions
from control_plane.server import ControlPlane


@dataclass(frozen=True)
class Release:
    """A release as Helm has installed it, and what its values become."""

    case: str
    # Changes the values and the objects of the case, for what no case has.
    before: Callable[[Object, Object], None] | None = None
    # Changes the values after Helm has installed them.
    then: Callable[[Object], None] | None = None
    # What the release had and the new manifests have not.
    goes: tuple[str, ...] = ()

    def values(self) -> Object:
        return yaml.safe_load((corpus.CASES / self.case / "values.yaml").read_text())

    def installed(self) -> tuple[Object, list[Object]]:
        """The values, and what Helm makes of them."""
        values, objects = self.values(), copy.deepcopy(corpus.of_helm(self.case))
        [deployment] = [each for each in objects if each["kind"] == "Deployment"]
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        for amounts in container.get("resources", {}).values():
            # Kubernetes 1.20 takes a number from Helm 3, and not from Helm 4's server-side apply.
            amounts.update({name: str(amount) for name, amount in amounts.items()})
        if self.before:
            self.before(values, container)
        return values, objects


def secret_in_env(values: Object, container: Object) -> None:
    """What MK462 finds."""
    variable = {"name": "AWS_SECRET_ACCESS_KEY", "value": "wJalrXUtnFEMI"}
    values.setdefault("env", []).append(variable)
    container["env"].append(variable)


def store_by_option(values: Object, container: Object) -> None:
    """What MK311 finds, with a password."""
    uri = values["mlflow"].pop("backendStoreUri")
    values["server"] = {"value_options": {"backend_store_uri": uri}}
    container["env"] = [
        each for each in container["env"] if each["name"] != "MLFLOW_BACKEND_STORE_URI"
    ]
    container["command"].append(f"--backend-store-uri={uri}")


def without_ingress(values: Object) -> None:
    values["ingress"]["enabled"] = False


def without_cluster_rights(values: Object) -> None:
    values.pop("cluster_rbac")


RELEASES = {
    "one volume": Release("quickstart"),
    "database and object store": Release("seed-prod-postgres-s3"),
    "password in the URI (MK461)": Release("uri-special"),
    "password in the URI, and a volume": Release("storage-rwo-postgres"),
    "password in the environment (MK462)": Release("quickstart", before=secret_in_env),
    "database by option (MK311)": Release("uri-html", before=store_by_option),
    "Recreate after RollingUpdate (MK423)": Release("strategy-rolling-over-rwo"),
    "Ingress": Release("storage-port-80-tls-https"),
    "Ingress that goes away": Release(
        "seed-ingress", then=without_ingress, goes=("ingress.networking.k8s.io/mlflow-mlflow",)
    ),
    "rights in the cluster": Release("rbac-cluster"),
    "rights in the cluster that go away": Release(
        "rbac-cluster",
        then=without_cluster_rights,
        goes=(
            "clusterrole.rbac.authorization.k8s.io/mlflow-mlflow",
            "clusterrolebinding.rbac.authorization.k8s.io/mlflow-mlflow",
        ),
    ),
    "NetworkPolicy": Release("networkpolicy-extra"),
    "everything": Release("everything"),
}

SAVE = """
helm get values {release} --namespace {namespace} --output yaml > values.yaml
helm get manifest {release} --namespace {namespace} > release.yaml
"""
RENDER = """
mlflow-k8s check {release} --namespace {namespace} -f values.yaml --fix
mlflow-k8s render {release} --namespace {namespace} -f values.yaml > manifests.yaml
"""
APPLY = """
kubectl apply set-last-applied --create-annotation=true --namespace {namespace} --filename release.yaml
kubectl diff --filename manifests.yaml || test $? = 1
kubectl apply --filename manifests.yaml
kubectl rollout status deployment/{deployment} --namespace {namespace} --timeout=10m
"""
COMPARE = """
kubectl get --namespace {namespace} --filename release.yaml --ignore-not-found --output name | sort > release.txt
kubectl get --filename manifests.yaml --output name | sort > manifests.txt
comm -23 release.txt manifests.txt
"""
REMOVE = "kubectl delete --namespace {namespace} {gone}"
FORGET = """
kubectl delete secret --namespace {namespace} --selector owner=helm,name={release}
kubectl annotate --filename manifests.yaml meta.helm.sh/release-name- meta.helm.sh/release-namespace-
"""
UNDO = "kubectl apply --namespace {namespace} --filename release.yaml"

PAGE = Path(__file__).parents[2] / "docs/guide/from-the-official-chart.md"


def test_these_are_the_commands_of_the_guide() -> None:
    page = PAGE.read_text()
    names = {"namespace": "mlflow", "release": "mlflow", "deployment": "mlflow-mlflow"}
    for script in (SAVE, RENDER, APPLY, COMPARE, FORGET, UNDO):
        for command in script.format(**names).strip().splitlines():
            assert command in page, command


@dataclass
class Site:
    """A namespace with a release of Helm's in it."""

    control_plane: ControlPlane
    omissions: Omissions
    helm: str
    namespace: str
    folder: Path
    # What Helm has installed.
    old: list[Object]

    def run(self, script: str, **names: str) -> str:
        names |= {"namespace": self.namespace, "release": "mlflow", "deployment": "mlflow-mlflow"}
        return self.control_plane.shell(
            script.format(**names).replace("helm ", f"{self.helm} "), self.folder
        )

    def live(self, each: Object) -> Object | None:
        metadata = each["metadata"] | {"namespace": self.namespace}
        return self.control_plane.api.live(each | {"metadata": metadata})

    def manifests(self) -> list[Object]:
        text = (self.folder / "manifests.yaml").read_text()
        api = self.control_plane.api
        documents = yaml.safe_load_all(text)
        return [each for each in documents if each and self.omissions.is_served(api, each)]


def install(
    control_plane: ControlPlane,
    omissions: Omissions,
    helm: str,
    namespace: str,
    folder: Path,
    release: Release,
) -> Site:
    values, objects = release.installed()
    api = control_plane.api
    objects = [
        in_namespace(each, namespace) for each in objects if omissions.is_served(api, each)
    ]
    site = Site(control_plane, omissions, helm, namespace, folder, objects)
    charts.write(folder / "chart", objects)
    (folder / "installed.yaml").write_text(yaml.safe_dump(values))
    stand_ins.create(api, namespace, objects)
    site.run("helm install {release} chart --namespace {namespace} --values installed.yaml")
    site.run("kubectl rollout status deployment/{deployment} --namespace {namespace} --timeout=60s")
    control_plane.kubectl("apply", "--namespace", namespace, "-f", "-", stdin=stand_ins.FOREIGN)
    return site


def in_namespace(each: Object, namespace: str) -> Object:
    """An object for another namespace than that of its case, where the chart writes it."""
    metadata = each["metadata"]
    if "namespace" in metadata:
        each = each | {"metadata": metadata | {"namespace": namespace}}
    if "subjects" in each:
        each = each | {"subjects": [it | {"namespace": namespace} for it in each["subjects"]]}
    return each


def remove_cluster_wide(api: Client, objects: list[Object]) -> None:
    """What is in no namespace has the same name in several releases."""
    for each in objects:
        path = api.path(each)
        if "/namespaces/" not in path and "cluster" in path and api.find(path):
            api.delete(path)


@pytest.mark.usefixtures("controllers")
@pytest.mark.parametrize("helm", ["helm", "helm4"])
@pytest.mark.parametrize("name", RELEASES)
def test_take_over(
    control_plane: ControlPlane,
    omissions: Omissions,
    namespace: str,
    empty_namespace: str,
    tmp_path: Path,
    helm: str,
    name: str,
) -> None:
    release = RELEASES[name]
    api = control_plane.api
    site = install(control_plane, omissions, helm, namespace, tmp_path, release)
    try:
        before = {name_of(each): uid(site.live(each)) for each in site.old}
        site.run(SAVE)
        if release.then:
            values = yaml.safe_load((tmp_path / "values.yaml").read_text())
            release.then(values)
            (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))
        site.run(RENDER)
        ours = site.manifests()
        stand_ins.create(api, namespace, ours)
        data = {kind: names(api, kind, namespace) for kind in ("Secret", "PersistentVolumeClaim")}
        site.run(APPLY)
        gone = site.run(COMPARE).split()
        assert tuple(gone) == release.goes
        if gone:
            site.run(REMOVE, gone=" ".join(gone))
        site.run(FORGET)

        # Nothing was recreated, and what remains is what our manifests say, no more and no less.
        for each in ours:
            live = site.live(each)
            assert live is not None
            assert uid(live) == before.get(name_of(each), uid(live))
            assert essence(live) == essence(fresh(api, each, empty_namespace))
        assert {name_of(each) for each in site.old if site.live(each) is None} == set(release.goes)
        # Nothing that is not the release's was touched.
        left = {kind: names(api, kind, namespace) for kind in data}
        data["Secret"] = {each for each in data["Secret"] if not each.startswith("sh.helm.")}
        assert left == data
        assert "of-somebody-else" in names(api, "ConfigMap", namespace)

        again = site.run("kubectl apply --filename manifests.yaml")
        assert changed(again) == rewritten(api, ours)
        assert site.run("helm list --short --namespace {namespace}") == ""
    finally:
        remove_cluster_wide(api, site.old)


def uid(live: Object | None) -> str:
    assert live is not None
    return live["metadata"]["uid"]


def names(api: Client, kind: str, namespace: str) -> set[str]:
    found = api.all(api.collection("v1", kind, namespace))
    return {each["metadata"]["name"] for each in found}


@pytest.mark.usefixtures("controllers")
@pytest.mark.parametrize("helm", ["helm", "helm4"])
def test_the_way_back(
    control_plane: ControlPlane,
    omissions: Omissions,
    namespace: str,
    tmp_path: Path,
    helm: str,
) -> None:
    """Until Helm's record is deleted, its manifest brings the old release back."""
    release = RELEASES["Ingress that goes away"]
    site = install(control_plane, omissions, helm, namespace, tmp_path, release)
    before = [essence(live) for each in site.old if (live := site.live(each))]
    site.run(SAVE)
    values = yaml.safe_load((tmp_path / "values.yaml").read_text())
    without_ingress(values)
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))
    site.run(RENDER)
    stand_ins.create(control_plane.api, namespace, site.manifests())
    site.run(APPLY)
    site.run(REMOVE, gone=" ".join(release.goes))
    site.run(UNDO)
    after = [essence(live) for each in site.old if (live := site.live(each))]
    for one in (*before, *after):
        # An object that was deleted and made again lacks what only Helm knows.
        for annotation in ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace"):
            one["metadata"].get("annotations", {}).pop(annotation, None)
        if one["metadata"].get("annotations") == {}:
            del one["metadata"]["annotations"]
    assert after == before
    site.run("helm upgrade {release} chart --namespace {namespace} --values installed.yaml")
    assert "2" in site.run("helm history {release} --namespace {namespace} --max 1")
