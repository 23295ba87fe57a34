//! What Kubernetes' schemas do not say of the fields of its objects.
//!
//! How the tables were made, and how to make them again for a newer Kubernetes
//! (a test names the fields whose description speaks of a feature gate, and
//! fails for a row of a field that is not there):
//!
//! - [`SINCE`]: for each field of `kubernetes/api.rs`, the first release branch
//!   of <https://github.com/kubernetes/api> whose `types.go` has it, from 1.23
//!   to 1.37. What is newer than 1.23, or has a `+featureGate`, was looked up in
//!   `pkg/features/kube_features.go` and in
//!   <https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/>:
//!   the first version where the gate is on by default.
//! - [`DROPPED`]: the fields that are `omitempty` and no pointer in the same
//!   files. Which they are is the same in all versions. A real API server
//!   confirmed it for fields of each type.

use crate::kubernetes::Since::{self, Gated, Minor};
use serde_json::Value;

/// The first version that has a field without a feature gate, if it is newer
/// than the oldest Kubernetes: the object, the field, the version. The feature
/// gate is beside it.
pub(super) const SINCE: &[(&str, &str, Since)] = &[
    // InPlacePodVerticalScaling
    ("Container", "resizePolicy", Minor(33)),
    // SidecarContainers
    ("Container", "restartPolicy", Minor(29)),
    // ContainerRestartRules
    ("Container", "restartPolicyRules", Minor(35)),
    // EnvFiles
    ("EnvVarSource", "fileKeyRef", Minor(35)),
    // EmptyDirVolumeMode
    ("EmptyDirVolumeSource", "mode", Gated),
    // GRPCContainerProbeTLS
    ("GRPCAction", "mode", Gated),
    // H2CContainerProbe
    ("HTTPGetAction", "protocol", Gated),
    // ContainerStopSignals; it also asks for the Pod's `os.name`, which no
    // setting has.
    ("Lifecycle", "stopSignal", Gated),
    // PodLifecycleSleepAction
    ("LifecycleHandler", "sleep", Minor(30)),
    // AnyVolumeDataSource
    ("PersistentVolumeClaimSpec", "dataSourceRef", Minor(24)),
    // VolumeAttributesClass
    (
        "PersistentVolumeClaimSpec",
        "volumeAttributesClassName",
        Minor(34),
    ),
    // MatchLabelKeysInPodAffinity
    ("PodAffinityTerm", "matchLabelKeys", Minor(31)),
    ("PodAffinityTerm", "mismatchLabelKeys", Minor(31)),
    // AppArmorFields
    ("PodSecurityContext", "appArmorProfile", Minor(30)),
    ("SecurityContext", "appArmorProfile", Minor(30)),
    // SELinuxChangePolicy
    ("PodSecurityContext", "seLinuxChangePolicy", Minor(33)),
    // SupplementalGroupsPolicy
    ("PodSecurityContext", "supplementalGroupsPolicy", Minor(33)),
    // GRPCContainerProbe
    ("Probe", "grpc", Minor(24)),
    // ProbeTerminationGracePeriod
    ("Probe", "terminationGracePeriodSeconds", Minor(25)),
    // DynamicResourceAllocation
    ("ResourceRequirements", "claims", Minor(34)),
    // MatchLabelKeysInPodTopologySpread
    ("TopologySpreadConstraint", "matchLabelKeys", Minor(27)),
    // MinDomainsInPodTopologySpread
    ("TopologySpreadConstraint", "minDomains", Minor(27)),
    // NodeInclusionPolicyInPodTopologySpread
    ("TopologySpreadConstraint", "nodeAffinityPolicy", Minor(26)),
    ("TopologySpreadConstraint", "nodeTaintsPolicy", Minor(26)),
    // CrossNamespaceVolumeDataSource
    ("TypedObjectReference", "namespace", Gated),
    // ImageVolume
    ("Volume", "image", Minor(35)),
    // VolumeBindMountOptions
    ("VolumeMount", "bindMountOptions", Gated),
    // RecursiveReadOnlyMounts
    ("VolumeMount", "recursiveReadOnly", Minor(31)),
    // ClusterTrustBundleProjection
    ("VolumeProjection", "clusterTrustBundle", Minor(37)),
    // PodCertificateRequest
    ("VolumeProjection", "podCertificate", Minor(37)),
    // AtomicWriteVolumeUserFields
    ("ClusterTrustBundleProjection", "user", Gated),
    ("ConfigMapVolumeSource", "defaultUser", Gated),
    ("DownwardAPIVolumeFile", "user", Gated),
    ("DownwardAPIVolumeSource", "defaultUser", Gated),
    ("KeyToPath", "user", Gated),
    ("PodCertificateProjection", "user", Gated),
    ("ProjectedVolumeSource", "defaultUser", Gated),
    ("SecretVolumeSource", "defaultUser", Gated),
    ("ServiceAccountTokenProjection", "user", Gated),
];

