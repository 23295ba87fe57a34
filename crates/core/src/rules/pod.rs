//! The pod's rights, its environment and its permissions.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::{Edit, Severity};
use crate::kubernetes::Tree;
use crate::path::ValuePath;
use crate::setting;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK841, privileged_port),
    Rule::new(&texts::MK842, root_refused),
    Rule::new(&texts::MK843, more_rights_than_needed),
    Rule::new(&texts::MK844, user_left_to_image),
    Rule::new(&texts::MK845, volume_group),
    Rule::new(&texts::MK846, openshift_users),
    Rule::new(&texts::MK847, unused_token),
    Rule::new(&texts::MK848, permissions_without_token),
    Rule::new(&texts::MK849, cluster_wide_name),
    Rule::new(&texts::MK850, env_over_setting),
    Rule::new(&texts::MK851, env_without_effect),
    Rule::new(&texts::MK852, prefix_by_env),
];

/// The user that the server runs as, where the values say so; the container's
/// own setting wins.
fn user(facts: &Facts<'_>) -> Option<(ValuePath, i64)> {
    let values = facts.values;
    if let Some(user) = values.security_context.run_as_user {
        return Some((setting!("securityContext.runAsUser"), user));
    }
    let user = values.pod_security_context.as_ref()?.run_as_user?;
    Some((setting!("podSecurityContext.runAsUser"), user))
}

/// Whether the kubelet checks that the user is not root.
fn must_not_be_root(facts: &Facts<'_>) -> bool {
    let values = facts.values;
    values
        .security_context
        .run_as_non_root
        .or_else(|| values.pod_security_context.as_ref()?.run_as_non_root)
        == Some(true)
}

fn fs_group(facts: &Facts<'_>) -> Option<i64> {
    facts.values.pod_security_context.as_ref()?.fs_group
}

fn privileged_port(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let port = facts.resolved.server.port;
    let is_root = user(facts).is_none_or(|(_, user)| user == 0);
    let may_bind = facts
        .values
        .security_context
        .capabilities
        .iter()
        .flat_map(|capabilities| capabilities.add.iter().flatten())
        .any(|capability| capability == "NET_BIND_SERVICE");
    let opened = facts
        .values
        .pod_security_context
        .as_ref()
        .is_some_and(|context| {
            context
                .sysctls
                .iter()
                .flatten()
                .any(|sysctl| sysctl.name == "net.ipv4.ip_unprivileged_port_start")
        });
    if !(1..1024).contains(&port) || is_root || may_bind || opened {
        return;
    }
    let place = facts
        .option("port")
        .map_or_else(|| setting!("server.value_options.port"), |(place, _)| place);
    let mut edits = vec![Edit::set(&place, 5000)];
    if facts.values.service.port.is_none() {
        edits.push(Edit::set(&setting!("service.port"), port));
    }
    findings.push(
        Finding::new(
            place,
            format!("a server that does not run as root may not be let listen on port {port}"),
        )
        .help("let the server listen on a port from 1024 on; the Service can have any port")
        .fix("Listen on 5000, and keep the Service's port", edits),
    );
}

fn root_refused(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some((place, 0)) = user(facts)
        && must_not_be_root(facts)
    {
        findings.push(
            Finding::new(
                place.clone(),
                "the kubelet refuses the container: it must not run as root, and its user is 0",
            )
            .help("use another user, such as 1000")
            .fix("Run as user 1000", [Edit::set(&place, 1000)]),
        );
    }
}

fn more_rights_than_needed(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let context = &facts.values.security_context;
    let mut rights: Vec<(ValuePath, String, Edit)> = Vec::new();
    if context.privileged == Some(true) {
        let place = setting!("securityContext.privileged");
        let edit = Edit::remove(&place);
        rights.push((
            place,
            "the container is privileged: it is root on its node".into(),
            edit,
        ));
    }
    // Kubernetes refuses a privileged container that may not gain rights.
    if context.allow_privilege_escalation == Some(true) {
        let place = setting!("securityContext.allowPrivilegeEscalation");
        let edit = Edit::set(&place, false);
        rights.push((
            place,
            "the container's processes may gain rights".into(),
            edit,
        ));
    }
    if let Some((place, 0)) = user(facts)
        && !must_not_be_root(facts)
    {
        let edit = Edit::set(&place, 1000);
        rights.push((place, "the server runs as root".into(), edit));
    }
    let added = context
        .capabilities
        .iter()
        .flat_map(|capabilities| capabilities.add.iter().flatten())
        .filter(|capability| *capability != "NET_BIND_SERVICE");
    let added: Vec<&str> = added.map(String::as_str).collect();
    if !added.is_empty() {
        let place = setting!("securityContext.capabilities.add");
        let edit = Edit::remove(&place);
        let message = format!("the container has the capabilities {}", added.join(", "));
        rights.push((place, message, edit));
    }
    for (place, message, edit) in rights {
        findings.push(
            Finding::new(place, message)
                .help("leave it out: MLflow does not need it")
                .fix("Take the right away", [edit]),
        );
    }
}

