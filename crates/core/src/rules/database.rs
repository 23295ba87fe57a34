//! The URIs of databases.

use super::facts::{Facts, Keeps};
use super::{Finding, Rule, at, set, texts};
use crate::diagnostic::{Edit, Severity};
use crate::resolve::uri;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK401, sqlite_relative),
    Rule::new(&texts::MK402, sqlite_in_memory),
    Rule::new(&texts::MK403, sqlite_not_on_a_volume),
    Rule::new(&texts::MK404, database_scheme),
    Rule::new(&texts::MK405, unencoded_password),
    Rule::new(&texts::MK406, database_set_twice),
    Rule::new(&texts::MK407, migration_race),
];

/// A database whose URI stands in the values.
pub(super) struct Database<'a> {
    /// `mlflow.backendStoreUri`.
    pub(super) setting: &'static str,
    /// `mlflow.backendStoreUriFrom`.
    pub(super) reference: &'static str,
    pub(super) uri: &'a str,
    is_referenced: bool,
}

/// The databases that are set, by URI, by reference or both.
fn all_databases<'a>(facts: &Facts<'a>) -> impl Iterator<Item = Database<'a>> {
    let stores = &facts.values.mlflow;
    [
        Database {
            setting: "mlflow.backendStoreUri",
            reference: "mlflow.backendStoreUriFrom",
            uri: stores.backend_store_uri.as_str(),
            is_referenced: is_set(stores.backend_store_uri_from.as_ref()),
        },
        Database {
            setting: "mlflow.registryStoreUri",
            reference: "mlflow.registryStoreUriFrom",
            uri: stores.registry_store_uri.as_str(),
            is_referenced: is_set(stores.registry_store_uri_from.as_ref()),
        },
    ]
    .into_iter()
    .filter(|database| !database.uri.is_empty())
}

fn is_set<T: Default + PartialEq>(reference: Option<&T>) -> bool {
    reference.is_some_and(|reference| *reference != T::default())
}

/// The databases whose URI the server gets as it stands in the values.
pub(super) fn databases<'a>(facts: &Facts<'a>) -> impl Iterator<Item = Database<'a>> {
    all_databases(facts).filter(|database| !database.is_referenced)
}

/// Where an SQLite URI leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sqlite<'a> {
    Memory,
    Relative(&'a str),
    Absolute(&'a str),
}

/// `None` for other databases.
pub(super) fn sqlite(uri: &str) -> Option<Sqlite<'_>> {
    if !uri::is_sqlite(uri) {
        return None;
    }
    let (_, rest) = uri.split_once("://")?;
    let path = rest.split('?').next().unwrap_or_default();
    Some(match path.strip_prefix('/') {
        None | Some("" | ":memory:") => Sqlite::Memory,
        Some(path) if path.starts_with('/') => Sqlite::Absolute(path),
        Some(path) => Sqlite::Relative(path),
    })
}

/// A place for an SQLite file on the volume of `storage`.
fn on_the_volume(facts: &Facts<'_>, file: &str) -> String {
    let folder = facts.values.storage.mount_path.trim_end_matches('/');
    format!("sqlite:///{folder}/{file}")
}

/// Edits that put the SQLite file onto the volume, switching it on if it is off.
fn keep_on_the_volume(facts: &Facts<'_>, setting: &str, file: &str) -> Vec<Edit> {
    let mut edits = vec![set(setting, on_the_volume(facts, file))];
    if !facts.values.storage.enabled {
        edits.push(set("storage.enabled", true));
    }
    edits
}

/// The last part of a path, or MLflow's usual name.
fn file_name(path: &str) -> &str {
    path.rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or("mlflow.db")
}

fn sqlite_relative(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for Database { setting, uri, .. } in databases(facts) {
        if let Some(Sqlite::Relative(path)) = sqlite(uri) {
            findings.push(
                Finding::new(
                    at(setting),
                    format!("`{uri}` is a path relative to the working directory"),
                )
                .help("an absolute path has four slashes: sqlite:////mlflow/mlflow.db")
                .fix(
                    "Keep it on the volume",
                    keep_on_the_volume(facts, setting, file_name(path)),
                ),
            );
        }
    }
}

fn sqlite_in_memory(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for Database { setting, uri, .. } in databases(facts) {
        if sqlite(uri) == Some(Sqlite::Memory) {
            findings.push(
                Finding::new(at(setting), format!("`{uri}` keeps nothing"))
                    .help("use a file on a volume: sqlite:////mlflow/mlflow.db")
                    .fix(
                        "Keep it on the volume",
                        keep_on_the_volume(facts, setting, "mlflow.db"),
                    ),
            );
        }
    }
}

fn sqlite_not_on_a_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for Database { setting, uri, .. } in databases(facts) {
        let Some(Sqlite::Absolute(path)) = sqlite(uri) else {
            continue;
        };
        let (severity, consequence) = match facts.keeps(path) {
            Keeps::Data => continue,
            Keeps::UntilThePodGoes => (Severity::Warning, "goes with the pod"),
            Keeps::UntilTheContainerGoes => (Severity::Warning, "goes with the container"),
            Keeps::Nothing => (Severity::Error, "is on a volume that cannot be written"),
            Keeps::NothingRootIsReadOnly => (
                Severity::Error,
                "cannot be written: the root file system is read-only and no volume is there",
            ),
        };
        findings.push(
            Finding::new(at(setting), format!("the database {path} {consequence}"))
                .severity(severity)
                .help(format!(
                    "keep it below `storage.mountPath` with `storage.enabled`: {}",
                    on_the_volume(facts, file_name(path))
                ))
                .fix(
                    "Keep it on the volume",
                    keep_on_the_volume(facts, setting, file_name(path)),
                ),
        );
    }
}

