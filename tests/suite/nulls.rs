//! What null does to each setting that is a single value.
//!
//! In Helm it removes the default, and the chart finds nothing there. Where the
//! chart then fails or renders what Kubernetes refuses, null means the default
//! here; `docs/differences.md` lists those settings.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::values::default_tree;
use mlflow_k8s_core::yaml::{Node, Value as Tree};
use mlflow_k8s_core::{Rules, render};
use serde_json::Value;

/// What null does.
enum Null {
    /// The same as this value in JSON, as in Helm.
    Like(&'static str),
    /// Leaves out the fields that this pointer ends in, as in Helm.
    LeavesOut(&'static str),
    /// The same as the default, because Helm's output without it is not valid.
    Default,
    /// Is refused, because Kubernetes refuses the object without it.
    Refused,
}

use Null::{Default, LeavesOut, Like, Refused};

/// Each setting that has one value, in the order of the defaults.
const SETTINGS: &[(&str, Null)] = &[
    ("image.repository", Default),
    ("image.tag", Like("\"\"")),
    ("image.pullPolicy", Like("\"\"")),
    ("fullnameOverride", Like("\"\"")),
    ("replicaCount", LeavesOut("/spec/replicas")),
    ("server.value_options.host", Like("\"\"")),
    ("server.value_options.port", Default),
    ("server.value_options.workers", Like("\"\"")),
    ("server.staticPrefix", Like("\"\"")),
    ("probes.liveness.enabled", Like("false")),
    (
        "probes.liveness.initialDelaySeconds",
        LeavesOut("/livenessProbe/initialDelaySeconds"),
    ),
    (
        "probes.liveness.periodSeconds",
        LeavesOut("/livenessProbe/periodSeconds"),
    ),
    (
        "probes.liveness.timeoutSeconds",
        LeavesOut("/livenessProbe/timeoutSeconds"),
    ),
    (
        "probes.liveness.failureThreshold",
        LeavesOut("/livenessProbe/failureThreshold"),
    ),
    ("probes.readiness.enabled", Like("false")),
    (
        "probes.readiness.initialDelaySeconds",
        LeavesOut("/readinessProbe/initialDelaySeconds"),
    ),
    (
        "probes.readiness.periodSeconds",
        LeavesOut("/readinessProbe/periodSeconds"),
    ),
    (
        "probes.readiness.timeoutSeconds",
        LeavesOut("/readinessProbe/timeoutSeconds"),
    ),
    (
        "probes.readiness.failureThreshold",
        LeavesOut("/readinessProbe/failureThreshold"),
    ),
    ("probes.startup.enabled", Like("false")),
    (
        "probes.startup.initialDelaySeconds",
        LeavesOut("/startupProbe/initialDelaySeconds"),
    ),
    (
        "probes.startup.periodSeconds",
        LeavesOut("/startupProbe/periodSeconds"),
    ),
    (
        "probes.startup.timeoutSeconds",
        LeavesOut("/startupProbe/timeoutSeconds"),
    ),
    (
        "probes.startup.failureThreshold",
        LeavesOut("/startupProbe/failureThreshold"),
    ),
    ("garbageCollection.enabled", Like("false")),
    ("garbageCollection.schedule", Default),
    ("garbageCollection.olderThan", Like("\"\"")),
    ("garbageCollection.allWorkspaces", Like("false")),
    ("garbageCollection.trackingUri", Like("\"\"")),
    ("garbageCollection.caSecret.name", Like("\"\"")),
    ("garbageCollection.caSecret.key", Like("\"\"")),
    (
        "garbageCollection.resources.limits.cpu",
        LeavesOut("/resources/limits/cpu"),
    ),
    (
        "garbageCollection.resources.limits.memory",
        LeavesOut("/resources/limits/memory"),
    ),
    (
        "garbageCollection.resources.requests.cpu",
        LeavesOut("/resources/requests/cpu"),
    ),
    (
        "garbageCollection.resources.requests.memory",
        LeavesOut("/resources/requests/memory"),
    ),
    // Kubernetes' default for the chart's empty `type:` is the same.
    ("service.type", Like("\"ClusterIP\"")),
    ("service.port", Like("\"\"")),
    ("ingress.enabled", Like("false")),
    ("ingress.className", Like("\"\"")),
    ("httpRoute.enabled", Like("false")),
    (
        "httpRoute.apiVersion",
        Like("\"gateway.networking.k8s.io/v1\""),
    ),
    ("mlflow.backendStoreUri", Like("\"\"")),
    ("mlflow.registryStoreUri", Like("\"\"")),
    ("mlflow.defaultArtifactRoot", Like("\"\"")),
    ("mlflow.artifactsDestination", Like("\"\"")),
    ("tls.enabled", Default),
    ("tls.secretName", Default),
    ("externalSecrets.enabled", Like("false")),
    ("externalSecrets.apiVersion", Default),
    (
        "externalSecrets.refreshInterval",
        LeavesOut("/spec/refreshInterval"),
    ),
    ("externalSecrets.secretName", Like("\"\"")),
    ("networkPolicy.enabled", Like("false")),
    ("metrics.enabled", Like("false")),
    ("metrics.path", Like("\"/metrics\"")),
    ("serviceMonitor.enabled", Like("false")),
    ("serviceMonitor.interval", Like("\"\"")),
    ("serviceMonitor.scrapeTimeout", Like("\"\"")),
    ("podSecurityContext.fsGroup", LeavesOut("/fsGroup")),
    (
        "podSecurityContext.runAsNonRoot",
        LeavesOut("/runAsNonRoot"),
    ),
    ("podSecurityContext.runAsUser", LeavesOut("/runAsUser")),
    ("podSecurityContext.seccompProfile.type", Refused),
    (
        "securityContext.allowPrivilegeEscalation",
        LeavesOut("/allowPrivilegeEscalation"),
    ),
    (
        "securityContext.readOnlyRootFilesystem",
        LeavesOut("/readOnlyRootFilesystem"),
    ),
    ("serviceAccount.create", Like("false")),
    ("serviceAccount.name", Like("\"\"")),
    (
        "serviceAccount.automountServiceAccountToken",
        LeavesOut("/automountServiceAccountToken"),
    ),
    ("storage.enabled", Like("false")),
    ("storage.size", Default),
    ("storage.accessMode", Default),
    ("storage.storageClassName", Like("\"\"")),
    ("storage.mountPath", Default),
];

/// Values in which every setting matters and none of the table has a value of
/// its own, but for the switches.
const EVERYTHING: &str = "\
mlflow: {backendStoreUriFrom: {secretKeyRef: {name: a, key: uri}}}
storage: {enabled: true}
garbageCollection: {enabled: true}
ingress: {enabled: true}
httpRoute: {enabled: true, parentRefs: [{name: gateway}]}
networkPolicy: {enabled: true}
metrics: {enabled: true}
serviceMonitor: {enabled: true}
externalSecrets:
  enabled: true
  provider: {aws: {service: SecretsManager}}
  data: [{secretKey: uri, remoteRef: {key: a}}]
";

/// The fields of all objects by their places, or the first error.
fn fields(path: &str, value: &str) -> Result<BTreeMap<String, Value>, String> {
    // A certificate is mounted only with TLS.
    let tls = format!("tls.enabled={}", path == "tls.secretName");
    let layers = [
        Layer::File {
            name: "values.yaml".to_owned(),
            text: EVERYTHING.to_owned(),
        },
        Layer::SetJson(tls),
        Layer::SetJson(format!("{path}={value}")),
    ];
    let outcome = render(&layers, &Release::default(), &Rules::Skip);
    let Some(manifests) = outcome.manifests else {
        return Err(outcome.diagnostics[0].message.clone());
    };
    let mut fields = BTreeMap::new();
    for manifest in manifests.manifests() {
        let object = format!("{}/{}", manifest.kind(), manifest.name());
        collect(manifest.object(), &object, &mut fields);
    }
    Ok(fields)
}

fn collect(value: &Value, place: &str, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                collect(value, &format!("{place}/{key}"), fields);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{place}/{index}"), fields);
            }
        }
        _ => {
            fields.insert(place.to_owned(), value.clone());
        }
    }
}

