//! The External Secrets Operator's ExternalSecret.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let external = resolved.external_secrets.as_ref()?;
    let spec = tree([
        ("refreshInterval", external.refresh_interval.map(Into::into)),
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
                ("template", external.template.and_then(Tree::to_tree)),
            ])),
        ),
        ("data", external.data.to_vec().to_tree()),
    ]);
    Some(object(
        external.api_version,
        "ExternalSecret",
        &metadata::namespaced(resolved, &external.name, Component::Server),
        vec![("spec", Some(spec))],
    ))
}
