//! Why each field of the manifests is as it is: the settings behind it, and
//! where each was written.
//!
//! Nothing here knows what a setting does. The values are rendered again and
//! again, each time with one setting taken away or changed, and what comes out
//! is compared: a field that changes or vanishes has that setting behind it.
//! So an explanation cannot say something else than what rendering does.
//!
//! ```
//! use mlflow_k8s_core::explain::Explainer;
//! use mlflow_k8s_core::layers::Layer;
//! use mlflow_k8s_core::release::Release;
//!
//! let layers = [Layer::Set("mlflow.backendStoreUri=sqlite:///a.db,image.tag=v3.17.1".to_owned())];
//! let explainer = Explainer::new(&layers, &Release::default()).expect("values without faults");
//! let explanation = explainer.finish();
//! let image = explanation
//!     .fields
//!     .iter()
//!     .find(|field| field.path.to_string() == "spec.template.spec.containers[0].image")
//!     .expect("a Deployment");
//! assert_eq!(image.cause.settings()[0].path.to_string(), "image.tag");
//! ```

mod annotate;
mod compare;
mod report;
mod select;
mod variation;

pub use report::{FieldReport, ObjectReport, OriginReport, SettingReport};
pub use select::{Selection, Unknown};

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::layers::{self, Layer};
use crate::manifest::{Manifest, ManifestSet};
use crate::path::ValuePath;
use crate::release::{KubeVersion, Release};
use crate::source::{Sources, Span};
use crate::values::{self, Refused, Values};
use crate::yaml::{self, Node, Scalar};
use crate::{diagnostic, render, resolve};
use variation::{Change, Setting, Slot};

/// Explains a render, a little with each [`step`](Self::step).
#[derive(Debug)]
pub struct Explainer {
    sources: Sources,
    /// The merged values; each variation is made in here and undone.
    merged: Node,
    release: Release,
    manifests: ManifestSet,
    /// The number of fields of each object.
    sizes: Vec<usize>,
    settings: Vec<Setting>,
    fields: Vec<Found>,
    next: Step,
}

/// What is known of a field so far.
#[derive(Clone, Debug, Default)]
struct Found {
    settings: Vec<Behind>,
    /// The cause, when no single setting is behind it.
    cause: Option<Cause>,
}

/// One setting behind a field.
#[derive(Clone, Copy, Debug)]
struct Behind {
    setting: usize,
    /// Whether the field vanishes in each variation, and has another value in none.
    vanishes: bool,
}

/// What comes next.
#[derive(Debug)]
enum Step {
    /// The variations of one setting.
    Setting(usize),
    /// Those of the release.
    Release,
    /// What settings do together: their variations, and the fields that change
    /// in all of them at once.
    Together(Vec<(usize, Slot)>, BTreeSet<usize>),
    /// A setting that is an empty collection.
    Empty(usize),
    Done,
}

/// Why the fields of a release are as they are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The texts that the settings' places point into.
    pub sources: Sources,
    /// The objects.
    pub manifests: ManifestSet,
    /// Every field of every object, in the order of the text.
    pub fields: Vec<ExplainedField>,
    /// Every setting of the values, in their order.
    settings: Vec<ValuePath>,
}

/// A scalar, or an empty collection, in an object.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExplainedField {
    /// The object, by its position in the manifests.
    pub object: usize,
    /// The place in the object.
    pub path: ValuePath,
    /// The lines in the text of [`ManifestSet::to_yaml`], from 1. A block of
    /// text has several, the first of which has its key.
    pub lines: RangeInclusive<usize>,
    /// Its value.
    pub value: Value,
    /// What it comes from.
    pub cause: Cause,
}

/// What a field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Settings; each changes or removes the field by itself. The most
    /// specific one comes first.
    Settings(Vec<SettingPlace>),
    /// Settings that each lead to this value, so that it changes only when all of them do.
    Together(Vec<SettingPlace>),
    /// Something that stands beside the values.
    Release(ReleasePart),
    /// Nothing that can be set.
    Fixed,
}

/// A setting and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingPlace {
    /// The setting.
    pub path: ValuePath,
    /// The text of its value.
    pub span: Span,
    /// Whether the field is there only because of this setting, which does not
    /// decide its value.
    pub is_switch: bool,
}

/// A part of a [`Release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReleasePart {
    /// Its name.
    Name,
    /// Its namespace.
    Namespace,
    /// Whether the Namespace is rendered.
    CreateNamespace,
    /// The Kubernetes version.
    KubeVersion,
}

