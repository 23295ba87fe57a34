//! Names, labels and annotations.

use crate::kubernetes::{LabelSelector, ObjectMeta};
use crate::resolve::{Resolved, SERVER_NAME};
use crate::values::StringMap;
use std::collections::BTreeMap;

/// What an object belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    Server,
    GarbageCollection,
}

impl Component {
    fn label(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::GarbageCollection => "gc",
        }
    }
}

/// Labels of an object.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>
fn labels(resolved: &Resolved<'_>, component: Component) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        ("app.kubernetes.io/name".to_owned(), SERVER_NAME.to_owned()),
        (
            "app.kubernetes.io/instance".to_owned(),
            resolved.instance.to_owned(),
        ),
        (
            "app.kubernetes.io/component".to_owned(),
            component.label().to_owned(),
        ),
        (
            "app.kubernetes.io/managed-by".to_owned(),
            "mlflow-k8s".to_owned(),
        ),
    ]);
    if let Some(version) = resolved.version {
        labels.insert("app.kubernetes.io/version".to_owned(), version.to_string());
    }
    labels
}

/// Metadata of an object; its kind says whether it gets a namespace.
pub(super) fn named(
    resolved: &Resolved<'_>,
    name: impl Into<String>,
    component: Component,
) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        labels: Some(labels(resolved, component)),
        ..ObjectMeta::default()
    }
}

/// Metadata of a pod: the user's labels and annotations, and the labels that
/// selectors need.
pub(super) fn pod(
    resolved: &Resolved<'_>,
    selector: BTreeMap<String, String>,
    component: Component,
) -> ObjectMeta {
    let mut all = labels(resolved, component);
    all.extend(resolved.pod.labels.0.clone());
    all.extend(selector);
    ObjectMeta {
        labels: Some(all),
        annotations: annotations(resolved.pod.annotations),
        ..ObjectMeta::default()
    }
}

/// A selector of the objects that have these labels.
pub(super) fn selecting(labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector {
        match_labels: Some(labels),
        ..LabelSelector::default()
    }
}

/// Annotations, unless there are none.
pub(super) fn annotations(annotations: &StringMap) -> Option<BTreeMap<String, String>> {
    some(&annotations.0)
}

/// A copy, unless the value is empty.
pub(super) fn some<T: Default + PartialEq + Clone>(value: &T) -> Option<T> {
    (*value != T::default()).then(|| value.clone())
}

/// A copy of a list, unless it is empty.
pub(super) fn list<T: Clone>(items: &[T]) -> Option<Vec<T>> {
    (!items.is_empty()).then(|| items.to_vec())
}
