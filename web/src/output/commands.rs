//! What to run, in order, for exactly this configuration.

use crate::dom;
use crate::form::prose;
use crate::state::State;
use leptos::prelude::*;
use mlflow_k8s_core::commands::{Step, StepKind, commands};

/// The tab of the commands.
#[component]
pub(crate) fn Commands() -> impl IntoView {
    let state = expect_context::<State>();
    let steps = Memo::new(move |_| state.manifests.with(|set| commands(set)));
    let copy_all = move |_| {
        let script = steps.with_untracked(|steps| script(steps));
        dom::copy(state, script, "the commands");
    };
    view! {
        <div class="tab-tools">
            <span class="hint">
                "Run the commands in this order. Replace each " <code>"<…>"</code>
                " with your own value."
            </span>
            <span class="spacer"></span>
            <button type="button" class="quiet" on:click=copy_all>
                "Copy all shell commands"
            </button>
        </div>
        <div class="steps" tabindex="0" role="region" aria-label="Commands">
            <ol>
                <For
                    each=move || numbered(steps.get())
                    key=|(position, step)| (*position, step.title.clone(), step.text.clone())
                    children=move |(_, step)| view_step(state, step)
                />
            </ol>
            <p class="empty" hidden=move || steps.with(|steps| !steps.is_empty())>
                "There are no commands yet. Fix the errors first."
            </p>
        </div>
    }
}

fn numbered(steps: Vec<Step>) -> Vec<(usize, Step)> {
    steps.into_iter().enumerate().collect()
}

fn view_step(state: State, step: Step) -> impl IntoView {
    let name = format!("Copy: {}", step.title);
    let language = match step.kind {
        StepKind::Shell => "shell",
        StepKind::Python => "Python",
    };
    let text = step.text.clone();
    view! {
        <li class="step">
            <h3>{prose(&step.title)}</h3>
            {step.why.map(|why| view! { <p class="help">{prose(&why)}</p> })}
            <div class="step-text">
                <pre class="code">{step.text}</pre>
                <button
                    type="button"
                    class="object-copy"
                    aria-label=name
                    title=format!("Copy this {language} code")
                    on:click=move |_| dom::copy(state, text.clone(), "the step")
                ></button>
            </div>
        </li>
    }
}

/// The steps for the shell as one script; what Python runs is left out.
fn script(steps: &[Step]) -> String {
    let mut script = String::new();
    for step in steps.iter().filter(|step| step.kind == StepKind::Shell) {
        script.push_str("# ");
        script.push_str(&step.title);
        script.push('\n');
        script.push_str(&step.text);
        script.push_str("\n\n");
    }
    script
}
