//! The External Secrets Operator's SecretStore.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let external = resolved.external_secrets.as_ref()?;
    let spec = tree([("provider", external.provider.to_tree())]);
    Some(object(
        external.api_version,
        "SecretStore",
        &metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        vec![("spec", Some(spec))],
    ))
}
