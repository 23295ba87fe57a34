//! Fixes applied to the values files that their findings are about: the one
//! way for the command line, the module, the page and its features.
//!
//! A fix is written for the merged values, and a file holds a part of them. It
//! goes to the file where the setting was written, and counts only if the
//! merged values are then the old ones with the fix and nothing else. What a
//! flag or a preset says is in no file, so it is reported instead.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::document::{Document, EditError};
use crate::layers::{self, Layer, Layered};
use crate::path::{Segment, ValuePath};
use crate::release::Release;
use crate::source::Origin;
use crate::yaml::{self, Node};
use crate::{Outcome, Rules};

/// More fixes than any values need. Each round applies one.
const MAX_FIXES: usize = 500;

/// What came of applying fixes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FixReport {
    /// The layers, with the texts of their files fixed.
    pub layers: Vec<Layer>,
    /// What was done, in order.
    pub applied: Vec<Applied>,
    /// What could not be done, of the findings that are left.
    pub refused: Vec<Refused>,
    /// The pipeline's outcome for the fixed layers.
    pub outcome: Outcome,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Applied {
    /// The code of the finding that it removed.
    pub code: Code,
    /// What was edited.
    pub fix: Fix,
    /// The files that were edited, by the names of their layers.
    pub files: Vec<String>,
}

/// A fix that was not applied.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Refused {
    /// The code of the finding that is left.
    pub code: Code,
    /// The setting that it is about.
    pub path: ValuePath,
    /// Why, and what to do instead.
    pub reason: Refusal,
}

/// Why a fix was not applied.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The finding would be there all the same.
    #[error("the fix does not remove this finding; change the setting by hand")]
    NoHelp,
    /// The values would be those of an earlier round.
    #[error("the fix would undo another fix; choose one of the two by hand")]
    Undoes,
    /// A flag wins over every file.
    #[error("`{path}` is set with `{flag}`, which overrides every file; change the flag")]
    Flag {
        /// The setting.
        path: ValuePath,
        /// The flag's name, `--set`.
        flag: &'static str,
    },
    /// A preset is in no file.
    #[error(
        "`{path}` comes from the preset `{preset}`; write the preset to a file with `mlflow-k8s \
         values --preset {preset} > values.yaml`, and change that file"
    )]
    Preset {
        /// The setting.
        path: ValuePath,
        /// The preset's name.
        preset: String,
    },
    /// No edit of one file gives the values that the fix means.
    #[error("more than one file or flag sets this value; change it by hand")]
    SeveralLayers,
    /// The file cannot be edited at that place.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// Applies the fixes of all findings that are `wanted`, one after the other,
