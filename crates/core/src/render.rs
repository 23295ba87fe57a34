//! Decided facts to Kubernetes objects: one module per kind.

mod cluster_role;
mod cron_job;
mod deployment;
mod external_secret;
mod field_order;
mod http_route;
mod ingress;
mod metadata;
mod namespace;
mod network_policy;
mod object;
mod persistent_volume_claim;
mod role;
mod secret_store;
mod service;
mod service_account;
mod service_monitor;

use crate::manifest::{Manifest, ManifestSet};
use crate::resolve::{Resolved, Site};

/// Every kind, in an order that is safe to apply: what others refer to comes first.
const KINDS: &[fn(&Resolved<'_>) -> Option<Manifest>] = &[
    namespace::render,
    network_policy::render,
    network_policy::render_gc,
    service_account::render,
    secret_store::render,
    external_secret::render,
    persistent_volume_claim::render,
    cluster_role::render,
    cluster_role::render_binding,
    role::render,
    role::render_binding,
    |resolved| Some(service::render(resolved)),
    |resolved| Some(deployment::render(resolved)),
    cron_job::render,
    ingress::render,
    http_route::render,
    service_monitor::render,
];

/// Renders every object of the release.
pub(crate) fn render(resolved: &Resolved<'_>, site: Site) -> ManifestSet {
    let manifests = KINDS.iter().filter_map(|kind| kind(resolved)).collect();
    ManifestSet::new(manifests, site)
}
