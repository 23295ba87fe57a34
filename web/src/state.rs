//! The one state of the page, and what is derived from it.

use crate::parts::Parts;
use leptos::prelude::*;
use mlflow_k8s_configurator::edit::Edited;
use mlflow_k8s_configurator::history::History;
pub use mlflow_k8s_configurator::tab::Tab;
use mlflow_k8s_configurator::view::fix_all;
use mlflow_k8s_configurator::view::{Field, Objects, Problem, Target, View, changed_below};
use mlflow_k8s_core::diagnostic::{Fix, Severity};
use mlflow_k8s_core::document::Document;
use mlflow_k8s_core::manifest::ManifestSet;
use mlflow_k8s_core::path::ValuePath;
use std::ops::Deref;
use std::sync::Arc;

/// A render; two are the same only when they are one.
#[derive(Clone, Debug)]
pub struct Rendered(pub Arc<View>);

impl PartialEq for Rendered {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What the marks in the manifests compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Baseline {
    /// The output before the last change.
    #[default]
    LastChange,
    /// The output of the preset or file that the work began with.
    Start,
    /// The output of the quick start, as the values have no defaults that run.
    Defaults,
}

/// What a phone shows of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The form.
    #[default]
    Settings,
    /// The tabs.
    Output,
    /// The findings.
    Problems,
}

/// Something to tell, for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What.
    pub text: String,
    /// Whether it can be taken back.
    pub can_undo: bool,
}

/// Where to go in the text: bytes, and a number that makes two alike differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    serial: u32,
}

type Snapshot = (String, Target);

