//! The objects of a release and how they refer to each other, laid out in a
//! grid: what comes in on the left, what is used on the right.

use crate::kind::{ObjectKind, Selected, Selection, Tier};
use crate::manifest::{Manifest, ManifestSet};
use crate::references::{By, pod, references};
use crate::resolve::{KeptIn, Site};
use serde::Serialize;
use serde_json::{Map, Value};

/// A graph whose nodes have places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diagram {
    /// The objects, by column and row.
    pub nodes: Vec<DiagramNode>,
    /// How they refer to each other.
    pub edges: Vec<Edge>,
    /// Number of columns.
    pub columns: usize,
    /// Number of rows of the longest column.
    pub rows: usize,
}

/// An object, or something outside that objects refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiagramNode {
    /// Unique: `Deployment/mlflow-mlflow`.
    pub id: String,
    /// Its kind; `Database`, `Bucket` and `Server` are no objects of Kubernetes.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Whether it is referred to and not rendered.
    pub external: bool,
    /// Its column, from 0.
    pub column: usize,
    /// Its row, from 0; no two nodes share a cell.
    pub row: usize,
}

/// A reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The `id` of the node that refers.
    pub from: String,
    /// The `id` of the node that is referred to.
    pub to: String,
    /// How, in a few words.
    pub label: String,
}

impl Diagram {
    /// The diagram of a release.
    pub fn of(manifests: &ManifestSet) -> Self {
        let mut diagram = Self::default();
        for manifest in manifests.manifests() {
            diagram.node(manifest.kind(), manifest.name(), None, false);
        }
        for manifest in manifests.manifests() {
            let from = id(manifest.kind(), manifest.name(), None);
            for found in references(manifest) {
                // The account that every namespace has is no news.
                if found.is_default_account() {
                    continue;
                }
                let elsewhere = found.namespace.filter(|other| {
                    manifest.namespace() != Some(other) && found.by != By::GrantedTo
                });
                let to = diagram.node(found.kind, found.name, elsewhere, true);
                diagram.edge(&from, &to, found.by.word());
            }
            diagram.selections(manifests, manifest, &from);
            if let Some(site) = manifests.site() {
                diagram.addresses(manifest, site, &from);
            }
        }
        diagram.arrange();
        diagram
    }

    /// The id of a node, which is added if it is new.
    fn node(&mut self, kind: &str, name: &str, elsewhere: Option<&str>, external: bool) -> String {
        let id = id(kind, name, elsewhere);
        if self.nodes.iter().all(|node| node.id != id) {
            self.nodes.push(DiagramNode {
                id: id.clone(),
                kind: kind.to_owned(),
                name: name.to_owned(),
                external,
                column: 0,
                row: 0,
            });
        }
        id
    }

    /// Adds an edge, or its label to the one that is there.
    fn edge(&mut self, from: &str, to: &str, label: &str) {
        match self
            .edges
            .iter_mut()
            .find(|edge| edge.from == from && edge.to == to)
        {
            Some(edge) if edge.label.split(", ").any(|known| known == label) => {}
            Some(edge) => {
                edge.label.push_str(", ");
                edge.label.push_str(label);
            }
            None => self.edges.push(Edge {
                from: from.to_owned(),
                to: to.to_owned(),
                label: label.to_owned(),
            }),
        }
    }

    /// Edges to what an object's selector matches.
    fn selections(&mut self, manifests: &ManifestSet, manifest: &Manifest, from: &str) {
        let Some(Selection { pointer, label, of }) = manifest.object_kind().descriptor().selects
        else {
            return;
        };
        let Some(selector) = manifest
            .object()
            .pointer(pointer)
            .and_then(Value::as_object)
        else {
            return;
        };
        for other in manifests.manifests() {
            let labels = match of {
                Selected::Pods => pod(other),
                Selected::Services => {
                    (other.object_kind() == ObjectKind::Service).then(|| other.object())
                }
            }
            .and_then(|object| object.pointer("/metadata/labels"))
            .and_then(Value::as_object);
            if labels.is_some_and(|labels| matches(selector, labels)) {
                self.edge(from, &id(other.kind(), other.name(), None), label);
            }
        }
    }

    /// Edges to what a workload reaches by an address: garbage collection the
    /// server, the server its database and its object store.
    fn addresses(&mut self, manifest: &Manifest, site: &Site, from: &str) {
        let places = match manifest.object_kind() {
            ObjectKind::Deployment => &site.places,
            ObjectKind::CronJob => {
                let Some(collector) = &site.collector else {
                    return;
                };
                let to = match &collector.other_server {
                    None => id("Service", &site.name, None),
                    Some(host) => self.node(SERVER, host, None, true),
                };
                self.edge(from, &to, "asks");
                &collector.places
            }
            _ => return,
        };
        for place in places {
            let to = match &place.kept_in {
                KeptIn::Database { host, .. } => self.node("Database", host, None, true),
                KeptIn::Bucket { scheme, host } => {
                    self.node("Bucket", &format!("{scheme}://{host}"), None, true)
                }
                _ => continue,
            };
            self.edge(from, &to, "stores");
        }
    }

