//! `mlflow-k8s check`

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const GOOD: &str = "\
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
resources:
  requests:
    memory: 3Gi
";

/// An unknown key, a wrong type and something that only a rule finds.
const BAD: &str = "\
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
resources:
  requests:
    memory: 3Gi
servr:
  port: 5000
image:
  tag: 3.10
";

#[test]
fn good_values_have_nothing_to_say() {
    let sandbox = Sandbox::new().file("values.yaml", GOOD);
    assert_snapshot!(sandbox.run(&["check", "-f", "values.yaml"]));
}

#[test]
fn every_format() {
    let sandbox = Sandbox::new().file("values.yaml", BAD);
    assert_snapshot!("bad_text", sandbox.run(&["check", "-f", "values.yaml"]));
    for format in ["json", "sarif", "github"] {
        assert_snapshot!(
            format!("bad_{format}"),
            sandbox.run(&["check", "-f", "values.yaml", "--format", format])
        );
    }
}

#[test]
fn colour_is_for_those_who_want_it() {
    let sandbox = Sandbox::new().file("values.yaml", BAD);
    let stderr = |name: &str| {
        let output = sandbox
            .command(&["check", "-f", "values.yaml"])
            .env(name, "1")
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(stderr("CLICOLOR_FORCE").contains('\u{1b}'));
    assert!(!stderr("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn a_fault_in_a_flag_shows_the_flag() {
    let sandbox = Sandbox::new().file("values.yaml", GOOD);
    assert_snapshot!(sandbox.run(&[
        "check",
        "-f",
        "values.yaml",
        "--set",
        "image.tag=v3.17.2,ingress.enabled=maybe",
    ]));
}

#[test]
fn a_fault_in_standard_input() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run_with_stdin(&["check", "-f", "-"], BAD.as_bytes()));
}

#[test]
fn strict_fails_on_warnings() {
    // A flag with an empty key is passed over, as in Helm, with a warning.
    let sandbox = Sandbox::new().file("values.yaml", GOOD);
    let arguments = ["check", "-f", "values.yaml", "--set", ".image.tag=v3.17.2"];
    assert_snapshot!("warning", sandbox.run(&arguments));
    let strict = sandbox.run(&[&arguments[..], &["--strict"]].concat());
    assert!(strict.starts_with("exit code: 1\n"), "{strict}");
}

/// Values that two rules find fault with.
const RULES: &str = "\
garbageCollection:
  enabled: true
server:
  staticPrefix: mlflow/
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
";

#[test]
fn rules_say_why() {
    let sandbox = Sandbox::new().file("values.yaml", RULES);
    assert_snapshot!(sandbox.run(&["check", "-f", "values.yaml"]));
}

#[test]
fn rules_are_left_out_and_told() {
    let sandbox = Sandbox::new().file(
        "values.yaml",
        format!("{RULES}x-mlflow-k8s:\n  ignore: [MK702]\n"),
    );
    let line = "ignored: MK301 static-prefix (by --ignore), \
                MK702 gc-without-age (by x-mlflow-k8s.ignore)\n";
    for command in ["check", "render"] {
        for code in ["MK301", "static-prefix"] {
            let shown = sandbox.run(&[command, "-f", "values.yaml", "--ignore", code]);
            assert!(shown.starts_with("exit code: 0\n"), "{shown}");
            assert!(shown.ends_with(line), "{shown}");
        }
    }
    let shown = sandbox.run(&[
        "check",
        "-f",
        "values.yaml",
        "--ignore",
        "MK301,MK701",
        "--format",
        "json",
    ]);
    let (stdout, stderr) = shown.split_once("--- stderr\n").unwrap();
    assert_eq!(stderr, line);
    assert!(!stdout.contains("MK301"), "{stdout}");
}

#[test]
fn only_rules_that_exist_are_left_out() {
    let sandbox = Sandbox::new().file("values.yaml", RULES);
    let ignoring = |code| sandbox.run(&["check", "-f", "values.yaml", "--ignore", code]);
    assert_snapshot!("ignore_a_check", ignoring("wrong-type"));
    assert_snapshot!("ignore_a_slip", ignoring("static_prefix"));
    assert_snapshot!("ignore_nothing", ignoring("MK702,nonsense"));
}
