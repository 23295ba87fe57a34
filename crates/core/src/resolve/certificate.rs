//! Certificates: who has one, and for which hosts.

use super::{or, unless_empty};
use crate::kubernetes::IngressTls;
use crate::values::{CaSecret, StringMap, Values};

/// Whether an entry of an Ingress' certificates covers the host. One without hosts covers all.
pub(super) fn of_host(certificates: &[IngressTls], host: &str) -> bool {
    certificates.iter().any(|certificate| {
        let mut hosts = certificate.hosts.iter().flatten().peekable();
        hosts.peek().is_none() || hosts.any(|covered| covers(covered, host))
    })
}

/// Whether a name of a certificate covers a host: `*.example.com` covers one label more.
fn covers(covered: &str, host: &str) -> bool {
    covered == host
        || covered
            .strip_prefix("*.")
            .is_some_and(|domain| host.split_once('.').is_some_and(|(_, rest)| rest == domain))
}

/// Whether cert-manager makes the certificates of an Ingress.
pub(super) fn are_issued(annotations: &StringMap) -> bool {
    let annotations = &annotations.0;
    ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"]
        .iter()
        .any(|key| annotations.contains_key(*key))
        || annotations
            .get("kubernetes.io/tls-acme")
            .is_some_and(|value| value == "true")
}

/// The Secret with the server's own certificate and key, when it speaks HTTPS.
pub(super) fn of_server(values: &Values) -> Option<&str> {
    values.tls.enabled.then_some(&values.tls.secret_name)
}

/// The Secret and key that garbage collection's trust comes from; `None` when
/// it speaks plain HTTP or trusts what its image trusts.
pub(super) fn of_collector(values: &Values) -> Option<CaSecret> {
    let settings = &values.garbage_collection;
    let CaSecret { name, key } = &settings.ca_secret;
    let own = unless_empty(Some(name)).map(|name| (name.as_str(), or(key, "ca.crt")));
    let server = of_server(values).filter(|_| settings.tracking_uri.is_empty());
    let (name, key) = own.or(server.map(|name| (name, or(key, "tls.crt"))))?;
    Some(CaSecret {
        name: name.to_owned(),
        key: key.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_wildcard_covers() {
        for (covered, host, expected) in [
            ("a.example.com", "a.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.example.com", "*.example.com", true),
        ] {
            assert_eq!(covers(covered, host), expected, "{covered} {host}");
        }
    }
}
