//! The container image.

use serde::{Deserialize, Serialize};

/// The MLflow container image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    /// Registry and repository, without a tag.
    pub repository: String,
    /// Tag of the image, with its digest behind it if you pin it:
    /// `v3.17.2-full@sha256:…`. When empty: the newest release that the checks were
    /// proved for, in its `-full` build with database drivers and cloud clients.
    pub tag: String,
    /// When nodes pull the image. Empty leaves it to Kubernetes.
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
    /// Kubernetes decides by the tag: always for `latest`, else if not present.
    #[serde(rename = "")]
    Unset,
    /// At every start of a pod.
    Always,
    /// If the node does not have it.
    IfNotPresent,
    /// Never; the node must have it.
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
