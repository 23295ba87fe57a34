//! Decided facts to Kubernetes objects: one module per kind.

mod cluster_role;
mod cron_job;
mod custom;
mod deployment;
mod external_secret;
mod field_order;
mod http_route;
mod ingress;
mod metadata;
mod namespace;
mod network_policy;
mod persistent_volume_claim;
mod role;
mod secret_store;
mod service;
mod service_account;
mod service_monitor;

use crate::manifest::{Manifest, ManifestSet};
use crate::resolve::Resolved;
use serde::Serialize;

/// Every kind, in an order that is safe to apply: what others refer to comes first.
const KINDS: &[fn(&Resolved<'_>) -> Option<Manifest>] = &[
    |resolved| manifest(namespace::render(resolved)),
    |resolved| manifest(network_policy::render(resolved)),
    |resolved| manifest(network_policy::render_gc(resolved)),
    |resolved| manifest(service_account::render(resolved)),
    |resolved| manifest(secret_store::render(resolved)),
    |resolved| manifest(external_secret::render(resolved)),
    |resolved| manifest(persistent_volume_claim::render(resolved)),
    |resolved| manifest(cluster_role::render(resolved)),
    |resolved| manifest(cluster_role::render_binding(resolved)),
    |resolved| manifest(role::render(resolved)),
    |resolved| manifest(role::render_binding(resolved)),
    |resolved| manifest(Some(service::render(resolved))),
    |resolved| manifest(Some(deployment::render(resolved))),
    |resolved| manifest(cron_job::render(resolved)),
    |resolved| manifest(ingress::render(resolved)),
    |resolved| manifest(http_route::render(resolved)),
    |resolved| manifest(service_monitor::render(resolved)),
];

/// Renders every object of the release.
pub(crate) fn render(resolved: &Resolved<'_>) -> ManifestSet {
    ManifestSet::new(KINDS.iter().filter_map(|kind| kind(resolved)).collect())
}

fn manifest(object: Option<impl Serialize>) -> Option<Manifest> {
    // Serialising to JSON values fails only for maps whose keys are not text,
    // and Kubernetes objects have none.
    let mut value = serde_json::to_value(object?).ok()?;
    field_order::arrange(&mut value);
    Some(Manifest::new(value))
}