/// until none is left that can be applied.
///
/// A fix counts as applied if its finding is then reported less often than
/// before, and if the values differ from those of every earlier round.
///
/// ```
/// use mlflow_k8s_core::diagnostic::Severity;
/// use mlflow_k8s_core::fix::apply_fixes;
/// use mlflow_k8s_core::{Rules, layers::Layer, release::Release};
///
/// let file = Layer::File {
///     name: "values.yaml".to_owned(),
///     text: "replicaCout: 2 # of production\n".to_owned(),
/// };
/// let report = apply_fixes(&[file], &Release::default(), &Rules::Skip, &|finding| {
///     finding.severity <= Severity::Warning
/// });
/// assert_eq!(report.text(), Some("replicaCount: 2 # of production\n"));
/// ```
pub fn apply_fixes(
    layers: &[Layer],
    release: &Release,
    rules: &Rules,
    wanted: &dyn Fn(&Diagnostic) -> bool,
) -> FixReport {
    let mut layers = layers.to_vec();
    let mut outcome = crate::render(&layers, release, rules);
    let mut applied = Vec::new();
    let mut refused: Vec<Refused> = Vec::new();
    // Fixes that undo each other would go on for ever.
    let mut seen = BTreeSet::from([fingerprint(&layers)]);
    while applied.len() < MAX_FIXES {
        let next = outcome.diagnostics.iter().find_map(|finding| {
            let fix = finding.fix.as_ref()?;
            let is_refused = refused
                .iter()
                .any(|refused| refused.code == finding.code && refused.path == finding.path);
            (wanted(finding) && !is_refused).then_some((finding, fix))
        });
        let Some((finding, fix)) = next else {
            break;
        };
        let attempt = apply(&layers, &outcome, finding, fix).and_then(|(fixed, files)| {
            let after = crate::render(&fixed, release, rules);
            if count(&after, finding) >= count(&outcome, finding) {
                return Err(Refusal::NoHelp);
            }
            if !seen.insert(fingerprint(&fixed)) {
                return Err(Refusal::Undoes);
            }
            Ok((fixed, files, after))
        });
        match attempt {
            Ok((fixed, files, after)) => {
                applied.push(Applied {
                    code: finding.code,
                    fix: fix.clone(),
                    files,
                });
                (layers, outcome) = (fixed, after);
                // What stood in the way of a fix may be gone.
                refused.clear();
            }
            Err(reason) => refused.push(Refused {
                code: finding.code,
                path: finding.path.clone(),
                reason,
            }),
        }
    }
    FixReport {
        layers,
        applied,
        refused,
        outcome,
    }
}

impl FixReport {
    /// The fixed text of the last values file; `None` if no layer is a file.
    pub fn text(&self) -> Option<&str> {
        files(&self.layers).next_back().map(|(_, text)| text)
    }
}

/// How often the same is said of the same place.
fn count(outcome: &Outcome, like: &Diagnostic) -> usize {
    outcome
        .diagnostics
        .iter()
        .filter(|other| {
            (other.code, &other.path, &other.message) == (like.code, &like.path, &like.message)
        })
        .count()
}

fn fingerprint(layers: &[Layer]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (_, text) in files(layers) {
        text.hash(&mut hasher);
    }
    hasher.finish()
}

/// The files among the layers.
fn files(layers: &[Layer]) -> impl DoubleEndedIterator<Item = (&str, &str)> {
    layers.iter().filter_map(|layer| match layer {
        Layer::File { name, text } => Some((name.as_str(), text.as_str())),
        _ => None,
    })
}

/// The layers after a fix and the names of the files that it edited.
fn apply(
    layers: &[Layer],
    outcome: &Outcome,
    finding: &Diagnostic,
    fix: &Fix,
) -> Result<(Vec<Layer>, Vec<String>), Refusal> {
    let before = layers::merge(layers, &mut Vec::new());
    let origin = finding
        .span
        .and_then(|span| outcome.sources.get(span.source))
        .map(|source| &source.origin);
    let mut fixed = layers.to_vec();
    let mut edited: Vec<(String, Vec<Edit>)> = Vec::new();
    for edit in &fix.edits {
        let path = edit.path();
        let now = layers::merge(&fixed, &mut Vec::new());
        for file in targets(&fixed, &now, edit, origin) {
            for layer in &mut fixed {
                let Layer::File { name, text } = layer else {
                    continue;
                };
                if *name != file {
                    continue;
                }
                let mut document = Document::new(text.as_str());
                match edit {
                    Edit::Set { value, .. } => document.set(path, value),
                    Edit::Remove { .. } => document.remove(path),
                }
                .map_err(|refused| in_the_way(&before, fix).unwrap_or(Refusal::Edit(refused)))?;
                *text = document.into_text();
            }
            match edited.iter_mut().find(|(name, _)| *name == file) {
                Some((_, edits)) => edits.push(edit.clone()),
                None => edited.push((file, vec![edit.clone()])),
            }
        }
    }
    together(layers, &mut fixed, &edited);
    let edited: Vec<String> = edited.into_iter().map(|(name, _)| name).collect();
    let after = layers::merge(&fixed, &mut Vec::new());
    let mut meant = Document::new(yaml::write(&before.user.to_json()));
    let is_as_meant =
        meant.apply(&fix.edits).is_ok() && tree(&meant) == tree(&written(&after.user));
    if is_as_meant && !edited.is_empty() {
        Ok((fixed, edited))
    } else {
        Err(in_the_way(&before, fix).unwrap_or(Refusal::SeveralLayers))
    }
}

