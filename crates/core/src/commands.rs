//! What to run, in order, for exactly one configuration.
//!
//! Derived from the finished objects, so that it says what they need. Texts
//! in `<…>` are for the reader to fill in.

mod operate;
mod prepare;
mod reach;
mod remove;
mod shell;
mod site;

use crate::manifest::ManifestSet;
use serde::Serialize;

pub use shell::quote;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does, as an instruction without a full stop.
    pub title: String,
    /// Why, or what to know before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What runs it.
    pub kind: StepKind,
    /// The commands or the program, ending without a newline.
    pub text: String,
}

/// What runs a step's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// A POSIX shell.
    Shell,
    /// Python.
    Python,
}

impl Step {
    fn shell(title: impl Into<String>, lines: impl IntoIterator<Item = String>) -> Self {
        Self {
            title: title.into(),
            why: None,
            kind: StepKind::Shell,
            text: lines.into_iter().collect::<Vec<_>>().join("\n"),
        }
    }

    /// Adds a reason. Several become one text.
    fn why(mut self, why: impl Into<String>) -> Self {
        let why = why.into();
        self.why = match self.why {
            _ if why.is_empty() => self.why,
            Some(before) => Some(format!("{before} {why}")),
            None => Some(why),
        };
        self
    }
}

/// What to run, from an empty cluster to a server that is in use, and back.
/// The manifests are in `manifests.yaml`, the values in `values.yaml`.
pub fn commands(manifests: &ManifestSet) -> Vec<Step> {
    let Some(site) = site::Site::of(manifests) else {
        return Vec::new();
    };
    let needs = prepare::needs(&site);
    let mut steps = prepare::steps(&site, &needs);
    steps.extend(reach::steps(&site));
    steps.extend(operate::steps(&site));
    steps.extend(remove::steps(&site, &needs));
    steps
}

#[cfg(test)]
mod tests;
