//! The merged tree to typed [`Values`].

use super::{Refused, Values, deserializer};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::kubernetes::{SETTINGS, Schema, Type};
use crate::path::{Place, Segment, ValuePath};
use crate::source::SourceId;
use crate::yaml::{Node, Value};

/// Reads the merged tree. Every fault is reported; the second result names
/// the places that could not be read and have their defaults in `Values`.
pub(crate) fn read(merged: &Node, diagnostics: &mut Vec<Diagnostic>) -> (Values, Vec<ValuePath>) {
    let (values, left_out) = deserializer::from_node::<Values>(merged, diagnostics);
    each_object(merged, &mut |schema, node, place| {
        missing_keys(schema, node, place, diagnostics);
    });
    (values, left_out)
}

/// Reads a variation of a tree that [`read`] could read. Nothing is checked
/// beyond the types.
pub(crate) fn read_variation(merged: &Node) -> Result<Values, Refused> {
    deserializer::from_variation(merged)
}

/// Shows every object of Kubernetes, or part of a custom resource, that a user
/// wrote: its fields, its node and its place. A null in a list is one too.
pub(crate) fn each_object(merged: &Node, visit: &mut dyn FnMut(&'static Schema, &Node, Place<'_>)) {
    for (path, kind) in SETTINGS {
        // A fault of a default is none that the user can fix.
        let written = path.split('.').try_fold(merged, |node, key| {
            let below = &node.entry(key)?.value;
            (!below.span.is_default()).then_some(below)
        });
        if let Some(node) = written {
            each_object_below(node, kind, Place::Setting(path), visit);
        }
    }
}

fn each_object_below(
    node: &Node,
    kind: &Type,
    place: Place<'_>,
    visit: &mut dyn FnMut(&'static Schema, &Node, Place<'_>),
) {
    match (&node.value, kind) {
        (Value::Sequence(items), Type::List(element)) => {
            for (index, item) in items.iter().enumerate() {
                each_object_below(item, element, Place::Index(&place, index), visit);
            }
        }
        (Value::Mapping(entries), Type::Map(element)) => {
            for entry in entries {
                let place = Place::Key(&place, &entry.key);
                each_object_below(&entry.value, element, place, visit);
            }
        }
        (Value::Mapping(entries), Type::Object(schema)) => {
            visit(schema, node, place);
            for entry in entries {
                if let Some(kind) = schema.field(&entry.key)
                    && !entry.value.is_null()
                {
                    let place = Place::Key(&place, &entry.key);
                    each_object_below(&entry.value, kind, place, visit);
                }
            }
        }
        (_, Type::Object(schema)) if is_empty_element(node, place) => visit(schema, node, place),
        _ => {}
    }
}

/// Reports the fields that Kubernetes requires and nobody wrote.
fn missing_keys(schema: &Schema, node: &Node, place: Place<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for key in schema.required {
        if node.entry(key).is_some_and(|entry| !entry.value.is_null()) {
            continue;
        }
        let path = Place::Key(&place, key).path();
        let message = format!("`{path}` is missing");
        diagnostics.push(
            Diagnostic::error(Code::MISSING_KEY, path, message)
                .at(node.span)
                .help(format!(
                    "add `{key}`: Kubernetes refuses the object without it"
                )),
        );
    }
}

/// A null in a list is an object of which nothing was written: the ones that
/// `--set 'l[1].a=b'` puts before its own.
fn is_empty_element(node: &Node, place: Place<'_>) -> bool {
    matches!(place, Place::Index(..)) && node.is_null()
}

/// Keys of the official chart that are left out on purpose: why, and what
/// does their work.
const LEFT_OUT: &[(&str, &str, &str)] = &[(
    "migrations",
    "the official chart's job passes an option that MLflow does not have",
    "remove it: a newer MLflow upgrades the database tables when it first starts, so back up the \
     database before you upgrade; if MLflow asks for `mlflow db upgrade`, run it in \
     `extraInitContainers`",
)];

/// An unknown key, with the key that was most likely meant: a neighbour of a
/// similar name, or the same name elsewhere (a wrong indentation).
pub(super) fn unknown_key(path: &ValuePath, node: &Node, siblings: &[&str]) -> Diagnostic {
    let Some((Segment::Key(key), parent)) = path.split_last() else {
        return Diagnostic::error(Code::UNKNOWN_KEY, path.clone(), "an unknown key");
    };
    let key = key.as_str();
    let is_at_top = parent.segments().is_empty();
    if let Some((_, reason, instead)) = LEFT_OUT.iter().find(|(name, ..)| is_at_top && *name == key)
    {
        let message = format!("there is no setting `{path}`: {reason}");
        return Diagnostic::error(Code::UNKNOWN_KEY, path.clone(), message)
            .help(*instead)
            .fix_remove(format!("Remove `{path}`"), path);
    }
    let diagnostic = Diagnostic::error(
        Code::UNKNOWN_KEY,
        path.clone(),
        format!("there is no setting `{path}`"),
    );
    if let Some(meant) = deserializer::nearest(key, siblings) {
        return renamed(diagnostic, node, &parent.join(meant), "");
    }
    let elsewhere = default_tree()
        .map(|defaults| places_of(key, defaults, &ValuePath::root()))
        .unwrap_or_default();
    if let [place] = elsewhere.as_slice() {
        let indentation = format!(" Check the indentation of `{key}`");
        return renamed(diagnostic, node, place, &indentation);
    }
    let known = deserializer::one_of(siblings);
    let diagnostic = if is_at_top || siblings.len() > 12 {
        diagnostic
            .help("`mlflow-k8s values` lists all settings; keys that start with `x-` are ignored")
    } else {
        diagnostic.help(format!("use a key that `{parent}` has: {known}"))
    };
    diagnostic.fix_remove(format!("Remove `{path}`"), path)
}

