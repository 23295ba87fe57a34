//! The objects: highlighted, with an outline, folds and marks.

use super::explained::{Explained, Strip};
use crate::dom;
use crate::state::{Baseline, State};
use leptos::html::Pre;
use leptos::prelude::*;
use mlflow_k8s_configurator::changed_lines::{Mark, changed};
use mlflow_k8s_configurator::marks::{changes, defaults, find, is_touched, marked_html};
use mlflow_k8s_configurator::view::{Objects, manifests_text};
use std::collections::HashSet;
use std::sync::Arc;
use web_sys::ScrollLogicalPosition;

/// The first line of each run of lines that changed.
const CHANGES: &str =
    "#manifests :is(.added, .altered):not(:is(.added, .altered) + :is(.added, .altered))";

/// The tab of the manifests.
#[component]
pub(crate) fn Manifests() -> impl IntoView {
    let state = expect_context::<State>();
    let explained = expect_context::<Explained>();
    let base = Memo::new(move |_| match state.baseline.get() {
        Baseline::LastChange => state.before.get(),
        Baseline::Start => state.start.get(),
        Baseline::Defaults => defaults(),
    });
    let folded = RwSignal::new(HashSet::<String>::new());
    let names = Memo::new(move |_| {
        state.objects.with(|objects| {
            objects
                .iter()
                .map(|object| object.file_name.clone())
                .collect::<Vec<_>>()
        })
    });
    let removed = Memo::new(move |_| {
        let objects = state.objects.get();
        let lines_gone: usize = base.with(|base| {
            base.iter()
                .map(|old| match find(&objects, &old.file_name) {
                    Some(new) if new.text == old.text => 0,
                    Some(new) => changed(&old.text, &new.text).removed,
                    None => old.text.lines().count(),
                })
                .sum()
        });
        lines_gone
    });
    let is_marked = Memo::new(move |_| {
        state.objects.with(|objects| {
            base.with(|base| {
                objects.iter().any(|object| {
                    let changes = changes(base, &object.file_name, &object.text);
                    changes.lines.iter().any(|mark| *mark != Mark::Same)
                })
            })
        })
    });
    // Which change is the next; a change begins anew.
    let next = StoredValue::new(0);
    Effect::new(move |_| {
        state.objects.track();
        base.track();
        next.set_value(0);
    });
    let go_to_next = move |_| {
        let places = dom::find_all(CHANGES);
        let Some(line) = places.get(next.get_value() % places.len().max(1)) else {
            return;
        };
        next.update_value(|next| *next += 1);
        let object = line.closest("[data-object]").ok().flatten();
        if let Some(name) = object.and_then(|object| object.get_attribute("data-object")) {
            folded.update(|folded| {
                folded.remove(&name);
            });
        }
        let line = line.clone();
        request_animation_frame(move || {
            dom::scroll_to(&line, ScrollLogicalPosition::Center);
            dom::flash(&line);
        });
    };
    let outline = move |name: String| {
        let label = {
            let name = name.clone();
            Memo::new(move |_| {
                state.objects.with(|objects| {
                    find(objects, &name)
                        .map(|object| (object.kind.clone(), object.name.clone()))
                        .unwrap_or_default()
                })
            })
        };
        let marked = {
            let name = name.clone();
            Memo::new(move |_| {
                let text = text_of(state, &name);
                base.with(|base| is_touched(&changes(base, &name, &text)))
            })
        };
        let jump = move |_| {
            folded.update(|folded| {
                folded.remove(&name);
            });
            go_to(&name);
        };
        view! {
            <li>
                <button type="button" class="outline-entry" class:touched=marked on:click=jump>
                    <span class="kind">{move || label.get().0}</span>
                    <span class="name">{move || label.get().1}</span>
                </button>
            </li>
        }
    };
    let object = move |name: String| view_object(state, base, folded, name);
    let copy_all = move |_| {
        dom::copy(
            state,
            state
                .objects
                .with_untracked(|objects| manifests_text(objects)),
            "manifests.yaml",
        );
    };
    view! {
        <div class="tab-tools">
            <label class="compare">
                "Changes since: "
                <select
                    aria-label="Compare with"
                    on:change:target=move |event| {
                        state
                            .baseline
                            .set(match event.target().value().as_str() {
                                "start" => Baseline::Start,
                                "defaults" => Baseline::Defaults,
                                _ => Baseline::LastChange,
                            });
                    }
                >
                    <option value="last">"the last edit"</option>
                    <option value="start">"the preset or import"</option>
                    <option value="defaults">"the quick start"</option>
                </select>
            </label>
            <span class="removed" hidden=move || removed.get() == 0>
                {move || removed.get()}
                {move || if removed.get() == 1 { " line removed" } else { " lines removed" }}
            </span>
            <button type="button" class="quiet" hidden=move || !is_marked.get() on:click=go_to_next>
                "Next change"
            </button>
            <span class="spacer"></span>
            <button
                type="button"
                class="quiet"
                on:click=move |_| {
                    let all: HashSet<String> = names.with_untracked(|names| names.iter().cloned().collect());
                    folded.update(|folded| {
                        if folded.len() >= all.len() { folded.clear() } else { *folded = all }
                    });
                }
            >
                {move || {
                    let all = names.with(Vec::len);
                    if all > 0 && folded.with(HashSet::len) >= all { "Expand all" } else { "Collapse all" }
                }}
            </button>
            <button type="button" class="quiet" on:click=copy_all>
                "Copy"
            </button>
        </div>
        <p class="stale-note" role="status" hidden=move || !is_stale(state)>
            {move || {
                if state.objects.with(|objects| objects.is_empty()) {
                    "There are no manifests yet. Fix the errors first."
                } else {
                    "The values have errors. These manifests do not contain your last change."
                }
            }}
        </p>
        <div class="manifests-body">
            <nav class="outline" aria-label="Objects">
                <ol>
                    <For each=move || names.get() key=|name| name.clone() children=outline />
                </ol>
            </nav>
            <div
                id="manifests"
                class="code"
                class:stale=move || is_stale(state)
                tabindex="0"
                role="region"
                aria-label="Manifests"
                aria-describedby="line-settings"
                on:pointerover=move |event| explained.on_pointer(&event)
                on:pointerleave=move |_| explained.on_leave()
                on:click=move |event| explained.on_click(&event)
                on:keydown=move |event| explained.on_key(&event)
            >
                <For each=move || names.get() key=|name| name.clone() children=object />
            </div>
        </div>
        <Strip />
    }
}

