//! What older versions of Kubernetes do not have.

use super::{Findings, shown};
use crate::diagnostic::Code;
use crate::path::{Segment, ValuePath};
use crate::release::Release;
use crate::yaml::{Node, Value};

/// A setting, a key below it, and the minor version since which the key works
/// without somebody switching a feature gate on. Sources: `kube_features.go`
/// of the versions, and
/// <https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/>.
const SINCE: &[(&str, &str, u8)] = &[
    ("topologySpreadConstraints", "minDomains", 27),
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
    ("extraVolumes", "image", 35),
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

/// Where the key stands in a setting: in the setting itself or in an element
/// of its list. Deeper, the same key may be another one (`rbd.image`); only
/// the terms of an affinity are found at any depth.
fn places_of(key: &str, node: &Node, path: &ValuePath, places: &mut Vec<ValuePath>) {
    match &node.value {
        Value::Mapping(entries) => {
            let is_affinity = path.segments().first() == Some(&Segment::from("affinity"));
            for entry in entries {
                let path = path.join(entry.key.as_str());
                if is_affinity {
                    places_of(key, &entry.value, &path, places);
                }
                if entry.key == key {
                    places.push(path);
                }
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

#[cfg(test)]
mod tests {
    use crate::layers::Layer;
    use crate::release::Release;
    use crate::{Rules, render};

    /// The paths that are refused for a version.
    fn refused(values: &str, version: &str) -> Vec<String> {
        let release = Release {
            kube_version: version.parse().ok(),
            ..Release::default()
        };
        let layers = [
            Layer::Preset("minimal".to_owned()),
            Layer::Set(values.to_owned()),
        ];
        render(&layers, &release, &Rules::Skip)
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.path.to_string())
            .collect()
    }

    #[test]
    fn keys_are_refused_before_their_version() {
        const SPREAD: &str = "topologySpreadConstraints[0].maxSkew=1,\
            topologySpreadConstraints[0].topologyKey=zone,\
            topologySpreadConstraints[0].whenUnsatisfiable=DoNotSchedule,\
            topologySpreadConstraints[0].minDomains=2";
        const TERM: &str = "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
        let spread = "topologySpreadConstraints[0].minDomains";
        assert_eq!(refused(SPREAD, "1.26"), [spread]);
        assert_eq!(refused(SPREAD, "1.27"), [""; 0]);

        let image = "extraVolumes[0].name=a,extraVolumes[0].image.reference=r.io/a:1";
        assert_eq!(refused(image, "1.34"), ["extraVolumes[0].image"]);
        assert_eq!(refused(image, "1.35"), [""; 0]);
        let rbd = "extraVolumes[0].name=a,extraVolumes[0].rbd.image=a,\
            extraVolumes[0].rbd.monitors={a}";
        assert_eq!(refused(rbd, "1.23"), [""; 0]);

        let term = format!("{TERM}.topologyKey=zone,{TERM}.matchLabelKeys={{a}}");
        assert_eq!(refused(&term, "1.30"), [format!("{TERM}.matchLabelKeys")]);
        assert_eq!(refused(&term, "1.31"), [""; 0]);

        let mode = "storage.enabled=true,storage.accessMode=ReadWriteOncePod";
        assert_eq!(refused(mode, "1.26"), ["storage.accessMode"]);
        assert_eq!(refused(mode, "1.27"), [""; 0]);
    }
}
