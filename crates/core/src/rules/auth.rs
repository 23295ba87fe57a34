//! Basic auth.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::{Edit, Severity};
use crate::resolve::Durability;
use crate::setting;
use serde_json::json;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK601, auth_secret_key),
    Rule::new(&texts::MK602, auth_admin_password),
    Rule::new(&texts::MK603, auth_database),
    Rule::new(&texts::MK604, unknown_app),
    Rule::new(&texts::MK605, auth_replicas),
];

/// An edit that appends a variable from the Secret of basic auth to `env`.
fn from_secret(facts: &Facts<'_>, variable: &str, key: &str) -> Edit {
    Edit::set(
        &setting!("env").join(facts.values.env.len()),
        json!({
            "name": variable,
            "valueFrom": {"secretKeyRef": {"name": "mlflow-auth-secret", "key": key}},
        }),
    )
}

/// The command that makes the Secret of basic auth, all of it.
fn create_secret(facts: &Facts<'_>) -> String {
    format!(
        "Create the Secret if it does not exist, with a password of 12 characters or more: \
         `kubectl create secret generic mlflow-auth-secret --namespace {} \
         --from-literal=secret-key=\"$(openssl rand -hex 32)\" --from-literal=admin-password='…'`.",
        facts.release.namespace
    )
}

fn auth_secret_key(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const VARIABLE: &str = "MLFLOW_FLASK_SERVER_SECRET_KEY";
    let setting = facts.inputs().by_variable(VARIABLE);
    let is_empty = setting.is_some_and(|setting| setting.text == Some(""));
    if !facts.resolved.server.basic_auth || (setting.is_some() && !is_empty) {
        return;
    }
    let finding = Finding::new(
        setting!("server.value_options.app_name"),
        format!("basic auth has no secret key in `{VARIABLE}`"),
    )
    .unless(facts.unless_defined(&[VARIABLE]))
    .help("keep the key in a Secret and refer to it in `env`");
    findings.push(if is_empty {
        finding
    } else {
        finding
            .fix(
                "Read it from the Secret mlflow-auth-secret",
                [from_secret(facts, VARIABLE, "secret-key")],
            )
            .then(create_secret(facts))
    });
}

fn auth_admin_password(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const VARIABLE: &str = "MLFLOW_AUTH_ADMIN_PASSWORD";
    const LEAST: usize = 12;
    // Before, a password that everybody knows was used: a rule about the image says so.
    if !facts.resolved.server.basic_auth || facts.is_older_than(3, 16, 1) {
        return;
    }
    match facts.env(VARIABLE) {
        None => findings.push(
            Finding::new(
                setting!("server.value_options.app_name"),
                format!("basic auth has no password for its first user in `{VARIABLE}`"),
            )
            .unless(facts.unless_defined(&[VARIABLE]))
            .help(
                "keep the password in a Secret and refer to it in `env`; use 12 characters or more",
            )
            .fix(
                "Read it from the Secret mlflow-auth-secret",
                [from_secret(facts, VARIABLE, "admin-password")],
            )
            .then(create_secret(facts)),
        ),
        Some((place, entry)) if entry.value_from.is_none() => {
            let password = entry.value.as_deref().unwrap_or_default();
            if password.chars().count() < LEAST || password == "password1234" {
                findings.push(
                    Finding::new(
                        place.join("value"),
                        format!("`{VARIABLE}` has a value that MLflow refuses"),
                    )
                    .help("use a password of 12 characters or more, but not `password1234`"),
                );
            }
        }
        Some(_) => {}
    }
}

fn auth_database(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const VARIABLE: &str = "MLFLOW_AUTH_CONFIG_PATH";
    const FOLDER: &str = "/etc/mlflow/auth";
    if !facts.resolved.server.basic_auth {
        return;
    }
    if let Some((place, entry)) = facts.env(VARIABLE) {
        let Some(path) = entry.value.as_deref() else {
            return;
        };
        // An image of the user's own may hold the file.
        let nowhere = matches!(
            facts.resolved.server.durability(path),
            Durability::ReadOnlyRoot | Durability::ContainerLifetime
        );
        if nowhere && facts.official_image() {
            findings.push(
                Finding::new(
                    place.join("value"),
                    format!("`{VARIABLE}` names {path}, but no volume is mounted there"),
                )
                .help("mount the Secret or ConfigMap with `extraVolumes` and `extraVolumeMounts`"),
            );
        }
        return;
    }
    let values = facts.values;
    let (severity, message) = if facts.resolved.server.read_only_root {
        (
            Severity::Error,
            "`MLFLOW_AUTH_CONFIG_PATH` is not set, so basic auth cannot create its database of \
             users on the read-only root file system",
        )
    } else {
        (
            Severity::Warning,
            "`MLFLOW_AUTH_CONFIG_PATH` is not set, so the users and permissions of basic auth are \
             lost when the container restarts",
        )
    };
    let finding = Finding::new(setting!("server.value_options.app_name"), message)
        .severity(severity)
        .unless(facts.unless_defined(&[VARIABLE]))
        .help(
            "mount a configuration file whose `database_uri` names a database on the volume or in \
             PostgreSQL, and set `MLFLOW_AUTH_CONFIG_PATH` to its path",
        );
    let database_uri = if values.storage.enabled {
        format!(
            "sqlite:///{}/basic_auth.db",
            values.storage.mount_path.trim_end_matches('/')
        )
    } else {
        "postgresql://USER:PASSWORD@HOST:5432/DATABASE".to_owned()
    };
    findings.push(
        finding
            .fix(
                "Mount a configuration file from the Secret mlflow-auth-config",
                [
                    Edit::set(
                        &setting!("env").join(values.env.len()),
                        json!({"name": VARIABLE, "value": format!("{FOLDER}/basic_auth.ini")}),
                    ),
                    Edit::set(
                        &setting!("extraVolumes").join(values.extra_volumes.len()),
                        json!({"name": "auth-config", "secret": {"secretName": "mlflow-auth-config"}}),
                    ),
                    Edit::set(
                        &setting!("extraVolumeMounts").join(values.extra_volume_mounts.len()),
                        json!({"name": "auth-config", "mountPath": FOLDER, "readOnly": true}),
                    ),
                ],
            )
            .then(format!(
                "Create the Secret: `printf '[mlflow]\\ndefault_permission = READ\\ndatabase_uri = \
                 {database_uri}\\nadmin_username = admin\\n' | kubectl create secret generic \
                 mlflow-auth-config --namespace {} --from-file=basic_auth.ini=/dev/stdin`.",
                facts.release.namespace
            )),
    );
}

fn unknown_app(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if let Some((place, name)) = facts.option("app-name")
        && name != "basic-auth"
        && facts.official_image()
    {
        findings.push(
            Finding::new(
                place.clone(),
                format!("`{place}` names the plugin {name}, which MLflow's images do not have"),
            )
            .help(
                "remove the option, or set it to `basic-auth`; for another plugin, use an image \
                 that has it (`image.repository`)",
            ),
        );
    }
}

fn auth_replicas(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.resolved.server.basic_auth && facts.scales() {
        findings.push(
            Finding::new(
                setting!("replicaCount"),
                "`replicaCount` allows several Pods, which must all use the same database of users",
            )
            .help(
                "set `database_uri` in the configuration file of basic auth to a PostgreSQL \
                 database, and then ignore this rule; or run one Pod",
            ),
        );
    }
}
