//! The description of the settings that forms are made from.

use crate::settings::{Choice, Item, Kind, Setting};
use serde_json::{Map, Value};

use super::KUBERNETES;

/// Every setting of the values interface, in the model's order.
pub fn settings() -> Vec<Setting> {
    let root = super::schema();
    fields(&root, &root, None)
}

/// Kubernetes' types that a form shows by their keys, with those that people
/// set, and the help of each. The others, and the keys that are not here, are
/// edited as YAML. Kubernetes' own texts are pages of an API reference.
const SHOWN: &[(&str, &[(&str, &str)])] = &[
    (
        "Capabilities",
        &[
            ("drop", "Capabilities to remove: `ALL` removes all of them."),
            ("add", "Capabilities to add."),
        ],
    ),
    ("ConfigMapEnvSource", &[("name", "Name of the ConfigMap.")]),
    (
        "ConfigMapKeySelector",
        &[
            ("name", "Name of the ConfigMap."),
            ("key", "Key of the entry in the ConfigMap."),
        ],
    ),
    (
        "DeploymentStrategy",
        &[
            (
                "type",
                "`RollingUpdate` replaces the Pods one after the other. `Recreate` stops all old Pods first.",
            ),
            ("rollingUpdate", "Limits of a rolling update."),
        ],
    ),
    (
        "EnvFromSource",
        &[
            ("secretRef", "The Secret."),
            ("configMapRef", "The ConfigMap."),
            (
                "prefix",
                "Text to put before the name of each variable: `MLFLOW_`. When empty, the keys are the names.",
            ),
        ],
    ),
    (
        "EnvVar",
        &[
            ("name", "Name of the variable."),
            (
                "value",
                "Value of the variable. `$(NAME)` inserts the value of a variable that is defined before.",
            ),
            (
                "valueFrom",
                "Where the value comes from, instead of `value`.",
            ),
        ],
    ),
    (
        "EnvVarSource",
        &[
            (
                "secretKeyRef",
                "An entry of a Secret in the same namespace.",
            ),
            (
                "configMapKeyRef",
                "An entry of a ConfigMap in the same namespace.",
            ),
        ],
    ),
    (
        "IngressTLS",
        &[
            ("secretName", "Secret with the certificate and its key."),
            ("hosts", "Host names for which the certificate is valid."),
        ],
    ),
    ("LocalObjectReference", &[("name", "Name of the Secret.")]),
    (
        "PodSecurityContext",
        &[
            (
                "runAsNonRoot",
                "Whether Kubernetes refuses to start a container as root.",
            ),
            ("runAsUser", "User ID of the processes in the containers."),
            (
                "runAsGroup",
                "Group ID of the processes in the containers. When empty: the default of the image.",
            ),
            ("fsGroup", "Group ID that owns the files on volumes."),
            (
                "fsGroupChangePolicy",
                "When Kubernetes changes the owner of the files on a volume: `Always`, or only `OnRootMismatch`, which starts faster on large volumes.",
            ),
            (
                "seccompProfile",
                "Which system calls the containers may use.",
            ),
        ],
    ),
    (
        "PolicyRule",
        &[
            (
                "apiGroups",
                "API groups of the resources: `\"\"` is the core group, with Pods and Secrets.",
            ),
            (
                "resources",
                "Resources that the rule allows: `pods`, `secrets`.",
            ),
            (
                "resourceNames",
                "Names of the objects that the rule allows. When empty: all objects.",
            ),
            (
                "verbs",
                "Actions that the rule allows: `get`, `list`, `watch`, `create`.",
            ),
        ],
    ),
    (
        "RollingUpdateDeployment",
        &[
            (
                "maxSurge",
                "How many additional Pods may run during the update: a number, or a share such as `25%`.",
            ),
            (
                "maxUnavailable",
                "How many Pods may be unavailable during the update: a number, or a share such as `25%`.",
            ),
        ],
    ),
    (
        "SeccompProfile",
        &[
            (
                "type",
                "Which profile limits the system calls: that of the container runtime, a file on the node (`Localhost`), or none (`Unconfined`).",
            ),
            (
                "localhostProfile",
                "File of the profile on the node, for the type `Localhost`.",
            ),
        ],
    ),
    ("SecretEnvSource", &[("name", "Name of the Secret.")]),
    (
        "SecretKeySelector",
        &[
            ("name", "Name of the Secret."),
            ("key", "Key of the entry in the Secret."),
        ],
    ),
    (
        "SecurityContext",
        &[
            (
                "readOnlyRootFilesystem",
                "Whether the container can write only to volumes.",
            ),
            (
                "allowPrivilegeEscalation",
                "Whether a process can get more privileges than its parent process.",
            ),
            (
                "runAsNonRoot",
                "Whether Kubernetes refuses to start the container as root. When empty: the setting of the Pod.",
            ),
            (
                "runAsUser",
                "User ID of the processes in the container. When empty: the setting of the Pod.",
            ),
            (
                "runAsGroup",
                "Group ID of the processes in the container. When empty: the setting of the Pod.",
            ),
            ("capabilities", "Linux capabilities of the container."),
            (
                "seccompProfile",
                "Which system calls the container may use. When empty: the setting of the Pod.",
            ),
        ],
    ),
    (
        "Toleration",
        &[
            (
                "key",
                "Key of the taint. When empty, with the operator `Exists`: all taints.",
            ),
            (
                "operator",
                "`Equal` compares the value of the taint. `Exists` ignores the value.",
            ),
            ("value", "Value of the taint, for the operator `Equal`."),
            ("effect", "Effect of the taint. When empty: all effects."),
            (
                "tolerationSeconds",
                "How long the Pod stays on a node with a `NoExecute` taint. When empty: forever.",
            ),
        ],
    ),
    (
        "VolumeMount",
        &[
            ("name", "Name of the volume."),
            ("mountPath", "Directory in the container."),
            (
                "subPath",
                "Path inside the volume to mount. When empty: the whole volume.",
            ),
            ("readOnly", "Whether the container can only read."),
        ],
    ),
];

