//! Findings as commands that GitHub Actions turns into annotations.

use mlflow_k8s_core::diagnostic::{Diagnostic, Severity};
use mlflow_k8s_core::source::Sources;

use super::{Place, Silenced, message_and_help, printable};

/// One `::error file=…::message` line per finding, and one for what is silenced.
pub(crate) fn github(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    silenced: Silenced<'_>,
) -> String {
    let silenced = silenced
        .line()
        .map(|text| format!("::notice title=ignored::{}\n", message(&text)));
    diagnostics
        .iter()
        .map(|diagnostic| line(sources, diagnostic))
        .chain(silenced)
        .collect()
}

fn line(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let place = match Place::of(sources, diagnostic) {
        Some(Place {
            file: Some(file),
            start,
            end,
            ..
        }) if file != "-" => {
            let file = property(&file);
            // A column's end is taken to be on the line that the command names.
            let end = if end.line == start.line {
                format!(",endColumn={}", end.column)
            } else {
                format!(",endLine={}", end.line)
            };
            format!("file={file},line={},col={}{end},", start.line, start.column)
        }
        _ => String::new(),
    };
    let title = property(&diagnostic.code.to_string());
    let message = message(&message_and_help(diagnostic));
    format!("::{command} {place}title={title}::{message}\n")
}

/// A command ends with its line, and `%` begins an escape.
fn message(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\n', "%0A")
}

/// In a property `:` and `,` are separators too.
pub(super) fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
