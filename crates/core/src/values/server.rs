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
    /// Options with a value: `allowed_hosts: mlflow.example.com` becomes
    /// `--allowed-hosts=mlflow.example.com`. An option with an empty value or null is
    /// left out.
    pub value_options: BTreeMap<String, Option<OptionValue>>,
    /// Options without a value: `enable_workspaces` becomes `--enable-workspaces`.
    pub flag_options: Vec<String>,
    /// Path below which the server serves everything: `/mlflow`. It starts with a slash
    /// and does not end with one. When empty, the server serves at `/`.
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
    /// Restarts the server if it stops answering.
    pub liveness: Probe,
    /// Removes a Pod that does not answer from the Service.
    pub readiness: Probe,
    /// Gives the server time to start before the other two checks begin.
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

/// A health check. A time that is null has the default of Kubernetes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Probe {
    /// Whether Kubernetes does this check.
    pub enabled: bool,
    /// Seconds from the start of the container to the first check.
    pub initial_delay_seconds: Option<i32>,
    /// Seconds from one check to the next.
    pub period_seconds: Option<i32>,
    /// Seconds after which a check without an answer fails.
    pub timeout_seconds: Option<i32>,
    /// Number of checks in a row that must fail before Kubernetes reacts.
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

/// Where MLflow stores its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct MlflowStores {
    /// URI of the database of experiments and runs: `sqlite:////mlflow/mlflow.db` (four
    /// slashes for an absolute path) or `postgresql://user@host:5432/database`. If the
    /// URI has a password, put it into a Secret and use `backendStoreUriFrom`.
    pub backend_store_uri: String,
    /// The same URI from a Secret or ConfigMap:
    /// `{secretKeyRef: {name: mlflow-db-secret, key: uri}}`. It overrides the plain URI.
    pub backend_store_uri_from: Option<EnvVarSource>,
    /// URI of the database of the model registry. When empty: the database of experiments
    /// and runs.
    pub registry_store_uri: String,
    /// The same URI from a Secret or ConfigMap. It overrides the plain URI.
    pub registry_store_uri_from: Option<EnvVarSource>,
    /// Where clients store artifacts themselves, without the server: `s3://bucket/path`.
    /// When empty, clients send artifacts to the server, which stores them.
    pub default_artifact_root: String,
    /// Where the server stores the artifacts of its clients: `s3://bucket/path`, or a
    /// path below `storage.mountPath`.
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
