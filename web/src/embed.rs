//! The compact playground for a frame in another page: `?embed=1`.

use leptos::prelude::window;
use web_sys::UrlSearchParams;

/// A parameter of the page's address.
fn parameter(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// Whether the page is a playground in a frame.
pub fn is_embedded() -> bool {
    parameter("embed").is_some_and(|value| value != "0")
}