/// Words that Kubernetes' schema leaves to its prose.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("DeploymentStrategy", "type", &["RollingUpdate", "Recreate"]),
    (
        "PodSecurityContext",
        "fsGroupChangePolicy",
        &["OnRootMismatch", "Always"],
    ),
    (
        "SeccompProfile",
        "type",
        &["RuntimeDefault", "Localhost", "Unconfined"],
    ),
    ("Toleration", "operator", &["Equal", "Exists"]),
    (
        "Toleration",
        "effect",
        &["NoSchedule", "PreferNoSchedule", "NoExecute"],
    ),
];

/// Parts of keys that are not written as ordinary words.
const ACRONYMS: &[(&str, &str)] = &[
    ("api", "API"),
    ("ca", "CA"),
    ("cpu", "CPU"),
    ("fs", "FS"),
    ("http", "HTTP"),
    ("mlflow", "MLflow"),
    ("rbac", "RBAC"),
    ("tls", "TLS"),
    ("uri", "URI"),
];

/// Labels that say more than their keys do.
const LABELS: &[(&str, &str)] = &[
    ("env", "Environment variables"),
    ("envFrom", "Environment from Secrets and ConfigMaps"),
    ("flag_options", "Flags"),
    ("value_options", "Options"),
    ("x-mlflow-k8s", "Checks"),
    ("mlflow", "Stores"),
    ("storage", "Persistent volume"),
];

