//! A values file as its author wrote it, and edits that touch as little of it
//! as they can.
//!
//! An edit is a splice at a node's place: a scalar replaced, an entry inserted
//! at its siblings' indentation, the lines of an entry removed. Everything
//! else stays byte for byte. Each result is read again before it is accepted;
//! where the splice would have changed anything but the edited place, the
//! collection around it is written anew, and where that is not possible
//! either, the edit is refused and the text stays as it was.

mod splice;

use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::path::{ParsePathError, Segment, ValuePath};
use crate::source::SourceId;
use crate::yaml::{self, Node, Value};
use serde_json::Value as Json;
use std::sync::{Arc, OnceLock};

/// A values file that can be edited.
///
/// ```
/// use mlflow_k8s_core::document::Document;
/// use mlflow_k8s_core::path::ValuePath;
///
/// let mut document = Document::new("storage:\n  size: 10Gi # for a year\n");
/// document.set(&ValuePath::parse("storage.size")?, &"20Gi".into())?;
/// document.set(&ValuePath::parse("storage.enabled")?, &true.into())?;
/// assert_eq!(
///     document.text(),
///     "storage:\n  enabled: true\n  size: 20Gi # for a year\n"
/// );
/// # Ok::<(), mlflow_k8s_core::document::EditError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Document {
    text: String,
    /// What the text says, once it has been read.
    root: OnceLock<Arc<Node>>,
}

/// Why an edit was refused. The text is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text itself has faults.
    #[error("the text has errors; fix them first")]
    Unreadable(Vec<Diagnostic>),
    /// The path cannot be read.
    #[error(transparent)]
    InvalidPath(#[from] ParsePathError),
    /// A step of the path leads into something that has no such steps: a key
    /// into a list, an index into a mapping, anything into a scalar.
    #[error(
        "`{0}` does not fit into the text: the value above it is neither a mapping nor a list with \
         such an element"
    )]
    NotACollection(ValuePath),
    /// A list index beyond the element after the last one.
    #[error("`{0}` is beyond the end of the list")]
    NoSuchElement(ValuePath),
    /// The path names the whole document.
    #[error("the path must name a setting, not the whole text")]
    WholeDocument,
    /// The value is part of an anchor that other places repeat, or is merged
    /// in from elsewhere: changing it here would change it there.
    #[error("`{0}` belongs to an anchor that other places use too; edit it in the text")]
    Shared(ValuePath),
}

impl EditError {
    /// The same, for programs that show findings. The places point into the
    /// document's text under the name [`SourceId::DEFAULTS`].
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let message = self.to_string();
        let (code, path) = match self {
            Self::Unreadable(diagnostics) => return diagnostics,
            Self::InvalidPath(_) => (Code::SYNTAX, ValuePath::root()),
            Self::WholeDocument => (Code::INVALID_VALUE, ValuePath::root()),
            Self::NotACollection(path) => (Code::WRONG_TYPE, path),
            Self::NoSuchElement(path) | Self::Shared(path) => (Code::INVALID_VALUE, path),
        };
        vec![Diagnostic::error(code, path, message)]
    }
}

impl Document {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            root: OnceLock::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, moved out.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The text as a tree; its faults otherwise.
    pub fn root(&self) -> Result<Arc<Node>, Vec<Diagnostic>> {
        match self.root.get() {
            Some(root) => Ok(root.clone()),
            None => {
                let root = Arc::new(parse(&self.text)?);
                Ok(self.root.get_or_init(|| root).clone())
            }
        }
    }

    /// The document with this text, if that is to say this.
    fn saying(text: String, wanted: &Json) -> Option<Self> {
        let document = Self::new(text);
        let root = document.root().ok()?;
        (root.to_json() == *wanted).then_some(document)
    }

    /// Writes `value` at `path`, creating what is missing above it. A key that
    /// is new goes where the default values have it among its siblings; an
    /// index of the list's length appends.
    pub fn set(&mut self, path: &ValuePath, value: &Json) -> Result<(), EditError> {
        self.edit(path, Some(value))
    }

    /// Takes the entry at `path` away, with its own comment; one that the text
    /// begins with is taken to be about the whole file. The last entry of
    /// a mapping or list leaves `{}` or `[]`. A path that is not there is no error.
    pub fn remove(&mut self, path: &ValuePath) -> Result<(), EditError> {
        self.edit(path, None)
    }

    /// Makes edits, all of them or none.
    pub fn apply(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        let mut edited = self.clone();
        let mut edits = edits.iter().peekable();
        while let Some(edit) = edits.next() {
            match (edit, edits.peek()) {
                (Edit::Remove { path: from }, Some(Edit::Set { path: to, value })) => {
                    edited.put_elsewhere(from, to, value)?;
                    edits.next();
                }
                (Edit::Set { path, value }, _) => edited.set(path, value)?,
                (Edit::Remove { path }, _) => edited.remove(path)?,
            }
        }
        *self = edited;
        Ok(())
    }

    /// Takes `from` away and writes `value` at `to`. Where that is the old
    /// value under another key, what its author wrote beside it goes along.
    fn put_elsewhere(
        &mut self,
        from: &ValuePath,
        to: &ValuePath,
        value: &Json,
    ) -> Result<(), EditError> {
        let root = self.root().map_err(EditError::Unreadable)?;
        let old = root.at(from).map(Node::to_json);
        let is_moved = root.at(to).is_none()
            && old.is_some_and(|old| {
                old == *value || text_of(&old).is_some_and(|old| Some(old) == text_of(value))
            });
        if is_moved && let Some(renamed) = self.renamed(&root, from, to) {
            // The key alone first, so that the value's own text is kept if it can be.
            *self = renamed;
            return self.set(to, value);
        }
        if is_moved && let Some(moved) = self.with_section_moved(&root, from, to, value) {
            *self = moved;
            return Ok(());
        }
        let comments = splice::comments(&self.text, &root, from).filter(|_| is_moved);
        self.remove(from)?;
        self.set(to, value)?;
        if let Some(comments) = comments
            && let Ok(root) = self.root()
        {
            let with = splice::with_comments(&self.text, &root, to, &comments);
            if let Some(with) = with.and_then(|text| Self::saying(text, &root.to_json())) {
                *self = with;
            }
        }
        Ok(())
    }

