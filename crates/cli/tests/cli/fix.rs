//! `mlflow-k8s check --fix`

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const STORES: &str = "\
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
";

const BASE: &str = "\
# What all have.
server:
  staticPrefix: mlflow/ # below our proxy
image:
  tag: 3.10
";

const PRODUCTION: &str = "\
garbageCollection:
  enabled: true   # since May
";

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("stores.yaml", STORES)
        .file("base.yaml", BASE)
        .file("production.yaml", PRODUCTION)
}

const FILES: [&str; 3] = ["check", "-f", "stores.yaml,base.yaml,production.yaml"];

fn with(arguments: &[&'static str]) -> Vec<&'static str> {
    [&FILES[..], arguments].concat()
}

#[test]
fn each_file_is_fixed_in_place() {
    let sandbox = sandbox();
    assert_snapshot!("fixed", sandbox.run(&with(&["--fix"])));
    assert_snapshot!("fixed_base", sandbox.read("base.yaml"));
    assert_snapshot!("fixed_production", sandbox.read("production.yaml"));
    assert_eq!(sandbox.read("stores.yaml"), STORES);
    assert_eq!(
        sandbox.list("."),
        ["base.yaml", "production.yaml", "stores.yaml"]
    );
    // Again, there is nothing to do.
    let again = sandbox.run(&with(&["--fix"]));
    assert!(!again.contains("fixed"), "{again}");
}

#[test]
fn a_dry_run_is_a_diff() {
    let sandbox = sandbox();
    assert_snapshot!("dry_run", sandbox.run(&with(&["--fix", "--dry-run"])));
    assert_eq!(sandbox.read("base.yaml"), BASE);
    assert_eq!(sandbox.read("production.yaml"), PRODUCTION);
}

#[test]
fn what_a_flag_says_is_left_to_its_owner() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run(&with(&["--fix", "--set", "server.staticPrefix=x/"])));
}

#[test]
fn an_ignored_rule_is_not_fixed() {
    let sandbox = sandbox();
    sandbox.run(&with(&["--fix", "--ignore", "MK702"]));
    assert_eq!(sandbox.read("production.yaml"), PRODUCTION);
    assert_ne!(sandbox.read("base.yaml"), BASE);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let input = format!("{STORES}{PRODUCTION}");
    let shown = Sandbox::new().run_with_stdin(&["check", "-f", "-", "--fix"], input.as_bytes());
    assert_snapshot!(shown);
    // Also when there is nothing to fix.
    let shown = Sandbox::new().run_with_stdin(&["check", "-f", "-", "--fix"], STORES.as_bytes());
    assert!(shown.contains(STORES), "{shown}");
}

#[test]
fn wrong_usage() {
    let sandbox = sandbox();
    assert_snapshot!(
        "fix_a_preset",
        sandbox.run(&["check", "--preset", "quickstart", "--fix"])
    );
    assert_snapshot!(
        "fix_flags",
        sandbox.run(&["check", "--set", "image.tag=x", "--fix"])
    );
    assert_snapshot!(
        "fix_to_two_places",
        sandbox.run(&with(&["--fix", "--dry-run", "--format", "json"]))
    );
    assert_snapshot!("dry_run_of_nothing", sandbox.run(&with(&["--dry-run"])));
}

#[test]
fn a_report_for_machines_is_of_what_is_left() {
    let sandbox = sandbox();
    let shown = sandbox.run(&with(&["--fix", "--format", "github"]));
    assert!(!shown.contains("::error"), "{shown}");
    assert!(shown.contains("fixed MK301"), "{shown}");
}

#[test]
#[cfg(unix)]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = sandbox().file("real/values.yaml", format!("{STORES}{BASE}"));
    let path = sandbox.path();
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(path.join("real/values.yaml"), mode).unwrap();
    symlink("real/values.yaml", path.join("values.yaml")).unwrap();
    let shown = sandbox.run(&["check", "-f", "values.yaml", "--fix"]);
    assert!(shown.starts_with("exit code: 0\n"), "{shown}");
    assert!(path.join("values.yaml").is_symlink());
    assert!(sandbox.read("real/values.yaml").contains("/mlflow #"));
    let mode = std::fs::metadata(path.join("real/values.yaml"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_not_a_file_is_not_fixed() {
    let input = format!("{STORES}{PRODUCTION}");
    let arguments = ["check", "-f", "/dev/stdin", "--fix"];
    assert_snapshot!(Sandbox::new().run_with_stdin(&arguments, input.as_bytes()));
}
