//! The ClusterRole and its binding.

use super::metadata::{self, Component};
use super::object::object;
use super::role;
use crate::kind::ObjectKind;
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let rules = metadata::list(resolved.cluster_role_rules)?;
    Some(object(
        ObjectKind::ClusterRole,
        resolved,
        metadata::named(resolved, &resolved.fullname, Component::Server),
        vec![("rules", rules.to_tree())],
    ))
}

pub(crate) fn render_binding(resolved: &Resolved<'_>) -> Option<Manifest> {
    (!resolved.cluster_role_rules.is_empty()).then(|| {
        object(
            ObjectKind::ClusterRoleBinding,
            resolved,
            metadata::named(resolved, &resolved.fullname, Component::Server),
            role::bound(resolved, ObjectKind::ClusterRole),
        )
    })
}
