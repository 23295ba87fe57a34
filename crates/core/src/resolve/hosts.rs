//! Which hosts and origins the server accepts.
//!
//! MLflow's security middleware answers 403 to a `Host` header or a browser's
//! `Origin` that it does not expect. Its own defaults know localhost and
//! private addresses only: no Service name, no ingress host.

use super::flag::{SECURITY_OFF, Switch};
use super::inputs::{Inputs, Setting};
use super::{Address, certificate};
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

/// What leads from outside to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entrance {
    Ingress,
    Gateway,
}

/// Where the outside world reaches the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PublicHost<'a> {
    /// The name, which may start with `*.`; empty for every host.
    pub(crate) host: &'a str,
    /// What browsers may put before it.
    pub(crate) schemes: &'static [&'static str],
    /// What takes its requests.
    pub(crate) entrance: Entrance,
    /// Whether the server sees the host as clients write it.
    pub(crate) is_kept: bool,
    /// The first path below which requests come; empty without one.
    pub(crate) path: &'a str,
}

/// What the Ingress and the HTTPRoute take, those of every host included.
pub(super) fn public_hosts(values: &Values) -> Vec<PublicHost<'_>> {
    const NGINX: &str = "nginx.ingress.kubernetes.io/upstream-vhost";
    let ingress = Some(&values.ingress).filter(|ingress| ingress.enabled);
    let ingress_hosts = ingress.into_iter().flat_map(|ingress| {
        let is_kept = !ingress.annotations.0.contains_key(NGINX);
        ingress.hosts.iter().map(move |host| PublicHost {
            host: &host.host,
            schemes: if certificate::of_host(&ingress.tls, &host.host) {
                &["https"]
            } else {
                &["http"]
            },
            entrance: Entrance::Ingress,
            is_kept,
            path: host.paths.first().map_or("", |first| &first.path),
        })
    });
    let route = Some(&values.http_route).filter(|route| route.enabled);
    let route_hosts = route.into_iter().flat_map(|route| {
        let is_kept = !route.filters.iter().any(|filter| {
            let rewrite = filter.url_rewrite.as_ref();
            rewrite.is_some_and(|rewrite| rewrite.hostname.is_some())
        });
        let mut paths = route.matches.iter().filter_map(|one| one.path.as_ref());
        let path = paths.find_map(|path| path.value.as_deref());
        let every_host = route.hostnames.is_empty().then_some("");
        let hosts = route.hostnames.iter().map(String::as_str);
        hosts.chain(every_host).map(move |host| PublicHost {
            host,
            // The Gateway's listener decides, and the values do not know it.
            schemes: &["https", "http"],
            entrance: Entrance::Gateway,
            is_kept,
            path: path.unwrap_or_default(),
        })
    });
    ingress_hosts.chain(route_hosts).collect()
}

/// A list of what the server accepts.
#[derive(Clone, Debug)]
pub(crate) struct Accepted<'a> {
    /// The user's own list, which is never widened.
    pub(crate) own: Option<Setting<'a>>,
    /// The list that stands in place of the user's.
    derived: Option<String>,
}

impl Accepted<'_> {
    /// Whether a list stands in place of the user's.
    pub(crate) fn is_derived(&self) -> bool {
        self.derived.is_some()
    }

    /// The list that the server has; `None` when a Secret holds it. An empty
    /// one means MLflow's defaults.
    pub(crate) fn effective(&self) -> Option<&str> {
        match &self.own {
            Some(setting) => setting.text,
            None => Some(self.derived.as_deref().unwrap_or_default()),
        }
    }
}

/// What the security middleware does.
#[derive(Clone, Debug)]
pub(crate) struct Security<'a> {
    /// Whether it is switched off.
    pub(crate) off: Switch<'a>,
    /// Hosts that it lets through.
    pub(crate) hosts: Accepted<'a>,
    /// Origins that it lets through.
    pub(crate) origins: Accepted<'a>,
}

/// The variable of the hosts.
pub(crate) const HOSTS: &str = "MLFLOW_SERVER_ALLOWED_HOSTS";
/// The variable of the origins.
pub(crate) const ORIGINS: &str = "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS";

impl<'a> Security<'a> {
    /// Decides it. `envFrom` may hold a list unseen, and does not count: a Secret with
    /// credentials is the usual one there, and without lists the server answers 403 to the
    /// clients of its own Ingress.
    pub(super) fn of(
        inputs: &Inputs<'a>,
        address: &Address<'_>,
        public: &[PublicHost<'_>],
    ) -> Self {
        let off = SECURITY_OFF.switch(inputs);
        let hosts = inputs.setting("allowed-hosts", HOSTS);
        let origins = inputs.setting("cors-allowed-origins", ORIGINS);
        let derives = |own: &Option<Setting<'_>>| own.is_none() && !off.is_on();
        let derived_hosts = derives(&hosts).then(|| list_of_hosts(address, public));
        let derived_origins = derives(&origins).then(|| list_of_origins(public));
        Self {
            off,
            hosts: Accepted {
                own: hosts,
                derived: derived_hosts,
            },
            origins: Accepted {
                own: origins,
                derived: derived_origins.flatten(),
            },
        }
    }

    /// The variables that make the server accept its own names and the public
    /// ones. As environment, because gunicorn refuses the options.
    pub(super) fn env(&self) -> impl Iterator<Item = EnvVar> {
        let lists = [
            (HOSTS, &self.hosts.derived),
            (ORIGINS, &self.origins.derived),
        ];
        lists.into_iter().filter_map(|(name, list)| {
            let list = list.as_deref()?;
            Some(super::env::plain(name, list))
        })
    }

    /// Whether the server answers to `localhost`, as far as the values tell.
    pub(super) fn answers_localhost(&self) -> bool {
        self.off.is_on()
            || self.hosts.effective().is_some_and(|list| {
                list.is_empty()
                    || list
                        .split(',')
                        .any(|host| matches!(host.trim(), "*" | "localhost:*" | "localhost*"))
            })
    }
}

/// The release's own names, local and private addresses, and the public hosts.
pub(super) fn list_of_hosts(address: &Address<'_>, public: &[PublicHost<'_>]) -> String {
    let with_port = |host: &str| [host.to_owned(), format!("{host}:*")];
    let own = address.host_names();
    let own = own.iter().flat_map(|host| with_port(host));
    let local = LOCAL_AND_PRIVATE.iter().map(|host| (*host).to_owned());
    let public = named(public).flat_map(|public| with_port(public.host));
    joined(own.chain(local).chain(private_172()).chain(public))
}

/// What browsers send as the origin of the public hosts' pages; `None` without any.
fn list_of_origins(public: &[PublicHost<'_>]) -> Option<String> {
    let origins = named(public).flat_map(|public| {
        let schemes = public.schemes.iter();
        schemes.map(|scheme| format!("{scheme}://{}", public.host))
    });
    Some(joined(origins)).filter(|list| !list.is_empty())
}

/// The hosts that have a name.
fn named<'p, 'a>(public: &'p [PublicHost<'a>]) -> impl Iterator<Item = &'p PublicHost<'a>> {
    public.iter().filter(|public| !public.host.is_empty())
}

/// The texts without repetitions, in their order, with commas between them.
fn joined(texts: impl Iterator<Item = String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join(",")
}
