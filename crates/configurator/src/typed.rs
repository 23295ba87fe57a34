//! What is typed into a control, and the value that it stands for.

use mlflow_k8s_core::diagnostic::Diagnostic;
use mlflow_k8s_core::settings::Kind;
use mlflow_k8s_core::source::SourceId;
use mlflow_k8s_core::yaml;
use serde_json::Value as Json;

/// What was typed, as the kind of value that it is; `None` takes the value away.
pub fn typed(kind: &Kind, raw: &str, default: Option<&Json>, required: bool) -> Option<Json> {
    let has_default = default.is_some_and(|default| !default.is_null());
    if raw.is_empty() {
        let is_text = matches!(kind, Kind::Text | Kind::Choice(_));
        return (is_text && (has_default || required)).then(|| Json::String(String::new()));
    }
    match kind {
        Kind::Integer if raw == "null" => Some(Json::Null),
        Kind::Integer | Kind::Scalars => Some(
            raw.parse::<i64>()
                .ok()
                .filter(|number| number.to_string() == raw)
                .map_or_else(|| Json::String(raw.to_owned()), Json::from),
        ),
        _ => Some(Json::String(raw.to_owned())),
    }
}

/// YAML of a value; nothing for what is empty.
pub fn yaml_text(value: &Json) -> String {
    let is_empty = match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        _ => false,
    };
    if is_empty {
        String::new()
    } else {
        yaml::write(value).trim_end().to_owned()
    }
}

/// Why a field's text is no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseYamlError {
    /// It is not YAML, or YAML that values cannot hold; the first fault of it.
    #[error("{}", .0.message)]
    Faulty(Box<Diagnostic>),
}

/// The value of YAML.
pub fn parse_yaml(text: &str) -> Result<Json, ParseYamlError> {
    // An empty file of values is an empty mapping, but an empty field is nothing.
    if text.trim().is_empty() {
        return Ok(Json::Null);
    }
    let mut faults = Vec::new();
    let node = yaml::read(text, SourceId::DEFAULTS, &mut faults);
    match (node, faults.into_iter().next()) {
        (_, Some(fault)) => Err(ParseYamlError::Faulty(Box::new(fault))),
        (Some(node), None) => Ok(node.to_json()),
        (None, None) => Ok(Json::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_gets_its_type() {
        assert_eq!(typed(&Kind::Integer, "3", None, false), Some(json!(3)));
        assert_eq!(typed(&Kind::Integer, "x", None, false), Some(json!("x")));
        assert_eq!(typed(&Kind::Integer, "", Some(&json!(1)), false), None);
        assert_eq!(
            typed(&Kind::Integer, "null", Some(&json!(1)), false),
            Some(json!(null))
        );
        assert_eq!(typed(&Kind::Text, "3", None, false), Some(json!("3")));
        assert_eq!(typed(&Kind::Text, "", None, false), None);
        assert_eq!(typed(&Kind::Text, "", None, true), Some(json!("")));
        assert_eq!(
            typed(&Kind::Text, "", Some(&json!("/mlflow")), false),
            Some(json!(""))
        );
        assert_eq!(
            typed(&Kind::Scalars, "007", None, false),
            Some(json!("007"))
        );
    }

    #[test]
    fn yaml_is_checked_as_it_is_typed() {
        assert_eq!(parse_yaml(" \n").unwrap(), json!(null));
        assert_eq!(parse_yaml("a: [1, b]").unwrap(), json!({"a": [1, "b"]}));
        assert!(parse_yaml("a: [").is_err());
        assert_eq!(yaml_text(&json!({})), "");
        assert_eq!(yaml_text(&json!([{"a": 1}])), "- a: 1");
    }
}
