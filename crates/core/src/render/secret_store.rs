//! The External Secrets Operator's SecretStore.

use super::custom::CustomResource;
use super::metadata::{self, Component};
use crate::resolve::Resolved;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Debug, Serialize)]
pub(super) struct Spec {
    provider: Map<String, Value>,
}

pub(super) fn render(resolved: &Resolved<'_>) -> Option<CustomResource<Spec>> {
    let settings = resolved.external_secrets.as_ref()?.settings;
    Some(CustomResource {
        api_version: settings.api_version.clone(),
        kind: "SecretStore",
        metadata: metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        spec: Spec {
            provider: settings.provider.clone(),
        },
    })
}
