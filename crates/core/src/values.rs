//! The values interface: a superset of the official chart's.
//!
//! The doc comments on the fields are the one source of the help texts, the
//! JSON Schema and the commented default values.

mod access;
mod deserializer;
mod external_secrets;
mod field;
mod gateway;
mod operations;
#[rustfmt::skip]
mod paths;
mod pod;
mod prometheus;
mod read;
#[cfg(feature = "schema")]
mod schema;
mod security;
mod server;
mod setting;
mod storage;
mod tool;

pub use access::{Ingress, IngressHost, IngressPath, PathType, Service, ServiceType, Tls};
pub(crate) use deserializer::{Refused, is_foreign, nearest};
pub use external_secrets::{
    ExternalSecrets, GeneratorRef, RemoteRef, SecretData, SourceRef, StoreRef, Template,
    TemplateFrom, TemplateMetadata, TemplateSource, TemplateSourceItem,
};
pub use field::{OptionValue, StringMap};
pub use gateway::{
    CorsFilter, ExtensionRef, Fraction, HeaderFilter, HeaderMatch, HttpHeader, HttpRoute,
    HttpRouteFilter, HttpRouteMatch, MirrorBackendRef, ParentReference, PathMatch, PathModifier,
    RequestMirror, RequestRedirect, UrlRewrite,
};
pub use operations::{CaSecret, GarbageCollection, Metrics, NetworkPolicy};
pub use pod::{Image, PullPolicy};
pub use prometheus::{BasicAuth, KeySelector, SecretOrConfigMap, ServiceMonitor, TlsConfig};
pub use read::default_tree;
pub(crate) use read::{each_object, read, read_variation};
#[cfg(feature = "schema")]
pub use schema::{commented_defaults, kubernetes, paths, reference, schema, settings};
pub use security::{Rbac, ServiceAccount};
pub(crate) use server::is_option;
pub use server::{MlflowStores, Probe, Probes, Server};
#[doc(hidden)]
pub use setting::is_setting;
pub use storage::{AccessMode, Storage};
pub use tool::Tool;