impl Explainer {
    /// Starts to explain what `render` makes of these layers;
    /// `None` when they cannot be read, which is reported there.
    pub fn new(layers: &[Layer], release: &Release) -> Option<Self> {
        let mut diagnostics = Vec::new();
        let (sources, merged) = layers::merge_only(layers, &mut diagnostics);
        let (values, _) = values::read(&merged, &mut diagnostics);
        if diagnostic::has_errors(&diagnostics) {
            return None;
        }
        let manifests = render_values(&values, release);
        let objects = manifests.manifests().iter();
        let sizes: Vec<usize> = objects
            .map(|manifest| compare::leaves(manifest.object()))
            .collect();
        Some(Self {
            sources,
            settings: variation::settings(&merged),
            merged,
            release: release.clone(),
            fields: vec![Found::default(); sizes.iter().sum()],
            manifests,
            sizes,
            next: Step::Setting(0),
        })
    }

    /// The setting, or the section of settings, that a text names.
    pub fn setting(&self, text: &str) -> Result<ValuePath, Unknown> {
        select::setting(text, self.settings.iter().map(|setting| &setting.path))
    }

    /// Does a part of the work, which takes as long as a few renders; false
    /// when there is nothing left to do.
    pub fn step(&mut self) -> bool {
        self.next = match std::mem::replace(&mut self.next, Step::Done) {
            Step::Setting(index) if index < self.settings.len() => {
                self.vary(index);
                Step::Setting(index + 1)
            }
            Step::Setting(_) => Step::Release,
            Step::Release => {
                self.vary_release();
                self.all_together()
            }
            Step::Together(all, mut open) => match open.pop_first() {
                Some(field) => {
                    self.find_together(field, &all, &mut open);
                    Step::Together(all, open)
                }
                None => Step::Empty(0),
            },
            Step::Empty(index) if index < self.settings.len() => {
                self.fill(index);
                Step::Empty(index + 1)
            }
            Step::Empty(_) | Step::Done => Step::Done,
        };
        !matches!(self.next, Step::Done)
    }

    /// Does what is left, and hands over the result.
    pub fn finish(mut self) -> Explanation {
        while self.step() {}
        let objects = || self.manifests.manifests().iter().map(Manifest::object);
        let (text, places) = yaml::write_all_with_places(objects());
        let mut fields = Vec::with_capacity(self.fields.len());
        for (object, value) in objects().enumerate() {
            walk(value, &ValuePath::root(), &mut |path, value| {
                fields.push(ExplainedField {
                    object,
                    path: path.clone(),
                    lines: 0..=0,
                    value: value.clone(),
                    cause: Cause::Fixed,
                });
            });
        }
        let causes = self.causes(fields.iter().map(|field| &field.value));
        let (mut offset, mut line) = (0, 1);
        let mut line_at = |position: usize| {
            line += text
                .get(offset..position)
                .map_or(0, |text| text.matches('\n').count());
            offset = position;
            line
        };
        for ((field, place), cause) in fields.iter_mut().zip(places).zip(causes) {
            field.lines = line_at(place.start)..=line_at(place.end);
            field.cause = cause;
        }
        Explanation {
            sources: self.sources,
            manifests: self.manifests,
            fields,
            settings: self
                .settings
                .into_iter()
                .map(|setting| setting.path)
                .collect(),
        }
    }

    /// What comes of the values with some changes.
    fn objects(&mut self, changes: &mut [Change]) -> Result<ManifestSet, Refused> {
        for change in changes.iter_mut() {
            change.swap(&mut self.merged);
        }
        let read = values::read_variation(&self.merged);
        for change in changes.iter_mut().rev() {
            change.swap(&mut self.merged);
        }
        Ok(render_values(&read?, &self.release))
    }

    fn differences(&self, other: &ManifestSet) -> Vec<compare::Difference> {
        compare::differences(self.manifests.manifests(), &self.sizes, other.manifests())
    }

    /// Puts something else in the place of a setting, and says whether that
    /// changed anything; the error says why it cannot stand there.
    fn replace(&mut self, index: usize, slot: Slot) -> Result<bool, Refused> {
        let Some(setting) = self.settings.get(index) else {
            return Ok(false);
        };
        // An entry that has no default is what its field has for a value.
        let is_entry = matches!(slot, Slot::Absent);
        let change = Change::new(&setting.path, slot);
        let objects = self.objects(&mut [change])?;
        let differences = self.differences(&objects);
        for difference in &differences {
            let Some(found) = self.fields.get_mut(difference.field) else {
                continue;
            };
            let vanishes = difference.vanishes && !is_entry;
            match found.settings.last_mut() {
                Some(last) if last.setting == index => last.vanishes &= vanishes,
                _ => found.settings.push(Behind {
                    setting: index,
                    vanishes,
                }),
            }
        }
        Ok(!differences.is_empty())
    }

