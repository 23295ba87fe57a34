//! Garbage collection.

use super::facts::Facts;
use super::{Finding, Rule, host_pattern, texts};
use crate::diagnostic::Edit;
use crate::resolve::uri::Uri;
use crate::setting;
use serde_json::json;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK701, age),
    Rule::new(&texts::MK702, without_age),
    Rule::new(&texts::MK703, credentials),
    Rule::new(&texts::MK704, host),
    Rule::new(&texts::MK705, tracking_uri),
    Rule::new(&texts::MK706, unused_ca),
    Rule::new(&texts::MK707, certificate),
];

fn age(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let text = facts.values.garbage_collection.older_than.as_str();
    if !text.is_empty() && !is_age(text) {
        findings.push(
            Finding::new(
                setting!("garbageCollection.olderThan"),
                format!(
                    "`garbageCollection.olderThan` is {text:?}, which `mlflow gc` cannot read as \
                     an age"
                ),
            )
            .help(
                "write days, hours, minutes and seconds in this order, for example `30d`, `12h` or \
                 `1d6h30m`",
            ),
        );
    }
}

fn without_age(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let settings = &facts.values.garbage_collection;
    if settings.enabled && settings.older_than.is_empty() {
        findings.push(
            Finding::new(
                setting!("garbageCollection.olderThan"),
                "`garbageCollection.olderThan` is not set, so garbage collection removes data that \
                 was deleted a minute ago",
            )
            .help(
                "set an age, for example `30d`: users can then restore data that they deleted by \
                 mistake",
            )
            .fix(
                "Keep deleted data for 30 days",
                [Edit::set(&setting!("garbageCollection.olderThan"), "30d")],
            ),
        );
    }
}

fn credentials(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const USER: &str = "MLFLOW_TRACKING_USERNAME";
    const PASSWORD: &str = "MLFLOW_TRACKING_PASSWORD";
    let settings = &facts.values.garbage_collection;
    let has = |name: &str| {
        facts.env(name).is_some() || settings.env.iter().any(|entry| entry.name == name)
    };
    let missing = !(has("MLFLOW_TRACKING_TOKEN") || (has(USER) && has(PASSWORD)));
    // Elsewhere, another server may ask for nothing.
    if !(settings.enabled
        && facts.resolved.server.basic_auth
        && missing
        && settings.tracking_uri.is_empty())
    {
        return;
    }
    let mut edits = Vec::new();
    for (name, variable) in [
        (USER, json!({"name": USER, "value": "admin"})),
        (
            PASSWORD,
            json!({
                "name": PASSWORD,
                "valueFrom": {
                    "secretKeyRef": {"name": "mlflow-auth-secret", "key": "admin-password"},
                },
            }),
        ),
    ] {
        if !has(name) {
            let index = settings.env.len() + edits.len();
            edits.push(Edit::set(
                &setting!("garbageCollection.env").join(index),
                variable,
            ));
        }
    }
    findings.push(
        Finding::new(
            setting!("garbageCollection.env"),
            format!("garbage collection gets 401, because `{USER}` and `{PASSWORD}` are not set"),
        )
        .unless(facts.unless_defined(&[USER, PASSWORD]))
        .help(
            "in `garbageCollection.env`, set both for an administrator, and read the password from \
             a Secret",
        )
        .fix(
            "Use the administrator's password in the Secret mlflow-auth-secret",
            edits,
        )
        .then(format!(
            "The Secret mlflow-auth-secret in the namespace {} needs the key `admin-password`. If \
             you have changed the password in MLflow, put the new one into the Secret.",
            facts.release.namespace
        )),
    );
}

fn host(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let settings = &facts.values.garbage_collection;
    if !settings.enabled || !settings.tracking_uri.is_empty() {
        return;
    }
    let (Some(allowed), Some(list)) = (facts.allowed_hosts(), facts.effective_hosts()) else {
        return;
    };
    let [.., name] = facts.resolved.host_names();
    let host = facts.resolved.with_service_port(&name);
    if host_pattern::is_allowed(list, &host) {
        return;
    }
    findings.push(
        Finding::new(
            allowed.place(),
            format!(
                "garbage collection gets 403, because `{}` does not contain {host}",
                allowed.place()
            ),
        )
        .unless(facts.unless_unchecked())
        .help("add the Service's name, or remove your list: the derived list contains it")
        .fix(
            format!("Allow {name}"),
            [Edit::set(
                &allowed.place(),
                format!("{list},{name},{name}:*"),
            )],
        ),
    );
}

