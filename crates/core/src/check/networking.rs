//! Ingress and HTTPRoute.

use super::syntax::{HOST, URL_PATH};
use super::{Findings, shown};
use crate::diagnostic::Code;
use crate::setting;
use crate::values::Values;

pub(super) fn check(values: &Values, findings: &mut Findings<'_>) {
    if values.ingress.enabled {
        ingress(values, findings);
    }
    if values.http_route.enabled {
        http_route(values, findings);
    }
}

fn ingress(values: &Values, findings: &mut Findings<'_>) {
    let ingress = &values.ingress;
    let hosts = setting!("ingress.hosts");
    if ingress.hosts.is_empty() {
        findings.error(
            Code::MISSING_KEY,
            &hosts,
            "`ingress.hosts` is empty, so the Ingress sends no request to the server",
            "add a host: `[{host: mlflow.example.com}]`",
        );
    }
    for (index, host) in ingress.hosts.iter().enumerate() {
        let place = hosts.join(index);
        findings.require_if_set(Code::INVALID_NAME, &place.join("host"), &host.host, &HOST);
        for (index, settings) in host.paths.iter().enumerate() {
            let place = place.join("paths").join(index).join("path");
            findings.require(Code::INVALID_VALUE, &place, &settings.path, &URL_PATH);
        }
    }
    for (index, tls) in ingress.tls.iter().enumerate() {
        for (position, host) in tls.hosts.iter().flatten().enumerate() {
            let place = setting!("ingress.tls")
                .join(index)
                .join("hosts")
                .join(position);
            findings.require(Code::INVALID_NAME, &place, host, &HOST);
        }
    }
}

fn http_route(values: &Values, findings: &mut Findings<'_>) {
    let route = &values.http_route;
    if route.parent_refs.is_empty() {
        findings.error(
            Code::MISSING_KEY,
            &setting!("httpRoute.parentRefs"),
            "`httpRoute.parentRefs` is empty, so no Gateway uses the HTTPRoute",
            "add the Gateway: `[{name: my-gateway, namespace: gateway-system}]`",
        );
    }
    for (index, host) in route.hostnames.iter().enumerate() {
        let place = setting!("httpRoute.hostnames").join(index);
        findings.require(Code::INVALID_NAME, &place, host, &HOST);
    }
    if !route.api_version.is_empty() && !route.api_version.starts_with("gateway.networking.k8s.io/")
    {
        findings.error(
            Code::INVALID_VALUE,
            &setting!("httpRoute.apiVersion"),
            format!(
                "`httpRoute.apiVersion` cannot be {}",
                shown(&route.api_version)
            ),
            "use `gateway.networking.k8s.io/v1`, or `gateway.networking.k8s.io/v1beta1` if the \
             cluster has an older Gateway API",
        );
    }
}
