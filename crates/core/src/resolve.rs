//! Every default and every derived fact, decided once.

mod env;
mod hosts;
mod image;
mod names;
mod server;
pub(crate) mod uri;

pub(crate) use hosts::{PublicHost, list_of_origins, public_hosts};
pub use image::MlflowVersion;
pub(crate) use names::{GC_NAME, SERVER_NAME};
pub(crate) use server::static_prefix;

use crate::kubernetes::{
    Affinity, Container, DeploymentStrategy, EnvFromSource, EnvVar, LocalObjectReference,
    NetworkPolicyEgressRule, PodSecurityContext, PolicyRule, Probe, ResourceRequirements,
    SecurityContext, Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
use crate::release::Release;
use crate::values::{
    CaSecret, ExternalSecrets, HttpRoute, Ingress, PullPolicy, ServiceMonitor, ServiceType,
    Storage, StringMap, Values,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is rendered: a feature that is off is `None`.
#[derive(Clone, Debug)]
pub struct Resolved<'a> {
    /// The release's namespace, on every namespaced object.
    pub namespace: &'a str,
    /// Whether the Namespace itself is rendered.
    pub create_namespace: bool,
    /// The release's name: the `instance` label.
    pub instance: &'a str,
    /// Name of every object that has no name of its own.
    pub fullname: String,
    /// Name of what belongs to garbage collection, short enough for a CronJob.
    pub gc_name: String,
    /// The MLflow version of the image, if its tag tells.
    pub version: Option<MlflowVersion>,
    /// What all pods share.
    pub pod: Pod<'a>,
    /// The server.
    pub server: Server<'a>,
    /// Its Service.
    pub service: Service<'a>,
    /// The ServiceAccount, when one is created.
    pub service_account: Option<ServiceAccount<'a>>,
    /// Rules of the Role; none, no Role.
    pub role_rules: &'a [PolicyRule],
    /// Rules of the ClusterRole; none, no ClusterRole.
    pub cluster_role_rules: &'a [PolicyRule],
    /// The PersistentVolumeClaim.
    pub storage: Option<&'a Storage>,
    /// The Ingress.
    pub ingress: Option<&'a Ingress>,
    /// The HTTPRoute.
    pub http_route: Option<&'a HttpRoute>,
    /// The network policies.
    pub network_policy: Option<NetworkPolicy<'a>>,
    /// The CronJob.
    pub garbage_collection: Option<GarbageCollection<'a>>,
    /// The ServiceMonitor.
    pub service_monitor: Option<Monitor<'a>>,
    /// The SecretStore and the ExternalSecret.
    pub external_secrets: Option<External<'a>>,
}

/// What the pods of the server and of garbage collection share.
#[derive(Clone, Debug)]
pub struct Pod<'a> {
    /// Image reference.
    pub image: String,
    /// When nodes pull it.
    pub pull_policy: PullPolicy,
    /// Credentials of registries.
    pub image_pull_secrets: &'a [LocalObjectReference],
    /// The identity.
    pub service_account_name: &'a str,
    /// Annotations that the user set.
    pub annotations: &'a StringMap,
    /// Labels that the user set.
    pub labels: &'a StringMap,
    /// Security settings of the pod, unless empty.
    pub security_context: Option<&'a PodSecurityContext>,
    /// Security settings of the MLflow container, unless empty.
    pub container_security_context: Option<&'a SecurityContext>,
    /// Environment from Secrets and ConfigMaps.
    pub env_from: &'a [EnvFromSource],
    /// Node labels to run on.
    pub node_selector: &'a StringMap,
    /// Preferences, unless empty.
    pub affinity: Option<&'a Affinity>,
    /// Tolerated taints.
    pub tolerations: &'a [Toleration],
}

