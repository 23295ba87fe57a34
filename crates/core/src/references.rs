//! What a finished object refers to by name.

use crate::manifest::Manifest;
use serde_json::Value;

/// A name in an object that stands for another object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference<'m> {
    /// The other's kind.
    pub(crate) kind: &'m str,
    /// The other's name.
    pub(crate) name: &'m str,
    /// Its namespace, where that may be another one.
    pub(crate) namespace: Option<&'m str>,
    /// How it is referred to.
    pub(crate) by: By<'m>,
    /// Whether all works without it.
    pub(crate) optional: bool,
}

/// How an object refers to another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum By<'m> {
    /// A variable of a container takes one entry.
    Variable {
        /// The variable's name.
        variable: &'m str,
        /// The entry's key.
        key: &'m str,
    },
    /// Every entry becomes a variable.
    AllVariables,
    /// A volume holds these entries, or all when there are none.
    Volume {
        /// The volume's name.
        volume: &'m str,
        /// Keys of the entries, and the files that they become.
        items: Vec<(&'m str, &'m str)>,
    },
    /// Something reads one entry.
    Entry(&'m str),
    /// The certificate of an Ingress.
    Certificate,
    /// The credentials of a registry.
    PullSecret,
    /// Anything else, in a word.
    As(&'static str),
}

impl By<'_> {
    /// The way in a word, for people.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Variable { .. } | Self::AllVariables => "environment",
            Self::Volume { .. } => "volume",
            Self::Entry(_) => "reads",
            Self::Certificate => "certificate",
            Self::PullSecret => "pulls images with",
            Self::As(word) => word,
        }
    }
}

/// Elements of the list at a JSON pointer.
pub(crate) fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The text at a JSON pointer, unless it is empty.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// The pod that a workload makes.
pub(crate) fn pod(manifest: &Manifest) -> Option<&Value> {
    let pointer = match manifest.kind() {
        "Deployment" => "/spec/template",
        "CronJob" => "/spec/jobTemplate/spec/template",
        _ => return None,
    };
    manifest.object().pointer(pointer)
}

/// The containers of a pod, those that run first included.
pub(crate) fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["/spec/containers", "/spec/initContainers"]
        .into_iter()
        .flat_map(|pointer| list(pod, pointer))
}

/// Everything that an object refers to by name, in the object's order.
/// Selectors are no names.
pub(crate) fn references(manifest: &Manifest) -> Vec<Reference<'_>> {
    let mut found = Found(Vec::new());
    let object = manifest.object();
    match manifest.kind() {
        "Deployment" | "CronJob" => {
            if let Some(pod) = pod(manifest) {
                found.pod(pod);
            }
        }
        "Ingress" => found.ingress(object),
        "HTTPRoute" => found.http_route(object),
        "RoleBinding" | "ClusterRoleBinding" => {
            if let Some(kind) = text(object, "/roleRef/kind") {
                found.named(object, kind, "/roleRef/name", By::As("grants"));
            }
            for subject in list(object, "/subjects") {
                if let Some(kind) = text(subject, "/kind") {
                    found.named(subject, kind, "/name", By::As("to"));
                }
            }
        }
        "ExternalSecret" => {
            found.named(object, "Secret", "/spec/target/name", By::As("creates"));
            if let Some(kind) = text(object, "/spec/secretStoreRef/kind") {
                found.named(object, kind, "/spec/secretStoreRef/name", By::As("from"));
            }
            for source in list(object, "/spec/data") {
                if let Some(kind) = text(source, "/sourceRef/storeRef/kind") {
                    found.named(source, kind, "/sourceRef/storeRef/name", By::As("from"));
                }
            }
        }
        "SecretStore" => found.credentials(object.pointer("/spec/provider")),
        "ServiceMonitor" => {
            for endpoint in list(object, "/spec/endpoints") {
                for (kind, pointer) in [
                    ("Secret", "/tlsConfig/ca/secret"),
                    ("ConfigMap", "/tlsConfig/ca/configMap"),
                    ("Secret", "/tlsConfig/cert/secret"),
                    ("ConfigMap", "/tlsConfig/cert/configMap"),
                    ("Secret", "/tlsConfig/keySecret"),
                    ("Secret", "/basicAuth/username"),
                    ("Secret", "/basicAuth/password"),
                ] {
                    if let Some(selector) = endpoint.pointer(pointer) {
                        found.entry(selector, kind);
                    }
                }
            }
        }
        _ => {}
    }
    found.0
}

struct Found<'m>(Vec<Reference<'m>>);

impl<'m> Found<'m> {
    fn push(&mut self, from: &'m Value, kind: &'m str, name: &'m str, by: By<'m>) {
        self.0.push(Reference {
            kind,
            name,
            namespace: text(from, "/namespace"),
            by,
            optional: from.pointer("/optional") == Some(&Value::Bool(true)),
        });
    }

    /// A reference, if there is a name at the pointer.
    fn named(&mut self, from: &'m Value, kind: &'m str, pointer: &str, by: By<'m>) {
        if let Some(name) = text(from, pointer) {
            self.push(from, kind, name, by);
        }
    }

