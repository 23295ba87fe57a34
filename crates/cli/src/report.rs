//! Findings, in the forms that people and programs read.

mod github;
mod json;
mod sarif;
mod silenced;
mod text;

pub(crate) use github::github;
pub(crate) use json::{json, json_text};
pub(crate) use sarif::sarif;
pub(crate) use silenced::Silenced;
pub(crate) use text::{Shown, text};

use mlflow_k8s_core::diagnostic::Diagnostic;
use mlflow_k8s_core::source::{Location, Origin, Sources, Span};

/// Where a finding was written, as far as someone outside can look there.
struct Place {
    /// What the text is called.
    source: String,
    /// The file, if the text is one.
    file: Option<String>,
    start: Location,
    end: Location,
}

impl Place {
    fn of(sources: &Sources, diagnostic: &Diagnostic) -> Option<Self> {
        let span = diagnostic.span?;
        let origin = &sources.get(span.source)?.origin;
        let end = Span {
            start: span.end,
            ..span
        };
        Some(Self {
            source: origin.to_string(),
            file: match origin {
                Origin::File(name) => Some(name.clone()),
                _ => None,
            },
            start: sources.location(span)?,
            end: sources.location(end)?,
        })
    }
}

/// The message with the help after it, for forms that have one text only.
fn message_and_help(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}\n{help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// Whether a terminal would act on a character instead of showing it: controls,
/// and the marks that turn the direction of text.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Text that may hold anything, made safe for a terminal. Lines stay lines.
pub(crate) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unprintable(character) && character != '\n' {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests;
