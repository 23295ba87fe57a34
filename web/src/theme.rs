//! Light, dark, or as the system has it.

use crate::storage;
use leptos::prelude::*;

/// The themes by their names in the page and the storage.
const THEMES: [(&str, &str); 3] = [("system", "System"), ("light", "Light"), ("dark", "Dark")];

/// The choice of the theme. `boot.js` applies a kept one before the page runs.
#[component]
pub(crate) fn ThemeChoice() -> impl IntoView {
    let theme = RwSignal::new(storage::theme().unwrap_or_else(|| "system".to_owned()));
    Effect::new(move |before: Option<()>| {
        let theme = theme.get();
        let chosen = (theme != "system").then_some(theme.as_str());
        if let Some(root) = document().document_element() {
            let _ = match chosen {
                Some(theme) => root.set_attribute("data-theme", theme),
                None => root.remove_attribute("data-theme"),
            };
        }
        if before.is_some() {
            storage::save_theme(chosen);
        }
    });
    view! {
        <select
            class="theme"
            aria-label="Theme"
            title="Theme"
            prop:value=move || theme.get()
            on:change:target=move |event| theme.set(event.target().value())
        >
            {THEMES
                .map(|(value, label)| {
                    view! {
                        <option value=value selected=move || theme.with(|theme| theme == value)>
                            {label}
                        </option>
                    }
                })}
        </select>
    }
}
