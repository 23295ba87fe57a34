//! Keys that do what buttons do.

use crate::dom;
use crate::state::{Pane, State, Tab};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// A dialog or menu that a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// The presets.
    Presets,
    /// Import.
    Import,
    /// Share.
    Share,
    /// Download.
    Download,
    /// The keys themselves.
    Keys,
}

/// Every key with what it does, as the sheet shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("/", "Search the settings"),
    ("1 2 3 4", "Manifests, values.yaml, Commands, Diagram"),
    ("s", "Go to the settings"),
    ("p", "Go to the problems"),
    ("n", "Presets"),
    ("i", "Import"),
    ("d", "Download"),
    ("l", "Share a link"),
    (
        "↓ Enter",
        "In the manifests: go to the next line, go to its setting",
    ),
    ("Ctrl Z", "Undo"),
    ("Ctrl Shift Z", "Redo"),
    ("Esc, then Tab", "Leave the editor"),
    ("?", "Show the keyboard shortcuts"),
];

/// Listens to keys.
pub(crate) fn listen(state: State, sheet: RwSignal<Option<Sheet>>) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() {
            undo_or_redo(state, &event);
            return;
        }
        // The signal follows a dialog that closes only after it has told.
        let busy = dom::is_writing() || dom::find("dialog[open]").is_some();
        if busy || event.alt_key() {
            return;
        }
        let open = |wanted: Sheet| sheet.set(Some(wanted));
        match event.key().as_str() {
            "/" => {
                state.pane.set(Pane::Settings);
                dom::focus_later("#search".to_owned());
            }
            "1" => show(state, Tab::Manifests),
            "2" => show(state, Tab::Values),
            "3" => show(state, Tab::Commands),
            "4" => show(state, Tab::Diagram),
            "s" => {
                state.pane.set(Pane::Settings);
                dom::focus_later("#settings h2".to_owned());
            }
            "p" => {
                state.pane.set(Pane::Problems);
                dom::focus_later("#problems-title button".to_owned());
            }
            "n" => open(Sheet::Presets),
            "i" => open(Sheet::Import),
            "d" => open(Sheet::Download),
            "l" => open(Sheet::Share),
            "?" => open(Sheet::Keys),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}

fn show(state: State, tab: Tab) {
    state.tab.set(tab);
    state.pane.set(Pane::Output);
    dom::focus_later(format!("#tab-{}", tab.id()));
}

fn undo_or_redo(state: State, event: &KeyboardEvent) {
    match (event.key().to_lowercase().as_str(), event.shift_key()) {
        ("z", false) => state.undo(),
        ("z", true) | ("y", _) => state.redo(),
        _ => return,
    }
    event.prevent_default();
}
