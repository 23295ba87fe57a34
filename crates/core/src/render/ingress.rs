//! The Ingress.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{
    HttpIngressPath, HttpIngressRuleValue, IngressBackend, IngressRule, IngressServiceBackend,
    IngressSpec, ObjectMeta, ServiceBackendPort, Tree,
};
use crate::manifest::Manifest;
use crate::resolve::Resolved;
use crate::values::IngressPath;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let ingress = resolved.ingress.as_ref()?;
    let rules = ingress
        .hosts
        .iter()
        .map(|host| IngressRule {
            host: metadata::some(&host.host),
            http: Some(HttpIngressRuleValue {
                paths: host
                    .paths
                    .iter()
                    .map(|settings| path(resolved, settings))
                    .collect(),
            }),
        })
        .collect();
    let metadata = ObjectMeta {
        annotations: metadata::annotations(ingress.annotations),
        ..metadata::named(resolved, &resolved.fullname, Component::Server)
    };
    let spec = IngressSpec {
        ingress_class_name: ingress.class_name.map(str::to_owned),
        tls: metadata::list(ingress.certificates),
        rules: Some(rules),
    };
    Some(object(
        ObjectKind::Ingress,
        resolved,
        metadata,
        vec![("spec", spec.to_tree())],
    ))
}

fn path(resolved: &Resolved<'_>, settings: &IngressPath) -> HttpIngressPath {
    HttpIngressPath {
        path: Some(settings.path.clone()),
        path_type: settings.path_type.as_str().to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: resolved.fullname.clone(),
                port: Some(ServiceBackendPort {
                    name: Some(resolved.server.scheme.as_str().to_owned()),
                }),
            }),
        },
    }
}
