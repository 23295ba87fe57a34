//! Kubernetes' objects, as far as they are looked at or made here.
//!
//! A struct has the fields that something here reads or writes. What a values
//! file may say beyond them is kept as it is, in `rest`: a table of all fields,
//! generated from Kubernetes' API, says what may stand there. The types that
//! `k8s-openapi` generates would say the same with some two hundred structs,
//! whose readers, writers and copies make up most of a WebAssembly module; the
//! tests hold the objects here against them.

#[rustfmt::skip]
mod api;
mod schema;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use api::{PERSISTENT_VOLUME_CLAIM_SPEC, SETTINGS};
pub(crate) use schema::{Readable, Schema, Since, Type, read};
pub(crate) use tree::{Fields, Tree, field};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Declares objects with all their fields, or with those that are made here,
/// each with its name in Kubernetes' API. By its table of fields, what the API
/// server drops is left out.
macro_rules! whole {
    ($(
        $(#[$doc:meta])+
        $name:ident $(by $schema:ident)? { $($field:ident: $type:ty = $key:literal,)* }
    )+) => {
        $(
            $(#[$doc])+
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $name {
                $(#[doc = concat!("`", $key, "`")] pub $field: $type,)*
            }

            fields!($name $(by $schema)? { $($field = $key,)* });
        )+
    };
}

/// Makes a tree of a struct's fields, and a struct of a tree's.
macro_rules! fields {
    ($name:ident $(by $schema:ident)? { $($field:ident = $key:literal,)* }) => {
        impl $crate::kubernetes::Tree for $name {
            fn to_tree(&self) -> Option<serde_json::Value> {
                const FIELDS: &[&str] = &[$($key),*];
                let mut fields = $crate::kubernetes::Fields::with_capacity(FIELDS.len());
                $(fields.put($key, self.$field.to_tree());)*
                $(fields.leave_out_dropped(&$crate::kubernetes::api::$schema);)?
                Some(fields.into_tree())
            }

            fn from_tree(tree: serde_json::Value) -> Option<Self> {
                let mut object = Self::default();
                for (key, value) in serde_json::Map::from_tree(tree)? {
                    match key.as_str() {
                        $($key => object.$field = $crate::kubernetes::field(value),)*
                        _ => {}
                    }
                }
                Some(object)
            }
        }
    };
}
pub(crate) use fields;

/// Declares objects that stand in values with more fields than these.
macro_rules! partial {
    ($(
        $(#[$doc:meta])+
        $name:ident $(by $schema:ident)? { $($field:ident: $type:ty = $key:literal,)* }
    )+) => {
        $(
            $(#[$doc])+
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $name {
                $(#[doc = concat!("`", $key, "`")] pub $field: $type,)*
                /// The other fields.
                pub rest: Map<String, Value>,
            }

            impl Tree for $name {
                fn to_tree(&self) -> Option<Value> {
                    const FIELDS: &[&str] = &[$($key),*];
                    let mut fields = Fields::with_capacity(FIELDS.len() + self.rest.len());
                    $(fields.put($key, self.$field.to_tree());)*
                    fields.put_rest(&self.rest);
                    $(fields.leave_out_dropped(&api::$schema);)?
                    Some(fields.into_tree())
                }

                #[allow(clippy::match_single_binding, reason = "some have no field of their own")]
                fn from_tree(tree: Value) -> Option<Self> {
                    let mut object = Self::default();
                    for (key, value) in Map::from_tree(tree)? {
                        match key.as_str() {
                            $($key => object.$field = field(value),)*
                            _ => {
                                object.rest.insert(key, value);
                            }
                        }
                    }
                    Some(object)
                }
            }
        )+
    };
}

/// Makes an object readable by its table of fields.
macro_rules! readable {
    ($name:ident by $schema:expr) => {
        impl $crate::kubernetes::Readable for $name {
            const TYPE: $crate::kubernetes::Type = $crate::kubernetes::Type::Object($schema);
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kubernetes::read(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut tree = $crate::kubernetes::Tree::to_tree(self);
                // Default values stand in the order of Kubernetes' API.
                tree.iter_mut()
                    .for_each(serde_json::Value::sort_all_objects);
                serde::Serialize::serialize(&tree, serializer)
            }
        }
    };
}
pub(crate) use readable;

/// Makes Kubernetes' own objects readable, by the table that is generated.
macro_rules! readable_by_api {
    ($($name:ident by $schema:ident as $($path:ident)::+,)+) => {
        $(
            readable!($name by &api::$schema);
            schema_of!($name as api::$($path)::+);
        )+
    };
}

/// Gives a type the JSON Schema of Kubernetes' own.
macro_rules! schema_of {
    ($name:ident as $($path:ident)::+) => {
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <k8s_openapi::$($path)::+ as schemars::JsonSchema>::schema_name()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <k8s_openapi::$($path)::+ as schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
}

partial! {
    /// A reference to an object of the same namespace.
    LocalObjectReference {
        name: String = "name",
    }

    /// Where the value of a variable comes from.
    EnvVarSource {
        config_map_key_ref: Option<KeySelector> = "configMapKeyRef",
        field_ref: Option<Value> = "fieldRef",
        file_key_ref: Option<Value> = "fileKeyRef",
        resource_field_ref: Option<Value> = "resourceFieldRef",
        secret_key_ref: Option<KeySelector> = "secretKeyRef",
    }

    /// A Secret or ConfigMap whose entries all become variables.
    EnvFromSource by ENV_FROM_SOURCE {
        config_map_ref: Option<EnvSource> = "configMapRef",
        prefix: Option<String> = "prefix",
        secret_ref: Option<EnvSource> = "secretRef",
    }

    /// A volume of a pod.
    Volume {
        name: String = "name",
        config_map: Option<ConfigMapVolumeSource> = "configMap",
        downward_api: Option<Value> = "downwardAPI",
        empty_dir: Option<EmptyDirVolumeSource> = "emptyDir",
        ephemeral: Option<Value> = "ephemeral",
        persistent_volume_claim: Option<PersistentVolumeClaimVolumeSource> =
            "persistentVolumeClaim",
        projected: Option<Value> = "projected",
        secret: Option<SecretVolumeSource> = "secret",
    }

    /// Where a container mounts a volume.
    VolumeMount by VOLUME_MOUNT {
        mount_path: String = "mountPath",
        name: String = "name",
        read_only: Option<bool> = "readOnly",
    }

    /// A container.
    Container by CONTAINER {
        command: Option<Vec<String>> = "command",
        env: Option<Vec<EnvVar>> = "env",
        env_from: Option<Vec<EnvFromSource>> = "envFrom",
        image: Option<String> = "image",
        image_pull_policy: Option<String> = "imagePullPolicy",
        liveness_probe: Option<Probe> = "livenessProbe",
        name: String = "name",
        ports: Option<Vec<ContainerPort>> = "ports",
        readiness_probe: Option<Probe> = "readinessProbe",
        resources: Option<ResourceRequirements> = "resources",
        security_context: Option<SecurityContext> = "securityContext",
        startup_probe: Option<Probe> = "startupProbe",
        volume_mounts: Option<Vec<VolumeMount>> = "volumeMounts",
    }

    /// Security settings of a pod.
    PodSecurityContext by POD_SECURITY_CONTEXT {
        fs_group: Option<i64> = "fsGroup",
        run_as_non_root: Option<bool> = "runAsNonRoot",
        run_as_user: Option<i64> = "runAsUser",
        seccomp_profile: Option<SeccompProfile> = "seccompProfile",
        sysctls: Option<Vec<Sysctl>> = "sysctls",
    }

    /// Security settings of a container.
    SecurityContext {
        allow_privilege_escalation: Option<bool> = "allowPrivilegeEscalation",
        capabilities: Option<Capabilities> = "capabilities",
        privileged: Option<bool> = "privileged",
        read_only_root_filesystem: Option<bool> = "readOnlyRootFilesystem",
        run_as_non_root: Option<bool> = "runAsNonRoot",
        run_as_user: Option<i64> = "runAsUser",
    }

    /// CPU, memory and other resources of a container.
    ResourceRequirements by RESOURCE_REQUIREMENTS {
        limits: Option<BTreeMap<String, Quantity>> = "limits",
        requests: Option<BTreeMap<String, Quantity>> = "requests",
    }

    /// Which nodes and neighbours a pod prefers or needs.
    Affinity {
        pod_affinity: Option<PodAffinity> = "podAffinity",
    }

    /// Which neighbours a pod wants.
    PodAffinity by POD_AFFINITY {
        required_during_scheduling_ignored_during_execution: Option<Vec<PodAffinityTerm>> =
            "requiredDuringSchedulingIgnoredDuringExecution",
    }

    /// A kind of neighbour, and how near it is.
    PodAffinityTerm by POD_AFFINITY_TERM {
        label_selector: Option<LabelSelector> = "labelSelector",
        topology_key: String = "topologyKey",
    }

    /// A node taint that a pod tolerates.
    Toleration by TOLERATION {}

    /// How pods spread over zones and nodes.
    TopologySpreadConstraint by TOPOLOGY_SPREAD_CONSTRAINT {}

    /// What a role allows.
    PolicyRule by POLICY_RULE {
        verbs: Vec<String> = "verbs",
    }

    /// A key of a Secret or ConfigMap.
    KeySelector {
        key: String = "key",
        name: String = "name",
    }

    /// A Secret or ConfigMap.
    EnvSource {
        name: String = "name",
    }

    /// A volume of a ConfigMap's entries.
    ConfigMapVolumeSource by CONFIG_MAP_VOLUME_SOURCE {
        name: String = "name",
    }

    /// A volume that is empty at first and goes with the pod.
    EmptyDirVolumeSource by EMPTY_DIR_VOLUME_SOURCE {
        size_limit: Option<Quantity> = "sizeLimit",
    }

    /// A volume of a Secret's entries.
    SecretVolumeSource by SECRET_VOLUME_SOURCE {
        items: Option<Vec<KeyToPath>> = "items",
        secret_name: Option<String> = "secretName",
    }

    /// The file of an entry.
    KeyToPath {
        key: String = "key",
        path: String = "path",
    }

    /// A health check.
    Probe by PROBE {
        failure_threshold: Option<i32> = "failureThreshold",
        http_get: Option<HttpGetAction> = "httpGet",
        initial_delay_seconds: Option<i32> = "initialDelaySeconds",
        period_seconds: Option<i32> = "periodSeconds",
        timeout_seconds: Option<i32> = "timeoutSeconds",
    }

    /// What a health check asks.
    HttpGetAction by HTTP_GET_ACTION {
        path: Option<String> = "path",
        port: IntOrString = "port",
        scheme: Option<String> = "scheme",
    }

    /// A port of a container.
    ContainerPort by CONTAINER_PORT {
        container_port: i32 = "containerPort",
        name: Option<String> = "name",
        protocol: Option<String> = "protocol",
    }

    /// Which system calls are allowed.
    SeccompProfile {
        type_: String = "type",
    }

    /// Whom a network policy lets connect.
    NetworkPolicyPeer {
        namespace_selector: Option<LabelSelector> = "namespaceSelector",
        pod_selector: Option<LabelSelector> = "podSelector",
    }

    /// Objects by their labels.
    LabelSelector by LABEL_SELECTOR {
        match_labels: Option<BTreeMap<String, String>> = "matchLabels",
    }
}

/// Hands every type that is read by its table of fields to a macro.
macro_rules! readable_types {
    ($do:ident) => {
        $do! {
            LocalObjectReference by LOCAL_OBJECT_REFERENCE as core::v1::LocalObjectReference,
            DeploymentStrategy by DEPLOYMENT_STRATEGY as apps::v1::DeploymentStrategy,
            EnvVar by ENV_VAR as core::v1::EnvVar,
            EnvVarSource by ENV_VAR_SOURCE as core::v1::EnvVarSource,
            EnvFromSource by ENV_FROM_SOURCE as core::v1::EnvFromSource,
            Volume by VOLUME as core::v1::Volume,
            VolumeMount by VOLUME_MOUNT as core::v1::VolumeMount,
            Container by CONTAINER as core::v1::Container,
            PodSecurityContext by POD_SECURITY_CONTEXT as core::v1::PodSecurityContext,
            SecurityContext by SECURITY_CONTEXT as core::v1::SecurityContext,
            ResourceRequirements by RESOURCE_REQUIREMENTS as core::v1::ResourceRequirements,
            Affinity by AFFINITY as core::v1::Affinity,
            Toleration by TOLERATION as core::v1::Toleration,
            TopologySpreadConstraint by TOPOLOGY_SPREAD_CONSTRAINT as core::v1::TopologySpreadConstraint,
            NetworkPolicyEgressRule by NETWORK_POLICY_EGRESS_RULE as networking::v1::NetworkPolicyEgressRule,
            PolicyRule by POLICY_RULE as rbac::v1::PolicyRule,
            IngressTls by INGRESS_TLS as networking::v1::IngressTLS,
        }
    };
}
#[cfg(test)]
use readable_types;
readable_types!(readable_by_api);

/// An amount of a resource, as it is written: `500m`, `3Gi`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantity(pub String);

impl Tree for Quantity {
    fn to_tree(&self) -> Option<Value> {
        self.0.to_tree()
    }

    fn from_tree(tree: Value) -> Option<Self> {
        String::from_tree(tree).map(Self)
    }
}

schema_of!(Quantity as apimachinery::pkg::api::resource::Quantity);

/// A number, or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A name, or a share in per cent.
    String(String),
}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl Tree for IntOrString {
    fn to_tree(&self) -> Option<Value> {
        match self {
            Self::Int(number) => number.to_tree(),
            Self::String(text) => text.to_tree(),
        }
    }

    fn from_tree(tree: Value) -> Option<Self> {
        match tree {
            Value::String(text) => Some(Self::String(text)),
            number => i32::from_tree(number).map(Self::Int),
        }
    }
}

whole! {
    /// A setting of the kernel.
    Sysctl {
        name: String = "name",
        value: String = "value",
    }

    /// How the pods of a Deployment are replaced.
    DeploymentStrategy by DEPLOYMENT_STRATEGY {
        rolling_update: Option<RollingUpdateDeployment> = "rollingUpdate",
        type_: Option<String> = "type",
    }

    /// An environment variable.
    EnvVar by ENV_VAR {
        name: String = "name",
        value: Option<String> = "value",
        value_from: Option<EnvVarSource> = "valueFrom",
    }

    /// Connections that pods may open.
    NetworkPolicyEgressRule by NETWORK_POLICY_EGRESS_RULE {
        ports: Option<Vec<NetworkPolicyPort>> = "ports",
        to: Option<Vec<NetworkPolicyPeer>> = "to",
    }

    /// How many pods come and go at once.
    RollingUpdateDeployment {
        max_surge: Option<IntOrString> = "maxSurge",
        max_unavailable: Option<IntOrString> = "maxUnavailable",
    }

    /// A volume that is claimed.
    PersistentVolumeClaimVolumeSource by PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE {
        claim_name: String = "claimName",
        read_only: Option<bool> = "readOnly",
    }

    /// The certificate of an ingress's hosts.
    IngressTls by INGRESS_TLS {
        hosts: Option<Vec<String>> = "hosts",
        secret_name: Option<String> = "secretName",
    }

    /// Rights beyond those of a user.
    Capabilities by CAPABILITIES {
        add: Option<Vec<String>> = "add",
        drop: Option<Vec<String>> = "drop",
    }

    /// Ports that a network policy opens.
    NetworkPolicyPort {
        end_port: Option<i32> = "endPort",
        port: Option<IntOrString> = "port",
        protocol: Option<String> = "protocol",
    }

    /// Names, labels and annotations of an object.
    ObjectMeta by OBJECT_META {
        annotations: Option<BTreeMap<String, String>> = "annotations",
        labels: Option<BTreeMap<String, String>> = "labels",
        name: Option<String> = "name",
        namespace: Option<String> = "namespace",
    }

    /// What a Deployment is to be.
    DeploymentSpec {
        replicas: Option<i32> = "replicas",
        selector: LabelSelector = "selector",
        strategy: Option<DeploymentStrategy> = "strategy",
        template: PodTemplateSpec = "template",
    }

    /// What the pods of a workload are made from.
    PodTemplateSpec {
        metadata: Option<ObjectMeta> = "metadata",
        spec: Option<PodSpec> = "spec",
    }

    /// A pod.
    PodSpec {
        affinity: Option<Affinity> = "affinity",
        containers: Vec<Container> = "containers",
        enable_service_links: Option<bool> = "enableServiceLinks",
        image_pull_secrets: Option<Vec<LocalObjectReference>> = "imagePullSecrets",
        init_containers: Option<Vec<Container>> = "initContainers",
        node_selector: Option<BTreeMap<String, String>> = "nodeSelector",
        restart_policy: Option<String> = "restartPolicy",
        security_context: Option<PodSecurityContext> = "securityContext",
        service_account_name: Option<String> = "serviceAccountName",
        tolerations: Option<Vec<Toleration>> = "tolerations",
        topology_spread_constraints: Option<Vec<TopologySpreadConstraint>> =
            "topologySpreadConstraints",
        volumes: Option<Vec<Volume>> = "volumes",
    }

    /// What a CronJob is to be.
    CronJobSpec {
        concurrency_policy: Option<String> = "concurrencyPolicy",
        failed_jobs_history_limit: Option<i32> = "failedJobsHistoryLimit",
        job_template: JobTemplateSpec = "jobTemplate",
        schedule: String = "schedule",
        successful_jobs_history_limit: Option<i32> = "successfulJobsHistoryLimit",
    }

    /// What the jobs of a CronJob are made from.
    JobTemplateSpec {
        spec: Option<JobSpec> = "spec",
    }

    /// What a Job is to be.
    JobSpec {
        backoff_limit: Option<i32> = "backoffLimit",
        template: PodTemplateSpec = "template",
    }

    /// What a Service is to be.
    ServiceSpec {
        ports: Option<Vec<ServicePort>> = "ports",
        selector: Option<BTreeMap<String, String>> = "selector",
        type_: Option<String> = "type",
    }

    /// A port of a Service.
    ServicePort {
        name: Option<String> = "name",
        port: i32 = "port",
        protocol: Option<String> = "protocol",
        target_port: Option<IntOrString> = "targetPort",
    }

    /// What an Ingress is to be.
    IngressSpec {
        ingress_class_name: Option<String> = "ingressClassName",
        rules: Option<Vec<IngressRule>> = "rules",
        tls: Option<Vec<IngressTls>> = "tls",
    }

    /// The paths of a host.
    IngressRule {
        host: Option<String> = "host",
        http: Option<HttpIngressRuleValue> = "http",
    }

    /// Paths that lead somewhere.
    HttpIngressRuleValue {
        paths: Vec<HttpIngressPath> = "paths",
    }

    /// A path, and where it leads.
    HttpIngressPath {
        backend: IngressBackend = "backend",
        path: Option<String> = "path",
        path_type: String = "pathType",
    }

    /// Where a path leads.
    IngressBackend {
        service: Option<IngressServiceBackend> = "service",
    }

    /// A Service that a path leads to.
    IngressServiceBackend {
        name: String = "name",
        port: Option<ServiceBackendPort> = "port",
    }

    /// The port of such a Service.
    ServiceBackendPort {
        name: Option<String> = "name",
    }

    /// What a NetworkPolicy is to be.
    NetworkPolicySpec {
        egress: Option<Vec<NetworkPolicyEgressRule>> = "egress",
        ingress: Option<Vec<NetworkPolicyIngressRule>> = "ingress",
        pod_selector: Option<LabelSelector> = "podSelector",
        policy_types: Option<Vec<String>> = "policyTypes",
    }

    /// Connections that pods accept.
    NetworkPolicyIngressRule {
        from: Option<Vec<NetworkPolicyPeer>> = "from",
        ports: Option<Vec<NetworkPolicyPort>> = "ports",
    }

    /// What a PersistentVolumeClaim is to be.
    PersistentVolumeClaimSpec by PERSISTENT_VOLUME_CLAIM_SPEC {
        access_modes: Option<Vec<String>> = "accessModes",
        resources: Option<VolumeResourceRequirements> = "resources",
        storage_class_name: Option<String> = "storageClassName",
    }

    /// The size of a volume.
    VolumeResourceRequirements by VOLUME_RESOURCE_REQUIREMENTS {
        requests: Option<BTreeMap<String, Quantity>> = "requests",
    }

    /// The role of a binding.
    RoleRef {
        api_group: Option<String> = "apiGroup",
        kind: String = "kind",
        name: String = "name",
    }

    /// Who gets a role.
    Subject {
        kind: String = "kind",
        name: String = "name",
        namespace: Option<String> = "namespace",
    }
}
