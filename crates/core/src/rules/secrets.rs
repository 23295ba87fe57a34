//! Secrets that stand in values.

use super::facts::Facts;
use super::{Finding, Rule, texts};
use crate::diagnostic::Edit;
use crate::kubernetes::EnvVar;
use crate::path::ValuePath;
use crate::resolve::StoreName;
use crate::setting;
use serde_json::json;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK461, password_in_uri),
    Rule::new(&texts::MK462, secret_in_env),
];

/// A URI's password, if it has one, and the URI with a placeholder in its place.
pub(crate) fn password(uri: &str) -> Option<(&str, String)> {
    let (scheme, rest) = uri.split_once("://")?;
    // Unencoded passwords may hold slashes and @.
    let (credentials, host) = rest.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    // A reference to another variable of the container is no password.
    let is_reference = password.starts_with("$(") && password.ends_with(')');
    (!password.is_empty() && !is_reference)
        .then(|| (password, format!("{scheme}://{user}:PASSWORD@{host}")))
}

/// The Secret that fixes put a database's URI into, under the key `uri`.
pub(super) fn secret_for(store: StoreName) -> &'static str {
    match store {
        StoreName::Backend => "mlflow-db-secret",
        _ => "mlflow-registry-db-secret",
    }
}

/// How to make it, with the URI that is shown.
pub(super) fn how_to_create(secret: &str, shown: &str, facts: &Facts<'_>) -> String {
    format!(
        "Create the Secret, with your password in place of PASSWORD: `kubectl create secret \
         generic {secret} --namespace {} --from-literal=uri='{shown}'`.",
        facts.release.namespace
    )
}

/// The variable, and the Secret, that fixes put a database's password into.
fn password_of(store: StoreName) -> (&'static str, &'static str) {
    match store {
        StoreName::Backend => ("DATABASE_PASSWORD", "mlflow-db-password"),
        _ => ("REGISTRY_DATABASE_PASSWORD", "mlflow-registry-db-password"),
    }
}

fn password_in_uri(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for store in facts.resolved.stores.databases() {
        let uri = store.own_uri();
        let (Some((password, shown)), Some(reference)) = (
            uri.and_then(|uri| password(uri.text)),
            store.name.reference(),
        ) else {
            continue;
        };
        let setting = store.name.setting();
        let finding = Finding::new(setting.clone(), format!("`{setting}` contains a password"));
        let (variable, secret) = password_of(store.name);
        // Somebody uses the name for something else, or the text would not be a URI any more.
        if facts.env(variable).is_some() || password.contains("$(") {
            findings.push(finding.help(format!(
                "keep the URI in a Secret and refer to it with `{reference}`"
            )));
            continue;
        }
        // The variable of the URI keeps its text: where a running Deployment was not made by
        // `kubectl apply`, a reference in its place would join the text, and Kubernetes refuses
        // both together.
        let with_reference = shown.replacen(":PASSWORD@", &format!(":$({variable})@"), 1);
        let entry = json!({
            "name": variable,
            "valueFrom": {"secretKeyRef": {"name": secret, "key": "password"}},
        });
        findings.push(
            finding
                .help(format!(
                    "keep the password in a Secret and write `$({variable})` in its place, or keep \
                     the whole URI in a Secret and refer to it with `{reference}`"
                ))
                .fix(
                    format!("Read the password from the Secret {secret}"),
                    [
                        Edit::set(&setting!("env").join(facts.values.env.len()), entry),
                        Edit::set(&setting, with_reference),
                    ],
                )
                .then(format!(
                    "Before you apply the manifests, create the Secret, with the password \
                     URL-encoded as it is in the URI: `kubectl create secret generic {secret} \
                     --namespace {} --from-literal=password='…'`.",
                    facts.release.namespace
                )),
        );
    }
    for (place, uri) in [
        (
            setting!("mlflow.artifactsDestination"),
            &facts.values.mlflow.artifacts_destination,
        ),
        (
            setting!("mlflow.defaultArtifactRoot"),
            &facts.values.mlflow.default_artifact_root,
        ),
        (
            setting!("garbageCollection.trackingUri"),
            &facts.values.garbage_collection.tracking_uri,
        ),
    ] {
        if password(uri).is_some() {
            findings.push(
                Finding::new(place.clone(), format!("`{place}` contains a password"))
                    .help("remove the password, and set the credentials in `env` from a Secret"),
            );
        }
    }
}

