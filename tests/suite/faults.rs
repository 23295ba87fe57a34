//! One case for each numbered fault of the official chart: what it gets wrong, we get right.
//!
//! A case's `expect.yaml` tells the fault in a comment and says what must come out.

use std::collections::BTreeMap;

use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::manifest::ManifestSet;
use mlflow_k8s_core::{Outcome, Rules};
use mlflow_k8s_tests::corpus::{self, Case};
use serde::Deserialize;
use serde_json::Value;

/// What a case expects. Objects are named `Kind/name`, places in them are JSON pointers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expectation {
    /// The value at a place.
    objects: BTreeMap<String, BTreeMap<String, Value>>,
    /// A part of the text, or an element of the list, at a place.
    contains: BTreeMap<String, BTreeMap<String, Value>>,
    /// Objects (`Kind/name`) and places in objects (`Kind/name#/pointer`) that must not be there.
    absent: Vec<String>,
    /// The errors, all of them; nothing is rendered then.
    errors: Vec<Finding>,
}

/// A finding without its wording.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Finding {
    name: String,
    path: String,
}

#[test]
fn every_fault_of_the_chart_is_corrected() {
    let mut failures = Vec::new();
    for case in corpus::cases("faults") {
        for failure in check(&case) {
            failures.push(format!("{}: {failure}", case.name));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn check(case: &Case) -> Vec<String> {
    let text = case.read("expect.yaml").expect("a case has an expect.yaml");
    let expected: Expectation =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    // A case that is about what is rendered may hold what rules find fault with.
    let rules = if expected.errors.is_empty() {
        Rules::Skip
    } else {
        Rules::Run
    };
    let outcome = case.render(&rules);

    let mut failures = check_errors(&expected, &outcome);
    if !failures.is_empty() || !expected.errors.is_empty() {
        return failures;
    }
    let objects = objects(&outcome);
    assert!(
        !(expected.objects.is_empty()
            && expected.contains.is_empty()
            && expected.absent.is_empty()),
        "{} expects nothing",
        case.name
    );
    for (name, places) in &expected.objects {
        for (pointer, value) in places {
            match at(&objects, name, pointer) {
                Ok(actual) if actual == value => {}
                Ok(actual) => {
                    failures.push(format!("{name}#{pointer}: expected {value}, got {actual}"));
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    for (name, places) in &expected.contains {
        for (pointer, part) in places {
            match at(&objects, name, pointer) {
                Ok(actual) if contains(actual, part) => {}
                Ok(actual) => {
                    failures.push(format!(
                        "{name}#{pointer}: expected something with {part}, got {actual}"
                    ));
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    for place in &expected.absent {
        let (name, pointer) = place.split_once('#').unwrap_or((place, ""));
        if let Ok(actual) = at(&objects, name, pointer) {
            failures.push(format!("{place}: expected nothing, got {actual}"));
        }
    }
    failures
}

fn check_errors(expected: &Expectation, outcome: &Outcome) -> Vec<String> {
    let mut errors: Vec<Finding> = outcome
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| Finding {
            name: diagnostic.code.name.to_owned(),
            path: diagnostic.path.to_string(),
        })
        .collect();
    errors.sort();
    let mut wanted: Vec<&Finding> = expected.errors.iter().collect();
    wanted.sort();
    if errors.iter().eq(wanted.iter().copied()) {
        return Vec::new();
    }
    vec![format!("expected the errors {wanted:?}, got {errors:?}")]
}

fn objects(outcome: &Outcome) -> BTreeMap<String, &Value> {
    outcome
        .manifests
        .iter()
        .flat_map(ManifestSet::manifests)
        .map(|manifest| {
            let name = format!("{}/{}", manifest.kind(), manifest.name());
            (name, manifest.object())
        })
        .collect()
}

fn at<'a>(
    objects: &BTreeMap<String, &'a Value>,
    name: &str,
    pointer: &str,
) -> Result<&'a Value, String> {
    let Some(object) = objects.get(name) else {
        let names: Vec<&str> = objects.keys().map(String::as_str).collect();
        return Err(format!("there is no {name} among {}", names.join(", ")));
    };
    object
        .pointer(pointer)
        .ok_or_else(|| format!("{name} has nothing at {pointer}"))
}

fn contains(actual: &Value, part: &Value) -> bool {
    match (actual, part) {
        (Value::Array(items), part) => items.contains(part),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}
