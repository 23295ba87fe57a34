//! Every default and every derived fact, decided once.

mod certificate;
mod durability;
mod env;
mod feature;
pub(crate) mod flag;
mod hosts;
mod image;
mod inputs;
mod names;
mod server;
mod site;
mod stores;
pub(crate) mod uri;

pub(crate) use durability::{Durability, is_below};
pub use feature::{ActiveFeature, Feature};
pub(crate) use flag::Switch;
pub(crate) use hosts::{Entrance, HOSTS, ORIGINS, PublicHost, Security};
pub(crate) use image::MlflowVersion;
pub(crate) use inputs::{Inputs, Origin, Setting};
pub(crate) use names::{GC_NAME, SERVER_NAME};
pub(crate) use site::{KeptIn, Place, PublicAddress, Rollout, Site};
pub(crate) use stores::{Store, StoreName, Stores};

use crate::kind::ObjectKind;
use crate::kubernetes::{
    Affinity, Container, DeploymentStrategy, EnvFromSource, EnvVar, IngressTls,
    LocalObjectReference, NetworkPolicyEgressRule, PodSecurityContext, PolicyRule, Probe, Quantity,
    ResourceRequirements, SecurityContext, Toleration, TopologySpreadConstraint, Volume,
    VolumeMount,
};
use crate::release::Release;
use crate::values::{
    AccessMode, BasicAuth, CaSecret, HttpRouteFilter, HttpRouteMatch, IngressHost, ParentReference,
    PathMatch, PullPolicy, SecretData, ServiceType, StringMap, Template, TlsConfig, Values,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What is rendered: a feature that is off is `None`.
#[derive(Clone, Debug)]
pub(crate) struct Resolved<'a> {
    /// The release's namespace, on every namespaced object.
    pub(crate) namespace: &'a str,
    /// Whether the Namespace itself is rendered.
    pub(crate) create_namespace: bool,
    /// The release's name: the `instance` label.
    pub(crate) instance: &'a str,
    /// Name of every object that has no name of its own.
    pub(crate) fullname: String,
    /// Name of what belongs to garbage collection, short enough for a CronJob.
    pub(crate) gc_name: String,
    /// The MLflow version of the image, if its tag tells.
    pub(crate) version: Option<MlflowVersion>,
    /// What all pods share.
    pub(crate) pod: Pod<'a>,
    /// The server.
    pub(crate) server: Server<'a>,
    /// Its Service.
    pub(crate) service: Service<'a>,
    /// The ServiceAccount, when one is created.
    pub(crate) service_account: Option<ServiceAccount<'a>>,
    /// Rules of the Role; none, no Role.
    pub(crate) role_rules: &'a [PolicyRule],
    /// Rules of the ClusterRole; none, no ClusterRole.
    pub(crate) cluster_role_rules: &'a [PolicyRule],
    /// The PersistentVolumeClaim.
    pub(crate) claim: Option<Claim<'a>>,
    /// The Ingress.
    pub(crate) ingress: Option<Ingress<'a>>,
    /// The HTTPRoute.
    pub(crate) route: Option<Route<'a>>,
    /// The network policies.
    pub(crate) network_policy: Option<NetworkPolicy<'a>>,
    /// The CronJob.
    pub(crate) garbage_collection: Option<GarbageCollection<'a>>,
    /// The ServiceMonitor.
    pub(crate) service_monitor: Option<Monitor<'a>>,
    /// The SecretStore and the ExternalSecret.
    pub(crate) external_secrets: Option<External<'a>>,
    /// The options and variables that the values give the server.
    pub(crate) inputs: Inputs<'a>,
    /// Databases and artifact stores.
    pub(crate) stores: Stores<'a>,
    /// Where the outside world reaches the server.
    pub(crate) public_hosts: Vec<PublicHost<'a>>,
    /// Which hosts and origins the server accepts.
    pub(crate) security: Security<'a>,
}

