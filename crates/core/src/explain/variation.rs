//! Trees that differ from the values in one setting, or in some.

use crate::path::{Segment, ValuePath};
use crate::source::Span;
use crate::values;
use crate::yaml::{Entry, Node, Scalar, Value};

/// One setting of the merged values, and how it can be varied.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) path: ValuePath,
    /// Where it was written.
    pub(super) span: Span,
    /// Whether it stands inside a list, where taking it away would move or
    /// break its neighbours.
    pub(super) in_list: bool,
    /// What stands there once it is taken away.
    pub(super) away: Option<Slot>,
    /// Its value, if that is a scalar.
    scalar: Option<Scalar>,
    /// Whether it is a collection without elements.
    pub(super) is_empty: bool,
}

impl Setting {
    pub(super) fn is_written(&self) -> bool {
        !self.span.is_default()
    }

    /// Whether this is its value.
    pub(super) fn is_value(&self, value: &serde_json::Value) -> bool {
        let own = self.scalar.as_ref().map(Scalar::to_json);
        own.as_ref() == Some(value)
    }

    /// Whether it is a default that turns something on.
    pub(super) fn is_default_switch(&self) -> bool {
        let value = self.scalar.as_ref().map(Scalar::to_json);
        !self.is_written() && value == Some(serde_json::Value::Bool(true))
    }

    /// Other values of the same type, as far as the value tells its type: the
    /// reader says which of them it takes.
    pub(super) fn others(&self) -> Vec<Slot> {
        use serde_json::Value::{Bool, Null, Number, String};
        // In front, because names are cut at their end.
        let other_text = |text: &str| Scalar::String(format!("x{text}"));
        let plain = |number: i64| Scalar::Plain(number.to_string());
        let Some(scalar) = &self.scalar else {
            return Vec::new();
        };
        let others = match scalar.to_json() {
            Null => vec![plain(1), other_text(""), Scalar::Bool(true)],
            // Taken away, a switch is the other way round already.
            Bool(_) if self.is_away_a_switch() => Vec::new(),
            Bool(value) => vec![Scalar::Bool(!value), other_text(&value.to_string())],
            Number(number) => {
                let whole = number.as_i64();
                let next = whole.and_then(|number| number.checked_add(1));
                let previous = whole.and_then(|number| number.checked_sub(1));
                let texts = [other_text(&number.to_string())];
                let numbers = next.into_iter().chain(previous).map(plain);
                numbers.chain(texts).collect()
            }
            String(text) => {
                let next = text.parse::<i64>().ok().and_then(|n| n.checked_add(1));
                [other_text(&text)]
                    .into_iter()
                    .chain(next.map(plain))
                    .collect()
            }
            _ => Vec::new(),
        };
        others.into_iter().map(|scalar| self.slot(scalar)).collect()
    }

    fn is_away_a_switch(&self) -> bool {
        match &self.away {
            Some(Slot::Value(node)) => node.to_json().is_boolean(),
            _ => false,
        }
    }

    /// The others among some words.
    pub(super) fn other_words(&self, words: &[&str]) -> Vec<Slot> {
        let now = self.scalar.as_ref().map(Scalar::to_json);
        let now = now.as_ref().and_then(serde_json::Value::as_str);
        words
            .iter()
            .filter(|word| Some(**word) != now)
            .map(|word| self.slot(Scalar::String((*word).to_owned())))
            .collect()
    }

    /// A mapping with one entry, in place of an empty one.
    pub(super) fn with_entry(&self, key: &str, value: Scalar) -> Slot {
        Slot::Value(Node {
            span: self.span,
            value: Value::Mapping(vec![Entry {
                key: key.to_owned(),
                key_reinterpreted: false,
                key_span: self.span,
                value: Node {
                    span: self.span,
                    value: Value::Scalar(value),
                },
            }]),
        })
    }

    fn slot(&self, scalar: Scalar) -> Slot {
        Slot::Value(Node {
            span: self.span,
            value: Value::Scalar(scalar),
        })
    }
}

/// Every setting of a merged tree: its scalars and its collections without
/// elements; and what can turn something on as a whole, its outermost lists
/// and the mappings that are empty by default.
pub(super) fn settings(merged: &Node) -> Vec<Setting> {
    let mut settings = Vec::new();
    let root = Walk {
        path: ValuePath::root(),
        default: values::default_tree(),
        in_list: false,
        in_mapping: false,
    };
    root.collect(merged, &mut settings);
    settings
}

/// A place on the way through the merged tree.
struct Walk<'d> {
    path: ValuePath,
    default: Option<&'d Node>,
    in_list: bool,
    in_mapping: bool,
}

