//! Files that are generated from the code.

use anyhow::bail;

use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail when a file is not as it would be generated
    #[arg(long)]
    pub(crate) check: bool,
}

/// A generated file.
struct Generated {
    /// Its place below the workspace's root.
    path: &'static str,
    /// What belongs in it.
    content: fn(&Workspace) -> anyhow::Result<String>,
}

/// Every generated file. To generate another one, add it here.
const FILES: &[Generated] = &[
    Generated {
        path: "crates/core/src/values/defaults.yaml",
        content: |_| Ok(mlflow_k8s_core::values::commented_defaults()),
    },
    Generated {
        path: "web/src/settings.json",
        content: |_| {
            let settings = mlflow_k8s_core::values::settings();
            Ok(format!("{}\n", serde_json::to_string(&settings)?))
        },
    },
];

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let mut outdated = Vec::new();
    for file in FILES {
        let path = workspace.root.join(file.path);
        let content = (file.content)(workspace)?;
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
