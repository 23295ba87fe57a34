//! The pod's rights and permissions.

use super::example::stored;
use super::facts::Facts;
use super::{Finding, Proof, Rule, at, remove, set};
use crate::diagnostic::{Code, Edit, Severity};
use crate::path::ValuePath;
use crate::values::Values;
use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource};
use serde_json::{Value, json};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK841",
            name: "privileged-port",
            summary: "The server listens on a port below 1024 and does not run as root.",
        },
        severity: Severity::Warning,
        why: "Without rights to it, MLflow 3.17.2 ends with exit code 0, which Kubernetes shows as \
              Completed. Docker opens these ports to all users in a container, containerd and \
              CRI-O only where they are configured to.",
        example: stored!("server:\n  value_options:\n    port: 80\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "depends on net.ipv4.ip_unprivileged_port_start of the container; source: a run as \
             user 1000 where it is 1024",
        ),
        check: privileged_port,
    },
    Rule {
        code: Code {
            id: "MK842",
            name: "root-refused",
            summary: "The pod asks for user 0 and forbids root.",
        },
        severity: Severity::Error,
        why: "With `runAsNonRoot`, the kubelet refuses to start a container as user 0: the pod \
              stays at CreateContainerConfigError.",
        example: stored!("podSecurityContext:\n  runAsUser: 0\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a kubelet; source: the Kubernetes documentation on security contexts, \
             runAsNonRoot",
        ),
        check: root_refused,
    },
    Rule {
        code: Code {
            id: "MK843",
            name: "needless-rights",
            summary: "The pods have rights that MLflow does not need.",
        },
        severity: Severity::Warning,
        why: "MLflow 3.17.2 ran as user 1000 with a read-only root file system. It loads models \
              and data that users give it; what such a file does, it does with the pod's rights.",
        example: stored!("securityContext:\n  allowPrivilegeEscalation: true\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "nothing fails; source: the Kubernetes Pod Security Standards, level restricted",
        ),
        check: needless_rights,
    },
    Rule {
        code: Code {
            id: "MK844",
            name: "no-user-id",
            summary: "The pods may not run as root, and nothing says as whom they run.",
        },
        severity: Severity::Hint,
        why: "MLflow's images name no user, so that they would run as root, and the kubelet \
              refuses them with `runAsNonRoot`. OpenShift gives pods a user by itself; other \
              clusters do not.",
        example: stored!("podSecurityContext:\n  runAsUser: null\n  fsGroup: null\n"),
        mended: stored!("podSecurityContext:\n  runAsUser: 1000\n  fsGroup: 1000\n"),
        proof: Proof::Elsewhere(
            "needs a kubelet; source: docker/Dockerfile of MLflow, without USER",
        ),
        check: no_user_id,
    },
    Rule {
        code: Code {
            id: "MK845",
            name: "volume-without-group",
            summary: "The volume belongs to root, and the server is another user.",
        },
        severity: Severity::Warning,
        why: "Most new volumes can be written by root only, unless `fsGroup` hands them to the \
              pod. MLflow 3.17.2 then retries to open its database for 105 s and ends.",
        example: stored!("podSecurityContext:\n  fsGroup: null\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "needs a volume that belongs to root; source: a run as user 1000 on one",
        ),
        check: volume_without_group,
    },
    Rule {
        code: Code {
            id: "MK846",
            name: "openshift-user",
            summary: "OpenShift refuses user and group numbers outside the project's range.",
        },
        severity: Severity::Error,
        why: "OpenShift gives each project a range of numbers, 1000000000 and above, and its \
              default restricted-v2 refuses pods that ask for others. Left out, the numbers come \
              from the range.",
        example: stored!(
            "ingress:\n  enabled: true\n  className: openshift-default\n",
            "  hosts:\n    - host: mlflow.apps.example.com\n"
        ),
        mended: "",
        proof: Proof::Elsewhere(
            "needs OpenShift; source: its documentation on security context constraints",
        ),
        check: openshift_user,
    },
    Rule {
        code: Code {
            id: "MK847",
            name: "needless-token",
            summary: "The pods get a token for the Kubernetes API and have no permissions.",
        },
        severity: Severity::Hint,
        why: "MLflow does not call the Kubernetes API. Whoever reads the token can ask it in the \
              pods' name.",
        example: stored!("serviceAccount:\n  automountServiceAccountToken: true\n"),
        mended: "",
        proof: Proof::Elsewhere(
            "nothing fails; source: the Kubernetes documentation on service accounts",
        ),
        check: needless_token,
    },
    Rule {
        code: Code {
            id: "MK848",
            name: "permissions-without-token",
            summary: "The service account has permissions, and the pods have no token to use them.",
        },
        severity: Severity::Warning,
        why: "A pod speaks to the Kubernetes API with the token that is mounted into it. Without \
              one, it is anonymous and what its service account may do does not matter.",
        example: stored!(
            "namespace_rbac:\n  extraRules:\n    - apiGroups: [\"\"]\n      resources: [pods]\n",
            "      verbs: [get, list]\n"
        ),
        mended: "",
        proof: Proof::Elsewhere(
            "needs the Kubernetes API; source: the Kubernetes documentation on service accounts",
        ),
        check: permissions_without_token,
    },
    Rule {
        code: Code {
            id: "MK849",
            name: "cluster-wide-name",
            summary: "Two releases of one name would share a ClusterRole.",
        },
        severity: Severity::Hint,
        why: "A ClusterRole and its binding have no namespace. A release of the same name in \
              another namespace overwrites them, and the first one's pods lose their permissions.",
        example: stored!(
            "cluster_rbac:\n  extraRules:\n    - apiGroups: [\"\"]\n      resources: [nodes]\n",
            "      verbs: [get]\n",
            "serviceAccount:\n  automountServiceAccountToken: true\n"
        ),
        mended: stored!(
            "cluster_rbac:\n  extraRules:\n    - apiGroups: [\"\"]\n      resources: [nodes]\n",
            "      verbs: [get]\n",
            "serviceAccount:\n  automountServiceAccountToken: true\n",
            "fullnameOverride: team-a-mlflow\n"
        ),
        proof: Proof::Elsewhere(
            "needs two releases in a cluster; source: the Kubernetes documentation on ClusterRoles",
        ),
        check: cluster_wide_name,
    },
    Rule {
        code: Code {
            id: "MK850",
            name: "env-over-setting",
            summary: "A variable in `env` takes the place of a setting under `mlflow`.",
        },
        severity: Severity::Warning,
        why: "Each setting under `mlflow` becomes one variable of the server, and an entry of `env` \
              of the same name replaces it. The setting then says something that is not so, and \
              what is derived from it does not fit: how pods are replaced, which ports are open.",
        example: stored!(
            "env:\n  - name: MLFLOW_ARTIFACTS_DESTINATION\n    value: /mlflow/files\n"
        ),
        mended: "",
        proof: Proof::Server,
        check: env_over_setting,
    },
    Rule {
        code: Code {
            id: "MK851",
            name: "env-without-effect",
            summary: "The command line overrules a variable in `env`.",
        },
        severity: Severity::Warning,
        why: "Options of `mlflow server` win over its variables, and the options for host, port \
              and workers are always there: they have defaults in `server.value_options`.",
        example: stored!("env:\n  - name: MLFLOW_WORKERS\n    value: \"1\"\n"),
        mended: "",
        proof: Proof::Server,
        check: env_without_effect,
    },
    Rule {
        code: Code {
            id: "MK852",
            name: "prefix-by-env",
            summary: "The static prefix is set by a variable, which the probes do not follow.",
        },
        severity: Severity::Error,
        why: "Below a static prefix, MLflow 3.17.2 answers 404 at /health. The probes ask there \
              unless `server.staticPrefix` says otherwise, so that the pod never gets ready.",
        example: stored!("env:\n  - name: MLFLOW_STATIC_PREFIX\n    value: /mlflow\n"),
        mended: "",
        proof: Proof::Server,
        check: prefix_by_env,
    },
];

