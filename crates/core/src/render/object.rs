//! A whole object.

use super::field_order;
use crate::kubernetes::{ObjectMeta, Tree, put};
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
    let mut object = tree(head.into_iter().chain(content));
    field_order::arrange(&mut object);
    Manifest::new(object)
}

/// An object or a part of one: the fields that are there.
pub(super) fn tree<'a>(fields: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let mut tree = Map::new();
    for (key, value) in fields {
        put(&mut tree, key, value);
    }
    Value::Object(tree)
}
