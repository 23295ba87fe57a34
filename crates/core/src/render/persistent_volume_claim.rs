//! The PersistentVolumeClaim.

use super::metadata::{self, Component};
use crate::resolve::Resolved;
use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<PersistentVolumeClaim> {
    let storage = resolved.storage?;
    Some(PersistentVolumeClaim {
        metadata: ObjectMeta {
            // Data outlives the release, also where Helm has taken it over.
            annotations: Some(BTreeMap::from([(
                "helm.sh/resource-policy".to_owned(),
                "keep".to_owned(),
            )])),
            ..metadata::namespaced(resolved, &resolved.fullname, Component::Server)
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec![storage.access_mode.as_str().to_owned()]),
            storage_class_name: match storage.storage_class_name.as_str() {
                "" => None,
                // The charts' idiom for "no class": Kubernetes says it with the empty name.
                "-" => Some(String::new()),
                name => Some(name.to_owned()),
            },
            resources: Some(VolumeResourceRequirements {
                requests: Some(BTreeMap::from([(
                    "storage".to_owned(),
                    storage.size.clone(),
                )])),
                limits: None,
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    })
}
