//! The ClusterRole and its binding.

use super::metadata::{self, Component};
use super::object::object;
use super::role;
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let rules = metadata::list(resolved.cluster_role_rules)?;
    Some(object(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        &metadata::cluster_wide(resolved, &resolved.fullname, Component::Server),
        vec![("rules", rules.to_tree())],
    ))
}

pub(super) fn render_binding(resolved: &Resolved<'_>) -> Option<Manifest> {
    (!resolved.cluster_role_rules.is_empty()).then(|| {
        object(
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            &metadata::cluster_wide(resolved, &resolved.fullname, Component::Server),
            role::bound(resolved, "ClusterRole"),
        )
    })
}
