//! Licences, bans and duplicates of the dependencies, and known weaknesses
//! where their database can be reached.

use xshell::cmd;

use crate::tools::CARGO_DENY;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    let deny = CARGO_DENY.install(workspace)?.join("cargo-deny");
    cmd!(shell, "{deny} --offline check licenses bans sources").run()?;
    // The database is a git repository that not every machine reaches. What it
    // says changes without a change of ours, and so fails only where it is read.
    let fetched = cmd!(shell, "{deny} fetch db")
        .quiet()
        .ignore_stderr()
        .ignore_stdout();
    if fetched.run().is_err() {
        eprintln!("NOT CHECKED: known vulnerabilities, because their database cannot be reached");
        return Ok(());
    }
    Ok(cmd!(shell, "{deny} check --disable-fetch advisories").run()?)
}
