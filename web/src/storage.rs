//! The work survives a reload: what the browser keeps, and never credentials.

use leptos::prelude::window;
use mlflow_k8s_configurator::work::Work;

const WORK: &str = "mlflow-k8s.work";
const THEME: &str = "mlflow-k8s.theme";

fn storage() -> Option<web_sys::Storage> {
    // Browsers refuse it in some private windows and frames.
    window().local_storage().ok().flatten()
}

/// Whether the browser keeps anything.
pub fn is_available() -> bool {
    storage().is_some()
}

/// The work of the last visit.
pub fn load() -> Option<Work> {
    let json = storage()?.get_item(WORK).ok()??;
    serde_json::from_str(&json).ok()
}

/// Keeps the work. A full or missing storage is no reason to stop working.
pub fn save(work: &Work) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(work)) {
        let _ = storage.set_item(WORK, &json);
    }
}

/// Forgets the work.
pub fn forget() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(WORK);
    }
}

/// The chosen theme.
pub fn theme() -> Option<String> {
    storage()?.get_item(THEME).ok()?
}

/// Keeps the chosen theme; nothing for the system's own.
pub fn save_theme(theme: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match theme {
        Some(theme) => storage.set_item(THEME, theme),
        None => storage.remove_item(THEME),
    };
}
