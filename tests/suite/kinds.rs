//! Every rendered object is what its kind's descriptor says.

use std::collections::BTreeSet;

use mlflow_k8s_core::Rules;
use mlflow_k8s_core::kind::{ObjectKind, Scope};
use mlflow_k8s_core::manifest::{Manifest, ManifestSet};
use mlflow_k8s_tests::corpus;

/// What the corpus renders where the Namespace is asked for too.
fn rendered() -> Vec<(String, ManifestSet)> {
    corpus::rendered()
        .into_iter()
        .filter_map(|(mut case, _)| {
            case.release.create_namespace = true;
            let manifests = case.render(&Rules::Skip).manifests?;
            Some((case.name, manifests))
        })
        .collect()
}

#[test]
fn the_corpus_has_every_rendered_kind() {
    let seen: BTreeSet<ObjectKind> = rendered()
        .iter()
        .flat_map(|(_, manifests)| manifests.manifests())
        .map(Manifest::object_kind)
        .collect();
    let rendered = ObjectKind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.descriptor().is_rendered());
    assert_eq!(seen, rendered.collect());
}

#[test]
fn objects_are_as_their_kind_says() {
    for (case, manifests) in rendered() {
        let mut before = None;
        for manifest in manifests.manifests() {
            let kind = manifest.object_kind();
            let known = kind.descriptor();
            let object = manifest.object();
            let name = format!("{case}: {}", manifest.file_name());
            assert_eq!(object["kind"], known.kind, "{name}");
            // The version may be a setting, the group not.
            assert_eq!(manifest.group(), known.group(), "{name}");
            let is_namespaced = known.scope == Scope::Namespaced;
            assert_eq!(manifest.namespace().is_some(), is_namespaced, "{name}");
            assert!(before <= Some(kind), "{name} comes too late");
            before = Some(kind);
            if let Some(pod) = known.pod {
                assert!(object.pointer(pod).is_some(), "{name} has no {pod}");
            }
        }
    }
}
