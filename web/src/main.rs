//! Starts the page.

use leptos::prelude::*;
use mlflow_k8s_web::app::App;
use wasm_bindgen::JsValue;

fn main() {
    std::panic::set_hook(Box::new(report));
    mount_to_body(App);
}

/// Hands a panic to `boot.js`, which keeps the text at hand.
fn report(panic: &std::panic::PanicHookInfo<'_>) {
    let options = web_sys::CustomEventInit::new();
    options.set_detail(&JsValue::from_str(&panic.to_string()));
    let event = web_sys::CustomEvent::new_with_event_init_dict("mlflow-k8s:panic", &options);
    if let Ok(event) = event {
        let _ = window().dispatch_event(&event);
    }
}
