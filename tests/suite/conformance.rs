//! What real Helm renders from the official chart, case by case.
//!
//! A case's `expected.json` is Helm's output as data: objects by kind and
//! name, nulls dropped. [`DIFFERENCES`] says what we mean to do otherwise, by
//! the rows of `docs/differences.md`: each changes Helm's objects into what
//! ours must be. After that the two must be equal.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_k8s_core::Rules;
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::kind::{ObjectKind, Scope};
use mlflow_k8s_core::release::Release;
use mlflow_k8s_tests::corpus::{self, Case};
use mlflow_k8s_tests::diff::diff;
use serde_json::{Value, json};

/// One intended difference.
struct Difference {
    /// The row of `docs/differences.md`.
    row: u8,
    /// The kinds that it touches; none, all.
    kinds: &'static [&'static str],
    /// Changes Helm's object into what ours must be. What it cannot know
    /// beforehand it takes from ours, after checking it.
    adapt: fn(&mut Pair<'_>),
}

/// An object of Helm's and ours of the same kind and name.
struct Pair<'a> {
    release: &'a Release,
    helm: &'a mut Value,
    ours: &'a Value,
    /// The values, merged with the defaults.
    values: &'a Value,
}

/// Every intended difference that concerns objects which both render.
const DIFFERENCES: &[Difference] = &[
    Difference {
        row: 1,
        kinds: &[],
        adapt: |pair| {
            let kind = pair.helm["kind"].as_str().and_then(ObjectKind::named);
            if kind.is_some_and(|kind| kind.descriptor().scope == Scope::Namespaced) {
                pair.helm["metadata"]["namespace"] = pair.release.namespace.as_str().into();
            }
        },
    },
    Difference {
        row: 2,
        kinds: &[],
        adapt: |pair| {
            let component = component(&pair.helm["kind"]);
            relabel(
                &mut pair.helm["metadata"]["labels"],
                component,
                &pair.ours["metadata"]["labels"],
            );
            for pod in ["/spec/template", "/spec/jobTemplate/spec/template"] {
                let labels = format!("{pod}/metadata/labels");
                if let (Some(helm), Some(ours)) =
                    (pair.helm.pointer_mut(&labels), pair.ours.pointer(&labels))
                {
                    relabel(helm, component, ours);
                }
            }
        },
    },
    Difference {
        row: 3,
        kinds: &["CronJob", "Deployment"],
        adapt: |pair| {
            for pod in PODS {
                let image = format!("{pod}/containers/0/image");
                if let Some(Value::String(image)) = pair.helm.pointer_mut(&image) {
                    *image = image.replace("v3.16.0-full", "v3.17.2-full");
                }
            }
        },
    },
    Difference {
        row: 4,
        kinds: &["Deployment"],
        adapt: |pair| {
            let hosts = |value: &str| {
                let name = pair.ours["metadata"]["name"].as_str().unwrap_or_default();
                let namespace = &pair.release.namespace;
                let all = value.split(',').collect::<BTreeSet<_>>();
                [
                    name.to_owned(),
                    format!("{name}.{namespace}.svc"),
                    format!("{name}.{namespace}.svc.cluster.local:*"),
                    "localhost:*".to_owned(),
                    "10.*".to_owned(),
                ]
                .iter()
                .all(|host| all.contains(host.as_str()))
            };
            take_variable(pair.helm, pair.ours, "MLFLOW_SERVER_ALLOWED_HOSTS", hosts);
        },
    },
    Difference {
        row: 5,
        kinds: &["Deployment"],
        adapt: |pair| {
            take_variable(
                pair.helm,
                pair.ours,
                "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
                |value| {
                    value.split(',').all(|origin| {
                        origin.starts_with("https://") || origin.starts_with("http://")
                    })
                },
            );
        },
    },
    Difference {
        row: 6,
        kinds: &["Deployment"],
        adapt: |pair| pair.helm["spec"]["template"]["spec"]["enableServiceLinks"] = false.into(),
    },
    Difference {
        row: 8,
        kinds: &["Deployment", "ExternalSecret", "HTTPRoute"],
        adapt: |pair| keep_type(pair.helm, pair.ours),
    },
    Difference {
        row: 10,
        kinds: &["CronJob"],
        adapt: adapt_garbage_collection,
    },
    Difference {
        row: 11,
        kinds: &["CronJob"],
        adapt: |pair| {
            let pod = &mut pair.helm["spec"]["jobTemplate"]["spec"]["template"]["metadata"];
            pod["labels"]["app.kubernetes.io/name"] = "mlflow-gc".into();
            for (key, setting) in [("labels", "podLabels"), ("annotations", "podAnnotations")] {
                for (name, value) in pair.values[setting].as_object().into_iter().flatten() {
                    pod[key][name] = value.clone();
                }
            }
        },
    },
    Difference {
        row: 13,
        kinds: &["PersistentVolumeClaim"],
        adapt: |pair| {
            pair.helm["metadata"]["annotations"]["helm.sh/resource-policy"] = "keep".into();
        },
    },
    Difference {
        row: 14,
        kinds: &["NetworkPolicy"],
        adapt: |pair| {
            // The user's own rules come last; one for the same port is no longer needed.
            let mssql = json!({"ports": [{"protocol": "TCP", "port": 1433}]});
            if let Some(Value::Array(egress)) = pair.helm.pointer_mut("/spec/egress") {
                egress.retain(|rule| *rule != mssql);
                egress.insert(5, mssql);
            }
        },
    },
    Difference {
        row: 15,
        kinds: &["HTTPRoute"],
        adapt: |pair| {
            let port = &pair.values["service"]["port"];
            if port.is_number() {
                pair.helm["spec"]["rules"][0]["backendRefs"][0]["port"] = port.clone();
            }
        },
    },
    Difference {
        row: 30,
        kinds: &["Deployment"],
        adapt: |pair| {
            let containers = format!("{}/containers", PODS[0]);
            let Some(Value::Array(containers)) = pair.helm.pointer_mut(&containers) else {
                return;
            };
            for container in containers {
                for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                    if let Some(Value::Object(probe)) = container.get_mut(probe)
                        && probe.get("initialDelaySeconds") == Some(&json!(0))
                    {
                        probe.remove("initialDelaySeconds");
                    }
                }
            }
        },
    },
];

