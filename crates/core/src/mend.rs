//! Fixes applied to the values files that their findings are about.
//!
//! A fix is written for the merged values, and a file holds a part of them. It
//! goes to the file where the setting was written, and counts only if the
//! merged values are then the old ones with the fix and nothing else. What a
//! flag or a preset says is in no file, so it is told instead.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
use crate::document::Document;
use crate::layers::{self, Layer, Layered};
use crate::path::{Segment, ValuePath};
use crate::release::Release;
use crate::source::Origin;
use crate::yaml::{self, Node};
use crate::{Outcome, Rules};

/// More rounds than any values need. Each mends one finding.
const MOST: usize = 500;

/// What came of mending.
#[derive(Clone, Debug)]
pub struct Mended {
    /// The layers, with the texts of their files mended.
    pub layers: Vec<Layer>,
    /// What was done, in order.
    pub applied: Vec<Applied>,
    /// What could not be done, of the findings that are left.
    pub refused: Vec<Refused>,
    /// The pipeline's outcome for the mended layers.
    pub outcome: Outcome,
}

/// A fix that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The finding that it mended.
    pub code: Code,
    /// What was edited.
    pub fix: Fix,
    /// The files that were edited, by the names of their layers.
    pub files: Vec<String>,
}

/// A fix that was not made.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The finding that is left.
    pub code: Code,
    /// The setting that it speaks of.
    pub path: ValuePath,
    /// Why, and what to do instead.
    pub reason: String,
}

/// Applies the fixes of all findings down to the severity `mildest`, until
/// none is left that can be applied.
pub fn mend(layers: &[Layer], release: &Release, rules: &Rules, mildest: Severity) -> Mended {
    let mut layers = layers.to_vec();
    let mut outcome = crate::render(&layers, release, rules);
    let mut applied = Vec::new();
    let mut refused: Vec<Refused> = Vec::new();
    // Fixes that undo each other would go on for ever.
    let mut seen = BTreeSet::from([fingerprint(&layers)]);
    while applied.len() < MOST {
        let next = outcome.diagnostics.iter().find_map(|finding| {
            let fix = finding.fix.as_ref()?;
            let is_refused = refused
                .iter()
                .any(|refused| refused.code == finding.code && refused.path == finding.path);
            (finding.severity <= mildest && !is_refused).then_some((finding, fix))
        });
        let Some((finding, fix)) = next else {
            break;
        };
        let attempt = apply(&layers, &outcome, finding, fix).and_then(|(mended, files)| {
            let after = crate::render(&mended, release, rules);
            if count(&after, finding) >= count(&outcome, finding) {
                return Err("it does not help here; change the setting by hand".to_owned());
            }
            if !seen.insert(fingerprint(&mended)) {
                return Err("it would undo another fix; decide between the two".to_owned());
            }
            Ok((mended, files, after))
        });
        match attempt {
            Ok((mended, files, after)) => {
                applied.push(Applied {
                    code: finding.code,
                    fix: fix.clone(),
                    files,
                });
                (layers, outcome) = (mended, after);
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
    Mended {
        layers,
        applied,
        refused,
        outcome,
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

/// The layers after a fix and the names of the files that it edited, or why
/// it cannot be made.
fn apply(
    layers: &[Layer],
    outcome: &Outcome,
    finding: &Diagnostic,
    fix: &Fix,
) -> Result<(Vec<Layer>, Vec<String>), String> {
    let before = layers::merge(layers, &mut Vec::new());
    let origin = finding
        .span
        .and_then(|span| outcome.sources.get(span.source))
        .map(|source| &source.origin);
    let mut mended = layers.to_vec();
    let mut edited: Vec<(String, Vec<Edit>)> = Vec::new();
    for edit in &fix.edits {
        let (Edit::Set { path, .. } | Edit::Remove { path }) = edit;
        let path = ValuePath::parse(path)?;
        let now = layers::merge(&mended, &mut Vec::new());
        for file in targets(&mended, &now, edit, &path, origin) {
            for layer in &mut mended {
                let Layer::File { name, text } = layer else {
                    continue;
                };
                if *name != file {
                    continue;
                }
                let mut document = Document::new(text.as_str());
                match edit {
                    Edit::Set { value, .. } => document.set(&path, value),
                    Edit::Remove { .. } => document.remove(&path),
                }
                .map_err(|fault| in_the_way(&before, fix).unwrap_or_else(|| fault.to_string()))?;
                *text = document.into_text();
            }
            match edited.iter_mut().find(|(name, _)| *name == file) {
                Some((_, edits)) => edits.push(edit.clone()),
                None => edited.push((file, vec![edit.clone()])),
            }
        }
    }
    together(layers, &mut mended, &edited, fix);
    let edited: Vec<String> = edited.into_iter().map(|(name, _)| name).collect();
    let after = layers::merge(&mended, &mut Vec::new());
    let mut meant = Document::new(yaml::write(&before.user.to_json()));
    let is_as_meant = meant.apply(fix).is_ok() && tree(&meant) == tree(&written(&after.user));
    if is_as_meant && !edited.is_empty() {
        Ok((mended, edited))
    } else {
        Err(in_the_way(&before, fix).unwrap_or_else(|| {
            "several layers of values have a part in it; change it by hand".to_owned()
        }))
    }
}

/// Makes each file's edits once more, together: a document that sees both ends
/// of a move keeps the comments of what is moved.
fn together(layers: &[Layer], mended: &mut [Layer], edited: &[(String, Vec<Edit>)], fix: &Fix) {
    for (before, after) in layers.iter().zip(mended) {
        let (Layer::File { text: old, .. }, Layer::File { name, text: new }) = (before, after)
        else {
            continue;
        };
        let Some((_, edits)) = edited.iter().find(|(file, _)| file == name) else {
            continue;
        };
        let mut document = Document::new(old.as_str());
        let own = Fix {
            edits: edits.clone(),
            ..fix.clone()
        };
        if document.apply(&own).is_ok() && tree(&document) == tree(&Document::new(new.as_str())) {
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
    path: &ValuePath,
    finding: Option<&Origin>,
) -> Vec<String> {
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

/// What says otherwise than the fix and is in no file.
fn in_the_way(merged: &Layered, fix: &Fix) -> Option<String> {
    fix.edits.iter().find_map(|edit| {
        let (Edit::Set { path, .. } | Edit::Remove { path }) = edit;
        let mut place = ValuePath::parse(path).ok()?;
        // Of a missing setting, what is there of it.
        while merged.user.at(&place).is_none() {
            place = place.split_last()?.1;
        }
        let span = merged.user.at(&place)?.span;
        match &merged.sources.get(span.source)?.origin {
            Origin::Flag(flag) => Some(format!(
                "`{place}` is given with {flag}, which wins over every file; change it there"
            )),
            Origin::Preset(preset) => Some(format!(
                "`{place}` is in the preset {preset}; begin with `mlflow-k8s values --preset \
                 {preset} > values.yaml` in its place, and change that"
            )),
            Origin::Defaults | Origin::File(_) => None,
        }
    })
}

#[cfg(test)]
mod tests;
