//! The controls of what holds other values: groups, lists and maps.

use super::controls::{control, input, switch, yaml_field};
use super::{help, is_changed, prose, reset_button, shown, view_problems, view_setting};
use crate::dom;
use crate::state::State;
use leptos::prelude::*;
use mlflow_k8s_configurator::blank::{blank, first_default};
use mlflow_k8s_configurator::edit;
use mlflow_k8s_configurator::ids::{control_id, css_id};
use mlflow_k8s_configurator::view::{keys, list_length};
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::settings::{Item, Kind, Setting};
use mlflow_k8s_core::yaml::Node;
use serde_json::json;

/// Groups with at most this many settings begin unfolded.
const SMALL: usize = 6;

/// The key whose switch stands for its whole group.
const MAIN_SWITCH: &str = "enabled";

/// A mapping with settings of its own.
pub(super) fn group(
    state: State,
    setting: &'static Setting,
    below: &'static [Setting],
    path: ValuePath,
    depth: usize,
) -> AnyView {
    let id = control_id(&path);
    let label_id = format!("{id}-label");
    let is_nested = depth > 0;
    let shown = shown(state, setting, &path);
    let main = below.iter().find(|setting| setting.key == MAIN_SWITCH);
    let count = state.changed_count(vec![path.clone()]);
    let is_on = main.map(|main| state.field(path.join(main.key.as_str())));
    let is_small = depth == 0
        && below.len() <= SMALL
        && below
            .iter()
            .all(|setting| !matches!(setting.kind, Kind::Section(_)));
    let by_hand = RwSignal::new(None::<bool>);
    let as_yaml = RwSignal::new(false);
    {
        let path = path.clone();
        Effect::new(move |_| {
            let leads_here = state
                .reveal
                .with(|target| target.as_ref().is_some_and(|target| path.contains(target)));
            if leads_here {
                as_yaml.set(false);
                by_hand.set(Some(true));
            }
        });
    }
    let is_open = Memo::new(move |_| {
        let searched = state.query.with(|query| !query.trim().is_empty());
        let by_itself = match is_on {
            Some(is_on) => is_on.with(|field| field.on),
            None => is_small || count.get() > 0,
        };
        searched || by_hand.get().unwrap_or(by_itself)
    });
    // What is folded costs nothing until it is opened for the first time.
    let was_open = Memo::new(move |before: Option<&bool>| {
        is_open.get() || before.copied().unwrap_or_default()
    });
    let body = {
        let path = path.clone();
        move || {
            was_open.get().then(|| {
                below
                    .iter()
                    .filter(|setting| setting.key != MAIN_SWITCH)
                    .map(|setting| {
                        view_setting(state, setting, path.join(setting.key.as_str()), depth + 1)
                    })
                    .collect_view()
            })
        }
    };
    let problems = state.problems_at(path.clone(), false);
    let main_problems = main.map(|main| state.problems_at(path.join(main.key.as_str()), false));
    let is_changed = Signal::derive(move || count.get() > 0);
    let yaml_path = path.clone();
    view! {
        <div
            class="group"
            class:nested=is_nested
            class:changed=is_changed
            role="group"
            aria-labelledby=label_id.clone()
            hidden=move || !shown.get()
        >
            <div class="group-head">
                <button
                    type="button"
                    class="fold"
                    aria-expanded=move || is_open.get().to_string()
                    aria-controls=format!("{id}-body")
                    on:click=move |_| by_hand.set(Some(!is_open.get_untracked()))
                >
                    <span id=label_id.clone() title=path.to_string()>
                        {setting.label.as_str()}
                    </span>
                    <span class="count" hidden=move || count.get() == 0>
                        {move || count.get()}
                        <span class="visually-hidden">" changed"</span>
                    </span>
                </button>
                <span class="group-tools">
                    <button
                        type="button"
                        class="quiet as-yaml"
                        hidden=move || !is_open.get()
                        aria-pressed=move || as_yaml.get().to_string()
                        aria-label=format!("{} as YAML", setting.label)
                        on:click=move |_| as_yaml.update(|on| *on = !*on)
                    >
                        "YAML"
                    </button>
                    {reset_button(state, setting, path.clone(), is_changed)}
                    {main.map(|main| switch(state, &path.join(main.key.as_str()), &label_id))}
                </span>
            </div>
            {help(setting, &id)}
            {view_problems(state, problems)}
            {main_problems.map(|problems| view_problems(state, problems))}
            <div class="group-body" id=format!("{id}-body") hidden=move || !is_open.get()>
                {move || {
                    as_yaml.get().then(|| yaml_field(state, setting, &yaml_path, Some(format!("{} as YAML", setting.label))))
                }}
                <div hidden=move || as_yaml.get()>{body}</div>
            </div>
        </div>
    }
    .into_any()
}

