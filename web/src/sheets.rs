//! Dialogs: presets, import, share, download, keys.

use crate::dom;
use crate::import::{import, import_file};
use crate::share::pack;
use crate::shortcuts::{KEYS, Sheet};
use crate::state::State;
use leptos::html::{Dialog, Input, Textarea};
use leptos::prelude::*;
use mlflow_k8s_configurator::archive;
use mlflow_k8s_configurator::share::Shared;
use mlflow_k8s_configurator::titles::{sentence, title};
use mlflow_k8s_configurator::view::manifests_text;
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::presets::PRESETS;
use mlflow_k8s_core::redact::redact;
use wasm_bindgen::JsCast;

/// Every dialog.
#[component]
pub(crate) fn Sheets(
    /// Which one is open.
    sheet: RwSignal<Option<Sheet>>,
) -> impl IntoView {
    let state = expect_context::<State>();
    view! {
        <Frame sheet which=Sheet::Presets title="Start from a preset">
            {presets(state, sheet)}
        </Frame>
        <Frame sheet which=Sheet::Import title="Import values">
            {imports(state, sheet)}
        </Frame>
        <Frame sheet which=Sheet::Share title="Share a link">
            {shares(state, sheet)}
        </Frame>
        <Frame sheet which=Sheet::Download title="Download">
            {downloads(state, sheet)}
        </Frame>
        <Frame sheet which=Sheet::Keys title="Keyboard shortcuts">
            {keys()}
        </Frame>
    }
}

#[component]
fn Frame(
    sheet: RwSignal<Option<Sheet>>,
    which: Sheet,
    title: &'static str,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let wanted = sheet.get() == Some(which);
        let Some(dialog) = dialog.get() else { return };
        if wanted && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let closed = move |_| {
        sheet.update(|sheet| {
            if *sheet == Some(which) {
                *sheet = None;
            }
        });
    };
    let id = format!("sheet-{which:?}").to_lowercase();
    let title_id = format!("{id}-title");
    view! {
        <dialog
            node_ref=dialog
            id=id
            class="sheet"
            aria-labelledby=title_id.clone()
            on:close=closed
            on:click=move |event| {
                // A click beside the content is a click on the dialog itself.
                let target = event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
                if let Some(dialog) = dialog.get_untracked()
                    && dialog.is_same_node(target.as_ref())
                {
                    dialog.close();
                }
            }
        >
            <div class="sheet-content">
                <header class="sheet-head">
                    <h2 id=title_id.clone()>{title}</h2>
                    <button
                        type="button"
                        class="remove"
                        aria-label="Close"
                        on:click=move |_| {
                            if let Some(dialog) = dialog.get_untracked() {
                                dialog.close();
                            }
                        }
                    ></button>
                </header>
                {children()}
            </div>
        </dialog>
    }
}

fn presets(state: State, sheet: RwSignal<Option<Sheet>>) -> impl IntoView {
    PRESETS
        .iter()
        .map(|preset| {
            let title = title(preset.name);
            let notice = format!("Started from the preset {title}.");
            view! {
                <button
                    type="button"
                    class="card"
                    data-preset=preset.name
                    on:click=move |_| {
                        sheet.set(None);
                        state.replace(preset.values.to_owned(), None, &notice);
                    }
                >
                    <strong>{title.clone()}</strong>
                    <span>{sentence(preset.summary)}</span>
                </button>
            }
        })
        .collect_view()
}

fn imports(state: State, sheet: RwSignal<Option<Sheet>>) -> impl IntoView {
    let area = NodeRef::<Textarea>::new();
    let file = NodeRef::<Input>::new();
    view! {
        <p>
            "Import a values file of the official MLflow chart or of mlflow-k8s, or the output of "
            <code>"helm get values"</code>
            ". Comments are kept. Your values do not leave this page."
        </p>
        <label for="import-text">"Paste the values here"</label>
        <textarea
            id="import-text"
            class="yaml"
            node_ref=area
            rows="10"
            spellcheck="false"
            autocomplete="off"
        ></textarea>
        <p class="sheet-actions">
            <button
                type="button"
                class="primary"
                on:click=move |_| {
                    if let Some(area) = area.get_untracked() {
                        import(state, &area.value());
                        area.set_value("");
                    }
                    sheet.set(None);
                }
            >
                "Import"
            </button>
            <label class="file">
                <span>"or choose a file"</span>
                <input
                    type="file"
                    node_ref=file
                    accept=".yaml,.yml,.txt,.json"
                    on:change=move |_| {
                        let Some(input) = file.get_untracked() else { return };
                        if let Some(file) = input.files().and_then(|files| files.get(0)) {
                            import_file(state, file);
                            sheet.set(None);
                        }
                        input.set_value("");
                    }
                />
            </label>
            <span class="hint">"or drop a file anywhere on the page."</span>
        </p>
    }
}

