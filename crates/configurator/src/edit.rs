//! Edits that the form makes to the values text. Each takes the text and gives
//! the new one, so that they are tested without a page.

use mlflow_k8s_core::document::{Document, EditError};
use mlflow_k8s_core::path::{Segment, ValuePath};
use mlflow_k8s_core::values::default_tree;
use mlflow_k8s_core::yaml::Node;
use serde_json::{Map, Value as Json};

/// What became of the text.
pub type Edited = Result<String, EditError>;

/// The default at a path; `None` where the defaults have no such key.
pub fn default_at(path: &ValuePath) -> Option<Json> {
    default_tree()?.at(path).map(Node::to_json)
}

/// Writes a value. One that equals the default needs no line in the file.
pub fn write(text: &str, path: &ValuePath, wanted: &Json) -> Edited {
    let default = default_at(path);
    if default.as_ref() == Some(wanted) {
        return reset(text, path);
    }
    let wanted = match &default {
        Some(default) => over(default, wanted),
        None => wanted.clone(),
    };
    let mut document = Document::new(text);
    let root = document.root().map_err(EditError::Unreadable)?;
    if let Some((list, items)) = inherited_list(&root, path) {
        document.set(&list, &items)?;
    }
    set_least(&mut document, path, &wanted)?;
    Ok(document.into_text())
}

/// Writes values into a text that has none but those, by the smallest edits:
/// comments and what is as it should be stay.
pub fn write_values(text: &str, wanted: &Json) -> Edited {
    let mut document = Document::new(text);
    let root = ValuePath::root();
    for (key, value) in wanted.as_object().into_iter().flatten() {
        set_least(&mut document, &root.join(key.as_str()), value)?;
    }
    Ok(document.into_text())
}

/// Takes a value away, so that its default holds again, and the mappings that
/// it leaves empty.
pub fn reset(text: &str, path: &ValuePath) -> Edited {
    reset_all(text, std::slice::from_ref(path))
}

/// Takes several values away.
pub fn reset_all(text: &str, paths: &[ValuePath]) -> Edited {
    let mut document = Document::new(text);
    for path in paths {
        remove(&mut document, path)?;
    }
    Ok(without_braces(document.into_text()))
}

/// A text of which nothing is left has no `{}` either: what is added next would
/// go between the braces.
fn without_braces(text: String) -> String {
    if !text.lines().any(|line| line == "{}") {
        return text;
    }
    let rest: String = text
        .split_inclusive('\n')
        .filter(|line| line.trim_end() != "{}")
        .collect();
    let is_empty = |text: &str| {
        let root = Document::new(text).root();
        root.is_ok_and(|root| root.is_null() || root.to_json() == Json::Object(Map::new()))
    };
    if is_empty(&text) && is_empty(&rest) {
        rest
    } else {
        text
    }
}

/// Adds an element at the end of a list.
pub fn push(text: &str, list: &ValuePath, length: usize, item: &Json) -> Edited {
    write(text, &list.join(length), item)
}

/// Takes an element of a list away.
pub fn remove_item(text: &str, list: &ValuePath, index: usize) -> Edited {
    let path = list.join(index);
    let mut document = Document::new(text);
    let root = document.root().map_err(EditError::Unreadable)?;
    if let Some((list, items)) = inherited_list(&root, &path) {
        document.set(&list, &items)?;
    }
    document.remove(&path)?;
    let left = document.root().map_err(EditError::Unreadable)?;
    let left = left.at(list).map(Node::to_json);
    let default = default_at(list).unwrap_or_else(|| Json::Array(Vec::new()));
    if left.as_ref() == Some(&default) {
        remove(&mut document, list)?;
    }
    Ok(without_braces(document.into_text()))
}

/// Takes an entry of a mapping away. A default entry goes when it is null.
pub fn remove_entry(text: &str, path: &ValuePath) -> Edited {
    match default_at(path) {
        Some(default) if !default.is_null() => {
            let mut document = Document::new(text);
            document.set(path, &Json::Null)?;
            Ok(document.into_text())
        }
        _ => reset(text, path),
    }
}

/// Gives an entry of a mapping another name and keeps its value.
pub fn rename_entry(text: &str, map: &ValuePath, old: &str, new: &str, value: &Json) -> Edited {
    let text = remove_entry(text, &map.join(old))?;
    write(&text, &map.join(new), value)
}

fn remove(document: &mut Document, path: &ValuePath) -> Result<(), EditError> {
    document.remove(path)?;
    let mut path = path.clone();
    while let Some((_, parent)) = path.split_last() {
        let in_mapping = matches!(parent.split_last(), Some((Segment::Key(_), _)));
        let root = document.root().map_err(EditError::Unreadable)?;
        let is_empty = root
            .at(&parent)
            .is_some_and(|node| node.to_json() == Json::Object(Map::new()));
        if !in_mapping || !is_empty {
            break;
        }
        document.remove(&parent)?;
        path = parent;
    }
    Ok(())
}