    /// Takes a setting away, and gives it another value: where there is a
    /// default, a value may come back by itself in one of the two.
    fn vary(&mut self, index: usize) {
        let Some(setting) = self.settings.get(index) else {
            return;
        };
        let (away, others) = (setting.away.clone(), setting.others());
        if let Some(away) = away {
            let is_entry = matches!(away, Slot::Absent);
            // What the reader refuses is not a variation.
            let is_behind = self.replace(index, away).unwrap_or(false);
            if is_entry && is_behind {
                return;
            }
        }
        for other in others {
            match self.replace(index, other) {
                Ok(_) => return,
                Err(refused) if !refused.words.is_empty() => {
                    let setting = self.settings.get(index);
                    let words = setting.map(|setting| setting.other_words(refused.words));
                    for word in words.unwrap_or_default() {
                        let _ = self.replace(index, word);
                    }
                    return;
                }
                Err(_) => {}
            }
        }
    }

    /// Finds what comes from beside the values.
    fn vary_release(&mut self) {
        let Ok(values) = values::read_variation(&self.merged) else {
            return;
        };
        let release = &self.release;
        let other_version = match release.kube_version {
            Some(KubeVersion::OLDEST) => KubeVersion::NEWEST,
            _ => KubeVersion::OLDEST,
        };
        let variations = [
            (
                ReleasePart::Name,
                Release {
                    name: format!("x{}", release.name),
                    ..release.clone()
                },
            ),
            (
                ReleasePart::Namespace,
                Release {
                    namespace: format!("x{}", release.namespace),
                    ..release.clone()
                },
            ),
            (
                ReleasePart::CreateNamespace,
                Release {
                    create_namespace: !release.create_namespace,
                    ..release.clone()
                },
            ),
            (
                ReleasePart::KubeVersion,
                Release {
                    kube_version: Some(other_version),
                    ..release.clone()
                },
            ),
        ];
        for (part, release) in variations {
            let other = render_values(&values, &release);
            for difference in self.differences(&other) {
                if let Some(found) = self.fields.get_mut(difference.field)
                    && found.is_open()
                {
                    found.cause = Some(Cause::Release(part));
                }
            }
        }
    }

    /// All that the user wrote taken away at once, and what the defaults turn
    /// on turned off: the fields that this changes, and no single setting.
    fn all_together(&mut self) -> Step {
        let mut all: Vec<(usize, Vec<Slot>)> = self
            .settings
            .iter()
            .enumerate()
            .filter(|(_, setting)| {
                !setting.in_list && (setting.is_written() || setting.is_default_switch())
            })
            .map(|(index, setting)| {
                let slots = setting.away.iter().cloned().chain(setting.others());
                // The first one is the last, from where it is taken.
                (index, slots.collect::<Vec<_>>().into_iter().rev().collect())
            })
            .collect();
        loop {
            all.retain(|(_, slots)| !slots.is_empty());
            let first: Vec<(usize, Slot)> = all
                .iter()
                .filter_map(|(index, slots)| Some((*index, slots.last()?.clone())))
                .collect();
            match self.with_all(&first) {
                Ok(objects) => {
                    let open = self.open_differences(&objects);
                    return Step::Together(first, open);
                }
                Err(refused) => {
                    // The next variation of the setting that cannot be read.
                    let settings = &self.settings;
                    let stuck = all.iter_mut().find(|(index, _)| {
                        settings
                            .get(*index)
                            .is_some_and(|setting| setting.path.contains(&refused.path))
                    });
                    match stuck {
                        Some((_, slots)) => slots.pop(),
                        None => return Step::Empty(0),
                    };
                }
            }
        }
    }

    /// What comes of several variations at once.
    fn with_all(&mut self, variations: &[(usize, Slot)]) -> Result<ManifestSet, Refused> {
        let mut changes: Vec<Change> = variations
            .iter()
            .filter_map(|(index, slot)| {
                Some(Change::new(&self.settings.get(*index)?.path, slot.clone()))
            })
            .collect();
        self.objects(&mut changes)
    }

