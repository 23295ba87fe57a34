//! Measurements.

use std::path::PathBuf;
use std::process::Command;

use xshell::{Cmd, cmd};

use crate::step::step;
use crate::web;
use crate::workspace::Workspace;

/// How often a process is started to measure it.
const RUNS: &str = "50";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The official chart's folder: measures Helm (from PATH) rendering it, too
    #[arg(long, value_name = "FOLDER")]
    chart: Option<PathBuf>,
    /// Measure the page in Chromium, and nothing else
    #[arg(long)]
    page: bool,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    if options.page {
        return web::bench(workspace);
    }
    let shell = &workspace.shell;
    step("the pipeline", || {
        Ok(cmd!(shell, "cargo bench --quiet --package mlflow-k8s-tests").run()?)
    })?;
    step("the command line, as a process", || {
        cmd!(shell, "cargo build --quiet --release --package mlflow-k8s").run()?;
        let program = workspace.target.join("release/mlflow-k8s");
        measure(workspace, |values| {
            cmd!(shell, "{program} render --no-check --values {values}")
        })
    })?;
    if let Some(chart) = &options.chart {
        step("Helm, as a process", || {
            measure(workspace, |values| {
                cmd!(shell, "helm template mlflow {chart} --values {values}")
            })
        })?;
    }
    Ok(())
}

/// Prints the median time and the peak memory of a command that renders a values file.
fn measure<'a>(
    workspace: &'a Workspace,
    render: impl Fn(PathBuf) -> Cmd<'a>,
) -> anyhow::Result<()> {
    let script = workspace.root.join("tests/tools/measure.py");
    for case in ["quickstart", "everything"] {
        let values = workspace
            .root
            .join("tests/corpus/conformance")
            .join(case)
            .join("values.yaml");
        let command: Command = render(values).into();
        let program = command.get_program();
        let result = cmd!(workspace.shell, "python3 {script} {RUNS} {program}")
            .args(command.get_args())
            .quiet()
            .read()?;
        println!("{case}: {result}");
    }
    Ok(())
}