/// The server's Deployment.
#[derive(Clone, Debug)]
pub struct Server<'a> {
    /// Number of pods; `None` leaves it to an autoscaler.
    pub replicas: Option<i32>,
    /// How pods are replaced.
    pub strategy: DeploymentStrategy,
    /// The command with all its arguments.
    pub command: Vec<String>,
    /// The port it listens on.
    pub port: i32,
    /// `http` or `https`: the name of container and Service port.
    pub port_name: &'static str,
    /// Environment.
    pub env: Vec<EnvVar>,
    /// Restarts it.
    pub liveness_probe: Option<Probe>,
    /// Takes it out of the Service.
    pub readiness_probe: Option<Probe>,
    /// Gives it time to start.
    pub startup_probe: Option<Probe>,
    /// CPU and memory, unless empty.
    pub resources: Option<&'a ResourceRequirements>,
    /// Mounts of the container.
    pub volume_mounts: Vec<VolumeMount>,
    /// Volumes of the pod.
    pub volumes: Vec<Volume>,
    /// Containers before it.
    pub init_containers: &'a [Container],
    /// Containers beside it.
    pub extra_containers: &'a [Container],
    /// Spreading over zones and nodes.
    pub topology_spread_constraints: &'a [TopologySpreadConstraint],
}

/// The Service.
#[derive(Clone, Debug)]
pub struct Service<'a> {
    /// How it is reached.
    pub type_: ServiceType,
    /// Its port.
    pub port: i32,
    /// Annotations.
    pub annotations: &'a StringMap,
}

/// A ServiceAccount that is created.
#[derive(Clone, Debug)]
pub struct ServiceAccount<'a> {
    /// Annotations.
    pub annotations: &'a StringMap,
    /// Whether pods get a token; `None` leaves it to Kubernetes.
    pub automount_token: Option<bool>,
}

/// The network policies.
#[derive(Clone, Debug)]
pub struct NetworkPolicy<'a> {
    /// Ports of stores that the fixed rules do not have, from configured URIs.
    pub store_ports: BTreeSet<i32>,
    /// Port of the tracking server as garbage collection reaches it; `None` without it.
    pub gc_server_port: Option<GcServer>,
    /// More rules.
    pub additional_egress_rules: &'a [NetworkPolicyEgressRule],
}

/// Where garbage collection finds the tracking server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GcServer {
    /// The release's own pods, at this port.
    OwnPods(i32),
    /// Elsewhere, at this port.
    Elsewhere(i32),
}

/// The CronJob.
#[derive(Clone, Debug)]
pub struct GarbageCollection<'a> {
    /// When it runs.
    pub schedule: &'a str,
    /// The command with all its arguments.
    pub command: Vec<String>,
    /// Environment.
    pub env: Vec<EnvVar>,
    /// CPU and memory, unless empty.
    pub resources: Option<&'a ResourceRequirements>,
    /// Mounts of the container.
    pub volume_mounts: Vec<VolumeMount>,
    /// Volumes of the pod.
    pub volumes: Vec<Volume>,
    /// Whether it must run on the server's node, which holds the volume.
    pub beside_server: bool,
}

/// The ServiceMonitor.
#[derive(Clone, Debug)]
pub struct Monitor<'a> {
    /// The settings.
    pub settings: &'a ServiceMonitor,
    /// Path of the metrics.
    pub path: &'a str,
}

/// The SecretStore and the ExternalSecret.
#[derive(Clone, Debug)]
pub struct External<'a> {
    /// The settings.
    pub settings: &'a ExternalSecrets,
    /// Name of the ExternalSecret.
    pub name: String,
    /// Name of the Secret that results.
    pub secret_name: String,
}

