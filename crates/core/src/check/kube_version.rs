//! What older versions of Kubernetes do not have.

use super::Findings;
use crate::diagnostic::Code;
use crate::kubernetes::{PERSISTENT_VOLUME_CLAIM_SPEC, Since};
use crate::path::{Place, ValuePath};
use crate::release::{KubeVersion, Release};
use crate::setting;
use crate::values::each_object;
use crate::yaml::{Node, Value};

pub(super) fn check(release: &Release, findings: &mut Findings<'_>) {
    let Some(target) = release.kube_version else {
        return;
    };
    let merged = findings.merged();
    let mut check = Check { target, findings };
    each_object(merged, &mut |schema, node, place| {
        for (field, since) in schema.since {
            if let Some(entry) = node.entry(field)
                && !entry.value.is_null()
            {
                check.field(&Place::Key(&place, field).path(), *since);
            }
        }
        for (field, word, since) in schema.words {
            if let Some(entry) = node.entry(field) {
                let path = Place::Key(&place, field).path();
                check.word(word, *since, &entry.value, &path);
            }
        }
    });
    // A setting of our own that becomes a field as it is.
    let path = setting!("storage.accessMode");
    if let Some(node) = merged.at(&path) {
        for (field, word, since) in PERSISTENT_VOLUME_CLAIM_SPEC.words {
            if *field == "accessModes" {
                check.word(word, *since, node, &path);
            }
        }
    }
}

struct Check<'f, 'n> {
    target: KubeVersion,
    findings: &'f mut Findings<'n>,
}

impl Check<'_, '_> {
    fn field(&mut self, path: &ValuePath, since: Since) {
        let what = format!("`{path}`");
        self.report(path, since, &what, "remove it");
    }

    /// Reports a word that is newer than its field, in the field or in an
    /// element of its list.
    fn word(&mut self, word: &str, since: Since, node: &Node, path: &ValuePath) {
        if let Value::Sequence(items) = &node.value {
            for (index, item) in items.iter().enumerate() {
                self.word(word, since, item, &path.join(index));
            }
            return;
        }
        let is_word = match node.to_json() {
            serde_json::Value::String(text) => text == word,
            serde_json::Value::Number(number) => number.to_string() == word,
            _ => false,
        };
        if is_word {
            let what = format!("`{word}` in `{path}`");
            self.report(path, since, &what, "use another value");
        }
    }

    fn report(&mut self, path: &ValuePath, since: Since, what: &str, change: &str) {
        let target = self.target;
        let (message, help) = match since {
            Since::Minor(minor) if target.minor() >= minor => return,
            Since::Minor(minor) => (
                format!("Kubernetes {target} does not support {what}"),
                format!("{change}, or set the Kubernetes version to 1.{minor} or newer"),
            ),
            Since::Gated => (
                format!(
                    "{what} needs a feature gate in all Kubernetes versions up to {}",
                    KubeVersion::NEWEST
                ),
                format!(
                    "{change}; if the cluster enables the feature gate, do not set a Kubernetes \
                     version"
                ),
            ),
        };
        self.findings.error(Code::KUBE_VERSION, path, message, help);
    }
}

#[cfg(test)]
mod tests {
    use crate::layers::Layer;
    use crate::release::Release;
    use crate::{Rules, render};

    fn refusals(layer: Layer, version: &str) -> Vec<crate::diagnostic::Diagnostic> {
        let release = Release {
            kube_version: version.parse().ok(),
            ..Release::default()
        };
        let layers = [Layer::Preset("minimal".to_owned()), layer];
        render(&layers, &release, &Rules::Skip).diagnostics
    }

    fn paths(layer: Layer, version: &str) -> Vec<String> {
        refusals(layer, version)
            .iter()
            .map(|diagnostic| diagnostic.path.to_string())
            .collect()
    }

    /// The paths that are refused for a version.
    fn refused(values: &str, version: &str) -> Vec<String> {
        paths(Layer::Set(values.to_owned()), version)
    }

    fn file(text: &str) -> Layer {
        Layer::File {
            name: "values.yaml".to_owned(),
            text: text.to_owned(),
        }
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
    /// A field is refused wherever its object can stand.
    #[test]
    fn every_place_is_checked_alike() {
        const IMAGE: &str = "[{name: models, image: {reference: registry.example.com/models:1}}]";
        const PROFILE: &str = "{appArmorProfile: {type: RuntimeDefault}}";
        const CLAIM: &str = "{ephemeral: {volumeClaimTemplate: {spec: {\
            accessModes: [ReadWriteOncePod], \
            resources: {requests: {storage: 1Gi}}}}}, name: scratch}";
        let cases = [
            (
                format!("extraVolumes: {IMAGE}\n"),
                "1.34",
                "extraVolumes[0].image",
            ),
            (
                format!("garbageCollection: {{enabled: true, extraVolumes: {IMAGE}}}\n"),
                "1.34",
                "garbageCollection.extraVolumes[0].image",
            ),
            (
                format!("securityContext: {PROFILE}\n"),
                "1.29",
                "securityContext.appArmorProfile",
            ),
            (
                format!("podSecurityContext: {PROFILE}\n"),
                "1.29",
                "podSecurityContext.appArmorProfile",
            ),
            (
                format!("extraContainers: [{{name: a, image: a, securityContext: {PROFILE}}}]\n"),
                "1.29",
                "extraContainers[0].securityContext.appArmorProfile",
            ),
            (
                "extraInitContainers: [{name: a, image: a, restartPolicy: Always}]\n".to_owned(),
                "1.28",
                "extraInitContainers[0].restartPolicy",
            ),
            (
                "extraContainers: [{name: a, image: a, livenessProbe: {grpc: {port: 1}}}]\n"
                    .to_owned(),
                "1.23",
                "extraContainers[0].livenessProbe.grpc",
            ),
            (
                format!("extraVolumes: [{CLAIM}]\n"),
                "1.26",
                "extraVolumes[0].ephemeral.volumeClaimTemplate.spec.accessModes[0]",
            ),
            (
                "env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.hostIPs}}}]\n".to_owned(),
                "1.28",
                "env[0].valueFrom.fieldRef.fieldPath",
            ),
        ];
        for (values, version, place) in cases {
            assert_eq!(paths(file(&values), version), [place], "{values}");
            let minor: u8 = version.trim_start_matches("1.").parse().unwrap();
            let next = format!("1.{}", minor + 1);
            assert_eq!(paths(file(&values), &next), [""; 0], "{values}");
        }
    }

    #[test]
    fn what_needs_a_feature_gate_is_refused_for_every_version() {
        let values = "tolerations: [{key: a, operator: Gt, value: '1'}]\n";
        let [found] = refusals(file(values), "1.37").try_into().unwrap();
        assert_eq!(
            found.message,
            "`Gt` in `tolerations[0].operator` needs a feature gate in all Kubernetes versions up to 1.37"
        );
        // Who names no version may have the gate on.
        assert_eq!(paths(file(values), ""), [""; 0]);
    }
}
