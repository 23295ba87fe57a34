//! Help, completions and manual pages.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn help_of_every_command() {
    let sandbox = Sandbox::new();
    assert_snapshot!("help", sandbox.run(&["--help"]));
    for command in [
        "render",
        "check",
        "explain",
        "explain-rule",
        "values",
        "commands",
        "schema",
        "completions",
        "man",
    ] {
        assert_snapshot!(format!("help_{command}"), sandbox.run(&[command, "--help"]));
    }
}

#[test]
fn short_help_fits_a_screen() {
    assert_snapshot!(Sandbox::new().run(&["render", "-h"]));
}

#[test]
fn no_command_shows_the_help() {
    let shown = Sandbox::new().run(&[]);
    assert!(shown.starts_with("exit code: 2\n--- stderr\n"), "{shown}");
    assert!(shown.contains("Start here:"), "{shown}");
}

#[test]
fn template_is_render() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox.run(&["template", "--set", "a"]),
        sandbox.run(&["render", "--set", "a"])
    );
}

#[test]
fn every_shell_has_completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.run(&["completions", shell]);
        assert!(script.starts_with("exit code: 0\n--- stdout\n"), "{script}");
        assert!(script.contains("create-namespace"), "{script}");
        assert!(script.contains("explain-rule"), "{script}");
        assert!(!script.contains("--- stderr"), "{script}");
    }
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::new();
    let page = sandbox.run(&["man"]);
    assert!(page.contains(".TH mlflow-k8s 1"), "{page}");
    let page = sandbox.run(&["man", "render"]);
    assert!(page.contains(".TH mlflow-k8s-render 1"), "{page}");
    assert!(page.contains("create\\-namespace"), "{page}");
    assert_snapshot!(sandbox.run(&["man", "nothing"]));
}
