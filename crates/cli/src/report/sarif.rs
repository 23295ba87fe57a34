//! Findings as SARIF 2.1.0, which code scanning reads.

use std::collections::BTreeSet;

use mlflow_k8s_core::diagnostic::{Code, Diagnostic, Severity};
use mlflow_k8s_core::rules;
use mlflow_k8s_core::source::{Origin, Sources};
use serde_json::{Value, json};

use super::{Place, Silenced, json_text, message_and_help};

/// One run with the rules that found something.
pub(crate) fn sarif(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    silenced: Silenced<'_>,
) -> String {
    let codes: BTreeSet<Code> = diagnostics
        .iter()
        .chain(silenced.diagnostics)
        .map(|diagnostic| diagnostic.code)
        .collect();
    let descriptors: Value = codes.iter().copied().map(descriptor).collect();
    let result = |diagnostic: &Diagnostic| {
        json!({
            "ruleId": diagnostic.code.id,
            "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
            "level": level(diagnostic.severity),
            "message": { "text": message_and_help(diagnostic) },
            "locations": [location(sources, diagnostic)],
        })
    };
    let shown = diagnostics.iter().map(|diagnostic| {
        let mut result = result(diagnostic);
        // Said of one result, it has to be said of all.
        if !silenced.diagnostics.is_empty() {
            put(&mut result, "suppressions", json!([]));
        }
        result
    });
    let suppressed = silenced.diagnostics.iter().map(|diagnostic| {
        let (kind, by) = if silenced.is_by_flag(diagnostic.code) {
            ("external", "--ignore")
        } else {
            ("inSource", "x-mlflow-k8s.ignore")
        };
        let mut result = result(diagnostic);
        let suppressions = json!([{ "kind": kind, "justification": by }]);
        put(&mut result, "suppressions", suppressions);
        result
    });
    let results: Value = shown.chain(suppressed).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mlflow-k8s",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    json_text(&log)
}

/// What the code's findings are about. A rule brings its page along.
fn descriptor(code: Code) -> Value {
    let mut descriptor = json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": { "text": code.summary },
    });
    let severity = if let Some(rule) = rules::find(code.id) {
        put(
            &mut descriptor,
            "fullDescription",
            json!({ "text": rule.page.why }),
        );
        let help = json!({ "text": rule.page.why, "markdown": rules::page(rule) });
        put(&mut descriptor, "help", help);
        rule.severity
    } else {
        Severity::Error
    };
    let level = json!({ "level": level(severity) });
    put(&mut descriptor, "defaultConfiguration", level);
    descriptor
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(key.to_owned(), value);
    }
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
