//! Findings as SARIF 2.1.0, which code scanning reads.

use std::collections::BTreeSet;

use mlflow_k8s_core::diagnostic::{Code, Diagnostic, Severity};
use mlflow_k8s_core::source::{Origin, Sources};
use serde_json::{Value, json};

use super::{Place, json_text, message_and_help};

/// One run with the rules that found something.
pub(crate) fn sarif(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let codes: BTreeSet<Code> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    let rules: Value = codes
        .iter()
        .map(|code| {
            json!({
                "id": code.id,
                "name": code.name,
                "shortDescription": { "text": code.name.replace('-', " ") },
            })
        })
        .collect();
    let results: Value = diagnostics
        .iter()
        .map(|diagnostic| {
            json!({
                "ruleId": diagnostic.code.id,
                "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
                "level": level(diagnostic.severity),
                "message": { "text": message_and_help(diagnostic) },
                "locations": [location(sources, diagnostic)],
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mlflow-k8s",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    json_text(&log)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// The setting, and the place in a file. Code scanning refuses a result
/// without a file, so what is in none (a missing key, a flag) is put at the
/// head of the first one.
fn location(sources: &Sources, diagnostic: &Diagnostic) -> Value {
    let logical = json!([{ "fullyQualifiedName": diagnostic.path.to_string() }]);
    let physical = match Place::of(sources, diagnostic) {
        Some(Place {
            file: Some(file),
            start,
            end,
            ..
        }) if file != "-" => json!({
            "artifactLocation": { "uri": uri(&file) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        }),
        _ => match first_file(sources) {
            Some(file) => json!({
                "artifactLocation": { "uri": uri(file) },
                "region": { "startLine": 1 },
            }),
            None => return json!({ "logicalLocations": logical }),
        },
    };
    json!({ "physicalLocation": physical, "logicalLocations": logical })
}

fn first_file(sources: &Sources) -> Option<&str> {
    sources.iter().find_map(|source| match &source.origin {
        Origin::File(name) if name != "-" => Some(name.as_str()),
        _ => None,
    })
}

/// A file's name as a URI, relative where the name is.
pub(super) fn uri(file: &str) -> String {
    let mut uri = String::new();
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.extend(['%', hex(byte >> 4), hex(byte & 0xF)]),
        }
    }
    uri
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}