/// Endings of the names of variables that hold secrets. Names that end in
/// `_PATH`, `_FILE` or `_URI` say where one is.
const SECRET_ENDINGS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "SECRET_KEY",
    "SECRET_ACCESS_KEY",
    "ACCESS_KEY",
    "SESSION_TOKEN",
    "TOKEN",
    "API_KEY",
    "PRIVATE_KEY",
    "CONNECTION_STRING",
    "PASSPHRASE",
    "SAS_TOKEN",
];

/// Whether a variable of that name holds a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET_ENDINGS.iter().any(|ending| {
        name.strip_suffix(ending)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

fn secret_in_env(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let beside = |list: ValuePath, containers: &[crate::kubernetes::Container]| {
        containers
            .iter()
            .enumerate()
            .flat_map(|(index, container)| {
                let place = list.join(index).join("env");
                variables(&place, container.env.as_deref().unwrap_or_default())
            })
            .collect::<Vec<_>>()
    };
    let all = variables(&setting!("env"), &values.env)
        .into_iter()
        .chain(variables(
            &setting!("garbageCollection.env"),
            &values.garbage_collection.env,
        ))
        .chain(beside(
            setting!("extraContainers"),
            &values.extra_containers,
        ))
        .chain(beside(
            setting!("extraInitContainers"),
            &values.extra_init_containers,
        ));
    for (place, name) in all {
        let namespace = &facts.release.namespace;
        let key = name.to_lowercase().replace('_', "-");
        findings.push(
            Finding::new(
                place.join("value"),
                format!("`{name}` looks like a secret, but its value is written in the values"),
            )
            .help("read it from a Secret with `valueFrom.secretKeyRef`")
            .fix(
                "Read it from the Secret mlflow-env-secret",
                [
                    Edit::remove(&place.join("value")),
                    Edit::set(
                        &place.join("valueFrom"),
                        json!({"secretKeyRef": {"name": "mlflow-env-secret", "key": key}}),
                    ),
                ],
            )
            .then(format!(
                "Create the Secret, with one `--from-literal` for each key: `kubectl create secret \
                 generic mlflow-env-secret --namespace {namespace} --from-literal={key}='…'`."
            )),
        );
    }
}

/// The variables of a list whose values are secrets, as far as their names tell.
fn variables(list: &ValuePath, entries: &[EnvVar]) -> Vec<(ValuePath, String)> {
    entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| {
            is_secret(&entry.name)
                && entry
                    .value
                    .as_deref()
                    .is_some_and(|value| !value.is_empty() && !value.starts_with("$("))
        })
        .map(|(index, entry)| (list.join(index), entry.name.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_uris() {
        for (uri, expected) in [
            ("postgresql://u:p@db/x", Some("p")),
            ("postgresql://u:p@ss/w@db/x", Some("p@ss/w")),
            ("postgresql://u@db/x", None),
            ("postgresql://u:@db/x", None),
            ("postgresql://u:$(DB_PASSWORD)@db/x", None),
            ("sqlite:////mlflow/mlflow.db", None),
            ("s3://bucket/path", None),
        ] {
            assert_eq!(
                password(uri).map(|(password, _)| password),
                expected,
                "{uri}"
            );
        }
    }

    #[test]
    fn names_of_secrets() {
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "MLFLOW_FLASK_SERVER_SECRET_KEY",
            "MLFLOW_TRACKING_PASSWORD",
            "MLFLOW_TRACKING_TOKEN",
            "AZURE_STORAGE_CONNECTION_STRING",
            "password",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "MLFLOW_AUTH_CONFIG_PATH",
            "NOTTOKEN",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