fn user_left_to_image(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let on_openshift = facts.values.ingress.class_name == OPENSHIFT;
    if must_not_be_root(facts) && user(facts).is_none() && facts.official_image() && !on_openshift {
        findings.push(
            Finding::new(
                setting!("podSecurityContext.runAsUser"),
                "only OpenShift starts this pod: the image's user is root, which is not allowed",
            )
            .help("name a user, such as 1000, on other clusters")
            .fix(
                "Run as user and group 1000",
                [
                    Edit::set(&setting!("podSecurityContext.runAsUser"), 1000),
                    Edit::set(&setting!("podSecurityContext.fsGroup"), 1000),
                ],
            ),
        );
    }
}

fn volume_group(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let is_other = user(facts).is_some_and(|(_, user)| user != 0);
    if facts.values.storage.enabled && is_other && fs_group(facts).is_none() {
        findings.push(
            Finding::new(
                setting!("podSecurityContext.fsGroup"),
                "the server may not be allowed to write to its volume",
            )
            .help("name the group that volumes are given to, such as 1000")
            .fix(
                "Give volumes to group 1000",
                [Edit::set(&setting!("podSecurityContext.fsGroup"), 1000)],
            ),
        );
    }
}

/// OpenShift's own ingress class: the one sign of OpenShift in the values.
const OPENSHIFT: &str = "openshift-default";

fn openshift_users(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let on_openshift = values.ingress.enabled && values.ingress.class_name == OPENSHIFT;
    let chosen = values
        .pod_security_context
        .as_ref()
        .is_some_and(|context| context.run_as_user.is_some() || context.fs_group.is_some());
    if on_openshift && chosen {
        findings.push(
            Finding::new(
                setting!("podSecurityContext"),
                "OpenShift creates no pods with a user or group of their own choice",
            )
            .help("leave `runAsUser` and `fsGroup` to OpenShift: set them to null")
            .fix(
                "Leave user and group to OpenShift",
                [
                    Edit::set(
                        &setting!("podSecurityContext.runAsUser"),
                        serde_json::Value::Null,
                    ),
                    Edit::set(
                        &setting!("podSecurityContext.fsGroup"),
                        serde_json::Value::Null,
                    ),
                ],
            ),
        );
    }
}

fn unused_token(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let account = &values.service_account;
    // A service account of the user's own may have permissions of its own.
    let has_permissions = !values.namespace_rbac.extra_rules.is_empty()
        || !values.cluster_rbac.extra_rules.is_empty()
        || !account.create
        || !account.annotations.0.is_empty();
    if account.mounts_token() && !has_permissions {
        findings.push(
            Finding::new(
                setting!("serviceAccount.automountServiceAccountToken"),
                "the pods get a token that they have no use for",
            )
            .help("leave it out, unless a plugin or a container of yours calls the API")
            .fix(
                "Give the pods no token",
                [Edit::set(
                    &setting!("serviceAccount.automountServiceAccountToken"),
                    false,
                )],
            ),
        );
    }
}

fn permissions_without_token(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let account = &values.service_account;
    // A volume may bring a token, and a service account of the user's own too.
    let by_volume = values
        .extra_volumes
        .iter()
        .any(|volume| volume.projected.is_some());
    if account.mounts_token() || !account.create || by_volume {
        return;
    }
    for (place, rules) in [
        (
            setting!("namespace_rbac.extraRules"),
            &values.namespace_rbac.extra_rules,
        ),
        (
            setting!("cluster_rbac.extraRules"),
            &values.cluster_rbac.extra_rules,
        ),
    ] {
        if !rules.is_empty() {
            findings.push(
                Finding::new(
                    place,
                    "these permissions have no effect: the pods have no token",
                )
                .help("mount the token, or leave the rules out")
                .fix(
                    "Mount the token",
                    [Edit::set(
                        &setting!("serviceAccount.automountServiceAccountToken"),
                        true,
                    )],
                ),
            );
        }
    }
}

