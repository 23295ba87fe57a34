//! The ClusterRole and its binding.

use super::metadata::{self, Component};
use super::role;
use crate::resolve::Resolved;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};

pub(super) fn render(resolved: &Resolved<'_>) -> Option<ClusterRole> {
    Some(ClusterRole {
        metadata: metadata::cluster_wide(resolved, &resolved.fullname, Component::Server),
        rules: Some(metadata::list(resolved.cluster_role_rules)?),
        aggregation_rule: None,
    })
}

pub(super) fn render_binding(resolved: &Resolved<'_>) -> Option<ClusterRoleBinding> {
    (!resolved.cluster_role_rules.is_empty()).then(|| ClusterRoleBinding {
        metadata: metadata::cluster_wide(resolved, &resolved.fullname, Component::Server),
        role_ref: role::role_ref(resolved, "ClusterRole"),
        subjects: Some(vec![role::subject(resolved)]),
    })
}
