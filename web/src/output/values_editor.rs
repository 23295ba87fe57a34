//! The editor of values.yaml: a text area over the same text in colours.

use crate::dom;
use crate::state::{State, Tab};
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use mlflow_k8s_configurator::highlight;
use mlflow_k8s_configurator::view::Problem;
use mlflow_k8s_core::diagnostic::Severity;
use std::fmt::Write;
use web_sys::InputEvent;

/// Whose changes the history joins.
const AUTHOR: &str = "values.yaml";
/// The height of a line, as in the style sheet.
const LINE_HEIGHT: f64 = 20.0;

/// The tab of the text.
#[component]
pub(crate) fn ValuesEditor() -> impl IntoView {
    let state = expect_context::<State>();
    let area = NodeRef::<Textarea>::new();
    let layers = NodeRef::<Div>::new();
    // After Escape the next Tab leaves, as it does everywhere else.
    let leaves = StoredValue::new(false);

    Effect::new(move |_| {
        state.text.with(|text| {
            if let Some(area) = area.get()
                && area.value() != *text
            {
                area.set_value(text);
            }
        });
    });
    let is_shown =
        Memo::new(move |_| state.tab.get() == Tab::Values || crate::embed::is_embedded());
    let html = Memo::new(move |before: Option<&String>| {
        if is_shown.get() {
            state.text.with(|text| highlight::html(text))
        } else {
            before.cloned().unwrap_or_default()
        }
    });
    let underlines = Memo::new(move |before: Option<&String>| {
        if is_shown.get() {
            state
                .text
                .with(|text| state.problems.with(|problems| underlined(text, problems)))
        } else {
            before.cloned().unwrap_or_default()
        }
    });
    let numbers = Memo::new(move |_| {
        let lines = state.text.with(|text| text.matches('\n').count() + 1);
        let marked = state.problems.with(|problems| {
            problems
                .iter()
                .filter_map(|problem| Some((problem.line?, problem.severity)))
                .collect::<Vec<_>>()
        });
        gutter(lines, &marked)
    });
    let scroll = move || {
        if let (Some(area), Some(layers)) = (area.get_untracked(), layers.get_untracked()) {
            layers.set_scroll_top(area.scroll_top());
            layers.set_scroll_left(area.scroll_left());
        }
    };
    Effect::new(move |_| {
        let Some(jump) = state.jump.get() else { return };
        let Some(area) = area.get() else { return };
        request_animation_frame(move || {
            let text = area.value();
            let start = utf16_length(text.get(..jump.start).unwrap_or_default());
            let end = utf16_length(text.get(..jump.end).unwrap_or_default());
            let _ = area.focus();
            let _ = area.set_selection_range(start, end.max(start));
            let line = text
                .get(..jump.start)
                .unwrap_or_default()
                .matches('\n')
                .count();
            #[expect(clippy::cast_precision_loss, reason = "line numbers are small")]
            let top = line as f64 * LINE_HEIGHT;
            #[expect(clippy::cast_possible_truncation, reason = "as above")]
            area.set_scroll_top((top - f64::from(area.client_height()) / 3.0).max(0.0) as i32);
            scroll();
        });
    });
    let keydown = move |event: web_sys::KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Escape" => leaves.set_value(true),
            "Tab" if !leaves.get_value() && !event.ctrl_key() && !event.alt_key() => {
                event.prevent_default();
                if let Some(area) = area.get_untracked() {
                    indent(state, &area, event.shift_key());
                }
            }
            "Enter" if !event.ctrl_key() && !event.meta_key() => {
                leaves.set_value(false);
                if let Some(area) = area.get_untracked()
                    && break_line(state, &area)
                {
                    event.prevent_default();
                }
            }
            "Shift" => {}
            _ => leaves.set_value(false),
        }
    };
    let before_input = move |event: InputEvent| {
        // The browser's own history knows nothing of the form's edits.
        match event.input_type().as_str() {
            "historyUndo" => {
                event.prevent_default();
                state.undo();
            }
            "historyRedo" => {
                event.prevent_default();
                state.redo();
            }
            _ => {}
        }
    };
    let copy = move |_| dom::copy(state, state.text.get_untracked(), "values.yaml");
    view! {
        <div class="tab-tools">
            <span class="hint">
                "Edit here or in the form: they are the same text. "<kbd>"Esc"</kbd>" then "
                <kbd>"Tab"</kbd>" leaves the editor."
            </span>
            <span class="spacer"></span>
            <button type="button" class="quiet" on:click=copy>
                "Copy"
            </button>
        </div>
        <div class="editor">
            <div class="editor-layers" node_ref=layers aria-hidden="true">
                <pre class="gutter" inner_html=move || numbers.get()></pre>
                <div class="editor-texts">
                    <pre class="underlines" inner_html=move || underlines.get()></pre>
                    <pre class="colours" inner_html=move || html.get()></pre>
                </div>
            </div>
            <textarea
                id="values"
                node_ref=area
                aria-label="values.yaml"
                aria-invalid=move || (state.count(Severity::Error) > 0).to_string()
                aria-describedby="problems-summary"
                data-path=""
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                wrap="off"
                on:scroll=move |_| scroll()
                on:keydown=keydown
                on:beforeinput=before_input
                on:input:target=move |event| state.edit_text(AUTHOR, event.target().value())
            ></textarea>
        </div>
    }
}

