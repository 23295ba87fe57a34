//! Ways to the server: ingress controllers, Gateways, certificates.

use super::facts::Facts;
use super::{Finding, Rule, host_pattern, texts};
use crate::diagnostic::{Edit, Severity};
use crate::path::ValuePath;
use crate::resolve::flag::JOBS;
use crate::resolve::{Entrance, is_below};
use crate::setting;
use crate::values::{HttpRouteMatch, IngressHost, PathType, ServiceType, StringMap};
use serde_json::json;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK521, upload_limit),
    Rule::new(&texts::MK522, backend_protocol),
    Rule::new(&texts::MK523, path_outside_prefix),
    Rule::new(&texts::MK524, passwords_in_clear),
    Rule::new(&texts::MK525, open_to_everyone),
    Rule::new(&texts::MK526, same_certificate),
    Rule::new(&texts::MK527, jobs_shut_out),
];

const NGINX: &str = "nginx.ingress.kubernetes.io/";

/// Whether ingress-nginx serves the Ingress, as far as the values tell.
fn is_nginx(facts: &Facts<'_>) -> bool {
    let ingress = &facts.values.ingress;
    let class = match ingress.annotations.0.get("kubernetes.io/ingress.class") {
        Some(class) if ingress.class_name.is_empty() => class,
        _ => &ingress.class_name,
    };
    class.contains("nginx")
        || class == "webapprouting.kubernetes.azure.com"
        || ingress
            .annotations
            .0
            .keys()
            .any(|key| key.starts_with(NGINX))
}

/// Whether an annotation's key speaks of one of these.
fn speaks_of(annotations: &StringMap, words: &[&str]) -> bool {
    annotations
        .0
        .keys()
        .map(|key| key.to_lowercase())
        .any(|key| words.iter().any(|word| key.contains(word)))
}

fn annotation(key: &str) -> ValuePath {
    setting!("ingress.annotations").join(key)
}

/// A name for the Secret of a host's certificate.
fn certificate_of(host: &str) -> String {
    host.replace("*.", "wildcard-").replace('.', "-")
}

pub(super) fn how_to_make(certificate: &str, facts: &Facts<'_>) -> String {
    format!(
        "Create the Secret: `kubectl create secret tls {certificate} --namespace {} --cert=tls.crt \
         --key=tls.key`.",
        facts.release.namespace
    )
}

fn upload_limit(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let ingress = &facts.values.ingress;
    let told = speaks_of(
        &ingress.annotations,
        &["body-size", "snippet", "client-max-body"],
    );
    let root = facts.values.mlflow.default_artifact_root.as_str();
    let past_the_server = facts.resolved.server.serves_artifacts.is_off()
        || !(root.is_empty() || root.starts_with("mlflow-artifacts:"));
    if !ingress.enabled || !is_nginx(facts) || told || past_the_server {
        return;
    }
    let place = annotation("nginx.ingress.kubernetes.io/proxy-body-size");
    findings.push(
        Finding::new(
            setting!("ingress.annotations"),
            "nginx answers 413 to artifacts over 1 MiB, because `ingress.annotations` sets no \
             `proxy-body-size`",
        )
        .help(
            "for no limit, set the annotation `nginx.ingress.kubernetes.io/proxy-body-size` to \
             `\"0\"`",
        )
        .fix("Remove nginx's upload limit", [Edit::set(&place, "0")]),
    );
}

