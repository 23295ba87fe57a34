//! Garbage collection.

use super::facts::Facts;
use super::{Finding, Proof, Rule, at, set};
use crate::diagnostic::{Code, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK701",
            name: "gc-age",
            summary: "`garbageCollection.olderThan` is not an age that `mlflow gc` reads.",
        },
        severity: Severity::Error,
        why: "`mlflow gc` 3.17.2 reads days, hours, minutes and seconds in this order, each at \
              most once (`1d6h30m`), and ends with exit code 1 on anything else.",
        example: "\
garbageCollection:
  enabled: true
  olderThan: 30 days
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        mended: "\
garbageCollection:
  enabled: true
  olderThan: 30d
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        proof: Proof::Server,
        check: age,
    },
    Rule {
        code: Code {
            id: "MK702",
            name: "gc-without-age",
            summary: "Garbage collection removes everything that was deleted, however recently.",
        },
        severity: Severity::Warning,
        why: "Without `--older-than`, `mlflow gc` removes all soft-deleted runs and experiments \
              with their artifacts at its next run. What was deleted by mistake a minute before \
              cannot be restored.",
        example: "\
garbageCollection:
  enabled: true
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        mended: "",
        proof: Proof::Server,
        check: without_age,
    },
];

fn age(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let text = facts.values.garbage_collection.older_than.as_str();
    if !text.is_empty() && !is_age(text) {
        findings.push(
            Finding::new(
                at("garbageCollection.olderThan"),
                format!(
                    "`garbageCollection.olderThan` is not an age that `mlflow gc` reads: {text:?}"
                ),
            )
            .help("write days, hours, minutes and seconds in this order: 30d, 12h, 1d6h30m"),
        );
    }
}

fn without_age(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let settings = &facts.values.garbage_collection;
    if settings.enabled && settings.older_than.is_empty() {
        findings.push(
            Finding::new(
                at("garbageCollection.olderThan"),
                "garbage collection removes what was deleted a minute ago",
            )
            .help("give people time to restore what they deleted by mistake: 30d")
            .fix(
                "Keep what was deleted for 30 days",
                [set("garbageCollection.olderThan", "30d")],
            ),
        );
    }
}

fn is_age(text: &str) -> bool {
    let mut units = "dhms".chars();
    let mut number = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() || character == '.' {
            number.push(character);
        } else if units.any(|unit| unit == character) && number.parse::<f64>().is_ok() {
            number.clear();
        } else {
            return false;
        }
    }
    number.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_age;

    #[test]
    fn ages() {
        // Accepted and refused by mlflow 3.17.2.
        for good in ["30d", "1.5d", "1d2h3m4s", "12h", "90s"] {
            assert!(is_age(good), "{good}");
        }
        for bad in [
            "30", "30 days", "1w", "30D", "P30D", "-1d", "1mo", "d", "30d ", "1.5.2d", "1h1d",
        ] {
            assert!(!is_age(bad), "{bad}");
        }
    }
}
