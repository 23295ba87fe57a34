//! What Kubernetes would refuse, and what rendering needs.

mod containers;
mod ignored;
mod kube_version;
mod names;
mod networking;
mod quantity;
mod schedule;
mod server;
mod syntax;

pub(crate) use ignored::ignored_rules;
pub(crate) use quantity::number;

use crate::diagnostic::{Code, Diagnostic};
use crate::path::ValuePath;
use crate::release::Release;
use crate::resolve::Resolved;
use crate::source::Span;
use crate::values::Values;
use crate::yaml::Node;

/// Checks a release. `merged` says where each value was written.
pub(crate) fn check(
    values: &Values,
    resolved: &Resolved<'_>,
    release: &Release,
    merged: &Node,
) -> Vec<Diagnostic> {
    let mut findings = Findings::new(merged);
    names::check(values, resolved, release, &mut findings);
    server::check(values, resolved, &mut findings);
    containers::check(values, resolved, &mut findings);
    networking::check(values, &mut findings);
    kube_version::check(release, &mut findings);
    findings.diagnostics
}

/// Findings, each put at the place where its setting was written.
pub(crate) struct Findings<'a> {
    merged: &'a Node,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    fn new(merged: &'a Node) -> Self {
        Self {
            merged,
            diagnostics: Vec::new(),
        }
    }

    /// The merged values, for checks that look for keys rather than meanings.
    pub(crate) fn merged(&self) -> &'a Node {
        self.merged
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let span = diagnostic
            .span
            .or_else(|| written(self.merged, &diagnostic.path));
        self.diagnostics.push(diagnostic.at(span));
    }

    /// An error about the setting at `path`.
    pub(crate) fn error(
        &mut self,
        code: Code,
        path: &ValuePath,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::error(code, path.clone(), message).help(help));
    }

    /// An error unless the text has the form; `form` says in words what is expected.
    pub(crate) fn require(
        &mut self,
        code: Code,
        path: &ValuePath,
        text: &str,
        form: &syntax::Form,
    ) {
        if !(form.matches)(text) {
            self.error(
                code,
                path,
                format!("`{path}` is not {}: {}", form.name, shown(text)),
                form.rule,
            );
        }
    }

    /// The same for a text that may be empty.
    pub(crate) fn require_if_set(
        &mut self,
        code: Code,
        path: &ValuePath,
        text: &str,
        form: &syntax::Form,
    ) {
        if !text.is_empty() {
            self.require(code, path, text, form);
        }
    }
}

/// Where a setting was written, if it was.
pub(crate) fn written(merged: &Node, path: &ValuePath) -> Option<Span> {
    // Nobody wrote what is about no setting, such as the release's name.
    path.split_last()?;
    let node = merged.at(path)?;
    // A default is nothing that its reader could have written otherwise.
    (!node.span.is_default()).then_some(node.span)
}

/// A text in quotes, cut where it is too long for a message.
fn shown(text: &str) -> String {
    const MAX_LENGTH: usize = 80;
    let mut cut: String = text.chars().take(MAX_LENGTH).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("{cut:?}")
}
