//! An explanation as data, as the command line and the module write it.

use serde::Serialize;
use serde_json::Value;

use super::{Cause, ExplainedField, Explanation, SettingPlace};
use crate::manifest::Manifest;
use crate::source::{Origin, Sources};

/// A field of an object and what it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FieldReport {
    /// The object.
    pub object: ObjectReport,
    /// The place in the object, written as for `--set`.
    pub field: String,
    /// The line in the text of the manifests, from 1.
    pub line: usize,
    /// Its value.
    pub value: Value,
    /// The settings behind it, the most specific one first; `None` where no
    /// single setting decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<SettingReport>>,
    /// Why no single setting decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The settings that each lead to this value, so that it changes only if
    /// all of them change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<Vec<SettingReport>>,
}

/// What names an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ObjectReport {
    /// Its group and version.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; `None` for kinds that have none.
    pub namespace: Option<String>,
}

/// A setting and where it was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SettingReport {
    /// The setting, written as for `--set`.
    pub path: String,
    /// Where it was written.
    pub origin: OriginReport,
}

/// Where a setting was written. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum OriginReport {
    /// In a values file.
    File {
        /// Its name.
        file: String,
        /// The line of the value.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// In a flag.
    Flag {
        /// The flag and its text.
        flag: String,
    },
    /// In a preset.
    Preset {
        /// Its name.
        preset: String,
        /// The line of the value.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// Nowhere: it is a default.
    Default,
}

impl OriginReport {
    fn of(setting: &SettingPlace, sources: &Sources) -> Self {
        let source = sources.get(setting.span.source);
        let (line, column) = sources
            .location(setting.span)
            .map_or((1, 1), |location| (location.line, location.column));
        match source.map(|source| (&source.origin, &source.text)) {
            Some((Origin::File(name), _)) => Self::File {
                file: name.clone(),
                line,
                column,
            },
            Some((Origin::Flag(name), text)) => Self::Flag {
                flag: format!("{name} {text}"),
            },
            Some((Origin::Preset(name), _)) => Self::Preset {
                preset: name.clone(),
                line,
                column,
            },
            Some((Origin::Defaults, _)) | None => Self::Default,
        }
    }
}

/// The place in a few characters: `values.yaml:3:8`.
impl std::fmt::Display for OriginReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { file, line, column } => {
                let name = Origin::File(file.clone());
                write!(f, "{name}:{line}:{column}")
            }
            Self::Flag { flag } => f.write_str(flag),
            Self::Preset {
                preset,
                line,
                column,
            } => write!(f, "preset {preset}:{line}:{column}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The setting with its place: `image.tag (values.yaml:3:8)`.
impl std::fmt::Display for SettingReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.path, self.origin)
    }
}

impl SettingReport {
    pub(super) fn of(setting: &SettingPlace, sources: &Sources) -> Self {
        Self {
            path: setting.path.to_string(),
            origin: OriginReport::of(setting, sources),
        }
    }
}

impl Explanation {
    /// A field as data.
    pub fn report(&self, field: &ExplainedField) -> FieldReport {
        let settings: Vec<SettingReport> = field
            .cause
            .settings()
            .iter()
            .map(|setting| SettingReport::of(setting, &self.sources))
            .collect();
        let (settings, together) = match field.cause {
            Cause::Settings(_) => (Some(settings), None),
            Cause::Together(_) => (None, Some(settings)),
            Cause::Release(_) | Cause::Fixed => (None, None),
        };
        let object = self.object(field);
        FieldReport {
            object: ObjectReport {
                api_version: object.map_or("", Manifest::api_version).to_owned(),
                kind: object.map_or("", Manifest::kind).to_owned(),
                name: object.map_or("", Manifest::name).to_owned(),
                namespace: object.and_then(Manifest::namespace).map(str::to_owned),
            },
            field: field.path.to_string(),
            line: *field.lines.start(),
            value: field.value.clone(),
            settings,
            reason: self.reason(field),
            together,
        }
    }
}