/// Puts a text with a selection into the editor, as if it had been typed.
fn put(state: State, area: &web_sys::HtmlTextAreaElement, text: String, from: u32, to: u32) {
    area.set_value(&text);
    let _ = area.set_selection_range(from, to);
    state.edit_text("", text);
}

fn selection(area: &web_sys::HtmlTextAreaElement) -> (u32, u32) {
    let from = area.selection_start().ok().flatten().unwrap_or_default();
    let to = area.selection_end().ok().flatten().unwrap_or(from);
    (from, to)
}

fn indent(state: State, area: &web_sys::HtmlTextAreaElement, out: bool) {
    let (from, to) = selection(area);
    let text = area.value();
    let edited = indented(&text, byte_at(&text, from), byte_at(&text, to), out);
    let start = utf16_length(edited.text.get(..edited.start).unwrap_or_default());
    let end = utf16_length(edited.text.get(..edited.end).unwrap_or_default());
    put(state, area, edited.text, start, end);
}

fn break_line(state: State, area: &web_sys::HtmlTextAreaElement) -> bool {
    let (from, to) = selection(area);
    let text = area.value();
    let (start, end) = (byte_at(&text, from), byte_at(&text, to));
    let Some(edited) = with_line_break(&text, start, end) else {
        return false;
    };
    let caret = utf16_length(edited.text.get(..edited.start).unwrap_or_default());
    put(state, area, edited.text, caret, caret);
    true
}

/// A text and the bytes selected in it.
#[derive(Debug, PartialEq, Eq)]
struct Edited {
    text: String,
    start: usize,
    end: usize,
}

/// Two spaces more or fewer: at the caret, or before every selected line.
fn indented(text: &str, start: usize, end: usize, out: bool) -> Edited {
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
fn with_line_break(text: &str, start: usize, end: usize) -> Option<Edited> {
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

/// The byte of a place that is counted in UTF-16 units, as browsers count.
fn byte_at(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (byte, character) in text.char_indices() {
        if left == 0 {
            return byte;
        }
        left = left.saturating_sub(character.len_utf16());
    }
    text.len()
}

fn utf16_length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The text with the places of findings in elements that are underlined. Of
/// two that overlap the first, which is the worse one, is shown.
fn underlined(text: &str, problems: &[Problem]) -> String {
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

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            other => html.push(other),
        }
    }
}

/// The line numbers; those with findings have their severity as class.
fn gutter(lines: usize, marked: &[(usize, Severity)]) -> String {
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

    #[test]
    fn places_are_counted_as_browsers_do() {
        let text = "ä😀b";
        assert_eq!(byte_at(text, 0), 0);
        assert_eq!(byte_at(text, 1), 2);
        assert_eq!(byte_at(text, 3), 6);
        assert_eq!(byte_at(text, 9), 7);
        assert_eq!(utf16_length(text), 4);
    }

    #[test]
    fn findings_are_underlined_where_they_are() {
        let view = mlflow_k8s_configurator::view::View::of(
            "image:\n  tga: x\n",
            &mlflow_k8s_configurator::view::Target::default(),
            None,
        );
        let html = underlined("image:\n  tga: x\n", &view.problems);
        assert!(html.contains("<u class=\"error\">tga</u>"), "{html}");
        assert_eq!(
            gutter(2, &[(2, Severity::Hint)]),
            "1\n<b class=\"hint\">2</b>\n"
        );
    }
}
