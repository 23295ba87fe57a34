//! The External Secrets Operator's SecretStore.

use super::metadata::{self, Component};
use super::object::{object_of_version, tree};
use crate::kind::ObjectKind;
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let external = resolved.external_secrets.as_ref()?;
    let spec = tree([("provider", external.provider.to_tree())]);
    Some(object_of_version(
        ObjectKind::SecretStore,
        external.api_version,
        resolved,
        metadata::named(resolved, &resolved.fullname, Component::Server),
        vec![("spec", Some(spec))],
    ))
}