fn renamed(diagnostic: Diagnostic, node: &Node, meant: &ValuePath, more: &str) -> Diagnostic {
    let edits = vec![
        Edit::remove(&diagnostic.path),
        Edit::set(meant, node.to_json()),
    ];
    Diagnostic {
        fix: Some(Fix {
            title: format!("Rename it to `{meant}`"),
            edits,
            then: None,
        }),
        ..diagnostic.help(format!("did you mean `{meant}`?{more}"))
    }
}

/// The default values, parsed once.
pub fn default_tree() -> Option<&'static Node> {
    static TREE: std::sync::OnceLock<Option<Node>> = std::sync::OnceLock::new();
    TREE.get_or_init(|| crate::yaml::read(super::DEFAULTS, SourceId::DEFAULTS, &mut Vec::new()))
        .as_ref()
}

fn places_of(key: &str, node: &Node, path: &ValuePath) -> Vec<ValuePath> {
    let Value::Mapping(entries) = &node.value else {
        return Vec::new();
    };
    entries
        .iter()
        .flat_map(|entry| {
            let here = path.join(entry.key.as_str());
            let below = places_of(key, &entry.value, &here);
            (entry.key == key).then_some(here).into_iter().chain(below)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree of a file that somebody wrote.
    fn written(text: &str) -> Node {
        let origin = crate::source::Origin::File("values.yaml".to_owned());
        let source = crate::source::Sources::new().add(origin, text.to_owned());
        crate::yaml::read(text, source, &mut Vec::new()).unwrap()
    }

    /// What is said of the one fault of a text.
    fn fault(text: &str) -> Diagnostic {
        let merged = written(text);
        let mut diagnostics = Vec::new();
        read(&merged, &mut diagnostics);
        assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
        diagnostics.remove(0)
    }

    #[test]
    fn an_element_of_which_nothing_was_written_lacks_its_keys() {
        let merged = written("extraVolumes: [null, {name: a}]\nsecurityContext: null\n");
        let mut diagnostics = Vec::new();
        read(&merged, &mut diagnostics);
        let paths: Vec<String> = diagnostics
            .iter()
            .map(|found| format!("{} {}", found.code.id, found.path))
            .collect();
        assert_eq!(paths, ["MK103 extraVolumes[0].name"]);
    }

    #[test]
    fn what_nobody_wrote_has_the_default_values() {
        let merged = written(crate::values::DEFAULTS);
        let mut diagnostics = Vec::new();
        let (values, left_out) = read(&merged, &mut diagnostics);
        assert_eq!(diagnostics, []);
        assert!(left_out.is_empty());
        assert_eq!(values, Values::default());
        assert_eq!(read_variation(&merged).unwrap(), values);
        assert_eq!(read_variation(default_tree().unwrap()).unwrap(), values);
        assert_eq!(read(default_tree().unwrap(), &mut diagnostics).0, values);
    }

    #[test]
    fn numbers_that_are_too_large() {
        let probe = |rest: &str| {
            fault(&format!(
                "extraContainers: [{{name: a, livenessProbe: {{{rest}}}}}]\n"
            ))
            .message
        };
        assert_eq!(
            probe("periodSeconds: 99999999999"),
            "`extraContainers[0].livenessProbe.periodSeconds` is 99999999999, but must be \
             from -2147483648 to 2147483647"
        );
        assert_eq!(
            probe("httpGet: {port: 99999999999}"),
            "`extraContainers[0].livenessProbe.httpGet.port`: 99999999999 is not in \
             the range from -2147483648 to 2147483647"
        );
    }

    #[test]
    fn what_the_official_chart_has_and_this_has_not() {
        let fault = fault("migrations: {enabled: true}\n");
        assert_eq!(
            fault.message,
            "there is no setting `migrations`: the official chart's job passes an option that \
             MLflow does not have"
        );
        assert!(fault.help.unwrap().starts_with("remove it: "));
        assert_eq!(
            fault.fix.unwrap().edits,
            [Edit::remove(&ValuePath::parse("migrations").unwrap())]
        );
        // Below another key it is a slip like any other.
        let path = ValuePath::parse("storage.migrations").unwrap();
        let node = Node::null(crate::source::Span::new(SourceId::DEFAULTS, 0, 0));
        assert_eq!(
            unknown_key(&path, &node, &["enabled"]).message,
            "there is no setting `storage.migrations`"
        );
    }
}
