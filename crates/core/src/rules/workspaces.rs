//! Workspaces.

use super::database::databases;
use super::facts::Facts;
use super::{Finding, Proof, Rule, at, set};
use crate::diagnostic::{Code, Edit, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: Code {
            id: "MK621",
            name: "workspaces-store",
            summary: "Workspaces need an SQL database.",
        },
        severity: Severity::Error,
        why: "On a file store MLflow 3.17.2 ends with `got unsupported URI … for the workspace \
              backend`; it takes postgresql, mysql, mssql, sqlite, http and https.",
        example: "\
server:
  flag_options:
    - enable_workspaces
env:
  - name: MLFLOW_ALLOW_FILE_STORE
    value: \"true\"
mlflow:
  backendStoreUri: /mlflow/mlruns
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "\
server:
  flag_options:
    - enable_workspaces
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        proof: Proof::Server,
        check: workspaces_store,
    },
    Rule {
        code: Code {
            id: "MK622",
            name: "workspaces-gc",
            summary: "Garbage collection and the server differ about workspaces.",
        },
        severity: Severity::Error,
        why: "With workspaces on the server, `mlflow gc` 3.17.2 without `--all-workspaces` ends \
              with `Cannot disable workspaces`; the other way round the server answers 500, and \
              gc retries for minutes.",
        example: "\
server:
  flag_options:
    - enable_workspaces
garbageCollection:
  enabled: true
  olderThan: 30d
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Server,
        check: workspaces_gc,
    },
    Rule {
        code: Code {
            id: "MK623",
            name: "workspaces-artifact-root",
            summary: "The artifact root is where workspaces keep theirs.",
        },
        severity: Severity::Error,
        why: "MLflow 3.17.2 puts the artifacts of a workspace below `workspaces/<name>` of the \
              default artifact root, and refuses a root that ends with `workspaces` or \
              `workspaces/<name>`: `Cannot enable workspace mode`.",
        example: "\
server:
  flag_options:
    - enable_workspaces
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  defaultArtifactRoot: s3://my-bucket/workspaces
storage:
  enabled: true
",
        fixed: "\
server:
  flag_options:
    - enable_workspaces
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  defaultArtifactRoot: s3://my-bucket/mlflow
storage:
  enabled: true
",
        proof: Proof::Server,
        check: workspaces_artifact_root,
    },
    Rule {
        code: Code {
            id: "MK624",
            name: "workspaces-one-way",
            summary: "Workspaces cannot be switched off once they are used.",
        },
        severity: Severity::Hint,
        why: "Started without workspaces on a database where another than the default workspace \
              has experiments, MLflow 3.17.2 ends with `Cannot disable workspaces because \
              experiments exist outside the default workspace`.",
        example: "\
server:
  flag_options:
    - enable_workspaces
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "\
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        proof: Proof::Server,
        check: workspaces_one_way,
    },
    Rule {
        code: Code {
            id: "MK625",
            name: "client-variable",
            summary: "A variable that is for clients keeps the server from starting.",
        },
        severity: Severity::Error,
        why: "MLflow 3.17.2 ends with `MLFLOW_WORKSPACE=team-a is client-only. Unset it before \
              starting the server.`",
        example: "\
server:
  flag_options:
    - enable_workspaces
env:
  - name: MLFLOW_WORKSPACE
    value: team-a
mlflow:
  backendStoreUri: sqlite:////mlflow/mlflow.db
  artifactsDestination: /mlflow/artifacts
storage:
  enabled: true
",
        fixed: "",
        proof: Proof::Server,
        check: client_variable,
    },
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
