//! A whole object.

use super::field_order;
use crate::kubernetes::{ObjectMeta, Tree};
use crate::manifest::Manifest;
use serde_json::{Map, Value};

/// An object of its kind, with what follows the metadata.
pub(super) fn object(
    api_version: &str,
    kind: &str,
    metadata: &ObjectMeta,
    content: Vec<(&str, Option<Value>)>,
) -> Manifest {
    let head = [
        ("apiVersion", Some(Value::from(api_version))),
        ("kind", Some(Value::from(kind))),
        ("metadata", metadata.to_tree()),
    ];
    let fields: Map<String, Value> = head
        .into_iter()
        .chain(content)
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
    let mut object = Value::Object(fields);
    field_order::arrange(&mut object);
    Manifest::new(object)
}

/// The `spec` of a kind that Kubernetes does not have built in.
pub(super) fn spec(spec: &impl serde::Serialize) -> Option<Value> {
    // Serialising to JSON values fails only for maps whose keys are not text.
    serde_json::to_value(spec).ok()
}
