//! What to run.

use leptos::prelude::*;

/// The tab of the commands.
#[component]
pub(crate) fn Commands() -> impl IntoView {
    view! { <pre class="code">"kubectl apply -f manifests.yaml"</pre> }
}
