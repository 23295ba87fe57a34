//! The network policies of the server and of garbage collection.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{
    IntOrString, LabelSelector, NetworkPolicyEgressRule, NetworkPolicyIngressRule,
    NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec, Tree,
};
use crate::manifest::Manifest;
use crate::resolve::uri::STORE_PORTS;
use crate::resolve::{GcServer, Resolved};

/// Name resolution, in the cluster (53) and by multicast (5353).
const DNS: &[(&str, i32)] = &[("UDP", 53), ("TCP", 53), ("UDP", 5353), ("TCP", 5353)];

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let policy = resolved.network_policy.as_ref()?;
    let from_pods = NetworkPolicyIngressRule {
        // Any pod of this namespace, and of any other.
        from: Some(vec![
            NetworkPolicyPeer {
                pod_selector: Some(LabelSelector::default()),
                ..NetworkPolicyPeer::default()
            },
            NetworkPolicyPeer {
                namespace_selector: Some(LabelSelector::default()),
                ..NetworkPolicyPeer::default()
            },
        ]),
        ports: Some(vec![port("TCP", resolved.server.port)]),
    };
    let egress =
        distinct(store_rules(resolved).chain(policy.additional_egress_rules.iter().cloned()));
    let spec = NetworkPolicySpec {
        pod_selector: Some(metadata::selecting(resolved.selector())),
        policy_types: Some(both_directions()),
        ingress: Some(vec![from_pods]),
        egress: Some(egress),
    };
    Some(object(
        ObjectKind::NetworkPolicy,
        resolved,
        metadata::named(resolved, &resolved.fullname, Component::Server),
        vec![("spec", spec.to_tree())],
    ))
}

/// Garbage collection answers nobody, and asks the stores and the tracking server.
pub(crate) fn render_gc(resolved: &Resolved<'_>) -> Option<Manifest> {
    let policy = resolved.network_policy.as_ref()?;
    let server = match policy.gc_server_port? {
        GcServer::OwnPods(number) => NetworkPolicyEgressRule {
            to: Some(vec![NetworkPolicyPeer {
                pod_selector: Some(metadata::selecting(resolved.selector())),
                ..NetworkPolicyPeer::default()
            }]),
            ports: Some(vec![port("TCP", number)]),
        },
        GcServer::Elsewhere(number) => to_ports(&[("TCP", number)]),
    };
    let egress = distinct(
        store_rules(resolved)
            .chain([server])
            .chain(policy.additional_egress_rules.iter().cloned()),
    );
    let spec = NetworkPolicySpec {
        pod_selector: Some(metadata::selecting(resolved.gc_selector())),
        policy_types: Some(both_directions()),
        ingress: None,
        egress: Some(egress),
    };
    Some(object(
        ObjectKind::NetworkPolicy,
        resolved,
        metadata::named(resolved, &resolved.gc_name, Component::GarbageCollection),
        vec![("spec", spec.to_tree())],
    ))
}

/// The fixed rules and one for each further port of a configured store.
fn store_rules(resolved: &Resolved<'_>) -> impl Iterator<Item = NetworkPolicyEgressRule> {
    let tcp = |ports: &[i32]| {
        let ports: Vec<(&str, i32)> = ports.iter().map(|number| ("TCP", *number)).collect();
        to_ports(&ports)
    };
    let configured = resolved
        .network_policy
        .iter()
        .flat_map(|policy| &policy.store_ports)
        .map(|number| tcp(&[*number]));
    std::iter::once(to_ports(DNS))
        .chain(STORE_PORTS.iter().map(|group| tcp(group)))
        .chain(configured)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The rules without repetitions: users add what the chart lacked, and some of it is fixed now.
fn distinct(rules: impl Iterator<Item = NetworkPolicyEgressRule>) -> Vec<NetworkPolicyEgressRule> {
    let mut distinct = Vec::new();
    for rule in rules {
        if !distinct.contains(&rule) {
            distinct.push(rule);
        }
    }
    distinct
}

fn both_directions() -> Vec<String> {
    vec!["Ingress".to_owned(), "Egress".to_owned()]
}

/// A rule without a peer: these ports, anywhere.
fn to_ports(ports: &[(&str, i32)]) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule {
        to: None,
        ports: Some(
            ports
                .iter()
                .map(|(protocol, number)| port(protocol, *number))
                .collect(),
        ),
    }
}

fn port(protocol: &str, number: i32) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(number)),
        end_port: None,
    }
}
