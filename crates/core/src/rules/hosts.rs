//! Which hosts and origins the server answers.

use super::facts::Facts;
use super::{Finding, Rule, host_pattern, texts};
use crate::diagnostic::{Edit, Severity};
use crate::path::ValuePath;
use crate::resolve::{Entrance, HOSTS, ORIGINS, PublicHost, Setting};
use crate::setting;
use crate::values::ServiceType;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK501, host_not_allowed),
    Rule::new(&texts::MK502, origin_not_allowed),
    Rule::new(&texts::MK503, host_never_matches),
    Rule::new(&texts::MK504, origin_never_matches),
    Rule::new(&texts::MK505, clients_shut_out),
    Rule::new(&texts::MK506, hosts_unchecked),
    Rule::new(&texts::MK507, hosts_unseen),
    Rule::new(&texts::MK508, service_without_origin),
    Rule::new(&texts::MK509, public_host_unknown),
    Rule::new(&texts::MK510, default_ingress_host),
    Rule::new(&texts::MK511, frame_options),
];

/// A host as a request may write it: what a wildcard stands for, given a name.
fn sample(host: &str) -> String {
    host.replacen('*', "any", 1)
}

/// Whether the list has the host or, for a wildcard, something below it.
fn answers(list: &str, host: &str) -> bool {
    let below = host.strip_prefix('*');
    host_pattern::is_allowed(list, &sample(host))
        || below.is_some_and(|domain| {
            host_pattern::entries(list).any(|entry| without_port(entry).ends_with(domain))
        })
}

/// Whether browsers may send requests from the host's pages, at any port.
fn takes_origin(list: &str, public: &PublicHost<'_>) -> bool {
    // Something before the ingress controller may add the https.
    let schemes: &[&str] = match public.schemes {
        ["http"] => &["http", "https"],
        schemes => schemes,
    };
    schemes.iter().any(|scheme| {
        let origin = format!("{scheme}://{}", public.host);
        let below = public.host.strip_prefix('*');
        host_pattern::is_listed(list, &sample(&origin))
            || host_pattern::entries(list).any(|entry| {
                let entry = without_port(entry);
                entry == origin
                    || below.is_some_and(|domain| {
                        entry.starts_with(&format!("{scheme}://")) && entry.ends_with(domain)
                    })
            })
    })
}

fn without_port(entry: &str) -> &str {
    match entry.rsplit_once(':') {
        Some((host, port)) if port == "*" || port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => entry,
    }
}

/// The fix of a list: its new text or, where it says nothing, its removal,
/// which brings back the derived one.
fn rewrite(finding: Finding, setting: &Setting<'_>, list: String) -> Finding {
    let place = setting.place();
    if !list.is_empty() && setting.text.is_some_and(|text| !text.trim().is_empty()) {
        let title = if list.len() > 80 {
            "Replace the list".to_owned()
        } else {
            format!("Set it to {list}")
        };
        return finding.fix(title, [Edit::set(&place, list)]);
    }
    let entry = setting.origin.entry();
    finding.fix(
        format!("Remove {entry} and use the derived list"),
        [Edit::remove(&entry)],
    )
}

/// Texts as a sentence lists them.
fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What takes the requests for a host.
fn name_of(entrance: Entrance) -> &'static str {
    match entrance {
        Entrance::Ingress => "Ingress",
        Entrance::Gateway => "HTTPRoute",
    }
}

/// The public hosts that have a name.
fn named<'f, 'a>(facts: &'f Facts<'a>) -> impl Iterator<Item = &'f PublicHost<'a>> + Clone {
    let public = facts.resolved.public_hosts.iter();
    public.filter(|public| !public.host.is_empty())
}

fn host_not_allowed(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let (Some(setting), Some(list)) = (facts.allowed_hosts(), facts.effective_hosts()) else {
        return;
    };
    let meant = fixed_hosts(list);
    let shut_out: Vec<&PublicHost<'_>> = named(facts)
        .filter(|public| public.is_kept && !answers(&meant, public.host))
        .collect();
    if let Some(first) = shut_out.first() {
        let missing: Vec<String> = shut_out
            .iter()
            .map(|public| public.host.to_owned())
            .collect();
        let finding = Finding::new(
            setting.place(),
            format!(
                "`{}` does not contain the {} {} {}, so browsers and clients get 403",
                setting.place(),
                name_of(first.entrance),
                if missing.len() == 1 { "host" } else { "hosts" },
                listed(&missing)
            ),
        )
        .unless(facts.unless_unchecked())
        .help(
            "add the host without a scheme, or remove your list: the derived list contains every \
             host that is needed",
        );
        findings.push(rewrite(
            finding,
            &setting,
            host_pattern::appended(&meant, missing),
        ));
    }
}

