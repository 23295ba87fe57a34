//! Which settings stand in which part of the form, in the order of a deployment.

use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::settings::{Kind, Setting};
use std::sync::OnceLock;

/// A part of the form.
#[derive(Debug)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The settings in it, in their order.
    paths: &'static [&'static str],
}

/// The section of the settings that no section lists.
const OTHERS: &str = "operations";

impl Section {
    /// The paths of its settings, in their order.
    pub fn settings(&self) -> Vec<&'static str> {
        let mut paths = self.paths.to_vec();
        if self.id == OTHERS {
            let keys = settings().iter().map(|setting| setting.key.as_str());
            paths.extend(keys.filter(|key| !is_listed(key)));
        }
        paths
    }
}

/// Whether a section lists a key of the first level, or a part of it.
fn is_listed(key: &str) -> bool {
    SECTIONS
        .iter()
        .flat_map(|section| section.paths)
        .any(|path| path.split('.').next() == Some(key))
}

/// Every part of the form.
pub const SECTIONS: &[Section] = &[
    Section {
        id: "basics",
        title: "Basics",
        paths: &["image", "imagePullSecrets", "fullnameOverride", "server"],
    },
    Section {
        id: "storage",
        title: "Storage and database",
        paths: &[
            "storage",
            "mlflow.backendStoreUri",
            "mlflow.backendStoreUriFrom",
            "mlflow.registryStoreUri",
            "mlflow.registryStoreUriFrom",
        ],
    },
    Section {
        id: "artifacts",
        title: "Artifacts",
        paths: &["mlflow.artifactsDestination", "mlflow.defaultArtifactRoot"],
    },
    Section {
        id: "access",
        title: "Networking",
        paths: &["service", "ingress", "httpRoute", "tls"],
    },
    Section {
        id: "security",
        title: "Security",
        paths: &[
            "serviceAccount",
            "namespace_rbac",
            "cluster_rbac",
            "networkPolicy",
            "podSecurityContext",
            "securityContext",
        ],
    },
    Section {
        id: "operations",
        title: "Operations",
        paths: &[
            "replicaCount",
            "resources",
            "probes",
            "deploymentStrategy",
            "metrics",
            "serviceMonitor",
            "garbageCollection",
            "externalSecrets",
            "x-mlflow-k8s",
        ],
    },
    Section {
        id: "pod",
        title: "Pod",
        paths: &[
            "env",
            "envFrom",
            "extraVolumes",
            "extraVolumeMounts",
            "extraInitContainers",
            "extraContainers",
            "podAnnotations",
            "podLabels",
            "nodeSelector",
            "tolerations",
            "affinity",
            "topologySpreadConstraints",
        ],
    },
];

/// Every setting, read once.
pub fn settings() -> &'static [Setting] {
    static SETTINGS: OnceLock<Vec<Setting>> = OnceLock::new();
    // A test reads the same text.
    SETTINGS.get_or_init(|| serde_json::from_str(include_str!("settings.json")).unwrap_or_default())
}

/// The setting at a path of keys.
pub fn setting(path: &str) -> Option<&'static Setting> {
    let mut settings = settings();
    let mut found = None;
    for key in path.split('.') {
        let setting = settings.iter().find(|setting| setting.key == key)?;
        settings = match &setting.kind {
            Kind::Section(below) => below,
            _ => &[],
        };
        found = Some(setting);
    }
    found
}

/// The paths of a section's settings.
pub fn paths(section: &Section) -> Vec<ValuePath> {
    section
        .settings()
        .into_iter()
        .filter_map(|path| ValuePath::parse(path).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_a_section() {
        let listed: Vec<&str> = SECTIONS.iter().flat_map(Section::settings).collect();
        for path in &listed {
            assert!(setting(path).is_some(), "{path} is no setting");
        }
        assert!(!settings().is_empty());
        for setting in settings() {
            let key = setting.key.as_str();
            let whole = listed.contains(&key);
            let by_parts = match &setting.kind {
                Kind::Section(below) => below
                    .iter()
                    .all(|part| listed.contains(&format!("{key}.{}", part.key).as_str())),
                _ => false,
            };
            assert!(
                whole ^ by_parts,
                "{key} must be in one section, whole or by its parts"
            );
        }
    }
}
