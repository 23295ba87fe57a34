//! Helm's merge: mappings deeply, everything else whole.

use std::collections::HashMap;

use crate::yaml::{Entry, Node, Value};

/// Above this many entries a table of the keys is cheaper than looking each
/// one up in the list; below it the table costs more than it saves.
const TABLE_FROM: usize = 16;

/// Lays `over` upon `base`.
///
/// Where both are mappings, their entries are merged, `base`'s order first.
/// Otherwise `over` takes `base`'s place whole, also when it is null: a null
/// means "removed", which only the reader of the values can act on. A merged
/// mapping takes `over`'s place in the text, as the last one who spoke of it.
pub(super) fn merge(base: &mut Node, over: Node) {
    match (&mut base.value, over.value) {
        (Value::Mapping(under), Value::Mapping(over_entries)) => {
            base.span = over.span;
            merge_entries(under, over_entries);
        }
        (_, value) => {
            *base = Node {
                span: over.span,
                value,
            };
        }
    }
}

fn merge_entries(under: &mut Vec<Entry>, over: Vec<Entry>) {
    if under.is_empty() {
        *under = over;
        return;
    }
    let table: Option<HashMap<String, usize>> = (over.len() > TABLE_FROM).then(|| {
        under
            .iter()
            .enumerate()
            .map(|(position, entry)| (entry.key.clone(), position))
            .collect()
    });
    for entry in over {
        let position = match &table {
            Some(table) => table.get(&entry.key).copied(),
            None => under.iter().position(|below| below.key == entry.key),
        };
        // Keys are unique in `over`, so an entry pushed here is never looked up again.
        match position.and_then(|position| under.get_mut(position)) {
            Some(below) => {
                below.key_span = entry.key_span;
                below.key_reinterpreted = entry.key_reinterpreted;
                merge(&mut below.value, entry.value);
            }
            None => under.push(entry),
        }
    }
}