fn backend_protocol(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    if !values.tls.enabled {
        return;
    }
    let words = [
        "protocol",
        "scheme",
        "ssl",
        "passthrough",
        "transport",
        "termination",
        "snippet",
    ];
    let annotations = &values.ingress.annotations;
    if values.ingress.enabled && is_nginx(facts) {
        const PROTOCOL: &str = "nginx.ingress.kubernetes.io/backend-protocol";
        const OTHERS: &[&str] = &["ssl-passthrough", "ssl-services", "snippet"];
        let protocol = annotations.0.get(PROTOCOL);
        let is_https = protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case("https"));
        if !is_https && !speaks_of(annotations, OTHERS) {
            let place = annotation(PROTOCOL);
            findings.push(
                Finding::new(
                    if protocol.is_some() {
                        place.clone()
                    } else {
                        setting!("ingress.annotations")
                    },
                    "nginx sends plain HTTP to the server, which accepts only HTTPS, so every \
                     request gets 502",
                )
                .help(
                    "set the annotation `nginx.ingress.kubernetes.io/backend-protocol` to `HTTPS`",
                )
                .fix(
                    "Let nginx use HTTPS to the server",
                    [Edit::set(&place, "HTTPS")],
                ),
            );
        }
    } else if values.ingress.enabled
        && !speaks_of(annotations, &words)
        && !speaks_of(&values.service.annotations, &words)
    {
        findings.push(
            Finding::new(
                setting!("tls.enabled"),
                "the server accepts only HTTPS, so the ingress controller must use HTTPS for the \
                 Service",
            )
            .severity(Severity::Hint)
            .help(
                "for Traefik, the port name `https` is enough, but Traefik must trust the \
                 certificate; for other controllers, set their annotation",
            ),
        );
    }
    if values.http_route.enabled {
        findings.push(
            Finding::new(
                setting!("tls.enabled"),
                "the server accepts only HTTPS, but a Gateway sends plain HTTP to the Service \
                 unless a BackendTLSPolicy exists",
            )
            .severity(Severity::Hint)
            .help(
                "create a BackendTLSPolicy for the Service, or disable `tls.enabled` and use TLS \
                 only on the Gateway",
            ),
        );
    }
}

/// What a path of an Ingress or route leads to.
struct Way<'a> {
    place: ValuePath,
    path: &'a str,
    is_exact: bool,
}

fn path_outside_prefix(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let rewrites = [
        "rewrite",
        "strip",
        "middleware",
        "transform",
        "snippet",
        "path",
        "actions",
        "regex",
        "plugins",
    ];
    if values.ingress.enabled && !speaks_of(&values.ingress.annotations, &rewrites) {
        for (index, host) in values.ingress.hosts.iter().enumerate() {
            let place = setting!("ingress.hosts").join(index);
            one_host(facts, &ingress_ways(&place, host), "Ingress", findings);
        }
    }
    let route = &values.http_route;
    let rewritten = route.filters.iter().any(|filter| {
        filter.extension_ref.is_some()
            || filter.request_redirect.is_some()
            || filter
                .url_rewrite
                .as_ref()
                .is_some_and(|rewrite| rewrite.path.is_some())
    });
    if route.enabled
        && !rewritten
        && let Some(ways) = route_ways(&route.matches)
    {
        one_host(facts, &ways, "HTTPRoute", findings);
    }
}

fn ingress_ways<'a>(place: &ValuePath, host: &'a IngressHost) -> Vec<Way<'a>> {
    host.paths
        .iter()
        .enumerate()
        .map(|(index, settings)| Way {
            place: place.join("paths").join(index).join("path"),
            path: &settings.path,
            is_exact: settings.path_type == PathType::Exact,
        })
        .collect()
}

/// The ways of a route; `None` if one of them is open to every path.
fn route_ways(matches: &[HttpRouteMatch]) -> Option<Vec<Way<'_>>> {
    matches
        .iter()
        .enumerate()
        .map(|(index, condition)| {
            let path = condition.path.as_ref()?;
            let kind = path.type_.as_deref().unwrap_or("PathPrefix");
            let place = setting!("httpRoute.matches")
                .join(index)
                .join("path")
                .join("value");
            (kind != "RegularExpression").then_some(Way {
                place,
                path: path.value.as_deref().unwrap_or("/"),
                is_exact: kind == "Exact",
            })
        })
        .collect()
}

/// Where MLflow answers, below its prefix: who names such a path wants a part of it.
const OWN_PATHS: &[&str] = &[
    "api",
    "ajax-api",
    "static-files",
    "graphql",
    "health",
    "version",
    "metrics",
    "get-artifact",
    "model-versions",
    "gateway",
    "signup",
    "v1",
];