impl Walk<'_> {
    fn collect(&self, node: &Node, settings: &mut Vec<Setting>) {
        match &node.value {
            Value::Mapping(entries) if !entries.is_empty() => {
                let was_empty = self.default.is_some_and(
                    |node| matches!(&node.value, Value::Mapping(entries) if entries.is_empty()),
                );
                if was_empty {
                    settings.push(self.setting(node));
                }
                for entry in entries {
                    if self.path.segments().is_empty() && values::is_foreign(&entry.key) {
                        continue;
                    }
                    let below = Walk {
                        path: self.path.join(entry.key.as_str()),
                        default: self
                            .default
                            .and_then(|node| node.entry(&entry.key))
                            .map(|entry| &entry.value),
                        in_list: self.in_list,
                        in_mapping: true,
                    };
                    below.collect(&entry.value, settings);
                }
            }
            Value::Sequence(items) if !items.is_empty() => {
                if !self.in_list {
                    settings.push(self.setting(node));
                }
                for (index, item) in items.iter().enumerate() {
                    let below = Walk {
                        path: self.path.join(index),
                        default: None,
                        in_list: true,
                        in_mapping: false,
                    };
                    below.collect(item, settings);
                }
            }
            _ => settings.push(self.setting(node)),
        }
    }

    fn setting(&self, node: &Node) -> Setting {
        let scalar = match &node.value {
            Value::Scalar(scalar) => Some(scalar.clone()),
            _ => None,
        };
        let is_empty = match &node.value {
            Value::Scalar(_) => false,
            Value::Sequence(items) => items.is_empty(),
            Value::Mapping(entries) => entries.is_empty(),
        };
        Setting {
            path: self.path.clone(),
            span: node.span,
            in_list: self.in_list,
            away: self.away(node),
            is_empty,
            scalar,
        }
    }

    /// What stands there without what the user wrote; `None` where that is no difference.
    fn away(&self, node: &Node) -> Option<Slot> {
        let is_scalar = matches!(node.value, Value::Scalar(_));
        match self.default {
            _ if self.in_list => (self.in_mapping && !is_scalar).then_some(Slot::Absent),
            Some(default) if default.to_json() != node.to_json() => {
                Some(Slot::Value(default.clone()))
            }
            None => Some(Slot::Absent),
            // A list of the defaults, or one like it.
            Some(_) => match &node.value {
                Value::Sequence(items) if !items.is_empty() => Some(Slot::Value(Node {
                    span: node.span,
                    value: Value::Sequence(Vec::new()),
                })),
                _ => None,
            },
        }
    }
}

/// What stands at a place, or stood there before a [`Change`].
#[derive(Clone, Debug)]
pub(super) enum Slot {
    Value(Node),
    /// No entry of that key.
    Absent,
    /// An entry, and its position in its mapping.
    Entry(usize, Entry),
}

/// A place, and what comes there.
#[derive(Clone, Debug)]
pub(super) struct Change {
    path: ValuePath,
    slot: Slot,
}

impl Change {
    pub(super) fn new(path: &ValuePath, slot: Slot) -> Self {
        Self {
            path: path.clone(),
            slot,
        }
    }

    /// Exchanges what stands in the tree for what stands here: a second time,
    /// and the tree is as it was.
    pub(super) fn swap(&mut self, root: &mut Node) {
        let Some((last, parents)) = self.path.segments().split_last() else {
            return;
        };
        let Some(parent) = node_mut(root, parents) else {
            return;
        };
        match (&mut self.slot, last, &mut parent.value) {
            (Slot::Value(node), ..) => {
                if let Some(there) = node_mut(parent, std::slice::from_ref(last)) {
                    std::mem::swap(there, node);
                }
            }
            (Slot::Absent, Segment::Key(key), Value::Mapping(entries)) => {
                if let Some(position) = entries.iter().position(|entry| entry.key == *key) {
                    self.slot = Slot::Entry(position, entries.remove(position));
                }
            }
            (Slot::Entry(position, _), _, Value::Mapping(entries)) => {
                let position = (*position).min(entries.len());
                if let Slot::Entry(_, entry) = std::mem::replace(&mut self.slot, Slot::Absent) {
                    entries.insert(position, entry);
                }
            }
            _ => {}
        }
    }
}

fn node_mut<'n>(root: &'n mut Node, path: &[Segment]) -> Option<&'n mut Node> {
    path.iter()
        .try_fold(root, |node, segment| match (segment, &mut node.value) {
            (Segment::Key(key), Value::Mapping(entries)) => entries
                .iter_mut()
                .find(|entry| entry.key == *key)
                .map(|entry| &mut entry.value),
            (Segment::Index(index), Value::Sequence(items)) => items.get_mut(*index),
            _ => None,
        })
}