fn fields(root: &Value, schema: &Value, kubernetes: Option<&str>) -> Vec<Setting> {
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let shown: Vec<(&str, Option<&str>)> = match kubernetes.and_then(shown_keys) {
        Some(keys) => keys.iter().map(|(key, help)| (*key, Some(*help))).collect(),
        None => properties.keys().map(|key| (key.as_str(), None)).collect(),
    };
    shown
        .into_iter()
        .filter_map(|(key, help)| {
            let property = properties.get(key)?;
            let help = help.map_or_else(|| description(root, property), str::to_owned);
            Some(Setting {
                key: key.to_owned(),
                label: label(key),
                example: example(&help),
                help,
                required: required.iter().any(|name| name == key),
                kind: kubernetes
                    .and_then(|owner| words(owner, key))
                    .unwrap_or_else(|| kind(root, property)),
            })
        })
        .collect()
}

fn kind(root: &Value, schema: &Value) -> Kind {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/");
        let definition = definition(root, name);
        return if name.starts_with(KUBERNETES) {
            kubernetes(root, name, definition)
        } else {
            kind(root, definition)
        };
    }
    for variants in ["anyOf", "oneOf", "allOf"] {
        let Some(variants) = schema[variants].as_array() else {
            continue;
        };
        if variants.iter().any(|variant| variant["const"].is_string()) {
            return Kind::Choice(variants.iter().filter_map(choice).collect());
        }
        let is_null = |variant: &&Value| variant["type"] == "null";
        if let Some(one) = variants.iter().find(|variant| !is_null(variant)) {
            return kind(root, one);
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter_map(Value::as_str);
        return Kind::Choice(words.map(word).collect());
    }
    let kinds = super::kinds_of(&schema["type"]);
    let has = |kind: &str| kinds.iter().any(|other| other == kind);
    if has("array") {
        let items = &schema["items"];
        return Kind::List(Box::new(Item {
            label: item_label(items),
            kind: kind(root, items),
        }));
    }
    if has("object") {
        if schema["properties"].is_object() {
            return Kind::Section(fields(root, schema, None));
        }
        let entry = &schema["additionalProperties"];
        return match kind(root, entry) {
            Kind::Text if entry["$ref"].is_null() && entry["anyOf"].is_null() => Kind::Map,
            Kind::Text => Kind::Scalars,
            _ => Kind::Yaml("object".to_owned()),
        };
    }
    match () {
        () if has("boolean") && has("string") => Kind::Text,
        () if has("boolean") => Kind::Switch,
        () if has("integer") => Kind::Integer,
        () if has("string") => Kind::Text,
        () => Kind::Yaml("object".to_owned()),
    }
}

fn definition<'r>(root: &'r Value, name: &str) -> &'r Value {
    root["$defs"].get(name).unwrap_or(&Value::Null)
}

fn kubernetes(root: &Value, name: &str, definition: &Value) -> Kind {
    let short = short(name);
    match short {
        "Quantity" => Kind::Quantity,
        "IntOrString" => Kind::Text,
        "ResourceRequirements" => Kind::Section(
            [
                (
                    "requests",
                    "CPU and memory that the scheduler reserves for the container.",
                ),
                (
                    "limits",
                    "CPU and memory that the container may use at most.",
                ),
            ]
            .into_iter()
            .map(|(key, help)| Setting {
                key: key.to_owned(),
                label: label(key),
                help: help.to_owned(),
                example: None,
                required: false,
                kind: Kind::Section(amounts()),
            })
            .collect(),
        ),
        _ if shown_keys(short).is_some() => Kind::Section(fields(root, definition, Some(short))),
        _ => Kind::Yaml(short.to_owned()),
    }
}

fn amounts() -> Vec<Setting> {
    [
        ("cpu", "CPU time: `500m` is half of one core. When empty: no amount is set.", "500m"),
        (
            "memory",
            "Memory: `3Gi`. Kubernetes stops a container that uses more than its limit. When empty: no amount is set.",
            "3Gi",
        ),
    ]
    .into_iter()
    .map(|(key, help, example)| Setting {
        key: key.to_owned(),
        label: label(key),
        help: help.to_owned(),
        example: Some(example.to_owned()),
        required: false,
        kind: Kind::Quantity,
    })
    .collect()
}

