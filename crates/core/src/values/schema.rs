//! The JSON Schema of the values interface, and what is generated from it.

mod kubernetes;
mod kubernetes_facts;
mod paths;
mod reference;
mod settings;

pub use kubernetes::kubernetes;
pub use paths::paths;
pub use reference::reference;
pub use settings::settings;

use super::Values;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// Definitions of Kubernetes' own types.
const KUBERNETES: &str = "io.k8s.";
/// Marks the definitions of parts of custom resources, for the generator only.
const RESOURCE_PART: &str = "x-resource-part";
/// Longest line of the generated values file.
const LINE_LENGTH: usize = 80;

/// The JSON Schema (draft 2020-12) of a values file: every setting with its
/// text and default, closed against unknown keys, and Kubernetes' own types
/// where a setting takes them.
pub fn schema() -> Value {
    let root = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Values>();
    let mut schema = root.to_value();
    accept_what_is_read(&mut schema);
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, definition) in definitions {
            if name.ends_with(".Quantity")
                && let Some(kind) = definition.get_mut("type")
            {
                *kind = json!(["string", "number"]);
            }
            accept_what_is_read(definition);
            accept_null(definition);
        }
    }
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), json!("mlflow-k8s values"));
        // Anchors and umbrella charts put their own things beside ours.
        root.insert(
            "patternProperties".to_owned(),
            json!({ "^x-": true, "^global$": true }),
        );
    }
    schema
}

/// Closes objects, and opens types to what the reader accepts: a numeral in
/// quotes for a number, null for a key that may be left out.
fn accept_what_is_read(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    object.remove(RESOURCE_PART);
    if let Some(description) = object.get_mut("description") {
        let text = description.as_str().unwrap_or_default();
        // Line breaks of the source are not those of the reader's window.
        let paragraphs: Vec<String> = text
            .split("\n\n")
            .map(|paragraph| paragraph.replace('\n', " "))
            .collect();
        *description = json!(paragraphs.join("\n\n"));
    }
    if object.contains_key("properties") && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".to_owned(), json!(false));
    }
    if let Some(kind) = object.get_mut("type") {
        let mut kinds = kinds_of(kind);
        if kinds.contains(&json!("integer")) && !kinds.contains(&json!("string")) {
            kinds.push(json!("string"));
            *kind = json!(kinds);
            object.insert("pattern".to_owned(), json!("^[+-]?[0-9]+$"));
        }
    }
    let required = object.get("required").cloned().unwrap_or_default();
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for (key, property) in properties {
            accept_what_is_read(property);
            let is_required = required
                .as_array()
                .is_some_and(|keys| keys.contains(&json!(key)));
            if !is_required {
                accept_null(property);
            }
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(below) = object.get_mut(key) {
            accept_what_is_read(below);
        }
    }
    // An entry of a mapping that is null is not there.
    if let Some(below) = object.get_mut("additionalProperties") {
        accept_null(below);
    }
}

fn kinds_of(kind: &Value) -> Vec<Value> {
    match kind {
        Value::Array(kinds) => kinds.clone(),
        single => vec![single.clone()],
    }
}

fn accept_null(schema: &mut Value) {
    let null = json!("null");
    if let Some(kind) = schema.get_mut("type") {
        let mut kinds = kinds_of(kind);
        if !kinds.contains(&null) {
            kinds.push(null.clone());
            *kind = json!(kinds);
        }
    }
    if let Some(Value::Array(variants)) = schema.get_mut("enum") {
        variants.push(Value::Null);
    }
    if let Some(Value::Array(variants)) = schema.get_mut("oneOf") {
        variants.push(json!({ "type": "null" }));
    }
}

/// The schema of `service.port`.
pub(super) fn optional_port(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["integer", "string", "null"] })
}

/// The schema of a duration.
pub(super) fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "integer", "null"] })
}

/// The default values with the fields' texts as comments.
pub fn commented_defaults() -> String {
    let schema = schema();
    let defaults = serde_json::to_value(Values::default()).unwrap_or_default();
    let mut text = String::new();
    comment(
        "The settings of mlflow-k8s with their default values. A values file needs to hold only \
         what differs. Keys that start with `x-`, and `global`, are ignored.",
        0,
        &mut text,
    );
    section(&schema, &schema, &defaults, 0, &mut text);
    text
}

fn section(root: &Value, schema: &Value, defaults: &Value, depth: usize, text: &mut String) {
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    for (key, property) in properties {
        if depth == 0 {
            text.push('\n');
        }
        if let Some(description) = property["description"].as_str() {
            comment(description, depth, text);
        }
        let indent = "  ".repeat(depth);
        let default = &defaults[key];
        match own_definition(root, property) {
            Some(definition) if default.is_object() => {
                text.extend([&indent, key.as_str(), ":\n"]);
                section(root, definition, default, depth + 1, text);
            }
            _ => {
                let entry = crate::yaml::write(&json!({ key: default }));
                for line in entry.lines() {
                    text.extend([&indent, line, "\n"]);
                }
            }
        }
    }
}

/// The definition of a section of our own, which has a text for each key.
fn own_definition<'a>(root: &'a Value, property: &'a Value) -> Option<&'a Value> {
    let reference = property.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    let definition = root.get("$defs")?.get(reference)?;
    // A section whose keys are all optional (a custom resource's part) is
    // empty by default and has nothing to list.
    let has_keys = definition.get("properties")?.as_object()?.len() > 1;
    (!reference.starts_with(KUBERNETES) && has_keys).then_some(definition)
}

/// What a property refers to, with its name: the definition itself where it
/// stands alone or beside null, else the property.
fn own_or_kubernetes<'a>(root: &'a Value, property: &'a Value) -> (Option<&'a str>, &'a Value) {
    let variants = ["anyOf", "allOf", "oneOf"]
        .into_iter()
        .find_map(|key| property[key].as_array());
    let reference = std::iter::once(property)
        .chain(variants.into_iter().flatten())
        .find_map(|schema| schema["$ref"].as_str()?.strip_prefix("#/$defs/"));
    match reference {
        Some(name) => (Some(name), root["$defs"].get(name).unwrap_or(property)),
        None => (None, property),
    }
}

fn comment(description: &str, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let mut line = format!("{indent}#");
    for word in description.split_whitespace() {
        let longer = line.chars().count() + 1 + word.chars().count() > LINE_LENGTH;
        if longer && line.len() > indent.len() + 1 {
            text.push_str(&line);
            text.push('\n');
            line = format!("{indent}#");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_file_is_current() {
        assert_eq!(
            crate::values::DEFAULTS,
            commented_defaults(),
            "run `cargo xtask generate`"
        );
    }
}
