//! The URIs of databases.

use super::facts::{Facts, loss};
use super::{Finding, Rule, texts};
use crate::diagnostic::Edit;
use crate::resolve::StoreName;
use crate::resolve::flag::FILE_STORE;
use crate::resolve::uri::{Sqlite, Uri};
use crate::setting;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK401, sqlite_relative),
    Rule::new(&texts::MK402, sqlite_in_memory),
    Rule::new(&texts::MK403, sqlite_not_on_a_volume),
    Rule::new(&texts::MK404, database_scheme),
    Rule::new(&texts::MK405, unencoded_password),
    Rule::new(&texts::MK406, database_set_twice),
    Rule::new(&texts::MK407, migration_race),
];

/// The databases whose URI the server gets as it stands in their settings.
fn databases<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (StoreName, Uri<'a>)> {
    let databases = facts.resolved.stores.databases();
    databases
        .map(|store| Some((store.name, store.own_uri()?)))
        .into_iter()
        .flatten()
}

/// A place for an SQLite file on the volume of `storage`.
fn on_the_volume(facts: &Facts<'_>, file: &str) -> String {
    let folder = facts.values.storage.mount_path.trim_end_matches('/');
    format!("sqlite:///{folder}/{file}")
}

/// The finding with a fix that puts the SQLite file onto the volume, switching it
/// on if it is off.
fn keep_on_the_volume(
    facts: &Facts<'_>,
    finding: Finding,
    title: &str,
    store: StoreName,
    file: &str,
) -> Finding {
    let mut edits = vec![Edit::set(&store.setting(), on_the_volume(facts, file))];
    if !facts.values.storage.enabled {
        edits.push(Edit::set(&setting!("storage.enabled"), true));
    }
    let finding = finding.fix(title, edits);
    if facts.rolls() {
        finding.then(super::STOPS_AT_UPDATES)
    } else {
        finding
    }
}

/// The title of fixes that put an SQLite file onto the volume.
const KEEP: &str = "Keep the database on the volume";

/// The last part of a path, or MLflow's usual name.
fn file_name(path: &str) -> &str {
    path.rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or("mlflow.db")
}

fn sqlite_relative(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (store, uri) in databases(facts) {
        if let Some(Sqlite::Relative(path)) = uri.sqlite() {
            let setting = store.setting();
            let finding = Finding::new(
                store.setting(),
                format!(
                    "`{setting}` is `{}`, a path relative to the working directory",
                    uri.text
                ),
            )
            .help("use an absolute path, which has four slashes: `sqlite:////mlflow/mlflow.db`");
            let file = file_name(path);
            findings.push(keep_on_the_volume(facts, finding, KEEP, store, file));
        }
    }
}

fn sqlite_in_memory(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (store, uri) in databases(facts) {
        if uri.sqlite() == Some(Sqlite::Memory) {
            let setting = store.setting();
            let finding = Finding::new(
                store.setting(),
                format!(
                    "`{setting}` is `{}`, a database in memory that every restart deletes",
                    uri.text
                ),
            )
            .help("use a file on a volume: `sqlite:////mlflow/mlflow.db`");
            findings.push(keep_on_the_volume(facts, finding, KEEP, store, "mlflow.db"));
        }
    }
}

fn sqlite_not_on_a_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (store, uri) in databases(facts) {
        let Some(Sqlite::Absolute(path)) = uri.sqlite() else {
            continue;
        };
        let Some((severity, consequence)) = loss(facts.resolved.server.durability(path)) else {
            continue;
        };
        let setting = store.setting();
        let file = file_name(path);
        let finding = Finding::new(
            store.setting(),
            format!("`{setting}` names {path}, which {consequence}"),
        )
        .severity(severity)
        .help(format!(
            "set `storage.enabled`, and keep the file below `storage.mountPath`: `{}`",
            on_the_volume(facts, file)
        ));
        findings.push(keep_on_the_volume(facts, finding, KEEP, store, file));
    }
}

