//! `mlflow-k8s explain` and `render --annotate`

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const VALUES: &str = "\
# A comment.
image:
  tag: v3.17.1-full
  pullPolicy: IfNotPresent
mlflow:
  backendStoreUri: postgresql://db/mlflow
  defaultArtifactRoot: s3://bucket/mlflow
podAnnotations:
  example.com/notes: |
    one
    two
resources: {requests: {memory: 3Gi}}
";

fn sandbox() -> Sandbox {
    Sandbox::new().file("values.yaml", VALUES)
}

/// What `explain` says as JSON.
fn explain(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["explain", "-f", "values.yaml", "-o", "json"], arguments].concat();
    let output = sandbox.command(&arguments).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one entry of a field of the Deployment.
fn field(found: &[Value], name: &str) -> Value {
    let mut found = found
        .iter()
        .filter(|entry| *entry.pointer("/object/kind").unwrap() == "Deployment")
        .filter(|entry| entry.get("field").unwrap() == name);
    let field = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(found.next(), None);
    field.clone()
}

const IMAGE: &str = "spec.template.spec.containers[0].image";

#[test]
fn fields_name_their_settings_and_where_those_were_written() {
    let sandbox = sandbox();
    let flags = ["--set", "replicaCount=2", "-n", "ml", "--preset", "minimal"];
    let found = explain(&sandbox, &flags);
    let file = |line: usize, column: usize| json!({"kind": "file", "file": "values.yaml", "line": line, "column": column});
    let setting = |path: &str, origin: Value| json!({"path": path, "origin": origin});
    let default = json!({"kind": "default"});
    let image = field(&found, IMAGE);
    assert_eq!(
        image["object"],
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "mlflow-mlflow", "namespace": "ml"})
    );
    assert_eq!(image["value"], "ghcr.io/mlflow/mlflow:v3.17.1-full");
    assert_eq!(
        image["settings"],
        json!([
            setting("image.tag", file(3, 8)),
            setting("image.repository", default)
        ])
    );
    assert_eq!(image.get("reason"), None);
    // The default's value, and still the file's.
    let policy = field(&found, "spec.template.spec.containers[0].imagePullPolicy");
    assert_eq!(
        policy["settings"],
        json!([setting("image.pullPolicy", file(4, 15))])
    );
    let replicas = field(&found, "spec.replicas");
    let flag = json!({"kind": "flag", "flag": "--set replicaCount=2"});
    assert_eq!(replicas["settings"], json!([setting("replicaCount", flag)]));
    let notes = field(
        &found,
        "spec.template.metadata.annotations.example\\.com/notes",
    );
    assert_eq!(notes["value"], "one\ntwo\n");
    assert_eq!(
        notes["settings"],
        json!([setting(r"podAnnotations.example\.com/notes", file(9, 22))])
    );
    let namespace = field(&found, "metadata.namespace");
    assert_eq!(namespace["reason"], "the namespace of the release");
    assert_eq!(namespace.get("settings"), None);
    // A preset that a file takes the place of.
    let uri: Vec<&Value> = found
        .iter()
        .filter(|entry| entry["value"] == "postgresql://db/mlflow")
        .collect();
    assert_eq!(
        uri[0]["settings"],
        json!([setting("mlflow.backendStoreUri", file(6, 20))])
    );

    let sandbox = Sandbox::new().file("values.yaml", "");
    let found = explain(&sandbox, &["--preset", "quickstart"]);
    let size = found.iter().find(|entry| entry["value"] == "10Gi").unwrap();
    assert_eq!(
        size["settings"][0]["origin"],
        json!({"kind": "preset", "preset": "quickstart", "line": 6, "column": 9})
    );
}

/// Two settings agree on the strategy, and neither alone decides it.
#[test]
fn settings_that_agree_are_named_together() {
    let sandbox = Sandbox::new().file("values.yaml", "");
    let found = explain(&sandbox, &["--preset", "quickstart"]);
    let strategy = field(&found, "spec.strategy.type");
    assert_eq!(strategy["value"], "Recreate");
    assert_eq!(strategy.get("settings"), None);
    let paths: Vec<&Value> = strategy["together"]
        .as_array()
        .unwrap()
        .iter()
        .map(|setting| &setting["path"])
        .collect();
    assert_eq!(paths, ["mlflow.backendStoreUri", "storage.enabled"]);
    assert!(
        strategy["reason"]
            .as_str()
            .unwrap()
            .starts_with("`mlflow.backendStoreUri` and `storage.enabled` each give this value")
    );

    let found = explain(
        &sandbox,
        &[
            "--preset",
            "quickstart",
            "--set",
            "storage.accessMode=ReadWriteMany",
        ],
    );
    let strategy = field(&found, "spec.strategy.type");
    assert_eq!(strategy["settings"][0]["path"], "mlflow.backendStoreUri");
    // Without both it is the default of a setting that nobody wrote.
    let found = explain(
        &sandbox,
        &["--set", "mlflow.backendStoreUri=postgresql://db/m"],
    );
    let strategy = field(&found, "spec.strategy.type");
    assert_eq!(strategy["settings"][0]["path"], "deploymentStrategy");
}

