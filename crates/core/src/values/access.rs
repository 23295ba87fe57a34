//! Ways to the server: Service, Ingress, TLS.

use super::{StringMap, field};
use crate::kubernetes::IngressTls;
use serde::{Deserialize, Serialize};

/// The Service in front of the server pods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Service {
    /// How the Service is reached: inside the cluster, on every node's port,
    /// or through a load balancer.
    #[serde(rename = "type")]
    pub type_: ServiceType,
    /// Annotations of the Service.
    pub annotations: StringMap,
    /// Port of the Service. When empty: the server's own port.
    #[serde(deserialize_with = "field::optional_port")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "super::schema::optional_port")
    )]
    pub port: Option<i64>,
}

/// How a Service is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ServiceType {
    /// Inside the cluster.
    #[default]
    ClusterIP,
    /// On a port of every node.
    NodePort,
    /// Through a load balancer of the cloud.
    LoadBalancer,
}

impl ServiceType {
    /// The value of the Service's `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClusterIP => "ClusterIP",
            Self::NodePort => "NodePort",
            Self::LoadBalancer => "LoadBalancer",
        }
    }
}

/// Makes the server reachable through an ingress controller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Ingress {
    /// Whether the Ingress is created.
    pub enabled: bool,
    /// Which ingress controller serves it: `nginx`, `traefik`. When empty: the cluster's default.
    pub class_name: String,
    /// Annotations, mostly settings of the ingress controller.
    pub annotations: StringMap,
    /// Host names and the paths below them that lead to the server.
    pub hosts: Vec<IngressHost>,
    /// Certificates of the hosts:
    /// `[{secretName: mlflow-example-com, hosts: [mlflow.example.com]}]`.
    pub tls: Vec<IngressTls>,
}

impl Default for Ingress {
    fn default() -> Self {
        Self {
            enabled: false,
            class_name: String::new(),
            annotations: StringMap::default(),
            hosts: vec![IngressHost {
                host: "mlflow.local".to_owned(),
                paths: default_paths(),
            }],
            tls: Vec::new(),
        }
    }
}

/// A host name and its paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IngressHost {
    /// The name, `mlflow.example.com` or `*.example.com`. When empty: every host.
    pub host: String,
    /// Paths that lead to the server. When empty: every path.
    #[serde(deserialize_with = "ingress_paths")]
    pub paths: Vec<IngressPath>,
}

impl Default for IngressHost {
    fn default() -> Self {
        Self {
            host: String::new(),
            paths: default_paths(),
        }
    }
}

fn default_paths() -> Vec<IngressPath> {
    vec![IngressPath::default()]
}

fn ingress_paths<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<IngressPath>, D::Error> {
    let paths = Vec::deserialize(deserializer)?;
    Ok(if paths.is_empty() {
        default_paths()
    } else {
        paths
    })
}

/// A path of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct IngressPath {
    /// The path, starting with a slash.
    pub path: String,
    /// How the path is compared.
    pub path_type: PathType,
}

impl Default for IngressPath {
    fn default() -> Self {
        Self {
            path: "/".to_owned(),
            path_type: PathType::Prefix,
        }
    }
}

/// How an ingress path is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PathType {
    /// The path itself only.
    Exact,
    /// The path and all below it.
    Prefix,
    /// As the ingress controller likes.
    ImplementationSpecific,
}

impl PathType {
    /// The value of `pathType`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::Prefix => "Prefix",
            Self::ImplementationSpecific => "ImplementationSpecific",
        }
    }
}

/// HTTPS between the clients or the ingress controller and the server pods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Tls {
    /// Whether the server speaks HTTPS.
    pub enabled: bool,
    /// Secret of type `kubernetes.io/tls` with the server's certificate and
    /// key (`tls.crt`, `tls.key`).
    pub secret_name: String,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            enabled: false,
            secret_name: "mlflow-tls".to_owned(),
        }
    }
}
