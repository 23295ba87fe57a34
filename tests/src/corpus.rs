//! The corpus: `corpus/GROUP/CASE/values.yaml`, with what is expected beside it.

use std::path::{Path, PathBuf};

use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::manifest::ManifestSet;
use mlflow_k8s_core::presets::PRESETS;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::{Outcome, Rules, render};

/// One input.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its group and folder: `conformance/quickstart`.
    pub name: String,
    /// Where its files are; for a preset, a folder that does not exist.
    pub folder: PathBuf,
    /// The values.
    pub layers: Vec<Layer>,
    /// The release that they are rendered for.
    pub release: Release,
}

impl Case {
    /// Runs the pipeline.
    pub fn render(&self, rules: &Rules) -> Outcome {
        render(&self.layers, &self.release, rules)
    }

    /// The text of a file in its folder; `None` when there is no such file.
    pub fn read(&self, file: &str) -> Option<String> {
        let path = self.folder.join(file);
        path.exists().then(|| text(&path))
    }
}

/// Every case of a group, by name.
pub fn cases(group: &str) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(group);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    folders.sort();
    assert!(!folders.is_empty(), "{} is empty", root.display());
    folders
        .into_iter()
        .map(|folder| read_case(group, folder))
        .collect()
}

/// Every preset as a case.
pub fn presets() -> Vec<Case> {
    PRESETS
        .iter()
        .map(|preset| Case {
            name: format!("preset/{}", preset.name),
            folder: PathBuf::from("no folder"),
            layers: vec![Layer::Preset(preset.name.to_owned())],
            release: Release::default(),
        })
        .collect()
}

/// What every case and preset renders, apart from those that are refused even
/// without the rules.
pub fn rendered() -> Vec<(Case, ManifestSet)> {
    ["conformance", "faults"]
        .into_iter()
        .flat_map(cases)
        .chain(presets())
        .filter_map(|case| {
            let manifests = case.render(&Rules::Skip).manifests?;
            Some((case, manifests))
        })
        .collect()
}

fn read_case(group: &str, folder: PathBuf) -> Case {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut layers = vec![Layer::File {
        name: "values.yaml".to_owned(),
        text: text(&folder.join("values.yaml")),
    }];
    let mut release = Release::default();
    let arguments = folder.join("args.json");
    if arguments.exists() {
        let arguments: Vec<String> = serde_json::from_str(&text(&arguments))
            .unwrap_or_else(|error| panic!("{}: {error}", arguments.display()));
        read_arguments(arguments, &mut layers, &mut release);
    }
    Case {
        name: format!("{group}/{name}"),
        folder,
        layers,
        release,
    }
}

/// Reads the arguments of `helm template`: the release's name, then flags with a value each.
fn read_arguments(arguments: Vec<String>, layers: &mut Vec<Layer>, release: &mut Release) {
    let mut arguments = arguments.into_iter();
    if let Some(name) = arguments.next() {
        release.name = name;
    }
    while let Some(flag) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        match flag.as_str() {
            "--namespace" => release.namespace = value,
            "--set" => layers.push(Layer::Set(value)),
            "--set-string" => layers.push(Layer::SetString(value)),
            "--set-json" => layers.push(Layer::SetJson(value)),
            other => panic!("args.json: `{other}` is not a flag of corpus cases"),
        }
    }
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
