//! Which hosts and origins the server accepts.
//!
//! MLflow's security middleware answers 403 to a `Host` header or a browser's
//! `Origin` that it does not expect. Its own defaults know localhost and
//! private addresses only: no Service name, no ingress host.

use super::Address;
use crate::kubernetes::EnvVar;
use crate::values::Values;

/// Addresses that the server accepts by default, as patterns of Python's
/// `fnmatch` (`mlflow/server/security_utils.py`). `[[]` is a literal `[`: a Host
/// header writes IPv6 addresses in brackets, which the built-in patterns miss.
const LOCAL_AND_PRIVATE: &[&str] = &[
    "localhost",
    "localhost:*",
    "127.0.0.1",
    "127.0.0.1:*",
    "[::1]",
    "[[]::1]:*",
    // The job runner beside the server calls it by the address that it listens on.
    "0.0.0.0",
    "0.0.0.0:*",
    "10.*",
    "192.168.*",
    "fc00:*",
    "fd00:*",
    "[[]fc00:*",
    "[[]fd00:*",
];

/// `172.16.0.0/12` as patterns.
fn private_172() -> impl Iterator<Item = String> {
    (16..32).map(|second| format!("172.{second}.*"))
}

/// Where the outside world reaches the server.
pub(crate) struct PublicHost<'a> {
    /// The name, which may start with `*.`; never empty.
    pub(crate) host: &'a str,
    /// What browsers may put before it.
    pub(crate) schemes: &'static [&'static str],
}

/// The hosts of the Ingress and the HTTPRoute.
pub(crate) fn public_hosts(values: &Values) -> Vec<PublicHost<'_>> {
    let ingress = values.ingress.enabled.then_some(&values.ingress);
    let ingress_hosts = ingress.into_iter().flat_map(|ingress| {
        ingress.hosts.iter().map(|host| PublicHost {
            host: &host.host,
            schemes: if has_certificate(values, &host.host) {
                &["https"]
            } else {
                &["http"]
            },
        })
    });
    let route = values.http_route.enabled.then_some(&values.http_route);
    let route_hosts = route.into_iter().flat_map(|route| {
        route.hostnames.iter().map(|host| PublicHost {
            host,
            // The Gateway's listener decides, and the values do not know it.
            schemes: &["https", "http"],
        })
    });
    ingress_hosts
        .chain(route_hosts)
        .filter(|public| !public.host.is_empty())
        .collect()
}

/// Whether an entry of `ingress.tls` covers the host. One without hosts covers all.
fn has_certificate(values: &Values, host: &str) -> bool {
    values.ingress.tls.iter().any(|tls| {
        tls.hosts.as_deref().unwrap_or_default().is_empty()
            || tls.hosts.iter().flatten().any(|covered| {
                covered == host
                    || covered.strip_prefix("*.").is_some_and(|domain| {
                        host.split_once('.').is_some_and(|(_, rest)| rest == domain)
                    })
            })
    })
}

/// Whether the user decides about something by the option or the variable.
/// A Secret or ConfigMap in `envFrom` may hold the variable unseen, and an
/// explicit list of the user's is never replaced by a wider one.
fn decided_by_user(values: &Values, option: &str, variable: &str) -> bool {
    values.server.option(option).is_some()
        || values.env.iter().any(|entry| entry.name == variable)
        || values
            .env_from
            .iter()
            .any(|source| variable.starts_with(source.prefix.as_deref().unwrap_or_default()))
}

fn middleware_is_off(values: &Values) -> bool {
    values.server.flag("disable-security-middleware")
        || values
            .env
            .iter()
            .any(|entry| entry.name == "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE")
}

/// The variables that make the server accept its own names and the public
/// ones. As environment, because gunicorn refuses the options.
pub(super) fn env(values: &Values, address: &Address<'_>) -> Vec<EnvVar> {
    const HOSTS: &str = "MLFLOW_SERVER_ALLOWED_HOSTS";
    const ORIGINS: &str = "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS";
    if middleware_is_off(values) {
        return Vec::new();
    }
    let mut variables = Vec::new();
    if !decided_by_user(values, "allowed-hosts", HOSTS) {
        variables.push(super::env::plain(HOSTS, list_of_hosts(values, address)));
    }
    if !decided_by_user(values, "cors-allowed-origins", ORIGINS)
        && let Some(origins) = list_of_origins(values)
    {
        variables.push(super::env::plain(ORIGINS, origins));
    }
    variables
}

/// The release's own names, local and private addresses, and the public hosts.
pub(super) fn list_of_hosts(values: &Values, address: &Address<'_>) -> String {
    let with_port = |host: &str| [host.to_owned(), format!("{host}:*")];
    let mut hosts: Vec<String> = address
        .host_names()
        .iter()
        .flat_map(|host| with_port(host))
        .collect();
    hosts.extend(LOCAL_AND_PRIVATE.iter().map(|host| (*host).to_owned()));
    hosts.extend(private_172());
    hosts.extend(
        public_hosts(values)
            .iter()
            .flat_map(|public| with_port(public.host)),
    );
    unique(hosts).join(",")
}

/// What browsers send as the origin of the public hosts' pages; `None` without any.
pub(crate) fn list_of_origins(values: &Values) -> Option<String> {
    let origins: Vec<String> = public_hosts(values)
        .iter()
        .flat_map(|public| {
            public
                .schemes
                .iter()
                .map(|scheme| format!("{scheme}://{}", public.host))
        })
        .collect();
    (!origins.is_empty()).then(|| unique(origins).join(","))
}

/// The texts without repetitions, in their order.
fn unique(texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts
        .into_iter()
        .filter(|text| seen.insert(text.clone()))
        .collect()
}