/// What the pods of the server and of garbage collection share.
#[derive(Clone, Debug)]
pub(crate) struct Pod<'a> {
    /// Image reference.
    pub(crate) image: String,
    /// When nodes pull it.
    pub(crate) pull_policy: PullPolicy,
    /// Credentials of registries.
    pub(crate) image_pull_secrets: &'a [LocalObjectReference],
    /// The identity.
    pub(crate) service_account_name: &'a str,
    /// Annotations that the user set.
    pub(crate) annotations: &'a StringMap,
    /// Labels that the user set.
    pub(crate) labels: &'a StringMap,
    /// Security settings of the pod, unless empty.
    pub(crate) security_context: Option<&'a PodSecurityContext>,
    /// Security settings of the MLflow container, unless empty.
    pub(crate) container_security_context: Option<&'a SecurityContext>,
    /// Environment from Secrets and ConfigMaps.
    pub(crate) env_from: &'a [EnvFromSource],
    /// Node labels to run on.
    pub(crate) node_selector: &'a StringMap,
    /// Preferences, unless empty.
    pub(crate) affinity: Option<&'a Affinity>,
    /// Tolerated taints.
    pub(crate) tolerations: &'a [Toleration],
}

/// The server's Deployment.
#[derive(Clone, Debug)]
pub(crate) struct Server<'a> {
    /// Number of pods; `None` leaves it to an autoscaler.
    pub(crate) replicas: Option<i32>,
    /// How pods are replaced.
    pub(crate) strategy: DeploymentStrategy,
    /// The command with all its arguments.
    pub(crate) command: Vec<String>,
    /// The port it listens on.
    pub(crate) port: i32,
    /// What it speaks; also the name of container and Service port.
    pub(crate) scheme: Scheme,
    /// The Secret with its certificate and key.
    pub(crate) certificate: Option<&'a str>,
    /// The path that it answers below, as its command line has it; empty for all paths.
    pub(crate) static_prefix: &'a str,
    /// The number of worker processes, where it can be read. MLflow runs at least one.
    pub(crate) workers: i64,
    /// Whether the job runner starts beside it. With a database it does, unless it is switched off.
    pub(crate) jobs: Switch<'a>,
    /// Whether it stores artifacts for its clients.
    pub(crate) serves_artifacts: Switch<'a>,
    /// Whether it has workspaces.
    pub(crate) workspaces: Switch<'a>,
    /// Whether it asks for users and passwords.
    pub(crate) basic_auth: bool,
    /// Whether the container's root file system is read-only.
    pub(crate) read_only_root: bool,
    /// Environment.
    pub(crate) env: Vec<EnvVar>,
    /// Restarts it.
    pub(crate) liveness_probe: Option<Probe>,
    /// Takes it out of the Service.
    pub(crate) readiness_probe: Option<Probe>,
    /// Gives it time to start.
    pub(crate) startup_probe: Option<Probe>,
    /// CPU and memory, unless empty.
    pub(crate) resources: Option<&'a ResourceRequirements>,
    /// Mounts of the container.
    pub(crate) volume_mounts: Vec<VolumeMount>,
    /// Volumes of the pod.
    pub(crate) volumes: Vec<Volume>,
    /// Containers before it.
    pub(crate) init_containers: &'a [Container],
    /// Containers beside it.
    pub(crate) extra_containers: &'a [Container],
    /// Spreading over zones and nodes.
    pub(crate) topology_spread_constraints: &'a [TopologySpreadConstraint],
}

/// The Service.
#[derive(Clone, Debug)]
pub(crate) struct Service<'a> {
    /// How it is reached.
    pub(crate) type_: ServiceType,
    /// Its port.
    pub(crate) port: i32,
    /// Annotations.
    pub(crate) annotations: &'a StringMap,
}

/// A ServiceAccount that is created.
#[derive(Clone, Debug)]
pub(crate) struct ServiceAccount<'a> {
    /// Annotations.
    pub(crate) annotations: &'a StringMap,
    /// Whether pods get a token; `None` leaves it to Kubernetes.
    pub(crate) automount_token: Option<bool>,
}

