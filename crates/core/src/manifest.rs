//! Finished Kubernetes objects.

use crate::kind::ObjectKind;
use crate::resolve::Site;
use serde_json::Value;

/// One finished object.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    kind: ObjectKind,
    object: Value,
}

impl Manifest {
    /// Wraps an object of the kind; fields are in the order they are written.
    pub(crate) fn new(kind: ObjectKind, object: Value) -> Self {
        Self { kind, object }
    }

    /// The object as data.
    pub fn object(&self) -> &Value {
        &self.object
    }

    /// What kind of object it is.
    pub fn object_kind(&self) -> ObjectKind {
        self.kind
    }

    /// Its group and version, `apps/v1`.
    pub fn api_version(&self) -> &str {
        text(self.object.get("apiVersion"))
    }

    /// Its kind's name, `Deployment`.
    pub fn kind(&self) -> &'static str {
        self.kind.name()
    }

    /// Its API group, which a setting may have decided; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version()
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        text(self.metadata("name"))
    }

    /// Its namespace; `None` for kinds that have none.
    pub fn namespace(&self) -> Option<&str> {
        self.metadata("namespace")?.as_str()
    }

    /// A file name that is unique in its set: `deployment-mlflow-mlflow.yaml`.
    /// Where files are applied by name, the Namespace's comes first.
    pub fn file_name(&self) -> String {
        let order = match self.kind {
            ObjectKind::Namespace => "00-",
            _ => "",
        };
        let kind = self.kind.descriptor().resource();
        format!("{order}{kind}-{}.yaml", self.name())
    }

    /// The object as one YAML document, ending in a newline.
    pub fn to_yaml(&self) -> String {
        crate::yaml::write(&self.object)
    }

    /// The object as JSON, ending in a newline.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.object)
    }

    fn metadata(&self, key: &str) -> Option<&Value> {
        self.object.get("metadata")?.get(key)
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// All objects of one release, in an order that is safe to apply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ManifestSet {
    manifests: Vec<Manifest>,
    site: Option<Site>,
}

impl ManifestSet {
    /// Wraps objects that are in apply order, with what was decided about their release.
    pub(crate) fn new(manifests: Vec<Manifest>, site: Site) -> Self {
        Self {
            manifests,
            site: Some(site),
        }
    }

    /// What was decided about the release; `None` without objects.
    pub(crate) fn site(&self) -> Option<&Site> {
        self.site.as_ref()
    }

    /// The objects, in apply order.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }

    /// Every object as YAML, one document each.
    pub fn to_yaml(&self) -> String {
        crate::yaml::write_all(self.manifests.iter().map(Manifest::object))
    }

    /// Every object as one JSON `List`, which `kubectl apply -f` takes.
    pub fn to_json(&self) -> String {
        let list = serde_json::json!({
            "apiVersion": "v1",
            "kind": "List",
            "items": self.manifests.iter().map(Manifest::object).collect::<Vec<_>>(),
        });
        format!("{list:#}\n")
    }
}
