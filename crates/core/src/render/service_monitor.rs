//! The Prometheus Operator's ServiceMonitor.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let monitor = resolved.service_monitor.as_ref()?;
    let settings = monitor.settings;
    let tls = resolved.server.port_name == "https";
    let mut object_meta = metadata::namespaced(resolved, &resolved.fullname, Component::Server);
    object_meta
        .labels
        .get_or_insert_default()
        .extend(settings.labels.0.clone());
    let endpoint = tree([
        ("port", Some(resolved.server.port_name.into())),
        ("path", Some(monitor.path.into())),
        ("scheme", tls.then(|| "https".into())),
        (
            "tlsConfig",
            metadata::some(&settings.tls_config)
                .filter(|_| tls)
                .to_tree(),
        ),
        ("basicAuth", metadata::some(&settings.basic_auth).to_tree()),
        ("interval", metadata::some(&settings.interval).to_tree()),
        (
            "scrapeTimeout",
            metadata::some(&settings.scrape_timeout).to_tree(),
        ),
    ]);
    let spec = tree([
        (
            "selector",
            metadata::selecting(resolved.selector()).to_tree(),
        ),
        ("endpoints", Some(vec![endpoint].into())),
    ]);
    Some(object(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        &object_meta,
        vec![("spec", Some(spec))],
    ))
}
