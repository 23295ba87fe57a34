//! Manifests with the settings behind each field as comments.

use super::report::SettingReport;
use super::{Cause, ExplainedField, Explanation};
use crate::yaml;

/// More settings than these behind one field are counted only.
const MAX_SETTINGS: usize = 3;

impl Explanation {
    /// Each object as one YAML document, in which the line of each field names
    /// the settings that decide it. The data and the lines are those of the
    /// documents without the comments.
    pub fn annotate(&self) -> Vec<String> {
        let mut fields = self.fields.iter();
        let documents = self.manifests.manifests().iter().map(|manifest| {
            let (text, places) = yaml::write_all_with_places([manifest.object()]);
            let mut annotated = String::with_capacity(2 * text.len());
            let mut done = "---\n".len();
            for (place, field) in places.into_iter().zip(fields.by_ref()) {
                // A block of text has its comment behind its `|`.
                let value = text.get(place.start..).unwrap_or_default();
                let end = place.start + value.find('\n').unwrap_or(value.len());
                annotated.push_str(text.get(done..end).unwrap_or_default());
                done = end;
                if let Some(comment) = self.comment(field) {
                    annotated.push_str(" # ");
                    annotated.extend(comment.chars().flat_map(printable));
                }
            }
            annotated.push_str(text.get(done..).unwrap_or_default());
            annotated
        });
        documents.collect()
    }

    fn comment(&self, field: &ExplainedField) -> Option<String> {
        let settings = field.cause.settings();
        let shown = match (&field.cause, settings.first()) {
            (Cause::Fixed, _) => return None,
            (Cause::Settings(_), Some(first)) => {
                let rank = |span: crate::source::Span| span.is_default();
                settings
                    .iter()
                    .take_while(|other| {
                        (other.is_switch, rank(other.span)) == (first.is_switch, rank(first.span))
                    })
                    .count()
            }
            (_, Some(_)) => settings.len(),
            (_, None) => return self.reason(field),
        };
        let mut words: Vec<String> = settings
            .iter()
            .take(shown.min(MAX_SETTINGS))
            .map(|setting| SettingReport::of(setting, &self.sources).to_string())
            .collect();
        if shown > MAX_SETTINGS {
            words.push(format!("{} more", shown - MAX_SETTINGS));
        }
        Some(words.join(", "))
    }
}

/// A character as it can stand in a comment: names of files and keys may hold any.
fn printable(character: char) -> impl Iterator<Item = char> {
    let is_safe = !character.is_control()
        && !matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'
        );
    let escaped = (!is_safe).then(|| character.escape_unicode());
    is_safe
        .then_some(character)
        .into_iter()
        .chain(escaped.into_iter().flatten())
}
