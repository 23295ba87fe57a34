//! The page.

use crate::embed::is_embedded;
use crate::form::Form;
use crate::import::accept_drops;
use crate::output::{Explained, Output, follow_focus};
use crate::problems::Problems;
use crate::reasons::Reasons;
use crate::sheets::Sheets;
use crate::shortcuts::{self, Sheet};
use crate::state::{Pane, State, Tab};
use crate::storage;
use crate::theme::ThemeChoice;
use crate::{dom, share};
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use mlflow_k8s_configurator::rehearsal::rehearse;
use mlflow_k8s_configurator::sections::{SECTIONS, paths};
use mlflow_k8s_configurator::share::{Shared, packed};
use mlflow_k8s_configurator::values_link::{self, FIRST_PRESET, Linked};
use mlflow_k8s_configurator::view::Target;
use mlflow_k8s_configurator::work::Work;
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::presets::{PRESETS, preset};
use mlflow_k8s_core::redact::redact;

/// How long a notice stays, in milliseconds.
const NOTICE: u32 = 8_000;
/// How long after a change it is kept, in milliseconds.
const KEEP_AFTER: u32 = 400;

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let state = begin();
    provide_context(state);
    provide_context(Reasons::new());
    provide_context(Explained::new(state));
    let sheet = RwSignal::new(None::<Sheet>);
    let is_over = RwSignal::new(false);
    accept_drops(state, is_over);
    shortcuts::listen(state, sheet);
    follow_address(state);
    if !is_embedded() {
        keep_work(state);
    }
    let page = if is_embedded() {
        playground(state).into_any()
    } else {
        full(state, sheet).into_any()
    };
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-ready", "true");
        }
        rehearse_when_idle(0);
    });
    view! {
        {page}
        <Sheets sheet />
        <Notice />
        <div class="drop" hidden=move || !is_over.get()>
            "Drop a values file here to import it"
        </div>
    }
}

/// Rehearses a preset whenever the browser has nothing else to do.
fn rehearse_when_idle(position: usize) {
    let Some(preset) = PRESETS.get(position) else {
        return;
    };
    request_idle_callback(move || {
        rehearse(preset.values);
        rehearse_when_idle(position + 1);
    });
}

/// The state at the start: the work of a link, or of the last visit, or a preset.
fn begin() -> State {
    let query = window().location().search().unwrap_or_default();
    let (linked, fault) = match values_link::in_query(&query).transpose() {
        Ok(linked) => (linked, None),
        Err(fault) => (None, Some(fault)),
    };
    let kept = storage::load().filter(|_| !is_embedded());
    let tab = linked.as_ref().and_then(|linked| linked.tab);
    let state = match (kept, linked) {
        (Some(work), linked) => {
            let target = work.target();
            let state = State::new(work.text, target);
            if let Some(Linked { work, .. }) = linked {
                let target = work.target();
                // A step that can be taken back: nobody loses work to a link. What
                // the browser keeps stays until the visitor changes something.
                let notice = "Opened the values of a link. Undo brings back your own.";
                state.replace(work.text, Some(target), notice);
            }
            state
        }
        (None, Some(Linked { work, .. })) => {
            let target = work.target();
            State::new(work.text, target)
        }
        (None, None) => {
            let values = preset(FIRST_PRESET).map_or("", |preset| preset.values);
            State::new(values.to_owned(), Target::default())
        }
    };
    if let Some(tab) = tab {
        state.tab.set(tab);
    }
    if let Some(fault) = fault {
        state.tell(fault.to_string());
    }
    state
}

/// Keeps the work, a little after each change.
fn keep_work(state: State) {
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |before: Option<()>| {
        state.text.track();
        state.target.track();
        if before.is_none() {
            return;
        }
        // The timer before this one is cancelled when it is dropped.
        timer.set_value(Some(Timeout::new(KEEP_AFTER, move || keep(state))));
    });
    if !storage::is_available() {
        state
            .tell("This browser does not store your work. Download it before you leave this page.");
    }
}

