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
    pub automount_service_account_token: bool,
}

impl Default for ServiceAccount {
    fn default() -> Self {
        Self {
            create: true,
            name: String::new(),
            annotations: StringMap::default(),
            automount_service_account_token: false,
        }
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