/// The state. Copies are handles to the same one, which lives as long as the
/// page does.
#[derive(Clone, Copy)]
pub struct State(&'static Signals);

impl Deref for State {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

/// What the state is made of.
pub struct Signals {
    /// The text of values.yaml.
    pub text: RwSignal<String>,
    /// What is chosen beside it.
    pub target: RwSignal<Target>,
    /// The render of both.
    pub view: Memo<Rendered>,
    /// The findings.
    pub problems: Memo<Vec<Problem>>,
    /// The objects.
    pub objects: Memo<Objects>,
    /// The objects as the core has them.
    pub manifests: Memo<Arc<ManifestSet>>,
    /// What the marks compare with.
    pub baseline: RwSignal<Baseline>,
    /// The objects before the last change.
    pub before: RwSignal<Objects>,
    /// The objects with which the work began.
    pub start: RwSignal<Objects>,
    /// The tab that is shown.
    pub tab: RwSignal<Tab>,
    /// The part that a phone shows.
    pub pane: RwSignal<Pane>,
    /// What is told.
    pub notice: RwSignal<Option<Notice>>,
    /// What is searched for.
    pub query: RwSignal<String>,
    /// What the form shows of the render.
    pub parts: Parts<Rendered>,
    /// What the form shows of the search.
    pub found: Parts<String>,
    /// Where the editor goes.
    pub jump: RwSignal<Option<Jump>>,
    /// The setting that the form goes to; the groups around it open.
    pub reveal: RwSignal<Option<ValuePath>>,
    /// Changes when the history does.
    steps: RwSignal<(bool, bool)>,
    history: StoredValue<History<Snapshot>>,
    /// Whose change the present text is: its control keeps what was typed.
    author: StoredValue<String>,
}

impl State {
    /// A state that begins with this text.
    pub fn new(text: String, target: Target) -> Self {
        let text = RwSignal::new(text);
        let target = RwSignal::new(target);
        let view = Memo::new(move |before: Option<&Rendered>| {
            let before = before.map(|before| &*before.0);
            let view = text.with(|text| target.with(|target| View::of(text, target, before)));
            Rendered(Arc::new(view))
        });
        let problems = Memo::new(move |_| view.with(|view| view.0.problems.clone()));
        let objects = Memo::new(move |_| view.with(|view| view.0.objects.clone()));
        let manifests = Memo::new_with_compare(
            move |_| view.with(|view| view.0.manifests.clone()),
            |before, now| !matches!((before, now), (Some(a), Some(b)) if Arc::ptr_eq(a, b)),
        );
        let first = objects.get_untracked();
        let query = RwSignal::new(String::new());
        Self(Box::leak(Box::new(Signals {
            text,
            target,
            view,
            problems,
            objects,
            manifests,
            baseline: RwSignal::default(),
            before: RwSignal::new(first.clone()),
            start: RwSignal::new(first),
            tab: RwSignal::default(),
            pane: RwSignal::default(),
            notice: RwSignal::new(None),
            query,
            parts: Parts::of(view),
            found: Parts::of(query),
            jump: RwSignal::new(None),
            reveal: RwSignal::new(None),
            steps: RwSignal::default(),
            history: StoredValue::default(),
            author: StoredValue::default(),
        })))
    }

    /// Puts a new text in place of the present one.
    pub fn edit_text(self, author: &str, text: String) {
        if self.text.with_untracked(|present| *present == text) {
            return;
        }
        self.record(author);
        self.text.set(text);
    }

    /// Makes an edit of the form. One that cannot be made is told.
    pub fn edit(self, author: &str, edit: impl FnOnce(&str) -> Edited) {
        match self.text.with_untracked(|text| edit(text)) {
            Ok(text) => self.edit_text(author, text),
            Err(error) => self.tell(format!("Not changed: {error}.")),
        }
    }

    /// Changes the release.
    pub fn edit_target(self, author: &str, change: impl FnOnce(&mut Target)) {
        let mut target = self.target.get_untracked();
        change(&mut target);
        if self.target.with_untracked(|present| *present != target) {
            self.record(author);
            self.target.set(target);
        }
    }

    /// Makes the edits of a fix.
    pub fn apply(self, fix: &Fix) {
        self.edit("", |text| {
            let mut document = Document::new(text);
            document.apply(&fix.edits)?;
            Ok(document.into_text())
        });
        if let Some(then) = &fix.then {
            self.tell(then.clone());
        }
    }

    /// Applies every fix of an error or a warning, until there are none left.
    pub fn apply_all(self) {
        let target = self.target.get_untracked();
        self.edit("", |text| Ok(fix_all(text, &target)));
    }

    /// Begins anew with another text; the step can be taken back.
    pub fn replace(self, text: String, target: Option<Target>, notice: &str) {
        self.record("");
        self.text.set(text);
        if let Some(target) = target {
            self.target.set(target);
        }
        let objects = self.objects.get_untracked();
        self.start.set(objects.clone());
        self.before.set(objects);
        self.notice.set(Some(Notice {
            text: notice.to_owned(),
            can_undo: true,
        }));
    }

    fn record(self, author: &str) {
        let before = (self.text.get_untracked(), self.target.get_untracked());
        let begins = self
            .history
            .try_update_value(|history| history.record(before, author, js_sys::Date::now()))
            .unwrap_or_default();
        if begins {
            self.before.set(self.objects.get_untracked());
        }
        self.author.set_value(author.to_owned());
        self.count_steps();
    }

    /// Takes the last step back.
    pub fn undo(self) {
        self.go(History::undo);
    }

    /// Makes the step again that was taken back.
    pub fn redo(self) {
        self.go(History::redo);
    }

    fn go(self, step: impl FnOnce(&mut History<Snapshot>, Snapshot) -> Option<Snapshot>) {
        let present = (self.text.get_untracked(), self.target.get_untracked());
        let snapshot = self
            .history
            .try_update_value(|history| step(history, present))
            .flatten();
        if let Some((text, target)) = snapshot {
            self.before.set(self.objects.get_untracked());
            self.author.set_value(String::new());
            self.text.set(text);
            self.target.set(target);
        }
        self.count_steps();
    }

    fn count_steps(self) {
        let steps = self
            .history
            .with_value(|history| (history.can_undo(), history.can_redo()));
        if self.steps.get_untracked() != steps {
            self.steps.set(steps);
        }
    }

    /// Whether there is a step to take back.
    pub fn can_undo(self) -> bool {
        self.steps.get().0
    }

    /// Whether there is a step to make again.
    pub fn can_redo(self) -> bool {
        self.steps.get().1
    }

    /// Whether the present text is the work of that control.
    pub fn is_author(self, author: &str) -> bool {
        self.author.with_value(|last| last == author)
    }

    /// Shows a line of text for a while.
    pub fn tell(self, text: impl Into<String>) {
        self.notice.set(Some(Notice {
            text: text.into(),
            can_undo: false,
        }));
    }

    /// The value at a path, for a control.
    pub fn field(self, path: ValuePath) -> ReadSignal<Field> {
        self.parts
            .part(move |view| Field::at(&view.0.merged, &path))
    }

    /// The findings about one setting.
    pub fn problems_at(self, path: ValuePath, and_below: bool) -> ReadSignal<Vec<Problem>> {
        self.parts.part(move |view| {
            let problems = view.0.problems.iter();
            problems
                .filter(|problem| {
                    problem.path == path || (and_below && path.contains(&problem.path))
                })
                .cloned()
                .collect()
        })
    }

    /// The kind of the Kubernetes object that stands in place of values.
    pub fn object(self) -> ReadSignal<Option<String>> {
        self.parts.part(|view| view.0.object.clone())
    }

    /// How many settings below some paths differ from their defaults.
    pub fn changed_count(self, paths: Vec<ValuePath>) -> ReadSignal<usize> {
        self.parts.part(move |view| {
            let merged = &view.0.merged;
            paths.iter().map(|path| changed_below(merged, path)).sum()
        })
    }

    /// How many findings are this bad.
    pub fn count(self, severity: Severity) -> usize {
        self.problems.with(|problems| {
            problems
                .iter()
                .filter(|problem| problem.severity == severity)
                .count()
        })
    }

    /// Goes to a place in the text.
    pub fn jump_to(self, bytes: (usize, usize)) {
        self.tab.set(Tab::Values);
        self.pane.set(Pane::Output);
        let serial = self
            .jump
            .get_untracked()
            .map_or(0, |jump| jump.serial.wrapping_add(1));
        self.jump.set(Some(Jump {
            start: bytes.0,
            end: bytes.1,
            serial,
        }));
    }
}