/// Keeps the work now.
fn keep(state: State) {
    // A text that cannot be read may hold anything. The last one that could be
    // read stays in the storage.
    if let Ok(clean) = state.text.with_untracked(|text| redact(text)) {
        storage::save(&Work::new(clean.text, state.target.get_untracked()));
    }
}

/// Reads the fragment, now and when it changes, and writes the tab into it.
fn follow_address(state: State) {
    let read = move || {
        let fragment = window().location().hash().unwrap_or_default();
        if let Some(linked) = values_link::in_fragment(&fragment) {
            match linked {
                Ok(linked) => {
                    if let Some(tab) = linked.tab {
                        state.tab.set(tab);
                    }
                    open_shared(state, linked.work);
                }
                Err(fault) => state.tell(fault.to_string()),
            }
            return;
        }
        match packed(&fragment) {
            Some(Ok(bytes)) => leptos::task::spawn_local(async move {
                match share::unpack(&bytes).await {
                    Ok(shared) => open_shared(state, shared),
                    Err(error) => state.tell(error.to_string()),
                }
            }),
            Some(Err(error)) => state.tell(error.to_string()),
            None => {
                if let Some(tab) = fragment.strip_prefix("#tab=").and_then(Tab::by_id) {
                    state.tab.set(tab);
                }
            }
        }
    };
    read();
    let handle = window_event_listener(leptos::ev::hashchange, move |_| read());
    on_cleanup(move || handle.remove());
    Effect::new(move |before: Option<()>| {
        let tab = state.tab.get();
        // The first time the fragment may be shared work that is still read.
        if before.is_some() {
            write_fragment(tab);
        }
    });
}

/// Puts the work of a link in the place of the present one, and takes the link
/// out of the address: a reload is to bring back what became of it.
fn open_shared(state: State, shared: Shared) {
    let target = shared.target();
    state.replace(
        shared.text,
        Some(target),
        "Opened the values from the link.",
    );
    if !is_embedded() {
        keep(state);
    }
    write_fragment(state.tab.get_untracked());
}

fn write_fragment(tab: Tab) {
    if let Ok(history) = window().history() {
        let fragment = format!("#tab={}", tab.id());
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&fragment));
    }
}

fn full(state: State, sheet: RwSignal<Option<Sheet>>) -> impl IntoView {
    let current = RwSignal::new(SECTIONS.first().map(|section| section.id));
    let pane = move || match state.pane.get() {
        Pane::Settings => "page show-settings",
        Pane::Output => "page show-output",
        Pane::Problems => "page show-problems",
    };
    let explained = expect_context::<Explained>();
    view! {
        <div class=pane>
            {header(state, sheet)}
            <main class="panes">
                <section
                    id="settings"
                    class="settings"
                    aria-label="Settings"
                    on:focusin=move |event| follow_focus(explained, &event)
                    on:focusout=move |_| explained.follow(None)
                >
                    {settings_head(state, current)}
                    <div class="settings-body" on:scroll=move |_| current.set(section_in_view())>
                        <Form />
                    </div>
                </section>
                <div class="results">
                    <section id="output" class="output" aria-label="Output">
                        <h2 class="visually-hidden">"Output"</h2>
                        <Output />
                    </section>
                    <Problems />
                </div>
            </main>
            {switcher(state)}
        </div>
    }
}

