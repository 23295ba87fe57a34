//! What is chosen beside the values: release, namespace, Kubernetes version.

use crate::state::State;
use leptos::prelude::*;
use mlflow_k8s_configurator::search::{RELEASE, matches};
use mlflow_k8s_core::release::KubeVersion;

/// The controls of the release.
pub(super) fn release(state: State) -> impl IntoView {
    let shown = state.found.part(|query| matches(query, RELEASE));
    let versions = (KubeVersion::OLDEST.minor()..=KubeVersion::NEWEST.minor())
        .rev()
        .map(|minor| format!("1.{minor}"))
        .collect::<Vec<_>>();
    view! {
        <div class="pair" hidden=move || !shown.get()>
            <div class="row">
                <div class="row-head">
                    <label for="release-name">"Release name"</label>
                </div>
                <input
                    id="release-name"
                    type="text"
                    data-path="release.name"
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=move || state.target.with(|target| target.name.clone())
                    on:input:target=move |event| {
                        let name = event.target().value();
                        state.edit_target("release.name", |target| target.name = name);
                    }
                />
            </div>
            <div class="row">
                <div class="row-head">
                    <label for="release-namespace">"Namespace"</label>
                </div>
                <input
                    id="release-namespace"
                    type="text"
                    data-path="release.namespace"
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=move || state.target.with(|target| target.namespace.clone())
                    on:input:target=move |event| {
                        let name = event.target().value();
                        state.edit_target("release.namespace", |target| target.namespace = name);
                    }
                />
            </div>
        </div>
        <div class="row row-switch" hidden=move || !shown.get()>
            <div class="row-head">
                <label id="release-create-label" for="release-create">"Create the namespace"</label>
            </div>
            <div class="row-control">
                <button
                    id="release-create"
                    type="button"
                    role="switch"
                    class="switch"
                    data-path="release.createNamespace"
                    aria-labelledby="release-create-label"
                    aria-checked=move || {
                        state.target.with(|target| target.create_namespace).to_string()
                    }
                    on:click=move |_| {
                        state
                            .edit_target(
                                "",
                                |target| target.create_namespace = !target.create_namespace,
                            );
                    }
                ></button>
            </div>
            <p class="help">
                "Also renders the Namespace object. Leave this off if the namespace exists."
            </p>
        </div>
        <div class="row" hidden=move || !shown.get()>
            <div class="row-head">
                <label for="release-version">"Kubernetes version"</label>
            </div>
            <select
                id="release-version"
                data-path="release.kubeVersion"
                prop:value=move || state.target.with(|target| target.kube_version.clone())
                on:change:target=move |event| {
                    let version = event.target().value();
                    state.edit_target("", |target| target.kube_version = version);
                }
            >
                <option value="">"all supported versions"</option>
                {versions
                    .into_iter()
                    .map(|version| view! { <option value=version.clone()>{version.clone()}</option> })
                    .collect_view()}
            </select>
            <p class="help">"The oldest Kubernetes version that the manifests must work with."</p>
        </div>
    }
}
