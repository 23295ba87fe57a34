//! The order in which people read an object's fields.

use serde_json::Value;

/// Fields that come first, in this order, wherever they stand. The others
/// follow as Kubernetes' API lists them.
const FIRST: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "secretName",
    "namespace",
    "labels",
    "annotations",
    "type",
    // Specs of workloads.
    "schedule",
    "concurrencyPolicy",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
    "backoffLimit",
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
    // Claims.
    "accessModes",
    "storageClassName",
    // Containers.
    "image",
    "imagePullPolicy",
    "command",
    "args",
    "from",
    "to",
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
    "ingress",
    "egress",
    "parentRefs",
    "hostnames",
    "ingressClassName",
    "key",
    "path",
    "pathType",
    "host",
    "hosts",
    "containerPort",
    "port",
    "targetPort",
    "protocol",
    "requests",
    "secretKeyRef",
    "value",
    "mountPath",
];

/// Puts an object's fields into reading order, at every depth. Free-form maps
/// (labels, annotations) are ordered already.
pub(super) fn arrange(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(arrange),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                if !is_free_form(key) {
                    arrange(value);
                }
            }
            if !fields.keys().is_sorted_by_key(|key| rank(key)) {
                let mut entries: Vec<(usize, String, Value)> = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (rank(&key), key, value))
                    .collect();
                // Stable, so fields that are not named keep the order they came in.
                entries.sort_by_key(|(rank, ..)| *rank);
                fields.extend(entries.into_iter().map(|(_, key, value)| (key, value)));
            }
        }
        _ => {}
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
