//! The Prometheus Operator's ServiceMonitor.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kind::ObjectKind;
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::{Resolved, Scheme};
use serde_json::Value;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let monitor = resolved.service_monitor.as_ref()?;
    let scheme = resolved.server.scheme;
    let mut object_meta = metadata::named(resolved, &resolved.fullname, Component::Server);
    object_meta
        .labels
        .get_or_insert_default()
        .extend(monitor.labels.0.clone());
    let endpoint = tree([
        ("port", Some(scheme.as_str().into())),
        ("path", Some(monitor.path.into())),
        (
            "scheme",
            (scheme == Scheme::Https).then(|| scheme.as_str().into()),
        ),
        ("tlsConfig", monitor.tls_config.and_then(Tree::to_tree)),
        ("basicAuth", monitor.basic_auth.and_then(Tree::to_tree)),
        ("interval", monitor.interval.map(Value::from)),
        ("scrapeTimeout", monitor.scrape_timeout.map(Value::from)),
    ]);
    let spec = tree([
        (
            "selector",
            metadata::selecting(resolved.selector()).to_tree(),
        ),
        ("endpoints", Some(vec![endpoint].into())),
    ]);
    Some(object(
        ObjectKind::ServiceMonitor,
        resolved,
        object_meta,
        vec![("spec", Some(spec))],
    ))
}