/// The network policies.
#[derive(Clone, Debug)]
pub(crate) struct NetworkPolicy<'a> {
    /// Ports of stores that the fixed rules do not have, from configured URIs.
    pub(crate) store_ports: BTreeSet<i32>,
    /// Port of the tracking server as garbage collection reaches it; `None` without it.
    pub(crate) gc_server_port: Option<GcServer>,
    /// More rules.
    pub(crate) additional_egress_rules: &'a [NetworkPolicyEgressRule],
}

/// Where garbage collection finds the tracking server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GcServer {
    /// The release's own pods, at this port.
    OwnPods(i32),
    /// Elsewhere, at this port.
    Elsewhere(i32),
}

/// The CronJob.
#[derive(Clone, Debug)]
pub(crate) struct GarbageCollection<'a> {
    /// When it runs.
    pub(crate) schedule: &'a str,
    /// The command with all its arguments.
    pub(crate) command: Vec<String>,
    /// Environment.
    pub(crate) env: Vec<EnvVar>,
    /// CPU and memory, unless empty.
    pub(crate) resources: Option<&'a ResourceRequirements>,
    /// Mounts of the container.
    pub(crate) volume_mounts: Vec<VolumeMount>,
    /// Volumes of the pod.
    pub(crate) volumes: Vec<Volume>,
    /// Whether it must run on the server's node, which holds the volume.
    pub(crate) beside_server: bool,
}

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTPS.
    Https,
}

impl Scheme {
    /// As it stands in a URI.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that clients leave out.
    pub(crate) const fn default_port(self) -> i32 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The PersistentVolumeClaim.
#[derive(Clone, Debug)]
pub(crate) struct Claim<'a> {
    /// How many may use the volume at once.
    pub(crate) access_mode: AccessMode,
    /// Its class: `None` for the cluster's default, empty for none.
    pub(crate) class: Option<&'a str>,
    /// Its size.
    pub(crate) size: &'a Quantity,
}

/// The Ingress.
#[derive(Clone, Debug)]
pub(crate) struct Ingress<'a> {
    /// Which controller serves it; `None` for the cluster's default.
    pub(crate) class_name: Option<&'a str>,
    /// Annotations.
    pub(crate) annotations: &'a StringMap,
    /// Hosts and their paths.
    pub(crate) hosts: &'a [IngressHost],
    /// Certificates.
    pub(crate) certificates: &'a [IngressTls],
    /// Whether cert-manager makes them.
    pub(crate) certificates_are_issued: bool,
}

/// The HTTPRoute.
#[derive(Clone, Debug)]
pub(crate) struct Route<'a> {
    /// Version of the Gateway API.
    pub(crate) api_version: &'a str,
    /// Annotations.
    pub(crate) annotations: &'a StringMap,
    /// Gateways.
    pub(crate) parent_refs: &'a [ParentReference],
    /// Host names.
    pub(crate) hostnames: &'a [String],
    /// Which requests lead to the server.
    pub(crate) matches: Cow<'a, [HttpRouteMatch]>,
    /// What is done to them on the way.
    pub(crate) filters: &'a [HttpRouteFilter],
}

/// The ServiceMonitor.
#[derive(Clone, Debug)]
pub(crate) struct Monitor<'a> {
    /// Path of the metrics.
    pub(crate) path: &'a str,
    /// Labels beside the usual ones.
    pub(crate) labels: &'a StringMap,
    /// How the server's certificate is checked; `None` without one.
    pub(crate) tls_config: Option<&'a TlsConfig>,
    /// User and password, unless empty.
    pub(crate) basic_auth: Option<&'a BasicAuth>,
    /// Time between two scrapes, unless empty.
    pub(crate) interval: Option<&'a str>,
    /// Longest time of a scrape, unless empty.
    pub(crate) scrape_timeout: Option<&'a str>,
}

