//! Finished Kubernetes objects.

use crate::resolve::Site;
use serde_json::Value;

/// One finished object.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest(Value);

impl Manifest {
    /// Wraps an object; fields are in the order they are written.
    pub fn new(object: Value) -> Self {
        Self(object)
    }

    /// The object as data.
    pub fn object(&self) -> &Value {
        &self.0
    }

    /// Its kind, `Deployment`.
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// Its namespace; `None` for kinds that have none.
    pub fn namespace(&self) -> Option<&str> {
        self.0
            .pointer("/metadata/namespace")
            .and_then(Value::as_str)
    }

    /// A file name that is unique in its set: `deployment-mlflow-mlflow.yaml`.
    /// The Namespace's comes first where files are applied by name.
    pub fn file_name(&self) -> String {
        let kind = self.kind().to_lowercase();
        let order = if kind == "namespace" { "00-" } else { "" };
        format!("{order}{kind}-{}.yaml", self.name())
    }

    /// The object as one YAML document, ending in a newline.
    pub fn to_yaml(&self) -> String {
        crate::yaml::write(&self.0)
    }

    fn text(&self, pointer: &str) -> &str {
        self.0
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
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
