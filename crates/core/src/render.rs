//! Decided facts to Kubernetes objects: one module per kind.

pub(crate) mod cluster_role;
pub(crate) mod cron_job;
pub(crate) mod deployment;
pub(crate) mod external_secret;
pub(crate) mod field_order;
pub(crate) mod http_route;
pub(crate) mod ingress;
mod metadata;
pub(crate) mod namespace;
pub(crate) mod network_policy;
mod object;
pub(crate) mod persistent_volume_claim;
pub(crate) mod role;
pub(crate) mod secret_store;
pub(crate) mod service;
pub(crate) mod service_account;
pub(crate) mod service_monitor;

use crate::kind::ObjectKind;
use crate::manifest::ManifestSet;
use crate::resolve::{Resolved, Site};

/// Renders every object of the release, in apply order.
pub(crate) fn render(resolved: &Resolved<'_>, site: Site) -> ManifestSet {
    let renderers = ObjectKind::ALL
        .iter()
        .flat_map(|kind| kind.descriptor().render);
    let manifests = renderers.filter_map(|render| render(resolved)).collect();
    ManifestSet::new(manifests, site)
}