fn origin_not_allowed(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let (Some(setting), Some(list)) = (facts.allowed_origins(), facts.effective_origins()) else {
        return;
    };
    let meant = fixed_origins(list, facts);
    let missing: Vec<String> = named(facts)
        .filter(|public| !takes_origin(&meant, public))
        .filter_map(|public| Some(format!("{}://{}", public.schemes.first()?, public.host)))
        .collect();
    if !missing.is_empty() {
        let finding = Finding::new(
            setting.place(),
            format!(
                "`{}` does not contain the origin {}, so the pages load, but their POST requests \
                 get 403",
                setting.place(),
                listed(&missing)
            ),
        )
        .unless(facts.unless_unchecked())
        .help(
            "add the scheme and the host as the browser's address bar shows them, without a slash \
             at the end",
        );
        findings.push(rewrite(
            finding,
            &setting,
            host_pattern::appended(&meant, missing),
        ));
    }
}

fn host_never_matches(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let (Some(setting), Some(list)) = (facts.allowed_hosts(), facts.effective_hosts()) else {
        return;
    };
    let meant = fixed_hosts(list);
    let useless = left_behind(list, &meant);
    if useless.is_empty() {
        return;
    }
    let breaks =
        named(facts).any(|public| !answers(list, public.host) && answers(&meant, public.host));
    let finding = Finding::new(
        setting.place(),
        format!(
            "`{}` contains {}, which no request can match",
            setting.place(),
            listed(&useless)
        ),
    )
    .unless(facts.unless_unchecked())
    .severity(if breaks {
        Severity::Error
    } else {
        Severity::Warning
    })
    .help(
        "write the host in lower case, without a scheme or a path, and put commas between entries: \
         `mlflow.example.com`",
    );
    findings.push(rewrite(finding, &setting, meant));
}

fn origin_never_matches(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let (Some(setting), Some(list)) = (facts.allowed_origins(), facts.effective_origins()) else {
        return;
    };
    let meant = fixed_origins(list, facts);
    let useless = left_behind(list, &meant);
    if useless.is_empty() {
        return;
    }
    let breaks =
        named(facts).any(|public| !takes_origin(list, public) && takes_origin(&meant, public));
    let finding = Finding::new(
        setting.place(),
        format!(
            "`{}` contains {}, which no browser sends as an origin, so the pages' POST requests \
             get 403",
            setting.place(),
            listed(&useless)
        ),
    )
    .unless(facts.unless_unchecked())
    .severity(if breaks {
        Severity::Error
    } else {
        Severity::Warning
    })
    .help(
        "write scheme and host in lower case, without a slash at the end and without port 443 or \
         80, and put commas between entries: `https://mlflow.example.com`",
    );
    findings.push(rewrite(finding, &setting, meant));
}

/// The entries of a list that the fixed one does not have.
fn left_behind(list: &str, fixed: &str) -> Vec<String> {
    let kept: BTreeSet<&str> = host_pattern::entries(fixed).collect();
    host_pattern::entries(list)
        .filter(|entry| !entry.is_empty() && !kept.contains(entry))
        .map(str::to_owned)
        .collect()
}

/// The list with each entry as the `Host` header would have it.
fn fixed_hosts(list: &str) -> String {
    host_pattern::appended(
        "",
        list.split([',', ' ', '\t', '\n', '\r']).map(|entry| {
            let (scheme, rest) = entry.split_once("://").unwrap_or(("", entry));
            let host = rest.split('/').next().unwrap_or_default().to_lowercase();
            without_default_port(scheme, &host).to_owned()
        }),
    )
}

/// The list with each entry as browsers write an origin.
fn fixed_origins(list: &str, facts: &Facts<'_>) -> String {
    let scheme_of = |host: &str| {
        named(facts)
            .find(|public| public.host == host)
            .and_then(|public| public.schemes.first().copied())
            .unwrap_or("https")
    };
    host_pattern::appended(
        "",
        list.split([',', ' ', '\t', '\n', '\r']).map(|entry| {
            let entry = entry.to_lowercase();
            let Some((scheme, rest)) = entry.split_once("://") else {
                let host = entry.split('/').next().unwrap_or_default();
                // `*` may stand for the scheme too; pages in a sandbox are `null`.
                return if host.is_empty() || host.starts_with('*') || host == "null" {
                    host.to_owned()
                } else {
                    format!("{}://{host}", scheme_of(without_port(host)))
                };
            };
            let host = rest.split('/').next().unwrap_or_default();
            if host.is_empty() {
                return String::new();
            }
            format!("{scheme}://{}", without_default_port(scheme, host))
        }),
    )
}

