//! The kinds of objects that a release consists of or refers to, each with
//! everything that the program needs to know about it.

use crate::manifest::Manifest;
use crate::references::{self, Found};
use crate::render;
use crate::resolve::Resolved;
use serde_json::Value;

/// What is known about a kind of object.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KindDescriptor {
    /// The kind, `Deployment`.
    pub kind: &'static str,
    /// Group and version, `apps/v1`. Some settings name another version of a
    /// custom resource.
    pub api_version: &'static str,
    /// The name of the kind in URLs, `deployments`.
    pub plural: &'static str,
    /// Where its names are unique.
    pub scope: Scope,
    /// Who serves it.
    pub served: Served,
    /// Its column in the diagram.
    pub tier: Tier,
    /// JSON pointer to the Pod template, if it makes Pods.
    pub pod: Option<&'static str>,
    /// JSON pointers to the fields that the API server does not let change on
    /// a running object.
    pub immutable: &'static [&'static str],
    /// What a removal costs.
    pub removal: Removal,
    /// What renders its objects; none where others create them.
    pub(crate) render: &'static [Render],
    /// Adds what an object refers to by name, beside what its Pods refer to.
    pub(crate) references: for<'m> fn(&mut Found<'m>, &'m Value),
    /// What an object finds by labels, beside its own Pods.
    pub(crate) selects: Option<Selection>,
}

/// Renders an object of a kind, if the release has one.
pub(crate) type Render = fn(&Resolved<'_>) -> Option<Manifest>;

/// What an object finds by labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection {
    /// JSON pointer to the labels.
    pub(crate) pointer: &'static str,
    /// What it does with them, in a word.
    pub(crate) label: &'static str,
    /// Whose labels are meant.
    pub(crate) of: Selected,
}

/// Whose labels a selector means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    /// Those of Pods.
    Pods,
    /// Those of Services.
    Services,
}

/// Where the names of a kind are unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the whole cluster: two releases can collide, and the removal of a
    /// namespace leaves the object behind.
    Cluster,
}

/// Who serves a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// Kubernetes itself.
    BuiltIn {
        /// The first minor version with this `apiVersion`.
        first: u8,
        /// The last one, if it is gone since.
        last: Option<u8>,
    },
    /// Somebody who brings a CustomResourceDefinition.
    Custom,
}

/// The columns of the diagram, from what comes in to what is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// What accepts connections for the whole cluster.
    Gate,
    /// What leads to the server.
    Route,
    /// What stands in front of Pods.
    Service,
    /// What makes Pods.
    Workload,
    /// What Pods use.
    Used,
    /// What creates or grants what Pods use.
    Source,
    /// What sources refer to.
    Origin,
}

impl Tier {
    /// The last one.
    pub const LAST: Self = Self::Origin;
}

/// What the removal of an object costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Nothing: the same manifest makes it again.
    Safe,
    /// The data that it holds.
    LosesData,
    /// Every object in it, of whichever release.
    LosesNamespace,
}

/// Declares the kinds: a variant, its documentation, for a built-in one its
/// type in `k8s-openapi`, which tests compare it with, and its descriptor.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])+
        $kind:ident $(as $($type:ident)::+)? { $($field:ident: $value:expr,)+ }
    )+) => {
        /// A kind of object, in an order that is safe to apply: what others
        /// refer to comes first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ObjectKind {
            $($(#[$doc])+ $kind,)+
        }

        impl ObjectKind {
            /// Every kind, in apply order.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// What is known about it.
            pub const fn descriptor(self) -> &'static KindDescriptor {
                match self {
                    $(Self::$kind => &KindDescriptor { $($field: $value,)+ },)+
                }
            }
        }

        /// Compares each built-in kind with its type.
        #[cfg(test)]
        fn built_in_kinds() {
            $($(tests::compare::<k8s_openapi::api::$($type)::+>(ObjectKind::$kind);)?)+
        }
    };
}

