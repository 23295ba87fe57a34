//! The External Secrets Operator's ExternalSecret.

use super::custom::CustomResource;
use super::metadata::{self, Component};
use crate::resolve::Resolved;
use crate::values::{SecretData, Template};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
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

pub(super) fn render(resolved: &Resolved<'_>) -> Option<CustomResource<Spec>> {
    let external = resolved.external_secrets.as_ref()?;
    let settings = external.settings;
    Some(CustomResource {
        api_version: settings.api_version.clone(),
        kind: "ExternalSecret",
        metadata: metadata::namespaced(resolved, &external.name, Component::Server),
        spec: Spec {
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
        },
    })
}
