//! The order in which people read an object's fields.

use serde_json::Value;
use std::sync::LazyLock;

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

/// Puts an object's fields into reading order, at every depth. What is made here
/// is in it already, and so are free-form maps (labels, annotations): this is for
/// what the values hold as a tree.
pub(super) fn arrange(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(arrange),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                // A list of that name is one of objects.
                if !(is_free_form(key) && value.is_object()) {
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

/// Where a field stands among those of an object.
pub(crate) fn rank(key: &str) -> usize {
    // Every key of every object is asked for: by length there are few to compare.
    static BY_LENGTH: LazyLock<Vec<Vec<(&str, usize)>>> = LazyLock::new(|| {
        let longest = FIRST.iter().map(|name| name.len()).max().unwrap_or(0);
        let named = FIRST.iter().copied().zip(0..);
        (0..=longest)
            .map(|length| {
                named
                    .clone()
                    .filter(|(name, _)| name.len() == length)
                    .collect()
            })
            .collect()
    });
    let mut alike = BY_LENGTH.get(key.len()).into_iter().flatten();
    alike
        .find(|(name, _)| *name == key)
        .map_or(FIRST.len(), |(_, rank)| *rank)
}

/// Whether a mapping of this name holds names that its author chose. A test
/// compares with the types of the fields.
fn is_free_form(key: &str) -> bool {
    matches!(
        key,
        "annotations"
            | "data"
            | "labels"
            | "limits"
            | "matchLabels"
            | "nodeSelector"
            | "options"
            | "provider"
            | "requests"
            | "userAnnotations"
            | "volumeAttributes"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{SETTINGS, Type};
    use std::collections::BTreeSet;

    /// Names of the fields that hold maps.
    fn maps(kind: &Type, found: &mut BTreeSet<&'static str>) {
        match kind {
            Type::Object(schema) => {
                for (field, kind) in schema.fields.iter().zip(schema.types) {
                    if matches!(kind, Type::Labels | Type::Map(_)) {
                        found.insert(field);
                    }
                    maps(kind, found);
                }
            }
            Type::List(element) | Type::Map(element) => maps(element, found),
            _ => {}
        }
    }

    #[test]
    fn maps_are_free_form() {
        let mut found = BTreeSet::new();
        for (_, kind) in SETTINGS {
            maps(kind, &mut found);
        }
        assert!(!found.is_empty());
        for field in found {
            assert!(
                is_free_form(field),
                "{field} holds names that its author chose"
            );
        }
    }

    #[test]
    fn names_that_look_like_fields_stay_sorted() {
        let mut object = serde_json::json!({
            "spec": {
                "data": [{"remoteRef": {"key": "a"}, "name": "b"}],
                "target": {"template": {"data": {"a": "1", "host": "2", "name": "3"}}},
            },
        });
        arrange(&mut object);
        assert_eq!(
            object.to_string(),
            "{\"spec\":{\"data\":[{\"name\":\"b\",\"remoteRef\":{\"key\":\"a\"}}],\
             \"target\":{\"template\":{\"data\":{\"a\":\"1\",\"host\":\"2\",\"name\":\"3\"}}}}}"
        );
    }
}
