//! Which settings are behind a line of the manifests, and which lines a setting
//! is responsible for.

use crate::dom;
use crate::form::reveal;
use crate::state::{State, Tab};
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use mlflow_k8s_configurator::view::{Objects, explainer, place_in_text};
use mlflow_k8s_core::explain::{Explainer, Explanation, SettingPlace};
use mlflow_k8s_core::path::ValuePath;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollLogicalPosition};

/// How long after a change it is explained, in milliseconds: not between two keys.
const AFTER_CHANGE: u32 = 400;
/// How long the pointer rests before a line is explained, in milliseconds: on its
/// way to the strip it crosses others.
const REST: u32 = 120;
/// How long one slice of the work takes, in milliseconds: a frame has 16.
const SLICE: f64 = 6.0;
/// How many settings of a line are named.
const MAX_SETTINGS: usize = 3;
/// The class of the lines that the focused setting is responsible for.
const OF_SETTING: &str = "of-setting";
/// The class of the line that is explained.
const CURRENT: &str = "current";

/// What is explained and what is asked. Copies are handles to the same one.
#[derive(Clone, Copy)]
pub(crate) struct Explained {
    state: State,
    /// The explanation of what is shown; none while it is worked out.
    explanation: RwSignal<Option<Arc<Explanation>>, LocalStorage>,
    /// The line that is pointed at, from 1, counted over all objects.
    line: RwSignal<Option<usize>>,
    /// The setting whose control has the keyboard.
    setting: RwSignal<Option<ValuePath>>,
    /// The work that is under way.
    work: StoredValue<Option<Explainer>, LocalStorage>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    /// Whether to go to the setting of the line once it is known.
    goes: StoredValue<bool>,
    /// Where the pointer was last.
    place: StoredValue<Option<(i32, i32)>>,
    /// Runs while the pointer rests on a line.
    rest: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Explained {
    /// Nothing explained so far; a change of the manifests begins anew.
    pub(crate) fn new(state: State) -> Self {
        let explained = Self {
            state,
            explanation: RwSignal::new_local(None),
            line: RwSignal::new(None),
            setting: RwSignal::new(None),
            work: StoredValue::new_local(None),
            timer: StoredValue::new_local(None),
            goes: StoredValue::new(false),
            place: StoredValue::new(None),
            rest: StoredValue::new_local(None),
        };
        Effect::new(move |_| {
            state.view.track();
            explained.work.set_value(None);
            explained.explanation.set(None);
            explained.goes.set_value(false);
            // The timer before this one is cancelled when it is dropped.
            let is_asked = explained.line.get_untracked().is_some()
                || explained.setting.get_untracked().is_some();
            let timer = is_asked.then(|| Timeout::new(AFTER_CHANGE, move || explained.ask()));
            explained.timer.set_value(timer);
        });
        Effect::new(move |_| explained.light_up());
        explained
    }

    /// Points at a line of the manifests.
    fn point(self, line: Option<usize>) {
        if self.line.get_untracked() != line {
            self.line.set(line);
            self.ask();
        }
    }

    /// Follows the keyboard to the control of a setting, or away from all.
    pub(crate) fn follow(self, setting: Option<ValuePath>) {
        if self.setting.with_untracked(|before| *before != setting) {
            self.setting.set(setting);
            self.ask();
        }
    }

    /// Begins to explain what is shown, unless that is done or under way.
    fn ask(self) {
        let is_asked =
            self.line.get_untracked().is_some() || self.setting.get_untracked().is_some();
        let is_there = self.explanation.with_untracked(Option::is_some)
            || self.work.with_value(Option::is_some);
        let is_stale = self.state.view.with_untracked(|view| view.0.stale);
        if !is_asked || is_there || is_stale {
            return;
        }
        let text = self.state.text.get_untracked();
        let target = self.state.target.get_untracked();
        self.work.set_value(explainer(&text, &target));
        self.go_on();
    }

    /// Works a little, and again when the browser has done what came in meanwhile.
    /// Not when it is idle: a browser that is busy drawing may be so for long.
    fn go_on(self) {
        let slice = Timeout::new(0, move || {
            let end = js_sys::Date::now() + SLICE;
            let Some(mut work) = self.work.try_update_value(Option::take).flatten() else {
                // A change came in between.
                return;
            };
            loop {
                if !work.step() {
                    self.explanation.set(Some(Arc::new(work.finish())));
                    if self.goes.get_value() {
                        self.go();
                    }
                    return;
                }
                if js_sys::Date::now() >= end {
                    break;
                }
            }
            self.work.set_value(Some(work));
            self.go_on();
        });
        slice.forget();
    }

    /// The settings behind the line that is pointed at, and where each was
    /// written in the text; or why there are none.
    fn answer(self) -> Option<Answer> {
        let line = self.line.get()?;
        if self.state.view.with(|view| view.0.stale) {
            return Some(Answer::Words("Fix the errors first.".to_owned()));
        }
        self.explanation.with(|explanation| {
            let Some(explanation) = explanation else {
                return Some(Answer::Words("…".to_owned()));
            };
            let field = explanation.at_line(line)?;
            Some(match explanation.reason(field) {
                Some(reason) if field.cause.settings().is_empty() => Answer::Words(reason),
                reason => Answer::Settings {
                    places: field
                        .cause
                        .settings()
                        .iter()
                        .map(|place| Place::new(explanation, place))
                        .collect(),
                    reason,
                },
            })
        })
    }

    /// Goes to the control of the first setting behind the line, as soon as
    /// that is known.
    fn go(self) {
        let is_there = self.explanation.with_untracked(Option::is_some);
        self.goes.set_value(!is_there);
        if let Some(Answer::Settings { places, .. }) = untrack(move || self.answer())
            && let Some(place) = places.first()
        {
            reveal(self.state, &place.path);
        }
    }

    /// Marks the lines of the focused setting.
    fn light_up(self) {
        let lit: Vec<usize> = self.setting.with(|setting| {
            self.explanation
                .with(|explanation| match (setting, explanation) {
                    (Some(setting), Some(explanation)) => explanation
                        .of_setting(setting)
                        .flat_map(|field| field.lines.clone())
                        .collect(),
                    _ => Vec::new(),
                })
        });
        for line in dom::find_all(&format!("#manifests .{OF_SETTING}")) {
            let _ = line.class_list().remove_1(OF_SETTING);
        }
        if lit.is_empty() {
            return;
        }
        let objects = self.state.objects.get_untracked();
        for line in lit {
            if let Some(element) = element_of(&objects, line) {
                let _ = element.class_list().add_1(OF_SETTING);
            }
        }
    }

    /// Points at the line that is some lines away, and shows it.
    fn move_by(self, step: isize) {
        self.rest.set_value(None);
        let objects = self.state.objects.get_untracked();
        let count: usize = objects
            .iter()
            .map(|object| object.text.lines().count())
            .sum();
        let now = self.line.get_untracked().unwrap_or(0);
        let next = now.saturating_add_signed(step).clamp(1, count.max(1));
        self.point(Some(next));
        if let Some(element) = element_of(&objects, next) {
            element.scroll_into_view_with_scroll_into_view_options(&{
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                options
            });
        }
        self.mark_current();
    }

    fn mark_current(self) {
        for line in dom::find_all(&format!("#manifests .{CURRENT}")) {
            let _ = line.class_list().remove_1(CURRENT);
        }
        let objects = self.state.objects.get_untracked();
        if let Some(line) = self.line.get_untracked()
            && let Some(element) = element_of(&objects, line)
        {
            let _ = element.class_list().add_1(CURRENT);
        }
    }

    /// What the mouse and the keyboard do in the manifests.
    pub(crate) fn on_pointer(self, event: &web_sys::PointerEvent) {
        // Lines that scroll below a resting pointer are none that somebody points at.
        let place = (event.client_x(), event.client_y());
        if self.place.get_value() == Some(place) {
            return;
        }
        self.place.set_value(Some(place));
        let target = event.target().and_then(|target| target.dyn_into().ok());
        let objects = self.state.objects.get_untracked();
        let line = target.and_then(|element: Element| line_of(&objects, &element));
        let point = move || {
            self.point(line);
            self.mark_current();
        };
        self.rest.set_value(line.map(|_| Timeout::new(REST, point)));
    }

    pub(crate) fn on_click(self, event: &web_sys::MouseEvent) {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        let objects = self.state.objects.get_untracked();
        let Some(line) = target.and_then(|element| line_of(&objects, &element)) else {
            return;
        };
        // A click that ends a selection of text goes nowhere.
        let selection = window().get_selection().ok().flatten();
        if selection.is_some_and(|selection| !selection.is_collapsed()) {
            return;
        }
        self.rest.set_value(None);
        self.point(Some(line));
        self.mark_current();
        self.go();
    }

    /// The last line stays explained, so that the strip can be used.
    pub(crate) fn on_leave(self) {
        self.rest.set_value(None);
    }

    pub(crate) fn on_key(self, event: &web_sys::KeyboardEvent) {
        const PAGE: isize = 20;
        match event.key().as_str() {
            "ArrowDown" => self.move_by(1),
            "ArrowUp" => self.move_by(-1),
            "PageDown" => self.move_by(PAGE),
            "PageUp" => self.move_by(-PAGE),
            "Home" => self.move_by(isize::MIN),
            "End" => self.move_by(isize::MAX),
            "Enter" => self.go(),
            _ => return,
        }
        event.prevent_default();
    }
}

/// What is said of a line.
#[derive(Clone)]
enum Answer {
    Words(String),
    Settings {
        places: Vec<Place>,
        reason: Option<String>,
    },
}

/// A setting, and where it stands in the text.
#[derive(Clone)]
struct Place {
    path: ValuePath,
    bytes: Option<(usize, usize)>,
    line: Option<usize>,
}

impl Place {
    fn new(explanation: &Explanation, place: &SettingPlace) -> Self {
        let written = place_in_text(&explanation.sources, place.span);
        Self {
            path: place.path.clone(),
            bytes: written.map(|(bytes, _)| bytes),
            line: written.map(|(_, line)| line),
        }
    }
}

/// The line of the manifests that an element is in, counted over all objects from 1.
fn line_of(objects: &Objects, element: &Element) -> Option<usize> {
    let line = element.closest(".line").ok()??;
    let name = line
        .closest("[data-object]")
        .ok()??
        .get_attribute("data-object")?;
    let mut number = 1;
    let mut before = line.previous_element_sibling();
    while let Some(sibling) = before {
        number += 1;
        before = sibling.previous_element_sibling();
    }
    let others = objects.iter().take_while(|object| object.file_name != name);
    Some(
        number
            + others
                .map(|object| object.text.lines().count())
                .sum::<usize>(),
    )
}

/// The element of a line.
fn element_of(objects: &Objects, line: usize) -> Option<Element> {
    let mut rest = line.checked_sub(1)?;
    for object in objects.iter() {
        let count = object.text.lines().count();
        if rest < count {
            let pre = dom::find(&format!("[data-object=\"{}\"] pre", object.file_name))?;
            return pre.children().item(u32::try_from(rest).ok()?);
        }
        rest -= count;
    }
    None
}

/// The strip below the manifests that names the settings behind a line. It is
/// always there, so that nothing moves when it speaks.
#[component]
pub(crate) fn Strip() -> impl IntoView {
    let explained = expect_context::<Explained>();
    let state = expect_context::<State>();
    let answer = move || match explained.answer() {
        None => view! {
            <span class="muted">"Point at a line to see the settings that decide it."</span>
        }
        .into_any(),
        Some(Answer::Words(words)) => {
            view! { <span>{crate::form::prose(&words)}</span> }.into_any()
        }
        Some(Answer::Settings { places, reason }) => {
            let more = places.len().saturating_sub(MAX_SETTINGS);
            let title = reason.unwrap_or_default();
            let places = places
                .into_iter()
                .take(MAX_SETTINGS)
                .map(|place| view_place(state, place))
                .collect_view();
            view! {
                <span class="line-settings-list" title=title>
                    {places}
                    {(more > 0).then(|| view! { <span class="muted">{format!("and {more} more")}</span> })}
                </span>
            }
            .into_any()
        }
    };
    view! {
        <p class="line-settings" id="line-settings" role="status">
            {answer}
        </p>
    }
}

fn view_place(state: State, place: Place) -> impl IntoView {
    let Place { path, bytes, line } = place;
    let text = path.to_string();
    let origin = match (bytes, line) {
        (Some(bytes), Some(line)) => view! {
            <button type="button" class="line-link" on:click=move |_| state.jump_to(bytes)>
                {format!("line {line}")}
            </button>
        }
        .into_any(),
        _ => view! { <span class="muted">"default"</span> }.into_any(),
    };
    view! {
        <span class="line-setting">
            <button type="button" class="go" on:click=move |_| reveal(state, &path)>
                <code>{text}</code>
            </button>
            {origin}
        </span>
    }
}

/// Follows the keyboard through the form.
pub(crate) fn follow_focus(explained: Explained, event: &web_sys::FocusEvent) {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let control = target.and_then(|element| element.closest("[data-path]").ok().flatten());
    let path = control
        .and_then(|control| control.get_attribute("data-path"))
        .and_then(|path| ValuePath::parse(&path).ok());
    let is_shown = explained.state.tab.get_untracked() == Tab::Manifests;
    explained.follow(path.filter(|_| is_shown));
}