/// Where a workload has its pod.
const PODS: [&str; 2] = [
    "/spec/template/spec",
    "/spec/jobTemplate/spec/template/spec",
];

fn component(kind: &Value) -> &'static str {
    if kind == "CronJob" { "gc" } else { "server" }
}

/// Helm's labels about itself become ours.
fn relabel(helm: &mut Value, component: &str, ours: &Value) {
    let Some(labels) = helm.as_object_mut() else {
        return;
    };
    labels.remove("helm.sh/chart");
    labels.insert(
        "app.kubernetes.io/managed-by".to_owned(),
        "mlflow-k8s".into(),
    );
    labels.insert("app.kubernetes.io/component".to_owned(), component.into());
    let version = &ours["app.kubernetes.io/version"];
    if version == "3.17.2" {
        labels.insert("app.kubernetes.io/version".to_owned(), version.clone());
    }
}

/// Text that lost its type on Helm's way through unquoted YAML gets it back,
/// where ours is the same text or number.
fn keep_type(helm: &mut Value, ours: &Value) {
    if let (Value::Object(helm), Value::Object(ours)) = (&mut *helm, ours) {
        for (key, value) in helm {
            if let Some(ours) = ours.get(key) {
                keep_type(value, ours);
            }
        }
        return;
    }
    if let (Value::Array(helm), Value::Array(ours)) = (&mut *helm, ours) {
        helm.iter_mut()
            .zip(ours)
            .for_each(|(helm, ours)| keep_type(helm, ours));
        return;
    }
    let same = match (&*helm, ours) {
        (Value::Bool(helm), Value::String(ours)) => match ours.as_str() {
            "y" | "yes" | "on" => *helm,
            "n" | "no" | "off" => !*helm,
            _ => false,
        },
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => {
            text.parse::<f64>().ok() == number.as_f64()
        }
        _ => false,
    };
    if same {
        *helm = ours.clone();
    }
}