/// Decides everything.
pub fn resolve<'a>(values: &'a Values, release: &'a Release) -> Resolved<'a> {
    let fullname = names::fullname(values, release);
    let gc_name = names::with_suffix(&fullname, "-gc", names::CRON_JOB_NAME_LENGTH);
    let (image, version) = image::reference(&values.image);
    let port = server::port(values);
    let service_port = values.service.port.map_or(port, server::as_port);
    let address = Address {
        fullname: &fullname,
        namespace: &release.namespace,
        service_port,
    };
    let storage = values.storage.enabled.then_some(&values.storage);
    let service_account_name = match (
        values.service_account.create,
        values.service_account.name.as_str(),
    ) {
        (_, name) if !name.is_empty() => Some(name),
        (true, _) => None,
        (false, _) => Some("default"),
    };
    let metrics = values.metrics.enabled && values.service_monitor.enabled;
    let garbage_collection = values
        .garbage_collection
        .enabled
        .then(|| garbage_collection(values, &address));
    let gc_server_port = garbage_collection.as_ref().map(|_| {
        match values.garbage_collection.tracking_uri.as_str() {
            "" => GcServer::OwnPods(port),
            elsewhere => GcServer::Elsewhere(uri::port(elsewhere).unwrap_or(443)),
        }
    });
    Resolved {
        namespace: &release.namespace,
        create_namespace: release.create_namespace,
        instance: &release.name,
        version,
        pod: Pod {
            image,
            pull_policy: values.image.pull_policy,
            image_pull_secrets: &values.image_pull_secrets,
            service_account_name: service_account_name.unwrap_or_default(),
            annotations: &values.pod_annotations,
            labels: &values.pod_labels,
            security_context: unless_empty(values.pod_security_context.as_ref()),
            container_security_context: unless_empty(Some(&values.security_context)),
            env_from: &values.env_from,
            node_selector: &values.node_selector,
            affinity: unless_empty(values.affinity.as_ref()),
            tolerations: &values.tolerations,
        },
        server: server::server(values, &address, port),
        service: Service {
            type_: values.service.type_,
            port: service_port,
            annotations: &values.service.annotations,
        },
        service_account: values.service_account.create.then_some(ServiceAccount {
            annotations: &values.service_account.annotations,
            automount_token: values.service_account.automount_service_account_token,
        }),
        role_rules: &values.namespace_rbac.extra_rules,
        cluster_role_rules: &values.cluster_rbac.extra_rules,
        storage,
        ingress: values.ingress.enabled.then_some(&values.ingress),
        http_route: values.http_route.enabled.then_some(&values.http_route),
        network_policy: values.network_policy.enabled.then(|| NetworkPolicy {
            store_ports: uri::store_ports(values),
            gc_server_port,
            additional_egress_rules: &values.network_policy.additional_egress_rules,
        }),
        garbage_collection,
        service_monitor: metrics.then_some(Monitor {
            settings: &values.service_monitor,
            path: or(&values.metrics.path, "/metrics"),
        }),
        external_secrets: values.external_secrets.enabled.then(|| External {
            settings: &values.external_secrets,
            name: names::cut(&format!("{fullname}-externalsecret")),
            secret_name: or(&values.external_secrets.secret_name, &fullname).to_owned(),
        }),
        fullname,
        gc_name,
    }
}

/// What the server's address is made of.
struct Address<'a> {
    fullname: &'a str,
    namespace: &'a str,
    service_port: i32,
}

impl Address<'_> {
    /// The Service's names, from the shortest to the longest.
    fn host_names(&self) -> [String; 4] {
        let Self {
            fullname,
            namespace,
            ..
        } = self;
        [
            (*fullname).to_owned(),
            format!("{fullname}.{namespace}"),
            format!("{fullname}.{namespace}.svc"),
            format!("{fullname}.{namespace}.svc.cluster.local"),
        ]
    }
}

/// Where the server's key pair is mounted.
pub(crate) const TLS_MOUNT_PATH: &str = "/etc/tls/private";
/// Where garbage collection finds the certificate that it trusts.
const CA_MOUNT_PATH: &str = "/etc/tls/ca";

