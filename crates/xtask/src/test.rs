//! Everything that a change has to pass.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use xshell::cmd;

use crate::step::step;
use crate::workspace::Workspace;
use crate::{fuzz, generate, python, wasm};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out what needs tools beside the Rust toolchain
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Fuzz too, for a minute
    #[arg(long)]
    full: bool,
}

/// The environment variable that tells the tests where their tools are.
const TOOLS: &str = "MLFLOW_K8S_TEST_TOOLS";
/// The environment variable that lets the tests leave out what needs the tools.
const WITHOUT_TOOLS: &str = "MLFLOW_K8S_TEST_WITHOUT_TOOLS";

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    step("formatting", || {
        cmd!(shell, "cargo fmt --all --check").run()?;
        // Not a member of the workspace.
        let fuzz = "fuzz/Cargo.toml";
        Ok(cmd!(shell, "cargo fmt --manifest-path {fuzz} --check").run()?)
    })?;
    if options.full {
        step("MLflow", || python::mlflow(workspace)?.install(workspace))?;
    }
    step("generated files", || {
        let options = generate::Options {
            check: true,
            mlflow_history: false,
        };
        generate::run(workspace, &options)
    })?;
    step("clippy", || {
        Ok(cmd!(
            shell,
            "cargo clippy --quiet --workspace --all-targets --all-features -- --deny warnings"
        )
        .run()?)
    })?;
    step("documentation", || {
        Ok(cmd!(
            shell,
            "cargo doc --quiet --workspace --all-features --no-deps"
        )
        .env("RUSTDOCFLAGS", "--deny warnings")
        .run()?)
    })?;
    if !options.quick {
        step("the core compiles for wasm32", || {
            let toolchain = wasm::Toolchain::find_or_install(workspace)?;
            let check = ["check", "--quiet", "--package", "mlflow-k8s-core"];
            Ok(toolchain.cargo(workspace, check).run()?)
        })?;
    }
    if options.full {
        step("fuzzing", || {
            fuzz::run(workspace, &fuzz::Options { seconds: 60 })
        })?;
    }

    let tools = if options.quick {
        (WITHOUT_TOOLS, "1".into())
    } else {
        let folder = step("Python tools", || {
            python::tools(workspace)?.install(workspace)
        })?;
        (TOOLS, folder)
    };
    let tally = step("tests", || {
        let mut tests = Command::new("cargo");
        tests
            .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
            .env(tools.0, tools.1)
            .current_dir(&workspace.root);
        run_tests(tests)
    })?;
    if options.quick {
        println!("{tally} (quick: without Kubernetes' schemas, kubectl, PyYAML, wasm32, fuzzing)");
    } else {
        println!("{tally}");
    }
    Ok(())
}

/// Passes on what cargo's test runners print, and adds up their closing lines.
fn run_tests(mut tests: Command) -> anyhow::Result<Tally> {
    let mut child = tests.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("standard output is piped")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).split(b'\n') {
        let mut line = line?;
        tally.add(&String::from_utf8_lossy(&line));
        line.push(b'\n');
        std::io::stdout().write_all(&line)?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{tally}");
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    Ok(tally)
}

/// How many tests ended which way.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`; other lines count nothing.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse::<u64>().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse::<u64>().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse::<u64>().unwrap_or(0),
                _ => {}
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, ", {} skipped", self.ignored)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn closing_lines_add_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.add(line);
        }
        assert_eq!(tally.to_string(), "5 passed, 4 failed, 1 skipped");
    }
}
