//! Which fields of some objects are not in others.

use crate::manifest::Manifest;
use serde_json::Value;
use std::collections::BTreeSet;

/// More pairs than this are not compared one by one; no list that people
/// write is that long.
const MAX_PAIRS: usize = 10_000;

/// A field that another render has not, or has with another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The number of the field, counted through all objects.
    pub(super) field: usize,
    /// Whether there is no such field in the other render.
    pub(super) vanishes: bool,
}

/// Whether a value is a field of its own: a scalar or an empty collection.
pub(super) fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

/// How many fields a value has.
pub(super) fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.values().map(leaves).sum(),
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// The fields of `base` that `other` has not. `sizes` are the [`leaves`] of
/// the objects of `base`.
pub(super) fn differences(
    base: &[Manifest],
    sizes: &[usize],
    other: &[Manifest],
) -> Vec<Difference> {
    let mut comparison = Comparison::default();
    let partners = partners(base, other);
    for ((manifest, size), partner) in base.iter().zip(sizes).zip(partners) {
        if partner.is_some_and(|partner| equal(manifest.object(), partner.object())) {
            comparison.next += size;
        } else {
            comparison.compare(manifest.object(), partner.map(Manifest::object));
        }
    }
    comparison.found
}

/// For each object the one that it becomes: the one of the same name, else,
/// of those that are left, the next one of its kind.
fn partners<'o>(base: &[Manifest], other: &'o [Manifest]) -> Vec<Option<&'o Manifest>> {
    let identities = |manifests: &'o [Manifest]| -> Vec<(&'o Manifest, (&'o str, &'o str))> {
        let manifests = manifests.iter();
        manifests
            .map(|one| (one, (one.kind(), one.name())))
            .collect()
    };
    let named: Vec<(&str, &str)> = base.iter().map(|one| (one.kind(), one.name())).collect();
    let (same, mut renamed): (Vec<_>, Vec<_>) = identities(other)
        .into_iter()
        .partition(|(_, identity)| named.contains(identity));
    named
        .iter()
        .map(|identity| {
            let found = same.iter().find(|(_, other)| other == identity);
            if let Some((found, _)) = found {
                return Some(*found);
            }
            let of_kind = |(_, (kind, _)): &(&Manifest, (&str, &str))| *kind == identity.0;
            let position = renamed.iter().position(of_kind)?;
            Some(renamed.remove(position).0)
        })
        .collect()
}

/// Whether two values are equal and in the same order, which their own
/// comparison does not ask for: it looks up every key.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|((key, value), (other_key, other))| {
                        key == other_key && equal(value, other)
                    })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (one, other) => one == other,
    }
}

#[derive(Default)]
struct Comparison {
    /// The number of the field that comes next.
    next: usize,
    found: Vec<Difference>,
}

impl Comparison {
    fn compare(&mut self, base: &Value, other: Option<&Value>) {
        match (base, other) {
            (Value::Object(base), Some(Value::Object(other))) if !base.is_empty() => {
                let mut beside = other.iter();
                for (key, value) in base {
                    let next = beside.next().filter(|(other, _)| *other == key);
                    let partner = next.map(|(_, value)| value);
                    self.compare(value, partner.or_else(|| other.get(key)));
                }
            }
            (Value::Array(base), Some(Value::Array(other))) if !base.is_empty() => {
                for (item, partner) in base.iter().zip(aligned(base, other)) {
                    self.compare(item, partner);
                }
            }
            (base, other) if is_leaf(base) => {
                if other != Some(base) {
                    self.note(other.is_none());
                }
                self.next += 1;
            }
            (base, _) => {
                for _ in 0..leaves(base) {
                    self.note(true);
                    self.next += 1;
                }
            }
        }
    }

    fn note(&mut self, vanishes: bool) {
        self.found.push(Difference {
            field: self.next,
            vanishes,
        });
    }
}

/// For each element of `base` the one of `other` that it is or becomes: the
/// one of the same name, where elements have names; else the one that is equal
/// and in the same order. Those in between are changed, if they are as many on
/// both sides or mostly alike, or gone.
fn aligned<'o>(base: &[Value], other: &'o [Value]) -> Vec<Option<&'o Value>> {
    let same = |(one, other): &(&Value, &Value)| equal(one, other);
    let before = base.iter().zip(other).take_while(same).count();
    let mut partners: Vec<Option<&Value>> = other.iter().take(before).map(Some).collect();
    let (base, other) = (
        part(base, before, base.len()),
        part(other, before, other.len()),
    );
    let backwards = base.iter().rev().zip(other.iter().rev());
    let after = backwards.take_while(same).count();
    let (base_end, other_end) = (base.len() - after, other.len() - after);
    let (base, middle) = (part(base, 0, base_end), part(other, 0, other_end));

    if has_names(base) && has_names(middle) {
        partners.extend(named(base, middle));
    } else {
        let (mut start, mut other_start) = (0, 0);
        let pairs = common(base, middle);
        for (end, other_end) in pairs.into_iter().chain([(base_end, other_end)]) {
            let gap = part(base, start, end);
            partners.extend(changed(gap, part(middle, other_start, other_end)));
            if end < base_end {
                partners.push(middle.get(other_end));
            }
            (start, other_start) = (end + 1, other_end + 1);
        }
    }
    partners.extend(other.iter().skip(other_end).map(Some));
    partners
}

fn part(items: &[Value], start: usize, end: usize) -> &[Value] {
    items.get(start..end).unwrap_or_default()
}