/// A number of the MLflow containers' security and where it comes from: the
/// container's own context wins over the pod's.
fn user_id(values: &Values) -> Option<(ValuePath, i64)> {
    let pod = values.pod_security_context.as_ref();
    values
        .security_context
        .run_as_user
        .map(|user| (at("securityContext.runAsUser"), user))
        .or_else(|| {
            let user = pod?.run_as_user?;
            Some((at("podSecurityContext.runAsUser"), user))
        })
}

/// Whether root is forbidden; `None` where nothing says.
fn forbids_root(values: &Values) -> Option<bool> {
    let pod = values.pod_security_context.as_ref();
    values
        .security_context
        .run_as_non_root
        .or_else(|| pod?.run_as_non_root)
}

fn privileged_port(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const SYSCTL: &str = "net.ipv4.ip_unprivileged_port_start";
    const ANOTHER: i32 = 8080;
    let values = facts.values;
    let port = facts.resolved.server.port;
    let is_root = match user_id(values) {
        Some((_, user)) => user == 0,
        None => forbids_root(values) != Some(true),
    };
    let is_opened = values
        .pod_security_context
        .iter()
        .flat_map(|context| context.sysctls.iter().flatten())
        .any(|setting| setting.name == SYSCTL);
    if !(1..1024).contains(&port) || is_root || is_opened {
        return;
    }
    let mut edits = vec![set("server.value_options.port", ANOTHER)];
    if values.service.port.is_none() {
        edits.push(set("service.port", port));
    }
    findings.push(
        Finding::new(
            at("server.value_options.port"),
            format!("the server may not listen on port {port}, which many nodes keep for root"),
        )
        .help("let it listen on a port from 1024 on; `service.port` may still be lower")
        .fix(
            format!("Listen on {ANOTHER}, and keep the Service's port"),
            edits,
        ),
    );
}

