//! The External Secrets Operator's ExternalSecret.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let external = resolved.external_secrets.as_ref()?;
    let settings = external.settings;
    let spec = tree([
        ("refreshInterval", settings.refresh_interval.to_tree()),
        (
            "secretStoreRef",
            Some(tree([
                ("name", resolved.fullname.to_tree()),
                ("kind", Some("SecretStore".into())),
            ])),
        ),
        (
            "target",
            Some(tree([
                ("name", external.secret_name.to_tree()),
                ("creationPolicy", Some("Owner".into())),
                ("template", metadata::some(&settings.template).to_tree()),
            ])),
        ),
        ("data", settings.data.to_tree()),
    ]);
    Some(object(
        &settings.api_version,
        "ExternalSecret",
        &metadata::namespaced(resolved, &external.name, Component::Server),
        vec![("spec", Some(spec))],
    ))
}