fn one_host(facts: &Facts<'_>, ways: &[Way<'_>], owner: &str, findings: &mut Vec<Finding>) {
    let prefix = facts.resolved.server.static_prefix.trim_end_matches('/');
    let is_fine = |way: &Way<'_>| {
        // A controller may read it as a pattern.
        let is_pattern = way.path.contains(['*', '(', '[', '$', '|', '^', '\\']);
        let leads_to_all = !way.is_exact && is_below(prefix, way.path);
        let part = way
            .path
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| rest.split('/').next());
        is_pattern || leads_to_all || part.is_some_and(|part| OWN_PATHS.contains(&part))
    };
    // A prefix that the server refuses has a rule of its own.
    let is_refused = !prefix.is_empty() && !prefix.starts_with('/');
    if is_refused || ways.iter().any(is_fine) {
        return;
    }
    let Some(way) = ways.first() else { return };
    let path = way.path;
    let finding = Finding::new(
        way.place.clone(),
        if way.is_exact && is_below(prefix, path) {
            format!(
                "the {owner} matches only the path {path} itself, so the files of the page get 404"
            )
        } else if prefix.is_empty() {
            format!(
                "the {owner} uses the path {path}, which the server does not have, so requests get \
                 404"
            )
        } else {
            format!(
                "the {owner} uses the path {path}, but the server answers only below {prefix}, so \
                 requests get 404"
            )
        },
    );
    let below = path.trim_end_matches('/');
    findings.push(if way.is_exact {
        finding.help(
            "match all paths below it: use `Prefix` in an Ingress, or `PathPrefix` in an HTTPRoute",
        )
    } else if prefix.is_empty() && !below.contains(['{', '}']) {
        finding
            .help(format!(
                "set `server.staticPrefix` to `{below}`, use the path `/` instead, or let the \
                 {owner} remove the path from requests"
            ))
            .fix(
                format!("Serve below {below}"),
                [Edit::set(&setting!("server.staticPrefix"), below)],
            )
            .then(format!(
                "Clients must then use the address with {below} at its end."
            ))
    } else {
        let target = if prefix.is_empty() { "/" } else { prefix };
        finding
            .help("use a path that the server has, or `/` for all paths")
            .fix(
                format!("Set the path to {target}"),
                [Edit::set(&way.place, target)],
            )
    });
}

fn passwords_in_clear(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const TLS_WORDS: &[&str] = &["cert", "ssl", "tls", "https", "listen-ports"];
    const MESSAGE: &str = "clients send passwords of basic auth over plain HTTP";
    let values = facts.values;
    if !facts.resolved.server.basic_auth {
        return;
    }
    let ingress = &values.ingress;
    let public = facts.resolved.public_hosts.iter();
    let uncovered = public.filter(|public| {
        public.entrance == Entrance::Ingress && !public.schemes.contains(&"https")
    });
    let uncovered: Vec<&str> = uncovered.map(|public| public.host).collect();
    if !uncovered.is_empty() && !speaks_of(&ingress.annotations, TLS_WORDS) {
        let named = uncovered.into_iter().filter(|host| !host.is_empty());
        let hosts: Vec<&str> = named.collect();
        let certificate = match hosts.first() {
            Some(host) => certificate_of(host),
            None => format!("{}-ingress", facts.resolved.fullname),
        };
        findings.push(
            Finding::new(
                setting!("ingress.tls"),
                if ingress.tls.is_empty() || hosts.is_empty() {
                    format!("the Ingress has no certificate, so {MESSAGE}")
                } else {
                    let hosts = hosts.join(", ");
                    format!("the Ingress has no certificate for {hosts}, so {MESSAGE}")
                },
            )
            .help("set `ingress.tls` to a Secret with a certificate")
            .fix(
                format!("Use the certificate in the Secret {certificate}"),
                [if ingress.tls.is_empty() {
                    Edit::set(
                        &setting!("ingress.tls"),
                        json!([{ "secretName": certificate, "hosts": hosts }]),
                    )
                } else {
                    Edit::set(
                        &setting!("ingress.tls").join(ingress.tls.len()),
                        json!({ "secretName": certificate, "hosts": hosts }),
                    )
                }],
            )
            .then(how_to_make(&certificate, facts)),
        );
    }
    let is_public = values.service.type_ != ServiceType::ClusterIP;
    // With an ingress, the NodePort is the controller's way.
    if is_public
        && !ingress.enabled
        && !values.http_route.enabled
        && !values.tls.enabled
        && !speaks_of(&values.service.annotations, TLS_WORDS)
    {
        findings.push(
            Finding::new(
                setting!("service.type"),
                format!(
                    "the {} has no TLS, so {MESSAGE}",
                    values.service.type_.as_str()
                ),
            )
            .help("set `tls.enabled` and `tls.secretName`: the server then uses HTTPS"),
        );
    }
}