/// A variable of the user's takes the place of a derived one.
#[test]
fn overridden_values_come_from_what_overrides_them() {
    let sandbox = sandbox();
    let hosts = r#"env=[{"name":"MLFLOW_SERVER_ALLOWED_HOSTS","value":"mlflow.example.com"}]"#;
    let found = explain(&sandbox, &["--set-json", hosts]);
    let value = found
        .iter()
        .find(|entry| entry["value"] == "mlflow.example.com")
        .unwrap();
    let paths: Vec<&Value> = value["settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|setting| &setting["path"])
        .collect();
    assert_eq!(paths[0], "env[0].value");
    assert!(!paths.contains(&&json!("fullnameOverride")), "{paths:?}");
}

#[test]
fn what_is_asked_for_alone() {
    let sandbox = sandbox();
    let of = |arguments: &[&str]| -> Vec<String> {
        explain(&sandbox, arguments)
            .iter()
            .map(|entry| format!("{} {}", entry["object"]["kind"], entry["field"]).replace('"', ""))
            .collect()
    };
    let all = of(&[]);
    let resources = ["Deployment spec.template.spec.containers[0].resources.requests.memory"];
    assert_eq!(of(&["resources"]), resources);
    assert_eq!(of(&["resources.requests.memory"]), resources);
    assert_eq!(
        of(&["--field", "spec.template.spec.containers[0].resources"]),
        resources
    );
    let service = of(&["--object", "service/mlflow-mlflow"]);
    assert_eq!(service, of(&["--object", "Service"]));
    assert!(service.len() > 5 && service.len() < all.len());
    assert_eq!(of(&["image.tag", "--object", "Service"]).len(), 1);
    // The default name is no setting, and a name beside a setting is the release's.
    assert_eq!(of(&["mlflow"]), all);
    assert_eq!(of(&["mlflow", "resources"]), resources);
    assert!(of(&["mlflow", "mlflow"]).len() < all.len());
    let named = explain(&sandbox, &["tracking", "replicaCount"]);
    assert_eq!(named[0]["object"]["name"], "tracking-mlflow");
    assert_eq!(of(&["tracking"]).len(), all.len());
    // Nothing comes from it.
    assert_eq!(of(&["tolerations"]), [""; 0]);
}

#[test]
fn what_is_not_there() {
    let sandbox = sandbox();
    let run =
        |arguments: &[&str]| sandbox.run(&[&["explain", "-f", "values.yaml"], arguments].concat());
    assert_snapshot!("unknown_setting", run(&["image.tga"]));
    assert_snapshot!(
        "unknown_setting_of_a_release",
        run(&["tracking", "reources"])
    );
    assert_snapshot!("unknown_object", run(&["--object", "Deployment/mlflow"]));
    assert_snapshot!(
        "unknown_field",
        run(&["--object", "Service", "--field", "spec.prots"])
    );
    assert_snapshot!("nothing_to_explain", sandbox.run(&["explain"]));
    assert_snapshot!(
        "faults_are_those_of_render",
        run(&["--set", "servce.port=80"])
    );
}

#[test]
fn text_for_a_terminal() {
    let sandbox = sandbox();
    assert_snapshot!(
        "explain_setting",
        sandbox.run(&["explain", "-f", "values.yaml", "image"])
    );
    assert_snapshot!(
        "explain_object",
        sandbox.run(&["explain", "-f", "values.yaml", "--object", "Service"])
    );
}

#[test]
fn lines_are_those_of_render() {
    let sandbox = sandbox();
    let output = sandbox
        .command(&["render", "-f", "values.yaml"])
        .output()
        .unwrap();
    let rendered = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = rendered.lines().collect();
    let found = explain(&sandbox, &[]);
    let line = |name: &str| {
        let line = field(&found, name)["line"].as_u64().unwrap();
        lines[usize::try_from(line).unwrap() - 1].trim()
    };
    assert_eq!(line(IMAGE), "image: ghcr.io/mlflow/mlflow:v3.17.1-full");
    assert_eq!(
        line("spec.template.metadata.annotations.example\\.com/notes"),
        "example.com/notes: |"
    );
}

#[test]
fn comments_name_the_settings() {
    let sandbox = sandbox();
    let shown = sandbox.run(&[
        "render",
        "-f",
        "values.yaml",
        "--annotate",
        "--set",
        "replicaCount=2",
    ]);
    for line in [
        "        image: ghcr.io/mlflow/mlflow:v3.17.1-full # image.tag (values.yaml:3:8)",
        "        example.com/notes: | # podAnnotations.example\\.com/notes (values.yaml:9:22)",
        "  replicas: 2 # replicaCount (--set replicaCount=2)",
        "kind: Deployment",
        "  namespace: mlflow # the namespace of the release",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let directory = [
        "render",
        "-f",
        "values.yaml",
        "--annotate",
        "--output-dir",
        "out",
    ];
    let shown_directory = sandbox.run(&directory);
    assert!(shown_directory.contains("3 written"), "{shown_directory}");
    let file = sandbox.read("out/deployment-mlflow-mlflow.yaml");
    assert!(file.contains(" # image.tag (values.yaml:3:8)\n"), "{file}");
    assert_snapshot!(
        "annotated_json",
        sandbox.run(&["render", "-f", "values.yaml", "--annotate", "-o", "json"])
    );
}