/// The same for words that are newer than their fields.
pub(super) const WORDS_SINCE: &[(&str, &str, &str, Since)] = &[
    // ContainerRestartRules
    ("Container", "restartPolicy", "Never", Minor(35)),
    ("Container", "restartPolicy", "OnFailure", Minor(35)),
    // PodHostIPs
    (
        "ObjectFieldSelector",
        "fieldPath",
        "status.hostIPs",
        Minor(29),
    ),
    // ReadWriteOncePod
    (
        "PersistentVolumeClaimSpec",
        "accessModes",
        "ReadWriteOncePod",
        Minor(27),
    ),
    // ProcMountType
    ("SecurityContext", "procMount", "Unmasked", Minor(33)),
    // PodLifecycleSleepActionAllowZero
    ("SleepAction", "seconds", "0", Minor(33)),
    // TaintTolerationComparisonOperators
    ("Toleration", "operator", "Gt", Gated),
    ("Toleration", "operator", "Lt", Gated),
];

/// Scalars that the API server drops where they are `false`, 0 or empty.
const DROPPED: &[(&str, &[&str])] = &[
    (
        "AWSElasticBlockStoreVolumeSource",
        &["fsType", "partition", "readOnly"],
    ),
    ("AzureFileVolumeSource", &["readOnly"]),
    (
        "CephFSVolumeSource",
        &["path", "readOnly", "secretFile", "user"],
    ),
    ("CinderVolumeSource", &["fsType", "readOnly"]),
    (
        "Container",
        &[
            "image",
            "imagePullPolicy",
            "stdin",
            "stdinOnce",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "tty",
            "workingDir",
        ],
    ),
    ("ContainerPort", &["hostIP", "hostPort", "name", "protocol"]),
    ("DeploymentStrategy", &["type"]),
    ("EmptyDirVolumeSource", &["medium"]),
    ("EnvFromSource", &["prefix"]),
    ("EnvVar", &["value"]),
    ("FCVolumeSource", &["fsType", "readOnly"]),
    ("FlexVolumeSource", &["fsType", "readOnly"]),
    ("FlockerVolumeSource", &["datasetName", "datasetUUID"]),
    (
        "GCEPersistentDiskVolumeSource",
        &["fsType", "partition", "readOnly"],
    ),
    ("GitRepoVolumeSource", &["directory", "revision"]),
    ("GlusterfsVolumeSource", &["readOnly"]),
    ("HTTPGetAction", &["host", "path", "scheme"]),
    (
        "ISCSIVolumeSource",
        &[
            "chapAuthDiscovery",
            "chapAuthSession",
            "fsType",
            "iscsiInterface",
            "readOnly",
        ],
    ),
    ("ImageVolumeSource", &["pullPolicy", "reference"]),
    ("IngressTLS", &["secretName"]),
    (
        "ManagedFieldsEntry",
        &[
            "apiVersion",
            "fieldsType",
            "manager",
            "operation",
            "subresource",
        ],
    ),
    ("NFSVolumeSource", &["readOnly"]),
    ("ObjectFieldSelector", &["apiVersion"]),
    (
        "ObjectMeta",
        &[
            "generateName",
            "generation",
            "name",
            "namespace",
            "resourceVersion",
            "selfLink",
            "uid",
        ],
    ),
    ("PersistentVolumeClaimSpec", &["volumeName"]),
    ("PersistentVolumeClaimVolumeSource", &["readOnly"]),
    ("PhotonPersistentDiskVolumeSource", &["fsType"]),
    (
        "PodCertificateProjection",
        &["certificateChainPath", "credentialBundlePath", "keyPath"],
    ),
    ("PortworxVolumeSource", &["fsType", "readOnly"]),
    (
        "Probe",
        &[
            "failureThreshold",
            "initialDelaySeconds",
            "periodSeconds",
            "successThreshold",
            "timeoutSeconds",
        ],
    ),
    (
        "QuobyteVolumeSource",
        &["group", "readOnly", "tenant", "user"],
    ),
    (
        "RBDVolumeSource",
        &["fsType", "keyring", "pool", "readOnly", "user"],
    ),
    ("ResourceClaim", &["request"]),
    ("ResourceFieldSelector", &["containerName"]),
    ("SELinuxOptions", &["level", "role", "type", "user"]),
    (
        "ScaleIOVolumeSource",
        &[
            "fsType",
            "protectionDomain",
            "readOnly",
            "sslEnabled",
            "storageMode",
            "storagePool",
            "volumeName",
        ],
    ),
    ("SecretVolumeSource", &["secretName"]),
    ("ServiceAccountTokenProjection", &["audience"]),
    (
        "StorageOSVolumeSource",
        &["fsType", "readOnly", "volumeName", "volumeNamespace"],
    ),
    ("TCPSocketAction", &["host"]),
    ("Toleration", &["effect", "key", "operator", "value"]),
    ("VolumeMount", &["readOnly", "subPath", "subPathExpr"]),
    (
        "VsphereVirtualDiskVolumeSource",
        &["fsType", "storagePolicyID", "storagePolicyName"],
    ),
];

