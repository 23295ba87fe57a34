//! How MLflow compares hosts and origins with its lists.

/// Whether a comma-separated list has an entry for the host, as
/// `is_allowed_host_header` of `mlflow/server/security_utils.py` decides it:
/// `*` is every host, an entry with a `*` is a pattern of Python's `fnmatch`,
/// any other has to be equal, port and case included.
pub(super) fn is_allowed(list: &str, host: &str) -> bool {
    entries(list).any(|entry| {
        entry == "*"
            || if entry.contains('*') {
                matches(entry, host)
            } else {
                entry == host
            }
    })
}

/// The entries of a list.
pub(super) fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// `fnmatch`: `*` any text, `?` any character, `[…]` one of a set.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    matches_from(&pattern, &text)
}

fn matches_from(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skipped| {
            text.get(skipped..)
                .is_some_and(|text| matches_from(rest, text))
        }),
        Some(('?', rest)) => text
            .split_first()
            .is_some_and(|(_, text)| matches_from(rest, text)),
        Some((first, rest)) => text
            .split_first()
            .is_some_and(|(character, text)| character == first && matches_from(rest, text)),
    }
}
