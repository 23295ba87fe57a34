//! The External Secrets Operator's ExternalSecret.

use super::metadata::{self, Component};
use super::object::{object_of_version, tree};
use crate::kind::ObjectKind;
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let external = resolved.external_secrets.as_ref()?;
    let spec = tree([
        ("refreshInterval", external.refresh_interval.map(Into::into)),
        (
            "secretStoreRef",
            Some(tree([
                ("name", resolved.fullname.to_tree()),
                ("kind", Some(ObjectKind::SecretStore.name().into())),
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
    Some(object_of_version(
        ObjectKind::ExternalSecret,
        external.api_version,
        resolved,
        metadata::named(resolved, &external.name, Component::Server),
        vec![("spec", Some(spec))],
    ))
}
