//! The container image.

use serde::{Deserialize, Serialize};

/// The MLflow container image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    /// Registry and repository of the image, without a tag.
    pub repository: String,
    /// Tag of the image: `v3.17.2-full`, or `v3.17.2-full@sha256:…` to pin its digest.
    /// When empty: the MLflow release that the rules are tested with, in its `-full`
    /// build, which has database drivers and cloud clients.
    pub tag: String,
    /// When nodes pull the image. When empty, Kubernetes decides by the tag.
    pub pull_policy: PullPolicy,
}

impl Default for Image {
    fn default() -> Self {
        Self {
            repository: "ghcr.io/mlflow/mlflow".to_owned(),
            tag: String::new(),
            pull_policy: PullPolicy::IfNotPresent,
        }
    }
}

/// When nodes pull an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PullPolicy {
    /// Kubernetes decides by the tag: always for `latest`, otherwise only if the node
    /// does not have the image.
    #[serde(rename = "")]
    Unset,
    /// At every start of a Pod.
    Always,
    /// Only if the node does not have the image.
    IfNotPresent,
    /// Never. The node must have the image.
    Never,
}

impl PullPolicy {
    /// The value of `imagePullPolicy`; `None` leaves it out.
    pub fn as_kubernetes(self) -> Option<&'static str> {
        match self {
            Self::Unset => None,
            Self::Always => Some("Always"),
            Self::IfNotPresent => Some("IfNotPresent"),
            Self::Never => Some("Never"),
        }
    }
}
