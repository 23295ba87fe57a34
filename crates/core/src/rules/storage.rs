//! Volumes and how many pods share them.

use super::database::{databases, sqlite};
use super::facts::{Facts, is_below};
use super::{Finding, Proof, Rule, at, remove, set};
use crate::diagnostic::{Code, Severity};
use crate::values::AccessMode;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK421",
            name: "sqlite-replicas",
            summary: "Several pods would share an SQLite file.",
        },
        severity: Severity::Error,
        why: "Of three servers of MLflow 3.17.2 that started together on one SQLite file, two \
              ended with exit code 1; SQLite's locks do not work on most shared file systems at \
              all. Pods with a file of their own each show different data.",
        example: "\
replicaCount: 3
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
  accessMode: ReadWriteMany
",
        fixed: "",
        proof: Proof::Server,
        check: sqlite_replicas,
    },
    Rule {
        code: Code {
            id: "MK422",
            name: "volume-replicas",
            summary: "Several pods need a volume that only one node or pod may use.",
        },
        severity: Severity::Error,
        why: "A volume with ReadWriteOnce is attached to one node: pods on other nodes hang in \
              ContainerCreating. With ReadWriteOncePod every second pod hangs \
              (Kubernetes: Persistent Volumes, access modes).",
        example: "\
replicaCount: 2
mlflow:
  backendStoreUriFrom:
    secretKeyRef: {name: mlflow-db-secret, key: uri}
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "\
replicaCount: 2
mlflow:
  backendStoreUriFrom:
    secretKeyRef: {name: mlflow-db-secret, key: uri}
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
  accessMode: ReadWriteMany
",
        proof: Proof::Elsewhere(
            "it needs a kubelet and nodes; source: Kubernetes' documentation of access modes",
        ),
        check: volume_replicas,
    },
    Rule {
        code: Code {
            id: "MK423",
            name: "rolling-update",
            summary: "A rolling update starts the new pod while the old one holds what only one may use.",
        },
        severity: Severity::Error,
        why: "With ReadWriteOncePod the new pod waits for the volume, and the old one is only \
              stopped when the new one is ready: the update never ends. With ReadWriteOnce the \
              same happens when the new pod comes to another node. On SQLite, two servers write \
              to one file meanwhile.",
        example: "\
deploymentStrategy:
  type: RollingUpdate
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
  accessMode: ReadWriteOncePod
",
        fixed: "",
        proof: Proof::Elsewhere(
            "it needs a kubelet; source: Kubernetes' documentation of access modes and of Deployments",
        ),
        check: rolling_update,
    },
    Rule {
        code: Code {
            id: "MK424",
            name: "read-only-volume",
            summary: "The volume can only be read.",
        },
        severity: Severity::Error,
        why: "ReadOnlyMany volumes are mounted read-only; SQLite and artifacts have to be written. \
              On a path that it cannot write, MLflow 3.17.2 retries its database for 105 seconds \
              and ends, and uploads of artifacts fail.",
        example: "\
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
  accessMode: ReadOnlyMany
",
        fixed: "",
        proof: Proof::Elsewhere(
            "it needs a storage driver; source: Kubernetes' documentation of access modes",
        ),
        check: read_only_volume,
    },
    Rule {
        code: Code {
            id: "MK425",
            name: "unused-volume",
            summary: "A volume is created, and nothing that is configured is kept on it.",
        },
        severity: Severity::Hint,
        why: "The volume is paid for, and with ReadWriteOnce the server is stopped before its \
              successor starts at every update.",
        example: "\
mlflow:
  backendStoreUriFrom:
    secretKeyRef: {name: mlflow-db-secret, key: uri}
  artifactsDestination: s3://my-bucket/mlflow
serviceAccount:
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::123456789012:role/mlflow
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Elsewhere("it follows from the manifest alone"),
        check: unused_volume,
    },
];

/// Whether a database of the server is an SQLite file, as far as the values tell.
fn uses_sqlite(facts: &Facts<'_>) -> bool {
    databases(facts).any(|database| sqlite(database.uri).is_some())
}

/// How many pods there are, in words.
fn pods(facts: &Facts<'_>) -> String {
    match facts.values.replica_count {
        Some(count) => format!("{count} pods"),
        None => "as many pods as an autoscaler wants".to_owned(),
    }
}

