//! The objects and how they refer to each other, drawn.

use super::manifests::go_to;
use crate::state::{State, Tab};
use leptos::prelude::*;
use mlflow_k8s_configurator::diagram::{HEIGHT, WIDTH, corner, line, shortened, size};
use mlflow_k8s_core::diagram::{Diagram as Graph, DiagramNode, Edge};

/// The tab of the diagram.
#[component]
pub(crate) fn Diagram() -> impl IntoView {
    let state = expect_context::<State>();
    let graph = Memo::new(move |_| state.manifests.with(|set| Graph::of(set)));
    view! {
        <div class="tab-tools">
            <span class="hint">
                "Click an object to go to its manifest. Dashed objects are not part of the \
                 manifests."
            </span>
        </div>
        <div class="diagram" tabindex="0" role="region" aria-label="Diagram">
            {move || {
                let graph = graph.get();
                if graph.nodes.is_empty() {
                    view! { <p class="empty">"There is no diagram yet. Fix the errors first."</p> }
                        .into_any()
                } else {
                    draw(state, &graph)
                }
            }}
        </div>
    }
}

fn draw(state: State, graph: &Graph) -> AnyView {
    let (width, height) = size(graph);
    let edges = graph
        .edges
        .iter()
        .filter_map(|edge| {
            let find = |id: &str| graph.nodes.iter().find(|node| node.id == id);
            Some(draw_edge(find(&edge.from)?, find(&edge.to)?, edge))
        })
        .collect_view();
    let nodes = graph
        .nodes
        .iter()
        .map(|node| draw_node(state, node))
        .collect_view();
    let summary = format!(
        "{} objects and {} references",
        graph.nodes.len(),
        graph.edges.len()
    );
    view! {
        <svg
            width=width.to_string()
            height=height.to_string()
            viewBox=format!("0 0 {width} {height}")
            role="group"
            aria-label=summary
        >
            <defs>
                <marker
                    id="arrow"
                    viewBox="0 0 8 8"
                    refX="7"
                    refY="4"
                    markerWidth="7"
                    markerHeight="7"
                    orient="auto-start-reverse"
                >
                    <path d="M0 0.5 8 4 0 7.5Z" class="arrow"></path>
                </marker>
            </defs>
            {edges}
            {nodes}
        </svg>
    }
    .into_any()
}

fn draw_edge(from: &DiagramNode, to: &DiagramNode, edge: &Edge) -> impl IntoView + use<> {
    let (path, (x, y)) = line(from, to);
    view! {
        <g class="edge">
            <title>
                {format!("{} {} {} {} {}", from.kind, from.name, edge.label, to.kind, to.name)}
            </title>
            <path d=path marker-end="url(#arrow)"></path>
            <text x=x.to_string() y=(y.saturating_sub(4)).to_string() text-anchor="middle">
                {shortened(&edge.label)}
            </text>
        </g>
    }
}

fn draw_node(state: State, node: &DiagramNode) -> impl IntoView + use<> {
    let (x, y) = corner(node);
    let label = format!("{} {}", node.kind, node.name);
    let can_go = !node.external;
    let go = {
        let (kind, name) = (node.kind.clone(), node.name.clone());
        move || {
            let file_name = state.objects.with_untracked(|objects| {
                objects
                    .iter()
                    .find(|object| object.kind == kind && object.name == name)
                    .map(|object| object.file_name.clone())
            });
            if let Some(file_name) = file_name {
                state.tab.set(Tab::Manifests);
                // The tab is shown in the next frame.
                request_animation_frame(move || go_to(&file_name));
            }
        }
    };
    let by_key = go.clone();
    view! {
        <g
            class="node"
            class:external=node.external
            transform=format!("translate({x} {y})")
            role=if can_go { "button" } else { "img" }
            tabindex=can_go.then_some("0")
            aria-label=label
            on:click=move |_| go()
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") {
                    event.prevent_default();
                    by_key();
                }
            }
        >
            <rect width=WIDTH.to_string() height=HEIGHT.to_string() rx="6"></rect>
            <text class="node-kind" x="12" y="19">
                {node.kind.clone()}
            </text>
            <text class="node-name" x="12" y="36">
                " "
                {shortened(&node.name)}
            </text>
        </g>
    }
}
