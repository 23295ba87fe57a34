//! Ways to the server: Service, Ingress, TLS.

use super::{StringMap, field};
use crate::kubernetes::IngressTls;
use serde::{Deserialize, Serialize};

/// The Service in front of the server Pods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Service {
    /// From where clients reach the Service: only inside the cluster, on a port of every
    /// node, or through a load balancer.
    #[serde(rename = "type")]
    pub type_: ServiceType,
    /// Annotations of the Service.
    pub annotations: StringMap,
    /// Port of the Service. When empty: the port of the server.
    #[serde(deserialize_with = "field::optional_port")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "super::schema::optional_port")
    )]
    pub port: Option<i64>,
}

/// From where clients reach a Service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ServiceType {
    /// Only inside the cluster.
    #[default]
    ClusterIP,
    /// On a port of every node.
    NodePort,
    /// Through a load balancer of the cloud provider.
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
    /// Whether to create the Ingress.
    pub enabled: bool,
    /// Class of the ingress controller: `nginx` or `traefik`. When empty: the default of
    /// the cluster.
    pub class_name: String,
    /// Annotations of the Ingress. Most of them configure the ingress controller.
    pub annotations: StringMap,
    /// Host names and paths that the ingress controller routes to the server.
    pub hosts: Vec<IngressHost>,
    /// Certificates of the hosts:
    /// `[{secretName: mlflow-example-com, hosts: [mlflow.example.com]}]`. When empty, the
    /// Ingress does not set up HTTPS.
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
    /// Host name: `mlflow.example.com` or `*.example.com`. When empty: all host names.
    pub host: String,
    /// Paths that are routed to the server. When empty: all paths.
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
    /// The path. It starts with a slash.
    pub path: String,
    /// How the path of a request is compared with this path.
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

/// How the path of a request is compared with an ingress path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PathType {
    /// Only the path itself.
    Exact,
    /// The path and everything below it.
    Prefix,
    /// The ingress controller decides.
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

/// HTTPS on the server itself, for clients and for the ingress controller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Tls {
    /// Whether the server uses HTTPS.
    pub enabled: bool,
    /// Secret of the type `kubernetes.io/tls` with the certificate and the key of the
    /// server (`tls.crt` and `tls.key`).
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