fn garbage_collection<'a>(values: &'a Values, address: &Address<'_>) -> GarbageCollection<'a> {
    let settings = &values.garbage_collection;
    let mut command = vec![
        "mlflow".to_owned(),
        "gc".to_owned(),
        // mlflow gc reads this from its option only, never from the environment.
        "--backend-store-uri=$(MLFLOW_BACKEND_STORE_URI)".to_owned(),
    ];
    if !settings.older_than.is_empty() {
        command.push(format!("--older-than={}", settings.older_than));
    }
    if settings.all_workspaces {
        command.push("--all-workspaces".to_owned());
    }

    let [.., host] = address.host_names();
    let tracking_uri = if settings.tracking_uri.is_empty() {
        format!(
            "{}://{host}:{}{}",
            server::port_name(values),
            address.service_port,
            server::static_prefix(values).trim_end_matches('/'),
        )
    } else {
        settings.tracking_uri.clone()
    };
    let ca = ca_secret(values);
    let mut own = vec![env::plain("MLFLOW_TRACKING_URI", tracking_uri)];
    own.extend(env::backend_store(values));
    if ca.is_some() {
        own.push(env::plain(
            "MLFLOW_TRACKING_SERVER_CERT_PATH",
            format!("{CA_MOUNT_PATH}/ca.crt"),
        ));
    }

    let mut storage = server::Mounts::default();
    // Python needs a temporary directory, and the root may be read-only.
    storage.add(server::tmp());
    storage.add_if(values.storage.enabled, || {
        server::storage(values, address.fullname)
    });
    if let Some(CaSecret { name, key }) = ca {
        storage.add(server::ca(name, key));
    }
    let (volumes, volume_mounts) =
        storage.with_extra(&settings.extra_volumes, &settings.extra_volume_mounts);
    GarbageCollection {
        schedule: &settings.schedule,
        command,
        env: env::overridden(own, [values.env.as_slice(), settings.env.as_slice()]),
        resources: unless_empty(settings.resources.as_ref()),
        volume_mounts,
        volumes,
        beside_server: values.storage.enabled && values.storage.access_mode.is_exclusive(),
    }
}

/// The Secret and key that garbage collection's trust comes from; `None` when
/// it speaks plain HTTP or trusts what its image trusts.
fn ca_secret(values: &Values) -> Option<CaSecret> {
    let settings = &values.garbage_collection;
    let CaSecret { name, key } = &settings.ca_secret;
    if !name.is_empty() {
        return Some(CaSecret {
            name: name.clone(),
            key: or(key, "ca.crt").to_owned(),
        });
    }
    (values.tls.enabled && settings.tracking_uri.is_empty()).then(|| CaSecret {
        name: values.tls.secret_name.clone(),
        key: or(key, "tls.crt").to_owned(),
    })
}

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

fn unless_empty<T: Default + PartialEq>(value: Option<&T>) -> Option<&T> {
    value.filter(|value| **value != T::default())
}

impl Resolved<'_> {
    /// The Service's names, from the shortest to the longest.
    pub(crate) fn host_names(&self) -> [String; 4] {
        self.address().host_names()
    }

    /// The list of hosts that the server gets when the values name none.
    pub(crate) fn list_of_hosts(&self, values: &Values) -> String {
        hosts::list_of_hosts(values, &self.address())
    }

    fn address(&self) -> Address<'_> {
        Address {
            fullname: &self.fullname,
            namespace: self.namespace,
            service_port: self.service.port,
        }
    }

    /// Name of the pods' ServiceAccount.
    pub fn service_account_name(&self) -> &str {
        or(self.pod.service_account_name, &self.fullname)
    }

    /// What selects the server's pods. A running Deployment cannot change its
    /// selector, so these are the official chart's.
    pub fn selector(&self) -> BTreeMap<String, String> {
        self.selector_of(SERVER_NAME)
    }

    /// What selects garbage collection's pods, and never the server's.
    pub fn gc_selector(&self) -> BTreeMap<String, String> {
        self.selector_of(GC_NAME)
    }

    fn selector_of(&self, name: &str) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), name.to_owned()),
            (
                "app.kubernetes.io/instance".to_owned(),
                self.instance.to_owned(),
            ),
        ])
    }
}