fn name(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_str)
}

/// Whether each element has a name of its own.
fn has_names(items: &[Value]) -> bool {
    let names: BTreeSet<&str> = items.iter().filter_map(name).collect();
    names.len() == items.len()
}

/// The partners of elements with names; those of other names are renamed.
fn named<'o>(base: &[Value], other: &'o [Value]) -> Vec<Option<&'o Value>> {
    let find = |items: &'o [Value], item: &Value| items.iter().find(|one| name(one) == name(item));
    let mut partners: Vec<Option<&Value>> = base.iter().map(|item| find(other, item)).collect();
    let renamed: Vec<&Value> = other
        .iter()
        .filter(|item| !base.iter().any(|one| name(one) == name(item)))
        .collect();
    let open = partners.iter_mut().filter(|partner| partner.is_none());
    if base.len() == other.len() {
        for (partner, item) in open.zip(renamed) {
            *partner = Some(item);
        }
    }
    partners
}

/// The partners of elements none of which are equal.
fn changed<'o>(base: &[Value], other: &'o [Value]) -> Vec<Option<&'o Value>> {
    if base.len() == other.len() {
        return other.iter().map(Some).collect();
    }
    let mut rest = other;
    base.iter()
        .map(|item| {
            let position = rest.iter().position(|candidate| is_like(item, candidate))?;
            let partner = rest.get(position);
            rest = part(rest, position + 1, rest.len());
            partner
        })
        .collect()
}

/// Whether more than half of a value is in another one.
fn is_like(base: &Value, other: &Value) -> bool {
    let mut comparison = Comparison::default();
    comparison.compare(base, Some(other));
    comparison.found.len() * 2 < comparison.next
}

/// The positions of a longest common subsequence.
fn common(base: &[Value], other: &[Value]) -> Vec<(usize, usize)> {
    if base.len() < 2 && other.len() < 2 || base.len() * other.len() > MAX_PAIRS {
        return Vec::new();
    }
    // lengths[i][j]: of what is common to base[i..] and other[j..].
    let width = other.len() + 1;
    let mut lengths = vec![0_u16; (base.len() + 1) * width];
    let at = |lengths: &[u16], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, item) in base.iter().enumerate().rev() {
        for (j, candidate) in other.iter().enumerate().rev() {
            let length = if equal(item, candidate) {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while at(&lengths, i, j) > 0 {
        if base.get(i) == other.get(j) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::ObjectKind;
    use serde_json::json;

    /// The fields that differ; `-` marks those that vanish.
    fn different(base: Value, other: Value) -> Vec<String> {
        let [base, other] =
            [base, other].map(|object| Manifest::new(ObjectKind::Deployment, object));
        let sizes = [leaves(base.object())];
        let found = differences(&[base], &sizes, &[other]);
        let mark = |difference: &Difference| if difference.vanishes { "-" } else { "" };
        found
            .iter()
            .map(|difference| format!("{}{}", mark(difference), difference.field))
            .collect()
    }

    #[test]
    fn a_list_with_one_more_or_less_is_the_same_beside_it() {
        for (base, other, expected) in [
            (json!(["a", "b", "c"]), json!(["a", "b", "c"]), vec![]),
            (json!(["a", "b", "c"]), json!(["a", "c"]), vec!["-1"]),
            (json!(["a", "c"]), json!(["a", "b", "c"]), vec![]),
            (
                json!(["a", "b", "c"]),
                json!(["x", "b", "y"]),
                vec!["0", "2"],
            ),
            // An element moved.
            (json!(["a", "b", "c"]), json!(["b", "c", "a"]), vec!["-0"]),
            // A derived element takes the place of one that is renamed.
            (
                json!(["a", "b", {"name": "h", "value": 1}]),
                json!([{"name": "h", "value": 0}, "a", "b", {"name": "xh", "value": 1}]),
                vec!["2"],
            ),
            (
                json!([{"name": "a"}, {"name": "h", "value": 1}]),
                json!([{"name": "h", "value": 0}, {"name": "a"}, {"name": "xh", "value": 1}]),
                vec!["2"],
            ),
            (
                json!([{"name": "a", "value": 1}, {"name": "h", "value": 1}]),
                json!([{"name": "h", "value": 1}, {"name": "xa", "value": 1}]),
                vec!["0"],
            ),
            (
                json!([{"name": "h", "value": 1}]),
                json!([{"name": "h", "value": 0}, {"name": "xh", "value": 1}]),
                vec!["1"],
            ),
            // Rules have no names.
            (
                json!([{"ports": [{"port": 1, "protocol": "TCP"}]}, {"ports": [{"port": 2}]}]),
                json!([{"ports": [{"port": 2}]}]),
                vec!["-0", "-1"],
            ),
            (
                json!([[1, 2, 3], [4, 5, 6]]),
                json!([[1, 2, 7]]),
                vec!["2", "-3", "-4", "-5"],
            ),
            (
                json!({"a": {}, "b": [[1], [2]]}),
                json!({"b": [[2]]}),
                vec!["-0", "-1"],
            ),
            (
                json!({"a": {"b": 1, "c": 2}}),
                json!({"a": 1}),
                vec!["-0", "-1"],
            ),
            (json!({"a": {}}), json!({"a": {"b": 1}}), vec!["0"]),
        ] {
            assert_eq!(
                different(base.clone(), other.clone()),
                expected,
                "{base} {other}"
            );
        }
    }
}
