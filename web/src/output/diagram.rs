//! The objects and how they refer to each other.

use crate::state::State;
use leptos::prelude::*;

/// The tab of the diagram.
#[component]
pub(crate) fn Diagram() -> impl IntoView {
    let state = expect_context::<State>();
    view! {
        <ul>
            {move || {
                state
                    .objects
                    .get()
                    .iter()
                    .map(|object| view! { <li>{object.kind.clone()} " " {object.name.clone()}</li> })
                    .collect_view()
            }}
        </ul>
    }
}
