//! The Service.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{IntOrString, ObjectMeta, ServicePort, ServiceSpec, Tree};
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Manifest {
    let port_name = resolved.server.scheme.as_str();
    let metadata = ObjectMeta {
        annotations: metadata::annotations(resolved.service.annotations),
        ..metadata::named(resolved, &resolved.fullname, Component::Server)
    };
    let spec = ServiceSpec {
        type_: Some(resolved.service.type_.as_str().to_owned()),
        ports: Some(vec![ServicePort {
            name: Some(port_name.to_owned()),
            port: resolved.service.port,
            // By name, so that only pods with that port become endpoints.
            target_port: Some(IntOrString::String(port_name.to_owned())),
            protocol: Some("TCP".to_owned()),
        }]),
        selector: Some(resolved.selector()),
    };
    object(
        ObjectKind::Service,
        resolved,
        metadata,
        vec![("spec", spec.to_tree())],
    )
}
