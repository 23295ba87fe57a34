//! A values tree in which every node knows where it was written.

use crate::path::{Segment, ValuePath};
use crate::source::Span;

/// One value and the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The text of the value itself (not of its key).
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// A scalar, a list or a mapping.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the order it was written; keys are unique.
    Mapping(Vec<Entry>),
}

/// A single value, as far as its author has decided what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Bare YAML text: what it means depends on where it is read.
    /// [`resolve`](super::resolve) says what Kubernetes' reader makes of it.
    Plain(String),
    /// Text: quoted, a block scalar, tagged `!!str`, or from a flag.
    String(String),
    /// No value.
    Null,
    /// A decided boolean (flags, JSON).
    Bool(bool),
    /// A decided whole number (flags, JSON).
    Int(i64),
    /// A decided number with a fraction or beyond 64 bits (JSON).
    Float(f64),
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as Kubernetes' reader turns it into text: a bare `yes` is
    /// `true`, a bare `0x10` is `16`.
    pub key: String,
    /// Whether that text differs from what was written, because the key is
    /// bare and YAML 1.1 reads it as a boolean, a number or null.
    pub key_reinterpreted: bool,
    /// Where the key was written.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// A null at a place.
    pub const fn null(span: Span) -> Self {
        Self {
            span,
            value: Value::Scalar(Scalar::Null),
        }
    }

    /// An empty mapping at a place.
    pub const fn empty_mapping(span: Span) -> Self {
        Self {
            span,
            value: Value::Mapping(Vec::new()),
        }
    }

    /// Whether the value is null, written or decided.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => scalar.is_null(),
            _ => false,
        }
    }

    /// The entry of a mapping; `None` for other nodes and absent keys.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The node at a path below this one.
    pub fn at(&self, path: &ValuePath) -> Option<&Node> {
        path.segments()
            .iter()
            .try_fold(self, |node, segment| match (segment, &node.value) {
                (Segment::Key(key), _) => node.entry(key).map(|entry| &entry.value),
                (Segment::Index(index), Value::Sequence(items)) => items.get(*index),
                _ => None,
            })
    }

    /// The value as JSON, with bare scalars read as Kubernetes' (YAML 1.1)
    /// reader reads them.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Scalar(scalar) => scalar.to_json(),
            Value::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect(),
        }
    }
}

impl Scalar {
    /// Whether it is null, written or decided.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Plain(text) => {
                text.len() <= "null".len() && super::resolve(text) == super::Implicit::Null
            }
            _ => false,
        }
    }

    /// The value as JSON, bare text read as YAML 1.1.
    pub fn to_json(&self) -> serde_json::Value {
        use super::Implicit;
        match self {
            Self::Plain(text) => match super::resolve(text) {
                Implicit::Null => serde_json::Value::Null,
                Implicit::Bool(value) => value.into(),
                Implicit::Int(value) => value.into(),
                Implicit::Float(value) => value.into(),
                Implicit::String => text.as_str().into(),
            },
            Self::String(text) => text.as_str().into(),
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
        }
    }
}
