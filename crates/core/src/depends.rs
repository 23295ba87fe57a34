//! What findings depend on beside the setting that they speak of.
//!
//! A setting that cannot be read is left out, and its default stands in for it.
//! A finding that comes from such a default says something about nothing, so
//! it is withheld: the fault that is reported already comes first.

use crate::diagnostic::Code;
use crate::path::{Segment, ValuePath};
use crate::resolve::Feature;

/// Settings that a rule or check looks at, by its code: sections stand for all in them.
const DEPENDS_ON: &[(&str, &[&str])] = &[
    (Code::MISSING_BACKEND_STORE.id, &["mlflow"]),
    (
        Code::MOUNT_WITHOUT_VOLUME.id,
        &[
            "extraVolumes",
            "garbageCollection.extraVolumes",
            "storage",
            "tls",
        ],
    ),
    ("MK302", &["server"]),
    ("MK304", &["image"]),
    ("MK308", &["server", "tls"]),
    ("MK310", &["server", "env", "envFrom"]),
    ("MK311", &["mlflow", "env"]),
    ("MK312", &["tls"]),
    ("MK313", &["server.flag_options"]),
    ("MK401", &["mlflow"]),
    ("MK402", &["mlflow"]),
    (
        "MK403",
        &[
            "mlflow",
            "storage",
            "extraVolumes",
            "extraVolumeMounts",
            "securityContext",
        ],
    ),
    ("MK404", &["mlflow", "image", "env"]),
    ("MK405", &["mlflow"]),
    ("MK407", &["mlflow", "server", "env"]),
    ("MK421", &["mlflow"]),
    ("MK422", &["mlflow", "storage", "replicaCount"]),
    ("MK423", &["mlflow", "storage", "replicaCount"]),
    (
        "MK425",
        &[
            "mlflow",
            "storage",
            "server",
            "env",
            "extraContainers",
            "extraInitContainers",
        ],
    ),
    ("MK441", &["mlflow", "server", "env", "envFrom"]),
    (
        "MK442",
        &[
            "mlflow",
            "storage",
            "server",
            "env",
            "extraVolumes",
            "extraVolumeMounts",
            "securityContext",
        ],
    ),
    ("MK443", &["mlflow", "server", "env"]),
    ("MK444", &["mlflow", "server", "env", "envFrom"]),
    ("MK445", &["server", "env", "image"]),
    (
        "MK446",
        &[
            "server",
            "env",
            "envFrom",
            "extraVolumeMounts",
            "extraContainers",
            "serviceAccount",
            "podLabels",
        ],
    ),
    ("MK461", &["mlflow", "env"]),
    ("MK501", &["server", "env", "ingress", "httpRoute"]),
    ("MK502", &["server", "env", "ingress", "httpRoute"]),
    ("MK503", &["server", "env", "ingress", "httpRoute"]),
    ("MK504", &["server", "env", "ingress", "httpRoute"]),
    (
        "MK505",
        &["server", "env", "fullnameOverride", "service", "tls"],
    ),
    ("MK506", &["server", "env"]),
    ("MK507", &["server", "env"]),
    ("MK508", &["server", "env", "ingress", "httpRoute"]),
    ("MK509", &["server", "env"]),
    ("MK511", &["server", "env"]),
    ("MK521", &["ingress", "mlflow", "server", "env"]),
    ("MK522", &["ingress", "service", "tls"]),
    ("MK523", &["server", "ingress", "httpRoute"]),
    (
        "MK524",
        &["ingress", "httpRoute", "service", "tls", "server"],
    ),
    (
        "MK525",
        &[
            "ingress",
            "httpRoute",
            "service",
            "server",
            "extraContainers",
        ],
    ),
    ("MK526", &["tls"]),
    ("MK527", &["server", "env", "envFrom", "tls"]),
    ("MK601", &["server", "env", "envFrom"]),
    ("MK602", &["server", "env", "envFrom", "image"]),
    (
        "MK603",
        &[
            "server",
            "env",
            "envFrom",
            "image",
            "extraVolumes",
            "extraVolumeMounts",
            "securityContext",
        ],
    ),
    ("MK604", &["image"]),
    ("MK605", &["server"]),
    ("MK621", &["mlflow", "server", "env"]),
    ("MK622", &["server", "env", "envFrom", "garbageCollection"]),
    ("MK623", &["server", "env"]),
    ("MK702", &["garbageCollection"]),
    ("MK703", &["server", "env", "envFrom", "garbageCollection"]),
    (
        "MK704",
        &[
            "server",
            "env",
            "fullnameOverride",
            "garbageCollection",
            "service",
            "tls",
        ],
    ),
    ("MK705", &["server", "fullnameOverride", "tls"]),
    ("MK706", &["garbageCollection", "tls"]),
    ("MK707", &["garbageCollection"]),
    ("MK721", &["metrics"]),
    ("MK723", &["server", "env"]),
    ("MK724", &["serviceMonitor"]),
    ("MK725", &["serviceMonitor", "tls"]),
    ("MK726", &["serviceMonitor"]),
    ("MK741", &["ingress", "httpRoute", "service"]),
    ("MK742", &["networkPolicy", "mlflow", "env"]),
    ("MK743", &["networkPolicy", "mlflow", "env"]),
    ("MK744", &["networkPolicy", "mlflow", "env"]),
    ("MK802", &["image", "mlflow", "server", "env"]),
    ("MK803", &["image", "mlflow", "server", "env"]),
    ("MK804", &["image"]),
    ("MK805", &["image", "server", "env", "probes"]),
    ("MK821", &["server", "env", "resources"]),
    ("MK822", &["server", "env", "resources"]),
    ("MK823", &["probes", "resources"]),
    ("MK824", &["probes"]),
    (
        "MK841",
        &["server", "podSecurityContext", "securityContext"],
    ),
    ("MK842", &["podSecurityContext", "securityContext"]),
    ("MK843", &["podSecurityContext", "securityContext"]),
    (
        "MK844",
        &["podSecurityContext", "securityContext", "image", "ingress"],
    ),
    (
        "MK845",
        &["podSecurityContext", "securityContext", "storage"],
    ),
    ("MK846", &["ingress", "podSecurityContext"]),
    (
        "MK847",
        &["serviceAccount", "namespace_rbac", "cluster_rbac"],
    ),
    ("MK848", &["serviceAccount", "extraVolumes"]),
    ("MK850", &["mlflow"]),
    ("MK851", &["server", "tls", "metrics"]),
    ("MK852", &["server"]),
];

