//! The controls of single values.

use super::has_error;
use crate::dom;
use crate::state::State;
use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use mlflow_k8s_configurator::edit;
use mlflow_k8s_configurator::ids::control_id;
use mlflow_k8s_configurator::typed::{parse_yaml, typed, yaml_text};
use mlflow_k8s_configurator::view::Field;
use mlflow_k8s_core::path::{Segment, ValuePath};
use mlflow_k8s_core::settings::{Choice, Kind, Setting};
use mlflow_k8s_core::yaml;
use serde_json::Value as Json;

/// The control of a kind of value. `name` is its accessible name where no
/// label has it.
pub(super) fn control(
    state: State,
    setting: &'static Setting,
    kind: &'static Kind,
    path: &ValuePath,
    name: Option<String>,
) -> AnyView {
    match kind {
        Kind::Switch => switch(state, path, &format!("{}-label", control_id(path))),
        Kind::Choice(choices) => choice(state, setting, choices, path),
        Kind::Yaml(_) => yaml_field(state, setting, path, name),
        _ => text(state, setting, kind, path),
    }
}

/// A switch, named by the element with `label`.
pub(super) fn switch(state: State, path: &ValuePath, label: &str) -> AnyView {
    let field = state.field(path.clone());
    let target = path.clone();
    let toggle = move |_| {
        let on = !field.with_untracked(|field| field.on);
        state.edit("", |text| edit::write(text, &target, &Json::Bool(on)));
    };
    view! {
        <button
            id=control_id(path)
            type="button"
            role="switch"
            class="switch"
            data-path=path.to_string()
            aria-labelledby=label.to_owned()
            aria-checked=move || field.with(|field| field.on).to_string()
            on:click=toggle
        ></button>
    }
    .into_any()
}

fn choice(
    state: State,
    setting: &'static Setting,
    choices: &'static [Choice],
    path: &ValuePath,
) -> AnyView {
    let id = control_id(path);
    let field = state.field(path.clone());
    let problems = state.problems_at(path.clone(), false);
    let target = path.clone();
    let default = edit::default_at(path);
    let change = move |value: String| {
        let json = typed(&setting.kind, &value, default.as_ref(), setting.required);
        state.edit("", |text| match &json {
            Some(json) => edit::write(text, &target, json),
            None => edit::reset(text, &target),
        });
    };
    // What the text has, when it is none of the words.
    let stranger = Memo::new(move |_| {
        field.with(|field| {
            let is_known = choices.iter().any(|choice| choice.value == field.text);
            (!is_known).then(|| field.text.clone())
        })
    });
    let meaning = Memo::new(move |_| {
        field.with(|field| {
            choices
                .iter()
                .find(|choice| choice.value == field.text)
                .map(|choice| choice.help.as_str())
                .unwrap_or_default()
        })
    });
    view! {
        <select
            id=id.clone()
            data-path=path.to_string()
            aria-describedby=format!("{id}-help")
            aria-invalid=move || problems.with(|problems| has_error(problems)).to_string()
            prop:value=move || {
                stranger.track();
                field.with(|field| field.text.clone())
            }
            on:change:target=move |event| change(event.target().value())
        >
            {move || {
                stranger
                    .get()
                    .map(|value| {
                        let label = if value.is_empty() { "not set".to_owned() } else { value.clone() };
                        view! { <option value=value selected=true>{label}</option> }
                    })
            }}
            {choices
                .iter()
                .map(|choice| {
                    let label = if choice.value.is_empty() { "not set" } else { &choice.value };
                    let value = choice.value.as_str();
                    view! {
                        <option
                            value=value
                            selected=move || field.with(|field| field.text == value)
                        >
                            {label}
                        </option>
                    }
                })
                .collect_view()}
        </select>
        <p class="help meaning" hidden=move || meaning.with(|text| text.is_empty())>
            {move || meaning.get()}
        </p>
    }
    .into_any()
}

/// A line of text: words, a number, a quantity.
pub(super) fn text(
    state: State,
    setting: &'static Setting,
    kind: &'static Kind,
    path: &ValuePath,
) -> AnyView {
    let placeholder = setting
        .example
        .clone()
        .filter(|example| !example.starts_with(['[', '{']))
        .unwrap_or_default();
    let is_seconds = setting.key.ends_with("Seconds");
    let input = input(state, kind, path, placeholder, None, setting.required);
    if is_seconds {
        view! {
            <span class="with-unit">
                {input}
                <span class="unit" aria-hidden="true">
                    "s"
                </span>
            </span>
        }
        .into_any()
    } else {
        input
    }
}