/// The SecretStore and the ExternalSecret.
#[derive(Clone, Debug)]
pub(crate) struct External<'a> {
    /// Version of both kinds.
    pub(crate) api_version: &'a str,
    /// What the SecretStore reads.
    pub(crate) provider: &'a serde_json::Map<String, serde_json::Value>,
    /// What is fetched.
    pub(crate) data: &'a [SecretData],
    /// What the Secret is made like, unless empty.
    pub(crate) template: Option<&'a Template>,
    /// How often it is fetched.
    pub(crate) refresh_interval: Option<&'a str>,
    /// Name of the ExternalSecret.
    pub(crate) name: String,
    /// Name of the Secret that results.
    pub(crate) secret_name: String,
}

/// Decides everything.
pub(crate) fn resolve<'a>(values: &'a Values, release: &'a Release) -> Resolved<'a> {
    let fullname = names::fullname(values, release);
    let gc_name = names::with_suffix(&fullname, "-gc", names::CRON_JOB_NAME_LENGTH);
    let (image, version) = image::reference(&values.image);
    let inputs = Inputs::of(values);
    let port = server::port(&inputs);
    let service_port = values.service.port.map_or(port, server::as_port);
    let address = Address {
        fullname: &fullname,
        namespace: &release.namespace,
        service_port,
    };
    let public_hosts = hosts::public_hosts(values);
    let security = Security::of(&inputs, &address, &public_hosts);
    let mut stores = Stores::of(values, &inputs);
    let server = server::server(values, &inputs, &address, port, &stores, &security);
    stores.set_durability(&server);
    let service_account_name = match (
        values.service_account.create,
        values.service_account.name.as_str(),
    ) {
        (_, name) if !name.is_empty() => Some(name),
        (true, _) => None,
        (false, _) => Some("default"),
    };
    let garbage_collection = values
        .garbage_collection
        .enabled
        .then(|| garbage_collection(values, &server, &address, &stores));
    let gc_server_port = garbage_collection.as_ref().map(|_| {
        match values.garbage_collection.tracking_uri.as_str() {
            "" => GcServer::OwnPods(port),
            elsewhere => GcServer::Elsewhere(uri::Uri::new(elsewhere).port().unwrap_or(443)),
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
        claim: claim(values),
        ingress: ingress(values),
        route: route(values),
        network_policy: values.network_policy.enabled.then(|| NetworkPolicy {
            store_ports: stores.ports(values),
            gc_server_port,
            additional_egress_rules: &values.network_policy.additional_egress_rules,
        }),
        garbage_collection,
        service_monitor: monitor(values),
        external_secrets: external(values, &fullname),
        inputs,
        stores,
        public_hosts,
        security,
        server,
        fullname,
        gc_name,
    }
}

fn claim(values: &Values) -> Option<Claim<'_>> {
    let storage = Some(&values.storage).filter(|storage| storage.enabled)?;
    Some(Claim {
        access_mode: storage.access_mode,
        class: match storage.storage_class_name.as_str() {
            "" => None,
            // The charts' idiom for "no class": Kubernetes says it with the empty name.
            "-" => Some(""),
            name => Some(name),
        },
        size: &storage.size,
    })
}

fn ingress(values: &Values) -> Option<Ingress<'_>> {
    let ingress = Some(&values.ingress).filter(|ingress| ingress.enabled)?;
    Some(Ingress {
        class_name: unless_empty(Some(ingress.class_name.as_str())),
        annotations: &ingress.annotations,
        hosts: &ingress.hosts,
        certificates: &ingress.tls,
        certificates_are_issued: certificate::are_issued(&ingress.annotations),
    })
}

fn route(values: &Values) -> Option<Route<'_>> {
    let route = Some(&values.http_route).filter(|route| route.enabled)?;
    let every_path = || {
        vec![HttpRouteMatch {
            path: Some(PathMatch {
                type_: Some("PathPrefix".to_owned()),
                value: Some("/".to_owned()),
            }),
            ..HttpRouteMatch::default()
        }]
    };
    Some(Route {
        api_version: or(
            &route.api_version,
            ObjectKind::HttpRoute.descriptor().api_version,
        ),
        annotations: &route.annotations,
        parent_refs: &route.parent_refs,
        hostnames: &route.hostnames,
        matches: if route.matches.is_empty() {
            Cow::Owned(every_path())
        } else {
            Cow::Borrowed(&route.matches)
        },
        filters: &route.filters,
    })
}