    /// The fields without a cause so far that are not in these objects.
    fn open_differences(&self, objects: &ManifestSet) -> BTreeSet<usize> {
        let is_open = |field: &usize| self.fields.get(*field).is_some_and(Found::is_open);
        self.differences(objects)
            .into_iter()
            .map(|difference| difference.field)
            .filter(is_open)
            .collect()
    }

    /// Finds the fewest settings that change a field together, and the others
    /// among the open fields that they change too.
    fn find_together(&mut self, field: usize, all: &[(usize, Slot)], open: &mut BTreeSet<usize>) {
        let fewest = self.fewest(&[], false, all, field);
        let Ok(objects) = self.with_all(&fewest) else {
            return;
        };
        let changed = self.open_differences(&objects);
        if !changed.contains(&field) {
            return;
        }
        let settings: Vec<usize> = fewest.iter().map(|(index, _)| *index).collect();
        let places = settings
            .iter()
            .filter_map(|index| self.place(*index, false));
        let cause = match settings.as_slice() {
            [_] => Cause::Settings(places.collect()),
            _ => Cause::Together(places.collect()),
        };
        for field in changed {
            open.remove(&field);
            if let Some(found) = self.fields.get_mut(field) {
                found.cause = Some(cause.clone());
            }
        }
    }

    /// The fewest of some variations that change a field, beside others that
    /// are made anyhow (QuickXplain, Junker 2004).
    fn fewest(
        &mut self,
        made: &[(usize, Slot)],
        is_new: bool,
        among: &[(usize, Slot)],
        field: usize,
    ) -> Vec<(usize, Slot)> {
        if is_new
            && let Ok(objects) = self.with_all(made)
            && self.open_differences(&objects).contains(&field)
        {
            return Vec::new();
        }
        if among.len() <= 1 {
            return among.to_vec();
        }
        let (first, second) = among.split_at(among.len() / 2);
        let of_second = self.fewest(&[made, first].concat(), true, second, field);
        let made = [made, &of_second].concat();
        let of_first = self.fewest(&made, !of_second.is_empty(), first, field);
        [of_first, of_second].concat()
    }

    /// Gives an empty mapping its first possible entry: what that changes
    /// comes from its emptiness. Only for fields that come from nothing that
    /// the user wrote: what could be written instead is behind much.
    fn fill(&mut self, index: usize) {
        let Some(setting) = self.settings.get(index) else {
            return;
        };
        if !setting.is_empty || setting.in_list {
            return;
        }
        let change = |setting: &Setting, key: &str, value| {
            Change::new(&setting.path, setting.with_entry(key, value))
        };
        // No setting has this key, and a mapping of free keys takes it.
        let mut probe = [change(setting, "?", Scalar::Null)];
        let Err(Refused { words: keys, .. }) = self.objects(&mut probe) else {
            return;
        };
        for key in keys {
            for value in [Scalar::String("x".to_owned()), Scalar::Bool(true)] {
                let Some(setting) = self.settings.get(index) else {
                    return;
                };
                let mut filled = [change(setting, key, value)];
                let Ok(objects) = self.objects(&mut filled) else {
                    continue;
                };
                for difference in self.differences(&objects) {
                    let Some(found) = self.fields.get_mut(difference.field) else {
                        continue;
                    };
                    let mut behind = found.settings.iter();
                    let is_written = behind.any(|behind| {
                        let setting = self.settings.get(behind.setting);
                        setting.is_some_and(Setting::is_written)
                    });
                    if found.cause.is_none() && !is_written {
                        found.settings.push(Behind {
                            setting: index,
                            vanishes: difference.vanishes,
                        });
                    }
                }
                return;
            }
        }
    }

    fn place(&self, index: usize, is_switch: bool) -> Option<SettingPlace> {
        let setting = self.settings.get(index)?;
        Some(SettingPlace {
            path: setting.path.clone(),
            span: setting.span,
            is_switch,
        })
    }

