"""What stands in for MLflow's own chart on the page about leaving it.

The page downloads the chart, which a test cannot. Its objects are those that Helm
made of that chart for a case of the corpus, with the page's values in them.
"""

import json
from pathlib import Path

import yaml
from control_plane.client import Object

PAGE = "from-the-official-chart.md"
FOLDER = "charts"
CASE = Path(__file__).parents[2] / "corpus/conformance/seed-ingress"


def write(folder: Path, values: str) -> None:
    """Writes the chart that the page installs with these values."""
    templates = folder / FOLDER / "templates"
    templates.mkdir(parents=True)
    (folder / FOLDER / "Chart.yaml").write_text("apiVersion: v2\nname: mlflow\nversion: 0.2.0\n")
    for each in objects(yaml.safe_load(values)):
        # JSON is YAML, and none of it has braces that Helm would take for its own.
        (templates / f"{each['kind'].lower()}.yaml").write_text(json.dumps(each, indent=2))


def objects(values: Object) -> list[Object]:
    made = {each["kind"]: each for each in json.loads((CASE / "expected.json").read_text())}
    made["ServiceAccount"]["metadata"]["annotations"] = values["serviceAccount"]["annotations"]
    [container] = made["Deployment"]["spec"]["template"]["spec"]["containers"]
    container["image"] = f"ghcr.io/mlflow/mlflow:{values['image']['tag']}"
    container["resources"] = values["resources"]
    settings = {
        "MLFLOW_BACKEND_STORE_URI": values["mlflow"]["backendStoreUri"],
        "MLFLOW_ARTIFACTS_DESTINATION": values["mlflow"]["artifactsDestination"],
    }
    container["env"] = [{"name": name, "value": value} for name, value in settings.items()]
    # The host of the case is in the Ingress and in the server's command.
    case = yaml.safe_load((CASE / "values.yaml").read_text())
    text = json.dumps(list(made.values()))
    for ours, theirs in (
        (case["ingress"]["hosts"][0]["host"], values["ingress"]["hosts"][0]["host"]),
        (case["ingress"]["tls"][0]["secretName"], values["ingress"]["tls"][0]["secretName"]),
    ):
        text = text.replace(json.dumps(ours)[1:-1], theirs)
    return json.loads(text)
