//! Network policies.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::Edit;
use crate::kubernetes::IntOrString;
use crate::resolve::uri;
use crate::setting;
use crate::values::ServiceType;
use serde_json::json;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK741, outside_clients),
    Rule::new(&texts::MK742, unseen_port),
    Rule::new(&texts::MK743, closed_port),
    Rule::new(&texts::MK744, cloud_identity),
];

fn outside_clients(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let kind = values.service.type_;
    // Behind an ingress controller, it is the controller that connects.
    let has_other_way = values.ingress.enabled || values.http_route.enabled;
    if values.network_policy.enabled && kind != ServiceType::ClusterIP && !has_other_way {
        findings.push(
            Finding::new(
                setting!("service.type"),
                format!(
                    "the NetworkPolicy blocks the clients of the {}, because it allows only Pods",
                    kind.as_str()
                ),
            )
            .help(
                "send the clients through an ingress controller or a Gateway, or create your own \
                 NetworkPolicy that also allows their addresses",
            ),
        );
    }
}

fn unseen_port(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    if !values.network_policy.enabled || !values.network_policy.additional_egress_rules.is_empty() {
        return;
    }
    let endpoint = uri::ENDPOINT_VARIABLES.iter().find_map(|variable| {
        let (place, entry) = facts.env(variable)?;
        entry.value_from.is_some().then_some(place)
    });
    let stores = facts.resolved.stores.databases();
    let store = stores
        .into_iter()
        .filter(|store| store.given_from.is_some())
        .find_map(|store| store.name.reference());
    for (place, what) in [(store, "the database"), (endpoint, "the object store")] {
        if let Some(place) = place {
            let known = uri::STORE_PORTS
                .concat()
                .iter()
                .map(i32::to_string)
                .collect::<Vec<_>>()
                .join(", ");
            findings.push(
                Finding::new(
                    place,
                    format!(
                        "the NetworkPolicy cannot read the port of {what} from a Secret, and opens \
                         only the usual ports ({known})"
                    ),
                )
                .help(
                    "if another port is used, set `networkPolicy.additionalEgressRules: [{ports: \
                     [{protocol: TCP, port: 6432}]}]`",
                ),
            );
        }
    }
}

/// Variables with the address of something that the server connects to.
const ADDRESSES: &[&str] = &[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
];

fn closed_port(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.values.network_policy.enabled {
        return;
    }
    let mut told = Vec::new();
    for name in ADDRESSES {
        let Some((place, entry)) = facts.env(name) else {
            continue;
        };
        let text = entry.value.as_deref().unwrap_or_default();
        // What is in the same pod is reached whatever the policy says.
        let is_near = ["//localhost", "//127.", "//[::1]"]
            .iter()
            .any(|near| text.contains(near));
        let Some(port) = uri::Uri::new(text)
            .port()
            .filter(|port| !is_near && !is_open(facts, *port))
        else {
            continue;
        };
        if told.contains(&port) {
            continue;
        }
        told.push(port);
        findings.push(
            Finding::new(
                place.join("value"),
                format!("`{name}` uses port {port}, which the NetworkPolicy does not open"),
            )
            .help("add the port to `networkPolicy.additionalEgressRules`")
            .fix(
                format!("Open port {port}"),
                [open(facts, &json!([{ "protocol": "TCP", "port": port }]))],
            ),
        );
    }
}

fn cloud_identity(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const GOOGLE: &str = "iam.gke.io/gcp-service-account";
    let values = facts.values;
    let annotations = &values.service_account.annotations.0;
    if !values.network_policy.enabled
        || !annotations.contains_key(GOOGLE)
        || is_open(facts, 988)
        || is_open(facts, 80)
    {
        return;
    }
    findings.push(
        Finding::new(
            setting!("serviceAccount.annotations").join(GOOGLE),
            "the Pods cannot get their Google credentials, because the NetworkPolicy does not open \
             ports 988 and 80 of the metadata server",
        )
        .help("add both ports to `networkPolicy.additionalEgressRules`")
        .fix(
            "Open the ports of the metadata server",
            [open(
                facts,
                &json!([
                    { "protocol": "TCP", "port": 988 },
                    { "protocol": "TCP", "port": 80 },
                ]),
            )],
        ),
    );
}

/// One more rule for these ports.
fn open(facts: &Facts<'_>, ports: &serde_json::Value) -> Edit {
    let rules = &facts.values.network_policy.additional_egress_rules;
    let place = setting!("networkPolicy.additionalEgressRules");
    if rules.is_empty() {
        Edit::set(&place, json!([{ "ports": ports }]))
    } else {
        Edit::set(&place.join(rules.len()), json!({ "ports": ports }))
    }
}

/// Whether the policy lets pods connect to a port, somewhere at least.
fn is_open(facts: &Facts<'_>, number: i32) -> bool {
    let Some(policy) = &facts.resolved.network_policy else {
        return true;
    };
    let by_user = policy.additional_egress_rules.iter().any(|rule| {
        let ports = rule.ports.as_deref().unwrap_or_default();
        // A rule without ports is for all of them.
        ports.is_empty()
            || ports.iter().any(|port| match (&port.port, port.end_port) {
                (Some(IntOrString::Int(first)), Some(last)) => (*first..=last).contains(&number),
                (Some(IntOrString::Int(only)), None) => *only == number,
                // A port by name may be any.
                _ => true,
            })
    });
    by_user || policy.store_ports.contains(&number) || uri::is_known_store_port(number)
}