/// The input of a line of text. `name` is its accessible name where no label
/// has it.
pub(super) fn input(
    state: State,
    kind: &'static Kind,
    path: &ValuePath,
    placeholder: String,
    name: Option<String>,
    required: bool,
) -> AnyView {
    let id = control_id(path);
    let author = path.to_string();
    let field = state.field(path.clone());
    let problems = state.problems_at(path.clone(), false);
    let element = NodeRef::<Input>::new();
    keep_in_step(state, element, field, author.clone());
    let target = path.clone();
    let default = edit::default_at(path);
    let change = move |raw: &str| {
        let json = typed(kind, raw, default.as_ref(), required);
        state.edit(&target.to_string(), |text| match &json {
            Some(json) => edit::write(text, &target, json),
            None => edit::reset(text, &target),
        });
    };
    let is_number = matches!(kind, Kind::Integer);
    view! {
        <input
            node_ref=element
            id=id.clone()
            type="text"
            class:number=matches!(kind, Kind::Integer | Kind::Quantity)
            inputmode=is_number.then_some("numeric")
            data-path=author
            placeholder=placeholder
            aria-label=name
            aria-describedby=format!("{id}-help")
            aria-invalid=move || problems.with(|problems| has_error(problems)).to_string()
            spellcheck="false"
            autocomplete="off"
            autocapitalize="off"
            on:input:target=move |event| change(&event.target().value())
            on:blur:target=move |event| {
                let text = field.with_untracked(|field| field.text.clone());
                if event.target().value() != text {
                    event.target().set_value(&text);
                }
            }
        />
    }
    .into_any()
}

/// Shows the value of the text, but leaves alone what is being typed here.
fn keep_in_step(state: State, element: NodeRef<Input>, field: ReadSignal<Field>, author: String) {
    Effect::new(move |_| {
        let text = field.with(|field| field.text.clone());
        if let Some(input) = element.get()
            && !(dom::is_active(&input) && state.is_author(&author))
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
}

/// A field for YAML, which is checked as it is typed.
pub(super) fn yaml_field(
    state: State,
    setting: &'static Setting,
    path: &ValuePath,
    name: Option<String>,
) -> AnyView {
    let id = control_id(path);
    let author = path.to_string();
    let element = NodeRef::<Textarea>::new();
    let fault = RwSignal::new(None::<String>);
    let at = path.clone();
    let value = state.parts.part(move |view| {
        let node = view.0.merged.at(&at);
        node.map(yaml::Node::to_json).unwrap_or_default()
    });
    let shown_author = author.clone();
    Effect::new(move |_| {
        let text = value.with(yaml_text);
        if let Some(area) = element.get()
            && !(dom::is_active(&area) && state.is_author(&shown_author))
        {
            fault.set(None);
            if area.value() != text {
                area.set_value(&text);
            }
        }
    });
    let target = path.clone();
    let change = move |raw: &str| match parse_yaml(raw) {
        Ok(json) => {
            fault.set(None);
            state.edit(&target.to_string(), |text| {
                if json.is_null() && !matches!(target.split_last(), Some((Segment::Index(_), _))) {
                    edit::reset(text, &target)
                } else {
                    edit::write(text, &target, &json)
                }
            });
        }
        Err(error) => fault.set(Some(error.to_string())),
    };
    let problems = state.problems_at(path.clone(), true);
    let placeholder = setting
        .example
        .as_deref()
        .and_then(|example| parse_yaml(example).ok())
        .map(|example| yaml_text(&example))
        .unwrap_or_default();
    view! {
        <textarea
            node_ref=element
            id=id.clone()
            class="yaml"
            data-path=author
            rows="2"
            placeholder=placeholder
            aria-label=name
            aria-describedby=format!("{id}-help {id}-fault")
            aria-invalid=move || {
                (fault.with(Option::is_some) || problems.with(|problems| has_error(problems)))
                    .to_string()
            }
            spellcheck="false"
            autocomplete="off"
            autocapitalize="off"
            on:input:target=move |event| change(&event.target().value())
        ></textarea>
        <div class="finding error" id=format!("{id}-fault") hidden=move || {
            fault.with(Option::is_none)
        }>{move || fault.get()}</div>
    }
    .into_any()
}
