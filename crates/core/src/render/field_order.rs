//! The order in which people read an object's fields.

use serde_json::Value;

/// Fields that come first, in this order, wherever they stand. The others
/// follow as Kubernetes' API lists them.
const FIRST: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "labels",
    "annotations",
    "type",
    // Specs of workloads.
    "schedule",
    "concurrencyPolicy",
    "replicas",
    "strategy",
    "selector",
    "template",
    // Pods.
    "serviceAccountName",
    "enableServiceLinks",
    "restartPolicy",
    "imagePullSecrets",
    "initContainers",
    "containers",
    // Containers.
    "image",
    "imagePullPolicy",
    "command",
    "args",
    "ports",
    "env",
    "envFrom",
    "startupProbe",
    "readinessProbe",
    "livenessProbe",
    "httpGet",
    "initialDelaySeconds",
    "periodSeconds",
    "timeoutSeconds",
    "failureThreshold",
    "resources",
    "securityContext",
    "volumeMounts",
    // Pods again, what follows the containers.
    "volumes",
    "nodeSelector",
    "affinity",
    "tolerations",
    "topologySpreadConstraints",
    // Policies, roles and routes.
    "podSelector",
    "policyTypes",
    "parentRefs",
    "hostnames",
    "ingressClassName",
    "path",
    "pathType",
    "host",
    "hosts",
    "from",
    "to",
    "containerPort",
    "port",
    "targetPort",
    "protocol",
    "requests",
    "secretKeyRef",
    "value",
    "mountPath",
];

/// The object with its fields in reading order, at every depth. Free-form
/// maps (labels, annotations) are ordered already.
pub(super) fn arranged(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(arranged).collect()),
        Value::Object(fields) => {
            let mut fields: Vec<(usize, String, Value)> = fields
                .into_iter()
                .map(|(key, value)| {
                    let value = if is_free_form(&key) {
                        value
                    } else {
                        arranged(value)
                    };
                    (rank(&key), key, value)
                })
                .collect();
            // Stable, so fields that are not named keep the order they came in.
            fields.sort_by_key(|(rank, ..)| *rank);
            Value::Object(
                fields
                    .into_iter()
                    .map(|(_, key, value)| (key, value))
                    .collect(),
            )
        }
        scalar => scalar,
    }
}

fn rank(key: &str) -> usize {
    FIRST
        .iter()
        .position(|first| *first == key)
        .unwrap_or(FIRST.len())
}

fn is_free_form(key: &str) -> bool {
    matches!(
        key,
        "labels" | "annotations" | "matchLabels" | "nodeSelector" | "provider"
    )
}
