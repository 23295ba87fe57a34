//! Every manifest fits Kubernetes' own schemas, strictly: an unknown field is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::{Registry, Validator};
use mlflow_k8s_tests::{corpus, tools};
use serde_json::Value;

/// Schemas by apiVersion and kind, loaded when first needed.
struct Schemas {
    folder: PathBuf,
    registry: Registry<'static>,
    validators: BTreeMap<String, Validator>,
}

impl Schemas {
    fn load(folder: PathBuf) -> Self {
        let definitions = read(&folder.join("_definitions.json"));
        let registry = Registry::new()
            .add("https://kubernetes.io/api/_definitions.json", definitions)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .expect("Kubernetes' definitions are a schema");
        Self {
            folder,
            registry,
            validators: BTreeMap::new(),
        }
    }

    /// What is wrong with an object.
    fn check(&mut self, object: &Value) -> Vec<String> {
        let api_version = object["apiVersion"].as_str().unwrap_or_default();
        let kind = object["kind"].as_str().unwrap_or_default().to_lowercase();
        let name = format!("{api_version} {kind}");
        if !self.validators.contains_key(&name) {
            let Some(path) = self.path(api_version, &kind) else {
                return vec![format!("there is no schema of {name}")];
            };
            let validator = jsonschema::options()
                .with_registry(&self.registry)
                .build(&read(&path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            self.validators.insert(name.clone(), validator);
        }
        self.validators[&name]
            .iter_errors(object)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    /// The file with a kind's schema: ours, by hand, for custom resources.
    fn path(&self, api_version: &str, kind: &str) -> Option<PathBuf> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let group = group.split('.').next().unwrap_or_default();
        let published = match group {
            "" => format!("{kind}-{version}.json"),
            group => format!("{kind}-{group}-{version}.json"),
        };
        let by_hand = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("schemas")
            .join(format!("{kind}.json"));
        [self.folder.join(published), by_hand]
            .into_iter()
            .find(|path| path.exists())
    }
}

fn read(path: &Path) -> Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The strict schemas of the oldest and the newest Kubernetes that there are any of.
fn oldest_and_newest(tools: &Path) -> [PathBuf; 2] {
    let lib = tools.join("lib");
    let python = std::fs::read_dir(&lib)
        .unwrap_or_else(|error| panic!("{}: {error}", lib.display()))
        .flatten()
        .next()
        .expect("a virtual environment has one Python");
    let schemas = python
        .path()
        .join("site-packages/kubernetes_validate/kubernetes-json-schema");
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(&schemas)
        .unwrap_or_else(|error| panic!("{}: {error}", schemas.display()))
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let minor = name.strip_suffix("-local-strict")?.split('.').nth(1)?;
            Some((minor.parse().ok()?, entry.path()))
        })
        .collect();
    versions.sort();
    let (Some(oldest), Some(newest)) = (versions.first(), versions.last()) else {
        panic!("no schemas in {}", schemas.display());
    };
    assert!(newest.0 > oldest.0, "one version only");
    [oldest.1.clone(), newest.1.clone()]
}

#[test]
fn every_manifest_fits_the_schemas_of_the_oldest_and_the_newest_kubernetes() {
    let Some(tools) = tools::folder() else { return };
    let rendered = corpus::rendered();
    let mut failures = Vec::new();
    for folder in oldest_and_newest(&tools) {
        let version = folder.file_name().unwrap_or_default().to_owned();
        let mut schemas = Schemas::load(folder);
        for (case, manifests) in &rendered {
            for manifest in manifests.manifests() {
                for failure in schemas.check(manifest.object()) {
                    failures.push(format!(
                        "{} ({}), {}: {failure}",
                        case.name,
                        version.to_string_lossy(),
                        manifest.file_name(),
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let Some(tools) = tools::folder() else { return };
    let [_, newest] = oldest_and_newest(&tools);
    let mut schemas = Schemas::load(newest);
    for (case, manifests) in corpus::rendered() {
        for manifest in manifests.manifests() {
            let mut wrong = manifest.object().clone();
            wrong["metadata"]["lables"] = serde_json::json!({});
            assert_eq!(schemas.check(&wrong).len(), 1, "{}", case.name);

            let mut wrong = manifest.object().clone();
            wrong["kind"] = format!("{}s", manifest.kind()).into();
            assert_eq!(schemas.check(&wrong).len(), 1, "{}", case.name);
        }
    }
}
