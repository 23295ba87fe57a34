//! Findings that somebody chose not to see, and is told of.

use std::collections::BTreeMap;

use mlflow_k8s_core::diagnostic::{Code, Diagnostic};
use mlflow_k8s_core::{Outcome, Rules};

/// What rules found that are left out.
#[derive(Clone, Copy)]
pub(crate) struct Silenced<'a> {
    pub(super) diagnostics: &'a [Diagnostic],
    pub(super) by_flag: &'a [Code],
}

impl<'a> Silenced<'a> {
    pub(crate) fn new(outcome: &'a Outcome, rules: &'a Rules) -> Self {
        Self {
            diagnostics: &outcome.silenced,
            by_flag: match rules {
                Rules::Except(codes) => codes,
                Rules::Run | Rules::Skip => &[],
            },
        }
    }

    pub(super) fn is_by_flag(self, code: Code) -> bool {
        self.by_flag.contains(&code)
    }

    /// Which rules were left out, how often it mattered, and who said so:
    /// `ignored: MK702 gc-without-age (2, by --ignore)`.
    pub(crate) fn line(self) -> Option<String> {
        let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
        for diagnostic in self.diagnostics {
            *counts.entry(diagnostic.code).or_default() += 1;
        }
        let parts: Vec<String> = counts
            .into_iter()
            .map(|(code, count)| {
                let by = if self.is_by_flag(code) {
                    "--ignore"
                } else {
                    "x-mlflow-k8s.ignore"
                };
                match count {
                    1 => format!("{code} (by {by})"),
                    _ => format!("{code} ({count}, by {by})"),
                }
            })
            .collect();
        (!parts.is_empty()).then(|| format!("ignored: {}", parts.join(", ")))
    }
}