/// Another value than the default, where the default might not be rendered.
fn other(default: &Node) -> String {
    match default.to_json() {
        Value::Number(number) => (number.as_i64().expect("a whole number") + 1).to_string(),
        Value::Bool(on) => (!on).to_string(),
        default => default.to_string(),
    }
}

fn check(path: &str, null: &Null) -> Result<(), String> {
    let place = ValuePath::parse(path).expect(path);
    let default = default_tree().and_then(|tree| tree.at(&place)).expect(path);
    let nothing = fields(path, "null");
    match null {
        Like(value) => {
            let with = fields(path, value)?;
            (nothing.as_ref() == Ok(&with))
                .then_some(())
                .ok_or_else(|| format!("is not like {value}: {:?}", nothing.err()))
        }
        Default => {
            let mut with = fields(path, &default.to_json().to_string())?;
            let mut without = nothing?;
            // An option that equals MLflow's own default may be left out.
            for fields in [&mut with, &mut without] {
                fields
                    .retain(|_, value| !value.as_str().is_some_and(|text| text.starts_with("--")));
            }
            (with == without)
                .then_some(())
                .ok_or_else(|| "is not the default".to_owned())
        }
        LeavesOut(place) => {
            let with = fields(path, &other(default))?;
            let without = nothing?;
            let gone: Vec<&String> = with
                .keys()
                .filter(|field| !without.contains_key(*field))
                .collect();
            let stays = without
                .iter()
                .all(|(field, value)| with.get(field) == Some(value));
            (stays && !gone.is_empty() && gone.iter().all(|field| field.ends_with(place)))
                .then_some(())
                .ok_or_else(|| format!("leaves out {gone:?}"))
        }
        Refused => match nothing {
            Err(message) if message == format!("`{path}` is missing") => Ok(()),
            other => Err(format!("gives {:?}", other.err())),
        },
    }
}

