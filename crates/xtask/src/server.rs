//! The tests of what is rendered on a real MLflow server; see `tests/server`.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use xshell::cmd;

use crate::step::step;
use crate::tally::{Runner, Tally};
use crate::workspace::Workspace;
use crate::{python, tools};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Arguments of pytest, such as `-k tls`
    #[arg(last = true)]
    pub(crate) pytest: Vec<OsString>,
}

/// A program of Debian's, where it is found, and the package that it is in.
const PROGRAMS: [(&str, &str); 3] = [
    ("/usr/sbin/ip /usr/bin/ip /sbin/ip /bin/ip", "iproute2"),
    ("/usr/bin/unshare /bin/unshare", "util-linux"),
    ("/usr/lib/postgresql", "postgresql"),
];

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<Tally> {
    let shell = &workspace.shell;
    let environment = step("MLflow", || python::mlflow(workspace)?.install(workspace))?;
    step("programs for the server's tests", || {
        install_programs(workspace)
    })?;
    step("the command line", || {
        Ok(cmd!(shell, "cargo build --quiet --package mlflow-k8s").run()?)
    })?;
    step("a real MLflow server", || {
        let mut tests = Command::new(environment.join("bin/python"));
        tests
            .args(["-m", "pytest", "--numprocesses=2", "--dist=loadgroup"])
            .args([
                "--verbose",
                "--durations=5",
                "-p",
                "no:cacheprovider",
                "tests/server",
            ])
            .args(&options.pytest)
            .env("MLFLOW_K8S", workspace.target.join("debug/mlflow-k8s"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(&workspace.root);
        Tally::of(tests, Runner::Pytest)
    })
}

/// Makes sure that the programs of Debian's packages are there.
pub(crate) fn install_programs(workspace: &Workspace) -> anyhow::Result<()> {
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(places, _)| !places.split(' ').any(|place| Path::new(place).exists()))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    tools::install_from_debian(workspace, &missing)
}
