//! `mlflow-k8s commands`

use insta::assert_snapshot;
use mlflow_k8s_core::presets::PRESETS;

use crate::sandbox::Sandbox;

#[test]
fn commands_of_every_preset() {
    let sandbox = Sandbox::new();
    for preset in PRESETS {
        assert_snapshot!(
            format!("commands_{}", preset.name),
            sandbox.run(&["commands", "--preset", preset.name])
        );
    }
}

#[test]
fn commands_as_json() {
    let shown = Sandbox::new().run(&["commands", "--preset", "minimal", "--format", "json"]);
    assert_snapshot!("commands_json", shown);
}

#[test]
fn values_with_errors_have_no_commands() {
    let shown = Sandbox::new().run(&["commands", "--set", "replicaCount=x"]);
    assert!(shown.starts_with("exit code: 1\n"), "{shown}");
    assert!(!shown.contains("kubectl apply"), "{shown}");
}