fn tracking_uri(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let settings = &values.garbage_collection;
    let uri = settings.tracking_uri.as_str();
    if !settings.enabled || uri.is_empty() {
        return;
    }
    let own = facts.resolved.is_own_host(Uri::new(uri).host_shown());
    let server = &facts.resolved.server;
    let prefix = server.static_prefix.trim_end_matches('/');
    let scheme = server.scheme.as_str();
    let message = match uri.split_once("://") {
        // Without proxied artifacts gc may go to the database itself.
        Some(("http" | "https", _)) if !own => return,
        Some((given @ ("http" | "https"), rest)) => {
            let path = rest.split_once('/').map_or("", |(_, path)| path);
            if given != scheme {
                format!(
                    "`garbageCollection.trackingUri` uses {given}, but the server uses {scheme}"
                )
            } else if path.trim_end_matches('/') == prefix.trim_start_matches('/') {
                return;
            } else {
                format!(
                    "`garbageCollection.trackingUri` is {uri}, but the server answers only below \
                     {prefix}/"
                )
            }
        }
        _ if server.serves_artifacts.is_off() => return,
        _ => format!(
            "`garbageCollection.trackingUri` is {uri:?}, which is not an http or https address"
        ),
    };
    findings.push(
        Finding::new(setting!("garbageCollection.trackingUri"), message)
            .help(
                "remove it: garbage collection then uses the Service's address, with the right \
                 scheme, port and prefix",
            )
            .fix(
                "Remove garbageCollection.trackingUri",
                [Edit::remove(&setting!("garbageCollection.trackingUri"))],
            ),
    );
}

fn unused_ca(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let settings = &values.garbage_collection;
    let https = if settings.tracking_uri.is_empty() {
        values.tls.enabled
    } else {
        settings.tracking_uri.starts_with("https://")
    };
    if settings.enabled && !https && !settings.ca_secret.name.is_empty() {
        findings.push(
            Finding::new(
                setting!("garbageCollection.caSecret.name"),
                "`garbageCollection.caSecret` has no effect, because garbage collection calls the \
                 server without TLS",
            )
            .help("remove it, or set `tls.enabled`")
            .fix(
                "Remove garbageCollection.caSecret",
                [Edit::remove(&setting!("garbageCollection.caSecret"))],
            ),
        );
    }
}

fn certificate(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let settings = &values.garbage_collection;
    if settings.enabled && values.tls.enabled && settings.tracking_uri.is_empty() {
        let resolved = facts.resolved;
        findings.push(
            Finding::new(
                setting!("tls.secretName"),
                format!(
                    "the certificate in the Secret {} must be valid for {}.{}.svc.cluster.local, \
                     the name that garbage collection calls",
                    values.tls.secret_name, resolved.fullname, resolved.namespace
                ),
            )
            .help(
                "if the certificate contains this name, ignore this rule; if your own authority \
                 signed it, also set `garbageCollection.caSecret` to that authority's certificate",
            ),
        );
    }
}

fn is_age(text: &str) -> bool {
    let mut units = "dhms".chars();
    let mut number = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() || character == '.' {
            number.push(character);
        } else if units.any(|unit| unit == character) && number.parse::<f64>().is_ok() {
            number.clear();
        } else {
            return false;
        }
    }
    number.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_age;

    #[test]
    fn ages() {
        // Accepted and refused by mlflow 3.17.2.
        for good in ["30d", "1.5d", "1d2h3m4s", "12h", "90s"] {
            assert!(is_age(good), "{good}");
        }
        for bad in [
            "30", "30 days", "1w", "30D", "P30D", "-1d", "1mo", "d", "30d ", "1.5.2d", "1h1d",
        ] {
            assert!(!is_age(bad), "{bad}");
        }
    }
}
