//! The PersistentVolumeClaim.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{ObjectMeta, PersistentVolumeClaimSpec, Tree, VolumeResourceRequirements};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use std::collections::BTreeMap;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let claim = resolved.claim.as_ref()?;
    let metadata = ObjectMeta {
        // Data outlives the release, also where Helm has taken it over.
        annotations: Some(BTreeMap::from([(
            "helm.sh/resource-policy".to_owned(),
            "keep".to_owned(),
        )])),
        ..metadata::named(resolved, &resolved.fullname, Component::Server)
    };
    let spec = PersistentVolumeClaimSpec {
        access_modes: Some(vec![claim.access_mode.as_str().to_owned()]),
        storage_class_name: claim.class.map(str::to_owned),
        resources: Some(VolumeResourceRequirements {
            requests: Some(BTreeMap::from([("storage".to_owned(), claim.size.clone())])),
        }),
    };
    Some(object(
        ObjectKind::PersistentVolumeClaim,
        resolved,
        metadata,
        vec![("spec", spec.to_tree())],
    ))
}
