//! What Tab and Enter do to a text in the editor.

/// A text and the bytes selected in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Edited {
    /// The text.
    pub text: String,
    /// The first selected byte.
    pub start: usize,
    /// The byte after the last selected one.
    pub end: usize,
}

/// Two spaces more or fewer: at the caret, or before every selected line.
pub fn indented(text: &str, start: usize, end: usize, out: bool) -> Edited {
    let head = text.get(..start).unwrap_or_default();
    let line_start = head.rfind('\n').map_or(0, |newline| newline + 1);
    let selected = text.get(line_start..end).unwrap_or_default();
    let (before, after) = (
        text.get(..line_start).unwrap_or_default(),
        text.get(end..).unwrap_or_default(),
    );
    if start == end && !out {
        let width = 2 - (start - line_start) % 2;
        let pad = " ".repeat(width);
        return Edited {
            text: format!("{head}{pad}{after}"),
            start: start + width,
            end: start + width,
        };
    }
    let mut lines = String::new();
    let mut first = 0_isize;
    let mut total = 0_isize;
    for (position, line) in selected.split('\n').enumerate() {
        if position > 0 {
            lines.push('\n');
        }
        let shift: isize = if out {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            let cut = blanks.min(2);
            lines.push_str(line.get(cut..).unwrap_or_default());
            -isize::try_from(cut).unwrap_or_default()
        } else {
            lines.push_str("  ");
            lines.push_str(line);
            2
        };
        if position == 0 {
            first = shift;
        }
        total += shift;
    }
    Edited {
        text: format!("{before}{lines}{after}"),
        start: start.saturating_add_signed(first).max(line_start),
        end: end.saturating_add_signed(total).max(line_start),
    }
}

/// A line break that keeps the indentation, one step deeper after a key
/// without a value; `None` where the browser's own would be the same.
pub fn with_line_break(text: &str, start: usize, end: usize) -> Option<Edited> {
    let head = text.get(..start)?;
    let line = head.rsplit('\n').next()?;
    let blanks = line.len() - line.trim_start_matches(' ').len();
    let opens = line.trim_end().ends_with(':') && !line.trim_start().starts_with('#');
    let width = blanks + if opens { 2 } else { 0 };
    if width == 0 {
        return None;
    }
    let pad = " ".repeat(width);
    let tail = text.get(end..)?;
    let caret = start + 1 + width;
    Some(Edited {
        text: format!("{head}\n{pad}{tail}"),
        start: caret,
        end: caret,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tab_key_indents_by_two() {
        let edited = indented("a:\nb: 1\nc: 2\n", 3, 11, false);
        assert_eq!(edited.text, "a:\n  b: 1\n  c: 2\n");
        assert_eq!((edited.start, edited.end), (5, 15));
        let back = indented(&edited.text, edited.start, edited.end, true);
        assert_eq!(back.text, "a:\nb: 1\nc: 2\n");
        assert_eq!((back.start, back.end), (3, 11));
        assert_eq!(indented("a", 1, 1, false).text, "a ");
        assert_eq!(indented("", 0, 0, true).text, "");
    }

    #[test]
    fn a_line_break_keeps_the_indentation() {
        let broken = |text: &str| with_line_break(text, text.len(), text.len()).map(|e| e.text);
        assert_eq!(broken("a: 1"), None);
        assert_eq!(broken("a:").as_deref(), Some("a:\n  "));
        assert_eq!(broken("  b: 1").as_deref(), Some("  b: 1\n  "));
    }
}