fn monitor(values: &Values) -> Option<Monitor<'_>> {
    let monitor = &values.service_monitor;
    (values.metrics.enabled && monitor.enabled).then(|| Monitor {
        path: or(&values.metrics.path, "/metrics"),
        labels: &monitor.labels,
        tls_config: unless_empty(Some(&monitor.tls_config)).filter(|_| values.tls.enabled),
        basic_auth: unless_empty(Some(&monitor.basic_auth)),
        interval: unless_empty(Some(monitor.interval.as_str())),
        scrape_timeout: unless_empty(Some(monitor.scrape_timeout.as_str())),
    })
}

fn external<'a>(values: &'a Values, fullname: &str) -> Option<External<'a>> {
    let external = Some(&values.external_secrets).filter(|external| external.enabled)?;
    Some(External {
        api_version: &external.api_version,
        provider: &external.provider,
        data: &external.data,
        template: unless_empty(Some(&external.template)),
        refresh_interval: external.refresh_interval.as_deref(),
        name: names::cut(&format!("{fullname}-externalsecret")),
        secret_name: or(&external.secret_name, fullname).to_owned(),
    })
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

fn garbage_collection<'a>(
    values: &'a Values,
    server: &Server<'_>,
    address: &Address<'_>,
    stores: &Stores<'_>,
) -> GarbageCollection<'a> {
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
            server.scheme.as_str(),
            address.service_port,
            server.static_prefix.trim_end_matches('/'),
        )
    } else {
        settings.tracking_uri.clone()
    };
    let ca = certificate::of_collector(values);
    let mut own = vec![env::plain("MLFLOW_TRACKING_URI", tracking_uri)];
    own.extend(stores.backend.env());
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

fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}

fn unless_empty<T: Empty + ?Sized>(value: Option<&T>) -> Option<&T> {
    value.filter(|value| !value.is_empty())
}

/// What may say nothing.
trait Empty {
    fn is_empty(&self) -> bool;
}

impl<T: Default + PartialEq> Empty for T {
    fn is_empty(&self) -> bool {
        *self == T::default()
    }
}

impl Empty for str {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl Resolved<'_> {
    /// The Service's names, from the shortest to the longest.
    pub(crate) fn host_names(&self) -> [String; 4] {
        self.address().host_names()
    }

    /// Whether a host, with or without a port, is one of the Service's names.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        let host = host.split(':').next().unwrap_or_default();
        let mut labels = host.split('.');
        labels.next() == Some(self.fullname.as_str())
            && labels.next().is_none_or(|label| label == self.namespace)
    }

    /// The Service's names as clients in the cluster write them in `Host`.
    pub(crate) fn service_hosts(&self) -> [String; 4] {
        self.host_names().map(|name| self.with_service_port(&name))
    }

    /// A host with the Service's port, which clients leave out where it is
    /// the scheme's own.
    pub(crate) fn with_service_port(&self, host: &str) -> String {
        if self.service.port == self.server.scheme.default_port() {
            host.to_owned()
        } else {
            format!("{host}:{}", self.service.port)
        }
    }

    /// The list of hosts that the server gets when the values name none.
    pub(crate) fn list_of_hosts(&self) -> String {
        hosts::list_of_hosts(&self.address(), &self.public_hosts)
    }

    fn address(&self) -> Address<'_> {
        Address {
            fullname: &self.fullname,
            namespace: self.namespace,
            service_port: self.service.port,
        }
    }

    /// Name of the pods' ServiceAccount.
    pub(crate) fn service_account_name(&self) -> &str {
        or(self.pod.service_account_name, &self.fullname)
    }

    /// What selects the server's pods. A running Deployment cannot change its
    /// selector, so these are the official chart's.
    pub(crate) fn selector(&self) -> BTreeMap<String, String> {
        self.selector_of(SERVER_NAME)
    }

    /// What selects garbage collection's pods, and never the server's.
    pub(crate) fn gc_selector(&self) -> BTreeMap<String, String> {
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
