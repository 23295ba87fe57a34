//! Test tools from the Python package index, in a virtual environment.

use std::path::PathBuf;

use anyhow::Context;
use xshell::cmd;

use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// Makes sure that the tools are there at their pinned versions; returns the environment's folder.
pub(crate) fn install(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let shell = &workspace.shell;
    let folder = workspace.target.join("venv");
    let installed = folder.join("requirements.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(folder);
    }

    shell.remove_path(&folder)?;
    cmd!(shell, "python3 -m venv {folder}").run().context(
        "a virtual environment is needed: install Python 3.10 or newer with its venv module \
         (Debian: apt-get install python3 python3-venv)",
    )?;
    let python = folder.join("bin/python");
    let requirements = workspace.root.join("crates/xtask/requirements.txt");
    cmd!(
        shell,
        "{python} -m pip install --quiet --disable-pip-version-check --no-deps --requirement {requirements}"
    )
    .run()
    .context("the packages of crates/xtask/requirements.txt are needed: is the package index reachable?")?;
    cmd!(
        shell,
        "{python} -m pip check --quiet --disable-pip-version-check"
    )
    .run()?;
    // Written last: an installation that broke off is done again.
    shell.write_file(&installed, REQUIREMENTS)?;
    Ok(folder)
}
