//! Files that are generated from the code, or from the pinned MLflow.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::presets::PRESETS;
use mlflow_k8s_core::{rules, values};

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

/// Where everything is generated: what else is there is of a rule that is gone.
const RULES: &str = "docs/rules";
/// What the pinned MLflow says.
const MLFLOW_OPTIONS: &str = "crates/core/src/rules/mlflow_options.tsv";

/// Values that use every setting, from which the reference finds what each renders.
const EVERYTHING: &str = "tests/corpus/conformance/everything/values.yaml";

/// The same, and every preset.
fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<Vec<Layer>>> {
    let text = workspace.shell.read_file(workspace.root.join(EVERYTHING))?;
    let name = EVERYTHING.to_owned();
    let presets = PRESETS
        .iter()
        .map(|preset| Layer::Preset(preset.name.to_owned()));
    Ok(presets
        .chain([Layer::File { name, text }])
        .map(|layer| vec![layer])
        .collect())
}

/// Every generated file: its place below the workspace's root, and what
/// belongs in it. To generate another one, add it here.
fn files(workspace: &Workspace, check: bool) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::from([
        (
            "crates/core/src/values/defaults.yaml".to_owned(),
            values::commented_defaults(),
        ),
        (
            "crates/core/src/kubernetes/api.rs".to_owned(),
            values::kubernetes(),
        ),
        (
            "crates/core/src/values/paths.rs".to_owned(),
            values::paths(),
        ),
        (format!("{RULES}/README.md"), rules::index()),
        (
            "docs/reference/values.md".to_owned(),
            values::reference(&inputs(workspace)?),
        ),
        (
            "crates/configurator/src/settings.json".to_owned(),
            format!("{}\n", serde_json::to_string(&values::settings())?),
        ),
        // What the page fetches when somebody asks why.
        ("web/reasons.json".to_owned(), format!("{:#}\n", reasons())),
    ]);
    for (_, rule) in rules::catalogue() {
        files.insert(format!("{RULES}/{}.md", rule.code.id), rules::page(rule));
    }
    match mlflow::options(workspace)? {
        Some(options) => {
            files.insert(MLFLOW_OPTIONS.to_owned(), options);
        }
        None => eprintln!(
            "WARNING: {MLFLOW_OPTIONS} was NOT {}: MLflow is not installed \
             (`cargo xtask setup --full` does it)",
            if check { "checked" } else { "written" }
        ),
    }
    Ok(files)
}

/// Each rule's reason by its code.
fn reasons() -> serde_json::Value {
    rules::catalogue()
        .map(|(_, rule)| {
            (
                rule.code.id.to_owned(),
                serde_json::Value::from(rule.page.why),
            )
        })
        .collect()
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    if options.mlflow_history {
        mlflow::write_history(workspace)?;
    }
    let files = files(workspace, options.check)?;
    let mut outdated = Vec::new();
    for (name, content) in &files {
        let path = workspace.root.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|text| text == *content) {
            continue;
        }
        if options.check {
            outdated.push(name.clone());
        } else {
            workspace.shell.write_file(&path, content)?;
            eprintln!("wrote {name}");
        }
    }
    for name in names_in(workspace, RULES)? {
        if files.contains_key(&name) {
            continue;
        }
        if options.check {
            outdated.push(format!("{name} (of no rule)"));
        } else {
            workspace.shell.remove_path(workspace.root.join(&name))?;
            eprintln!("removed {name}");
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

/// The files in a folder, by their places below the workspace's root.
fn names_in(workspace: &Workspace, folder: &str) -> anyhow::Result<Vec<String>> {
    let path = workspace.root.join(folder);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&path).with_context(|| format!("cannot read {folder}"))? {
        names.push(format!("{folder}/{}", entry?.file_name().to_string_lossy()));
    }
    names.sort();
    Ok(names)
}
