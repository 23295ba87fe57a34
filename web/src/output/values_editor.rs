//! The editor of values.yaml: a text area over the same text in colours.

use crate::dom;
use crate::state::{State, Tab};
use leptos::html::{Div, Pre, Textarea};
use leptos::prelude::*;
use mlflow_k8s_configurator::highlight;
use mlflow_k8s_configurator::indentation::{indented, with_line_break};
use mlflow_k8s_configurator::underlines::{gutter, underlined};
use mlflow_k8s_configurator::utf16::{byte_at, utf16_length};
use mlflow_k8s_core::diagnostic::Severity;
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
    let colours = NodeRef::<Pre>::new();
    dom::show_lines(colours, html);
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
                "Edit here or in the form: both change this text. Press "<kbd>"Esc"</kbd>", then "
                <kbd>"Tab"</kbd>", to leave the editor."
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
                    <pre class="colours" node_ref=colours></pre>
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