    /// An object with a name and a key.
    fn entry(&mut self, selector: &'m Value, kind: &'m str) {
        if let Some(key) = text(selector, "/key") {
            self.named(selector, kind, "/name", By::Entry(key));
        }
    }

    fn pod(&mut self, pod: &'m Value) {
        for container in containers(pod) {
            for variable in list(container, "/env") {
                for (kind, pointer) in [
                    ("Secret", "/valueFrom/secretKeyRef"),
                    ("ConfigMap", "/valueFrom/configMapKeyRef"),
                ] {
                    if let (Some(selector), Some(variable)) =
                        (variable.pointer(pointer), text(variable, "/name"))
                        && let Some(key) = text(selector, "/key")
                    {
                        self.named(selector, kind, "/name", By::Variable { variable, key });
                    }
                }
            }
            for source in list(container, "/envFrom") {
                for (kind, pointer) in [("Secret", "/secretRef"), ("ConfigMap", "/configMapRef")] {
                    if let Some(source) = source.pointer(pointer) {
                        self.named(source, kind, "/name", By::AllVariables);
                    }
                }
            }
        }
        for volume in list(pod, "/spec/volumes") {
            self.volume(volume);
        }
        for secret in list(pod, "/spec/imagePullSecrets") {
            self.named(secret, "Secret", "/name", By::PullSecret);
        }
        self.named(
            pod,
            "ServiceAccount",
            "/spec/serviceAccountName",
            By::As("runs as"),
        );
    }

    fn volume(&mut self, volume: &'m Value) {
        let name = text(volume, "/name").unwrap_or_default();
        let mut source = |from: Option<&'m Value>, kind, pointer| {
            if let Some(from) = from {
                let items = list(from, "/items")
                    .filter_map(|item| Some((text(item, "/key")?, text(item, "/path")?)))
                    .collect();
                let by = By::Volume {
                    volume: name,
                    items,
                };
                self.named(from, kind, pointer, by);
            }
        };
        source(volume.pointer("/secret"), "Secret", "/secretName");
        source(volume.pointer("/configMap"), "ConfigMap", "/name");
        for projected in list(volume, "/projected/sources") {
            source(projected.pointer("/secret"), "Secret", "/name");
            source(projected.pointer("/configMap"), "ConfigMap", "/name");
        }
        self.named(
            volume,
            "PersistentVolumeClaim",
            "/persistentVolumeClaim/claimName",
            By::As("volume"),
        );
        // Volumes of storage systems that ask for a password.
        for pointer in [
            "/csi/nodePublishSecretRef/name",
            "/azureFile/secretName",
            "/cephfs/secretRef/name",
            "/flexVolume/secretRef/name",
            "/iscsi/secretRef/name",
            "/rbd/secretRef/name",
            "/scaleIO/secretRef/name",
            "/storageos/secretRef/name",
        ] {
            self.named(volume, "Secret", pointer, By::As("mounts with"));
        }
    }

    fn ingress(&mut self, ingress: &'m Value) {
        self.named(
            ingress,
            "IngressClass",
            "/spec/ingressClassName",
            By::As("served by"),
        );
        for rule in list(ingress, "/spec/rules") {
            for path in list(rule, "/http/paths") {
                self.named(path, "Service", "/backend/service/name", By::As("leads to"));
            }
        }
        for tls in list(ingress, "/spec/tls") {
            self.named(tls, "Secret", "/secretName", By::Certificate);
        }
    }

    fn http_route(&mut self, route: &'m Value) {
        for parent in list(route, "/spec/parentRefs") {
            let kind = text(parent, "/kind").unwrap_or("Gateway");
            self.named(parent, kind, "/name", By::As("served by"));
        }
        for rule in list(route, "/spec/rules") {
            let backend = |found: &mut Self, from: &'m Value, word| {
                let kind = text(from, "/kind").unwrap_or("Service");
                found.named(from, kind, "/name", By::As(word));
            };
            for from in list(rule, "/backendRefs") {
                backend(self, from, "leads to");
            }
            for filter in list(rule, "/filters") {
                if let Some(from) = filter.pointer("/requestMirror/backendRef") {
                    backend(self, from, "copies to");
                }
                if let Some(extension) = filter.pointer("/extensionRef")
                    && let Some(kind) = text(extension, "/kind")
                {
                    self.named(extension, kind, "/name", By::As("filters with"));
                }
            }
        }
    }

    /// Entries of Secrets anywhere in a provider's settings: operators call
    /// them `accessKeyIDSecretRef`, `tokenSecretRef`, `secretRef`.
    fn credentials(&mut self, settings: Option<&'m Value>) {
        match settings {
            Some(Value::Object(entries)) => {
                for (key, value) in entries {
                    if key.to_lowercase().ends_with("secretref") {
                        self.entry(value, "Secret");
                    }
                    self.credentials(Some(value));
                }
            }
            Some(Value::Array(items)) => {
                for item in items {
                    self.credentials(Some(item));
                }
            }
            _ => {}
        }
    }
}
