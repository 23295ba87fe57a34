//! What one render of the text gives to the page.

use mlflow_k8s_core::diagnostic::{Diagnostic, Fix, Severity};
use mlflow_k8s_core::document::Document;
use mlflow_k8s_core::explain::Explainer;
use mlflow_k8s_core::fix::apply_fixes;
use mlflow_k8s_core::layers::{Layer, object_kind};
use mlflow_k8s_core::manifest::{Manifest, ManifestSet};
use mlflow_k8s_core::path::{Segment, ValuePath};
use mlflow_k8s_core::release::{KubeVersion, Release};
use mlflow_k8s_core::source::{Origin, Sources, Span};
use mlflow_k8s_core::yaml::{Node, Scalar, Value};
use mlflow_k8s_core::{ActiveFeature, Outcome, Rules};
use std::sync::Arc;

/// The name of the text in messages.
pub const FILE: &str = "values.yaml";

/// What is chosen beside the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name of the release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Whether the Namespace is rendered too.
    pub create_namespace: bool,
    /// The oldest Kubernetes version it must be good for, `1.34`; empty for any.
    pub kube_version: String,
}

impl Default for Target {
    fn default() -> Self {
        let release = Release::default();
        Self {
            name: release.name,
            namespace: release.namespace,
            create_namespace: release.create_namespace,
            kube_version: String::new(),
        }
    }
}

impl Target {
    /// As the core takes it.
    pub fn release(&self) -> Release {
        Release {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            create_namespace: self.create_namespace,
            kube_version: self.kube_version.parse::<KubeVersion>().ok(),
        }
    }
}

/// One object of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Names it among the others, and its file.
    pub file_name: String,
    /// `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its document, from `---` to the last newline.
    pub text: Arc<str>,
}

impl Object {
    fn new(manifest: &Manifest) -> Self {
        Self {
            file_name: manifest.file_name(),
            kind: manifest.kind().to_owned(),
            name: manifest.name().to_owned(),
            text: format!("---\n{}", manifest.to_yaml()).into(),
        }
    }
}

/// Every object of an output, in apply order.
pub type Objects = Arc<Vec<Object>>;

/// The text of the download.
pub fn manifests_text(objects: &[Object]) -> String {
    objects.iter().map(|object| &*object.text).collect()
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// `MK101`.
    pub id: &'static str,
    /// `unknown-key`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The setting it speaks of.
    pub path: ValuePath,
    /// The bytes of the values text that it points at.
    pub bytes: Option<(usize, usize)>,
    /// The line of the values text, from 1.
    pub line: Option<usize>,
    /// What to write instead.
    pub help: Option<String>,
    /// What removes its cause.
    pub fix: Option<Fix>,
}

impl Problem {
    fn new(finding: Diagnostic, sources: &Sources) -> Self {
        let written = finding.span.filter(|span| is_written(sources, *span));
        Self {
            id: finding.code.id,
            name: finding.code.name,
            severity: finding.severity,
            message: finding.message,
            path: finding.path,
            bytes: written.map(|span| (span.start, span.end)),
            line: written
                .and_then(|span| sources.location(span))
                .map(|place| place.line),
            help: finding.help,
            fix: finding.fix,
        }
    }
}

fn is_written(sources: &Sources, span: Span) -> bool {
    sources
        .get(span.source)
        .is_some_and(|source| matches!(source.origin, Origin::File(_)))
}

/// What one render gives.
#[derive(Clone, Debug)]
pub struct View {
    /// Findings, errors first.
    pub problems: Vec<Problem>,
    /// The objects; those of the last good text when this one has an error.
    pub objects: Objects,
    /// The same objects as the core has them.
    pub manifests: Arc<ManifestSet>,
    /// Whether the objects are those of an earlier text.
    pub stale: bool,
    /// The values, defaults included; those of the last text that could be read
    /// when this one cannot.
    pub merged: Arc<Node>,
    /// The features that are on, in the same text.
    pub features: Vec<ActiveFeature>,
    /// Whether this text cannot be read.
    pub unreadable: bool,
    /// The kind of the Kubernetes object that stands in place of values. An
    /// edit of the form would go into it.
    pub object: Option<String>,
}