fn sqlite_replicas(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.scales() && uses_sqlite(facts) {
        findings.push(
            Finding::new(
                at("replicaCount"),
                format!("{} cannot share an SQLite file", pods(facts)),
            )
            .help("use one pod, or a database server: `mlflow.backendStoreUriFrom` with PostgreSQL")
            .fix("Run one pod", [set("replicaCount", 1)]),
        );
    }
}

fn volume_replicas(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let storage = &facts.values.storage;
    // On SQLite the number of pods is the fault, which another rule says.
    if !(facts.scales() && storage.enabled && storage.access_mode.is_exclusive())
        || uses_sqlite(facts)
    {
        return;
    }
    let who = match storage.access_mode {
        AccessMode::ReadWriteOncePod => "one pod",
        _ => "the pods of one node",
    };
    findings.push(
        Finding::new(
            at("storage.accessMode"),
            format!(
                "{} need a volume that only {who} may use ({})",
                pods(facts),
                storage.access_mode.as_str()
            ),
        )
        .help(
            "use ReadWriteMany with a storage class that has it, keep artifacts in an object \
             store, or run one pod",
        )
        .fix(
            "Ask for a volume that all pods may use",
            [set("storage.accessMode", "ReadWriteMany")],
        )
        .then("The storage class must offer ReadWriteMany; the claim of a running release keeps its mode."),
    );
}

fn rolling_update(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    // Several pods on one volume have a fault of their own.
    if values.deployment_strategy.type_.as_deref() != Some("RollingUpdate") || facts.scales() {
        return;
    }
    let mode = values.storage.access_mode;
    let (severity, message) = match (values.storage.enabled, mode) {
        (true, AccessMode::ReadWriteOncePod) => (
            Severity::Error,
            "a rolling update never ends: the new pod waits for the volume that the old one holds",
        ),
        (true, AccessMode::ReadWriteOnce) => (
            Severity::Warning,
            "a rolling update hangs when the new pod comes to another node than the volume",
        ),
        _ if uses_sqlite(facts) => (
            Severity::Warning,
            "during a rolling update two servers write to one SQLite file",
        ),
        _ => return,
    };
    findings.push(
        Finding::new(at("deploymentStrategy.type"), message)
            .severity(severity)
            .help("leave `deploymentStrategy` empty: the old pod is stopped first then")
            .fix("Remove deploymentStrategy", [remove("deploymentStrategy")]),
    );
}

fn read_only_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let storage = &facts.values.storage;
    if storage.enabled && storage.access_mode == AccessMode::ReadOnlyMany {
        findings.push(
            Finding::new(
                at("storage.accessMode"),
                "the server cannot write to a ReadOnlyMany volume",
            )
            .help("use ReadWriteOnce for one pod, ReadWriteMany for several")
            .fix(
                "Use ReadWriteOnce",
                [set("storage.accessMode", "ReadWriteOnce")],
            ),
        );
    }
}

fn unused_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    if !values.storage.enabled {
        return;
    }
    let mount_path = values.storage.mount_path.as_str();
    let on_volume = |text: &str| {
        let path = text.rsplit_once("://").map_or(text, |(_, path)| path);
        // `sqlite:////mlflow/mlflow.db` leaves two slashes.
        is_below(&format!("/{}", path.trim_start_matches('/')), mount_path)
    };
    let stores = &values.mlflow;
    let used = databases(facts).any(|database| on_volume(database.uri))
        || on_volume(&stores.artifacts_destination)
        || on_volume(&stores.default_artifact_root)
        // Paths in variables and options (the database of basic auth, scratch space).
        || values
            .env
            .iter()
            .any(|entry| entry.value.as_deref().is_some_and(|text| text.contains(mount_path)))
        || values
            .server
            .value_options
            .values()
            .flatten()
            .any(|value| value.0.contains(mount_path))
        // Basic auth keeps its users in a file that only its own configuration names.
        || facts.basic_auth()
        || !values.extra_containers.is_empty()
        || !values.extra_init_containers.is_empty();
    if !used {
        findings.push(
            Finding::new(
                at("storage.enabled"),
                format!("nothing that is configured is kept on the volume at {mount_path}"),
            )
            .help("leave the volume out when database and artifacts are elsewhere")
            .fix("Leave the volume out", [set("storage.enabled", false)]),
        );
    }
}
