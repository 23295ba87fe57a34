//! The MLflow server: its options, stores and probes.

use super::OptionValue;
use crate::kubernetes::EnvVarSource;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Options of `mlflow server`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Server {
    /// Options with a value: `allowed_hosts: mlflow.example.com` gives
    /// `--allowed-hosts=mlflow.example.com`. An empty or null value leaves the option out.
    pub value_options: BTreeMap<String, Option<OptionValue>>,
    /// Options without a value: `enable_workspaces` gives `--enable-workspaces`.
    pub flag_options: Vec<String>,
    /// Serve below this path: `/mlflow`. Starts with a slash and does not end with one.
    #[serde(rename = "staticPrefix")]
    pub static_prefix: String,
}

impl Default for Server {
    fn default() -> Self {
        let option = |key: &str, value: &str| (key.to_owned(), Some(OptionValue(value.to_owned())));
        Self {
            value_options: BTreeMap::from([
                option("host", "0.0.0.0"),
                option("port", "5000"),
                option("workers", "4"),
            ]),
            flag_options: Vec::new(),
            static_prefix: String::new(),
        }
    }
}

impl Server {
    /// An option by its name on the command line (`allowed-hosts`), however its
    /// key spells it: the key and the text. One without a text is left out, and
    /// of several MLflow follows the last.
    pub(crate) fn option_entry(&self, name: &str) -> Option<(&str, &str)> {
        self.value_options
            .iter()
            .filter(|(key, _)| is_option(key, name))
            .filter_map(|(key, value)| Some((key.as_str(), value.as_ref()?.0.as_str())))
            .rfind(|(_, text)| !text.is_empty())
    }
}

/// Whether a key spells an option's name on the command line: `allowed_hosts` is `allowed-hosts`.
pub(crate) fn is_option(key: &str, name: &str) -> bool {
    let is_same = |(given, meant): (u8, u8)| given == meant || (given == b'_' && meant == b'-');
    key.len() == name.len() && key.bytes().zip(name.bytes()).all(is_same)
}

/// Health checks of the server container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Probes {
    /// Restarts a server that has stopped answering.
    pub liveness: Probe,
    /// Takes a server that does not answer out of the Service.
    pub readiness: Probe,
    /// Gives a starting server time before the other two begin.
    pub startup: Probe,
}

impl Default for Probes {
    fn default() -> Self {
        let probe = |initial_delay, period, timeout, failures| Probe {
            enabled: true,
            initial_delay_seconds: Some(initial_delay),
            period_seconds: Some(period),
            timeout_seconds: Some(timeout),
            failure_threshold: Some(failures),
        };
        Self {
            liveness: probe(15, 20, 1, 3),
            readiness: probe(5, 10, 1, 3),
            startup: probe(0, 10, 10, 30),
        }
    }
}

/// One health check. A timing that is null is left to Kubernetes' default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Probe {
    /// Whether the check is done.
    pub enabled: bool,
    /// Seconds from the start of the container to the first check.
    pub initial_delay_seconds: Option<i32>,
    /// Seconds from one check to the next.
    pub period_seconds: Option<i32>,
    /// Seconds until a check without an answer has failed.
    pub timeout_seconds: Option<i32>,
    /// Failed checks in a row that count.
    pub failure_threshold: Option<i32>,
}

impl Default for Probe {
    fn default() -> Self {
        Self {
            enabled: true,
            initial_delay_seconds: None,
            period_seconds: None,
            timeout_seconds: None,
            failure_threshold: None,
        }
    }
}

/// Where MLflow keeps its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct MlflowStores {
    /// Database of experiments and runs, as a URI:
    /// `sqlite:////mlflow/mlflow.db` (four slashes: an absolute path) or
    /// `postgresql://user@host:5432/database`. A URI with a password belongs
    /// into a Secret: use `backendStoreUriFrom`.
    pub backend_store_uri: String,
    /// The same from a Secret or ConfigMap; wins over the plain URI:
    /// `{secretKeyRef: {name: mlflow-db-secret, key: uri}}`.
    pub backend_store_uri_from: Option<EnvVarSource>,
    /// Database of the model registry, when it is another one.
    pub registry_store_uri: String,
    /// The same from a Secret or ConfigMap; wins over the plain URI.
    pub registry_store_uri_from: Option<EnvVarSource>,
    /// Where clients write artifacts themselves, past the server:
    /// `s3://bucket/path`. Leave it empty to let the server store them.
    pub default_artifact_root: String,
    /// Where the server stores artifacts for its clients: `s3://bucket/path`
    /// or a path below `storage.mountPath`.
    pub artifacts_destination: String,
}

impl Default for MlflowStores {
    fn default() -> Self {
        Self {
            backend_store_uri: String::new(),
            backend_store_uri_from: Some(EnvVarSource::default()),
            registry_store_uri: String::new(),
            registry_store_uri_from: Some(EnvVarSource::default()),
            default_artifact_root: String::new(),
            artifacts_destination: String::new(),
        }
    }
}
