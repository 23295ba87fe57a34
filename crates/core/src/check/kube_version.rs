//! What older versions of Kubernetes do not have.

use super::{Findings, shown};
use crate::diagnostic::Code;
use crate::path::ValuePath;
use crate::release::Release;
use crate::yaml::{Node, Value};

/// A key, what must hold above it, and the minor version in which it can be
/// used without a feature gate. Sources: the feature gates page and the API
/// reference of each version, <https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/>.
const SINCE: &[(&str, &str, u8)] = &[
    ("topologySpreadConstraints", "minDomains", 25),
    ("topologySpreadConstraints", "nodeAffinityPolicy", 26),
    ("topologySpreadConstraints", "nodeTaintsPolicy", 26),
    ("topologySpreadConstraints", "matchLabelKeys", 27),
    ("affinity", "matchLabelKeys", 31),
    ("affinity", "mismatchLabelKeys", 31),
    ("podSecurityContext", "appArmorProfile", 30),
    ("securityContext", "appArmorProfile", 30),
    ("podSecurityContext", "supplementalGroupsPolicy", 33),
    ("extraInitContainers", "restartPolicy", 29),
    ("extraContainers", "resizePolicy", 33),
    ("extraVolumeMounts", "recursiveReadOnly", 31),
    ("extraVolumes", "image", 33),
];

pub(super) fn check(release: &Release, findings: &mut Findings<'_>) {
    let Some(target) = release.kube_version else {
        return;
    };
    for (setting, key, since) in SINCE {
        if target.minor() >= *since {
            continue;
        }
        let root = ValuePath::root().join(*setting);
        let mut places = Vec::new();
        if let Some(node) = findings.merged().at(&root) {
            places_of(key, node, &root, &mut places);
        }
        for place in places {
            findings.error(
                Code::KUBE_VERSION,
                &place,
                format!("Kubernetes {target} does not have `{place}`"),
                format!("remove it, or target Kubernetes 1.{since} or newer"),
            );
        }
    }
    let access_mode = ValuePath::root().join("storage").join("accessMode");
    let single_pod = findings
        .merged()
        .at(&access_mode)
        .map(Node::to_json)
        .is_some_and(|mode| mode == "ReadWriteOncePod");
    if single_pod && target.minor() < 27 {
        findings.error(
            Code::KUBE_VERSION,
            &access_mode,
            format!(
                "Kubernetes {target} does not have the access mode {}",
                shown("ReadWriteOncePod")
            ),
            "use ReadWriteOnce, or target Kubernetes 1.27 or newer",
        );
    }
}

fn places_of(key: &str, node: &Node, path: &ValuePath, places: &mut Vec<ValuePath>) {
    match &node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                let path = path.join(entry.key.as_str());
                if entry.key == key {
                    places.push(path.clone());
                }
                places_of(key, &entry.value, &path, places);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                places_of(key, item, &path.join(index), places);
            }
        }
        Value::Scalar(_) => {}
    }
}
