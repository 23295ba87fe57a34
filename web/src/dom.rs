//! What the page needs of the browser, in one place.

use gloo::timers::callback::Timeout;
use leptos::html::Pre;
use leptos::prelude::{Effect, Get, Memo, NodeRef, document, request_animation_frame, window};
use mlflow_k8s_configurator::lines::{Replaced, replaced};
use mlflow_k8s_core::path::ValuePath;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Element, HtmlAnchorElement, HtmlElement, Response, ScrollBehavior,
    ScrollIntoViewOptions, ScrollLogicalPosition, Url,
};

/// Whether motion is unwelcome.
pub(crate) fn reduced_motion() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// Brings an element into view.
pub(crate) fn scroll_to(element: &Element, position: ScrollLogicalPosition) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(position);
    options.set_behavior(if reduced_motion() {
        ScrollBehavior::Instant
    } else {
        ScrollBehavior::Smooth
    });
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// The element that a selector names.
pub(crate) fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// The elements that a selector names, in the order of the page.
pub(crate) fn find_all(selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|position| found.item(position)?.dyn_into().ok())
        .collect()
}

/// Whether an element has the keyboard.
pub(crate) fn is_active(element: &Element) -> bool {
    document()
        .active_element()
        .is_some_and(|active| active.is_same_node(Some(element)))
}

/// Whether the keyboard is writing somewhere.
pub(crate) fn is_writing() -> bool {
    document()
        .active_element()
        .is_some_and(|active| matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Goes to the control of a setting, or of the nearest one above it. Waits
/// for the next frame, in which what was folded is there.
pub(crate) fn focus_setting(path: &ValuePath) {
    let mut path = Some(path.clone());
    request_animation_frame(move || {
        while let Some(present) = path.take() {
            let text = present.to_string();
            if text.is_empty() {
                return;
            }
            let name = text.replace('\\', "\\\\").replace('"', "\\\"");
            let control = find(&format!("#settings [data-path=\"{name}\"]"))
                .filter(|control| control.offset_width() > 0);
            if let Some(control) = control {
                scroll_to(&control, ScrollLogicalPosition::Center);
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(true);
                let _ = control.focus_with_options(&options);
                flash(&control);
                return;
            }
            path = present.split_last().map(|(_, above)| above);
        }
    });
}

/// Puts the keyboard somewhere, in the next frame.
pub(crate) fn focus_later(selector: String) {
    request_animation_frame(move || {
        if let Some(element) = find(&selector) {
            let _ = element.focus();
        }
    });
}

/// Keeps highlighted text in an element. A change touches only the lines that it
/// changes: to lay out every line of a long text takes longer than all else.
pub(crate) fn show_lines(element: NodeRef<Pre>, html: Memo<String>) {
    Effect::new(move |shown: Option<String>| {
        let shown = shown.unwrap_or_default();
        let Some(element) = element.get() else {
            return shown;
        };
        let now = html.get();
        let Replaced {
            first,
            removed,
            html,
        } = replaced(&shown, &now);
        let lines = element.children();
        let line = |position: usize| lines.item(u32::try_from(position).ok()?);
        for _ in 0..removed {
            if let Some(line) = line(first) {
                line.remove();
            }
        }
        let done = match line(first) {
            Some(next) => next.insert_adjacent_html("beforebegin", html),
            None => element.insert_adjacent_html("beforeend", html),
        };
        if done.is_err() {
            element.set_inner_html(&now);
        }
        now
    });
}

/// Draws the eye to an element for a moment.
pub(crate) fn flash(element: &Element) {
    let classes = element.class_list();
    let _ = classes.add_1("flash");
    Timeout::new(1200, move || {
        let _ = classes.remove_1("flash");
    })
    .forget();
}

/// Saves bytes as a file.
pub(crate) fn download(name: &str, kind: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has begun to read it by then.
    Timeout::new(10_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// Fetches a file of the page and parses it as JSON.
pub(crate) async fn fetch_json(file: &str) -> Result<JsValue, JsValue> {
    let response = JsFuture::from(window().fetch_with_str(file)).await?;
    let response: Response = response.dyn_into()?;
    if !response.ok() {
        return Err(response.into());
    }
    JsFuture::from(response.json()?).await
}

/// Puts text on the clipboard, and says so or why not.
pub(crate) fn copy(state: crate::state::State, text: String, what: &'static str) {
    const REFUSED: &str = "The browser does not allow this page to use the clipboard.";
    let navigator = window().navigator();
    // Pages without HTTPS have none.
    let has_one = js_sys::Reflect::get(&navigator, &"clipboard".into())
        .is_ok_and(|clipboard| clipboard.is_object());
    if !has_one {
        state.tell(REFUSED);
        return;
    }
    let promise = navigator.clipboard().write_text(&text);
    wasm_bindgen_futures::spawn_local(async move {
        match JsFuture::from(promise).await {
            Ok(_) => state.tell(format!("Copied {what}.")),
            Err(_) => state.tell(REFUSED),
        }
    });
}