/// The fields that the API server drops where they are `false`, 0 or empty:
/// scalars by the table, and every list and map that need not be there.
pub(super) fn dropped<'s>(object: &str, schema: &'s Value) -> impl Iterator<Item = &'s str> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let scalars = DROPPED
        .iter()
        .filter(|(other, _)| *other == object)
        .flat_map(|(_, fields)| fields.iter().copied())
        .collect::<Vec<_>>();
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .filter(move |(field, schema)| {
            let is_collection =
                schema["type"] == "array" || schema["additionalProperties"].is_object();
            let is_required = required.iter().any(|other| other == field.as_str());
            scalars.contains(&field.as_str()) || (is_collection && !is_required)
        })
        .map(|(field, _)| field.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::KubeVersion;
    use schemars::generate::SchemaSettings;
    use std::collections::BTreeMap;

    /// Every object of Kubernetes that can stand in values.
    fn objects() -> BTreeMap<String, Value> {
        let root = SchemaSettings::draft2020_12()
            .into_generator()
            .into_root_schema_for::<crate::values::Values>()
            .to_value();
        root["$defs"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| name.starts_with(super::super::KUBERNETES))
            .map(|(name, schema)| {
                let name = name.rsplit('.').next().unwrap();
                (name.to_owned(), schema.clone())
            })
            .collect()
    }

    #[test]
    fn rows_name_fields() {
        let objects = objects();
        let field = |object: &str, field: &str| {
            let field = &objects[object]["properties"][field];
            assert!(field.is_object(), "{object} has no such field");
            field.clone()
        };
        for (object, name, since) in SINCE {
            field(object, name);
            if let Minor(since) = since {
                assert!(*since > KubeVersion::OLDEST.minor(), "{object}.{name}");
                assert!(*since <= KubeVersion::NEWEST.minor(), "{object}.{name}");
            }
        }
        for (object, name, ..) in WORDS_SINCE {
            field(object, name);
        }
        for (object, names) in DROPPED {
            for name in *names {
                let kind = field(object, name)["type"].clone();
                let is_scalar = ["string", "integer", "boolean"]
                    .iter()
                    .any(|one| kind == *one);
                assert!(is_scalar, "{object}.{name}");
                let required = &objects[*object]["required"];
                let is_required = required
                    .as_array()
                    .is_some_and(|names| names.iter().any(|other| other == name));
                assert!(!is_required, "{object}.{name}");
            }
        }
    }

    /// A newer `k8s-openapi` may bring fields that need a row.
    #[test]
    fn gates_are_known() {
        /// The text is about something else: how long a key may be.
        const OTHER: &[(&str, &str)] = &[("FileKeySelector", "key")];
        let mut unknown = Vec::new();
        for (object, schema) in objects() {
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                let text = schema["description"].as_str().unwrap_or_default();
                let text = text.to_lowercase().replace("featuregate", "feature gate");
                let is_known = SINCE
                    .iter()
                    .map(|(object, field, _)| (*object, *field))
                    .chain(
                        WORDS_SINCE
                            .iter()
                            .map(|(object, field, ..)| (*object, *field)),
                    )
                    .chain(OTHER.iter().copied())
                    .any(|row| row == (object.as_str(), field.as_str()));
                let speaks = text.contains("feature gate") || text.contains("alpha");
                if speaks && !is_known {
                    unknown.push(format!("{object}.{field}: {text}"));
                }
            }
        }
        assert!(unknown.is_empty(), "{unknown:#?}");
    }
}
