//! `mlflow-k8s values`

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file(
            "base.yaml",
            "image:\n  tag: v3.17.2 # pinned\nreplicas: 1\n",
        )
        .file("prod.yaml", "image: {pullPolicy: Always}\nhosts: [a, b]\n")
        .file("note.txt", "one\ntwo\n")
}

#[test]
fn merged_values() {
    let arguments = [
        "values",
        "--merged",
        "-f",
        "base.yaml",
        "--set-file",
        "note=note.txt",
        "-f",
        "prod.yaml",
        "--set",
        "hosts[1]=c,replicas=2",
        "--set-string",
        "version=3.10",
    ];
    assert_snapshot!("merged_yaml", sandbox().run(&arguments));
    let json = [&arguments[..], &["-o", "json"]].concat();
    assert_snapshot!("merged_json", sandbox().run(&json));
}

#[test]
fn files_may_be_given_with_a_comma_as_in_helm() {
    let sandbox = sandbox();
    assert_eq!(
        sandbox.run(&["values", "--merged", "-f", "base.yaml,prod.yaml"]),
        sandbox.run(&["values", "--merged", "-f", "base.yaml", "-f", "prod.yaml"])
    );
}

#[test]
fn merged_values_from_standard_input() {
    assert_snapshot!(sandbox().run_with_stdin(
        &[
            "values",
            "--merged",
            "-f",
            "base.yaml",
            "-f",
            "-",
            "-o",
            "json"
        ],
        b"replicas: 3\n",
    ));
}

#[test]
fn defaults_and_presets_are_printed_as_they_are() {
    let sandbox = sandbox();
    let printed = |arguments: &[&str]| {
        let output = sandbox.command(arguments).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(printed(&["values"]), mlflow_k8s_core::values::DEFAULTS);
    for preset in mlflow_k8s_core::presets::PRESETS {
        assert_eq!(printed(&["values", "--preset", preset.name]), preset.values);
    }
}

#[test]
fn an_unknown_preset() {
    assert_snapshot!(sandbox().run(&["values", "--preset", "quikstart"]));
}

#[test]
fn two_presets_need_merging() {
    let presets = ["values", "--preset", "tls", "--preset", "ingress"];
    assert_snapshot!(sandbox().run(&presets));
}

#[test]
fn the_schema_is_json() {
    let output = sandbox().command(&["schema"]).output().unwrap();
    assert!(output.status.success());
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schema.pointer("/properties/image").is_some());
}
