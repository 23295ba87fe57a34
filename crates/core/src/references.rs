//! What a finished object refers to by name.

use crate::kind::ObjectKind;
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

impl Reference<'_> {
    /// The other's kind, if it is one that the program knows.
    pub(crate) fn object_kind(&self) -> Option<ObjectKind> {
        ObjectKind::named(self.kind)
    }

    /// Whether the other holds entries by their keys.
    pub(crate) fn holds_entries(&self) -> bool {
        matches!(
            self.object_kind(),
            Some(ObjectKind::Secret | ObjectKind::ConfigMap)
        )
    }

    /// Whether it is the account that every namespace has.
    pub(crate) fn is_default_account(&self) -> bool {
        self.object_kind() == Some(ObjectKind::ServiceAccount) && self.name == "default"
    }
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
    /// A volume is a claim's.
    Claim,
    /// A driver needs the credentials to mount a volume.
    MountSecret,
    /// Pods have this identity.
    Identity,
    /// A binding grants the permissions.
    Grants,
    /// A binding grants to the account.
    GrantedTo,
    /// A Secret comes of it.
    Creates,
    /// It is made from what the store holds.
    Store,
    /// Something accepts the connections.
    Entrance,
    /// Requests go there.
    Backend,
    /// Copies of requests go there.
    Mirror,
    /// An extension changes the requests.
    Filter,
}

impl By<'_> {
    /// The way in a word, for people.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Variable { .. } | Self::AllVariables => "environment",
            Self::Volume { .. } | Self::Claim => "volume",
            Self::Entry(_) => "reads",
            Self::Certificate => "certificate",
            Self::PullSecret => "pulls images with",
            Self::MountSecret => "mounts with",
            Self::Identity => "runs as",
            Self::Grants => "grants",
            Self::GrantedTo => "to",
            Self::Creates => "creates",
            Self::Store => "from",
            Self::Entrance => "served by",
            Self::Backend => "routes to",
            Self::Mirror => "mirrors to",
            Self::Filter => "filters with",
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
    let pointer = manifest.object_kind().descriptor().pod?;
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
    if let Some(pod) = pod(manifest) {
        found.pod(pod);
    }
    (manifest.object_kind().descriptor().references)(&mut found, manifest.object());
    found.0
}

const SECRET: &str = ObjectKind::Secret.name();
const CONFIG_MAP: &str = ObjectKind::ConfigMap.name();