fn root_refused(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    if let Some((place, 0)) = user_id(values)
        && forbids_root(values) == Some(true)
    {
        findings.push(
            Finding::new(
                place.clone(),
                format!("the pods do not start: `{place}` is 0, and `runAsNonRoot` forbids root"),
            )
            .help("run as another user: 1000")
            .fix("Run as user 1000", [Edit::set(&place, 1000)]),
        );
    }
}

fn needless_rights(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let context = &values.security_context;
    let mut report = |place: ValuePath, message: &str, edit: Edit| {
        findings.push(
            Finding::new(place.clone(), message)
                .help("MLflow works without it")
                .fix(format!("Set {place} to what MLflow needs"), [edit]),
        );
    };
    if forbids_root(values) != Some(true) {
        match user_id(values) {
            Some((place, 0)) => {
                let edit = Edit::set(&place, 1000);
                report(place, "the pods run as root", edit);
            }
            // MLflow's images name no user.
            None if facts.official_image() => {
                let place = at("podSecurityContext.runAsUser");
                let edit = Edit::set(&place, 1000);
                report(place, "the pods run as root, the user of the image", edit);
            }
            _ => {}
        }
    }
    if context.privileged == Some(true) {
        let place = at("securityContext.privileged");
        let edit = Edit::set(&place, false);
        report(place, "the containers have every right on their node", edit);
    }
    if context.allow_privilege_escalation == Some(true) {
        let place = at("securityContext.allowPrivilegeEscalation");
        let edit = Edit::set(&place, false);
        report(
            place,
            "the containers may gain rights that they do not have",
            edit,
        );
    }
}

/// Whether OpenShift's own router serves the Ingress.
fn is_openshift(values: &Values) -> bool {
    values.ingress.enabled
        && (values.ingress.class_name == "openshift-default"
            || values
                .ingress
                .annotations
                .0
                .keys()
                .any(|key| key.starts_with("route.openshift.io/")))
}

