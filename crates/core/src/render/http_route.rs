//! The Gateway API's HTTPRoute.

use super::metadata::{self, Component};
use super::object::{object_of_version, tree};
use crate::kind::ObjectKind;
use crate::kubernetes::{ObjectMeta, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let route = resolved.route.as_ref()?;
    let backend = tree([
        ("name", resolved.fullname.to_tree()),
        ("port", resolved.service.port.to_tree()),
    ]);
    let rule = tree([
        ("matches", metadata::list(&route.matches).to_tree()),
        ("filters", metadata::list(route.filters).to_tree()),
        ("backendRefs", Some(vec![backend].into())),
    ]);
    let spec = tree([
        ("parentRefs", metadata::list(route.parent_refs).to_tree()),
        ("hostnames", metadata::list(route.hostnames).to_tree()),
        ("rules", Some(vec![rule].into())),
    ]);
    let metadata = ObjectMeta {
        annotations: metadata::annotations(route.annotations),
        ..metadata::named(resolved, &resolved.fullname, Component::Server)
    };
    Some(object_of_version(
        ObjectKind::HttpRoute,
        route.api_version,
        resolved,
        metadata,
        vec![("spec", Some(spec))],
    ))
}
