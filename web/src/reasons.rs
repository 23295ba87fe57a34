//! Why the rules are there: texts that are fetched when somebody asks for one.

use crate::dom;
use crate::form::prose;
use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The texts by the rules' codes, as far as they have been fetched.
#[derive(Clone, Copy)]
pub(crate) struct Reasons(RwSignal<Fetched, LocalStorage>);

#[derive(Clone)]
enum Fetched {
    Nothing,
    Loading,
    Texts(JsValue),
    Failed,
}

impl Reasons {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new_local(Fetched::Nothing))
    }

    /// Fetches the texts, unless they are there or on their way.
    pub(crate) fn ask(self) {
        if let Fetched::Loading | Fetched::Texts(_) = self.0.get_untracked() {
            return;
        }
        self.0.set(Fetched::Loading);
        leptos::task::spawn_local(async move {
            self.0.set(match dom::fetch_json("reasons.json").await {
                Ok(texts) => Fetched::Texts(texts),
                Err(_) => Fetched::Failed,
            });
        });
    }

    /// The reason of a rule, as a paragraph's content.
    pub(crate) fn of(self, code: &str) -> impl IntoView + use<> {
        let text = match self.0.get() {
            Fetched::Nothing | Fetched::Loading => "Loading…".to_owned(),
            Fetched::Texts(texts) => Reflect::get(&texts, &code.into())
                .ok()
                .and_then(|text| text.as_string())
                .unwrap_or_default(),
            Fetched::Failed => {
                format!("The text cannot be loaded. `mlflow-k8s explain-rule {code}` prints it.")
            }
        };
        prose(&text)
    }
}
