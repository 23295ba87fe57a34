//! The findings: what is wrong, why, and a button that fixes it.

use crate::form::{fix_button, prose, reveal};
use crate::reasons::Reasons;
use crate::state::State;
use leptos::prelude::*;
use mlflow_k8s_configurator::view::Problem;
use mlflow_k8s_core::diagnostic::Severity;

/// The strip of counts, and the list that it unfolds.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let state = expect_context::<State>();
    let is_open = RwSignal::new(true);
    let total = Memo::new(move |_| state.problems.with(Vec::len));
    let counts = [Severity::Error, Severity::Warning, Severity::Hint].map(|severity| {
        let count = Memo::new(move |_| state.count(severity));
        view! {
            <span class=format!("tally {}", severity.as_str()) class:none=move || count.get() == 0>
                <span class="dot" aria-hidden="true"></span>
                {move || counted(count.get(), severity.as_str())}
            </span>
        }
    });
    view! {
        <section id="problems-pane" class="problems" aria-labelledby="problems-title">
            <div class="problems-head">
                <h2 id="problems-title" tabindex="-1">
                    <button
                        type="button"
                        class="fold"
                        aria-expanded=move || is_open.get().to_string()
                        aria-controls="problems"
                        on:click=move |_| is_open.update(|open| *open = !*open)
                    >
                        "Problems"
                    </button>
                </h2>
                <p id="problems-summary" class="tallies" role="status">
                    {counts}
                </p>
                {move || all_fixes(state)}
            </div>
            <ul id="problems" hidden=move || !is_open.get()>
                <For
                    each=move || numbered(state.problems.get())
                    key=|(key, _)| key.clone()
                    children=move |(_, problem)| view_problem(state, problem)
                />
                <li class="empty" hidden=move || total.get() != 0>
                    "No problems. You can apply these manifests."
                </li>
            </ul>
        </section>
    }
}

/// The button that applies all fixes, when that is more than one.
fn all_fixes(state: State) -> Option<impl IntoView> {
    let fixable = state.problems.with(|problems| {
        problems
            .iter()
            .filter(|problem| problem.fix.is_some() && problem.severity != Severity::Hint)
            .count()
    });
    (fixable > 1).then(|| {
        view! {
            <button type="button" class="fix" on:click=move |_| state.apply_all()>
                {format!("Fix all {fixable}")}
            </button>
        }
    })
}

fn counted(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// Findings with keys that stay as long as the finding does.
fn numbered(problems: Vec<Problem>) -> Vec<(String, Problem)> {
    let mut seen = std::collections::HashMap::<String, usize>::new();
    problems
        .into_iter()
        .map(|problem| {
            let key = format!(
                "{} {} {:?} {:?} {:?}",
                problem.id, problem.path, problem.line, problem.message, problem.fix
            );
            let times = seen.entry(key.clone()).or_default();
            *times += 1;
            (format!("{key} {times}"), problem)
        })
        .collect()
}

fn view_problem(state: State, problem: Problem) -> impl IntoView {
    let fix = fix_button(state, &problem);
    let Problem {
        id,
        name,
        severity,
        message,
        path,
        bytes,
        line,
        help,
        ..
    } = problem;
    let place = path.to_string();
    let has_reason = mlflow_k8s_core::rules::find(id).is_some();
    let reasons = expect_context::<Reasons>();
    let has_setting = !place.is_empty();
    let go = {
        let path = path.clone();
        move |_| match bytes {
            _ if has_setting => reveal(state, &path),
            Some(bytes) => state.jump_to(bytes),
            None => {}
        }
    };
    view! {
        <li
            class=format!("problem {}", severity.as_str())
            data-code=id
            data-path=place.clone()
            data-severity=severity.as_str()
        >
            <span class="dot" aria-hidden="true"></span>
            <div class="problem-text">
                <p class="message">
                    <button type="button" class="go" on:click=go>
                        <span class="visually-hidden">{severity.as_str()} ": "</span>
                        {prose(&message)}
                    </button>
                </p>
                <p class="where">
                    <span title=name>{id} " " {name}</span>
                    {has_setting.then(|| view! { <code>{place.clone()}</code> })}
                    {line
                        .zip(bytes)
                        .map(|(line, bytes)| {
                            view! {
                                <button
                                    type="button"
                                    class="line-link"
                                    on:click=move |_| state.jump_to(bytes)
                                >
                                    "line "
                                    {line}
                                </button>
                            }
                        })}
                </p>
                {help.map(|help| view! { <p>{prose(&help)}</p> })}
                {has_reason
                    .then(|| {
                        view! {
                            <details class="why" on:toggle=move |_| reasons.ask()>
                                <summary>"Why"</summary>
                                <p aria-live="polite">{move || reasons.of(id)}</p>
                            </details>
                        }
                    })}
            </div>
            {fix}
        </li>
    }
}