fn cluster_wide_name(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.values.cluster_rbac.extra_rules.is_empty() {
        findings.push(
            Finding::new(
                setting!("cluster_rbac.extraRules"),
                format!(
                    "a release `{}` in another namespace overwrites this ClusterRole and its binding",
                    facts.release.name
                ),
            )
            .help("give releases names of their own, or use `namespace_rbac`"),
        );
    }
}

fn env_over_setting(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for store in facts.resolved.stores.all() {
        let variable = store.name.variable();
        let Some((place, entry)) = facts.env(variable) else {
            continue;
        };
        if store.is_unset() {
            continue;
        }
        let setting = store.name.setting();
        let finding = Finding::new(
            place.clone(),
            format!("{variable} takes the place of `{setting}`"),
        )
        .help("keep one of the two: the setting, which the rest of the release follows");
        // What the variable says becomes the setting.
        let source = entry.value_from.as_ref().and_then(Tree::to_tree);
        let reference = store.name.reference();
        findings.push(match (&entry.value, source, reference) {
            (Some(value), _, reference) => {
                let mut edits = vec![Edit::remove(&place), Edit::set(&setting, value.as_str())];
                // The reference would win over the text.
                let wins = reference.filter(|_| store.given_from.is_some());
                edits.extend(wins.map(|reference| Edit::remove(&reference)));
                finding.fix(format!("Move it to {setting}"), edits)
            }
            (None, Some(source), Some(reference)) => {
                let mut edits = vec![Edit::remove(&place), Edit::set(&reference, source)];
                if !store.given.is_empty() {
                    edits.push(Edit::remove(&setting));
                }
                finding.fix(format!("Move it to {reference}"), edits)
            }
            _ => finding,
        });
    }
}

fn env_without_effect(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    for (variable, option, by_setting) in [
        ("MLFLOW_HOST", "host", None),
        ("MLFLOW_PORT", "port", None),
        ("MLFLOW_WORKERS", "workers", None),
        (
            "MLFLOW_UVICORN_OPTS",
            "uvicorn-opts",
            values.tls.enabled.then(|| setting!("tls.enabled")),
        ),
        (
            "MLFLOW_EXPOSE_PROMETHEUS",
            "expose-prometheus",
            values.metrics.enabled.then(|| setting!("metrics.enabled")),
        ),
    ] {
        let Some((place, entry)) = facts.env(variable) else {
            continue;
        };
        let is_by_setting = by_setting.is_some();
        let winner = match (facts.option(option), by_setting) {
            (Some((place, _)), _) => place,
            (None, Some(setting)) => setting,
            (None, None) => continue,
        };
        let finding = Finding::new(
            place.clone(),
            format!("{variable} has no effect: `{winner}` is on the command line"),
        )
        .help(format!("set `{winner}` instead"));
        let edits = match &entry.value {
            Some(value) if !is_by_setting => {
                vec![Edit::remove(&place), Edit::set(&winner, value.as_str())]
            }
            _ => vec![Edit::remove(&place)],
        };
        findings.push(finding.fix(
            if edits.len() > 1 {
                format!("Move it to {winner}")
            } else {
                "Remove it".to_owned()
            },
            edits,
        ));
    }
}

fn prefix_by_env(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some((place, entry)) = facts.env("MLFLOW_STATIC_PREFIX") else {
        return;
    };
    if !facts.resolved.server.static_prefix.is_empty() {
        findings.push(
            Finding::new(
                place.clone(),
                "MLFLOW_STATIC_PREFIX has no effect: `server.staticPrefix` is on the command line",
            )
            .severity(Severity::Warning)
            .help("keep `server.staticPrefix`")
            .fix("Remove it", [Edit::remove(&place)]),
        );
        return;
    }
    let finding = Finding::new(
        place.clone(),
        "the probes and the printed addresses do not follow MLFLOW_STATIC_PREFIX: the pod never \
         becomes Ready",
    )
    .help("set `server.staticPrefix`, which everything follows");
    findings.push(match &entry.value {
        Some(prefix) => finding.fix(
            "Move it to server.staticPrefix",
            [
                Edit::remove(&place),
                Edit::set(&setting!("server.staticPrefix"), prefix.as_str()),
            ],
        ),
        None => finding,
    });
}
