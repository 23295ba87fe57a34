//! Environment variables.

use crate::kubernetes::EnvVar;
use std::collections::BTreeSet;

pub(super) fn plain(name: &str, value: impl Into<String>) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.into()),
        value_from: None,
    }
}

/// Lists of variables in which a later list's entry takes the place of an
/// earlier one of the same name: Kubernetes would let the last one win too,
/// but merges lists by name, where a name must stand once.
pub(super) fn overridden<'a>(
    own: Vec<EnvVar>,
    users: impl IntoIterator<Item = &'a [EnvVar]>,
) -> Vec<EnvVar> {
    let mut own = own;
    let mut others: Vec<EnvVar> = Vec::new();
    for later in users {
        let stays = |variable: &EnvVar| later.iter().all(|other| other.name != variable.name);
        own.retain(stays);
        others.retain(stays);
        others.extend_from_slice(later);
    }
    let needed = needed_by(&own, &others);
    let (before, after): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|variable| needed.contains(&variable.name));
    before.into_iter().chain(own).chain(after).collect()
}

/// Names of those among `others` that the values of `own` refer to, directly or
/// by another one. They must stand before: the kubelet puts only variables that
/// are defined already in the place of `$(NAME)`.
fn needed_by(own: &[EnvVar], others: &[EnvVar]) -> BTreeSet<String> {
    let mut needed = BTreeSet::new();
    let mut open: Vec<&EnvVar> = own.iter().collect();
    while let Some(variable) = open.pop() {
        for name in references(variable.value.as_deref().unwrap_or_default()) {
            let found = others.iter().find(|other| other.name == name);
            if let Some(found) = found
                && needed.insert(found.name.clone())
            {
                open.push(found);
            }
        }
    }
    needed
}

/// The names in a text that stand as `$(NAME)`; `$$(NAME)` is an escape.
/// <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>
pub(super) fn references(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after;
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
        } else if let Some((name, after)) = after
            .strip_prefix('(')
            .and_then(|after| after.split_once(')'))
        {
            names.push(name);
            rest = after;
        }
    }
    names
}

/// The text with something else in the place of each `$(NAME)`.
pub(super) fn replaced(text: &str, mut by: impl FnMut(&str) -> String) -> String {
    let mut whole = text.to_owned();
    for name in references(text) {
        whole = whole.replace(&format!("$({name})"), &by(name));
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_texts() {
        for (text, expected) in [
            ("", &[] as &[&str]),
            (
                "postgresql://$(USER):$(PASSWORD)@db/x",
                &["USER", "PASSWORD"],
            ),
            ("$$(USER) $$$(PASSWORD) $(A", &["PASSWORD"]),
            ("$(A)$(A)", &["A", "A"]),
        ] {
            assert_eq!(references(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_setting_refers_to_stands_before_it() {
        let own = vec![
            plain("URI", "postgresql://mlflow:$(PASSWORD)@db/mlflow"),
            plain("HOSTS", "a"),
        ];
        let users = [
            plain("FIRST", "x"),
            plain("PART", "y"),
            plain("PASSWORD", "$(PART)z"),
            plain("HOSTS", "b"),
        ];
        let names: Vec<String> = overridden(own, [users.as_slice()])
            .into_iter()
            .map(|variable| variable.name)
            .collect();
        assert_eq!(names, ["PART", "PASSWORD", "URI", "FIRST", "HOSTS"]);
    }
}
