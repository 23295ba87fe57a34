//! The page.

use std::path::PathBuf;

use anyhow::bail;
use xshell::{Cmd, cmd};

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

/// Whether this checkout has the page.
pub(crate) fn is_there(workspace: &Workspace) -> bool {
    workspace.root.join("Trunk.toml").exists()
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
    eprintln!("the page will be at http://127.0.0.1:{port}/ once it is built; Ctrl+C ends it");
    Ok(trunk
        .args(["--address", "127.0.0.1", "--port", &port, "--dist"])
        .arg(dist)
        .args(options.release.then_some("--release"))
        .run()?)
}

/// A command of Trunk's, which finds its tools on the path.
fn trunk<'a>(workspace: &'a Workspace, command: &str) -> anyhow::Result<Cmd<'a>> {
    if !is_there(workspace) {
        bail!("this checkout has no page yet: there is no Trunk.toml");
    }
    let toolchain = Toolchain::find_or_install(workspace)?;
    let trunk = TRUNK.install(workspace)?.join("trunk");
    let bindgen = WASM_BINDGEN.install(workspace)?;
    let npm = tools::install_npm_packages(workspace)?.join("node_modules/.bin");
    let command = cmd!(workspace.shell, "{trunk} {command}")
        .env("PATH", tools::path_with(&[&bindgen, &npm])?);
    Ok(toolchain.env(workspace, command))
}