use crate::kubernetes::{
    Affinity, Capabilities, Container, DeploymentStrategy, EnvFromSource, EnvVar,
    LocalObjectReference, PodSecurityContext, ResourceRequirements, SeccompProfile,
    SecurityContext, Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
use serde::{Deserialize, Serialize};

/// The default values, as a commented values file. Generated from [`Values`]
/// by `cargo xtask generate`.
pub const DEFAULTS: &str = include_str!("values/defaults.yaml");

/// All settings. A key of the official chart has the meaning that it has there, unless
/// its text says more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct Values {
    /// The MLflow container image.
    pub image: Image,
    /// Secrets with the credentials of private image registries: `[{name: my-registry}]`.
    /// All Pods use them.
    pub image_pull_secrets: Vec<LocalObjectReference>,
    /// Name of all objects, for example `tracking`. When empty: `<release>-mlflow`.
    pub fullname_override: String,
    /// Number of server Pods. More than one Pod needs a database server, and an artifact
    /// store that all Pods can reach. When null, an autoscaler sets the number.
    pub replica_count: Option<i32>,
    /// How Kubernetes replaces the server Pods on an update. When empty: `Recreate` if
    /// only one Pod may use the volume or the SQLite file, otherwise a rolling update
    /// that removes a Pod only when its successor is ready.
    pub deployment_strategy: DeploymentStrategy,
    /// Options of `mlflow server`.
    pub server: Server,
    /// Health checks of the server container. All of them request `/health`, below the
    /// static prefix.
    pub probes: Probes,
    /// Permanently removes deleted runs and experiments, with their artifacts, on a
    /// schedule.
    pub garbage_collection: GarbageCollection,
    /// The Service in front of the server Pods.
    pub service: Service,
    /// Makes the server reachable from outside the cluster through an ingress controller.
    pub ingress: Ingress,
    /// Makes the server reachable from outside the cluster through a Gateway of the
    /// Gateway API.
    pub http_route: HttpRoute,
    /// Where MLflow stores its data.
    pub mlflow: MlflowStores,
    /// Additional environment variables of the server and of garbage collection:
    /// `[{name: AWS_DEFAULT_REGION, value: eu-west-1}]`.
    pub env: Vec<EnvVar>,
    /// Secrets and ConfigMaps: all their entries become environment variables:
    /// `[{secretRef: {name: s3-credentials}}]`.
    pub env_from: Vec<EnvFromSource>,
    /// Additional volumes of the server Pods: `[{name: cache, emptyDir: {}}]`.
    pub extra_volumes: Vec<Volume>,
    /// Where the server container mounts `extraVolumes`:
    /// `[{name: cache, mountPath: /cache}]`.
    pub extra_volume_mounts: Vec<VolumeMount>,
    /// Containers that must finish before the server starts.
    pub extra_init_containers: Vec<Container>,
    /// Containers that run beside the server in each Pod.
    pub extra_containers: Vec<Container>,
    /// HTTPS on the server itself, for clients and for the ingress controller.
    pub tls: Tls,
    /// Creates a SecretStore and an ExternalSecret for the External Secrets Operator.
    pub external_secrets: ExternalSecrets,
    /// Limits the network connections of the Pods to those that MLflow needs.
    pub network_policy: NetworkPolicy,
    /// Prometheus metrics of the server.
    pub metrics: Metrics,
    /// Lets the Prometheus Operator scrape the metrics. Needs `metrics.enabled`.
    pub service_monitor: ServiceMonitor,
    /// Security settings of all Pods. To remove a default, set its key to null: for
    /// example, set `runAsUser` and `fsGroup` to null on OpenShift, which assigns them
    /// itself.
    pub pod_security_context: Option<PodSecurityContext>,
    /// Security settings of the server container and the garbage collection container. If
    /// `readOnlyRootFilesystem` is true, `/tmp` is an empty volume. To remove a default,
    /// set its key to null.
    #[serde(deserialize_with = "field::security_context")]
    pub security_context: SecurityContext,
    /// The ServiceAccount of the Pods: their identity in the cluster.
    pub service_account: ServiceAccount,
    /// Permissions of the ServiceAccount in the namespace of the release.
    #[serde(rename = "namespace_rbac")]
    pub namespace_rbac: Rbac,
    /// Permissions of the ServiceAccount in the whole cluster.
    #[serde(rename = "cluster_rbac")]
    pub cluster_rbac: Rbac,
    /// A PersistentVolumeClaim for SQLite and local artifacts.
    pub storage: Storage,
    /// CPU and memory of the server container:
    /// `{requests: {cpu: 500m, memory: 3Gi}, limits: {memory: 3Gi}}`.
    pub resources: Option<ResourceRequirements>,
    /// Annotations of all Pods: `{example.com/team: ml}`.
    pub pod_annotations: StringMap,
    /// Additional labels of all Pods: `{example.com/team: ml}`. You cannot change the
    /// labels that selectors use.
    pub pod_labels: StringMap,
    /// Labels that a node must have to run the Pods: `{kubernetes.io/arch: amd64}`.
    pub node_selector: StringMap,
    /// Node taints that the Pods tolerate:
    /// `[{key: dedicated, operator: Equal, value: mlflow, effect: NoSchedule}]`.
    pub tolerations: Vec<Toleration>,
    /// Rules that choose the nodes of the Pods by labels of nodes and of other Pods.
    pub affinity: Option<Affinity>,
    /// How Kubernetes spreads the server Pods over zones and nodes.
    pub topology_spread_constraints: Vec<TopologySpreadConstraint>,
    /// Settings of mlflow-k8s itself, which Helm ignores. `{ignore: [image-latest]}`
    /// ignores rules, by name or code.
    #[serde(rename = "x-mlflow-k8s")]
    pub tool: Tool,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            image: Image::default(),
            image_pull_secrets: Vec::new(),
            fullname_override: String::new(),
            replica_count: Some(1),
            deployment_strategy: DeploymentStrategy::default(),
            server: Server::default(),
            probes: Probes::default(),
            garbage_collection: GarbageCollection::default(),
            service: Service::default(),
            ingress: Ingress::default(),
            http_route: HttpRoute::default(),
            mlflow: MlflowStores::default(),
            env: Vec::new(),
            env_from: Vec::new(),
            extra_volumes: Vec::new(),
            extra_volume_mounts: Vec::new(),
            extra_init_containers: Vec::new(),
            extra_containers: Vec::new(),
            tls: Tls::default(),
            external_secrets: ExternalSecrets::default(),
            network_policy: NetworkPolicy::default(),
            metrics: Metrics::default(),
            service_monitor: ServiceMonitor::default(),
            pod_security_context: Some(PodSecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(1000),
                fs_group: Some(1000),
                seccomp_profile: Some(SeccompProfile {
                    type_: "RuntimeDefault".to_owned(),
                    ..SeccompProfile::default()
                }),
                ..PodSecurityContext::default()
            }),
            security_context: default_security_context(),
            service_account: ServiceAccount::default(),
            namespace_rbac: Rbac::default(),
            cluster_rbac: Rbac::default(),
            storage: Storage::default(),
            resources: Some(ResourceRequirements::default()),
            pod_annotations: StringMap::default(),
            pod_labels: StringMap::default(),
            node_selector: StringMap::default(),
            tolerations: Vec::new(),
            affinity: Some(Affinity::default()),
            topology_spread_constraints: Vec::new(),
            tool: Tool::default(),
        }
    }
}

fn default_security_context() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        read_only_root_filesystem: Some(true),
        capabilities: Some(Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            ..Capabilities::default()
        }),
        ..SecurityContext::default()
    }
}
