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
            format!(
                "port {port} is below 1024: a server that does not run as root may not be allowed \
                 to use it"
            ),
        )
        .help("use port 1024 or higher for the server; the Service can use any port")
        .fix("Listen on 5000 and keep the Service's port", edits),
    );
}

fn root_refused(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some((place, 0)) = user(facts)
        && must_not_be_root(facts)
    {
        findings.push(
            Finding::new(
                place.clone(),
                format!(
                    "`{place}` is 0 (root), which `runAsNonRoot` does not allow, so the kubelet \
                     refuses the container"
                ),
            )
            .help("use another user, for example 1000")
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
            "`securityContext.privileged` makes the container root on its node".into(),
            edit,
        ));
    }
    // Kubernetes refuses a privileged container that may not gain rights.
    if context.allow_privilege_escalation == Some(true) {
        let place = setting!("securityContext.allowPrivilegeEscalation");
        let edit = Edit::set(&place, false);
        rights.push((
            place,
            "`securityContext.allowPrivilegeEscalation` lets the container's processes gain \
             privileges"
                .into(),
            edit,
        ));
    }
    if let Some((place, 0)) = user(facts)
        && !must_not_be_root(facts)
    {
        let edit = Edit::set(&place, 1000);
        let message = format!("`{place}` is 0, so the server runs as root");
        rights.push((place, message, edit));
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
        let message = format!(
            "`{place}` gives the container {}, which MLflow does not need",
            added.join(", ")
        );
        rights.push((place, message, edit));
    }
    for (place, message, edit) in rights {
        findings.push(
            Finding::new(place, message)
                .help("remove it: MLflow does not need this privilege")
                .fix("Remove the privilege", [edit]),
        );
    }
}

fn user_left_to_image(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let on_openshift = facts.values.ingress.class_name == OPENSHIFT;
    if must_not_be_root(facts) && user(facts).is_none() && facts.official_image() && !on_openshift {
        findings.push(
            Finding::new(
                setting!("podSecurityContext.runAsUser"),
                "`runAsUser` is not set, and the image runs as root, which `runAsNonRoot` does not \
                 allow: only OpenShift starts this Pod",
            )
            .help("on other clusters, set a user, for example 1000")
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
                "`podSecurityContext.fsGroup` is not set, so the server may not be able to write \
                 to its volume",
            )
            .help("set the group that owns the volume, for example 1000")
            .fix(
                "Set the group of the volume to 1000",
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
                "`podSecurityContext` sets a user or a group, so OpenShift refuses the Pods",
            )
            .help("set `runAsUser` and `fsGroup` to null: OpenShift then chooses them")
            .fix(
                "Let OpenShift choose user and group",
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
                "`serviceAccount.automountServiceAccountToken` gives the Pods a token that they do \
                 not need",
            )
            .help("set it to false, unless a plugin or your own container calls the Kubernetes API")
            .fix(
                "Do not mount the token",
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
                    place.clone(),
                    format!("`{place}` has no effect, because the Pods have no token"),
                )
                .help(
                    "mount the token (`serviceAccount.automountServiceAccountToken`), or remove \
                     the rules",
                )
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
                    "a release named `{}` in another namespace would overwrite the ClusterRole of \
                     `cluster_rbac` and its binding",
                    facts.release.name
                ),
            )
            .help("give each release its own name, or use `namespace_rbac`"),
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
            format!("the variable `{variable}` overrides `{setting}`"),
        )
        .help("keep only the setting, because the rest of the release uses it");
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
            format!(
                "`{variable}` has no effect, because `{winner}` sets the option on the command line"
            ),
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
                "`MLFLOW_STATIC_PREFIX` has no effect, because `server.staticPrefix` sets the \
                 option on the command line",
            )
            .severity(Severity::Warning)
            .help("keep only `server.staticPrefix`")
            .fix("Remove MLFLOW_STATIC_PREFIX", [Edit::remove(&place)]),
        );
        return;
    }
    let finding = Finding::new(
        place.clone(),
        "the probes and the printed addresses do not use `MLFLOW_STATIC_PREFIX`, so the Pod never \
         becomes Ready",
    )
    .help("set `server.staticPrefix` instead, which everything uses");
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