fn header(state: State, sheet: RwSignal<Option<Sheet>>) -> impl IntoView {
    let opener =
        move |wanted: Sheet, label: &'static str, key: &'static str, class: &'static str| {
            view! {
                <button
                    type="button"
                    class=class
                    aria-haspopup="dialog"
                    aria-keyshortcuts=key
                    on:click=move |_| sheet.set(Some(wanted))
                >
                    {label}
                    <kbd aria-hidden="true">{key}</kbd>
                </button>
            }
        };
    let reset = move |_| {
        storage::forget();
        let values = preset(FIRST_PRESET).map_or("", |preset| preset.values);
        state.replace(
            values.to_owned(),
            Some(Target::default()),
            "Started over with the values of a first visit.",
        );
    };
    view! {
        <header class="top">
            <div class="brand">
                <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
                    <path
                        fill="none"
                        stroke="currentColor"
                        stroke-width="2"
                        stroke-linejoin="round"
                        d="M12 2.5 20.5 7v10L12 21.5 3.5 17V7Zm0 9.5v9.5M12 12 3.5 7M12 12l8.5-5"
                    />
                </svg>
                <h1>"mlflow-k8s" <span>" configurator"</span></h1>
            </div>
            <div class="actions" role="group" aria-label="Actions">
                {opener(Sheet::Presets, "Presets", "n", "tool")}
                {opener(Sheet::Import, "Import", "i", "tool")}
                <span class="divider"></span>
                <button
                    type="button"
                    class="tool icon undo"
                    aria-label="Undo"
                    title="Undo (Ctrl Z)"
                    aria-keyshortcuts="Control+Z"
                    disabled=move || !state.can_undo()
                    on:click=move |_| state.undo()
                ></button>
                <button
                    type="button"
                    class="tool icon redo"
                    aria-label="Redo"
                    title="Redo (Ctrl Shift Z)"
                    aria-keyshortcuts="Control+Shift+Z"
                    disabled=move || !state.can_redo()
                    on:click=move |_| state.redo()
                ></button>
                <button type="button" class="tool" on:click=reset>
                    "Start over"
                </button>
                <span class="divider"></span>
                {opener(Sheet::Share, "Share", "l", "tool")}
                {opener(Sheet::Download, "Download", "d", "tool primary")}
                <span class="divider"></span>
                <ThemeChoice />
                <button
                    type="button"
                    class="tool icon"
                    aria-label="Keyboard shortcuts"
                    title="Keyboard shortcuts (?)"
                    aria-haspopup="dialog"
                    on:click=move |_| sheet.set(Some(Sheet::Keys))
                >
                    "?"
                </button>
            </div>
        </header>
    }
}

/// The section at the top of the form's window.
fn section_in_view() -> Option<&'static str> {
    let top = dom::find(".settings-body")?
        .get_bounding_client_rect()
        .top();
    SECTIONS
        .iter()
        .rfind(|section| {
            dom::find(&format!("#section-{}", section.id))
                .is_some_and(|element| element.get_bounding_client_rect().top() < top + 60.0)
        })
        .or(SECTIONS.first())
        .map(|section| section.id)
}

fn settings_head(state: State, current: RwSignal<Option<&'static str>>) -> impl IntoView {
    let links = SECTIONS
        .iter()
        .map(|section| {
            let count = state.changed_count(paths(section));
            let go = move |_| {
                state.query.set(String::new());
                request_animation_frame(move || {
                    if let Some(title) = dom::find(&format!("#title-{}", section.id)) {
                        if let Ok(Some(whole)) = title.closest("section") {
                            dom::scroll_to(&whole, web_sys::ScrollLogicalPosition::Start);
                        }
                        let options = web_sys::FocusOptions::new();
                        options.set_prevent_scroll(true);
                        let _ = title.focus_with_options(&options);
                    }
                });
            };
            view! {
                <li>
                    <button
                        type="button"
                        aria-current=move || (current.get() == Some(section.id)).then_some("true")
                        on:click=go
                    >
                        {section.title}
                        <span class="count" hidden=move || count.get() == 0>
                            {move || count.get()}
                            <span class="visually-hidden">" changed"</span>
                        </span>
                    </button>
                </li>
            }
        })
        .collect_view();
    let is_unreadable = state.parts.part(|view| view.0.unreadable);
    let object = state.object();
    view! {
        <div class="settings-head">
            <div class="search" role="search">
                <input
                    id="search"
                    type="search"
                    placeholder="Search settings"
                    aria-label="Search settings"
                    aria-keyshortcuts="/"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || state.query.get()
                    on:input:target=move |event| state.query.set(event.target().value())
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            state.query.set(String::new());
                        }
                    }
                />
                <kbd aria-hidden="true">"/"</kbd>
            </div>
            <nav class="sections" aria-label="Sections">
                <ul>{links}</ul>
            </nav>
            <p id="settings-note" class="stale-note" role="status" hidden=move || !is_unreadable.get()>
                {move || match object.get() {
                    Some(kind) => {
                        format!(
                            "values.yaml contains a Kubernetes object of kind {kind}, not values. \
                             The form shows the previous settings. To edit them, replace the text \
                             with values.",
                        )
                    }
                    None => {
                        "values.yaml cannot be read. The form shows the previous settings. To edit \
                         them, fix the text."
                            .to_owned()
                    }
                }}
            </p>
        </div>
    }
}