/// Makes each file's edits once more, together: a document that sees both ends
/// of a move keeps the comments of what is moved.
fn together(layers: &[Layer], fixed: &mut [Layer], edited: &[(String, Vec<Edit>)]) {
    for (before, after) in layers.iter().zip(fixed) {
        let (Layer::File { text: old, .. }, Layer::File { name, text: new }) = (before, after)
        else {
            continue;
        };
        let Some((_, edits)) = edited.iter().find(|(file, _)| file == name) else {
            continue;
        };
        let mut document = Document::new(old.as_str());
        if document.apply(edits).is_ok() && tree(&document) == tree(&Document::new(new.as_str())) {
            *new = document.into_text();
        }
    }
}

fn written(node: &Node) -> Document {
    Document::new(yaml::write(&node.to_json()))
}

fn tree(document: &Document) -> Option<serde_json::Value> {
    document.root().ok().map(|root| root.to_json())
}

/// The files that an edit belongs into.
fn targets(
    layers: &[Layer],
    merged: &Layered,
    edit: &Edit,
    finding: Option<&Origin>,
) -> Vec<String> {
    let path = edit.path();
    let roots: Vec<(&str, Arc<Node>)> = files(layers)
        .filter_map(|(name, text)| Some((name, Document::new(text).root().ok()?)))
        .collect();
    let is_in_a_list = path
        .segments()
        .iter()
        .any(|segment| matches!(segment, Segment::Index(_)));
    if matches!(edit, Edit::Remove { .. }) && !is_in_a_list {
        // Removed from one file, it would come back from another.
        let mut names: Vec<String> = roots
            .iter()
            .filter(|(_, root)| root.at(path).is_some())
            .map(|(name, _)| (*name).to_owned())
            .collect();
        names.dedup();
        return names;
    }
    let mut place = path.clone();
    while !place.segments().is_empty() {
        // The last one who spoke of a setting is the one who is heard.
        if let Some(name) = merged.user.at(&place).and_then(|node| {
            file(
                merged
                    .sources
                    .get(node.span.source)
                    .map(|source| &source.origin),
            )
        }) {
            return vec![name];
        }
        let holder = roots
            .iter()
            .rev()
            .find(|(_, root)| root.at(&place).is_some());
        if let Some((name, _)) = holder {
            return vec![(*name).to_owned()];
        }
        let Some((_, parent)) = place.split_last() else {
            break;
        };
        place = parent;
    }
    file(finding)
        .or_else(|| files(layers).next_back().map(|(name, _)| name.to_owned()))
        .into_iter()
        .collect()
}

fn file(origin: Option<&Origin>) -> Option<String> {
    match origin {
        Some(Origin::File(name)) => Some(name.clone()),
        _ => None,
    }
}

/// What overrides the fix and is in no file.
fn in_the_way(merged: &Layered, fix: &Fix) -> Option<Refusal> {
    fix.edits.iter().find_map(|edit| {
        let mut path = edit.path().clone();
        // Of a missing setting, what is there of it.
        while merged.user.at(&path).is_none() {
            path = path.split_last()?.1;
        }
        let span = merged.user.at(&path)?.span;
        match &merged.sources.get(span.source)?.origin {
            Origin::Flag(flag) => Some(Refusal::Flag { path, flag }),
            Origin::Preset(preset) => Some(Refusal::Preset {
                path,
                preset: preset.clone(),
            }),
            Origin::Defaults | Origin::File(_) => None,
        }
    })
}

#[cfg(test)]
mod tests;
