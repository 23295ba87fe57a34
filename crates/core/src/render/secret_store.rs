//! The External Secrets Operator's SecretStore.

use super::metadata::{self, Component};
use super::object::{object, spec};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Debug, Serialize)]
struct Spec {
    provider: Map<String, Value>,
}

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let settings = resolved.external_secrets.as_ref()?.settings;
    let content = Spec {
        provider: settings.provider.clone(),
    };
    Some(object(
        &settings.api_version,
        "SecretStore",
        &metadata::namespaced(resolved, &resolved.fullname, Component::Server),
        vec![("spec", spec(&content))],
    ))
}
