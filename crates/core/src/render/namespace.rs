//! The Namespace, when asked for.

use super::object::object;
use crate::kubernetes::ObjectMeta;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    resolved.create_namespace.then(|| {
        let metadata = ObjectMeta {
            name: Some(resolved.namespace.to_owned()),
            ..ObjectMeta::default()
        };
        object("v1", "Namespace", &metadata, Vec::new())
    })
}
