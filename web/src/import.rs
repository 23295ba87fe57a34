//! Values from elsewhere.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use crate::state::State;

/// What `helm get values` puts before the values.
const HELM_TITLES: [&str; 2] = ["USER-SUPPLIED VALUES:", "COMPUTED VALUES:"];
/// Larger files are no values files; the core would refuse them too.
const LARGEST: f64 = 2_000_000.0;

/// A text without what is no part of the values, and what to say about it.
pub fn cleaned(text: &str) -> (String, &'static str) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let body = text.trim_start();
    for title in HELM_TITLES {
        if let Some(rest) = body.strip_prefix(title) {
            let rest = rest.trim_start_matches([' ', '\t']);
            let rest = rest.strip_prefix('\n').unwrap_or(rest);
            let values = if rest.trim() == "null" { "" } else { rest };
            return (
                values.to_owned(),
                "Imported the output of `helm get values`, without its first line.",
            );
        }
    }
    (text, "Imported.")
}

/// Begins anew with a text.
pub fn import(state: State, text: &str) {
    let (text, notice) = cleaned(text);
    state.replace(text, None, notice);
}

/// Begins anew with a file.
pub fn import_file(state: State, file: File) {
    if file.size() > LARGEST {
        state.tell(format!("{} is too large for a values file.", file.name()));
        return;
    }
    spawn_local(async move {
        match JsFuture::from(file.text()).await {
            Ok(text) => import(state, &text.as_string().unwrap_or_default()),
            Err(_) => state.tell(format!("{} could not be read.", file.name())),
        }
    });
}

/// Takes files that are dropped anywhere on the page.
pub fn accept_drops(state: State, is_over: RwSignal<bool>) {
    let has_file = |event: &web_sys::DragEvent| {
        event
            .data_transfer()
            .is_some_and(|data| data.types().includes(&"Files".into(), 0))
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if has_file(&event) {
            event.prevent_default();
            if !is_over.get_untracked() {
                is_over.set(true);
            }
        }
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |event| {
        // Leaving the window, not passing from one element to another.
        if event.related_target().is_none() {
            is_over.set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        if has_file(&event) {
            event.prevent_default();
            is_over.set(false);
            let files = event
                .unchecked_ref::<web_sys::DragEvent>()
                .data_transfer()
                .and_then(|data| data.files());
            if let Some(file) = files.and_then(|files| files.get(0)) {
                import_file(state, file);
            }
        }
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        drop.remove();
    });
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn helms_first_line_goes() {
        let (text, notice) = cleaned("USER-SUPPLIED VALUES:\nimage:\n  tag: v3.17.2\n");
        assert_eq!(text, "image:\n  tag: v3.17.2\n");
        assert!(notice.contains("helm get values"));
        assert_eq!(cleaned("USER-SUPPLIED VALUES: null\n").0, "");
        assert_eq!(cleaned("USER-SUPPLIED VALUES:\nnull\n").0, "");
        assert_eq!(cleaned("COMPUTED VALUES:\nenv: []\n").0, "env: []\n");
    }

    #[test]
    fn the_rest_stays() {
        let (text, notice) = cleaned("\u{feff}# USER-SUPPLIED VALUES:\r\nenv: []\r\n");
        assert_eq!(text, "# USER-SUPPLIED VALUES:\nenv: []\n");
        assert_eq!(notice, "Imported.");
    }
}
