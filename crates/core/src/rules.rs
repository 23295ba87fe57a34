//! Cross-field rules: what is well-formed and still would not work. Each rule
//! is a plain function with one code; `--no-check` skips them.

mod server_options;

use crate::check::Findings;
use crate::diagnostic::Diagnostic;
use crate::values::Values;
use crate::yaml::Node;

/// Every rule.
const RULES: &[fn(&Values, &mut Findings<'_>)] = &[
    server_options::static_prefix,
    server_options::option_twice,
    server_options::older_than,
];

/// Runs every rule.
pub(crate) fn run(values: &Values, merged: &Node) -> Vec<Diagnostic> {
    let mut findings = Findings::new(merged);
    for rule in RULES {
        rule(values, &mut findings);
    }
    findings.into_diagnostics()
}