fn no_user_id(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    if forbids_root(values) == Some(true)
        && user_id(values).is_none()
        && facts.official_image()
        && !is_openshift(values)
    {
        findings.push(
            Finding::new(
                at("podSecurityContext.runAsUser"),
                "the pods start on OpenShift only, which gives them a user",
            )
            .help("on other clusters, write runAsUser: 1000 and fsGroup: 1000"),
        );
    }
}

fn volume_without_group(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let has_group = values
        .pod_security_context
        .as_ref()
        .is_some_and(|context| context.fs_group.is_some());
    let Some((_, user)) = user_id(values).filter(|(_, user)| *user != 0) else {
        return;
    };
    if values.storage.enabled && !has_group {
        findings.push(
            Finding::new(
                at("podSecurityContext.fsGroup"),
                format!("user {user} can hardly write to the volume: it has no `fsGroup`"),
            )
            .help("hand the volume to the pod's group")
            .fix(
                format!("Hand it to group {user}"),
                [set("podSecurityContext.fsGroup", user)],
            ),
        );
    }
}

fn openshift_user(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    /// Below it, no project's range begins.
    const FIRST: i64 = 1_000_000_000;
    let values = facts.values;
    if !is_openshift(values) {
        return;
    }
    let pod = values.pod_security_context.as_ref();
    let numbers = [
        (
            "podSecurityContext.runAsUser",
            pod.and_then(|context| context.run_as_user),
        ),
        (
            "podSecurityContext.fsGroup",
            pod.and_then(|context| context.fs_group),
        ),
        (
            "securityContext.runAsUser",
            values.security_context.run_as_user,
        ),
    ];
    let fixed: Vec<(&str, i64)> = numbers
        .into_iter()
        .filter_map(|(place, number)| Some((place, number.filter(|number| *number < FIRST)?)))
        .collect();
    let Some((first, _)) = fixed.first() else {
        return;
    };
    let told = fixed
        .iter()
        .map(|(place, number)| format!("`{place}` {number}"))
        .collect::<Vec<_>>()
        .join(" and ");
    let edits: Vec<Edit> = fixed
        .iter()
        .map(|(place, _)| set(place, Value::Null))
        .collect();
    findings.push(
        Finding::new(
            at(first),
            format!("OpenShift refuses the pods: {told} are outside the project's range"),
        )
        // An account of your own may have been given more rights.
        .severity(if values.service_account.create {
            Severity::Error
        } else {
            Severity::Warning
        })
        .help("set them to null: OpenShift assigns its own")
        .fix("Leave the numbers to OpenShift", edits),
    );
}

fn has_permissions(facts: &Facts<'_>) -> bool {
    !facts.resolved.role_rules.is_empty() || !facts.resolved.cluster_role_rules.is_empty()
}

fn needless_token(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let account = &facts.values.service_account;
    if account.create && account.automount_service_account_token && !has_permissions(facts) {
        let place = at("serviceAccount.automountServiceAccountToken");
        findings.push(
            Finding::new(
                place.clone(),
                "the pods get a token for the Kubernetes API, which MLflow does not call",
            )
            .help("leave it out, unless a container beside the server needs it")
            .fix("Mount no token", [Edit::set(&place, false)]),
        );
    }
}

fn permissions_without_token(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let account = &values.service_account;
    let mounts_its_own = values.extra_volumes.iter().any(|volume| {
        volume
            .projected
            .iter()
            .flat_map(|projected| projected.sources.iter().flatten())
            .any(|source| source.service_account_token.is_some())
    });
    if !account.create
        || account.automount_service_account_token
        || !has_permissions(facts)
        || mounts_its_own
    {
        return;
    }
    let place = if facts.resolved.role_rules.is_empty() {
        "cluster_rbac.extraRules"
    } else {
        "namespace_rbac.extraRules"
    };
    findings.push(
        Finding::new(
            at(place),
            format!("the rules of `{place}` have no effect: the pods have no token"),
        )
        .help("mount the token, or leave the rules out: MLflow needs neither")
        .fix(
            "Mount the token",
            [set("serviceAccount.automountServiceAccountToken", true)],
        ),
    );
}

