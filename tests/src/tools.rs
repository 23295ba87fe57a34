//! The tools beside the Rust toolchain that `cargo xtask test` installs.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The folder of the tools: a Python virtual environment. `None` when the
/// tests that need it are left out on purpose, which is printed.
/// Panics when there are none and nobody said to do without.
pub fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("MLFLOW_K8S_TEST_TOOLS") {
        return Some(folder.into());
    }
    assert!(
        std::env::var_os("MLFLOW_K8S_TEST_WITHOUT_TOOLS").is_some(),
        "this test needs tools that `cargo xtask test` installs; run that, \
         or set MLFLOW_K8S_TEST_WITHOUT_TOOLS=1 to leave out what needs them"
    );
    // Not by `println!`, which a passing test shows to nobody.
    let _ = writeln!(
        std::io::stderr(),
        "LEFT OUT: a test that needs tools, by MLFLOW_K8S_TEST_WITHOUT_TOOLS"
    );
    None
}

/// Runs a program with this standard input and returns its standard output.
pub fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let name = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut standard_input = child.stdin.take();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(pipe) = &mut standard_input {
                // A program that stops reading has failed, and says so by its status.
                let _ = pipe.write_all(input);
            }
        });
        let output = child
            .wait_with_output()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let complaint: String = String::from_utf8_lossy(&output.stderr)
            .chars()
            .take(2000)
            .collect();
        assert!(
            output.status.success(),
            "{name}: {}\n{complaint}",
            output.status
        );
        output.stdout
    })
}
