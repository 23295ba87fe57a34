//! Findings in the editor: underlined places and marked line numbers.

use crate::highlight::escape;
use crate::view::Problem;
use mlflow_k8s_core::diagnostic::Severity;
use std::fmt::Write;

/// The text with the places of findings in elements that are underlined. Of
/// two that overlap the first, which is the worse one, is shown.
pub fn underlined(text: &str, problems: &[Problem]) -> String {
    let mut places: Vec<(usize, usize, Severity)> = Vec::new();
    for problem in problems {
        let Some((start, end)) = problem.bytes else {
            continue;
        };
        // A whole section would be a wall of waves: its first line says enough.
        let end = text
            .get(start..end)
            .and_then(|part| part.find('\n'))
            .map_or(end, |newline| start + newline)
            .max(start + 1)
            .min(text.len());
        let overlaps = places
            .iter()
            .any(|(from, to, _)| start < *to && *from < end);
        if !overlaps && text.get(start..end).is_some() {
            places.push((start, end, problem.severity));
        }
    }
    places.sort_unstable_by_key(|(start, ..)| *start);
    let mut html = String::new();
    let mut position = 0;
    for (start, end, severity) in places {
        escape(text.get(position..start).unwrap_or_default(), &mut html);
        let _ = write!(html, "<u class=\"{}\">", severity.as_str());
        escape(text.get(start..end).unwrap_or_default(), &mut html);
        html.push_str("</u>");
        position = end;
    }
    escape(text.get(position..).unwrap_or_default(), &mut html);
    html.push('\n');
    html
}

/// The line numbers; those with findings have their severity as class.
pub fn gutter(lines: usize, marked: &[(usize, Severity)]) -> String {
    let mut html = String::with_capacity(lines * 8);
    for line in 1..=lines {
        let worst = marked
            .iter()
            .filter(|(other, _)| *other == line)
            .map(|(_, severity)| severity)
            .min();
        let _ = match worst {
            Some(severity) => writeln!(html, "<b class=\"{}\">{line}</b>", severity.as_str()),
            None => writeln!(html, "{line}"),
        };
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_underlined_where_they_are() {
        let view =
            crate::view::View::of("image:\n  tga: x\n", &crate::view::Target::default(), None);
        let html = underlined("image:\n  tga: x\n", &view.problems);
        assert!(html.contains("<u class=\"error\">tga</u>"), "{html}");
        assert_eq!(
            gutter(2, &[(2, Severity::Hint)]),
            "1\n<b class=\"hint\">2</b>\n"
        );
    }
}