fn is_stale(state: State) -> bool {
    state.view.with(|view| view.0.stale)
}

fn view_object(
    state: State,
    base: Memo<Objects>,
    folded: RwSignal<HashSet<String>>,
    name: String,
) -> impl IntoView {
    let html = {
        let name = name.clone();
        Memo::new(move |_| {
            let text = text_of(state, &name);
            let changes = base.with(|base| changes(base, &name, &text));
            marked_html(&text, &changes)
        })
    };
    let lines = NodeRef::<Pre>::new();
    dom::show_lines(lines, html);
    let id = format!("object-{name}");
    let is_folded = {
        let name = name.clone();
        Memo::new(move |_| folded.with(|folded| folded.contains(&name)))
    };
    let toggle = {
        let name = name.clone();
        move |_| {
            folded.update(|folded| {
                if !folded.remove(&name) {
                    folded.insert(name.clone());
                }
            });
        }
    };
    let copy = {
        let name = name.clone();
        move |_| dom::copy(state, text_of(state, &name).to_string(), "the object")
    };
    view! {
        // What is not part of the download has no text here, only labels.
        <div class="object" class:folded=is_folded id=id data-object=name.clone()>
            <button
                type="button"
                class="object-fold"
                aria-expanded=move || (!is_folded.get()).to_string()
                aria-label=format!("Collapse {name}")
                on:click=toggle
            ></button>
            <button
                type="button"
                class="object-copy"
                aria-label=format!("Copy {name}")
                title="Copy this object"
                on:click=copy
            ></button>
            <pre node_ref=lines></pre>
        </div>
    }
}

/// Goes to an object.
pub(crate) fn go_to(file_name: &str) {
    if let Some(element) = dom::find(&format!("[data-object=\"{file_name}\"]")) {
        dom::scroll_to(&element, ScrollLogicalPosition::Start);
        dom::flash(&element);
    }
}

fn text_of(state: State, file_name: &str) -> Arc<str> {
    state.objects.with(|objects| {
        find(objects, file_name)
            .map(|object| object.text.clone())
            .unwrap_or_default()
    })
}
