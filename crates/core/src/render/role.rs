//! The Role and its binding.

use super::metadata::{self, Component};
use crate::resolve::Resolved;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding, RoleRef, Subject};

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Role> {
    Some(Role {
        metadata: metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        rules: Some(metadata::list(resolved.role_rules)?),
    })
}

pub(super) fn render_binding(resolved: &Resolved<'_>) -> Option<RoleBinding> {
    (!resolved.role_rules.is_empty()).then(|| RoleBinding {
        metadata: metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        role_ref: role_ref(resolved, "Role"),
        subjects: Some(vec![subject(resolved)]),
    })
}

pub(super) fn role_ref(resolved: &Resolved<'_>, kind: &str) -> RoleRef {
    RoleRef {
        api_group: Some("rbac.authorization.k8s.io".to_owned()),
        kind: kind.to_owned(),
        name: resolved.fullname.clone(),
    }
}

/// The pods' ServiceAccount, whether it is created here or exists already.
pub(super) fn subject(resolved: &Resolved<'_>) -> Subject {
    Subject {
        kind: "ServiceAccount".to_owned(),
        name: resolved.service_account_name().to_owned(),
        namespace: Some(resolved.namespace.to_owned()),
        api_group: None,
    }
}
