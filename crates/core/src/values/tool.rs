//! Settings of this tool, not of what it renders.

use serde::{Deserialize, Serialize};

/// Settings of mlflow-k8s itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Tool {
    /// Rules to ignore, by code or name: `[MK502, image-latest]`. Say why in a comment.
    pub ignore: Vec<String>,
}
