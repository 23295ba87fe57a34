//! `mlflow-k8s render`

use insta::assert_snapshot;

use crate::sandbox::{Sandbox, transcript};

const STORE: &str = "mlflow.backendStoreUri=postgresql://db/mlflow,mlflow.defaultArtifactRoot=s3://bucket/mlflow,resources.requests.memory=3Gi";
const SERVER: [&str; 3] = ["render", "--set", STORE];

fn with(arguments: &[&'static str]) -> Vec<&'static str> {
    [&SERVER[..], arguments].concat()
}

/// What the objects hold is tested in the core; here, that they arrive.
#[test]
fn manifests_in_yaml() {
    let arguments = with(&["tracking", "-n", "ml", "--create-namespace"]);
    let shown = Sandbox::new().run(&arguments);
    assert!(
        shown.starts_with("exit code: 0\n--- stdout\n---\n"),
        "{shown}"
    );
    let identities: Vec<&str> = shown
        .lines()
        .filter(|line| {
            ["kind: ", "  name: ", "  namespace: "]
                .iter()
                .any(|key| line.starts_with(key))
        })
        .collect();
    assert_snapshot!(identities.join("\n"));
}

#[test]
fn manifests_in_json() {
    let arguments = with(&["-o", "json"]);
    let output = Sandbox::new().command(&arguments).output().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list["kind"], "List");
    let kinds: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| &object["kind"])
        .collect();
    assert_eq!(kinds, ["ServiceAccount", "Service", "Deployment"]);
}

#[test]
fn faults_leave_standard_output_empty() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&with(&["--set", "servce.port=80"])));
}

#[test]
fn every_preset_renders() {
    let sandbox = Sandbox::new();
    for preset in mlflow_k8s_core::presets::PRESETS {
        let shown = sandbox.run(&["render", "--preset", preset.name]);
        assert!(shown.starts_with("exit code: 0\n"), "{shown}");
    }
}

#[test]
fn directory_of_files() {
    let sandbox = Sandbox::new();
    assert_snapshot!(
        "directory",
        sandbox.run(&with(&["--output-dir", "out/k8s"]))
    );
    assert_snapshot!("directory_list", sandbox.list("out/k8s").join("\n"));
    assert_snapshot!(
        "directory_file",
        sandbox.read("out/k8s/service-mlflow-mlflow.yaml")
    );
    // Again, over its own files.
    let again = with(&["--output-dir", "out/k8s", "--set", "service.port=80"]);
    assert_snapshot!("directory_again", sandbox.run(&again));
}

#[test]
fn directory_of_json_files() {
    let sandbox = Sandbox::new();
    for port in ["service.port=80", "service.port=81"] {
        let shown = sandbox.run(&with(&[
            "--output-dir",
            "out",
            "-o",
            "json",
            "--create-namespace",
            "--set",
            port,
        ]));
        assert!(shown.starts_with("exit code: 0\n"), "{shown}");
    }
    let service: serde_json::Value =
        serde_json::from_str(&sandbox.read("out/service-mlflow-mlflow.json")).unwrap();
    assert_eq!(service["kind"], "Service");
}

#[test]
fn files_of_others_are_kept() {
    let sandbox = Sandbox::new().file("out/service-mlflow-mlflow.yaml", "kind: Service\n");
    assert_snapshot!("foreign_file", sandbox.run(&with(&["--output-dir", "out"])));
    assert_eq!(sandbox.list("out"), ["service-mlflow-mlflow.yaml"]);
    assert_eq!(
        sandbox.read("out/service-mlflow-mlflow.yaml"),
        "kind: Service\n"
    );
    let forced = sandbox.run(&with(&["--output-dir", "out", "--force"]));
    assert!(forced.starts_with("exit code: 0\n"), "{forced}");
    assert_ne!(
        sandbox.read("out/service-mlflow-mlflow.yaml"),
        "kind: Service\n"
    );
}

#[test]
fn files_of_an_earlier_run_are_named() {
    let sandbox = Sandbox::new().file("out/notes.yaml", "# mine\n");
    sandbox.run(&with(&["--output-dir", "out", "--create-namespace"]));
    assert_snapshot!(sandbox.run(&with(&["--output-dir", "out"])));
    assert!(
        sandbox
            .list("out")
            .contains(&"00-namespace-mlflow.yaml".to_owned())
    );
}

#[test]
fn faults_leave_the_directory_alone() {
    let sandbox = Sandbox::new();
    sandbox.run(&with(&["--output-dir", "out", "--set", "servce.port=80"]));
    assert!(!sandbox.path().join("out").exists());
}

#[test]
fn a_file_for_a_directory() {
    let sandbox = Sandbox::new().file("out", "");
    assert_snapshot!(sandbox.run(&with(&["--output-dir", "out"])));
}

#[test]
#[cfg(unix)]
fn files_are_readable_like_any_other() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new().file("ordinary", "");
    sandbox.run(&with(&["--output-dir", "."]));
    let mode = |name: &str| {
        let metadata = std::fs::metadata(sandbox.path().join(name)).unwrap();
        metadata.permissions().mode()
    };
    assert_eq!(mode("service-mlflow-mlflow.yaml"), mode("ordinary"));
}

/// As root no permission stops us, so this asks the kernel for a place in
/// which nobody can make a file.
#[test]
#[cfg(target_os = "linux")]
fn a_read_only_place() {
    let shown = Sandbox::new().run(&with(&["--output-dir", "/proc/self"]));
    assert!(
        shown.starts_with("exit code: 1\n--- stderr\nerror: cannot write /proc/self/"),
        "{shown}"
    );
    assert_eq!(shown.lines().count(), 3, "{shown}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Sandbox::new()
        .command(&SERVER)
        .stdout(full)
        .output()
        .unwrap();
    assert_snapshot!(transcript(&output));
}
