//! Everything that can go wrong around the values: one clear line each.

use insta::assert_snapshot;

use crate::sandbox::{Sandbox, transcript};

#[test]
fn nothing_given() {
    let sandbox = Sandbox::new();
    assert_snapshot!("nothing_to_render", sandbox.run(&["render"]));
    assert_snapshot!("nothing_to_check", sandbox.run(&["check", "-n", "ml"]));
}

#[test]
fn missing_file() {
    assert_snapshot!(Sandbox::new().run(&["render", "-f", "missing.yaml"]));
}

#[test]
fn missing_file_of_set_file() {
    assert_snapshot!(Sandbox::new().run(&["render", "--set-file", "ca=missing.pem"]));
}

#[test]
fn url_for_a_file() {
    let url = "https://example.com/values.yaml";
    assert_snapshot!(Sandbox::new().run(&["render", "-f", url]));
}

#[test]
fn directory_for_a_file() {
    let sandbox = Sandbox::new().file("charts/values.yaml", "");
    assert_snapshot!(sandbox.run(&["check", "-f", "charts"]));
}

#[test]
#[cfg(target_os = "linux")]
fn unreadable_file() {
    // Tests may run as root, whom no permission stops; the kernel does here.
    assert_snapshot!(Sandbox::new().run(&["render", "-f", "/proc/self/mem"]));
}

#[test]
#[cfg(target_os = "linux")]
fn endless_file() {
    assert_snapshot!(Sandbox::new().run(&["render", "-f", "/dev/zero"]));
}

#[test]
fn not_utf8() {
    let sandbox = Sandbox::new()
        .file("latin1.yaml", b"a: 1\nb: caf\xE9\n")
        .file("utf16.yaml", b"\xFF\xFEa\0:\0 \x001\0");
    assert_snapshot!("latin1", sandbox.run(&["render", "-f", "latin1.yaml"]));
    assert_snapshot!("utf16", sandbox.run(&["render", "-f", "utf16.yaml"]));
}

#[test]
fn stdin_twice() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run_with_stdin(&["render", "-f", "-", "-f", "-"], b""));
}

#[test]
fn control_characters_in_a_file_name() {
    let shown = Sandbox::new().run(&["render", "-f", "\u{1b}[31mred"]);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn wrong_usage() {
    let sandbox = Sandbox::new();
    assert_snapshot!("unknown_flag", sandbox.run(&["render", "--sets", "a=1"]));
    assert_snapshot!(
        "kube_version_not_a_version",
        sandbox.run(&["render", "--kube-version", "latest", "--set", "a=1"])
    );
    assert_snapshot!(
        "kube_version_too_old",
        sandbox.run(&["render", "--kube-version", "1.22", "--set", "a=1"])
    );
    assert_snapshot!(
        "force_without_directory",
        sandbox.run(&["render", "--force", "--set", "a=1"])
    );
    assert_snapshot!(
        "values_without_merged",
        sandbox.run(&["values", "--set", "a=1"])
    );
}

#[test]
fn a_malformed_flag() {
    let sandbox = Sandbox::new();
    assert_snapshot!(
        "malformed_set",
        sandbox.run(&["values", "--merged", "--set", "a=1,hosts[x].host=b"])
    );
    assert_snapshot!(
        "malformed_set_json",
        sandbox.run(&["values", "--merged", "--set-json", "a={'b': 1}"])
    );
    assert_snapshot!(
        "malformed_set_file",
        sandbox.run(&["values", "--merged", "--set-file", "ca="])
    );
    assert_snapshot!(
        "key_below_text",
        sandbox.run(&["values", "--merged", "--set", "a=text", "--set", "a.b=1"])
    );
}

#[test]
#[cfg(target_os = "linux")]
fn full_disk() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Sandbox::new()
        .command(&["completions", "bash"])
        .stdout(full)
        .output()
        .unwrap();
    assert_snapshot!(transcript(&output));
}

/// `mlflow-k8s … | head -1` ends well, and without a word.
#[test]
#[cfg(unix)]
fn closed_pipe() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Sandbox::new()
        .command(&["completions", "bash"])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(transcript(&output), "exit code: 0\n");
}
