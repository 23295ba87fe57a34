//! The reference of the values interface as Markdown, for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

use crate::explain::{ExplainedField, Explainer};
use crate::layers::Layer;
use crate::path::{Segment, ValuePath};
use crate::release::Release;
use crate::settings::{Item, Kind, Setting};
use crate::yaml::Node;

/// Every key with its type, default, meaning, and what it renders. That
/// follows from values that together use every key.
pub fn reference(inputs: &[Vec<Layer>]) -> String {
    let settings = super::settings();
    let rendered = renders(inputs);
    let mut text = String::from(
        "# Values\n\nAll keys of `values.yaml`. A key of the official chart has the meaning that \
         it has there; all other keys are extensions. All keys exist since version 0.1.0. \
         `mlflow-k8s values` prints the keys as a commented file, and `mlflow-k8s schema` prints \
         them as a JSON Schema for editors.\n\nThe default *none* means that the key is not set: \
         then nothing is rendered for the key, or its value is derived from other keys.\n\n",
    );
    for setting in &settings {
        let _ = write!(text, "## {}\n\n{}\n\n", setting.key, setting.help);
        let nothing = || "Renders nothing.\n".to_owned();
        text.push_str(&rendered.get(&setting.key).cloned().unwrap_or_else(nothing));
        text.push('\n');
        text.push_str("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
        row(&mut text, setting, &setting.key);
        text.push('\n');
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// A setting's row, and those of all below it.
fn row(text: &mut String, setting: &Setting, path: &str) {
    let meaning = match (&setting.kind, path.contains(['.', '['])) {
        // The words above the table say it already.
        (_, false) => String::new(),
        _ => setting.help.clone(),
    };
    let required = if setting.required { " (required)" } else { "" };
    let (kind, below): (_, &[Setting]) = match &setting.kind {
        Kind::Section(below) => ("mapping".to_owned(), below),
        Kind::List(item) => (format!("list of {}", element(item)), below(item)),
        kind => (words(kind), &[]),
    };
    let example = setting
        .example
        .as_ref()
        .filter(|example| !setting.help.contains(example.as_str()))
        .map_or(String::new(), |example| format!(" Example: `{example}`."));
    let _ = writeln!(
        text,
        "| `{path}`{required} | {kind} | {} | {} |",
        default(path, &setting.kind),
        cell(&format!("{meaning}{example}"))
    );
    let dot = if matches!(setting.kind, Kind::List(_)) {
        "[]."
    } else {
        "."
    };
    for setting in below {
        row(text, setting, &format!("{path}{dot}{}", setting.key));
    }
}

fn below(item: &Item) -> &[Setting] {
    match &item.kind {
        Kind::Section(below) => below,
        _ => &[],
    }
}

fn element(item: &Item) -> String {
    match &item.kind {
        Kind::Section(_) => "mappings".to_owned(),
        Kind::Yaml(name) => format!("Kubernetes' `{name}`"),
        kind => words(kind),
    }
}

fn words(kind: &Kind) -> String {
    match kind {
        Kind::Switch => "boolean".to_owned(),
        Kind::Choice(choices) => choices
            .iter()
            .map(|choice| match choice.value.as_str() {
                "" => "empty".to_owned(),
                value => format!("`{value}`"),
            })
            .collect::<Vec<_>>()
            .join(", "),
        Kind::Integer => "whole number".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Quantity => "quantity".to_owned(),
        Kind::Map => "mapping of text".to_owned(),
        Kind::Scalars => "mapping of text, numbers and booleans".to_owned(),
        Kind::List(item) => format!("list of {}", element(item)),
        Kind::Section(_) => "mapping".to_owned(),
        Kind::Yaml(name) if name == "object" => "mapping".to_owned(),
        Kind::Yaml(name) => format!("Kubernetes' `{name}`"),
    }
}

fn default(path: &str, kind: &Kind) -> String {
    // Those of a section stand in its own rows; an element has none.
    if matches!(kind, Kind::Section(_)) || path.contains("[]") {
        return String::new();
    }
    let value = ValuePath::parse(path)
        .ok()
        .and_then(|path| crate::values::default_tree()?.at(&path))
        .map(Node::to_json);
    match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "none".to_owned(),
        Some(value) => format!("`{}`", cell(&value.to_string())),
    }
}

/// Text that stands in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Where a key shows in objects of one kind: paths without the positions in
/// lists. The empty path is a whole object.
type Places = BTreeMap<String, BTreeSet<String>>;

/// What each key of the first level renders, as a list.
fn renders(inputs: &[Vec<Layer>]) -> BTreeMap<String, String> {
    let mut kinds = BTreeSet::new();
    let mut found: BTreeMap<String, Places> = BTreeMap::new();
    for layers in inputs {
        let Some(explainer) = Explainer::new(layers, &Release::default()) else {
            continue;
        };
        let explanation = explainer.finish();
        let objects = explanation.manifests.manifests();
        kinds.extend(objects.iter().map(|object| object.kind().to_owned()));
        let keys: Vec<BTreeSet<&str>> = explanation.fields.iter().map(first_keys).collect();
        for key in keys.iter().flatten().collect::<BTreeSet<_>>() {
            let mut leaves = keys.iter().map(|keys| keys.contains(key));
            for object in objects {
                let mut paths = BTreeSet::new();
                if whole(object.object(), "", &mut leaves, &mut paths) {
                    paths.insert(String::new());
                }
                let places = found.entry((*key).to_owned()).or_default();
                places
                    .entry(object.kind().to_owned())
                    .or_default()
                    .extend(paths);
            }
        }
    }
    found
        .into_iter()
        .map(|(key, places)| (key, list(&places, &kinds)))
        .collect()
}

/// The first keys of the settings behind a field.
fn first_keys(field: &ExplainedField) -> BTreeSet<&str> {
    let settings = field.cause.settings().iter();
    settings
        .filter_map(|setting| match setting.path.segments().first() {
            Some(Segment::Key(key)) => Some(key.as_str()),
            _ => None,
        })
        .collect()
}

/// Whether all fields of a value are marked; else, notes the largest parts of
/// which all are.
fn whole(
    value: &Value,
    path: &str,
    leaves: &mut dyn Iterator<Item = bool>,
    found: &mut BTreeSet<String>,
) -> bool {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) if !fields.is_empty() => fields
            .iter()
            .map(|(key, value)| {
                let dot = if path.is_empty() { "" } else { "." };
                // Our own labels have a domain; the others are the input's choice.
                let is_free = path.ends_with("labels") && !key.contains('/');
                let key = ValuePath::root().join(if is_free { "*" } else { key.as_str() });
                (format!("{path}{dot}{key}"), value)
            })
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| (format!("{path}[]"), item))
            .collect(),
        _ => return leaves.next().unwrap_or_default(),
    };
    let mut parts = BTreeSet::new();
    let wholes: Vec<bool> = below
        .iter()
        .map(|(path, value)| {
            let is_whole = whole(value, path, leaves, &mut parts);
            if is_whole {
                parts.insert(path.clone());
            }
            is_whole
        })
        .collect();
    if wholes.into_iter().all(|is_whole| is_whole) {
        return true;
    }
    found.extend(parts);
    false
}

