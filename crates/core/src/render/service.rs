//! The Service.

use super::metadata::{self, Component};
use crate::resolve::Resolved;
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

pub(super) fn render(resolved: &Resolved<'_>) -> Service {
    let port_name = resolved.server.port_name;
    Service {
        metadata: ObjectMeta {
            annotations: metadata::annotations(resolved.service.annotations),
            ..metadata::namespaced(resolved, &resolved.fullname, Component::Server)
        },
        spec: Some(ServiceSpec {
            type_: Some(resolved.service.type_.as_str().to_owned()),
            ports: Some(vec![ServicePort {
                name: Some(port_name.to_owned()),
                port: resolved.service.port,
                // By name, so that only pods with that port become endpoints.
                target_port: Some(IntOrString::String(port_name.to_owned())),
                protocol: Some("TCP".to_owned()),
                ..ServicePort::default()
            }]),
            selector: Some(resolved.selector()),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}
