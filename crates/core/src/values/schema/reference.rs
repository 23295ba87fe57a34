//! The reference of the values interface as Markdown, for people.

use std::fmt::Write;

use serde_json::Value;

use crate::path::ValuePath;
use crate::settings::{Item, Kind, Setting};
use crate::yaml::Node;

/// What each key of the first level is for in the manifests.
const RENDERS: &[(&str, &str)] = &[
    (
        "image",
        "the image of every container of ours, in the Deployment and the CronJob",
    ),
    ("imagePullSecrets", "`imagePullSecrets` of all pods"),
    ("fullnameOverride", "the name of every object"),
    ("replicaCount", "`replicas` of the Deployment"),
    ("deploymentStrategy", "`strategy` of the Deployment"),
    (
        "server",
        "the arguments and environment variables of the server container",
    ),
    ("probes", "the probes of the server container"),
    ("garbageCollection", "the CronJob"),
    ("service", "the Service"),
    ("ingress", "the Ingress"),
    ("httpRoute", "the HTTPRoute"),
    (
        "mlflow",
        "the stores' options of the server and of garbage collection",
    ),
    (
        "env",
        "`env` of the server and the garbage collection container",
    ),
    (
        "envFrom",
        "`envFrom` of the server and the garbage collection container",
    ),
    ("extraVolumes", "`volumes` of the server pods"),
    (
        "extraVolumeMounts",
        "`volumeMounts` of the server container",
    ),
    ("extraInitContainers", "`initContainers` of the server pods"),
    (
        "extraContainers",
        "`containers` of the server pods, after ours",
    ),
    (
        "tls",
        "the server's TLS options, a volume with the certificate, the scheme of probes and addresses",
    ),
    ("externalSecrets", "the SecretStore and the ExternalSecret"),
    ("networkPolicy", "the NetworkPolicy"),
    (
        "metrics",
        "the server's metrics option and a volume for it, the Service's annotations",
    ),
    ("serviceMonitor", "the ServiceMonitor"),
    ("podSecurityContext", "`securityContext` of all pods"),
    (
        "securityContext",
        "`securityContext` of our containers, a volume for `/tmp`",
    ),
    (
        "serviceAccount",
        "the ServiceAccount, and the pods' use of it",
    ),
    ("namespace_rbac", "the Role and the RoleBinding"),
    ("cluster_rbac", "the ClusterRole and the ClusterRoleBinding"),
    (
        "storage",
        "the PersistentVolumeClaim, and its volume in the pods",
    ),
    ("resources", "`resources` of the server container"),
    ("podAnnotations", "`annotations` of the pods"),
    ("podLabels", "`labels` of the pods"),
    ("nodeSelector", "`nodeSelector` of all pods"),
    ("tolerations", "`tolerations` of all pods"),
    ("affinity", "`affinity` of the server pods"),
    (
        "topologySpreadConstraints",
        "`topologySpreadConstraints` of the server pods",
    ),
    ("x-mlflow-k8s", "nothing: which findings are left out"),
];

/// Every key with its type, default, meaning, and what it renders.
pub fn reference() -> String {
    let settings = super::settings();
    let mut text = String::from(
        "# Values\n\n\
         Every key of `values.yaml`. The keys of the official chart mean what they mean there; all others are \
         extensions. All are there since version 0.1.0. `mlflow-k8s values` prints the same as a file with comments, \
         `mlflow-k8s schema` as JSON Schema for editors.\n\n\
         A default of *none* means that the key is not set: nothing is rendered for it, or what is sensible is derived \
         from the others.\n\n",
    );
    for setting in &settings {
        let _ = write!(text, "## {}\n\n{}\n\n", setting.key, setting.help);
        if let Some((_, renders)) = RENDERS.iter().find(|(key, _)| *key == setting.key) {
            let _ = write!(text, "Renders {renders}.\n\n");
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_what_it_renders() {
        let keys: Vec<String> = super::super::settings()
            .into_iter()
            .map(|setting| setting.key)
            .collect();
        let known: Vec<&str> = RENDERS.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, known);
    }

    #[test]
    fn rows_have_types_and_defaults() {
        let text = reference();
        for row in [
            "| `storage.size` | quantity | `\"10Gi\"` |",
            "| `service.port` | whole number |",
            "| `env[].name` (required) | text |",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
    }
}