    /// Gives each node a cell.
    fn arrange(&mut self) {
        let mut layers: Vec<Vec<DiagramNode>> = Vec::new();
        layers.resize_with(Tier::LAST as usize + 1, Vec::new);
        for node in std::mem::take(&mut self.nodes) {
            if let Some(layer) = layers.get_mut(tier(&node.kind) as usize) {
                layer.push(node);
            }
        }
        layers.retain(|layer| !layer.is_empty());

        // Each node as near as can be to the middle of those on its left, so
        // that few edges cross; the order of the manifests where that is even.
        let mut places: Vec<(String, usize)> = Vec::new();
        for (column, layer) in layers.iter_mut().enumerate() {
            let middle = |node: &DiagramNode| {
                let rows: Vec<usize> = self
                    .edges
                    .iter()
                    .filter_map(|edge| {
                        if edge.to == node.id {
                            Some(&edge.from)
                        } else {
                            (edge.from == node.id).then_some(&edge.to)
                        }
                    })
                    .filter_map(|other| places.iter().find(|(id, _)| id == other))
                    .map(|(_, row)| *row)
                    .collect();
                // Those without neighbours go below the others; hundredths
                // of a row are fine enough.
                match rows.len() {
                    0 => usize::MAX,
                    count => rows.iter().sum::<usize>() * 100 / count,
                }
            };
            if column > 0 {
                layer.sort_by_cached_key(middle);
            }
            for (row, node) in layer.iter_mut().enumerate() {
                (node.column, node.row) = (column, row);
                places.push((node.id.clone(), row));
            }
        }
        self.columns = layers.len();
        self.rows = layers.iter().map(Vec::len).max().unwrap_or_default();
        self.nodes = layers.into_iter().flatten().collect();
    }
}

fn id(kind: &str, name: &str, elsewhere: Option<&str>) -> String {
    match elsewhere {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    }
}

fn matches(selector: &Map<String, Value>, labels: &Map<String, Value>) -> bool {
    !selector.is_empty()
        && selector
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
}

/// What is no object of Kubernetes.
const SERVER: &str = "Server";

