//! What the browser keeps of the work, and never credentials.

use crate::view::Target;
use serde::{Deserialize, Serialize};

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The values text, without credentials.
    pub text: String,
    /// The release's name.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// Whether the Namespace is rendered.
    #[serde(default)]
    pub create_namespace: bool,
    /// The Kubernetes version.
    #[serde(default)]
    pub kube_version: String,
}

impl Work {
    /// The work at this moment. The text has no credentials any more.
    pub fn new(text: String, target: Target) -> Self {
        Self {
            text,
            release: target.name,
            namespace: target.namespace,
            create_namespace: target.create_namespace,
            kube_version: target.kube_version,
        }
    }

    /// What is chosen beside the values.
    pub fn target(&self) -> Target {
        Target {
            name: self.release.clone(),
            namespace: self.namespace.clone(),
            create_namespace: self.create_namespace,
            kube_version: self.kube_version.clone(),
        }
    }
}