/// The places, those of the same kinds together.
fn list(places: &Places, kinds: &BTreeSet<String>) -> String {
    let mut by_path: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (kind, paths) in places {
        // What lies within another part is said with that.
        let is_within = |path: &str| {
            let mut others = paths.iter().filter(|other| *other != path);
            others.any(|other| path.strip_prefix(other.as_str()).is_some_and(starts_below))
        };
        for path in paths.iter().filter(|path| !is_within(path)) {
            by_path.entry(path).or_default().insert(kind);
        }
    }
    // Whole objects first.
    let mut by_kinds: BTreeMap<(bool, BTreeSet<&str>), Vec<String>> = BTreeMap::new();
    for (path, kinds) in by_path {
        let paths = by_kinds.entry((!path.is_empty(), kinds)).or_default();
        paths.push(format!("`{path}`"));
    }
    let mut text = String::from("Renders:\n\n");
    for ((is_part, of), paths) in by_kinds {
        let of = if of.len() == kinds.len() {
            "every object".to_owned()
        } else {
            of.into_iter().collect::<Vec<_>>().join(", ")
        };
        let _ = if is_part {
            writeln!(text, "- {of}: {}", paths.join(", "))
        } else {
            writeln!(text, "- {of}")
        };
    }
    text
}

/// Whether the rest of a path goes on below the one before.
fn starts_below(rest: &str) -> bool {
    rest.starts_with(['.', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presets() -> Vec<Vec<Layer>> {
        let presets = crate::presets::PRESETS.iter();
        presets
            .map(|preset| vec![Layer::Preset(preset.name.to_owned())])
            .collect()
    }

    #[test]
    fn rows_have_types_and_defaults() {
        let text = reference(&presets());
        for row in [
            "| `storage.size` | quantity | `\"10Gi\"` |",
            "| `service.port` | whole number |",
            "| `env[].name` (required) | text |",
            "- PersistentVolumeClaim\n",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
    }
}