/// Where a kind stands between what comes in and what is used.
fn tier(kind: &str) -> Tier {
    match ObjectKind::named(kind) {
        Some(kind) => kind.descriptor().tier,
        None if kind == SERVER => Tier::Service,
        // Databases and buckets, and kinds that only the user knows.
        None => Tier::Used,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rules;
    use crate::layers::Layer;
    use crate::presets::PRESETS;
    use crate::release::Release;
    use std::collections::BTreeSet;

    const EVERYTHING: &str = "\
mlflow:
  backendStoreUri: postgresql://u:hun/ter2@db:5432/x
  registryStoreUriFrom: {secretKeyRef: {name: registry-db, key: uri}}
  artifactsDestination: s3://bucket/mlflow
imagePullSecrets: [{name: pull}]
envFrom: [{configMapRef: {name: settings}}]
storage: {enabled: true}
tls: {enabled: true}
ingress: {enabled: true, className: nginx, hosts: [{host: a.b}], tls: [{secretName: a-b, hosts: [a.b]}]}
httpRoute: {enabled: true, hostnames: [a.b], parentRefs: [{name: gw, namespace: infra}]}
networkPolicy: {enabled: true}
metrics: {enabled: true}
serviceMonitor: {enabled: true, tlsConfig: {ca: {secret: {name: ca, key: ca.crt}}}}
garbageCollection: {enabled: true}
namespace_rbac: {extraRules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}
cluster_rbac: {extraRules: [{apiGroups: [''], resources: [nodes], verbs: [get]}]}
externalSecrets:
  enabled: true
  provider: {vault: {auth: {tokenSecretRef: {name: vault, key: token}}}}
  data: [{secretKey: uri, remoteRef: {key: x}}]
";

    fn of(values: &str) -> (ManifestSet, Diagram) {
        let release = Release {
            create_namespace: true,
            ..Release::default()
        };
        let outcome = crate::render(
            &[Layer::File {
                name: "values.yaml".to_owned(),
                text: values.to_owned(),
            }],
            &release,
            &Rules::Skip,
        );
        let manifests = outcome
            .manifests
            .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
        let diagram = Diagram::of(&manifests);
        (manifests, diagram)
    }

    fn edges(diagram: &Diagram) -> Vec<String> {
        diagram
            .edges
            .iter()
            .map(|edge| format!("{} {} {}", edge.from, edge.label, edge.to))
            .collect()
    }

    #[test]
    fn every_diagram_is_sound() {
        for values in PRESETS
            .iter()
            .map(|preset| preset.values)
            .chain([EVERYTHING])
        {
            let (manifests, diagram) = of(values);
            let ids: BTreeSet<_> = diagram.nodes.iter().map(|node| &node.id).collect();
            let cells: BTreeSet<_> = diagram
                .nodes
                .iter()
                .map(|node| (node.column, node.row))
                .collect();
            assert_eq!(ids.len(), diagram.nodes.len());
            assert_eq!(cells.len(), diagram.nodes.len());
            for (column, row) in cells {
                assert!(column < diagram.columns && row < diagram.rows);
            }
            for edge in &diagram.edges {
                assert!(
                    ids.contains(&edge.from) && ids.contains(&edge.to),
                    "{edge:?}"
                );
                assert!(!edge.label.is_empty());
            }
            for manifest in manifests.manifests() {
                let id = id(manifest.kind(), manifest.name(), None);
                let node = diagram.nodes.iter().find(|node| node.id == id).unwrap();
                assert!(!node.external);
            }
            let outside = diagram.nodes.iter().filter(|node| node.external).count();
            assert_eq!(outside + manifests.manifests().len(), diagram.nodes.len());
            assert_eq!(diagram, of(values).1);
            assert!(!format!("{diagram:?}").contains("hun"));
        }
    }

    #[test]
    fn nothing_has_no_places() {
        assert_eq!(Diagram::of(&ManifestSet::default()), Diagram::default());
    }

    #[test]
    fn how_everything_refers() {
        let (_, diagram) = of(EVERYTHING);
        assert_eq!(
            edges(&diagram),
            [
                "NetworkPolicy/mlflow-mlflow limits Deployment/mlflow-mlflow",
                "NetworkPolicy/mlflow-mlflow-gc limits CronJob/mlflow-mlflow-gc",
                "SecretStore/mlflow-mlflow reads Secret/vault",
                "ExternalSecret/mlflow-mlflow-externalsecret creates Secret/mlflow-mlflow",
                "ExternalSecret/mlflow-mlflow-externalsecret from SecretStore/mlflow-mlflow",
                "ClusterRoleBinding/mlflow-mlflow grants ClusterRole/mlflow-mlflow",
                "ClusterRoleBinding/mlflow-mlflow to ServiceAccount/mlflow-mlflow",
                "RoleBinding/mlflow-mlflow grants Role/mlflow-mlflow",
                "RoleBinding/mlflow-mlflow to ServiceAccount/mlflow-mlflow",
                "Service/mlflow-mlflow selects Deployment/mlflow-mlflow",
                "Deployment/mlflow-mlflow environment Secret/registry-db",
                "Deployment/mlflow-mlflow environment ConfigMap/settings",
                "Deployment/mlflow-mlflow volume PersistentVolumeClaim/mlflow-mlflow",
                "Deployment/mlflow-mlflow volume Secret/mlflow-tls",
                "Deployment/mlflow-mlflow pulls images with Secret/pull",
                "Deployment/mlflow-mlflow runs as ServiceAccount/mlflow-mlflow",
                "Deployment/mlflow-mlflow stores Database/db:5432",
                "Deployment/mlflow-mlflow stores Bucket/s3://bucket",
                "CronJob/mlflow-mlflow-gc environment ConfigMap/settings",
                "CronJob/mlflow-mlflow-gc volume PersistentVolumeClaim/mlflow-mlflow",
                "CronJob/mlflow-mlflow-gc volume Secret/mlflow-tls",
                "CronJob/mlflow-mlflow-gc pulls images with Secret/pull",
                "CronJob/mlflow-mlflow-gc runs as ServiceAccount/mlflow-mlflow",
                "CronJob/mlflow-mlflow-gc asks Service/mlflow-mlflow",
                "CronJob/mlflow-mlflow-gc stores Database/db:5432",
                "Ingress/mlflow-mlflow served by IngressClass/nginx",
                "Ingress/mlflow-mlflow routes to Service/mlflow-mlflow",
                "Ingress/mlflow-mlflow certificate Secret/a-b",
                "HTTPRoute/mlflow-mlflow served by Gateway/infra/gw",
                "HTTPRoute/mlflow-mlflow routes to Service/mlflow-mlflow",
                "ServiceMonitor/mlflow-mlflow reads Secret/ca",
                "ServiceMonitor/mlflow-mlflow scrapes Service/mlflow-mlflow"
            ]
        );
    }

    #[test]
    fn columns_go_from_the_entry_to_the_data() {
        let (_, diagram) = of(EVERYTHING);
        let column = |kind: &str| {
            diagram
                .nodes
                .iter()
                .find(|node| node.kind == kind)
                .unwrap()
                .column
        };
        let order = [
            "IngressClass",
            "Ingress",
            "Service",
            "Deployment",
            "PersistentVolumeClaim",
            "ExternalSecret",
            "SecretStore",
        ];
        for pair in order.windows(2) {
            assert!(column(pair[0]) < column(pair[1]), "{pair:?}");
        }
        let (_, diagram) = of("mlflow: {backendStoreUri: 'sqlite:////tmp/x.db'}\n");
        // Namespace; Service; Deployment; ServiceAccount.
        assert_eq!(diagram.columns, 4);
    }
}
