//! The form: a view of the text, made from the description of the settings.

mod collections;
mod controls;
mod features;
mod release;

use crate::dom;
use crate::state::State;
use leptos::prelude::*;
use mlflow_k8s_configurator::edit;
use mlflow_k8s_configurator::ids::control_id;
use mlflow_k8s_configurator::search::{has_match, matches, words};
use mlflow_k8s_configurator::sections::{SECTIONS, Section, paths, setting};
use mlflow_k8s_configurator::view::{Problem, changed_below};
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::settings::{Kind, Setting};

/// Goes to a setting of the form.
pub(crate) fn reveal(state: State, path: &ValuePath) {
    state.pane.set(crate::state::Pane::Settings);
    state.query.set(String::new());
    state.reveal.set(Some(path.clone()));
    dom::focus_setting(path);
}

/// The whole form.
#[component]
pub(crate) fn Form() -> impl IntoView {
    let state = expect_context::<State>();
    let sections = SECTIONS
        .iter()
        .map(|section| view_section(state, section))
        .collect_view();
    let nothing = Memo::new(move |_| {
        state
            .query
            .with(|query| !SECTIONS.iter().any(|section| has_match(section, query)))
    });
    let object = state.object();
    view! {
        <fieldset
            aria-label="Settings of values.yaml"
            aria-describedby="settings-note"
            disabled=move || object.with(Option::is_some)
        >
            {sections}
        </fieldset>
        <p class="empty" hidden=move || !nothing.get()>
            "No setting has " <q>{move || state.query.get()}</q>
            " in its name, path or help."
        </p>
    }
}

fn view_section(state: State, section: &'static Section) -> impl IntoView {
    let count = state.changed_count(paths(section));
    let settings = paths(section)
        .into_iter()
        .filter_map(|path| {
            let setting = setting(&path.to_string())?;
            Some(view_setting(state, setting, path, 0))
        })
        .collect_view();
    let first = match section.id {
        "basics" => Some(release::release(state).into_any()),
        "security" => Some(features::features(state).into_any()),
        _ => None,
    };
    let shown = state.found.part(|query| has_match(section, query));
    let title_id = format!("title-{}", section.id);
    let reset = move |_| {
        state.edit("", |text| edit::reset_all(text, &paths(section)));
    };
    view! {
        <section class="section" id=format!("section-{}", section.id) aria-labelledby=title_id.clone() hidden=move || !shown.get()>
            <header class="section-head">
                <h2 id=title_id.clone() tabindex="-1">{section.title}</h2>
                <span class="count" hidden=move || count.get() == 0>
                    {move || count.get()} " changed"
                </span>
                <button
                    type="button"
                    class="quiet"
                    hidden=move || count.get() == 0
                    aria-label=format!("Reset {}", section.title)
                    on:click=reset
                >
                    "Reset"
                </button>
            </header>
            {first}
            {settings}
        </section>
    }
}

/// One setting with everything below it.
fn view_setting(state: State, setting: &'static Setting, path: ValuePath, depth: usize) -> AnyView {
    match &setting.kind {
        Kind::Section(below) => collections::group(state, setting, below, path, depth),
        Kind::List(item) => collections::list(state, setting, item, path, depth),
        Kind::Map => collections::map(state, setting, path, false),
        Kind::Scalars => collections::map(state, setting, path, true),
        kind => {
            let control = controls::control(state, setting, kind, &path, None);
            row(state, setting, path, control)
        }
    }
}

/// The frame of a setting: label, reset, control, help and findings.
fn row(state: State, setting: &'static Setting, path: ValuePath, control: AnyView) -> AnyView {
    let id = control_id(&path);
    let whole = matches!(setting.kind, Kind::Yaml(_));
    let problems = state.problems_at(path.clone(), whole);
    let shown = shown(state, setting, &path);
    let is_changed = is_changed(state, &path);
    let class = match setting.kind {
        Kind::Switch => "row row-switch",
        Kind::Yaml(_) => "row row-wide",
        _ => "row",
    };
    view! {
        <div class=class class:changed=is_changed hidden=move || !shown.get()>
            <div class="row-head">
                <label id=format!("{id}-label") for=id.clone() title=path.to_string()>
                    {setting.label.as_str()}
                </label>
                {reset_button(state, setting, path, is_changed)}
            </div>
            <div class="row-control">{control}</div>
            {help(setting, &id)}
            {view_problems(state, problems)}
        </div>
    }
    .into_any()
}

fn reset_button(
    state: State,
    setting: &'static Setting,
    path: ValuePath,
    is_changed: Signal<bool>,
) -> impl IntoView {
    let label = format!("Reset {} to its default", setting.label);
    view! {
        <button
            type="button"
            class="reset"
            title="Reset to the default"
            aria-label=label
            hidden=move || !is_changed.get()
            on:click=move |_| state.edit("", |text| edit::reset(text, &path))
        ></button>
    }
}

fn help(setting: &'static Setting, id: &str) -> impl IntoView + use<> {
    (!setting.help.is_empty()).then(|| {
        view! {
            <p class="help" id=format!("{id}-help")>
                {prose(&setting.help)}
            </p>
        }
    })
}

/// Text in which backquotes mark code.
pub(crate) fn prose(text: &str) -> AnyView {
    text.split('`')
        .enumerate()
        .map(|(position, part)| {
            let part = part.to_owned();
            if position % 2 == 1 {
                view! { <code>{part}</code> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect_view()
        .into_any()
}

/// Findings below the setting that they are about.
fn view_problems(state: State, problems: ReadSignal<Vec<Problem>>) -> impl IntoView {
    move || {
        let problems = problems.get();
        (!problems.is_empty()).then(|| {
            problems
                .into_iter()
                .map(|problem| {
                    view! {
                        <div class=format!("finding {}", problem.severity.as_str())>
                            <span class="finding-text">
                                <span class="visually-hidden">
                                    {problem.severity.as_str()} ": "
                                </span>
                                {prose(&problem.message)}
                            </span>
                            {fix_button(state, &problem)}
                        </div>
                    }
                })
                .collect_view()
        })
    }
}

/// The button that applies a finding's fix.
pub(crate) fn fix_button(state: State, problem: &Problem) -> Option<impl IntoView + use<>> {
    let fix = problem.fix.clone()?;
    let title = fix.title.clone();
    Some(view! {
        <button type="button" class="fix" on:click=move |_| state.apply(&fix)>
            "Fix: "
            {prose(&title)}
        </button>
    })
}

/// The worst of some findings, as a word for styles and `aria-invalid`.
fn has_error(problems: &[Problem]) -> bool {
    problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
}

/// Whether the search leaves a setting in view.
fn shown(state: State, setting: &'static Setting, path: &ValuePath) -> ReadSignal<bool> {
    let words = words(setting, path);
    state.found.part(move |query| matches(query, &words))
}

/// Whether something at or below a path differs from its default.
fn is_changed(state: State, path: &ValuePath) -> Signal<bool> {
    let path = path.clone();
    state
        .parts
        .part(move |view| changed_below(&view.0.merged, &path) > 0)
        .into()
}