// Scopes, names and versions: a test compares the built-in kinds with
// `k8s-openapi`. First versions:
// <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>.
// Immutable fields: the `Validate…Update` functions of Kubernetes'
// `pkg/apis/*/validation`, and `pkg/registry/apps/deployment/strategy.go`.
kinds! {
    /// Where the release lives.
    Namespace as core::v1::Namespace {
        kind: "Namespace",
        api_version: "v1",
        plural: "namespaces",
        scope: Scope::Cluster,
        served: Served::BuiltIn { first: 0, last: None },
        tier: Tier::Route,
        pod: None,
        immutable: &[],
        removal: Removal::LosesNamespace,
        render: &[render::namespace::render],
        references: references::nothing,
        selects: None,
    }

    /// Limits connections.
    NetworkPolicy as networking::v1::NetworkPolicy {
        kind: "NetworkPolicy",
        api_version: "networking.k8s.io/v1",
        plural: "networkpolicies",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 7, last: None },
        tier: Tier::Service,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::network_policy::render, render::network_policy::render_gc],
        references: references::nothing,
        selects: Some(Selection { pointer: "/spec/podSelector/matchLabels", label: "limits", of: Selected::Pods }),
    }

    /// The identity of Pods.
    ServiceAccount as core::v1::ServiceAccount {
        kind: "ServiceAccount",
        api_version: "v1",
        plural: "serviceaccounts",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 0, last: None },
        tier: Tier::Used,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::service_account::render],
        references: references::nothing,
        selects: None,
    }

    /// Settings that are no secret.
    ConfigMap as core::v1::ConfigMap {
        kind: "ConfigMap",
        api_version: "v1",
        plural: "configmaps",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 2, last: None },
        tier: Tier::Used,
        pod: None,
        immutable: &[],
        removal: Removal::LosesData,
        render: &[],
        references: references::nothing,
        selects: None,
    }

    /// Credentials and certificates.
    Secret as core::v1::Secret {
        kind: "Secret",
        api_version: "v1",
        plural: "secrets",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 0, last: None },
        tier: Tier::Used,
        pod: None,
        immutable: &["/type"],
        removal: Removal::LosesData,
        render: &[],
        references: references::nothing,
        selects: None,
    }

    /// A provider of secrets for the whole cluster, of the External Secrets Operator.
    ClusterSecretStore {
        kind: "ClusterSecretStore",
        api_version: "external-secrets.io/v1",
        plural: "clustersecretstores",
        scope: Scope::Cluster,
        served: Served::Custom,
        tier: Tier::Origin,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[],
        references: references::secret_store,
        selects: None,
    }

    /// A provider of secrets, of the External Secrets Operator.
    SecretStore {
        kind: "SecretStore",
        api_version: "external-secrets.io/v1",
        plural: "secretstores",
        scope: Scope::Namespaced,
        served: Served::Custom,
        tier: Tier::Origin,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::secret_store::render],
        references: references::secret_store,
        selects: None,
    }

    /// What a Secret is made from, of the External Secrets Operator.
    ExternalSecret {
        kind: "ExternalSecret",
        api_version: "external-secrets.io/v1",
        plural: "externalsecrets",
        scope: Scope::Namespaced,
        served: Served::Custom,
        tier: Tier::Source,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::external_secret::render],
        references: references::external_secret,
        selects: None,
    }

    /// A volume that outlives Pods.
    PersistentVolumeClaim as core::v1::PersistentVolumeClaim {
        kind: "PersistentVolumeClaim",
        api_version: "v1",
        plural: "persistentvolumeclaims",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 0, last: None },
        tier: Tier::Used,
        pod: None,
        // A bound claim can ask for more storage, and for another
        // VolumeAttributesClass; nothing else of it changes.
        immutable: &[
            "/spec/accessModes",
            "/spec/dataSource",
            "/spec/dataSourceRef",
            "/spec/resources/limits",
            "/spec/selector",
            "/spec/storageClassName",
            "/spec/volumeMode",
            "/spec/volumeName",
        ],
        removal: Removal::LosesData,
        render: &[render::persistent_volume_claim::render],
        references: references::nothing,
        selects: None,
    }

    /// Permissions in the whole cluster.
    ClusterRole as rbac::v1::ClusterRole {
        kind: "ClusterRole",
        api_version: "rbac.authorization.k8s.io/v1",
        plural: "clusterroles",
        scope: Scope::Cluster,
        served: Served::BuiltIn { first: 8, last: None },
        tier: Tier::Origin,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::cluster_role::render],
        references: references::nothing,
        selects: None,
    }

    /// Who has permissions in the whole cluster.
    ClusterRoleBinding as rbac::v1::ClusterRoleBinding {
        kind: "ClusterRoleBinding",
        api_version: "rbac.authorization.k8s.io/v1",
        plural: "clusterrolebindings",
        scope: Scope::Cluster,
        served: Served::BuiltIn { first: 8, last: None },
        tier: Tier::Source,
        pod: None,
        immutable: &["/roleRef"],
        removal: Removal::Safe,
        render: &[render::cluster_role::render_binding],
        references: references::binding,
        selects: None,
    }

    /// Permissions in a namespace.
    Role as rbac::v1::Role {
        kind: "Role",
        api_version: "rbac.authorization.k8s.io/v1",
        plural: "roles",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 8, last: None },
        tier: Tier::Origin,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::role::render],
        references: references::nothing,
        selects: None,
    }

    /// Who has permissions in a namespace.
    RoleBinding as rbac::v1::RoleBinding {
        kind: "RoleBinding",
        api_version: "rbac.authorization.k8s.io/v1",
        plural: "rolebindings",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 8, last: None },
        tier: Tier::Source,
        pod: None,
        immutable: &["/roleRef"],
        removal: Removal::Safe,
        render: &[render::role::render_binding],
        references: references::binding,
        selects: None,
    }

    /// A name and an address for Pods.
    Service as core::v1::Service {
        kind: "Service",
        api_version: "v1",
        plural: "services",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 0, last: None },
        tier: Tier::Service,
        pod: None,
        // While the type has a cluster address.
        immutable: &["/spec/clusterIP", "/spec/clusterIPs"],
        removal: Removal::Safe,
        render: &[|resolved| Some(render::service::render(resolved))],
        references: references::nothing,
        selects: Some(Selection { pointer: "/spec/selector", label: "selects", of: Selected::Pods }),
    }

    /// Pods of a server.
    Deployment as apps::v1::Deployment {
        kind: "Deployment",
        api_version: "apps/v1",
        plural: "deployments",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 9, last: None },
        tier: Tier::Workload,
        pod: Some("/spec/template"),
        immutable: &["/spec/selector"],
        removal: Removal::Safe,
        render: &[|resolved| Some(render::deployment::render(resolved))],
        references: references::nothing,
        selects: None,
    }

    /// Pods on a schedule.
    CronJob as batch::v1::CronJob {
        kind: "CronJob",
        api_version: "batch/v1",
        plural: "cronjobs",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 21, last: None },
        tier: Tier::Workload,
        pod: Some("/spec/jobTemplate/spec/template"),
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::cron_job::render],
        references: references::nothing,
        selects: None,
    }

    /// An ingress controller.
    IngressClass as networking::v1::IngressClass {
        kind: "IngressClass",
        api_version: "networking.k8s.io/v1",
        plural: "ingressclasses",
        scope: Scope::Cluster,
        served: Served::BuiltIn { first: 19, last: None },
        tier: Tier::Gate,
        pod: None,
        immutable: &["/spec/controller"],
        removal: Removal::Safe,
        render: &[],
        references: references::nothing,
        selects: None,
    }

    /// Host names and paths that lead to Services.
    Ingress as networking::v1::Ingress {
        kind: "Ingress",
        api_version: "networking.k8s.io/v1",
        plural: "ingresses",
        scope: Scope::Namespaced,
        served: Served::BuiltIn { first: 19, last: None },
        tier: Tier::Route,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::ingress::render],
        references: references::ingress,
        selects: None,
    }

    /// What accepts connections, of the Gateway API.
    Gateway {
        kind: "Gateway",
        api_version: "gateway.networking.k8s.io/v1",
        plural: "gateways",
        scope: Scope::Namespaced,
        served: Served::Custom,
        tier: Tier::Gate,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[],
        references: references::nothing,
        selects: None,
    }

    /// Requests that lead to Services, of the Gateway API.
    HttpRoute {
        kind: "HTTPRoute",
        api_version: "gateway.networking.k8s.io/v1",
        plural: "httproutes",
        scope: Scope::Namespaced,
        served: Served::Custom,
        tier: Tier::Route,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::http_route::render],
        references: references::http_route,
        selects: None,
    }

    /// Services whose metrics are read, of the Prometheus Operator.
    ServiceMonitor {
        kind: "ServiceMonitor",
        api_version: "monitoring.coreos.com/v1",
        plural: "servicemonitors",
        scope: Scope::Namespaced,
        served: Served::Custom,
        tier: Tier::Route,
        pod: None,
        immutable: &[],
        removal: Removal::Safe,
        render: &[render::service_monitor::render],
        references: references::service_monitor,
        selects: Some(Selection { pointer: "/spec/selector/matchLabels", label: "scrapes", of: Selected::Services }),
    }
}

