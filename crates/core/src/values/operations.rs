//! Day two: garbage collection, network policy, metrics.

use crate::kubernetes::{
    EnvVar, NetworkPolicyEgressRule, Quantity, ResourceRequirements, Volume, VolumeMount,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Permanently removes deleted runs and experiments, with their artifacts, on a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GarbageCollection {
    /// Whether to create the CronJob.
    pub enabled: bool,
    /// When garbage collection runs, in cron notation and in the time zone of the
    /// cluster: `0 2 * * 0` is every Sunday at 02:00.
    pub schedule: String,
    /// Minimum time since the deletion: `30d` or `12h30m`. When empty, garbage collection
    /// removes everything that was deleted.
    pub older_than: String,
    /// Whether to clean all workspaces. Set it to true if the server has workspaces, and
    /// to false if it has none: otherwise garbage collection fails.
    pub all_workspaces: bool,
    /// Address of the tracking server. When empty: the address of the Service, with the
    /// correct scheme, port and static prefix.
    pub tracking_uri: String,
    /// Additional environment variables, for example the credentials for basic
    /// authentication (`MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`).
    pub env: Vec<EnvVar>,
    /// Certificate that garbage collection trusts when it connects to the server with
    /// HTTPS.
    pub ca_secret: CaSecret,
    /// Additional volumes of the Pod.
    pub extra_volumes: Vec<Volume>,
    /// Where the container mounts these volumes.
    pub extra_volume_mounts: Vec<VolumeMount>,
    /// CPU and memory of the container.
    pub resources: Option<ResourceRequirements>,
}

impl Default for GarbageCollection {
    fn default() -> Self {
        let amounts = |cpu: &str, memory: &str| {
            BTreeMap::from([
                ("cpu".to_owned(), Quantity(cpu.to_owned())),
                ("memory".to_owned(), Quantity(memory.to_owned())),
            ])
        };
        Self {
            enabled: false,
            schedule: "0 2 * * 0".to_owned(),
            older_than: String::new(),
            all_workspaces: false,
            tracking_uri: String::new(),
            env: Vec::new(),
            ca_secret: CaSecret::default(),
            extra_volumes: Vec::new(),
            extra_volume_mounts: Vec::new(),
            resources: Some(ResourceRequirements {
                requests: Some(amounts("100m", "256Mi")),
                limits: Some(amounts("500m", "512Mi")),
                ..ResourceRequirements::default()
            }),
        }
    }
}

/// Where the certificate of a certificate authority is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CaSecret {
    /// Name of the Secret. When empty, with `tls.enabled`: `tls.secretName`, which is
    /// correct for a self-signed certificate.
    pub name: String,
    /// Key in the Secret. When empty: `ca.crt` if `name` is set, otherwise `tls.crt`.
    pub key: String,
}

/// Limits the network connections of the Pods to those that MLflow needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkPolicy {
    /// Whether to create network policies.
    pub enabled: bool,
    /// Additional connections that the Pods may open:
    /// `[{ports: [{protocol: TCP, port: 6379}]}]`.
    pub additional_egress_rules: Vec<NetworkPolicyEgressRule>,
}

/// Prometheus metrics of the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Metrics {
    /// Whether the server exposes metrics.
    pub enabled: bool,
    /// Path that the ServiceMonitor requests. The server always serves metrics at
    /// `/metrics`, also with a static prefix.
    pub path: String,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            enabled: false,
            path: "/metrics".to_owned(),
        }
    }
}