/// The first list on the way to `path` that only the defaults have: an edit of
/// one of its elements needs all of it in the file, since lists are not merged.
fn inherited_list(root: &Node, path: &ValuePath) -> Option<(ValuePath, Json)> {
    let steps = path.segments();
    let position = steps
        .iter()
        .position(|step| matches!(step, Segment::Index(_)))?;
    let list = ValuePath::from(steps.get(..position)?.to_vec());
    let written = root.at(&list).is_some_and(|node| !node.is_null());
    let items = default_at(&list)?;
    let has_items = items.as_array().is_some_and(|items| !items.is_empty());
    (!written && has_items).then_some((list, items))
}

/// What has to be written over `default` to get `wanted`: entries that are as
/// they should be are left out, and those that should not be there are null.
fn over(default: &Json, wanted: &Json) -> Json {
    let (Json::Object(default), Json::Object(wanted)) = (default, wanted) else {
        return wanted.clone();
    };
    let mut entries = Map::new();
    for (key, value) in wanted {
        match default.get(key) {
            Some(same) if same == value => {}
            Some(other) => {
                entries.insert(key.clone(), over(other, value));
            }
            None => {
                entries.insert(key.clone(), value.clone());
            }
        }
    }
    for key in default.keys().filter(|key| !wanted.contains_key(*key)) {
        entries.insert(key.clone(), Json::Null);
    }
    Json::Object(entries)
}

/// Writes `wanted` by the smallest edits, so that comments inside of it stay.
fn set_least(document: &mut Document, path: &ValuePath, wanted: &Json) -> Result<(), EditError> {
    let root = document.root().map_err(EditError::Unreadable)?;
    let present = root.at(path).map(Node::to_json);
    match (&present, wanted) {
        (Some(present), wanted) if present == wanted => Ok(()),
        (Some(Json::Object(present)), Json::Object(wanted)) if !wanted.is_empty() => {
            for key in present.keys().filter(|key| !wanted.contains_key(*key)) {
                document.remove(&path.join(key.as_str()))?;
            }
            for (key, value) in wanted {
                set_least(document, &path.join(key.as_str()), value)?;
            }
            Ok(())
        }
        (Some(Json::Array(present)), Json::Array(wanted))
            if !present.is_empty() && present.len() <= wanted.len() =>
        {
            for (index, value) in wanted.iter().enumerate() {
                set_least(document, &path.join(index), value)?;
            }
            Ok(())
        }
        _ => document.set(path, wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> ValuePath {
        ValuePath::parse(text).unwrap()
    }

    #[test]
    fn a_default_needs_no_line() {
        let text = "# mine\nstorage:\n  enabled: true\n  size: 20Gi\n";
        let text = write(text, &path("storage.size"), &json!("10Gi")).unwrap();
        assert_eq!(text, "# mine\nstorage:\n  enabled: true\n");
        let text = write(&text, &path("storage.enabled"), &json!(false)).unwrap();
        assert_eq!(text, "# mine\n");
    }

    #[test]
    fn an_element_of_a_default_list_brings_the_list_along() {
        let text = write("", &path("ingress.hosts[0].host"), &json!("a.example")).unwrap();
        let node = Document::new(&*text).root().unwrap();
        assert_eq!(
            node.at(&path("ingress.hosts")).unwrap().to_json(),
            json!([{"host": "a.example", "paths": [{"path": "/", "pathType": "Prefix"}]}])
        );
        let text = push(
            &text,
            &path("ingress.hosts"),
            1,
            &json!({"host": "b.example"}),
        )
        .unwrap();
        let text = remove_item(&text, &path("ingress.hosts"), 0).unwrap();
        let node = Document::new(&*text).root().unwrap();
        assert_eq!(
            node.at(&path("ingress.hosts")).unwrap().to_json(),
            json!([{"host": "b.example"}])
        );
    }

    #[test]
    fn the_last_element_takes_its_list_along() {
        let text = push("", &path("env"), 0, &json!({"name": "A"})).unwrap();
        assert_eq!(remove_item(&text, &path("env"), 0).unwrap(), "");
    }

    #[test]
    fn default_entries_are_removed_by_null() {
        let text = remove_entry("", &path("server.value_options.workers")).unwrap();
        let node = Document::new(text).root().unwrap();
        assert_eq!(
            node.at(&path("server.value_options")).unwrap().to_json(),
            json!({"workers": null})
        );
        let text = write(
            "",
            &path("podSecurityContext"),
            &json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}),
        );
        let node = Document::new(text.unwrap()).root().unwrap();
        assert_eq!(
            node.to_json(),
            json!({"podSecurityContext": {"fsGroup": null, "runAsUser": null}})
        );
    }

    #[test]
    fn comments_inside_a_value_stay() {
        let text = "affinity:\n  nodeAffinity: # why\n    a: 1 # one\n    b: 2\n";
        let wanted = json!({"nodeAffinity": {"a": 1, "b": 3}});
        assert_eq!(
            write(text, &path("affinity"), &wanted).unwrap(),
            "affinity:\n  nodeAffinity: # why\n    a: 1 # one\n    b: 3\n"
        );
    }
}
