//! What real Helm 3.19 makes of values files and `--set` flags, line by line:
//! `tests/corpus/set/set.tsv` holds an expression and the resulting values.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy takes helpers of tests for product code"
)]

use std::path::{Path, PathBuf};

use mlflow_k8s_core::diagnostic::has_errors;
use mlflow_k8s_core::layers::{Layer, merge, set_file_names};
use serde_json::Value;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/set")
}

#[test]
fn every_line_of_the_table_is_as_in_helm() {
    let table = std::fs::read_to_string(corpus().join("set.tsv")).unwrap();
    let faults: Vec<String> = table.lines().filter_map(fault_of).collect();
    assert!(table.lines().count() > 80);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// How we differ from Helm on one line, if we do.
fn fault_of(line: &str) -> Option<String> {
    let (expression, expected) = line.split_once('\t').unwrap();
    let words = split(expression);
    let mut words = words.iter();
    let mut layers = Vec::new();
    while let (Some(flag), Some(value)) = (words.next(), words.next()) {
        layers.push(layer(flag, value));
    }
    let mut diagnostics = Vec::new();
    let user = merge(&layers, &mut diagnostics).user.to_json();
    let refused = has_errors(&diagnostics);
    let agrees = if expected.starts_with("ERROR") {
        refused
    } else {
        !refused && same(&user, &serde_json::from_str(expected).unwrap())
    };
    (!agrees).then(|| format!("{expression}\n  Helm: {expected}\n  ours: {user} {diagnostics:?}"))
}

fn layer(flag: &str, value: &str) -> Layer {
    let expression = value.to_owned();
    let read = |name: &str| std::fs::read_to_string(corpus().join("files").join(name)).unwrap();
    match flag {
        "-f" => Layer::File {
            text: read(value),
            name: expression,
        },
        "--set" => Layer::Set(expression),
        "--set-string" => Layer::SetString(expression),
        "--set-json" => Layer::SetJson(expression),
        "--set-file" => Layer::SetFile {
            contents: set_file_names(value)
                .unwrap()
                .iter()
                .map(|name| read(name))
                .collect(),
            expression,
        },
        "--set-literal" => Layer::SetLiteral(expression),
        other => panic!("no flag `{other}`"),
    }
}

/// The words of a shell line that quotes with `'` only.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words
}

/// Equality of data: in Helm, a number from a file is a float.
fn same(ours: &Value, helms: &Value) -> bool {
    match (ours, helms) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(ours), Value::Array(helms)) => {
            ours.len() == helms.len() && ours.iter().zip(helms).all(|(one, other)| same(one, other))
        }
        (Value::Object(ours), Value::Object(helms)) => {
            ours.len() == helms.len()
                && ours
                    .iter()
                    .all(|(key, one)| helms.get(key).is_some_and(|other| same(one, other)))
        }
        _ => ours == helms,
    }
}
