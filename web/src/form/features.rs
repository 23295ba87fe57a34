//! The switches of features that are made of several settings.

use crate::state::State;
use leptos::prelude::*;
use mlflow_k8s_configurator::features::{Feature, Switchable as _};
use mlflow_k8s_configurator::search::{FEATURES, matches};

/// A switch for each feature.
pub(super) fn features(state: State) -> impl IntoView {
    let shown = state.found.part(|query| matches(query, FEATURES));
    Feature::ALL
        .into_iter()
        .map(|feature| {
            let is_on = state
                .parts
                .part(move |view| feature.is_on(&view.0.features));
            let id = format!(
                "feature-{}",
                feature.label().to_lowercase().replace(' ', "-")
            );
            let label_id = format!("{id}-label");
            let switch = move |_| {
                let target = state.target.get_untracked();
                state.edit("", |text| {
                    feature.switch(text, &target, !is_on.get_untracked())
                });
            };
            view! {
                <div class="row row-switch feature" hidden=move || !shown.get()>
                    <div class="row-head">
                        <label id=label_id.clone() for=id.clone()>
                            {feature.label()}
                        </label>
                    </div>
                    <div class="row-control">
                        <button
                            id=id
                            type="button"
                            role="switch"
                            class="switch"
                            data-path=feature.path().to_string()
                            aria-labelledby=label_id
                            aria-checked=move || is_on.get().to_string()
                            on:click=switch
                        ></button>
                    </div>
                    <p class="help">{feature.help()}</p>
                </div>
            }
        })
        .collect_view()
}
