//! Findings as rustc shows them.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use mlflow_k8s_core::diagnostic::{Diagnostic, Edit, Fix, Severity};
use mlflow_k8s_core::source::{Sources, Span};

use super::printable;
use crate::failure::print;

/// More findings than anyone reads; the rest is counted.
const MOST: usize = 100;

/// A longer line is not shown: the place says enough, and a screen full of
/// one line says nothing.
const LONGEST_LINE: usize = 2_000;

/// Shows findings on standard error, and how many there are.
pub(crate) fn text(sources: &Sources, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics.iter().take(MOST) {
        print(&rendered(&Renderer::styled(), sources, diagnostic));
        print("");
    }
    if let Some(summary) = summary(diagnostics) {
        print(&summary);
    }
}

pub(super) fn rendered(renderer: &Renderer, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO.with_name("hint"),
    };
    let mut group = Group::with_title(
        level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code.id),
    );
    if let Some(element) = diagnostic.span.and_then(|span| excerpt(sources, span)) {
        group = group.element(element);
    }
    if let Some(help) = &diagnostic.help {
        // Unlike titles and source lines, messages are shown as they are.
        group = group.element(Level::HELP.message(printable(help)));
    }
    if let Some(fix) = &diagnostic.fix {
        group = group.element(Level::NOTE.with_name("fix").message(printable(&steps(fix))));
    }
    renderer.render(&[group])
}

/// The line of a span with the span underlined; of several lines the first.
fn excerpt(sources: &Sources, span: Span) -> Option<Element<'_>> {
    let source = sources.get(span.source)?;
    let place = sources.location(span)?;
    let name = source.origin.to_string();
    let start = span.start.min(source.text.len());
    let line_start = source.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = source.text.get(line_start..)?;
    let line = rest.split(['\n', '\r']).next()?;
    if line.len() > LONGEST_LINE {
        let origin = Origin::path(name)
            .line(place.line)
            .char_column(place.column);
        return Some(origin.into());
    }
    let from = (start - line_start).min(line.len());
    let to = (span.end.max(start) - line_start).min(line.len());
    // The library panics within a character.
    let to = (from..=to).rev().find(|at| line.is_char_boundary(*at))?;
    let snippet = Snippet::source(line)
        .path(name)
        .line_start(place.line)
        .annotation(AnnotationKind::Primary.span(from..to));
    Some(snippet.into())
}

fn steps(fix: &Fix) -> String {
    let edits: Vec<String> = fix
        .edits
        .iter()
        .map(|edit| match edit {
            Edit::Set { path, value } => format!("{path}: {value}"),
            Edit::Remove { path } => format!("remove {path}"),
        })
        .collect();
    format!("{} (`{}`)", fix.title, edits.join("`, `"))
}

pub(super) fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let counted = |severity, one: &str, many: &str| {
        let count = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count();
        match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {many}")),
        }
    };
    let counts: Vec<String> = [
        counted(Severity::Error, "error", "errors"),
        counted(Severity::Warning, "warning", "warnings"),
        counted(Severity::Hint, "hint", "hints"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let more = if diagnostics.len() > MOST {
        format!("; the first {MOST} are shown")
    } else {
        String::new()
    };
    (!counts.is_empty()).then(|| format!("{}{more}", counts.join(", ")))
}
