//! The Prometheus Operator's ServiceMonitor.

use super::metadata::{self, Component};
use super::object::{object, spec};
use crate::kubernetes::Tree;
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use crate::values::{BasicAuth, TlsConfig};
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
struct Spec {
    selector: Option<Value>,
    endpoints: Vec<Endpoint>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    port: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_config: Option<TlsConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    basic_auth: Option<BasicAuth>,
    #[serde(skip_serializing_if = "String::is_empty")]
    interval: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    scrape_timeout: String,
}

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let monitor = resolved.service_monitor.as_ref()?;
    let settings = monitor.settings;
    let tls = resolved.server.port_name == "https";
    let mut object_meta = metadata::namespaced(resolved, &resolved.fullname, Component::Server);
    object_meta
        .labels
        .get_or_insert_default()
        .extend(settings.labels.0.clone());
    let content = Spec {
        selector: metadata::selecting(resolved.selector()).to_tree(),
        endpoints: vec![Endpoint {
            port: resolved.server.port_name,
            path: monitor.path.to_owned(),
            scheme: tls.then_some("https"),
            tls_config: metadata::some(&settings.tls_config).filter(|_| tls),
            basic_auth: metadata::some(&settings.basic_auth),
            interval: settings.interval.clone(),
            scrape_timeout: settings.scrape_timeout.clone(),
        }],
    };
    Some(object(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        &object_meta,
        vec![("spec", spec(&content))],
    ))
}
