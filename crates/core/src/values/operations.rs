//! Day two: garbage collection, network policy, metrics.

use crate::kubernetes::{
    EnvVar, NetworkPolicyEgressRule, Quantity, ResourceRequirements, Volume, VolumeMount,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Removes soft-deleted runs and experiments, with their artifacts, on a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct GarbageCollection {
    /// Whether the CronJob is created.
    pub enabled: bool,
    /// When it runs, in cron's notation and the cluster's time zone.
    pub schedule: String,
    /// Removes only what was deleted longer ago than this: `30d`, `12h30m`.
    /// When empty: everything that was deleted.
    pub older_than: String,
    /// Cleans all workspaces; needed when the server has workspaces, an error when not.
    pub all_workspaces: bool,
    /// Address of the tracking server. When empty: that of the Service, with
    /// the right scheme, port and static prefix.
    pub tracking_uri: String,
    /// More environment variables, for example credentials
    /// (`MLFLOW_TRACKING_USERNAME`, `MLFLOW_TRACKING_PASSWORD`) for basic auth.
    pub env: Vec<EnvVar>,
    /// Certificate that the server's certificate is checked against, with TLS.
    pub ca_secret: CaSecret,
    /// More volumes of the pod.
    pub extra_volumes: Vec<Volume>,
    /// Where the container mounts them.
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

/// Where a certificate authority's certificate is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CaSecret {
    /// Name of the Secret. When empty: `tls.secretName`, which is right for a
    /// self-signed certificate.
    pub name: String,
    /// Key in the Secret. When empty: `ca.crt` in a Secret named here, else `tls.crt`.
    pub key: String,
}

/// Limits the connections of the pods to what MLflow needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkPolicy {
    /// Whether network policies are created.
    pub enabled: bool,
    /// More connections that the pods may open:
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
    /// Path that the ServiceMonitor asks. The server itself always answers at
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