fn switcher(state: State) -> impl IntoView {
    let entry = move |pane: Pane, label: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || (state.pane.get() == pane).to_string()
                on:click=move |_| state.pane.set(pane)
            >
                {label}
                {(pane == Pane::Problems)
                    .then(|| {
                        let errors = move || state.count(Severity::Error);
                        let total = move || state.problems.with(Vec::len);
                        view! {
                            <span
                                class="count"
                                class:error=move || errors() != 0
                                hidden=move || total() == 0
                            >
                                {total}
                            </span>
                        }
                    })}
            </button>
        }
    };
    view! {
        <nav class="switcher" aria-label="Parts of the page">
            {entry(Pane::Settings, "Settings")}
            {entry(Pane::Output, "Output")}
            {entry(Pane::Problems, "Problems")}
        </nav>
    }
}

/// The editor and the output, for a frame.
fn playground(state: State) -> impl IntoView {
    let link = RwSignal::new(String::new());
    Effect::new(move |_| {
        let Ok(clean) = state.text.with(|text| redact(text)) else {
            return;
        };
        let shared = state.target.with(|target| Shared::new(&clean.text, target));
        leptos::task::spawn_local(async move {
            if let Ok(fragment) = share::pack(&shared).await {
                link.set(fragment);
            }
        });
    });
    let address = move || {
        let path = window().location().pathname().unwrap_or_default();
        format!("{path}{}", link.get())
    };
    view! {
        <div class="page playground">
            <main class="panes">
                <section id="output" class="output" aria-label="Playground">
                    <Output />
                </section>
                <Problems />
            </main>
            <p class="open-full">
                <a href=address target="_blank" rel="noopener">
                    "Open the full configurator"
                </a>
            </p>
        </div>
    }
}

/// What is told for a while.
#[component]
fn Notice() -> impl IntoView {
    let state = expect_context::<State>();
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        let is_told = state.notice.with(Option::is_some);
        timer.set_value(is_told.then(|| Timeout::new(NOTICE, move || state.notice.set(None))));
    });
    let can_undo = move || {
        state
            .notice
            .with(|notice| notice.as_ref().is_some_and(|notice| notice.can_undo))
    };
    view! {
        <div class="notice" class:shown=move || state.notice.with(Option::is_some)>
            <span role="status">
                {move || {
                    state
                        .notice
                        .with(|notice| notice.as_ref().map(|notice| crate::form::prose(&notice.text)))
                }}
            </span>
            <button
                type="button"
                class="quiet"
                hidden=move || !can_undo()
                on:click=move |_| {
                    state.undo();
                    state.notice.set(None);
                }
            >
                "Undo"
            </button>
            <button
                type="button"
                class="remove"
                aria-label="Dismiss"
                hidden=move || state.notice.with(Option::is_none)
                on:click=move |_| state.notice.set(None)
            ></button>
        </div>
    }
}