fn shown_keys(kubernetes: &str) -> Option<&'static [(&'static str, &'static str)]> {
    SHOWN
        .iter()
        .find(|(name, _)| *name == kubernetes)
        .map(|(_, keys)| *keys)
}

fn words(owner: &str, key: &str) -> Option<Kind> {
    let (_, _, words) = WORDS
        .iter()
        .find(|(name, field, _)| *name == owner && *field == key)?;
    let words = std::iter::once(&"").chain(*words);
    Some(Kind::Choice(words.copied().map(word).collect()))
}

fn word(value: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        help: String::new(),
    }
}

fn choice(variant: &Value) -> Option<Choice> {
    Some(Choice {
        value: variant["const"].as_str()?.to_owned(),
        help: variant["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    })
}

/// The last part of a type's name.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn item_label(items: &Value) -> String {
    let name = items["$ref"].as_str().map_or("entry", short);
    let name = name.trim_start_matches("#/$defs/");
    match name {
        "EnvVar" => "variable".to_owned(),
        "EnvFromSource" => "source".to_owned(),
        "LocalObjectReference" => "Secret".to_owned(),
        _ => split(name)
            .iter()
            .map(|part| spelled(part))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn description(root: &Value, property: &Value) -> String {
    let own = property["description"].as_str();
    let of_type = || {
        let name = property["$ref"].as_str()?.trim_start_matches("#/$defs/");
        definition(root, name)["description"].as_str()
    };
    own.or_else(of_type).unwrap_or_default().to_owned()
}

/// The first list or mapping that a help text shows.
fn example(help: &str) -> Option<String> {
    help.split('`')
        .skip(1)
        .step_by(2)
        .find(|code| code.starts_with(['[', '{']) && !code.starts_with("{{"))
        .map(str::to_owned)
}

/// A key in words: `backendStoreUri` is "Backend store URI".
fn label(key: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(other, _)| *other == key) {
        return (*label).to_owned();
    }
    in_words(key)
}

fn in_words(key: &str) -> String {
    let words: Vec<String> = split(key).iter().map(|part| spelled(part)).collect();
    let text = words.join(" ");
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}

/// The parts of a key in camel or snake case, in lower case.
fn split(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut after_capital = false;
    for character in key.chars() {
        let starts = character.is_uppercase() && !after_capital;
        if matches!(character, '_' | '-') || starts {
            parts.push(String::new());
        }
        after_capital = character.is_uppercase();
        if !matches!(character, '_' | '-')
            && let Some(part) = parts.last_mut()
        {
            part.extend(character.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn spelled(part: &str) -> String {
    ACRONYMS
        .iter()
        .find(|(plain, _)| *plain == part)
        .map_or_else(|| part.to_owned(), |(_, right)| (*right).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::ValuePath;
    use crate::yaml::{Node, Value as Yaml};

    #[test]
    fn keys_become_words() {
        assert_eq!(label("backendStoreUri"), "Backend store URI");
        assert_eq!(label("namespace_rbac"), "Namespace RBAC");
        assert_eq!(
            label("topologySpreadConstraints"),
            "Topology spread constraints"
        );
        assert_eq!(label("runAsUser"), "Run as user");
    }

    #[test]
    fn every_default_has_a_setting() {
        fn check(settings: &[Setting], node: &Node, path: &ValuePath) {
            let Yaml::Mapping(entries) = &node.value else {
                return;
            };
            for entry in entries {
                let path = path.join(entry.key.as_str());
                let setting = settings.iter().find(|setting| setting.key == entry.key);
                let setting = setting.unwrap_or_else(|| panic!("{path} has no setting"));
                if let Kind::Section(below) = &setting.kind {
                    check(below, &entry.value, &path);
                }
            }
        }
        let defaults = crate::values::default_tree().unwrap();
        check(&settings(), defaults, &ValuePath::root());
    }

    #[test]
    fn kinds_are_those_of_the_model() {
        fn find<'s>(settings: &'s [Setting], path: &str) -> &'s Kind {
            let (key, rest) = path.split_once('.').unwrap_or((path, ""));
            let kind = &settings
                .iter()
                .find(|setting| setting.key == key)
                .unwrap_or_else(|| panic!("{key}"))
                .kind;
            match (kind, rest) {
                (kind, "") => kind,
                (Kind::Section(below), rest) => find(below, rest),
                _ => panic!("{path}"),
            }
        }
        let settings = settings();
        let kind = |path| find(&settings, path);
        assert_eq!(*kind("storage.enabled"), Kind::Switch);
        assert_eq!(*kind("storage.size"), Kind::Quantity);
        assert_eq!(*kind("replicaCount"), Kind::Integer);
        assert_eq!(*kind("service.port"), Kind::Integer);
        assert_eq!(*kind("server.value_options"), Kind::Scalars);
        assert_eq!(*kind("podLabels"), Kind::Map);
        assert_eq!(*kind("resources.limits.cpu"), Kind::Quantity);
        assert_eq!(
            *kind("mlflow.backendStoreUriFrom.secretKeyRef.name"),
            Kind::Text
        );
        assert_eq!(
            *kind("securityContext.readOnlyRootFilesystem"),
            Kind::Switch
        );
        assert_eq!(*kind("affinity"), Kind::Yaml("Affinity".to_owned()));
        assert!(matches!(kind("storage.accessMode"), Kind::Choice(words) if words.len() == 4));
        assert!(matches!(kind("image.pullPolicy"), Kind::Choice(words) if words.len() == 4));
        assert!(matches!(kind("env"), Kind::List(item) if matches!(item.kind, Kind::Section(_))));
        assert!(
            matches!(kind("extraVolumes"), Kind::List(item) if matches!(item.kind, Kind::Yaml(_)))
        );
    }
    /// Calls with every setting, at every depth.
    fn each(settings: &[Setting], visit: &mut dyn FnMut(&Setting)) {
        fn below(kind: &Kind, visit: &mut dyn FnMut(&Setting)) {
            match kind {
                Kind::Section(settings) => each(settings, visit),
                Kind::List(item) => below(&item.kind, visit),
                _ => {}
            }
        }
        for setting in settings {
            visit(setting);
            below(&setting.kind, visit);
        }
    }

    #[test]
    fn rows_are_about_settings() {
        let mut keys = Vec::new();
        each(&settings(), &mut |setting| keys.push(setting.key.clone()));
        for (key, label) in LABELS {
            assert!(keys.iter().any(|other| other == key), "{key} is no setting");
            assert_ne!(in_words(key), *label, "{key} needs no label of its own");
        }
        for (part, _) in ACRONYMS {
            let is_used = keys
                .iter()
                .any(|key| split(key).iter().any(|other| other == part));
            assert!(is_used, "no setting has {part}");
        }
    }

    #[test]
    fn rows_are_about_fields_of_kubernetes() {
        let root = crate::values::schema();
        let properties = |kind: &str| {
            let found = root["$defs"]
                .as_object()
                .unwrap()
                .iter()
                .find(|(name, _)| name.starts_with(KUBERNETES) && short(name) == kind);
            let (_, definition) = found.unwrap_or_else(|| panic!("there is no {kind}"));
            definition["properties"].clone()
        };
        for (kind, keys) in SHOWN {
            let properties = properties(kind);
            for (key, _) in *keys {
                assert!(properties[*key].is_object(), "{kind} has no {key}");
            }
        }
        for (kind, key, _) in WORDS {
            let is_shown =
                shown_keys(kind).is_some_and(|keys| keys.iter().any(|(shown, _)| shown == key));
            assert!(is_shown, "no form shows {kind}.{key}");
            let types = super::super::kinds_of(&properties(kind)[key]["type"]);
            assert!(types.contains(&"string".into()), "{kind}.{key} is no text");
        }
    }
}
