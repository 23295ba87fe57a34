//! How the release is removed, and what becomes of its data.

use super::Step;
use super::prepare::Need;
use super::shell::quote;
use super::site::Site;
use crate::kind::{ObjectKind, Removal, Scope, Served};
use crate::manifest::Manifest;
use crate::resolve::{KeptIn, StoreName};

pub(super) fn steps(site: &Site<'_>, needs: &[Need<'_>]) -> Vec<Step> {
    let namespace = site.in_namespace();
    let claim = site.first(ObjectKind::PersistentVolumeClaim);
    let has_namespace = site.first(ObjectKind::Namespace).is_some();
    let mut steps = Vec::new();
    let mut parts = vec![format!("kubectl delete {namespace} --ignore-not-found")];
    // Against the order of applying: what refers goes before what is referred to. By name,
    // because nobody knows whether `manifests.yaml` is still there and still the one applied.
    parts.extend(
        site.set
            .manifests()
            .iter()
            .rev()
            .filter(|manifest| manifest.object_kind().descriptor().removal == Removal::Safe)
            .map(resource),
    );
    let title = match (claim.is_some(), has_namespace) {
        (true, _) => "Uninstall, and keep the data",
        (false, true) => "Uninstall, and keep the namespace",
        (false, false) => "Uninstall",
    };
    let mut step = Step::shell(title, [parts.join(" \\\n  ")]);
    if claim.is_some() || has_namespace {
        let what = match (claim.is_some(), has_namespace) {
            (true, true) => "the volume, and the namespace with everything in it",
            (true, false) => "the volume with all data on it",
            _ => "the namespace with everything in it",
        };
        step = step.why(format!(
            "Do not use `kubectl delete -f manifests.yaml`: it also deletes {what}."
        ));
    }
    steps.push(step.why(outside(site)));
    if let Some(claim) = claim {
        let claim_name = resource(claim);
        steps.push(
            Step::shell(
                "Check what happens to the data when the claim is deleted",
                [format!(
                    "kubectl get persistentvolume \"$(kubectl get {claim_name} {namespace} -o \
                     jsonpath='{{.spec.volumeName}}')\""
                )],
            )
            .why(
                "If the reclaim policy is `Delete`, the data is deleted with the claim. If it is \
                 `Retain`, the volume stays until you delete it.",
            ),
        );
        steps.push(
            Step::shell(
                "Remove the data too",
                [format!("kubectl delete {claim_name} {namespace}")],
            )
            .why("The data is lost, unless the reclaim policy is `Retain`."),
        );
    }
    let mut by_hand: Vec<String> = needs.iter().map(Need::resource).collect();
    by_hand.sort();
    if !by_hand.is_empty() {
        steps.push(
            Step::shell(
                "Remove what was created by hand",
                [format!("kubectl delete {namespace} {}", by_hand.join(" "))],
            )
            .why("Keep what something else uses."),
        );
    }
    let beyond: Vec<String> = site
        .set
        .manifests()
        .iter()
        .filter(|manifest| {
            let known = manifest.object_kind().descriptor();
            known.scope == Scope::Cluster && known.removal == Removal::Safe
        })
        .map(|manifest| format!("`{}`", resource(manifest)))
        .collect();
    if site.facts.namespace != "default" {
        steps.push(
            Step::shell(
                "Remove the namespace",
                [format!(
                    "kubectl delete namespace {}",
                    quote(&site.facts.namespace)
                )],
            )
            .why(
                "This deletes everything in the namespace, also volumes and objects that do not \
                 belong to this release.",
            )
            .why(if beyond.is_empty() {
                String::new()
            } else {
                format!(
                    "It does not delete {}, which belong to no namespace: uninstall first.",
                    beyond.join(" and ")
                )
            }),
        );
    }
    steps
}

/// `deployment/mlflow-mlflow`, quoted; kinds that are not built in with their group.
fn resource(manifest: &Manifest) -> String {
    let known = manifest.object_kind().descriptor();
    let kind = known.resource();
    let name = manifest.name();
    // Kinds of Kubernetes' own groups are found by their names alone.
    quote(&match manifest.group() {
        group if known.served == Served::Custom && !group.ends_with(".k8s.io") => {
            format!("{kind}.{group}/{name}")
        }
        _ => format!("{kind}/{name}"),
    })
}

/// What the manifests do not hold.
fn outside(site: &Site<'_>) -> &'static str {
    let database = site
        .place(StoreName::Backend)
        .is_none_or(|place| !matches!(place.kept_in, KeptIn::Sqlite { .. } | KeptIn::Folder));
    let artifacts = site.bucket_scheme().is_some();
    match (database, artifacts) {
        (true, true) => "The database server and the object store keep their data.",
        (true, false) => "The database server keeps its data.",
        (false, true) => "The object store keeps its data.",
        (false, false) if site.facts.claim_folder.is_none() => {
            "The data is in the Pod, so it is lost with the Pod."
        }
        (false, false) => "",
    }
}
