//! Everything that a change has to pass.

use std::process::Command;

use xshell::cmd;

use crate::step::step;
use crate::tally::{Runner, Tally};
use crate::workspace::Workspace;
use crate::{cluster, deny, fuzz, generate, javascript, python, server, size, web, workflows};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out what needs tools beside the Rust toolchain
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Fuzz too, for a minute, and start real MLflow servers and a real Kubernetes API server
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
    // Of the default members: all but the page, which is checked for the browser.
    step("clippy", || {
        Ok(cmd!(
            shell,
            "cargo clippy --quiet --all-targets --all-features -- --deny warnings"
        )
        .run()?)
    })?;
    step("documentation", || {
        Ok(cmd!(shell, "cargo doc --quiet --all-features --no-deps")
            .env("RUSTDOCFLAGS", "--deny warnings")
            .run()?)
    })?;
    if !options.quick {
        step("dependencies", || deny::run(workspace))?;
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
        step("workflows", || workflows::check(workspace, &folder))?;
        (TOOLS, folder)
    };
    let mut tally = step("tests", || {
        let mut tests = Command::new("cargo");
        tests
            .args(["test", "--all-features", "--no-fail-fast"])
            .env(tools.0, tools.1)
            .current_dir(&workspace.root);
        Tally::of(tests, Runner::Cargo)
    })?;
    if !options.quick {
        tally += javascript::run(workspace)?;
        tally += web::test(workspace, &web::TestOptions::default())?;
        step("size", || {
            size::compare(workspace, &size::Options::default())
        })?;
    }
    if options.full {
        tally += cluster::run(workspace, &cluster::Options { pytest: vec![] })?;
        tally += server::run(workspace, &server::Options { pytest: vec![] })?;
        println!("{tally}");
    } else if options.quick {
        println!(
            "{tally} (quick: without Kubernetes' schemas, kubectl, PyYAML, GitHub's schema of workflows, the \
             WebAssembly module, the page, licences, fuzzing, real MLflow servers, a real \
             Kubernetes API server)"
        );
    } else {
        println!(
            "{tally} (without fuzzing, real MLflow servers and a real Kubernetes API server: those \
             are in --full)"
        );
    }
    Ok(())
}
