//! The page: builds, serves, tests and pictures it.

use std::path::PathBuf;
use std::process::Command;

use xshell::{Cmd, cmd};

use crate::site;
use crate::step::step;
use crate::tally::{Runner, Tally};
use crate::tools::{self, TRUNK, WASM_BINDGEN};
use crate::wasm::Toolchain;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The port on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build it as it is published: smaller, faster, and slow to build
    #[arg(long)]
    release: bool,
}

/// Where the page is built.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("page")
}

/// Builds the page as it is published.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let dist = folder(workspace);
    Ok(trunk(workspace, "build")?
        .args(["--release", "--dist"])
        .arg(dist)
        .run()?)
}

/// Builds the page and serves it until the user stops it; a change of its
/// sources builds it again.
pub(crate) fn serve(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let port = options.port.to_string();
    let dist = workspace.target.join("page-served");
    workspace.shell.create_dir(&dist)?;
    let trunk = trunk(workspace, "serve")?;
    eprintln!(
        "the page is served at http://127.0.0.1:{port}/ when it is built; press Ctrl-C to stop"
    );
    Ok(trunk
        .args(["--address", "127.0.0.1", "--port", &port, "--dist"])
        .arg(dist)
        .args(options.release.then_some("--release"))
        .run()?)
}

/// Builds the site with the page in it and tests them in Chromium; returns how
/// the tests ended.
pub(crate) fn test(workspace: &Workspace, options: &TestOptions) -> anyhow::Result<Tally> {
    site::build(workspace, &site::Options::default())?;
    step("nginx", || tools::install_nginx(workspace))?;
    let mut files: Vec<PathBuf> = workspace.shell.read_dir("tests/web")?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    step("page tests", || {
        let mut node = node(workspace)?;
        node.args(["--test", "--test-reporter=spec"])
            .args(&options.node)
            .args(files);
        Tally::of(node, Runner::Node)
    })
}

#[derive(clap::Args, Default)]
pub(crate) struct TestOptions {
    /// More arguments for `node --test`, such as --test-name-pattern=link
    #[arg(last = true)]
    node: Vec<String>,
}

/// Takes the pictures that the README shows.
pub(crate) fn screenshots(workspace: &Workspace) -> anyhow::Result<()> {
    step("page", || build(workspace))?;
    script(workspace, "tests/web/screenshots.mjs")
}

/// Measures the page: what is downloaded, when it is ready, how fast typing is.
pub(crate) fn bench(workspace: &Workspace) -> anyhow::Result<()> {
    step("page", || build(workspace))?;
    script(workspace, "tests/web/bench.mjs")
}

fn script(workspace: &Workspace, file: &str) -> anyhow::Result<()> {
    let status = node(workspace)?.arg(file).status()?;
    anyhow::ensure!(status.success(), "{file} exited with {status}");
    Ok(())
}

/// Node, told where the page and the tools are.
fn node(workspace: &Workspace) -> anyhow::Result<Command> {
    let npm_tools = tools::install_npm_packages(workspace)?;
    let browser = tools::install_browser(workspace)?;
    step("the command line", || {
        Ok(cmd!(workspace.shell, "cargo build --quiet --package mlflow-k8s").run()?)
    })?;
    let mut node = Command::new("node");
    node.current_dir(&workspace.root)
        .env("MLFLOW_K8S_PAGE", folder(workspace))
        .env("MLFLOW_K8S_SITE", site::folder(workspace))
        .env("MLFLOW_K8S_NPM_TOOLS", npm_tools)
        .env("MLFLOW_K8S_CHROMIUM", browser.chromium)
        .env(
            "MLFLOW_K8S_PROGRAM",
            workspace.target.join("debug/mlflow-k8s"),
        );
    Ok(node)
}

/// A command of Trunk's, which finds its tools on the path.
fn trunk<'a>(workspace: &'a Workspace, command: &str) -> anyhow::Result<Cmd<'a>> {
    let toolchain = Toolchain::find_or_install(workspace)?;
    let trunk = TRUNK.install(workspace)?.join("trunk");
    let bindgen = WASM_BINDGEN.install(workspace)?;
    let npm = tools::install_npm_packages(workspace)?.join("node_modules/.bin");
    let command = cmd!(workspace.shell, "{trunk} {command}")
        .env("PATH", tools::path_with(&[&bindgen, &npm])?);
    Ok(toolchain.env(workspace, command))
}
