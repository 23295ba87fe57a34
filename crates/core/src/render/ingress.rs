//! The Ingress.

use super::metadata::{self, Component};
use crate::resolve::Resolved;
use crate::values::IngressPath;
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

pub(super) fn render(resolved: &Resolved<'_>) -> Option<Ingress> {
    let ingress = resolved.ingress?;
    let rules = ingress
        .hosts
        .iter()
        .map(|host| IngressRule {
            host: metadata::some(&host.host),
            http: Some(HTTPIngressRuleValue {
                paths: host
                    .paths
                    .iter()
                    .map(|settings| path(resolved, settings))
                    .collect(),
            }),
        })
        .collect();
    Some(Ingress {
        metadata: ObjectMeta {
            annotations: metadata::annotations(&ingress.annotations),
            ..metadata::namespaced(resolved, &resolved.fullname, Component::Server)
        },
        spec: Some(IngressSpec {
            ingress_class_name: metadata::some(&ingress.class_name),
            tls: metadata::list(&ingress.tls),
            rules: Some(rules),
            default_backend: None,
        }),
        status: None,
    })
}

fn path(resolved: &Resolved<'_>, settings: &IngressPath) -> HTTPIngressPath {
    HTTPIngressPath {
        path: Some(settings.path.clone()),
        path_type: settings.path_type.as_str().to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: resolved.fullname.clone(),
                port: Some(ServiceBackendPort {
                    name: Some(resolved.server.port_name.to_owned()),
                    number: None,
                }),
            }),
            resource: None,
        },
    }
}