fn cluster_wide_name(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    // Who chose the name knows where else it is.
    if !facts.resolved.cluster_role_rules.is_empty() && facts.values.fullname_override.is_empty() {
        let name = &facts.resolved.fullname;
        findings.push(
            Finding::new(
                at("cluster_rbac.extraRules"),
                format!(
                    "the ClusterRole is called {name}, as that of a release {} in another \
                     namespace would be",
                    facts.release.name
                ),
            )
            .help("if there is one, give this one another name, or set `fullnameOverride`"),
        );
    }
}

/// A setting under `mlflow` that becomes a variable: its own text, and the
/// name of the setting for a reference, where there is one.
struct Store<'a> {
    variable: &'static str,
    text: &'a str,
    plain: &'static str,
    from: Option<(&'static str, Option<&'a EnvVarSource>)>,
}

fn stores(values: &Values) -> [Store<'_>; 4] {
    let stores = &values.mlflow;
    let source = |source: &'_ Option<EnvVarSource>| -> bool {
        source
            .as_ref()
            .is_some_and(|source| *source != EnvVarSource::default())
    };
    let backend = stores
        .backend_store_uri_from
        .as_ref()
        .filter(|_| source(&stores.backend_store_uri_from));
    let registry = stores
        .registry_store_uri_from
        .as_ref()
        .filter(|_| source(&stores.registry_store_uri_from));
    [
        Store {
            variable: "MLFLOW_BACKEND_STORE_URI",
            text: &stores.backend_store_uri,
            plain: "mlflow.backendStoreUri",
            from: Some(("mlflow.backendStoreUriFrom", backend)),
        },
        Store {
            variable: "MLFLOW_REGISTRY_STORE_URI",
            text: &stores.registry_store_uri,
            plain: "mlflow.registryStoreUri",
            from: Some(("mlflow.registryStoreUriFrom", registry)),
        },
        Store {
            variable: "MLFLOW_DEFAULT_ARTIFACT_ROOT",
            text: &stores.default_artifact_root,
            plain: "mlflow.defaultArtifactRoot",
            from: None,
        },
        Store {
            variable: "MLFLOW_ARTIFACTS_DESTINATION",
            text: &stores.artifacts_destination,
            plain: "mlflow.artifactsDestination",
            from: None,
        },
    ]
}

fn env_over_setting(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for store in stores(facts.values) {
        let Some((place, entry)) = facts.env(store.variable) else {
            continue;
        };
        let reference = store.from.and_then(|(name, source)| Some((name, source?)));
        let (setting, same) = match reference {
            Some((name, source)) => (name, entry.value_from.as_ref() == Some(source)),
            None if store.text.is_empty() => continue,
            None => (store.plain, entry.value.as_deref() == Some(store.text)),
        };
        if same {
            continue;
        }
        let finding = Finding::new(
            place.clone(),
            format!(
                "{} in `env` takes the place of `{setting}`, which has no effect",
                store.variable
            ),
        )
        .help(format!("say it once: in `{setting}`"));
        findings.push(match moved(&store, entry) {
            Some(mut edits) => {
                // What moves must not be overruled by what it replaces.
                edits.push(Edit::remove(&place));
                finding.fix(format!("Move {} to its setting", store.variable), edits)
            }
            None => finding,
        });
    }
}

