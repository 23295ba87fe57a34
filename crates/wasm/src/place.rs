//! Places in texts, as editors count them.

use std::collections::BTreeMap;

use mlflow_k8s_core::source::{Origin, SourceId, Sources, Span};

use crate::types::Place;

/// Finds places in the texts of one run. Each text is walked once, however
/// many findings point into it.
pub(crate) struct Places<'s> {
    sources: &'s Sources,
    lines: BTreeMap<SourceId, Vec<LineStart>>,
}

/// Where a line begins, in bytes and in UTF-16 code units.
#[derive(Clone, Copy, Default)]
struct LineStart {
    byte: usize,
    utf16: usize,
}

/// A point in a text.
struct Point {
    line: usize,
    column: usize,
    utf16: usize,
}

impl<'s> Places<'s> {
    pub(crate) fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            lines: BTreeMap::new(),
        }
    }

    /// The place of a span.
    pub(crate) fn of(&mut self, span: Span) -> Option<Place> {
        let source = self.sources.get(span.source)?;
        let lines = self
            .lines
            .entry(span.source)
            .or_insert_with(|| line_starts(&source.text));
        let start = point(&source.text, lines, span.start)?;
        let end = point(&source.text, lines, span.end)?;
        Some(Place {
            source: source.origin.to_string(),
            file: match &source.origin {
                Origin::File(name) => Some(name.clone()),
                _ => None,
            },
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            start: start.utf16,
            end: end.utf16,
        })
    }
}

fn line_starts(text: &str) -> Vec<LineStart> {
    let mut starts = vec![LineStart::default()];
    let mut next = LineStart::default();
    for line in text.split_inclusive('\n') {
        next.byte += line.len();
        next.utf16 += line.encode_utf16().count();
        if line.ends_with('\n') {
            starts.push(next);
        }
    }
    starts
}

fn point(text: &str, lines: &[LineStart], byte: usize) -> Option<Point> {
    let byte = byte.min(text.len());
    let line = lines.partition_point(|start| start.byte <= byte);
    let start = lines.get(line.checked_sub(1)?)?;
    let before = text.get(start.byte..byte)?;
    Some(Point {
        line,
        column: before.chars().count() + 1,
        utf16: start.utf16 + before.encode_utf16().count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_core_and_of_utf_16() {
        let text = "a: 1\nü: \u{1F600}x\n\nlast";
        let mut sources = Sources::new();
        let id = sources.add(Origin::File("values.yaml".to_owned()), text);
        let mut places = Places::new(&sources);
        for (byte, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let span = Span::new(id, byte, text.len());
            let place = places.of(span).unwrap();
            let location = sources.location(span).unwrap();
            assert_eq!(
                (place.line, place.column),
                (location.line, location.column),
                "byte {byte}"
            );
            assert_eq!(place.start, text[..byte].encode_utf16().count());
            assert_eq!((place.end_line, place.end_column), (4, 5));
            assert_eq!(place.end, text.encode_utf16().count());
        }
    }
}