/// Browsers and clients leave a scheme's own port out.
fn without_default_port<'a>(scheme: &str, host: &'a str) -> &'a str {
    let port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return host,
    };
    host.strip_suffix(port).unwrap_or(host)
}

fn clients_shut_out(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let (Some(setting), Some(list)) = (facts.allowed_hosts(), facts.effective_hosts()) else {
        return;
    };
    let answers = |host: &str| host_pattern::is_allowed(list, host);
    let local = ["localhost", "127.0.0.1"];
    let no_port_forward = !local
        .iter()
        .any(|host| answers(&facts.resolved.with_service_port(host)));
    // Garbage collection has a rule of its own about the Service's name.
    let own_gc = facts.values.garbage_collection.enabled
        && facts.values.garbage_collection.tracking_uri.is_empty();
    let no_clients = !own_gc
        && !facts
            .resolved
            .service_hosts()
            .iter()
            .any(|host| answers(host));
    let missing = match (no_clients, no_port_forward) {
        (false, false) => return,
        (true, false) => "the Service's names, so clients in the cluster get 403",
        (false, true) => "localhost, so requests through `kubectl port-forward` get 403",
        (true, true) => {
            "the Service's names or localhost, so clients in the cluster and `kubectl \
             port-forward` get 403"
        }
    };
    let names = facts.resolved.host_names();
    let names = names.iter().map(String::as_str).filter(|_| no_clients);
    let local = local.into_iter().filter(|_| no_port_forward);
    let default_port = facts.resolved.with_service_port("").is_empty();
    let more = names.chain(local).flat_map(|host| {
        let bare = default_port.then(|| host.to_owned());
        bare.into_iter().chain([format!("{host}:*")])
    });
    // The job runner beside the server calls it by the address that it listens on.
    let own = format!("0.0.0.0:{}", facts.resolved.server.port);
    let jobs =
        (!facts.resolved.server.jobs.is_off() && !answers(&own)).then(|| "0.0.0.0:*".to_owned());
    let finding = Finding::new(
        setting.place(),
        format!("`{}` does not contain {missing}", setting.place()),
    )
    .unless(facts.unless_unchecked())
    .severity(if no_clients {
        Severity::Warning
    } else {
        Severity::Hint
    })
    .help("add them, or remove your list: the derived list contains every host that is needed");
    findings.push(if would_be_derived(facts, list) {
        rewrite(finding, &setting, String::new())
    } else {
        rewrite(
            finding,
            &setting,
            host_pattern::appended(list, more.chain(jobs)),
        )
    });
}

/// Whether a list without entries of its own would do all that this one does.
fn would_be_derived(facts: &Facts<'_>, list: &str) -> bool {
    let derived = facts.resolved.list_of_hosts();
    let is_there = |entry: &str| {
        host_pattern::entries(&derived).any(|other| other == entry)
            || (!entry.contains('*') && host_pattern::is_listed(&derived, entry))
    };
    host_pattern::entries(list).all(|entry| entry.is_empty() || is_there(entry))
}

fn hosts_unchecked(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const HELP: &str = "list only your own hosts and origins, or set no list: it is then derived \
                        from the Service, the Ingress and the HTTPRoute";
    let off = &facts.resolved.security.off;
    if let Some(origin) = off.origin.filter(|_| off.is_on()) {
        let place = origin.entry();
        findings.push(
            Finding::new(
                place.clone(),
                format!(
                    "`{place}` disables the checks of host and origin, so any web page can send \
                     requests to the server"
                ),
            )
            .help(HELP)
            .fix(format!("Remove {place}"), [Edit::remove(&place)]),
        );
        return;
    }
    for (setting, what) in [
        (facts.allowed_hosts(), "host"),
        (facts.allowed_origins(), "origin"),
    ] {
        let Some(setting) = setting else { continue };
        let list = setting.text.unwrap_or_default();
        if !host_pattern::entries(list).any(|entry| entry == "*") {
            continue;
        }
        let others = host_pattern::entries(list).filter(|entry| *entry != "*");
        let kept = host_pattern::appended("", others.map(str::to_owned));
        let finding = Finding::new(
            setting.place(),
            format!(
                "`{}` contains `*`, so the server accepts every {what}",
                setting.place()
            ),
        )
        .help(HELP);
        findings.push(rewrite(finding, &setting, kept));
    }
}