fn database_scheme(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (store, uri) in databases(facts) {
        let rewritten = |scheme: &str| {
            let fixed = format!("{scheme}://{}", uri.after_scheme());
            let edit = Edit::set(&store.setting(), fixed);
            (format!("Use {scheme}://"), [edit])
        };
        let refused = |message: String| Finding::new(store.setting(), message);
        let finding = match (uri.dialect(), uri.driver()) {
            ("postgresql" | "sqlite", _) | ("mysql" | "mssql", Some(_)) => continue,
            // Another image may have the driver.
            ("mysql" | "mssql", None) if !facts.official_image() => continue,
            ("mysql", None) => {
                let (title, edits) = rewritten("mysql+pymysql");
                refused("`mysql://` needs the driver MySQLdb, which the image does not have".into())
                    .help("use PyMySQL, which the image has: `mysql+pymysql://`")
                    .fix(title, edits)
            }
            ("mssql", None) => {
                let (title, edits) = rewritten("mssql+pymssql");
                refused("`mssql://` needs the driver pyodbc, which the image does not have".into())
                    .help("use pymssql, which the image has: `mssql+pymssql://`")
                    .fix(title, edits)
            }
            ("postgres", _) => {
                let (title, edits) = rewritten("postgresql");
                refused("MLflow does not support the scheme `postgres://`".into())
                    .help("use the scheme `postgresql://`")
                    .fix(title, edits)
            }
            ("" | "file", _) if facts.is_older_than(3, 13, 0) => continue,
            ("" | "file", _) => {
                let setting = store.setting();
                let allowed = FILE_STORE.switch(facts.inputs());
                if allowed.is_on() {
                    continue;
                }
                let finding = refused(format!(
                    "`{setting}` is {:?}, a file store, which MLflow refuses from 3.13.0 on",
                    uri.text
                ))
                .unless(facts.unless_switched_on(&FILE_STORE, &allowed))
                .help("use SQLite: `sqlite:////mlflow/mlflow.db`");
                let title = "Use SQLite on the volume";
                keep_on_the_volume(facts, finding, title, store, "mlflow.db")
            }
            _ => refused(format!(
                "MLflow does not support the scheme `{}://`",
                uri.scheme
            ))
            .help("use `postgresql://`, `mysql+pymysql://`, `mssql+pymssql://` or `sqlite:////`"),
        };
        findings.push(finding);
    }
}

fn unencoded_password(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (store, uri) in databases(facts) {
        if uri.sqlite().is_some() {
            continue;
        }
        if has_unencoded_password(uri.text) {
            let setting = store.setting();
            findings.push(
                Finding::new(
                    store.setting(),
                    format!(
                        "the password in `{setting}` contains a character that must be URL-encoded"
                    ),
                )
                .help(
                    "URL-encode the password (`@` is `%40`, `/` is `%2F`, `:` is `%3A`, `#` is \
                     `%23`, `%` is `%25`), for example with `python3 -c 'import urllib.parse, \
                     getpass; print(urllib.parse.quote(getpass.getpass(), safe=\"\"))'`",
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
    for store in facts.resolved.stores.databases() {
        let Some(reference) = store
            .name
            .reference()
            .filter(|_| store.given_from.is_some())
        else {
            continue;
        };
        if store.given.is_empty() {
            continue;
        }
        let setting = store.name.setting();
        findings.push(
            Finding::new(
                setting.clone(),
                format!("`{setting}` has no effect, because `{reference}` overrides it"),
            )
            .help("keep only one of the two")
            .fix(format!("Remove {setting}"), [Edit::remove(&setting)]),
        );
    }
}

fn migration_race(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.scales() && !facts.resolved.stores.use_sqlite() {
        findings.push(
            Finding::new(
                setting!("replicaCount"),
                "on an empty database or after an upgrade, several Pods change the schema at the \
                 same time, and some of them fail and restart",
            )
            .help(
                "start one Pod first, and scale up when it is Ready; you can also ignore this, \
                 because the failed Pods recover when they restart",
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
}
