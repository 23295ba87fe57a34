//! Files that are generated from the code, or from the pinned MLflow.

use anyhow::bail;

use crate::mlflow;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail when a file is not as it would be generated
    #[arg(long)]
    pub(crate) check: bool,
    /// Find out anew which MLflow brought which option; downloads a release of each minor version
    #[arg(long, conflicts_with = "check")]
    pub(crate) mlflow_history: bool,
}

/// A generated file.
struct Generated {
    /// Its place below the workspace's root.
    path: &'static str,
    /// What belongs in it; `None` where the pinned MLflow says it and is not installed.
    content: fn(&Workspace) -> anyhow::Result<Option<String>>,
}

/// Every generated file. To generate another one, add it here.
const FILES: &[Generated] = &[
    Generated {
        path: "crates/core/src/values/defaults.yaml",
        content: |_| Ok(Some(mlflow_k8s_core::values::commented_defaults())),
    },
    Generated {
        path: "crates/core/src/rules/mlflow_options.tsv",
        content: mlflow::options,
    },
];

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    if options.mlflow_history {
        mlflow::write_history(workspace)?;
    }
    let mut outdated = Vec::new();
    for file in FILES {
        let path = workspace.root.join(file.path);
        let Some(content) = (file.content)(workspace)? else {
            eprintln!(
                "WARNING: {} was NOT {}: MLflow is not installed (`cargo xtask setup --full` does it)",
                file.path,
                if options.check { "checked" } else { "written" }
            );
            continue;
        };
        if std::fs::read_to_string(&path).is_ok_and(|text| text == content) {
            continue;
        }
        if options.check {
            outdated.push(file.path);
        } else {
            workspace.shell.write_file(&path, content)?;
            eprintln!("wrote {}", file.path);
        }
    }
    if !outdated.is_empty() {
        bail!(
            "not as generated: {}; run `cargo xtask generate`",
            outdated.join(", ")
        );
    }
    Ok(())
}