impl KindDescriptor {
    /// Its API group, `apps`; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    /// The name of its CustomResourceDefinition, if it is no part of Kubernetes:
    /// `httproutes.gateway.networking.k8s.io`.
    pub fn definition(&self) -> Option<String> {
        (self.served == Served::Custom).then(|| format!("{}.{}", self.plural, self.group()))
    }

    /// Whether releases contain such objects; if not, others create them.
    pub fn is_rendered(&self) -> bool {
        !self.render.is_empty()
    }

    /// The kind as `kubectl` takes it, `deployment`.
    pub fn resource(&self) -> String {
        self.kind.to_lowercase()
    }
}

impl ObjectKind {
    /// The kind of this name.
    ///
    /// ```
    /// use mlflow_k8s_core::kind::ObjectKind;
    ///
    /// assert_eq!(ObjectKind::named("HTTPRoute"), Some(ObjectKind::HttpRoute));
    /// assert_eq!(ObjectKind::named("Pod"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Its name, `Deployment`.
    pub const fn name(self) -> &'static str {
        self.descriptor().kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::KubeVersion;
    use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope, Resource};
    use std::any::TypeId;

    #[cfg(feature = "schema")]
    use schemars::JsonSchema as Described;
    #[cfg(not(feature = "schema"))]
    use std::marker::Sized as Described;

    pub(super) fn compare<K: Resource<Scope: 'static> + Described>(kind: ObjectKind) {
        let known = kind.descriptor();
        assert_eq!(known.kind, K::KIND);
        assert_eq!(known.api_version, K::API_VERSION);
        assert_eq!(known.group(), K::GROUP);
        assert_eq!(known.plural, K::URL_PATH_SEGMENT);
        let scope = match known.scope {
            Scope::Cluster => TypeId::of::<ClusterResourceScope>(),
            Scope::Namespaced => TypeId::of::<NamespaceResourceScope>(),
        };
        assert_eq!(scope, TypeId::of::<K::Scope>(), "{kind:?}");
        assert_ne!(known.served, Served::Custom, "{kind:?}");
        #[cfg(feature = "schema")]
        for pointer in known.immutable.iter().copied().chain(known.pod) {
            assert!(has_field::<K>(pointer), "{kind:?} has no {pointer}");
        }
    }

    #[cfg(feature = "schema")]
    fn has_field<K: Described>(pointer: &str) -> bool {
        let root = schemars::generate::SchemaSettings::draft2020_12()
            .into_generator()
            .into_root_schema_for::<K>()
            .to_value();
        let mut schema = &root;
        for key in pointer.split('/').skip(1) {
            schema = &schema["properties"][key];
            if let Some(reference) = schema["$ref"].as_str() {
                schema = &root["$defs"][reference.trim_start_matches("#/$defs/")];
            }
        }
        schema.is_object()
    }

    #[test]
    fn built_in_kinds_are_those_of_kubernetes() {
        built_in_kinds();
    }

    #[test]
    fn custom_kinds_have_a_definition() {
        for kind in ObjectKind::ALL {
            let known = kind.descriptor();
            let has_definition = known.definition().is_some();
            assert_eq!(has_definition, known.served == Served::Custom, "{kind:?}");
            // The group of a definition looks like a host name.
            assert!(!has_definition || known.group().contains('.'), "{kind:?}");
            assert_eq!(known.plural, known.plural.to_lowercase());
        }
        let route = ObjectKind::HttpRoute.descriptor().definition();
        assert_eq!(
            route.as_deref(),
            Some("httproutes.gateway.networking.k8s.io")
        );
    }

    /// What is rendered does not depend on the version of the cluster. A kind
    /// that not every version serves needs a check that says so.
    #[test]
    fn every_kind_is_served_by_every_supported_version() {
        for kind in ObjectKind::ALL {
            if let Served::BuiltIn { first, last } = kind.descriptor().served {
                assert!(first <= KubeVersion::OLDEST.minor(), "{kind:?}");
                let newest = KubeVersion::NEWEST.minor();
                assert!(last.is_none_or(|last| last >= newest), "{kind:?}");
            }
        }
    }

    #[test]
    fn names_are_unique() {
        for kind in ObjectKind::ALL {
            assert_eq!(ObjectKind::named(kind.name()), Some(*kind));
            assert!(kind.descriptor().tier <= Tier::LAST);
        }
    }
}