/// The rules that know what a feature needs.
const SERVES: &[(Feature, &[&str])] = &[
    (
        Feature::BasicAuth,
        // Garbage collection signs in like any client.
        &["MK601", "MK602", "MK603", "MK604", "MK605", "MK703"],
    ),
    (
        Feature::Workspaces,
        &["MK621", "MK622", "MK623", "MK624", "MK625"],
    ),
];

impl Feature {
    /// Whether the findings of a code say what the feature needs.
    pub fn is_served_by(self, code: Code) -> bool {
        SERVES
            .iter()
            .any(|(feature, codes)| *feature == self && codes.contains(&code.id))
    }
}

/// Whether a finding of this code, about this setting, may come from a default
/// that stands in for one of the places that could not be read.
pub(crate) fn follows_from(left_out: &[ValuePath], code: Code, about: &ValuePath) -> bool {
    if left_out.is_empty() {
        return false;
    }
    let dependencies = DEPENDS_ON
        .iter()
        .filter(|(of, _)| *of == code.id)
        .flat_map(|(_, settings)| *settings)
        .filter_map(|setting| ValuePath::parse(setting).ok());
    // The release's name and the like are about no setting.
    let about = Some(about.clone()).filter(|about| !about.segments().is_empty());
    let settings: Vec<ValuePath> = dependencies.chain(about).collect();
    left_out.iter().any(|path| {
        // Leaving out an element moves those behind it.
        let keys = path.segments().iter();
        let unreliable: Vec<Segment> = keys
            .take_while(|segment| matches!(segment, Segment::Key(_)))
            .cloned()
            .collect();
        let unreliable = ValuePath::from(unreliable);
        settings
            .iter()
            .any(|setting| setting.contains(&unreliable) || unreliable.contains(setting))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{find, find_check};
    use crate::values::default_tree;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_and_every_setting_is_there() {
        let mut seen = BTreeSet::new();
        for (id, settings) in DEPENDS_ON {
            assert!(seen.insert(id), "{id} twice");
            assert!(find(id).is_some() || find_check(id).is_some(), "{id}");
            for setting in *settings {
                let path = ValuePath::parse(setting).unwrap();
                assert!(default_tree().unwrap().at(&path).is_some(), "{setting}");
            }
        }
        for id in SERVES.iter().flat_map(|(_, codes)| *codes) {
            assert!(find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn what_is_about_an_unread_setting_follows_from_it() {
        let path = |text: &str| ValuePath::parse(text).unwrap();
        let code = |id: &str| find(id).unwrap().code;
        for (left_out, id, about, expected) in [
            ("storage.enabled", "MK403", "mlflow.backendStoreUri", true),
            ("storage", "MK403", "mlflow.backendStoreUri", true),
            ("resources", "MK403", "mlflow.backendStoreUri", false),
            ("env[0].value", "MK462", "env[3].value", true),
            ("ingress.hosts[1]", "MK510", "ingress.hosts[0].host", true),
            ("ingress.className", "MK510", "ingress.hosts[0].host", false),
        ] {
            let found = follows_from(&[path(left_out)], code(id), &path(about));
            assert_eq!(found, expected, "{left_out} {id} {about}");
        }
        assert!(!follows_from(&[], code("MK403"), &path("storage")));
    }
}
