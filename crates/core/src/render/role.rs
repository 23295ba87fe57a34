//! The Role and its binding.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{RoleRef, Subject, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use serde_json::Value;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let rules = metadata::list(resolved.role_rules)?;
    Some(object(
        ObjectKind::Role,
        resolved,
        metadata::named(resolved, &resolved.fullname, Component::Server),
        vec![("rules", rules.to_tree())],
    ))
}

pub(crate) fn render_binding(resolved: &Resolved<'_>) -> Option<Manifest> {
    (!resolved.role_rules.is_empty()).then(|| {
        object(
            ObjectKind::RoleBinding,
            resolved,
            metadata::named(resolved, &resolved.fullname, Component::Server),
            bound(resolved, ObjectKind::Role),
        )
    })
}

/// What a binding says: the role, and the pods' ServiceAccount that gets it.
pub(super) fn bound(
    resolved: &Resolved<'_>,
    kind: ObjectKind,
) -> Vec<(&'static str, Option<Value>)> {
    vec![
        ("roleRef", role_ref(resolved, kind).to_tree()),
        ("subjects", vec![subject(resolved)].to_tree()),
    ]
}

fn role_ref(resolved: &Resolved<'_>, kind: ObjectKind) -> RoleRef {
    let role = kind.descriptor();
    RoleRef {
        api_group: Some(role.group().to_owned()),
        kind: role.kind.to_owned(),
        name: resolved.fullname.clone(),
    }
}

/// The pods' ServiceAccount, whether it is created here or exists already.
fn subject(resolved: &Resolved<'_>) -> Subject {
    Subject {
        kind: ObjectKind::ServiceAccount.name().to_owned(),
        name: resolved.service_account_name().to_owned(),
        namespace: Some(resolved.namespace.to_owned()),
    }
}
