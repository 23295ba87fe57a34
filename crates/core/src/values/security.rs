//! Identity and permissions.

use super::StringMap;
use crate::kubernetes::PolicyRule;
use serde::{Deserialize, Serialize};

/// The identity of the pods in the cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceAccount {
    /// Whether a ServiceAccount is created.
    pub create: bool,
    /// Its name. When empty: that of the other objects, or `default` when none is created.
    pub name: String,
    /// Its annotations, for example the cloud role of the pods:
    /// `{eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/mlflow"}`.
    pub annotations: StringMap,
    /// Whether pods get a token for the Kubernetes API. MLflow does not need one.
    /// Null leaves it to Kubernetes, which mounts one.
    pub automount_service_account_token: Option<bool>,
}

impl Default for ServiceAccount {
    fn default() -> Self {
        Self {
            create: true,
            name: String::new(),
            annotations: StringMap::default(),
            automount_service_account_token: Some(false),
        }
    }
}

impl ServiceAccount {
    /// Whether pods get a token. Kubernetes mounts one unless it is told not to.
    pub fn mounts_token(&self) -> bool {
        self.automount_service_account_token != Some(false)
    }
}

/// Permissions of the service account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Rbac {
    /// Rules of the role: `[{apiGroups: [""], resources: [pods], verbs: [get, list]}]`.
    /// No role is created without rules.
    pub extra_rules: Vec<PolicyRule>,
}
