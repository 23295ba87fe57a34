//! The Namespace, when asked for.

use crate::resolve::Resolved;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Namespace> {
    resolved.create_namespace.then(|| Namespace {
        metadata: ObjectMeta {
            name: Some(resolved.namespace.to_owned()),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    })
}
