//! One module per command.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod explain_rule;
pub(crate) mod man;
pub(crate) mod render;
pub(crate) mod schema;
pub(crate) mod steps;
pub(crate) mod values;

use mlflow_k8s_core::presets::PRESETS;

use crate::args::InputArgs;
use crate::failure::Failure;

/// Where to start, for someone who gave a command nothing to work on.
fn need_values(command: &str, inputs: &InputArgs) -> Result<(), Failure> {
    if !inputs.is_empty() {
        return Ok(());
    }
    let width = PRESETS
        .iter()
        .map(|preset| preset.name.len())
        .max()
        .unwrap_or_default();
    let presets: Vec<String> = PRESETS
        .iter()
        .map(|preset| format!("  {:width$}  {}", preset.name, preset.summary))
        .collect();
    let first = PRESETS.first().map_or("NAME", |preset| preset.name);
    Err(Failure::Guidance {
        title: format!("`{command}` needs values from a file, a preset or a flag"),
        text: format!(
            "
  mlflow-k8s {command} -f values.yaml
  mlflow-k8s {command} --preset {first}
  mlflow-k8s {command} --set mlflow.backendStoreUri=sqlite:////mlflow/mlflow.db

`mlflow-k8s values` prints all settings with their defaults, and `mlflow-k8s values --preset NAME`
prints one of these presets:
{}",
            presets.join("\n")
        ),
    })
}
