//! What a new element of a list begins with.

use crate::edit;
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::settings::Kind;
use serde_json::{Map, Value as Json, json};

/// The first element of a list that has elements by default.
pub fn first_default(path: &ValuePath) -> Option<Json> {
    edit::default_at(path)?.as_array()?.first().cloned()
}

/// A new value of a kind: what cannot be left out, empty.
pub fn blank(kind: &Kind) -> Json {
    match kind {
        Kind::Switch => json!(false),
        Kind::Integer => json!(0),
        Kind::Text | Kind::Quantity => json!(""),
        Kind::Choice(choices) => {
            json!(
                choices
                    .first()
                    .map(|choice| choice.value.as_str())
                    .unwrap_or_default()
            )
        }
        Kind::List(_) => json!([]),
        Kind::Section(below) => {
            let mut entries = Map::new();
            for setting in below.iter().filter(|setting| setting.required) {
                entries.insert(setting.key.clone(), blank(&setting.kind));
            }
            if entries.is_empty()
                && let Some(first) = below.first()
            {
                entries.insert(first.key.clone(), blank(&first.kind));
            }
            Json::Object(entries)
        }
        Kind::Yaml(name) if ["Volume", "Container"].contains(&name.as_str()) => json!({"name": ""}),
        Kind::Map | Kind::Scalars | Kind::Yaml(_) => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_elements_have_what_cannot_be_left_out() {
        let Some(env) = crate::sections::setting("env") else {
            panic!("env");
        };
        let Kind::List(item) = &env.kind else {
            panic!("list");
        };
        assert_eq!(blank(&item.kind), json!({"name": ""}));
    }
}
