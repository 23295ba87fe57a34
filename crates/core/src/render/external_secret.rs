//! The External Secrets Operator's ExternalSecret.

use super::metadata::{self, Component};
use super::object::{object, spec};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use crate::values::{SecretData, Template};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    refresh_interval: String,
    secret_store_ref: SecretStoreRef,
    target: Target,
    data: Vec<SecretData>,
}

#[derive(Debug, Serialize)]
struct SecretStoreRef {
    name: String,
    kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    name: String,
    creation_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template>,
}

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let external = resolved.external_secrets.as_ref()?;
    let settings = external.settings;
    let content = Spec {
        refresh_interval: settings.refresh_interval.clone(),
        secret_store_ref: SecretStoreRef {
            name: resolved.fullname.clone(),
            kind: "SecretStore",
        },
        target: Target {
            name: external.secret_name.clone(),
            creation_policy: "Owner",
            template: metadata::some(&settings.template),
        },
        data: settings.data.clone(),
    };
    Some(object(
        &settings.api_version,
        "ExternalSecret",
        &metadata::namespaced(resolved, &external.name, Component::Server),
        vec![("spec", spec(&content))],
    ))
}
