//! A whole object.

use super::field_order;
use crate::kind::{ObjectKind, Scope};
use crate::kubernetes::{Fields, ObjectMeta, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use serde_json::Value;

/// An object of its kind, with what follows the metadata.
pub(super) fn object(
    kind: ObjectKind,
    resolved: &Resolved<'_>,
    metadata: ObjectMeta,
    content: Vec<(&str, Option<Value>)>,
) -> Manifest {
    let api_version = kind.descriptor().api_version;
    object_of_version(kind, api_version, resolved, metadata, content)
}

/// An object whose `apiVersion` is a setting.
pub(super) fn object_of_version(
    kind: ObjectKind,
    api_version: &str,
    resolved: &Resolved<'_>,
    mut metadata: ObjectMeta,
    content: Vec<(&str, Option<Value>)>,
) -> Manifest {
    metadata.namespace = match kind.descriptor().scope {
        Scope::Namespaced => Some(resolved.namespace.to_owned()),
        Scope::Cluster => None,
    };
    let head = [
        ("apiVersion", Some(Value::from(api_version))),
        ("kind", Some(Value::from(kind.name()))),
        ("metadata", metadata.to_tree()),
    ];
    let mut object = tree(head.into_iter().chain(content));
    field_order::arrange(&mut object);
    Manifest::new(kind, object)
}

/// An object or a part of one: the fields that are there.
pub(super) fn tree<'a>(fields: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let fields = fields.into_iter();
    let mut tree = Fields::with_capacity(fields.size_hint().0);
    for (key, value) in fields {
        tree.put(key, value);
    }
    tree.into_tree()
}
