//! The Gateway API's HTTPRoute.

use super::metadata::{self, Component};
use super::object::{object, tree};
use crate::kubernetes::{ObjectMeta, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use crate::values::{HttpRouteMatch, PathMatch};

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
    let backend = tree([
        ("name", resolved.fullname.to_tree()),
        ("port", resolved.service.port.to_tree()),
    ]);
    let matches = metadata::list(&route.matches).unwrap_or_else(every_path);
    let rule = tree([
        ("matches", matches.to_tree()),
        ("filters", metadata::list(&route.filters).to_tree()),
        ("backendRefs", Some(vec![backend].into())),
    ]);
    let spec = tree([
        ("parentRefs", route.parent_refs.to_tree()),
        ("hostnames", metadata::list(&route.hostnames).to_tree()),
        ("rules", Some(vec![rule].into())),
    ]);
    Some(object(
        api_version,
        "HTTPRoute",
        &ObjectMeta {
            annotations: metadata::annotations(&route.annotations),
            ..metadata::namespaced(resolved, &resolved.fullname, Component::Server)
        },
        vec![("spec", Some(spec))],
    ))
}
