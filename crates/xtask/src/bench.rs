//! Measurements.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Context;
use xshell::cmd;

use crate::step::step;
use crate::workspace::Workspace;

/// How often a process is started to measure it.
const RUNS: &str = "50";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The official chart's folder: measures Helm (from PATH) rendering it, too
    #[arg(long, value_name = "FOLDER")]
    chart: Option<PathBuf>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let shell = &workspace.shell;
    step("the pipeline", || {
        Ok(cmd!(shell, "cargo bench --quiet --package mlflow-k8s-tests").run()?)
    })?;
    step("the command line, as a process", || {
        cmd!(shell, "cargo build --quiet --release --package mlflow-k8s").run()?;
        let program = workspace.target.join("release/mlflow-k8s");
        for case in ["quickstart", "everything"] {
            let values = values(workspace, case);
            let arguments = [
                "render".into(),
                "--no-check".into(),
                "--values".into(),
                values,
            ];
            report(
                workspace,
                &format!("mlflow-k8s, {case}"),
                program.clone().into(),
                arguments,
            )?;
        }
        Ok(())
    })?;
    if let Some(chart) = &options.chart {
        step("Helm, as a process", || {
            for case in ["quickstart", "everything"] {
                let arguments = [
                    "template".into(),
                    "mlflow".into(),
                    chart.clone().into(),
                    "--values".into(),
                    values(workspace, case),
                ];
                report(
                    workspace,
                    &format!("helm, {case}"),
                    "helm".into(),
                    arguments,
                )?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn values(workspace: &Workspace, case: &str) -> OsString {
    let cases = workspace.root.join("tests/corpus/conformance");
    cases.join(case).join("values.yaml").into()
}

/// Prints the median time and the peak memory of a command.
fn report<const N: usize>(
    workspace: &Workspace,
    name: &str,
    program: OsString,
    arguments: [OsString; N],
) -> anyhow::Result<()> {
    let script = workspace.root.join("tests/tools/measure.py");
    let result = cmd!(workspace.shell, "python3 {script} {RUNS} {program}")
        .args(arguments)
        .quiet()
        .read()
        .with_context(|| format!("cannot measure {name}"))?;
    println!("{name}: {result}");
    Ok(())
}
