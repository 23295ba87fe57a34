//! Helm's merge: mappings deeply, everything else whole.

use std::collections::HashMap;

use crate::yaml::{Entry, Node, Value};

/// Above this many entries a table of the keys is cheaper than looking each
/// one up in the list; below it the table costs more than it saves.
const TABLE_FROM: usize = 16;

/// `over` laid upon `base`.
///
/// Where both are mappings, their entries are merged, `base`'s order first.
/// Otherwise `over` stands alone, also when it is null: a null means
/// "removed", which only the reader of the values can act on. A merged
/// mapping has `over`'s place in the text, as the last one who spoke of it.
///
/// `base` is borrowed, so that only what stays of it is copied: the built-in
/// defaults are the base of every render.
pub(super) fn merge(base: &Node, over: Node) -> Node {
    let value = match (&base.value, over.value) {
        (Value::Mapping(under), Value::Mapping(over)) => Value::Mapping(merge_entries(under, over)),
        (_, value) => value,
    };
    Node {
        span: over.span,
        value,
    }
}

fn merge_entries(under: &[Entry], over: Vec<Entry>) -> Vec<Entry> {
    if under.is_empty() {
        return over;
    }
    let table: Option<HashMap<&str, usize>> = (over.len() > TABLE_FROM).then(|| {
        under
            .iter()
            .enumerate()
            .map(|(position, entry)| (entry.key.as_str(), position))
            .collect()
    });
    // What stands in place of each entry. Keys are unique in `over`.
    let mut replaced: Vec<Option<Entry>> =
        std::iter::repeat_with(|| None).take(under.len()).collect();
    let mut added = Vec::new();
    for entry in over {
        let position = match &table {
            Some(table) => table.get(entry.key.as_str()).copied(),
            None => under.iter().position(|below| below.key == entry.key),
        };
        match position.and_then(|position| replaced.get_mut(position)) {
            Some(place) => *place = Some(entry),
            None => added.push(entry),
        }
    }
    let mut merged = Vec::with_capacity(under.len() + added.len());
    merged.extend(under.iter().zip(replaced).map(|(below, over)| match over {
        Some(over) => Entry {
            value: merge(&below.value, over.value),
            ..over
        },
        None => below.clone(),
    }));
    merged.append(&mut added);
    merged
}
