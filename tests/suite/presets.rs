//! Every preset is good as it is.

use mlflow_k8s_core::Rules;
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_tests::corpus;

#[test]
fn every_preset_renders_without_errors_and_warnings() {
    let presets = corpus::presets();
    assert!(!presets.is_empty());
    for case in presets {
        let outcome = case.render(&Rules::Run);
        let findings: Vec<_> = outcome
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity != Severity::Hint)
            .collect();
        assert!(findings.is_empty(), "{}: {findings:#?}", case.name);
        assert!(outcome.manifests.is_some(), "{}", case.name);
    }
}
