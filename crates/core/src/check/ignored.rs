//! The rules that the values ask to leave out.

use super::{Findings, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::rules;
use crate::setting;
use crate::values::Values;
use crate::yaml::Node;

/// The codes in `x-mlflow-k8s.ignore`; what is no rule is reported.
pub(crate) fn ignored_rules(
    values: &Values,
    merged: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Code> {
    let mut findings = Findings::new(merged);
    let mut codes = Vec::new();
    for (index, entry) in values.tool.ignore.iter().enumerate() {
        if let Some(rule) = rules::find(entry) {
            codes.push(rule.code);
            continue;
        }
        let place = setting!("x-mlflow-k8s.ignore").join(index);
        findings.push(match rules::find_check(entry) {
            Some(code) => Diagnostic::error(
                Code::INVALID_VALUE,
                place.clone(),
                format!("`x-mlflow-k8s.ignore` lists {code}, which cannot be ignored"),
            )
            .help(
                "remove the entry, and fix what this check finds: without that, the values or the \
                 manifests are not valid",
            )
            .fix_remove(format!("Remove `{place}`"), &place),
            None => Diagnostic::error(
                Code::INVALID_VALUE,
                place.clone(),
                format!(
                    "`x-mlflow-k8s.ignore` lists {}, but there is no such rule",
                    shown(entry)
                ),
            )
            .help(match rules::closest(entry) {
                Some(near) => format!("did you mean {near}?"),
                None => "`mlflow-k8s explain-rule` lists all rules".to_owned(),
            })
            .fix_remove(format!("Remove `{place}`"), &place),
        });
    }
    diagnostics.extend(findings.diagnostics);
    codes
}