impl View {
    /// Renders a text. `before` has what is shown while the text has an error.
    pub fn of(text: &str, target: &Target, before: Option<&Self>) -> Self {
        let outcome = render(text, target);
        let fresh = outcome.manifests.map(|set| {
            let objects: Vec<Object> = set.manifests().iter().map(Object::new).collect();
            match before {
                // The same pointers tell readers that nothing has changed.
                Some(before) if *before.objects == objects => {
                    (before.objects.clone(), before.manifests.clone())
                }
                _ => (Arc::new(objects), Arc::new(set)),
            }
        });
        let stale = fresh.is_none();
        let unreadable = !outcome.all_read;
        let object = unreadable
            .then(|| Document::new(text).root().ok())
            .flatten()
            .and_then(|root| object_kind(&root));
        let (merged, features) = match before {
            // It is being typed: the form keeps what it has.
            Some(before) if unreadable => (before.merged.clone(), before.features.clone()),
            _ => (Arc::new(outcome.merged), outcome.features),
        };
        let (objects, manifests) = fresh
            .or_else(|| before.map(|before| (before.objects.clone(), before.manifests.clone())))
            .unwrap_or_default();
        Self {
            problems: outcome
                .diagnostics
                .into_iter()
                .map(|finding| Problem::new(finding, &outcome.sources))
                .collect(),
            objects,
            manifests,
            stale,
            merged,
            features,
            unreadable,
            object,
        }
    }
}

/// The pipeline over one text.
pub fn render(text: &str, target: &Target) -> Outcome {
    mlflow_k8s_core::render(&[layer(text)], &target.release(), &Rules::Run)
}

fn layer(text: &str) -> Layer {
    Layer::File {
        name: FILE.to_owned(),
        text: text.to_owned(),
    }
}

/// The text after every fix of an error or a warning that can be applied.
pub fn fix_all(text: &str, target: &Target) -> String {
    fix(text, target, &|finding| {
        finding.severity <= Severity::Warning
    })
}

/// The text after the fixes of the findings that are wanted.
pub fn fix(text: &str, target: &Target, wanted: &dyn Fn(&Diagnostic) -> bool) -> String {
    let report = apply_fixes(&[layer(text)], &target.release(), &Rules::Run, wanted);
    report.text().unwrap_or(text).to_owned()
}

/// What explains the manifests of a text; `None` when it cannot be read.
pub fn explainer(text: &str, target: &Target) -> Option<Explainer> {
    Explainer::new(&[layer(text)], &target.release())
}

/// The bytes of the values text that a place covers, and its line, from 1;
/// `None` for what stands in the defaults.
pub fn place_in_text(sources: &Sources, span: Span) -> Option<((usize, usize), usize)> {
    let line = is_written(sources, span)
        .then(|| sources.location(span))??
        .line;
    Some(((span.start, span.end), line))
}

/// A value as a control shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its text.
    pub text: String,
    /// Whether a switch is on.
    pub on: bool,
}

impl Field {
    /// The value at a path.
    pub fn at(merged: &Node, path: &ValuePath) -> Self {
        match merged.at(path) {
            Some(node) => Self {
                text: scalar_text(node),
                on: node.to_json() == serde_json::Value::Bool(true),
            },
            // A mapping above may be null or gone.
            None => {
                let default = crate::edit::default_at(path).unwrap_or_default();
                Self {
                    text: json_text(&default),
                    on: default == serde_json::Value::Bool(true),
                }
            }
        }
    }
}

fn json_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A scalar as its author wrote it; empty for null and collections.
pub fn scalar_text(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) if scalar.is_null() => String::new(),
        Value::Scalar(Scalar::Plain(text) | Scalar::String(text)) => text.clone(),
        Value::Scalar(scalar) => json_text(&scalar.to_json()),
        Value::Sequence(_) | Value::Mapping(_) => String::new(),
    }
}

/// How many values below a path the user has set to something other than the
/// default.
pub fn changed_below(merged: &Node, path: &ValuePath) -> usize {
    let Some(node) = merged.at(path) else {
        return 0;
    };
    let default = mlflow_k8s_core::values::default_tree().and_then(|tree| tree.at(path));
    changed(node, default)
}

fn changed(node: &Node, default: Option<&Node>) -> usize {
    match (&node.value, default.map(|default| &default.value)) {
        (Value::Mapping(entries), Some(Value::Mapping(_)) | None) => entries
            .iter()
            .map(|entry| {
                let default = default.and_then(|default| default.entry(&entry.key));
                changed(&entry.value, default.map(|entry| &entry.value))
            })
            .sum(),
        _ if node.span.is_default() => 0,
        _ => usize::from(default.map(Node::to_json) != Some(node.to_json())),
    }
}

