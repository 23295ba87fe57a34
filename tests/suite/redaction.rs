//! What is taken out of a values file before it is shared, over the corpus.

use std::collections::BTreeMap;

use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::redact::redact;
use mlflow_k8s_tests::corpus;

/// The settings of the corpus that hold a credential, and how many cases do.
const CREDENTIALS: &[(&str, usize)] = &[("mlflow.backendStoreUri", 53)];

#[test]
fn nothing_but_credentials_is_taken_out() {
    let mut found = BTreeMap::<String, usize>::new();
    for case in ["conformance", "faults"]
        .into_iter()
        .flat_map(corpus::cases)
    {
        for layer in &case.layers {
            if let Layer::File { text, .. } = layer
                && let Ok(redacted) = redact(text)
            {
                for path in redacted.paths {
                    *found.entry(path).or_default() += 1;
                }
            }
        }
    }
    let expected: BTreeMap<String, usize> = CREDENTIALS
        .iter()
        .map(|(path, cases)| ((*path).to_owned(), *cases))
        .collect();
    assert_eq!(found, expected);
}
