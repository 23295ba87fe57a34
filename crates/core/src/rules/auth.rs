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
        "Create the Secret, if it is not there: kubectl create secret generic mlflow-auth-secret \
         --namespace {} --from-literal=secret-key=\"$(openssl rand -hex 32)\" \
         --from-literal=admin-password='…' (12 characters or more)",
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
        format!("basic auth needs a secret key in {VARIABLE}"),
    )
    .unless(facts.unless_defined(&[VARIABLE]))
    .help("keep it in a Secret and refer to it in `env`");
    findings.push(if is_empty {
        finding
    } else {
        finding
            .fix(
                "Take it from a Secret mlflow-auth-secret",
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
                format!("basic auth needs a password for its first user in {VARIABLE}"),
            )
            .unless(facts.unless_defined(&[VARIABLE]))
            .help("keep it in a Secret and refer to it in `env`; it needs 12 characters or more")
            .fix(
                "Take it from a Secret mlflow-auth-secret",
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
                        format!("{VARIABLE} is one that MLflow refuses"),
                    )
                    .help("use 12 characters or more, and not password1234"),
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
                    format!("no volume is mounted that could hold {path}"),
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
            "basic auth cannot make its database of users: the root file system is read-only",
        )
    } else {
        (
            Severity::Warning,
            "the users and permissions of basic auth go with the container",
        )
    };
    let finding = Finding::new(setting!("server.value_options.app_name"), message)
        .severity(severity)
        .unless(facts.unless_defined(&[VARIABLE]))
        .help(
            "mount a configuration that names `database_uri`, on the volume or in PostgreSQL, and \
             set MLFLOW_AUTH_CONFIG_PATH to its path",
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
                "Mount a configuration from a Secret mlflow-auth-config",
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
                "Create the Secret: printf '[mlflow]\\ndefault_permission = READ\\ndatabase_uri = \
                 {database_uri}\\nadmin_username = admin\\n' | kubectl create secret generic \
                 mlflow-auth-config --namespace {} --from-file=basic_auth.ini=/dev/stdin",
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
            Finding::new(place, format!("MLflow's images have no plugin {name}")).help(
                "use `basic-auth`, or an image of your own with the plugin: `image.repository`",
            ),
        );
    }
}

fn auth_replicas(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.resolved.server.basic_auth && facts.scales() {
        findings.push(
            Finding::new(
                setting!("replicaCount"),
                "all pods must use one database of users",
            )
            .help(
                "let `database_uri` in the configuration of basic auth name a PostgreSQL database",
            ),
        );
    }
}
