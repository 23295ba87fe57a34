//! Between the structs of this module and trees of JSON values.

use super::Schema;
use crate::render::field_order::rank;
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
        let mut entries = Map::with_capacity(self.len());
        for (key, value) in self {
            if let Some(value) = value.to_tree() {
                entries.insert(key.clone(), value);
            }
        }
        Some(Value::Object(entries))
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

/// The fields of an object that is made, before they are in order. A map that
/// grows, and is sorted later, hashes each of its keys several times.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(usize, String, Value)>);

impl Fields {
    /// Without fields, with room for some.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Puts a field into the object, if it is there.
    pub(crate) fn put(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.0.push((rank(key), key.to_owned(), value));
        }
    }

    /// Puts in copies of other fields, and sorts all by name, as Kubernetes' API
    /// lists them.
    pub(crate) fn put_rest(&mut self, rest: &Map<String, Value>) {
        for (key, value) in rest {
            self.put(key, Some(value.clone()));
        }
        self.0
            .sort_unstable_by(|(_, one, _), (_, other, _)| one.cmp(other));
    }

    /// Takes out the fields that the API server drops.
    pub(crate) fn leave_out_dropped(&mut self, schema: &Schema) {
        self.0
            .retain(|(_, key, value)| !schema.drops_field(key, value));
    }

    /// The object, its fields in the order in which people read them.
    pub(crate) fn into_tree(mut self) -> Value {
        // Stable, so fields that are not named there keep the order they came in.
        self.0.sort_by_key(|(rank, ..)| *rank);
        let mut fields = Map::with_capacity(self.0.len());
        fields.extend(self.0.into_iter().map(|(_, key, value)| (key, value)));
        Value::Object(fields)
    }
}

/// A field of an object, from its value.
pub(crate) fn field<T: Tree + Default>(value: Value) -> T {
    T::from_tree(value).unwrap_or_default()
}
