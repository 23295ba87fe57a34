//! Volumes and how many pods share them.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::{Edit, Severity};
use crate::resolve::is_below;
use crate::setting;
use crate::values::AccessMode;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK421, sqlite_replicas),
    Rule::new(&texts::MK422, volume_replicas),
    Rule::new(&texts::MK423, rolling_update),
    Rule::new(&texts::MK424, read_only_volume),
    Rule::new(&texts::MK425, unused_volume),
];

/// Whether a database of the server is an SQLite file, as far as the values tell.
fn uses_sqlite(facts: &Facts<'_>) -> bool {
    facts.resolved.stores.use_sqlite()
}

/// How many pods there are, in words.
fn pods(facts: &Facts<'_>) -> String {
    match facts.values.replica_count {
        Some(count) => format!("`replicaCount` asks for {count} Pods"),
        None => "an autoscaler may start several Pods".to_owned(),
    }
}

fn sqlite_replicas(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.scales() && uses_sqlite(facts) {
        findings.push(
            Finding::new(
                setting!("replicaCount"),
                format!("{}, but only one Pod can use an SQLite file", pods(facts)),
            )
            .help(
                "run one Pod, or use a database server such as PostgreSQL \
                 (`mlflow.backendStoreUriFrom`)",
            )
            .fix("Run one Pod", [Edit::set(&setting!("replicaCount"), 1)]),
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
        AccessMode::ReadWriteOncePod => "one Pod",
        _ => "the Pods of one node",
    };
    findings.push(
        Finding::new(
            setting!("storage.accessMode"),
            format!(
                "{}, but only {who} can use a volume with the access mode {}",
                pods(facts),
                storage.access_mode.as_str()
            ),
        )
        .help(
            "use ReadWriteMany with a storage class that supports it, store artifacts in an object \
             store, or run one Pod",
        )
        .fix(
            "Set the access mode to ReadWriteMany",
            [Edit::set(&setting!("storage.accessMode"), "ReadWriteMany")],
        )
        .then(
            "Use a storage class that supports ReadWriteMany. The claim of a running release keeps \
             its access mode.",
        ),
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
            "with `RollingUpdate`, an update never completes, because the new Pod waits for the \
             volume that the old Pod uses",
        ),
        (true, AccessMode::ReadWriteOnce) => (
            Severity::Warning,
            "with `RollingUpdate`, an update hangs if the new Pod starts on another node than the \
             volume",
        ),
        _ if uses_sqlite(facts) => (
            Severity::Warning,
            "with `RollingUpdate`, two servers write to one SQLite file during an update",
        ),
        _ => return,
    };
    findings.push(
        Finding::new(setting!("deploymentStrategy.type"), message)
            .severity(severity)
            .help("remove `deploymentStrategy`: the old Pod then stops before the new one starts")
            .fix(
                "Remove deploymentStrategy",
                [Edit::remove(&setting!("deploymentStrategy"))],
            ),
    );
}

fn read_only_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let storage = &facts.values.storage;
    if storage.enabled && storage.access_mode == AccessMode::ReadOnlyMany {
        findings.push(
            Finding::new(
                setting!("storage.accessMode"),
                "`storage.accessMode` is ReadOnlyMany, but the server must write to the volume",
            )
            .help("use ReadWriteOnce for one Pod, or ReadWriteMany for several")
            .fix(
                "Use ReadWriteOnce",
                [Edit::set(&setting!("storage.accessMode"), "ReadWriteOnce")],
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
    let mut stores = facts.resolved.stores.all().into_iter();
    let used = stores.any(|store| store.own_uri().is_some_and(|uri| on_volume(uri.text)))
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
        || facts.resolved.server.basic_auth
        || !values.extra_containers.is_empty()
        || !values.extra_init_containers.is_empty();
    if !used {
        findings.push(
            Finding::new(
                setting!("storage.enabled"),
                format!(
                    "`storage.enabled` creates a volume at {mount_path}, but no setting stores \
                     data there"
                ),
            )
            .help("set `storage.enabled` to false if the database and the artifacts are elsewhere")
            .fix(
                "Disable the volume",
                [Edit::set(&setting!("storage.enabled"), false)],
            ),
        );
    }
}