fn database_scheme(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for Database { setting, uri, .. } in databases(facts) {
        let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
        let (dialect, driver) = match scheme.split_once('+') {
            Some((dialect, driver)) => (dialect, Some(driver)),
            None => (scheme, None),
        };
        let rewritten = |scheme: &str| {
            let fixed = format!("{scheme}://{rest}");
            (format!("Write {scheme}://"), [set(setting, fixed)])
        };
        let refused = |message: String| Finding::new(at(setting), message);
        let finding = match (dialect, driver) {
            ("postgresql" | "sqlite", _) | ("mysql" | "mssql", Some(_)) => continue,
            // Another image may have the driver.
            ("mysql" | "mssql", None) if !facts.official_image() => continue,
            ("mysql", None) => {
                let (title, edits) = rewritten("mysql+pymysql");
                refused("mysql:// needs the driver MySQLdb, which the image does not have".into())
                    .help("the image has PyMySQL: mysql+pymysql://")
                    .fix(title, edits)
            }
            ("mssql", None) => {
                let (title, edits) = rewritten("mssql+pymssql");
                refused("mssql:// needs the driver pyodbc, which the image does not have".into())
                    .help("the image has pymssql: mssql+pymssql://")
                    .fix(title, edits)
            }
            ("postgres", _) => {
                let (title, edits) = rewritten("postgresql");
                refused("the server does not know postgres://".into())
                    .help("the scheme is called postgresql")
                    .fix(title, edits)
            }
            ("" | "file", _) if facts.is_older_than(3, 13, 0) => continue,
            ("" | "file", _) if facts.env("MLFLOW_ALLOW_FILE_STORE").is_some() => continue,
            ("" | "file", _) => {
                refused(format!("{uri:?} is a file store, which the server refuses"))
                    .help("use SQLite: sqlite:////mlflow/mlflow.db")
                    .fix(
                        "Use SQLite on the volume",
                        keep_on_the_volume(facts, setting, "mlflow.db"),
                    )
            }
            _ => refused(format!("the server does not know {scheme}://"))
                .help("it takes postgresql://, mysql+pymysql://, mssql+pymssql:// and sqlite:////"),
        };
        findings.push(finding);
    }
}

fn unencoded_password(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for Database { setting, uri, .. } in databases(facts) {
        if sqlite(uri).is_some() {
            continue;
        }
        if has_unencoded_password(uri) {
            findings.push(
                Finding::new(
                    at(setting),
                    "the password holds a character that ends it early",
                )
                .help(
                    "URL-encode the password: @ is %40, / is %2F, : is %3A, # is %23, % is %25; \
                     python3 -c 'import urllib.parse, getpass; \
                     print(urllib.parse.quote(getpass.getpass(), safe=\"\"))'",
                ),
            );
        }
    }
}

/// Whether what stands between the user and the last `@` holds a character
/// that ends a password.
fn has_unencoded_password(uri: &str) -> bool {
    let Some((_, rest)) = uri.split_once("://") else {
        return false;
    };
    // An @ behind a ? belongs to the query, unless none stands before.
    let before_query = match rest.split_once('?') {
        Some((before, _)) if before.contains('@') => before,
        _ => rest,
    };
    before_query
        .rsplit_once('@')
        .and_then(|(credentials, _)| credentials.split_once(':'))
        .is_some_and(|(_, password)| password.contains(['@', '/', '#', '?']))
}

fn database_set_twice(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for database in all_databases(facts).filter(|database| database.is_referenced) {
        let Database {
            setting, reference, ..
        } = database;
        findings.push(
            Finding::new(
                at(setting),
                format!("`{setting}` is not used: `{reference}` wins"),
            )
            .help("keep one of them")
            .fix(format!("Remove {setting}"), [Edit::remove(&at(setting))]),
        );
    }
}

fn migration_race(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let is_sqlite = databases(facts).any(|database| sqlite(database.uri).is_some());
    if facts.scales() && !is_sqlite {
        findings.push(
            Finding::new(
                at("replicaCount"),
                "on an empty database, or after an upgrade, all pods set up the schema at once; \
                 those that lose restart",
            )
            .help(
                "they recover by themselves; to avoid it, start one pod first, and scale when it \
                 is ready",
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_end_early() {
        for bad in [
            "u:p@ss/word@db:5432/x",
            "u:p/w@db/x",
            "u:p?w@db/x",
            "u:p#w@db/x",
        ] {
            assert!(
                has_unencoded_password(&format!("postgresql://{bad}")),
                "{bad}"
            );
        }
        for good in [
            "u:p%40ss@db/x",
            "u@db/x",
            "db:5432/x",
            "u:p@db/x?options=a@b",
            "u:p@db/x?a=/b",
        ] {
            assert!(
                !has_unencoded_password(&format!("postgresql://{good}")),
                "{good}"
            );
        }
    }

    #[test]
    fn where_sqlite_uris_lead() {
        for (uri, expected) in [
            (
                "sqlite:////mlflow/mlflow.db",
                Some(Sqlite::Absolute("/mlflow/mlflow.db")),
            ),
            (
                "sqlite+pysqlite:////a.db?timeout=5",
                Some(Sqlite::Absolute("/a.db")),
            ),
            ("sqlite:///mlflow.db", Some(Sqlite::Relative("mlflow.db"))),
            ("sqlite:///:memory:", Some(Sqlite::Memory)),
            ("sqlite://", Some(Sqlite::Memory)),
            ("sqlite:///", Some(Sqlite::Memory)),
            ("postgresql://db/mlflow", None),
            ("/mlflow/mlflow.db", None),
        ] {
            assert_eq!(sqlite(uri), expected, "{uri}");
        }
    }
}
