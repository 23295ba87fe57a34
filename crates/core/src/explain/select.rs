//! The fields that somebody asks about.

use super::{ExplainedField, Explanation};
use crate::manifest::Manifest;
use crate::path::{Segment, ValuePath};
use crate::values::nearest;

/// Which fields: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Those that this setting, or one below it, is behind.
    pub setting: Option<String>,
    /// Those of this object, `Deployment/mlflow-mlflow`, or of this kind.
    pub object: Option<String>,
    /// This one, or those below it.
    pub field: Option<String>,
}

/// What somebody asks about is not there. Its text says what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unknown {
    /// There is no such setting.
    #[error("there is no setting `{asked}`{}", did_you_mean(near.as_ref()))]
    Setting {
        /// What was asked for.
        asked: String,
        /// What is there and is written alike.
        near: Option<String>,
    },
    /// There is no such object.
    #[error("there is no object `{asked}`; the objects are: {}", known.join(", "))]
    Object {
        /// What was asked for.
        asked: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// There is no such field.
    #[error("no object has a field `{asked}`{}", did_you_mean(near.as_ref()))]
    Field {
        /// What was asked for.
        asked: String,
        /// What is there and is written alike.
        near: Option<String>,
    },
}

fn did_you_mean(near: Option<&String>) -> String {
    near.map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default()
}

impl Explanation {
    /// The fields that fit.
    pub fn select(&self, selection: &Selection) -> Result<Vec<&ExplainedField>, Unknown> {
        let setting = match &selection.setting {
            Some(asked) => Some(setting(asked, self.settings.iter())?),
            None => None,
        };
        let of_setting: Vec<&ExplainedField> = match &setting {
            Some(setting) => self.of_setting(setting).collect(),
            None => self.fields.iter().collect(),
        };
        let objects = match &selection.object {
            Some(asked) => Some(self.objects(asked)?),
            None => None,
        };
        let is_of_object = |field: &&ExplainedField| {
            let objects = objects.as_ref();
            objects.is_none_or(|objects| objects.contains(&field.object))
        };
        let path = match &selection.field {
            Some(asked) => Some(self.field(asked, is_of_object)?),
            None => None,
        };
        Ok(of_setting
            .into_iter()
            .filter(is_of_object)
            .filter(|field| {
                let path = path.as_ref();
                path.is_none_or(|path| path.contains(&field.path))
            })
            .collect())
    }

    fn objects(&self, asked: &str) -> Result<Vec<usize>, Unknown> {
        let name = |manifest: &Manifest| format!("{}/{}", manifest.kind(), manifest.name());
        let objects = || self.manifests.manifests().iter();
        let fits = |manifest: &Manifest| match asked.split_once('/') {
            Some((kind, name)) => {
                manifest.kind().eq_ignore_ascii_case(kind) && manifest.name() == name
            }
            None => manifest.kind().eq_ignore_ascii_case(asked),
        };
        let found: Vec<usize> = objects()
            .enumerate()
            .filter(|(_, manifest)| fits(manifest))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            return Err(Unknown::Object {
                asked: asked.to_owned(),
                known: objects().map(name).collect(),
            });
        }
        Ok(found)
    }

    fn field(
        &self,
        asked: &str,
        is_of_object: impl Fn(&&ExplainedField) -> bool,
    ) -> Result<ValuePath, Unknown> {
        let fields = || self.fields.iter().filter(&is_of_object);
        let parsed = ValuePath::parse(asked).ok();
        parsed
            .filter(|path| fields().any(|field| path.contains(&field.path)))
            .ok_or_else(|| Unknown::Field {
                asked: asked.to_owned(),
                near: near(asked, fields().map(|field| &field.path)),
            })
    }
}

/// The setting that a text names, among some. One below a setting without
/// entries is one that could be set.
pub(super) fn setting<'p>(
    asked: &str,
    known: impl Iterator<Item = &'p ValuePath> + Clone,
) -> Result<ValuePath, Unknown> {
    let is_known = |path: &ValuePath| {
        let mut known = known.clone();
        known.any(|setting| path.contains(setting) || setting.contains(path))
    };
    let parsed = ValuePath::parse(asked).ok();
    parsed
        .filter(|path| !path.segments().is_empty() && is_known(path))
        .ok_or_else(|| Unknown::Setting {
            asked: asked.to_owned(),
            near: near(asked, known),
        })
}

/// What is written most like a text: one of some paths, or a place above one.
fn near<'p>(asked: &str, paths: impl Iterator<Item = &'p ValuePath>) -> Option<String> {
    let mut texts = std::collections::BTreeSet::new();
    for path in paths {
        let mut above = Vec::<Segment>::new();
        for segment in path.segments() {
            above.push(segment.clone());
            texts.insert(ValuePath::from(above.clone()).to_string());
        }
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    nearest(asked, &texts).map(str::to_owned)
}
