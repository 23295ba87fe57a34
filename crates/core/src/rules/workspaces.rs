//! Workspaces.

use super::database::databases;
use super::facts::Facts;
use super::{Finding, Rule, at, set, texts};
use crate::diagnostic::Edit;

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
    if facts.workspaces().is_none() {
        return;
    }
    let (place, uri) = match facts.setting("workspace-store-uri", "MLFLOW_WORKSPACE_STORE_URI") {
        Some(setting) => (setting.place, setting.text),
        None => {
            let backend = databases(facts)
                .find(|database| database.setting == "mlflow.backendStoreUri")
                .map(|database| database.uri);
            (at("mlflow.backendStoreUri"), backend)
        }
    };
    if let Some(uri) = uri.filter(|uri| !keeps_workspaces(uri)) {
        findings.push(
            Finding::new(place, format!("{uri:?} cannot keep workspaces"))
                .help("use PostgreSQL, MySQL, SQL Server or SQLite: sqlite:////mlflow/mlflow.db"),
        );
    }
}

fn workspaces_gc(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let settings = &facts.values.garbage_collection;
    // Variables may come unseen, and another server may be meant.
    let unseen = facts.may_come_from_outside("MLFLOW_ENABLE_WORKSPACES")
        || facts
            .env("MLFLOW_ENABLE_WORKSPACES")
            .is_some_and(|(_, entry)| entry.value_from.is_some())
        || !settings.tracking_uri.is_empty();
    if !settings.enabled {
        return;
    }
    let place = at("garbageCollection.allWorkspaces");
    match (facts.workspaces(), settings.all_workspaces) {
        (Some(_), false) => findings.push(
            Finding::new(
                place,
                "garbage collection fails: the server has workspaces, and it is not told so",
            )
            .help("set `garbageCollection.allWorkspaces`: every workspace is cleaned then")
            .fix(
                "Clean all workspaces",
                [set("garbageCollection.allWorkspaces", true)],
            ),
        ),
        (None, true) if !unseen => findings.push(
            Finding::new(
                place,
                "garbage collection fails: it asks for workspaces that the server does not have",
            )
            .help("set `garbageCollection.allWorkspaces` only with workspaces on the server")
            .fix(
                "Clean without workspaces",
                [set("garbageCollection.allWorkspaces", false)],
            ),
        ),
        _ => {}
    }
}

fn workspaces_artifact_root(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let root = facts.values.mlflow.default_artifact_root.as_str();
    let mut steps = root.trim_end_matches('/').rsplit('/');
    let reserved = steps.next() == Some("workspaces") || steps.next() == Some("workspaces");
    if facts.workspaces().is_some() && reserved {
        findings.push(
            Finding::new(
                at("mlflow.defaultArtifactRoot"),
                format!("{root} is reserved for what workspaces keep"),
            )
            .help("name the folder above; each workspace gets `workspaces/<name>` below it"),
        );
    }
}

fn workspaces_one_way(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some(place) = facts.workspaces() {
        findings.push(
            Finding::new(
                place,
                "once another than the default workspace is used, there is no way back",
            )
            .help("try workspaces on a copy of the data first"),
        );
    }
}

fn client_variable(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some((place, _)) = facts.env("MLFLOW_WORKSPACE") {
        findings.push(
            Finding::new(
                place.clone(),
                "MLFLOW_WORKSPACE is for clients: the server does not start with it",
            )
            .help("set it where clients run; garbage collection has `garbageCollection.env`")
            .fix("Remove it", [Edit::remove(&place)]),
        );
    }
}