    /// The document with a section of several lines below another parent, as it
    /// was written.
    fn with_section_moved(
        &self,
        root: &Node,
        from: &ValuePath,
        to: &ValuePath,
        value: &Json,
    ) -> Option<Self> {
        let section = splice::section(&self.text, root, from)?;
        let mut moved = Self::saying(section.rest.clone(), &root.to_json())?;
        moved.remove(from).ok()?;
        moved.set(to, value).ok()?;
        let root = moved.root().ok()?;
        let text = splice::with_section(&moved.text, &root, to, &section)?;
        Self::saying(text, &root.to_json())
    }

    /// The document with another name for a key, if it can keep its place.
    fn renamed(&self, root: &Node, from: &ValuePath, to: &ValuePath) -> Option<Self> {
        let before = root.to_json();
        let value = at(&before, from.segments())?.clone();
        let without = changed(&before, from.segments(), None, from).ok()?;
        let after = changed(&without, to.segments(), Some(&value), to).ok()?;
        Self::saying(splice::rename(&self.text, root, from, to)?, &after)
    }

    fn edit(&mut self, path: &ValuePath, value: Option<&Json>) -> Result<(), EditError> {
        let root = self.root().map_err(EditError::Unreadable)?;
        let before = root.to_json();
        let after = changed(&before, path.segments(), value, path)?;
        let removes = value.is_none();
        if before == after {
            return Ok(());
        }
        let mut versions = vec![(self.text.clone(), root.clone())];
        for closed in splice::with_closed_end(&self.text, &root) {
            if let Some(same) = Self::saying(closed, &before)
                && let Ok(root) = same.root()
            {
                versions.push((same.text, root));
            }
        }
        // From the smallest splice to ever larger collections written anew.
        let mut target = path.clone();
        loop {
            let edited = versions
                .iter()
                .flat_map(|(text, root)| match at(&after, target.segments()) {
                    _ if removes && target == *path => splice::remove(text, root, path),
                    Some(value) => splice::set(text, root, &target, value)
                        .into_iter()
                        .collect(),
                    None => Vec::new(),
                })
                .flat_map(|text| {
                    let with_break = splice::with_last_break(&text);
                    std::iter::once(text).chain(with_break)
                })
                .find_map(|text| Self::saying(text, &after));
            if let Some(edited) = edited {
                *self = edited;
                return Ok(());
            }
            match target.split_last() {
                Some((_, parent)) if !parent.segments().is_empty() => target = parent,
                _ => return Err(EditError::Shared(path.clone())),
            }
        }
    }
}

fn parse(text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    // The name of the source is of no interest here: the places are this text's own.
    yaml::read(text, SourceId::DEFAULTS, &mut diagnostics).ok_or(diagnostics)
}

/// The tree with `value` at the path, or without the path.
fn changed(
    tree: &Json,
    steps: &[Segment],
    value: Option<&Json>,
    path: &ValuePath,
) -> Result<Json, EditError> {
    let Some((step, rest)) = steps.split_first() else {
        return if path.segments().is_empty() {
            Err(EditError::WholeDocument)
        } else {
            Ok(value.cloned().unwrap_or_default())
        };
    };
    let removes_here = value.is_none() && rest.is_empty();
    match (step, tree) {
        (Segment::Key(key), Json::Object(_) | Json::Null) => {
            let mut entries = tree.as_object().cloned().unwrap_or_default();
            match entries.get(key) {
                None if value.is_none() => return Ok(tree.clone()),
                Some(_) if removes_here => {
                    entries.shift_remove(key);
                }
                child => {
                    let child = child.cloned().unwrap_or_default();
                    entries.insert(key.clone(), changed(&child, rest, value, path)?);
                }
            }
            Ok(Json::Object(entries))
        }
        (Segment::Index(index), Json::Array(_) | Json::Null) => {
            let mut items = tree.as_array().cloned().unwrap_or_default();
            if *index >= items.len() {
                if value.is_none() {
                    return Ok(tree.clone());
                }
                if *index > items.len() {
                    return Err(EditError::NoSuchElement(path.clone()));
                }
                items.push(Json::Null);
            }
            if removes_here {
                items.remove(*index);
            } else if let Some(item) = items.get_mut(*index) {
                *item = changed(item, rest, value, path)?;
            }
            Ok(Json::Array(items))
        }
        _ if value.is_none() => Ok(tree.clone()),
        _ => Err(EditError::NotACollection(path.clone())),
    }
}

/// A scalar as text: whether `2` or `"2"` is no difference to whoever moves it.
fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn at<'j>(tree: &'j Json, steps: &[Segment]) -> Option<&'j Json> {
    steps.iter().try_fold(tree, |tree, step| match step {
        Segment::Key(key) => tree.get(key),
        Segment::Index(index) => tree.get(index),
    })
}

/// The keys of a mapping of the default values, in their order.
fn default_order(path: &ValuePath) -> Vec<&'static str> {
    match crate::values::default_tree()
        .and_then(|tree| tree.at(path))
        .map(|node| &node.value)
    {
        Some(Value::Mapping(entries)) => entries.iter().map(|entry| entry.key.as_str()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
