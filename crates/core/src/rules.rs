//! Cross-field rules: values that are well-formed and still do not work, lose data,
//! leak a secret or surprise their owner.
//!
//! Each rule is a plain function, an entry of its topic's table and a file of
//! `rules/texts`. The file is the rule's page (`docs/rules`), its explanation in
//! the terminal and its test: the example must give the finding, and the fixed
//! example must not.
//! Severities: with an error, something will not start, will not work or will lose data;
//! with a warning, the values work in some cases and fail in others; a hint shows a better
//! practice. Values without a fault have no finding.

mod access;
mod artifacts;
mod auth;
mod database;
mod facts;
mod garbage_collection;
mod host_pattern;
mod hosts;
mod image;
mod lookup;
mod metrics;
mod network_policy;
#[cfg(feature = "rule-texts")]
mod page;
mod pod;
mod resources;
pub(crate) mod secrets;
mod server_options;
mod storage;
mod texts;
mod workspaces;

pub use lookup::{closest, find, find_check, of_code, topic};
#[cfg(feature = "rule-texts")]
pub use page::{example_finding, fixed_example, index, page};

use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
use crate::path::ValuePath;
use crate::release::Release;
use crate::resolve::Resolved;
use crate::values::Values;
use crate::yaml::Node;
use facts::Facts;
pub(crate) use texts::PROVED_VERSION;

/// One rule: what it is called, why it exists, and the function that applies it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its stable code; the summary says in a sentence what it finds.
    pub code: Code,
    /// How bad its findings are, at worst.
    pub severity: Severity,
    /// What its page says beyond that.
    #[cfg(feature = "rule-texts")]
    pub page: PageText,
    check: fn(&Facts<'_>, &mut Vec<Finding>),
}

impl Rule {
    const fn new(text: &texts::Text, check: fn(&Facts<'_>, &mut Vec<Finding>)) -> Self {
        Self {
            code: text.code,
            severity: text.severity,
            #[cfg(feature = "rule-texts")]
            page: text.page,
            check,
        }
    }
}

/// The long texts of a rule, which a shell can do without until somebody asks.
#[cfg(feature = "rule-texts")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PageText {
    /// What was observed, and on what.
    pub why: &'static str,
    /// Values that have this fault.
    pub example: &'static str,
    /// The same values without the fault, if there is no automatic fix; empty if the
    /// rule's own fix makes them.
    pub fixed: &'static str,
    /// Where it is shown to be true.
    pub proof: Proof,
}

/// Where a rule is shown to be true.
#[cfg(feature = "rule-texts")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The example fails on a real MLflow server as the rule says, and the
    /// fixed example works (`tests/server`).
    Server,
    /// It cannot be shown there; why not, and where the fact comes from.
    Elsewhere(&'static str),
}

/// The rules by topic: the catalogue.
const TOPICS: &[(&str, &[Rule])] = &[
    ("Server options", server_options::RULES),
    ("Database", database::RULES),
    ("Storage and scaling", storage::RULES),
    ("Artifacts", artifacts::RULES),
    ("Secrets in values", secrets::RULES),
    ("Hosts and origins", hosts::RULES),
    ("Ingress, Gateway and TLS", access::RULES),
    ("Basic auth", auth::RULES),
    ("Workspaces", workspaces::RULES),
    ("Garbage collection", garbage_collection::RULES),
    ("Metrics", metrics::RULES),
    ("Network policy", network_policy::RULES),
    ("Image", image::RULES),
    ("Resources and probes", resources::RULES),
    ("Pod and permissions", pod::RULES),
];

/// Every rule with its topic, in the catalogue's order.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static Rule)> {
    TOPICS
        .iter()
        .flat_map(|(topic, rules)| rules.iter().map(move |rule| (*topic, rule)))
}

/// What a rule found.
#[derive(Debug)]
struct Finding {
    path: ValuePath,
    message: String,
    severity: Option<Severity>,
    /// Whether something that the values do not show may prevent it.
    is_conditional: bool,
    help: Option<String>,
    fix: Option<Fix>,
}

impl Finding {
    /// A finding about the setting at `path`, as bad as its rule says.
    fn new(path: ValuePath, message: impl Into<String>) -> Self {
        Self {
            path,
            message: message.into(),
            severity: None,
            is_conditional: false,
            help: None,
            fix: None,
        }
    }

    /// How bad it is, when its rule's findings are as bad as `worst`.
    fn severity_in(&self, worst: Severity) -> Severity {
        let severity = self.severity.unwrap_or(worst);
        if self.is_conditional {
            severity.max(Severity::Warning)
        } else {
            severity
        }
    }

    /// Less bad than its rule says.
    fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The condition under which it is no fault, where there is one. A fault
    /// that may be prevented unseen is a warning at worst, and never silent.
    fn unless(mut self, condition: Option<String>) -> Self {
        if let Some(condition) = condition {
            self.message.push_str(", unless ");
            self.message.push_str(&condition);
            self.is_conditional = true;
        }
        self
    }

    /// What to write instead.
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Edits that remove its cause.
    fn fix(mut self, title: impl Into<String>, edits: impl Into<Vec<Edit>>) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            edits: edits.into(),
            then: None,
        });
        self
    }

    /// What is still to be done after the fix.
    fn then(mut self, then: impl Into<String>) -> Self {
        if let Some(fix) = &mut self.fix {
            fix.then = Some(then.into());
        }
        self
    }
}

/// What the user must know after a fix that adds a volume or an SQLite file.
const STOPS_AT_UPDATES: &str = "Each update now stops the old Pod before the new one starts \
                                (strategy `Recreate`), because only one Pod can use the data at a \
                                time.";

/// What the rules said.
pub(crate) struct Findings {
    /// What was found.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What was found and is ignored.
    pub(crate) silenced: Vec<Diagnostic>,
}

/// Applies every rule; findings of `ignored` codes are set apart.
pub(crate) fn run(
    values: &Values,
    resolved: &Resolved<'_>,
    release: &Release,
    merged: &Node,
    ignored: &[Code],
) -> Findings {
    let facts = Facts::new(values, resolved, release);
    let mut findings = Vec::new();
    let (mut diagnostics, mut silenced) = (Vec::new(), Vec::new());
    for (_, rule) in catalogue() {
        (rule.check)(&facts, &mut findings);
        let target = if ignored.contains(&rule.code) {
            &mut silenced
        } else {
            &mut diagnostics
        };
        target.extend(findings.drain(..).map(|finding| Diagnostic {
            severity: finding.severity_in(rule.severity),
            span: crate::check::written(merged, &finding.path),
            help: finding.help,
            fix: finding.fix,
            ..Diagnostic::error(rule.code, finding.path, finding.message)
        }));
    }
    Findings {
        diagnostics,
        silenced,
    }
}

#[cfg(test)]
mod tests;
