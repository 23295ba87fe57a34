//! The module's tests: in Node, in Chromium, and of the npm package.

use std::process::Command;

use xshell::cmd;

use crate::step::step;
use crate::tally::{Runner, Tally};
use crate::tools::{self, WASM_BINDGEN};
use crate::wasm::Toolchain;
use crate::workspace::Workspace;
use crate::{fuzz, npm};

/// How long the browser may take to start and to run the tests on a busy machine, in seconds.
const PATIENCE: &str = "300";

/// Runs every test of the module; returns how they ended.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<Tally> {
    let shell = &workspace.shell;
    let toolchain = Toolchain::find_or_install(workspace)?;
    let runner =
        step("wasm-bindgen", || WASM_BINDGEN.install(workspace))?.join("wasm-bindgen-test-runner");
    let browser = step("Chromium", || tools::install_browser(workspace))?;
    let npm_tools = step("npm packages", || tools::install_npm_packages(workspace))?;

    step("clippy for wasm32", || toolchain.lint(workspace))?;
    step("documentation for wasm32", || toolchain.document(workspace))?;
    let exports = || {
        toolchain
            .cargo(
                workspace,
                ["test", "--package", "mlflow-k8s-wasm", "--test", "exports"],
            )
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
    };
    let mut tally = step("module tests in Node", || {
        Tally::of(exports().into(), Runner::Cargo)
    })?;
    tally += step("module tests in Chromium", || {
        Tally::of(
            exports()
                .env("WASM_BINDGEN_USE_BROWSER", "1")
                .env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE)
                .env("CHROMEDRIVER", &browser.driver)
                .into(),
            Runner::Cargo,
        )
    })?;

    let tarball = step("npm package", || npm::build(workspace, None))?;
    let project = workspace.target.join("npm/project");
    step("npm package in an empty folder", || {
        shell.remove_path(&project)?;
        shell.create_dir(&project)?;
        shell.write_file(project.join("package.json"), "{}")?;
        Ok(cmd!(
            shell,
            "npm --prefix {project} install --offline --no-audit --no-fund --loglevel=error {tarball}"
        )
        .run()?)
    })?;
    step("the command line", || {
        Ok(cmd!(shell, "cargo build --quiet --package mlflow-k8s").run()?)
    })?;
    fuzz::write_all_seeds(workspace)?;
    tally += step("npm package tests", || {
        let mut tests = Command::new("node");
        tests
            .args(["--test", "--test-reporter=spec"])
            .args(
                shell
                    .read_dir("tests/npm")?
                    .into_iter()
                    .filter(|file| file.to_string_lossy().ends_with(".test.mjs")),
            )
            .current_dir(&workspace.root)
            .env("MLFLOW_K8S_NPM_PROJECT", &project)
            .env("MLFLOW_K8S_NPM_TOOLS", &npm_tools)
            .env(
                "MLFLOW_K8S_PROGRAM",
                workspace.target.join("debug/mlflow-k8s"),
            )
            .env("MLFLOW_K8S_FUZZ", workspace.target.join("fuzz"))
            .env("MLFLOW_K8S_CHROMIUM", &browser.chromium);
        Tally::of(tests, Runner::Node)
    })?;

    Ok(tally)
}
