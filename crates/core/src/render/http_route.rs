//! The Gateway API's HTTPRoute.

use super::metadata::{self, Component};
use super::object::{object, spec};
use crate::kubernetes::ObjectMeta;
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use crate::values::{HttpRouteFilter, HttpRouteMatch, ParentReference, PathMatch};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    parent_refs: Vec<ParentReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hostnames: Vec<String>,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    matches: Vec<HttpRouteMatch>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filters: Vec<HttpRouteFilter>,
    backend_refs: Vec<BackendRef>,
}

#[derive(Debug, Serialize)]
struct BackendRef {
    name: String,
    port: i32,
}

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let route = resolved.http_route?;
    let every_path = || {
        vec![HttpRouteMatch {
            path: Some(PathMatch {
                type_: Some("PathPrefix".to_owned()),
                value: Some("/".to_owned()),
            }),
            ..HttpRouteMatch::default()
        }]
    };
    let api_version = match route.api_version.as_str() {
        "" => "gateway.networking.k8s.io/v1",
        version => version,
    };
    let content = Spec {
        parent_refs: route.parent_refs.clone(),
        hostnames: route.hostnames.clone(),
        rules: vec![Rule {
            matches: metadata::list(&route.matches).unwrap_or_else(every_path),
            filters: route.filters.clone(),
            backend_refs: vec![BackendRef {
                name: resolved.fullname.clone(),
                port: resolved.service.port,
            }],
        }],
    };
    Some(object(
        api_version,
        "HTTPRoute",
        &ObjectMeta {
            annotations: metadata::annotations(&route.annotations),
            ..metadata::namespaced(resolved, &resolved.fullname, Component::Server)
        },
        vec![("spec", spec(&content))],
    ))
}