/// The settings of the defaults that have one value; lists are replaced whole.
fn scalars(node: &Node, path: &ValuePath, found: &mut BTreeSet<String>) {
    match &node.value {
        Tree::Mapping(entries) => {
            for entry in entries {
                scalars(&entry.value, &path.join(entry.key.as_str()), found);
            }
        }
        Tree::Sequence(_) => {}
        Tree::Scalar(_) => {
            found.insert(path.to_string());
        }
    }
}

#[test]
fn null_does_what_the_table_says() {
    let wrong: Vec<String> = SETTINGS
        .iter()
        .filter_map(|(path, null)| Some(format!("{path} {}", check(path, null).err()?)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_setting_with_one_value_is_in_the_table() {
    let mut settings = BTreeSet::new();
    scalars(
        default_tree().expect("the defaults can be read"),
        &ValuePath::root(),
        &mut settings,
    );
    // Parts of custom resources, all of them optional and null by default.
    settings.retain(|path| {
        ![
            "externalSecrets.template.",
            "serviceMonitor.tlsConfig.",
            "serviceMonitor.basicAuth.",
        ]
        .iter()
        .any(|section| path.starts_with(section))
    });
    let table: BTreeSet<String> = SETTINGS
        .iter()
        .map(|(path, _)| (*path).to_owned())
        .collect();
    assert_eq!(table, settings);
}

#[test]
fn what_differs_from_helm_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/differences.md");
    let table = std::fs::read_to_string(path).expect(path);
    let row = table
        .lines()
        .find(|line| line.contains("null over `"))
        .expect("a row of null over single values");
    let listed = row.split(" | ").nth(1).unwrap_or_default();
    let listed: BTreeSet<&str> = listed.split('`').skip(1).step_by(2).collect();
    let differ: BTreeSet<&str> = SETTINGS
        .iter()
        .filter(|(_, null)| matches!(null, Default))
        .map(|(path, _)| *path)
        .collect();
    assert_eq!(listed, differ);
}

#[test]
fn null_removes_an_entry_of_a_map() {
    let maps = "\
resources: {limits: {cpu: null, memory: 1Gi}, requests: {cpu: null}}
nodeSelector: {a: null, b: c}
podLabels: {a: null}
extraVolumes:
  - {name: v, csi: {driver: d, volumeAttributes: {a: null, b: c}}}
extraContainers:
  - {name: c, image: i, resources: {limits: {cpu: null}}}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: zone
        labelSelector: {matchLabels: {a: null, b: c}}
";
    let render = |text: String| {
        let layer = Layer::File {
            name: "values.yaml".to_owned(),
            text: format!("{EVERYTHING}{text}"),
        };
        let outcome = render(&[layer], &Release::default(), &Rules::Skip);
        assert!(outcome.manifests.is_some(), "{:?}", outcome.diagnostics);
        outcome.manifests.map(|set| set.to_yaml())
    };
    let without = maps.replace("cpu: null, ", "").replace("a: null, ", "");
    let without = without.replace("cpu: null", "").replace("a: null", "");
    assert_eq!(render(maps.to_owned()), render(without));
}