/// A list with add and remove.
pub(super) fn list(
    state: State,
    setting: &'static Setting,
    item: &'static Item,
    path: ValuePath,
    depth: usize,
) -> AnyView {
    let id = control_id(&path);
    let label_id = format!("{id}-label");
    let is_nested = depth > 0;
    let shown = shown(state, setting, &path);
    let problems = state.problems_at(path.clone(), false);
    let length = {
        let path = path.clone();
        state
            .parts
            .part(move |view| list_length(&view.0.merged, &path))
    };
    let is_changed = is_changed(state, &path);
    let as_yaml = RwSignal::new(false);
    let add = {
        let path = path.clone();
        move |_| {
            let at = length.get_untracked();
            let new = first_default(&path).unwrap_or_else(|| blank(&item.kind));
            state.edit("", |text| edit::push(text, &path, at, &new));
            let place = path.join(at).to_string();
            dom::focus_later(format!(
                "[data-item=\"{place}\"] :is(input, textarea, select)"
            ));
        }
    };
    let items = {
        let path = path.clone();
        move |index: usize| view_item(state, setting, item, &path, index, depth)
    };
    let yaml_path = path.clone();
    view! {
        <div
            class="group list"
            class:nested=is_nested
            class:changed=is_changed
            role="group"
            aria-labelledby=label_id.clone()
            hidden=move || !shown.get()
        >
            <div class="group-head">
                <span class="group-label" id=label_id.clone() title=path.to_string()>
                    {setting.label.as_str()}
                </span>
                <span class="group-tools">
                    <button
                        type="button"
                        class="quiet as-yaml"
                        hidden=move || length.get() == 0
                        aria-pressed=move || as_yaml.get().to_string()
                        aria-label=format!("{} as YAML", setting.label)
                        on:click=move |_| as_yaml.update(|on| *on = !*on)
                    >
                        "YAML"
                    </button>
                    {reset_button(state, setting, path.clone(), is_changed)}
                    <button
                        type="button"
                        id=format!("{id}-add")
                        class="add"
                        data-path=path.to_string()
                        on:click=add
                    >
                        "Add "
                        {item.label.as_str()}
                    </button>
                </span>
            </div>
            {help(setting, &id)}
            {view_problems(state, problems)}
            {move || as_yaml.get().then(|| yaml_field(state, setting, &yaml_path, Some(format!("{} as YAML", setting.label))))}
            <div class="items" hidden=move || as_yaml.get()>
                <For each=move || 0..length.get() key=|index| *index children=items />
            </div>
        </div>
    }
    .into_any()
}

fn view_item(
    state: State,
    setting: &'static Setting,
    item: &'static Item,
    list: &ValuePath,
    index: usize,
    depth: usize,
) -> AnyView {
    let path = list.join(index);
    let name = format!("{} {}", item.label, index + 1);
    let remove = {
        let list = list.clone();
        move |_| {
            state.edit("", |text| edit::remove_item(text, &list, index));
            dom::focus_later(format!("#{}-add", css_id(&control_id(&list))));
        }
    };
    let remove_button = view! {
        <button
            type="button"
            class="remove"
            aria-label=format!("Remove {name} of {}", setting.label)
            title="Remove"
            on:click=remove
        ></button>
    };
    let problems = state.problems_at(path.clone(), false);
    match &item.kind {
        Kind::Section(below) => {
            let fields = below
                .iter()
                .map(|setting| {
                    view_setting(state, setting, path.join(setting.key.as_str()), depth + 1)
                })
                .collect_view();
            view! {
                <div class="item" data-item=path.to_string() role="group" aria-label=name.clone()>
                    <div class="item-head">
                        <span class="item-name">{name.clone()}</span>
                        {remove_button}
                    </div>
                    {view_problems(state, problems)}
                    {fields}
                </div>
            }
            .into_any()
        }
        Kind::Text | Kind::Integer | Kind::Quantity => {
            let label = format!("{}, {name}", setting.label);
            view! {
                <div class="item item-line" data-item=path.to_string()>
                    {input(state, &item.kind, &path, String::new(), Some(label), true)}
                    {remove_button}
                    {view_problems(state, problems)}
                </div>
            }
            .into_any()
        }
        kind => view! {
            <div class="item" data-item=path.to_string() role="group" aria-label=name.clone()>
                <div class="item-head">
                    <span class="item-name">{name.clone()}</span>
                    {remove_button}
                </div>
                {control(state, setting, kind, &path, Some(format!("{}, {name}", setting.label)))}
                {view_problems(state, problems)}
            </div>
        }
        .into_any(),
    }
}

