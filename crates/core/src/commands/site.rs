//! The release that commands are for: its objects, and what was decided about it.

use super::shell::quote;
use crate::kind::ObjectKind;
use crate::manifest::{Manifest, ManifestSet};
use crate::resolve::{self, KeptIn, Place, StoreName};

pub(super) struct Site<'m> {
    pub(super) set: &'m ManifestSet,
    /// What was decided.
    pub(super) facts: &'m resolve::Site,
}

impl<'m> Site<'m> {
    pub(super) fn of(set: &'m ManifestSet) -> Option<Self> {
        let facts = set.site()?;
        Some(Self { set, facts })
    }

    /// The first object of a kind.
    pub(super) fn first(&self, kind: ObjectKind) -> Option<&'m Manifest> {
        self.set
            .manifests()
            .iter()
            .find(|manifest| manifest.object_kind() == kind)
    }

    /// `--namespace mlflow`.
    pub(super) fn in_namespace(&self) -> String {
        format!("--namespace {}", quote(&self.facts.namespace))
    }

    /// `deployment/mlflow-mlflow`, quoted.
    pub(super) fn deployment_name(&self) -> String {
        quote(&format!("deployment/{}", self.facts.name))
    }

    /// `service/mlflow-mlflow`, quoted.
    pub(super) fn service_name(&self) -> String {
        quote(&format!("service/{}", self.facts.name))
    }

    /// Where the server keeps a store's data, as far as the values show it.
    pub(super) fn place(&self, store: StoreName) -> Option<&'m Place> {
        self.facts.place(store)
    }

    /// The scheme of the object store with the artifacts.
    pub(super) fn bucket_scheme(&self) -> Option<&'m str> {
        match &self.place(StoreName::Destination)?.kept_in {
            KeptIn::Bucket { scheme, .. } => Some(scheme),
            _ => None,
        }
    }

    /// The command that writes the manifests again.
    pub(super) fn render(&self) -> String {
        let namespace = if self.first(ObjectKind::Namespace).is_some() {
            " --create-namespace"
        } else {
            ""
        };
        format!(
            "mlflow-k8s render {} {}{namespace} -f values.yaml > manifests.yaml",
            quote(&self.facts.release),
            self.in_namespace()
        )
    }
}
