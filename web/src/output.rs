//! The tabs with what comes out of the settings.

mod commands;
mod diagram;
mod explained;
mod manifests;
mod values_editor;

use crate::dom;
use crate::embed::is_embedded;
use crate::state::{State, Tab};
use leptos::prelude::*;

pub(crate) use explained::{Explained, follow_focus};

/// The tabs and what they show.
#[component]
pub(crate) fn Output() -> impl IntoView {
    let state = expect_context::<State>();
    let keydown = move |event: web_sys::KeyboardEvent| {
        let present = state.tab.get_untracked();
        let count = Tab::ALL.len();
        let position = Tab::ALL
            .iter()
            .position(|tab| *tab == present)
            .unwrap_or_default();
        let next = match event.key().as_str() {
            "ArrowRight" => (position + 1) % count,
            "ArrowLeft" => (position + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        if let Some(tab) = Tab::ALL.get(next) {
            state.tab.set(*tab);
            dom::focus_later(format!("#tab-{}", tab.id()));
        }
    };
    let tabs = Tab::ALL
        .into_iter()
        .enumerate()
        .map(|(position, tab)| {
            let is_shown = move || state.tab.get() == tab;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=format!("tab-{}", tab.id())
                    aria-controls=format!("panel-{}", tab.id())
                    aria-selected=move || is_shown().to_string()
                    aria-keyshortcuts=(position + 1).to_string()
                    tabindex=move || if is_shown() { "0" } else { "-1" }
                    on:click=move |_| state.tab.set(tab)
                >
                    {tab.title()}
                    <kbd aria-hidden="true">{position + 1}</kbd>
                </button>
            }
        })
        .collect_view();
    let panel = move |tab: Tab, content: AnyView| {
        view! {
            <div
                role="tabpanel"
                class="panel"
                id=format!("panel-{}", tab.id())
                aria-labelledby=format!("tab-{}", tab.id())
                hidden=move || state.tab.get() != tab && !(is_embedded() && tab == Tab::Values)
            >
                {content}
            </div>
        }
    };
    // What a hidden tab would show is not worked out.
    let commands =
        move || (state.tab.get() == Tab::Commands).then(|| view! { <commands::Commands /> });
    let diagram = move || (state.tab.get() == Tab::Diagram).then(|| view! { <diagram::Diagram /> });
    view! {
        <div class="tabs" role="tablist" aria-label="Output" on:keydown=keydown>
            {tabs}
        </div>
        <div class="panels">
            {panel(Tab::Values, view! { <values_editor::ValuesEditor /> }.into_any())}
            {panel(Tab::Manifests, view! { <manifests::Manifests /> }.into_any())}
            {panel(Tab::Commands, commands.into_any())}
            {panel(Tab::Diagram, diagram.into_any())}
        </div>
    }
}