/// The edits that write a variable's value to its setting, in place of what is
/// there; `None` if the setting does not take it.
fn moved(store: &Store<'_>, entry: &EnvVar) -> Option<Vec<Edit>> {
    let from = store.from;
    Some(match (&entry.value_from, from) {
        (Some(source), Some((name, _))) => {
            let mut edits = vec![set(name, serde_json::to_value(source).ok()?)];
            if !store.text.is_empty() {
                edits.insert(0, remove(store.plain));
            }
            edits
        }
        (Some(_), None) => return None,
        (None, _) => {
            let text = entry.value.as_deref().unwrap_or_default();
            let mut edits = vec![set(store.plain, text)];
            if let Some((name, Some(_))) = from {
                edits.push(remove(name));
            }
            edits
        }
    })
}

fn env_without_effect(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let option = |name| values.server.option(name);
    let prefix = Some(facts.static_prefix()).filter(|prefix| !prefix.is_empty());
    let metrics = values.metrics.enabled.then_some("/tmp/metrics");
    let certificate = (values.tls.enabled && option("uvicorn-opts").is_none())
        .then_some("the certificate's options");
    for (variable, given, setting) in [
        ("MLFLOW_HOST", option("host"), "server.value_options.host"),
        ("MLFLOW_PORT", option("port"), "server.value_options.port"),
        (
            "MLFLOW_WORKERS",
            option("workers"),
            "server.value_options.workers",
        ),
        ("MLFLOW_STATIC_PREFIX", prefix, "server.staticPrefix"),
        ("MLFLOW_EXPOSE_PROMETHEUS", metrics, "metrics.enabled"),
        (
            "MLFLOW_UVICORN_OPTS",
            option("uvicorn-opts").or(certificate),
            "server.value_options.uvicorn_opts",
        ),
    ] {
        let (Some((place, entry)), Some(given)) = (facts.env(variable), given) else {
            continue;
        };
        let text = entry.value.as_deref();
        if text == Some(given) {
            continue;
        }
        let finding = Finding::new(
            place.clone(),
            format!("{variable} has no effect: the command line says {given} by `{setting}`"),
        )
        .help(format!("say it in `{setting}`"));
        // Only where nothing else is to be seen in the values was it meant so.
        let is_default = matches!(
            (variable, given),
            ("MLFLOW_WORKERS", "4") | ("MLFLOW_PORT", "5000")
        ) || (variable == "MLFLOW_UVICORN_OPTS"
            && option("uvicorn-opts").is_none());
        let number = text.and_then(|text| text.parse::<i64>().ok());
        let meant = match (variable, number) {
            ("MLFLOW_WORKERS" | "MLFLOW_PORT", number) => number.map(|number| json!(number)),
            _ => text.map(|text| json!(text)),
        };
        findings.push(match meant.filter(|_| is_default) {
            Some(meant) => finding.fix(
                format!("Move {variable} to {setting}"),
                [set(setting, meant), Edit::remove(&place)],
            ),
            None => finding.fix(format!("Remove {place}"), [Edit::remove(&place)]),
        });
    }
}

fn prefix_by_env(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let probes = &facts.values.probes;
    let asks = probes.liveness.enabled || probes.readiness.enabled || probes.startup.enabled;
    let Some((place, entry)) = facts.env("MLFLOW_STATIC_PREFIX") else {
        return;
    };
    let text = entry.value.as_deref().unwrap_or_default();
    let is_empty = text.is_empty() && entry.value_from.is_none();
    if is_empty || !facts.static_prefix().is_empty() {
        return;
    }
    let finding = Finding::new(
        place.clone(),
        if asks {
            "the pods never get ready: the probes do not know of the prefix in MLFLOW_STATIC_PREFIX"
        } else {
            "the printed addresses do not have the prefix in MLFLOW_STATIC_PREFIX"
        },
    )
    .severity(if asks {
        Severity::Error
    } else {
        Severity::Warning
    })
    .help("write it to `server.staticPrefix`, which the probes and all addresses follow");
    findings.push(if text.is_empty() {
        finding
    } else {
        finding.fix(
            format!("Move {text} to server.staticPrefix"),
            [set("server.staticPrefix", text), Edit::remove(&place)],
        )
    });
}
