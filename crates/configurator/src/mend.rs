//! Every fix at once.

use crate::view::{Target, render};
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::document::Document;

/// How often everything is mended anew; more would be a circle.
const MOST_ROUNDS: usize = 20;

/// The text after every fix of an error or a warning that can be made.
pub fn mend_all(text: &str, target: &Target) -> String {
    let mut document = Document::new(text);
    for _ in 0..MOST_ROUNDS {
        let before = document.text().to_owned();
        for finding in render(&before, target).diagnostics {
            if let Some(fix) = finding.fix.filter(|_| finding.severity != Severity::Hint)
                && document.apply(&fix).is_ok()
                && document.text() != before
            {
                // The others may be of no use now.
                break;
            }
        }
        if document.text() == before {
            break;
        }
    }
    document.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_mended_is_mended() {
        let text = "image:\n  tga: v3.17.2\nreplicaCout: 1\n";
        let mended = mend_all(text, &Target::default());
        assert!(mended.contains("tag: v3.17.2"), "{mended}");
        assert!(mended.contains("replicaCount: 1"), "{mended}");
    }
}
