//! Every document is understood alike by readers that are not ours: a YAML
//! 1.2 library, PyYAML (YAML 1.1), and Kubernetes' own reader and types.

use std::path::Path;
use std::process::Command;

use mlflow_k8s_core::manifest::Manifest;
use mlflow_k8s_tests::diff::diff;
use mlflow_k8s_tests::{corpus, tools};
use serde_json::Value;

/// Every manifest of the corpus, with the name of its case.
fn manifests() -> Vec<(String, Manifest)> {
    corpus::rendered()
        .into_iter()
        .flat_map(|(case, set)| {
            set.manifests()
                .iter()
                .map(|manifest| {
                    let name = format!("{}, {}", case.name, manifest.file_name());
                    (name, manifest.clone())
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Fails with every place at which a reader understood something else.
fn assert_understood(manifests: &[(String, Manifest)], read: &[Value]) {
    assert_eq!(manifests.len(), read.len());
    let failures: Vec<String> = manifests
        .iter()
        .zip(read)
        .flat_map(|((name, manifest), read)| {
            let differences = diff(manifest.object(), read);
            differences
                .into_iter()
                .map(move |line| format!("{name}#{line}"))
        })
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn serde_yaml_understands_every_document() {
    let manifests = manifests();
    let read: Vec<Value> = manifests
        .iter()
        .map(|(name, manifest)| serde_yaml::from_str(&manifest.to_yaml()).expect(name))
        .collect();
    assert_understood(&manifests, &read);
}

#[test]
fn a_set_of_documents_is_read_as_its_documents() {
    for (case, set) in corpus::rendered() {
        let text = set.to_yaml();
        let read: Vec<Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|document| serde::Deserialize::deserialize(document).expect(&case.name))
            .collect();
        let meant: Vec<Value> = set
            .manifests()
            .iter()
            .map(|one| one.object().clone())
            .collect();
        assert_eq!(read, meant, "{}", case.name);
    }
}

#[test]
fn pyyaml_understands_every_document() {
    let Some(tools) = tools::folder() else { return };
    let manifests = manifests();
    let texts = texts(&manifests);
    assert_understood(&manifests, &pyyaml(&tools, &texts));
}

#[test]
fn kubernetes_reads_every_document() {
    let Some(tools) = tools::folder() else { return };
    let manifests = manifests();
    let texts = texts(&manifests);
    assert_understood(&manifests, &kubernetes(&tools, &texts));
}

#[test]
fn kubernetes_types_hold_everything_that_workloads_say() {
    let Some(tools) = tools::folder() else { return };
    let mut manifests = manifests();
    manifests.retain(|(_, manifest)| matches!(manifest.kind(), "Deployment" | "CronJob"));
    // Decodes into Kubernetes' own types and encodes from them: a wrong type
    // fails, an unknown field disappears. It has to change something to print.
    let mark = format!("{MARK}=1");
    let output = kubectl(
        &tools,
        &texts(&manifests),
        &["set", "env", "--local", &mark],
    );
    assert_eq!(manifests.len(), output.len());
    let failures: Vec<String> = manifests
        .iter()
        .zip(&output)
        .flat_map(|((name, manifest), typed)| {
            let mut typed = typed.clone();
            remove_mark(&mut typed);
            keep_what_is_said(manifest.object(), &mut typed);
            let differences = diff(manifest.object(), &typed);
            differences
                .into_iter()
                .map(move |line| format!("{name}#{line}"))
        })
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn texts(manifests: &[(String, Manifest)]) -> Vec<String> {
    manifests
        .iter()
        .map(|(_, manifest)| manifest.to_yaml())
        .collect()
}

/// What PyYAML reads in texts of one document each, by one process for all.
pub(crate) fn pyyaml(tools: &Path, texts: &[String]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/read_yaml.py");
    let input = serde_json::to_vec(texts).expect("texts are JSON");
    let mut python = Command::new(tools.join("bin/python"));
    let output = tools::run(python.arg(script), &input);
    serde_json::from_slice(&output).expect("the script prints JSON")
}

/// What Kubernetes' reader reads in texts of one object each, by one process for all.
pub(crate) fn kubernetes(tools: &Path, texts: &[String]) -> Vec<Value> {
    // Changes nothing, and prints what was read.
    let arguments = ["patch", "--local", "--type=merge", "--patch={}"];
    kubectl(tools, texts, &arguments)
}

/// What a local kubectl command prints about objects.
fn kubectl(tools: &Path, texts: &[String], arguments: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (number, text) in texts.iter().enumerate() {
        // kubectl takes the files of a folder by name.
        let file = folder.path().join(format!("{number:08}.yaml"));
        std::fs::write(file, text).expect("a file in a temporary folder");
    }
    let mut command = Command::new(tools.join("bin/kubectl"));
    command
        .args(arguments)
        .args(["--output=json", "--filename"])
        .arg(folder.path())
        // No cluster is asked, whatever the machine's configuration.
        .env("KUBECONFIG", folder.path().join("none"));
    let output = tools::run(&mut command, b"");
    serde_json::Deserializer::from_slice(&output)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("kubectl prints JSON")
}

/// A variable that is put into every container, to be taken away again.
const MARK: &str = "READ_BY_KUBERNETES";

fn remove_mark(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| item["name"] != MARK);
            items.iter_mut().for_each(remove_mark);
        }
        Value::Object(entries) => entries.values_mut().for_each(remove_mark),
        _ => {}
    }
}

/// Takes away what the types add by themselves (empty fields, such as
/// `status`), and writes quantities as they were written.
fn keep_what_is_said(said: &Value, typed: &mut Value) {
    match (said, typed) {
        (Value::Object(said), Value::Object(typed)) => {
            typed.retain(|key, value| said.contains_key(key) || !is_empty(value));
            for (key, value) in said {
                // Some of Go's fields cannot tell zero from nothing, and mean the same by both.
                if is_zero(value) && !typed.contains_key(key) {
                    typed.insert(key.clone(), value.clone());
                }
            }
            for (key, value) in typed {
                let Some(said) = said.get(key) else { continue };
                if matches!(key.as_str(), "limits" | "requests") {
                    if same_quantities(said, value) {
                        *value = said.clone();
                    }
                } else {
                    keep_what_is_said(said, value);
                }
            }
        }
        (Value::Array(said), Value::Array(typed)) => {
            for (said, typed) in said.iter().zip(typed) {
                keep_what_is_said(said, typed);
            }
        }
        _ => {}
    }
}

fn is_zero(value: &Value) -> bool {
    *value == 0 || *value == false || *value == ""
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.values().all(is_empty),
        _ => false,
    }
}

/// Whether two sets of quantities are the same; `2000m` is `2`.
fn same_quantities(one: &Value, other: &Value) -> bool {
    let millis = |value: &Value| -> Option<String> {
        let text = value.as_str()?;
        match text.strip_suffix('m') {
            Some(millis) => Some(millis.to_owned()),
            None if text.parse::<u64>().is_ok() => Some(format!("{text}000")),
            None => Some(text.to_owned()),
        }
    };
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else {
        return false;
    };
    one.len() == other.len()
        && one.iter().all(|(key, value)| {
            other
                .get(key)
                .is_some_and(|other| millis(other) == millis(value))
        })
}
