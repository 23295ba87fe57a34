//! Findings as rustc shows them.

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use mlflow_k8s_core::diagnostic::{Diagnostic, Severity};
use mlflow_k8s_core::source::{Origin as SourceOrigin, Sources, Span};

use super::printable;
use crate::failure::print;

/// More findings than anyone reads; the rest is counted.
const MAX_SHOWN: usize = 100;

/// A longer line is not shown: the place says enough, and a screen full of
/// one line says nothing.
const LONGEST_LINE: usize = 2_000;

/// What of a report is for the reader at hand.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// Everything, and which fixes could be made.
    All,
    /// What is left after the fixes.
    Remaining,
    /// Hints are only counted: whoever renders did not ask what could be better.
    Problems,
}

/// Shows findings on standard error, and how many there are.
pub(crate) fn text(sources: &Sources, diagnostics: &[Diagnostic], shown: Shown) {
    let mut explained = BTreeSet::new();
    for diagnostic in diagnostics
        .iter()
        .filter(|diagnostic| shown.includes(diagnostic))
        .take(MAX_SHOWN)
    {
        // Reasons are long, and the same for each finding of a rule.
        let with_reason = explained.insert(diagnostic.code);
        let renderer = Renderer::styled();
        print(&rendered(&renderer, sources, diagnostic, with_reason));
        print("");
    }
    if let Some(summary) = summary(sources, diagnostics, shown) {
        print(&summary);
    }
}

impl Shown {
    fn includes(self, diagnostic: &Diagnostic) -> bool {
        !matches!(self, Self::Problems) || diagnostic.severity < Severity::Hint
    }
}

pub(super) fn rendered(
    renderer: &Renderer,
    sources: &Sources,
    diagnostic: &Diagnostic,
    with_reason: bool,
) -> String {
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
    let mut notes: Vec<(Level<'static>, String)> = Vec::new();
    if let Some(why) = diagnostic.why()
        && with_reason
        && diagnostic.severity < Severity::Hint
    {
        notes.push((Level::NOTE, why.to_owned()));
    }
    if let Some(help) = &diagnostic.help {
        notes.push((Level::HELP, help.clone()));
    }
    if let Some(fix) = &diagnostic.fix {
        notes.push((Level::NOTE.with_name("fix"), fix.to_string()));
        if let Some(then) = &fix.then {
            notes.push((Level::NOTE.with_name("then"), then.clone()));
        }
    }
    for (name, text) in notes {
        // Unlike titles and source lines, messages are shown as they are.
        group = group.element(name.message(printable(&text)));
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

/// How many there are, and which commands say or do more.
pub(super) fn summary(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    shown: Shown,
) -> Option<String> {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let counted = |severity, one: &str, many: &str| match count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let counts: Vec<String> = [
        counted(Severity::Error, "error", "errors"),
        counted(Severity::Warning, "warning", "warnings"),
        counted(Severity::Hint, "hint", "hints"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counts.is_empty() {
        return None;
    }
    let mut parts = vec![counts.join(", ")];
    let shown_at_most = diagnostics
        .iter()
        .filter(|diagnostic| shown.includes(diagnostic))
        .count();
    if shown_at_most > MAX_SHOWN {
        parts.push(format!("only the first {MAX_SHOWN} are shown"));
    }
    if matches!(shown, Shown::Problems) && count(Severity::Hint) > 0 {
        parts.push("`mlflow-k8s check` shows the hints".to_owned());
    }
    let fixable = diagnostics
        .iter()
        .filter(|diagnostic| {
            diagnostic.severity < Severity::Hint && is_in_reach(sources, diagnostic)
        })
        .count();
    if !matches!(shown, Shown::Remaining) && fixable > 0 {
        parts.push(format!("`mlflow-k8s check --fix` can fix {fixable}"));
    }
    if matches!(shown, Shown::All) && diagnostics.iter().any(|found| found.why().is_some()) {
        parts.push("`mlflow-k8s explain-rule CODE` explains a rule".to_owned());
    }
    Some(parts.join("; "))
}

/// Whether there is a fix and a file that it could be made in.
fn is_in_reach(sources: &Sources, diagnostic: &Diagnostic) -> bool {
    let is_file = |origin: &SourceOrigin| matches!(origin, SourceOrigin::File(_));
    let place = diagnostic.span.and_then(|span| sources.get(span.source));
    diagnostic.fix.is_some()
        && match place {
            Some(source) => is_file(&source.origin),
            None => sources.iter().any(|source| is_file(&source.origin)),
        }
}
