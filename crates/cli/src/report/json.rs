//! Findings as a JSON array.

use mlflow_k8s_core::diagnostic::Diagnostic;
use mlflow_k8s_core::source::Sources;
use serde_json::{Value, json};

use super::{Place, is_unprintable};

/// One object per finding. `file` is null for a finding in a flag, a preset
/// or the defaults, which `source` names; `line` and `column` count from 1.
pub(crate) fn json(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let findings: Value = diagnostics
        .iter()
        .map(|diagnostic| {
            let place = Place::of(sources, diagnostic);
            json!({
                "code": diagnostic.code.id,
                "name": diagnostic.code.name,
                "severity": diagnostic.severity,
                "message": diagnostic.message,
                "path": diagnostic.path.to_string(),
                "source": place.as_ref().map(|place| &place.source),
                "file": place.as_ref().and_then(|place| place.file.as_ref()),
                "line": place.as_ref().map(|place| place.start.line),
                "column": place.as_ref().map(|place| place.start.column),
                "end_line": place.as_ref().map(|place| place.end.line),
                "end_column": place.as_ref().map(|place| place.end.column),
                "why": diagnostic.why(),
                "help": diagnostic.help,
                "fix": diagnostic.fix,
            })
        })
        .collect();
    json_text(&findings)
}

/// JSON, ending in a newline, that does nothing to a terminal: JSON itself
/// lets all controls above U+001F stand in a string.
pub(crate) fn json_text(value: &Value) -> String {
    let mut text = String::new();
    for character in format!("{value:#}").chars() {
        if is_unprintable(character) && character != '\n' {
            // All of them have four digits, and stand in strings only.
            text.push_str("\\u");
            text.extend((0..4).rev().filter_map(|digit| {
                char::from_digit((u32::from(character) >> (4 * digit)) & 0xF, 16)
            }));
        } else {
            text.push(character);
        }
    }
    text.push('\n');
    text
}