    /// The cause of each field, by the fields' values.
    fn causes<'v>(&self, values: impl Iterator<Item = &'v Value>) -> Vec<Cause> {
        let mut counts = vec![0_usize; self.settings.len()];
        for behind in self.fields.iter().flat_map(|found| &found.settings) {
            if let Some(count) = counts.get_mut(behind.setting) {
                *count += 1;
            }
        }
        let cause = |(found, value): (&Found, &Value)| {
            let mut places: Vec<(bool, (usize, usize), SettingPlace)> = found
                .settings
                .iter()
                .filter_map(|behind| {
                    let is_value = self.settings.get(behind.setting)?.is_value(value);
                    let count = *counts.get(behind.setting)?;
                    let place = self.place(behind.setting, behind.vanishes)?;
                    Some((is_value, (count, behind.setting), place))
                })
                .collect();
            // A list as a whole says nothing beside one of its own elements.
            let paths: Vec<ValuePath> = places
                .iter()
                .map(|(_, _, place)| place.path.clone())
                .collect();
            places.retain(|(_, _, place)| {
                let is_below = |path: &ValuePath| *path != place.path && place.path.contains(path);
                !paths.iter().any(is_below)
            });
            // What decides a value tells more than what turns it on, the value
            // itself more than what it is made of, what the user wrote more
            // than a default, what is behind few more than what is behind many.
            places.sort_by_key(|(is_value, count, place)| {
                (place.is_switch, !is_value, place.span.is_default(), *count)
            });
            let places: Vec<SettingPlace> = places.into_iter().map(|(.., place)| place).collect();
            match &found.cause {
                _ if !places.is_empty() => Cause::Settings(places),
                Some(cause) => cause.clone(),
                None => Cause::Fixed,
            }
        };
        self.fields.iter().zip(values).map(cause).collect()
    }
}

/// The objects of values without faults.
fn render_values(values: &Values, release: &Release) -> ManifestSet {
    let resolved = resolve::resolve(values, release);
    render::render(&resolved, resolved.site(values))
}

impl Found {
    /// Whether nothing is known to be behind the field.
    fn is_open(&self) -> bool {
        self.settings.is_empty() && self.cause.is_none()
    }
}

/// Calls for each field of a value, in the order in which they are written.
fn walk(value: &Value, path: &ValuePath, visit: &mut dyn FnMut(&ValuePath, &Value)) {
    match value {
        value if compare::is_leaf(value) => visit(path, value),
        Value::Object(fields) => {
            for (key, value) in fields {
                walk(value, &path.join(key.as_str()), visit);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &path.join(index), visit);
            }
        }
        _ => {}
    }
}

impl Explanation {
    /// The object of a field.
    pub fn object(&self, field: &ExplainedField) -> Option<&Manifest> {
        self.manifests.manifests().get(field.object)
    }

    /// The field that stands in a line of the text, from 1; `None` for a line
    /// that holds only the key of what is below.
    pub fn at_line(&self, line: usize) -> Option<&ExplainedField> {
        let next = self
            .fields
            .partition_point(|field| *field.lines.start() <= line);
        let field = self.fields.get(next.checked_sub(1)?)?;
        field.lines.contains(&line).then_some(field)
    }

    /// The fields that a setting, or one below it, is behind, by itself or
    /// with others.
    pub fn of_setting(&self, path: &ValuePath) -> impl Iterator<Item = &ExplainedField> {
        self.fields.iter().filter(move |field| {
            let mut settings = field.cause.settings().iter();
            settings.any(|setting| path.contains(&setting.path))
        })
    }

    /// Why no single setting decides a field, in a sentence without a full
    /// stop; `None` where one does.
    pub fn reason(&self, field: &ExplainedField) -> Option<String> {
        Some(match &field.cause {
            Cause::Settings(_) => return None,
            Cause::Together(settings) => {
                let paths: Vec<String> = settings
                    .iter()
                    .map(|setting| format!("`{}`", setting.path))
                    .collect();
                let paths = match paths.split_last() {
                    Some((last, others)) => format!("{} and {last}", others.join(", ")),
                    None => String::new(),
                };
                format!("{paths} each give this value: to change it, change all of them")
            }
            Cause::Release(part) => match part {
                ReleasePart::Name => "the release name".to_owned(),
                ReleasePart::Namespace => "the namespace of the release".to_owned(),
                ReleasePart::CreateNamespace => {
                    "the release is rendered with its namespace".to_owned()
                }
                ReleasePart::KubeVersion => {
                    "the Kubernetes version that the manifests are rendered for".to_owned()
                }
            },
            Cause::Fixed => {
                let kind = self.object(field).map_or("object", Manifest::kind);
                format!("fixed: every {kind} that is rendered has this value")
            }
        })
    }
}

impl Cause {
    /// The settings behind the field: each by itself, or all together.
    pub fn settings(&self) -> &[SettingPlace] {
        match self {
            Self::Settings(settings) | Self::Together(settings) => settings,
            Self::Release(_) | Self::Fixed => &[],
        }
    }
}