fn hosts_unseen(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let security = &facts.resolved.security;
    let lists = [(&security.hosts, HOSTS), (&security.origins, ORIGINS)];
    let unseen: Vec<&str> = lists
        .into_iter()
        .filter(|(list, _)| list.is_derived())
        .map(|(_, variable)| variable)
        .filter(|variable| facts.inputs().may_be_defined_unseen(variable))
        .collect();
    if !unseen.is_empty() {
        let (names, they) = match unseen.as_slice() {
            [one] => (
                (*one).to_owned(),
                "if it does, the derived list overrides it",
            ),
            several => (
                several.join("` or `"),
                "if it does, the derived lists override them",
            ),
        };
        findings.push(
            Finding::new(
                setting!("envFrom"),
                format!("`envFrom` may define `{names}`; {they}"),
            )
            .help(
                "to use a list from the Secret or ConfigMap, read it in `env` with `valueFrom`, or \
                 write the list into `server.value_options`",
            ),
        );
    }
}

fn service_without_origin(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    // Many ingress controllers come in through a NodePort.
    let has_other_way = values.ingress.enabled || values.http_route.enabled;
    let kind = values.service.type_;
    if kind == ServiceType::ClusterIP
        || has_other_way
        || facts.allowed_origins().is_some()
        || facts.effective_origins().is_none()
    {
        return;
    }
    findings.push(
        Finding::new(
            setting!("service.type"),
            format!(
                "browsers can load the page through the {}, but its POST requests get 403, because \
                 `cors_allowed_origins` is not set",
                kind.as_str()
            ),
        )
        .help(
            "set `server.value_options.cors_allowed_origins` to the start of the address that \
             users open, for example `http://10.0.0.7:30500`; if it is not a private address, also \
             list its host and port in `allowed_hosts`",
        ),
    );
}

fn public_host_unknown(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.allowed_hosts().is_some() || facts.effective_hosts().is_none() {
        return;
    }
    let condition = facts.unless_unchecked();
    let mut report = |place: ValuePath, who: &str| {
        findings.push(
            Finding::new(
                place,
                format!(
                    "the {who} has no host, so the server answers 403 to every public host name"
                ),
            )
            .unless(condition.clone())
            .help(
                "set the host, or list the hosts in `server.value_options.allowed_hosts` and their \
                 origins in `cors_allowed_origins`",
            ),
        );
    };
    for (index, public) in facts.resolved.public_hosts.iter().enumerate() {
        let takes_all = public.host.is_empty() && public.is_kept;
        match public.entrance {
            // The hosts of the Ingress come first.
            Entrance::Ingress if takes_all => {
                report(
                    setting!("ingress.hosts").join(index).join("host"),
                    "Ingress",
                );
            }
            Entrance::Gateway if takes_all => report(setting!("httpRoute.hostnames"), "HTTPRoute"),
            _ => {}
        }
    }
}

fn default_ingress_host(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let ingress = &facts.values.ingress;
    for (index, host) in ingress.hosts.iter().enumerate() {
        if ingress.enabled && host.host == "mlflow.local" {
            findings.push(
                Finding::new(
                    setting!("ingress.hosts").join(index).join("host"),
                    "the Ingress uses the default host `mlflow.local`, which DNS does not resolve",
                )
                .help(
                    "set `ingress.hosts` to a name that resolves to your ingress controller, for \
                     example `mlflow.example.com`",
                ),
            );
        }
    }
}

fn frame_options(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(setting) = facts.setting("x-frame-options", "MLFLOW_SERVER_X_FRAME_OPTIONS") else {
        return;
    };
    let text = setting.text.unwrap_or_default();
    let known = ["SAMEORIGIN", "DENY", "NONE", ""];
    if facts.resolved.security.off.is_on()
        || known.iter().any(|known| text.eq_ignore_ascii_case(known))
    {
        return;
    }
    findings.push(
        Finding::new(
            setting.place(),
            format!(
                "`{}` is {text:?}, which browsers ignore, so every page can show the server in a \
                 frame",
                setting.place()
            ),
        )
        .help("use SAMEORIGIN (pages of the same host), DENY (no page) or NONE (every page)")
        .fix(
            "Set it to SAMEORIGIN",
            [Edit::set(&setting.place(), "SAMEORIGIN")],
        ),
    );
}
