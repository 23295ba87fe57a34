//! Workspaces.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::Edit;
use crate::resolve::flag::WORKSPACES;
use crate::setting;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK621, workspaces_store),
    Rule::new(&texts::MK622, workspaces_gc),
    Rule::new(&texts::MK623, workspaces_artifact_root),
    Rule::new(&texts::MK624, workspaces_one_way),
    Rule::new(&texts::MK625, client_variable),
];

/// The dialects that keep workspaces (`mlflow/store/workspace`).
const DIALECTS: &[&str] = &["postgresql", "mysql", "mssql", "sqlite", "http", "https"];

fn keeps_workspaces(uri: &str) -> bool {
    uri.split_once("://").is_some_and(|(scheme, _)| {
        let dialect = scheme.split('+').next().unwrap_or_default();
        DIALECTS.contains(&dialect)
    })
}

fn workspaces_store(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.resolved.server.workspaces.is_on() {
        return;
    }
    let (place, uri) = match facts.setting("workspace-store-uri", "MLFLOW_WORKSPACE_STORE_URI") {
        Some(setting) => (setting.place(), setting.text),
        None => {
            let backend = &facts.resolved.stores.backend;
            (
                backend.name.setting(),
                backend.own_uri().map(|uri| uri.text),
            )
        }
    };
    if let Some(uri) = uri.filter(|uri| !keeps_workspaces(uri)) {
        findings.push(
            Finding::new(
                place.clone(),
                format!("`{place}` is {uri:?}, which cannot store workspaces"),
            )
            .help("use PostgreSQL, MySQL, SQL Server or SQLite (`sqlite:////mlflow/mlflow.db`)"),
        );
    }
}

fn workspaces_gc(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let settings = &facts.values.garbage_collection;
    if !settings.enabled {
        return;
    }
    let place = setting!("garbageCollection.allWorkspaces");
    let workspaces = &facts.resolved.server.workspaces;
    // With an address of its own, garbage collection may ask another server.
    let is_own = settings.tracking_uri.is_empty();
    match (workspaces.is_on(), settings.all_workspaces) {
        (true, false) => findings.push(
            Finding::new(
                place,
                "garbage collection fails, because the server has workspaces but \
                 `garbageCollection.allWorkspaces` is false",
            )
            .help(
                "set `garbageCollection.allWorkspaces` to true: garbage collection then cleans \
                 every workspace",
            )
            .fix(
                "Clean all workspaces",
                [Edit::set(
                    &setting!("garbageCollection.allWorkspaces"),
                    true,
                )],
            ),
        ),
        (false, true) if is_own => findings.push(
            Finding::new(
                place,
                "garbage collection fails, because `garbageCollection.allWorkspaces` is true but \
                 the server has no workspaces",
            )
            .unless(facts.unless_switched_on(&WORKSPACES, workspaces))
            .help("set it to true only if the server has workspaces")
            .fix(
                "Clean without workspaces",
                [Edit::set(
                    &setting!("garbageCollection.allWorkspaces"),
                    false,
                )],
            ),
        ),
        _ => {}
    }
}

fn workspaces_artifact_root(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let root = facts.values.mlflow.default_artifact_root.as_str();
    let mut steps = root.trim_end_matches('/').rsplit('/');
    let reserved = steps.next() == Some("workspaces") || steps.next() == Some("workspaces");
    if facts.resolved.server.workspaces.is_on() && reserved {
        findings.push(
            Finding::new(
                setting!("mlflow.defaultArtifactRoot"),
                format!(
                    "`mlflow.defaultArtifactRoot` is {root}, which MLflow reserves for workspaces"
                ),
            )
            .help("use the folder above: MLflow adds `workspaces/<name>` for each workspace"),
        );
    }
}

fn workspaces_one_way(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let workspaces = &facts.resolved.server.workspaces;
    if let Some(origin) = workspaces.origin.filter(|_| workspaces.is_on()) {
        findings.push(
            Finding::new(
                origin.entry(),
                "you cannot disable workspaces after a workspace other than the default one has \
                 experiments",
            )
            .help("leave workspaces off until you need them; try them on a copy of the data first"),
        );
    }
}

fn client_variable(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some((place, _)) = facts.env("MLFLOW_WORKSPACE") {
        findings.push(
            Finding::new(
                place.clone(),
                "`MLFLOW_WORKSPACE` is only for clients: the server does not start with it",
            )
            .help("set it on the clients; for garbage collection, use `garbageCollection.env`")
            .fix("Remove MLFLOW_WORKSPACE", [Edit::remove(&place)]),
        );
    }
}
