//! Metrics and who scrapes them.

use super::facts::Facts;
use super::{Finding, Rule, host_pattern, texts};
use crate::diagnostic::{Edit, Severity};
use crate::setting;
use serde_json::json;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK721, monitor_without_metrics),
    Rule::new(&texts::MK722, metrics_path),
    Rule::new(&texts::MK723, scrapes_shut_out),
    Rule::new(&texts::MK724, scrapes_without_password),
    Rule::new(&texts::MK725, scrapes_without_trust),
    Rule::new(&texts::MK726, scrape_timeout),
];

fn monitor_without_metrics(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.values.service_monitor.enabled && !facts.values.metrics.enabled {
        findings.push(
            Finding::new(
                setting!("serviceMonitor.enabled"),
                "`serviceMonitor.enabled` has no effect, because `metrics.enabled` is not set",
            )
            .help("also set `metrics.enabled`")
            .fix(
                "Enable the metrics",
                [Edit::set(&setting!("metrics.enabled"), true)],
            ),
        );
    }
}

fn metrics_path(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(monitor) = &facts.resolved.service_monitor else {
        return;
    };
    if monitor.path != "/metrics" {
        findings.push(
            Finding::new(
                setting!("metrics.path"),
                format!(
                    "`metrics.path` is {}, but the server has its metrics only at /metrics",
                    monitor.path
                ),
            )
            .help("set `metrics.path` to `/metrics`, also with a static prefix")
            .fix(
                "Set the path to /metrics",
                [Edit::set(&setting!("metrics.path"), "/metrics")],
            ),
        );
    }
}

fn scrapes_shut_out(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.values.metrics.enabled {
        return;
    }
    let (Some(setting), Some(list)) = (facts.allowed_hosts(), facts.effective_hosts()) else {
        return;
    };
    if facts.answers_pod_addresses(list) {
        return;
    }
    let finding = Finding::new(
        setting.place(),
        format!(
            "Prometheus gets 403 at /metrics, because `{}` contains no addresses of Pods",
            setting.place()
        ),
    )
    .unless(facts.unless_unchecked())
    .severity(if facts.resolved.service_monitor.is_some() {
        Severity::Error
    } else {
        Severity::Hint
    })
    .help("add the address range of the cluster's Pods, for example `10.*`");
    findings.push(finding.fix(
        "Allow private addresses",
        [Edit::set(
            &setting.place(),
            host_pattern::appended(list, host_pattern::private_addresses()),
        )],
    ));
}

fn scrapes_without_password(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let credentials = &facts.values.service_monitor.basic_auth;
    if !facts.resolved.server.basic_auth
        || facts.resolved.service_monitor.is_none()
        || (credentials.username.is_some() && credentials.password.is_some())
    {
        return;
    }
    findings.push(
        Finding::new(
            setting!("serviceMonitor.basicAuth"),
            "Prometheus gets 401 at /metrics, because `serviceMonitor.basicAuth` does not name a \
             user and a password",
        )
        .help("set `serviceMonitor.basicAuth` to the keys of a Secret that has both")
        .fix(
            "Use the user and password in the Secret mlflow-metrics",
            [Edit::set(
                &setting!("serviceMonitor.basicAuth"),
                json!({
                    "username": { "name": "mlflow-metrics", "key": "username" },
                    "password": { "name": "mlflow-metrics", "key": "password" },
                }),
            )],
        )
        .then(format!(
            "Create the Secret with the name and the password of an administrator of MLflow: \
             `kubectl create secret generic mlflow-metrics --namespace {} \
             --from-literal=username=prometheus --from-literal=password='…'`.",
            facts.release.namespace
        )),
    );
}

fn scrapes_without_trust(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let settings = &values.service_monitor.tls_config;
    let knows_authority = settings.ca.is_some() || settings.ca_file.is_some();
    let knows_name = settings
        .server_name
        .as_ref()
        .is_some_and(|name| !name.is_empty());
    if facts.resolved.service_monitor.is_none()
        || !values.tls.enabled
        || settings.insecure_skip_verify == Some(true)
        || (knows_authority && knows_name)
    {
        return;
    }
    let [.., name] = facts.resolved.host_names();
    let authority = (!knows_authority).then(|| {
        Edit::set(
            &setting!("serviceMonitor.tlsConfig.ca"),
            json!({ "secret": { "name": values.tls.secret_name, "key": "tls.crt" } }),
        )
    });
    let name =
        (!knows_name).then(|| Edit::set(&setting!("serviceMonitor.tlsConfig.serverName"), name));
    let (message, severity) = if knows_name {
        (
            "Prometheus refuses the server's certificate if it is self-signed, because \
             `serviceMonitor.tlsConfig` names no authority",
            Severity::Hint,
        )
    } else {
        (
            "Prometheus refuses the server's certificate, because it is not valid for the \
             addresses of the Pods",
            Severity::Warning,
        )
    };
    let edits: Vec<Edit> = authority.into_iter().chain(name).collect();
    findings.push(
        Finding::new(setting!("serviceMonitor.tlsConfig"), message)
            .severity(severity)
            .help(
                "set the authority (`tlsConfig.ca`) and a name in the certificate \
                 (`tlsConfig.serverName`)",
            )
            .fix(
                "Set the authority and the name that Prometheus checks",
                edits,
            )
            .then(
                "If an authority signed the certificate, or if the certificate is for other names, \
                 set that authority and one of those names instead.",
            ),
    );
}

fn scrape_timeout(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(monitor) = &facts.resolved.service_monitor else {
        return;
    };
    let (Some(interval), Some(timeout)) = (monitor.interval, monitor.scrape_timeout) else {
        return;
    };
    if let (Some(between), Some(longest)) = (milliseconds(interval), milliseconds(timeout))
        && longest > between
    {
        findings.push(
            Finding::new(
                setting!("serviceMonitor.scrapeTimeout"),
                format!(
                    "`serviceMonitor.scrapeTimeout` is {timeout}, which is longer than the \
                     interval of {interval}"
                ),
            )
            .help("set a timeout that is not longer than the interval")
            .fix(
                format!("Set the timeout to {interval}"),
                [Edit::set(
                    &setting!("serviceMonitor.scrapeTimeout"),
                    interval,
                )],
            ),
        );
    }
}

/// A duration of Prometheus, `1m30s`; `None` if it is none.
fn milliseconds(text: &str) -> Option<u64> {
    const SECOND: u64 = 1000;
    const DAY: u64 = 24 * 3600 * SECOND;
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let scale = match unit {
            "ms" => 1,
            "s" => SECOND,
            "m" => 60 * SECOND,
            "h" => 3600 * SECOND,
            "d" => DAY,
            "w" => 7 * DAY,
            "y" => 365 * DAY,
            _ => return None,
        };
        let amount = number.parse::<u64>().ok()?.saturating_mul(scale);
        total = total.saturating_add(amount);
        rest = next;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("30s", Some(30_000)),
            ("1m30s", Some(90_000)),
            ("500ms", Some(500)),
            ("99999999999999999y", Some(u64::MAX)),
            ("", None),
            ("30", None),
            ("s", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