/// References that were found so far.
pub(crate) struct Found<'m>(Vec<Reference<'m>>);

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
                    (SECRET, "/valueFrom/secretKeyRef"),
                    (CONFIG_MAP, "/valueFrom/configMapKeyRef"),
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
                for (kind, pointer) in [(SECRET, "/secretRef"), (CONFIG_MAP, "/configMapRef")] {
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
            self.named(secret, SECRET, "/name", By::PullSecret);
        }
        self.named(
            pod,
            ObjectKind::ServiceAccount.name(),
            "/spec/serviceAccountName",
            By::Identity,
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
        source(volume.pointer("/secret"), SECRET, "/secretName");
        source(volume.pointer("/configMap"), CONFIG_MAP, "/name");
        for projected in list(volume, "/projected/sources") {
            source(projected.pointer("/secret"), SECRET, "/name");
            source(projected.pointer("/configMap"), CONFIG_MAP, "/name");
        }
        self.named(
            volume,
            ObjectKind::PersistentVolumeClaim.name(),
            "/persistentVolumeClaim/claimName",
            By::Claim,
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
            self.named(volume, SECRET, pointer, By::MountSecret);
        }
    }

    /// Entries of Secrets anywhere in a provider's settings: operators call
    /// them `accessKeyIDSecretRef`, `tokenSecretRef`, `secretRef`.
    fn credentials(&mut self, settings: Option<&'m Value>) {
        match settings {
            Some(Value::Object(entries)) => {
                for (key, value) in entries {
                    if key.to_lowercase().ends_with("secretref") {
                        self.entry(value, SECRET);
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

/// For kinds that refer to nothing.
pub(crate) fn nothing(_: &mut Found<'_>, _: &Value) {}

/// The role, and who gets it.
pub(crate) fn binding<'m>(found: &mut Found<'m>, binding: &'m Value) {
    if let Some(kind) = text(binding, "/roleRef/kind") {
        found.named(binding, kind, "/roleRef/name", By::Grants);
    }
    for subject in list(binding, "/subjects") {
        if let Some(kind) = text(subject, "/kind") {
            found.named(subject, kind, "/name", By::GrantedTo);
        }
    }
}

/// The Secret that it makes, and the stores that it reads.
pub(crate) fn external_secret<'m>(found: &mut Found<'m>, external: &'m Value) {
    found.named(external, SECRET, "/spec/target/name", By::Creates);
    if let Some(kind) = text(external, "/spec/secretStoreRef/kind") {
        found.named(external, kind, "/spec/secretStoreRef/name", By::Store);
    }
    for source in list(external, "/spec/data") {
        if let Some(kind) = text(source, "/sourceRef/storeRef/kind") {
            found.named(source, kind, "/sourceRef/storeRef/name", By::Store);
        }
    }
}

/// Certificates and credentials of the scraper.
pub(crate) fn service_monitor<'m>(found: &mut Found<'m>, monitor: &'m Value) {
    for endpoint in list(monitor, "/spec/endpoints") {
        for (kind, pointer) in [
            (SECRET, "/tlsConfig/ca/secret"),
            (CONFIG_MAP, "/tlsConfig/ca/configMap"),
            (SECRET, "/tlsConfig/cert/secret"),
            (CONFIG_MAP, "/tlsConfig/cert/configMap"),
            (SECRET, "/tlsConfig/keySecret"),
            (SECRET, "/basicAuth/username"),
            (SECRET, "/basicAuth/password"),
        ] {
            if let Some(selector) = endpoint.pointer(pointer) {
                found.entry(selector, kind);
            }
        }
    }
}

/// Class, Services and certificates.
pub(crate) fn ingress<'m>(found: &mut Found<'m>, ingress: &'m Value) {
    found.named(
        ingress,
        ObjectKind::IngressClass.name(),
        "/spec/ingressClassName",
        By::Entrance,
    );
    for rule in list(ingress, "/spec/rules") {
        for path in list(rule, "/http/paths") {
            found.named(
                path,
                ObjectKind::Service.name(),
                "/backend/service/name",
                By::Backend,
            );
        }
    }
    for tls in list(ingress, "/spec/tls") {
        found.named(tls, SECRET, "/secretName", By::Certificate);
    }
}

/// Gateways, Services and filters.
pub(crate) fn http_route<'m>(found: &mut Found<'m>, route: &'m Value) {
    for parent in list(route, "/spec/parentRefs") {
        let kind = text(parent, "/kind").unwrap_or(ObjectKind::Gateway.name());
        found.named(parent, kind, "/name", By::Entrance);
    }
    for rule in list(route, "/spec/rules") {
        let backend = |found: &mut Found<'m>, from: &'m Value, by| {
            let kind = text(from, "/kind").unwrap_or(ObjectKind::Service.name());
            found.named(from, kind, "/name", by);
        };
        for from in list(rule, "/backendRefs") {
            backend(found, from, By::Backend);
        }
        for filter in list(rule, "/filters") {
            if let Some(from) = filter.pointer("/requestMirror/backendRef") {
                backend(found, from, By::Mirror);
            }
            if let Some(extension) = filter.pointer("/extensionRef")
                && let Some(kind) = text(extension, "/kind")
            {
                found.named(extension, kind, "/name", By::Filter);
            }
        }
    }
}

/// The credentials for its provider.
pub(crate) fn secret_store<'m>(found: &mut Found<'m>, store: &'m Value) {
    found.credentials(store.pointer("/spec/provider"));
}
