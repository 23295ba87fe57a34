//! The Role and its binding.

use super::metadata::{self, Component};
use super::object::object;
use crate::kubernetes::{RoleRef, Subject, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use serde_json::Value;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let rules = metadata::list(resolved.role_rules)?;
    Some(object(
        "rbac.authorization.k8s.io/v1",
        "Role",
        &metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        vec![("rules", rules.to_tree())],
    ))
}

pub(super) fn render_binding(resolved: &Resolved<'_>) -> Option<Manifest> {
    (!resolved.role_rules.is_empty()).then(|| {
        object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            &metadata::namespaced(resolved, &resolved.fullname, Component::Server),
            bound(resolved, "Role"),
        )
    })
}

/// What a binding says: the role, and the pods' ServiceAccount that gets it.
pub(super) fn bound(resolved: &Resolved<'_>, kind: &str) -> Vec<(&'static str, Option<Value>)> {
    vec![
        ("roleRef", role_ref(resolved, kind).to_tree()),
        ("subjects", vec![subject(resolved)].to_tree()),
    ]
}

fn role_ref(resolved: &Resolved<'_>, kind: &str) -> RoleRef {
    RoleRef {
        api_group: Some("rbac.authorization.k8s.io".to_owned()),
        kind: kind.to_owned(),
        name: resolved.fullname.clone(),
    }
}

/// The pods' ServiceAccount, whether it is created here or exists already.
fn subject(resolved: &Resolved<'_>) -> Subject {
    Subject {
        kind: "ServiceAccount".to_owned(),
        name: resolved.service_account_name().to_owned(),
        namespace: Some(resolved.namespace.to_owned()),
    }
}
