//! The pod's rights, its environment and its permissions.

use super::facts::Facts;
use super::{Finding, Proof, Rule, at, remove, set};
use crate::diagnostic::{Code, Edit, Severity};
use crate::kubernetes::Tree;
use crate::path::ValuePath;

const NEEDS_KUBELET: &str =
    "it needs a kubelet; source: Kubernetes' documentation of security contexts";
const MANIFEST: &str = "it follows from the manifest alone";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK841",
            name: "privileged-port",
            summary: "A user without rights may not be allowed to listen on a port below 1024.",
        },
        severity: Severity::Warning,
        why: "Without the right to it, MLflow 3.17.2 ends with exit code 0, which Kubernetes shows \
              as Completed. Some container runtimes open these ports for everybody \
              (net.ipv4.ip_unprivileged_port_start), others do not.",
        example: "\
server:
  value_options:
    port: 80
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Server,
        check: privileged_port,
    },
    Rule {
        code: Code {
            id: "MK842",
            name: "root-refused",
            summary: "The pod must not run as root, and is told to.",
        },
        severity: Severity::Error,
        why: "With `runAsNonRoot` and `runAsUser: 0` the kubelet does not start the container: \
              CreateContainerConfigError.",
        example: "\
podSecurityContext:
  runAsUser: 0
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(NEEDS_KUBELET),
        check: root_refused,
    },
    Rule {
        code: Code {
            id: "MK843",
            name: "more-rights-than-needed",
            summary: "The container has rights that MLflow does not need.",
        },
        severity: Severity::Warning,
        why: "MLflow 3.17.2 runs as user 1000 without any right, on a read-only root file system. \
              Who breaks into it has what it has, and namespaces with the restricted Pod Security \
              Standard refuse such pods.",
        example: "\
securityContext:
  privileged: true
  allowPrivilegeEscalation: true
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(
            "that it runs without them is what every test of `tests/server` shows; who breaks in \
             is not a matter of a test",
        ),
        check: more_rights_than_needed,
    },
    Rule {
        code: Code {
            id: "MK844",
            name: "user-left-to-image",
            summary: "The pod must not run as root, and nothing says as whom it runs.",
        },
        severity: Severity::Hint,
        why: "MLflow's images name no user, which means root: the kubelet refuses them with \
              `runAsNonRoot`. OpenShift gives each namespace users of its own, and wants it so.",
        example: "\
podSecurityContext:
  runAsUser: null
  fsGroup: null
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(NEEDS_KUBELET),
        check: user_left_to_image,
    },
    Rule {
        code: Code {
            id: "MK845",
            name: "volume-group",
            summary: "The volume may belong to root only, and the server runs as another user.",
        },
        severity: Severity::Warning,
        why: "Without `fsGroup` a new volume belongs to root. MLflow 3.17.2 as user 1000 then \
              retries `unable to open database file` for 105 seconds and ends.",
        example: "\
podSecurityContext:
  fsGroup: null
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Server,
        check: volume_group,
    },
    Rule {
        code: Code {
            id: "MK846",
            name: "openshift-users",
            summary: "OpenShift does not let a pod choose its user.",
        },
        severity: Severity::Error,
        why: "OpenShift's default security context constraint, restricted-v2, takes users and \
              groups of the namespace's own range only; pods with others are not created.",
        example: "\
ingress:
  enabled: true
  className: openshift-default
  hosts:
    - host: mlflow.example.com
      paths:
        - path: /
          pathType: Prefix
  tls:
    - secretName: mlflow-example-com
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(
            "it needs OpenShift; source: its documentation of security context constraints",
        ),
        check: openshift_users,
    },
    Rule {
        code: Code {
            id: "MK847",
            name: "unused-token",
            summary: "Pods get a token for the Kubernetes API, and have nothing to do there.",
        },
        severity: Severity::Hint,
        why: "MLflow does not call the Kubernetes API by itself; who breaks into the server has the \
              token.",
        example: "\
serviceAccount:
  automountServiceAccountToken: true
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(MANIFEST),
        check: unused_token,
    },
    Rule {
        code: Code {
            id: "MK848",
            name: "permissions-without-token",
            summary: "Permissions are granted, and the pods get no token to use them.",
        },
        severity: Severity::Warning,
        why: "Without `serviceAccount.automountServiceAccountToken` nothing in the pods can show \
              who it is, so the rules have no effect.",
        example: "\
namespace_rbac:
  extraRules:
    - apiGroups: [\"\"]
      resources: [pods]
      verbs: [get]
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(MANIFEST),
        check: permissions_without_token,
    },
    Rule {
        code: Code {
            id: "MK849",
            name: "cluster-wide-name",
            summary: "The ClusterRole's name does not hold the namespace.",
        },
        severity: Severity::Hint,
        why: "As in the official chart, two releases of one name in two namespaces share the \
              ClusterRole and its binding, and the one that is applied last wins.",
        example: "\
serviceAccount:
  automountServiceAccountToken: true
cluster_rbac:
  extraRules:
    - apiGroups: [\"\"]
      resources: [nodes]
      verbs: [get]
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "\
serviceAccount:
  automountServiceAccountToken: true
namespace_rbac:
  extraRules:
    - apiGroups: [\"\"]
      resources: [pods]
      verbs: [get]
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        proof: Proof::Elsewhere(MANIFEST),
        check: cluster_wide_name,
    },
    Rule {
        code: Code {
            id: "MK850",
            name: "env-over-setting",
            summary: "An entry of `env` takes the place of what a setting says.",
        },
        severity: Severity::Warning,
        why: "A container has one variable of a name. The user's entry wins, and what follows from \
              the setting elsewhere (strategy, network policy, rules) goes on following the setting.",
        example: "\
env:
  - name: MLFLOW_BACKEND_STORE_URI
    valueFrom:
      secretKeyRef: {name: mlflow-db-secret, key: uri}
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere(MANIFEST),
        check: env_over_setting,
    },
    Rule {
        code: Code {
            id: "MK851",
            name: "env-without-effect",
            summary: "An entry of `env` has no effect: the command line says otherwise.",
        },
        severity: Severity::Warning,
        why: "MLflow takes an option from the environment only where the command line does not \
              give it, and the rendered one does.",
        example: "\
env:
  - name: MLFLOW_WORKERS
    value: \"2\"
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Server,
        check: env_without_effect,
    },
    Rule {
        code: Code {
            id: "MK852",
            name: "prefix-by-env",
            summary: "The static prefix is set where the probes do not follow it.",
        },
        severity: Severity::Error,
        why: "With MLFLOW_STATIC_PREFIX the server of MLflow 3.17.2 answers below the prefix only: \
              the probes, which ask `/health`, get 404, and the pod never becomes Ready.",
        example: "\
env:
  - name: MLFLOW_STATIC_PREFIX
    value: /mlflow
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Server,
        check: prefix_by_env,
    },
];

/// The user that the server runs as, where the values say so; the container's
/// own setting wins.
fn user(facts: &Facts<'_>) -> Option<(ValuePath, i64)> {
    let values = facts.values;
    if let Some(user) = values.security_context.run_as_user {
        return Some((at("securityContext.runAsUser"), user));
    }
    let user = values.pod_security_context.as_ref()?.run_as_user?;
    Some((at("podSecurityContext.runAsUser"), user))
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
        .map_or_else(|| at("server.value_options.port"), |(place, _)| place);
    let mut edits = vec![Edit::set(&place, 5000)];
    if facts.values.service.port.is_none() {
        edits.push(set("service.port", port));
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
        let place = at("securityContext.privileged");
        let edit = Edit::remove(&place);
        rights.push((
            place,
            "the container is privileged: it is root on its node".into(),
            edit,
        ));
    }
    // Kubernetes refuses a privileged container that may not gain rights.
    if context.allow_privilege_escalation == Some(true) {
        let place = at("securityContext.allowPrivilegeEscalation");
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
        let place = at("securityContext.capabilities.add");
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
                at("podSecurityContext.runAsUser"),
                "only OpenShift starts this pod: the image's user is root, which is not allowed",
            )
            .help("name a user, such as 1000, on other clusters")
            .fix(
                "Run as user and group 1000",
                [
                    set("podSecurityContext.runAsUser", 1000),
                    set("podSecurityContext.fsGroup", 1000),
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
                at("podSecurityContext.fsGroup"),
                "the server may not be allowed to write to its volume",
            )
            .help("name the group that volumes are given to, such as 1000")
            .fix(
                "Give volumes to group 1000",
                [set("podSecurityContext.fsGroup", 1000)],
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
                at("podSecurityContext"),
                "OpenShift creates no pods with a user or group of their own choice",
            )
            .help("leave `runAsUser` and `fsGroup` to OpenShift: set them to null")
            .fix(
                "Leave user and group to OpenShift",
                [
                    set("podSecurityContext.runAsUser", serde_json::Value::Null),
                    set("podSecurityContext.fsGroup", serde_json::Value::Null),
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
    if account.automount_service_account_token && !has_permissions {
        findings.push(
            Finding::new(
                at("serviceAccount.automountServiceAccountToken"),
                "the pods get a token that they have no use for",
            )
            .help("leave it out, unless a plugin or a container of yours calls the API")
            .fix(
                "Give the pods no token",
                [set("serviceAccount.automountServiceAccountToken", false)],
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
    if account.automount_service_account_token || !account.create || by_volume {
        return;
    }
    for (dotted, rules) in [
        (
            "namespace_rbac.extraRules",
            &values.namespace_rbac.extra_rules,
        ),
        ("cluster_rbac.extraRules", &values.cluster_rbac.extra_rules),
    ] {
        if !rules.is_empty() {
            findings.push(
                Finding::new(
                    at(dotted),
                    "these permissions have no effect: the pods have no token",
                )
                .help("mount the token, or leave the rules out")
                .fix(
                    "Mount the token",
                    [set("serviceAccount.automountServiceAccountToken", true)],
                ),
            );
        }
    }
}

fn cluster_wide_name(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.values.cluster_rbac.extra_rules.is_empty() {
        findings.push(
            Finding::new(
                at("cluster_rbac.extraRules"),
                format!(
                    "a release `{}` in another namespace would share this ClusterRole",
                    facts.release.name
                ),
            )
            .help("give releases names of their own, or use `namespace_rbac`"),
        );
    }
}

/// The variables that settings of their own give, and the settings.
pub(super) const BY_SETTINGS: &[(&str, &str, &str)] = &[
    (
        "MLFLOW_BACKEND_STORE_URI",
        "mlflow.backendStoreUri",
        "mlflow.backendStoreUriFrom",
    ),
    (
        "MLFLOW_REGISTRY_STORE_URI",
        "mlflow.registryStoreUri",
        "mlflow.registryStoreUriFrom",
    ),
    (
        "MLFLOW_DEFAULT_ARTIFACT_ROOT",
        "mlflow.defaultArtifactRoot",
        "",
    ),
    (
        "MLFLOW_ARTIFACTS_DESTINATION",
        "mlflow.artifactsDestination",
        "",
    ),
];

/// What the settings say of a variable of [`BY_SETTINGS`]: its text, and
/// whether a reference stands in the text's place.
pub(super) fn store<'a>(facts: &Facts<'a>, variable: &str) -> (&'a str, bool) {
    let stores = &facts.values.mlflow;
    let is_reference = |reference: &Option<_>| {
        reference
            .as_ref()
            .is_some_and(|source| *source != crate::kubernetes::EnvVarSource::default())
    };
    match variable {
        "MLFLOW_BACKEND_STORE_URI" => (
            &stores.backend_store_uri,
            is_reference(&stores.backend_store_uri_from),
        ),
        "MLFLOW_REGISTRY_STORE_URI" => (
            &stores.registry_store_uri,
            is_reference(&stores.registry_store_uri_from),
        ),
        "MLFLOW_DEFAULT_ARTIFACT_ROOT" => (&stores.default_artifact_root, false),
        _ => (&stores.artifacts_destination, false),
    }
}

fn env_over_setting(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (variable, setting, reference) in BY_SETTINGS {
        let Some((place, entry)) = facts.env(variable) else {
            continue;
        };
        let (given, by_reference) = store(facts, variable);
        if given.is_empty() && !by_reference {
            continue;
        }
        let finding = Finding::new(
            place.clone(),
            format!("{variable} takes the place of `{setting}`"),
        )
        .help("keep one of the two: the setting, which the rest of the release follows");
        // What the variable says becomes the setting.
        let source = entry.value_from.as_ref().and_then(Tree::to_tree);
        findings.push(match (&entry.value, source) {
            (Some(value), _) => {
                let mut edits = vec![Edit::remove(&place), set(setting, value.as_str())];
                // The reference would win over the text.
                if by_reference {
                    edits.push(remove(reference));
                }
                finding.fix(format!("Move it to {setting}"), edits)
            }
            (None, Some(source)) if !reference.is_empty() => {
                let mut edits = vec![Edit::remove(&place), set(reference, source)];
                if !given.is_empty() {
                    edits.push(remove(setting));
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
            values.tls.enabled.then_some("tls.enabled"),
        ),
        (
            "MLFLOW_EXPOSE_PROMETHEUS",
            "expose-prometheus",
            values.metrics.enabled.then_some("metrics.enabled"),
        ),
    ] {
        let Some((place, entry)) = facts.env(variable) else {
            continue;
        };
        let winner = match (facts.option(option), by_setting) {
            (Some((place, _)), _) => place,
            (None, Some(setting)) => at(setting),
            (None, None) => continue,
        };
        let finding = Finding::new(
            place.clone(),
            format!("{variable} has no effect: `{winner}` is on the command line"),
        )
        .help(format!("set `{winner}` instead"));
        let edits = match (&entry.value, by_setting) {
            (Some(value), None) => vec![Edit::remove(&place), Edit::set(&winner, value.as_str())],
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
    if !crate::resolve::static_prefix(facts.values).is_empty() {
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
                set("server.staticPrefix", prefix.as_str()),
            ],
        ),
        None => finding,
    });
}