/// Puts a variable of our first container into Helm's, at the same place, when it is good.
fn take_variable(helm: &mut Value, ours: &Value, name: &str, good: impl Fn(&str) -> bool) {
    const CONTAINER: &str = "/spec/template/spec/containers/0";
    let variables = ours
        .pointer(&format!("{CONTAINER}/env"))
        .and_then(Value::as_array);
    let found = variables
        .into_iter()
        .flatten()
        .enumerate()
        .find(|(_, variable)| variable["name"] == name);
    let Some((index, variable)) = found else {
        return;
    };
    if !variable["value"].as_str().is_some_and(good) {
        return;
    }
    if let Some(container) = helm.pointer_mut(CONTAINER) {
        match container["env"].as_array_mut() {
            Some(env) if index <= env.len() => env.insert(index, variable.clone()),
            Some(_) => {}
            None => container["env"] = json!([variable]),
        }
    }
}

/// The script becomes a plain command, and the server's address a complete one.
fn adapt_garbage_collection(pair: &mut Pair<'_>) {
    let Some(pod) = pair.helm.pointer_mut(PODS[1]) else {
        return;
    };
    let settings = &pair.values["garbageCollection"];
    let mut command = vec![
        "mlflow".to_owned(),
        "gc".to_owned(),
        "--backend-store-uri=$(MLFLOW_BACKEND_STORE_URI)".to_owned(),
    ];
    if let Some(age) = settings["olderThan"].as_str().filter(|age| !age.is_empty()) {
        command.push(format!("--older-than={age}"));
    }
    if settings["allWorkspaces"] == true {
        command.push("--all-workspaces".to_owned());
    }
    let container = &mut pod["containers"][0];
    container["command"] = command.into();
    if let Some(prefix) = pair.values["server"]["staticPrefix"].as_str()
        && let Value::String(address) = &mut container["env"][0]["value"]
    {
        address.push_str(prefix.trim_end_matches('/'));
    }
    let tls = &pair.values["tls"];
    if tls["enabled"] == true {
        let certificate =
            json!({"name": "MLFLOW_TRACKING_SERVER_CERT_PATH", "value": "/etc/tls/ca/ca.crt"});
        let mount = json!({"name": "tls-ca", "mountPath": "/etc/tls/ca", "readOnly": true});
        let volume = json!({
            "name": "tls-ca",
            "secret": {
                "secretName": tls["secretName"],
                "items": [{"key": "tls.crt", "path": "ca.crt"}],
            },
        });
        let own = if pair.values["storage"]["enabled"] == true {
            2
        } else {
            1
        };
        insert(&mut container["env"], 2, certificate);
        insert(&mut container["volumeMounts"], own, mount);
        insert(&mut pod["volumes"], own, volume);
    }
}

fn insert(list: &mut Value, index: usize, item: Value) {
    if let Some(items) = list.as_array_mut()
        && index <= items.len()
    {
        items.insert(index, item);
    }
}

/// Objects by kind and name.
type Objects = BTreeMap<String, Value>;

fn by_name(objects: impl IntoIterator<Item = Value>) -> Objects {
    objects
        .into_iter()
        .map(|object| {
            let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
            let name = format!(
                "{}/{}",
                text("/kind").unwrap_or_default(),
                text("/metadata/name").unwrap_or_default()
            );
            (name, object)
        })
        .collect()
}