/// Text by name. `scalars` lets numbers be numbers.
pub(super) fn map(
    state: State,
    setting: &'static Setting,
    path: ValuePath,
    scalars: bool,
) -> AnyView {
    let id = control_id(&path);
    let label_id = format!("{id}-label");
    let shown = shown(state, setting, &path);
    let problems = state.problems_at(path.clone(), false);
    let is_changed = is_changed(state, &path);
    let kind: &'static Kind = if scalars { &Kind::Scalars } else { &Kind::Text };
    let entries = {
        let path = path.clone();
        state.parts.part(move |view| keys(&view.0.merged, &path))
    };
    // A new entry has no name yet, and so no place in the text.
    let draft = RwSignal::new(false);
    let draft_id = format!("{id}-draft");
    let draft_selector = format!("#{}", css_id(&draft_id));
    let commit = {
        let path = path.clone();
        move |key: String| {
            draft.set(false);
            let key = key.trim();
            if key.is_empty() {
                return;
            }
            let place = path.join(key);
            state.edit("", |text| edit::write(text, &place, &json!("")));
            let name = place.to_string().replace('\\', "\\\\");
            dom::focus_later(format!("[data-path=\"{name}\"]"));
        }
    };
    let rows = {
        let path = path.clone();
        move |key: String| {
            let place = path.join(key.as_str());
            let label = format!("{} of {}", key, setting.label);
            let rename = {
                let map = path.clone();
                let old = key.clone();
                let place = place.clone();
                move |new: String| {
                    let new = new.trim().to_owned();
                    if new.is_empty() || new == old {
                        return;
                    }
                    let value = state.view.with_untracked(|view| {
                        view.0
                            .merged
                            .at(&place)
                            .map(Node::to_json)
                            .unwrap_or_default()
                    });
                    state.edit("", |text| {
                        edit::rename_entry(text, &map, &old, &new, &value)
                    });
                }
            };
            let remove = {
                let place = place.clone();
                move |_| state.edit("", |text| edit::remove_entry(text, &place))
            };
            let problems = state.problems_at(place.clone(), true);
            view! {
                <div class="entry">
                    <input
                        type="text"
                        class="entry-key"
                        prop:value=key.clone()
                        data-path=path.to_string()
                        aria-label=format!("Name of {label}")
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="off"
                        on:change:target=move |event| rename(event.target().value())
                    />
                    {input(state, kind, &place, String::new(), Some(label.clone()), true)}
                    <button
                        type="button"
                        class="remove"
                        title="Remove"
                        aria-label=format!("Remove {label}")
                        on:click=remove
                    ></button>
                    {view_problems(state, problems)}
                </div>
            }
        }
    };
    let example = setting.example.clone().map(|example| {
        view! { <p class="help">{prose(&format!("For example `{example}`"))}</p> }
    });
    // The help has it already.
    let example = example.filter(|_| !setting.help.contains('`'));
    view! {
        <div
            class="group map"
            class:changed=is_changed
            role="group"
            aria-labelledby=label_id.clone()
            hidden=move || !shown.get()
        >
            <div class="group-head">
                <span class="group-label" id=label_id.clone() title=path.to_string()>
                    {setting.label.as_str()}
                </span>
                <span class="group-tools">
                    {reset_button(state, setting, path.clone(), is_changed)}
                    <button
                        type="button"
                        id=id.clone()
                        class="add"
                        data-path=path.to_string()
                        aria-label=format!("Add to {}", setting.label)
                        on:click=move |_| {
                            draft.set(true);
                            dom::focus_later(draft_selector.clone());
                        }
                    >
                        "Add"
                    </button>
                </span>
            </div>
            {help(setting, &id)}
            {example}
            {view_problems(state, problems)}
            <div class="entries">
                <For each=move || entries.get() key=|key| key.clone() children=rows />
                <div class="entry" hidden=move || !draft.get()>
                    <input
                        type="text"
                        id=draft_id
                        class="entry-key"
                        data-path=path.to_string()
                        placeholder="name"
                        aria-label=format!("Name of a new entry of {}", setting.label)
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="off"
                        on:change:target=move |event| {
                            let key = event.target().value();
                            event.target().set_value("");
                            commit(key);
                        }
                    />
                </div>
            </div>
        </div>
    }
    .into_any()
}
