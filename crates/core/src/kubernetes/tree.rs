//! Between the structs of this module and trees of JSON values.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What can stand in a field of an object.
pub(crate) trait Tree: Sized {
    /// The field's value; `None` when the field is not there.
    fn to_tree(&self) -> Option<Value>;

    /// The other way round; `None` for a tree of another shape, which reading
    /// by the table of fields has refused before.
    fn from_tree(tree: Value) -> Option<Self>;
}

impl Tree for String {
    fn to_tree(&self) -> Option<Value> {
        Some(Value::String(self.clone()))
    }

    fn from_tree(tree: Value) -> Option<Self> {
        match tree {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Tree for bool {
    fn to_tree(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }

    fn from_tree(tree: Value) -> Option<Self> {
        tree.as_bool()
    }
}

impl Tree for i32 {
    fn to_tree(&self) -> Option<Value> {
        Some((*self).into())
    }

    fn from_tree(tree: Value) -> Option<Self> {
        tree.as_i64()?.try_into().ok()
    }
}

impl Tree for i64 {
    fn to_tree(&self) -> Option<Value> {
        Some((*self).into())
    }

    fn from_tree(tree: Value) -> Option<Self> {
        tree.as_i64()
    }
}

impl Tree for Value {
    fn to_tree(&self) -> Option<Value> {
        Some(self.clone())
    }

    fn from_tree(tree: Value) -> Option<Self> {
        Some(tree)
    }
}

impl Tree for Map<String, Value> {
    fn to_tree(&self) -> Option<Value> {
        Some(Value::Object(self.clone()))
    }

    fn from_tree(tree: Value) -> Option<Self> {
        match tree {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl<T: Tree> Tree for Option<T> {
    fn to_tree(&self) -> Option<Value> {
        self.as_ref()?.to_tree()
    }

    fn from_tree(tree: Value) -> Option<Self> {
        Some(T::from_tree(tree))
    }
}

impl<T: Tree> Tree for Vec<T> {
    fn to_tree(&self) -> Option<Value> {
        Some(Value::Array(
            self.iter().filter_map(Tree::to_tree).collect(),
        ))
    }

    fn from_tree(tree: Value) -> Option<Self> {
        match tree {
            Value::Array(items) => Some(items.into_iter().filter_map(T::from_tree).collect()),
            _ => None,
        }
    }
}

impl<T: Tree> Tree for BTreeMap<String, T> {
    fn to_tree(&self) -> Option<Value> {
        Some(Value::Object(
            self.iter()
                .filter_map(|(key, value)| Some((key.clone(), value.to_tree()?)))
                .collect(),
        ))
    }

    fn from_tree(tree: Value) -> Option<Self> {
        let entries = Map::from_tree(tree)?.into_iter();
        Some(
            entries
                .filter_map(|(key, value)| Some((key, T::from_tree(value)?)))
                .collect(),
        )
    }
}

/// Puts a field into an object, if it is there.
pub(crate) fn put(fields: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value);
    }
}

/// Takes a field out of an object; its default when it is not there.
pub(crate) fn take<T: Tree + Default>(fields: &mut Map<String, Value>, key: &str) -> T {
    fields
        .shift_remove(key)
        .and_then(T::from_tree)
        .unwrap_or_default()
}
