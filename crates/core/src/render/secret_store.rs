//! The External Secrets Operator's SecretStore.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let settings = resolved.external_secrets.as_ref()?.settings;
    let spec = tree([("provider", settings.provider.to_tree())]);
    Some(object(
        &settings.api_version,
        "SecretStore",
        &metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        vec![("spec", Some(spec))],
    ))
}