/// The length of the list at a path.
pub fn list_length(merged: &Node, path: &ValuePath) -> usize {
    match merged.at(path).map(|node| &node.value) {
        Some(Value::Sequence(items)) => items.len(),
        _ => 0,
    }
}

/// The keys of the mapping at a path whose values are not null.
pub fn keys(merged: &Node, path: &ValuePath) -> Vec<String> {
    match merged.at(path).map(|node| &node.value) {
        Some(Value::Mapping(entries)) => entries
            .iter()
            .filter(|entry| !entry.value.is_null())
            .map(|entry| entry.key.clone())
            .collect(),
        _ => Vec::new(),
    }
}

/// The path in which indexes are left out, for looking up what is known of it.
pub fn without_indexes(path: &ValuePath) -> ValuePath {
    let keys: Vec<Segment> = path
        .segments()
        .iter()
        .filter(|step| matches!(step, Segment::Key(_)))
        .cloned()
        .collect();
    ValuePath::from(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "mlflow:\n  backendStoreUri: sqlite:////mlflow/mlflow.db\nstorage:\n  enabled: true\n  size: 10Gi\n";

    #[test]
    fn the_form_keeps_its_values_while_the_text_cannot_be_read() {
        let good = View::of(GOOD, &Target::default(), None);
        let unfinished = format!("{GOOD}stor");
        let object = "apiVersion: v1\nkind: Service\n";
        for broken in [unfinished.as_str(), "a: [", "- a", object] {
            let view = View::of(broken, &Target::default(), Some(&good));
            assert!(view.unreadable, "{broken}");
            assert!(Arc::ptr_eq(&view.merged, &good.merged), "{broken}");
            let kind = (broken == object).then_some("Service");
            assert_eq!(view.object.as_deref(), kind, "{broken}");
        }
        // A setting that is not there is one that can be read.
        let renamed = GOOD.replace("storage:", "storrage:");
        for other in [renamed.as_str(), "", "# nothing yet\n"] {
            let view = View::of(other, &Target::default(), Some(&good));
            assert!(!view.unreadable, "{other}");
            let storage = ValuePath::root().join("storage");
            assert_eq!(changed_below(&view.merged, &storage), 0, "{other}");
        }
    }

    #[test]
    fn every_fix_is_applied() {
        let text = "image:\n  tga: v3.17.2\nreplicaCout: 1\n";
        let fixed = fix_all(text, &Target::default());
        assert!(fixed.contains("tag: v3.17.2"), "{fixed}");
        assert!(fixed.contains("replicaCount: 1"), "{fixed}");
    }

    #[test]
    fn the_objects_together_are_the_download() {
        let view = View::of(GOOD, &Target::default(), None);
        let outcome = render(GOOD, &Target::default());
        let text = manifests_text(&view.objects);
        assert_eq!(text, outcome.manifests.unwrap().to_yaml());
        assert!(!view.stale);
    }

    #[test]
    fn an_error_leaves_the_last_good_output() {
        let good = View::of(GOOD, &Target::default(), None);
        let bad = View::of("storage: [", &Target::default(), Some(&good));
        assert!(bad.stale);
        assert!(Arc::ptr_eq(&good.objects, &bad.objects));
        assert_eq!(
            bad.problems.first().and_then(|problem| problem.line),
            Some(1)
        );
        let again = View::of(GOOD, &Target::default(), Some(&bad));
        assert!(Arc::ptr_eq(&good.objects, &again.objects));
    }

    #[test]
    fn fields_show_the_text_or_the_default() {
        let view = View::of(GOOD, &Target::default(), None);
        let at = |path: &str| Field::at(&view.merged, &ValuePath::parse(path).unwrap());
        assert!(at("storage.enabled").on && !at("ingress.enabled").on);
        assert_eq!(at("storage.size").text, "10Gi");
        assert_eq!(at("storage.mountPath").text, "/mlflow");
        // Nothing is there that the default could stand beside.
        let nothing = View::of("storage: null\n", &Target::default(), None);
        let size = ValuePath::root().join("storage").join("size");
        assert_eq!(Field::at(&nothing.merged, &size).text, "10Gi");
        let count = |path: &str| changed_below(&view.merged, &ValuePath::parse(path).unwrap());
        assert_eq!(
            (count("storage"), count("mlflow"), count("ingress")),
            (1, 1, 0)
        );
    }
}