/// Numbers as Kubernetes reads them: a whole number is one however it is
/// written, and a quantity may be a number (`cpu: 2`) as well as text.
fn normalise(value: &mut Value, is_quantity: bool) {
    match value {
        Value::Object(entries) => {
            entries.retain(|_, value| !value.is_null());
            for (key, value) in entries {
                let quantities = matches!(key.as_str(), "limits" | "requests");
                normalise(value, is_quantity || quantities);
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| normalise(item, is_quantity)),
        Value::Number(number) => {
            if is_quantity {
                *value = number.to_string().into();
            } else if let Some(whole) = number.as_f64().filter(|number| number.fract() == 0.0) {
                // JSON has one kind of number; none in a manifest needs more than 53 bits.
                #[expect(clippy::cast_possible_truncation)]
                let whole = whole as i64;
                *value = whole.into();
            }
        }
        _ => {}
    }
}

/// What a case renders, if it renders.
fn ours(case: &Case) -> Result<Objects, String> {
    let outcome = case.render(&Rules::Skip);
    let Some(manifests) = outcome.manifests else {
        let errors: Vec<String> = outcome
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|error| format!("{} at {}: {}", error.code, error.path, error.message))
            .collect();
        return Err(errors.join("; "));
    };
    Ok(by_name(
        manifests
            .manifests()
            .iter()
            .map(|manifest| manifest.object().clone()),
    ))
}

/// The values that a case's objects are rendered from.
fn values(case: &Case) -> Value {
    let mut diagnostics = Vec::new();
    mlflow_k8s_core::layers::merge(&case.layers, &mut diagnostics)
        .merged
        .to_json()
}

/// Compares a case; adds the rows that it needed.
fn compare(case: &Case, rows: &mut BTreeSet<u8>) -> Vec<String> {
    let text = case
        .read("expected.json")
        .expect("a case has an expected.json");
    let helm: Vec<Value> = serde_json::from_str(&text).expect(&case.name);
    let helm = by_name(helm);
    let mut ours = match ours(case) {
        Ok(ours) => ours,
        Err(errors) => return vec![format!("refused: {errors}")],
    };
    let values = values(case);
    let mut failures = Vec::new();

    for (name, mut helm) in helm {
        let Some(mut ours) = ours.remove(&name) else {
            failures.push(format!("{name}: not rendered"));
            continue;
        };
        normalise(&mut helm, false);
        normalise(&mut ours, false);
        for difference in DIFFERENCES {
            let kind = helm["kind"].as_str().unwrap_or_default();
            if !difference.kinds.is_empty() && !difference.kinds.contains(&kind) {
                continue;
            }
            let before = helm.clone();
            (difference.adapt)(&mut Pair {
                release: &case.release,
                helm: &mut helm,
                ours: &ours,
                values: &values,
            });
            if helm != before {
                rows.insert(difference.row);
            }
        }
        failures.extend(
            diff(&helm, &ours)
                .iter()
                .map(|line| format!("{name}#{line}")),
        );
    }

    for name in ours.into_keys() {
        // Row 14: garbage collection has a network policy of its own.
        if name == "NetworkPolicy/mlflow-mlflow-gc" {
            rows.insert(14);
        } else {
            failures.push(format!("{name}: Helm does not render it"));
        }
    }
    failures
}

#[test]
fn every_case_means_what_helm_renders() {
    let mut failures = Vec::new();
    let mut rows = BTreeSet::new();
    for case in corpus::cases("conformance") {
        for failure in compare(&case, &mut rows) {
            failures.push(format!("{}: {failure}", case.name));
        }
    }
    for difference in DIFFERENCES {
        if !rows.contains(&difference.row) {
            failures.push(format!(
                "no case needs row {}: remove it, or add a case",
                difference.row
            ));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_row_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/differences.md");
    let table = std::fs::read_to_string(path).expect(path);
    for difference in DIFFERENCES {
        let row = format!("\n| {} | ", difference.row);
        assert!(table.contains(&row), "{path} has no row {}", difference.row);
    }
}
