//! Identity and permissions.

use super::StringMap;
use crate::kubernetes::PolicyRule;
use serde::{Deserialize, Serialize};

/// The ServiceAccount of the Pods: their identity in the cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceAccount {
    /// Whether to create a ServiceAccount.
    pub create: bool,
    /// Name of the ServiceAccount. When empty: the name of the other objects; if `create`
    /// is false, `default`.
    pub name: String,
    /// Annotations of the ServiceAccount, for example the cloud role of the Pods:
    /// `{eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/mlflow"}`.
    pub annotations: StringMap,
    /// Whether the Pods get a token for the Kubernetes API. MLflow does not need a token.
    /// When null, Kubernetes decides and mounts a token.
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

/// Permissions of the ServiceAccount.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Rbac {
    /// Rules of the role: `[{apiGroups: [""], resources: [pods], verbs: [get, list]}]`.
    /// When empty, no role is created.
    pub extra_rules: Vec<PolicyRule>,
}