fn open_to_everyone(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const GUARDS: &[&str] = &[
        "auth",
        "oidc",
        "login",
        "middleware",
        "whitelist",
        "allowlist",
        "white-list",
        "allow-list",
        "source-range",
        "internal",
        "scheme",
        "policy",
        "plugins",
        "iap",
        "snippet",
    ];
    let values = facts.values;
    // A container beside the server may ask in its place.
    if facts.inputs().option("app-name").is_some() || !values.extra_containers.is_empty() {
        return;
    }
    let service = &values.service;
    let ways = [
        (
            values.ingress.enabled,
            setting!("ingress.enabled"),
            &values.ingress.annotations,
            "the Ingress",
            "let the ingress controller require a login, or use basic auth (preset `basic-auth`)",
        ),
        (
            values.http_route.enabled && values.http_route.filters.is_empty(),
            setting!("httpRoute.enabled"),
            &values.http_route.annotations,
            "the Gateway",
            "let the Gateway require a login, with a filter of the HTTPRoute or a policy of the \
             Gateway, or use basic auth (preset `basic-auth`)",
        ),
        (
            service.type_ == ServiceType::LoadBalancer,
            setting!("service.type"),
            &service.annotations,
            "the load balancer",
            "put a proxy that requires a login in front of the server, or use basic auth (preset \
             `basic-auth`)",
        ),
    ];
    for (is_on, place, annotations, who, help) in ways {
        if is_on && !speaks_of(annotations, GUARDS) {
            findings.push(
                Finding::new(
                    place,
                    format!(
                        "the server has no authentication: anyone who can reach {who} can read, \
                         change and delete all data"
                    ),
                )
                .help(help),
            );
        }
    }
}

fn same_certificate(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    if !values.tls.enabled || !values.ingress.enabled {
        return;
    }
    for (index, tls) in values.ingress.tls.iter().enumerate() {
        let own = &values.tls.secret_name;
        if tls.secret_name.as_ref() != Some(own) {
            continue;
        }
        let place = setting!("ingress.tls").join(index).join("secretName");
        let host = tls.hosts.iter().flatten().next();
        let other = host.map_or_else(
            || format!("{}-ingress", facts.resolved.fullname),
            |host| certificate_of(host),
        );
        let finding = Finding::new(
            place.clone(),
            format!("`ingress.tls` uses the server's own certificate, the Secret {own}"),
        )
        .help("use a separate certificate for the public host");
        findings.push(if other == *own {
            finding
        } else {
            finding
                .fix(
                    format!("Use the certificate in the Secret {other} for the Ingress"),
                    [Edit::set(&place, other.as_str())],
                )
                .then(how_to_make(&other, facts))
        });
    }
}

fn jobs_shut_out(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let jobs = &facts.resolved.server.jobs;
    if jobs.is_off() {
        return;
    }
    let listens_on = facts.setting("host", "MLFLOW_HOST");
    let listens_on = listens_on
        .and_then(|setting| setting.text)
        .unwrap_or("127.0.0.1");
    let host = format!("{listens_on}:{}", facts.resolved.server.port);
    let is_shut_out = facts
        .effective_hosts()
        .is_some_and(|list| !host_pattern::is_allowed(list, &host));
    let (place, reason) = if facts.values.tls.enabled {
        (setting!("tls.enabled"), "over plain HTTP".to_owned())
    } else if !facts.resolved.server.static_prefix.is_empty() {
        (
            setting!("server.staticPrefix"),
            "without the static prefix".to_owned(),
        )
    } else if let Some(setting) = facts.allowed_hosts().filter(|_| is_shut_out) {
        (
            setting.place(),
            format!("with the host {host}, which is not allowed"),
        )
    } else {
        return;
    };
    findings.push(
        Finding::new(
            place,
            format!("evaluations and other jobs of the server fail, because they call it {reason}"),
        )
        .unless(facts.unless_switched_off(&JOBS, jobs))
        .help(
            "if you do not use such jobs, set `MLFLOW_SERVER_ENABLE_JOB_EXECUTION` to false in \
             `env`, which also saves about 1.3 GiB of memory; otherwise use neither `tls.enabled` \
             nor a static prefix, and allow the address that the server listens on",
        ),
    );
}
