//! Environment variables.

use crate::kubernetes::{EnvVar, EnvVarSource};
use crate::values::Values;

pub(super) fn plain(name: &str, value: impl Into<String>) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.into()),
        value_from: None,
    }
}

/// A variable from a reference or, without one, from a text; `None` when both are empty.
fn either(name: &str, from: Option<&EnvVarSource>, value: &str) -> Option<EnvVar> {
    match super::unless_empty(from) {
        Some(source) => Some(EnvVar {
            name: name.to_owned(),
            value: None,
            value_from: Some(source.clone()),
        }),
        None if value.is_empty() => None,
        None => Some(plain(name, value)),
    }
}

pub(super) fn backend_store(values: &Values) -> Option<EnvVar> {
    either(
        "MLFLOW_BACKEND_STORE_URI",
        values.mlflow.backend_store_uri_from.as_ref(),
        &values.mlflow.backend_store_uri,
    )
}

/// The variables of all stores.
pub(super) fn stores(values: &Values) -> Vec<EnvVar> {
    let stores = &values.mlflow;
    [
        backend_store(values),
        either(
            "MLFLOW_REGISTRY_STORE_URI",
            stores.registry_store_uri_from.as_ref(),
            &stores.registry_store_uri,
        ),
        either(
            "MLFLOW_DEFAULT_ARTIFACT_ROOT",
            None,
            &stores.default_artifact_root,
        ),
        either(
            "MLFLOW_ARTIFACTS_DESTINATION",
            None,
            &stores.artifacts_destination,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Lists of variables in which a later list's entry takes the place of an
/// earlier one of the same name: Kubernetes would let the last one win too,
/// but merges lists by name, where a name must stand once.
pub(super) fn overridden<'a>(
    own: Vec<EnvVar>,
    users: impl IntoIterator<Item = &'a [EnvVar]>,
) -> Vec<EnvVar> {
    users.into_iter().fold(own, |earlier, later| {
        earlier
            .into_iter()
            .filter(|variable| later.iter().all(|other| other.name != variable.name))
            .chain(later.iter().cloned())
            .collect()
    })
}
