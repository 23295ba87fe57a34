//! Values from elsewhere.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use crate::state::State;
use mlflow_k8s_configurator::import::cleaned;

/// Larger files are no values files; the core would refuse them too.
const LARGEST: f64 = 2_000_000.0;

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
