//! The Namespace, when asked for.

use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::ObjectMeta;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    resolved.create_namespace.then(|| {
        let metadata = ObjectMeta {
            name: Some(resolved.namespace.to_owned()),
            ..ObjectMeta::default()
        };
        object(ObjectKind::Namespace, resolved, metadata, Vec::new())
    })
}