fn shares(state: State, sheet: RwSignal<Option<Sheet>>) -> impl IntoView {
    let link = RwSignal::new(String::new());
    let removed = RwSignal::new(Vec::<String>::new());
    let refused = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if sheet.get() != Some(Sheet::Share) {
            return;
        }
        link.set(String::new());
        let clean = match state.text.with_untracked(|text| redact(text)) {
            Ok(clean) => clean,
            Err(error) => {
                removed.set(Vec::new());
                refused.set(Some(format!("The link cannot be created: {error}.")));
                return;
            }
        };
        let shared = state
            .target
            .with_untracked(|target| Shared::new(&clean.text, target));
        removed.set(clean.paths);
        refused.set(None);
        leptos::task::spawn_local(async move {
            let location = window().location();
            let page = location.href().unwrap_or_default();
            let page = page.split(['#', '?']).next().unwrap_or_default().to_owned();
            match pack(&shared).await {
                Ok(fragment) => link.set(format!("{page}{fragment}")),
                Err(_) => state.tell("This browser cannot compress the link."),
            }
        });
    });
    view! {
        <p>
            "The link contains the values that differ from the defaults. They are in the part \
             after "<code>"#"</code>
            ", which browsers do not send to any server."
        </p>
        <div class="finding warning" hidden=move || removed.with(Vec::is_empty)>
            <p>"Not in the link, because they look like credentials:"</p>
            <ul>
                {move || {
                    removed
                        .get()
                        .into_iter()
                        .map(|removed| view! { <li><code>{removed}</code></li> })
                        .collect_view()
                }}
            </ul>
        </div>
        <p class="finding error" hidden=move || refused.with(Option::is_none)>
            {move || refused.get()}
        </p>
        <label for="share-link">"Link"</label>
        <input
            id="share-link"
            type="text"
            readonly
            prop:value=move || link.get()
            on:focus:target=move |event| event.target().select()
        />
        <p class="sheet-actions">
            <button
                type="button"
                class="primary"
                disabled=move || link.with(String::is_empty)
                on:click=move |_| {
                    dom::copy(state, link.get_untracked(), "the link");
                    sheet.set(None);
                }
            >
                "Copy link"
            </button>
            <span class="hint">
                {move || link.with(|link| format!("{} characters", link.len()))}
            </span>
        </p>
    }
}

fn downloads(state: State, sheet: RwSignal<Option<Sheet>>) -> impl IntoView {
    let has_objects = Memo::new(move |_| state.objects.with(|objects| !objects.is_empty()));
    let save = move |name: &'static str, kind: &'static str, bytes: &[u8]| {
        if dom::download(name, kind, bytes).is_err() {
            state.tell(format!("The browser did not save {name}."));
        }
        sheet.set(None);
    };
    let manifests = move |_| {
        let text = state
            .objects
            .with_untracked(|objects| manifests_text(objects));
        save("manifests.yaml", "application/yaml", text.as_bytes());
    };
    let values = move |_| {
        state
            .text
            .with_untracked(|text| save("values.yaml", "application/yaml", text.as_bytes()));
    };
    let zip = move |_| {
        let objects = state.objects.get_untracked();
        let files = objects
            .iter()
            .map(|object| (object.file_name.as_str(), &*object.text));
        match archive::zip(files) {
            Ok(bytes) => save("manifests.zip", "application/zip", &bytes),
            Err(_) => state.tell("The manifests are too large for a zip file."),
        }
    };
    view! {
        <p class="finding error" hidden=move || !state.view.with(|view| view.0.stale)>
            "The values have errors. The manifests do not contain your last change."
        </p>
        <p class="finding warning" hidden=move || {
            state.view.with(|view| view.0.stale) || state.count(Severity::Warning) == 0
        }>"There are warnings. Read them in Problems before you apply the manifests."</p>
        <button
            type="button"
            class="card"
            disabled=move || !has_objects.get()
            on:click=manifests
        >
            <strong>"manifests.yaml"</strong>
            <span>"All objects in one file, for " <code>"kubectl apply -f"</code> "."</span>
        </button>
        <button type="button" class="card" on:click=values>
            <strong>"values.yaml"</strong>
            <span>"The values file, for the command line or Helm."</span>
        </button>
        <button type="button" class="card" disabled=move || !has_objects.get() on:click=zip>
            <strong>"manifests.zip"</strong>
            <span>"One file for each object."</span>
        </button>
    }
}

fn keys() -> impl IntoView {
    view! {
        <dl class="keys">
            {KEYS
                .iter()
                .map(|(keys, what)| {
                    let keys = keys
                        .split(' ')
                        .map(|key| view! { <kbd>{key}</kbd> })
                        .collect_view();
                    view! {
                        <dt>{keys}</dt>
                        <dd>{*what}</dd>
                    }
                })
                .collect_view()}
        </dl>
    }
}
