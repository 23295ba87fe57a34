//! Measurements.

use xshell::cmd;

use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    Ok(cmd!(workspace.shell, "cargo bench --package mlflow-k8s-tests").run()?)
}
