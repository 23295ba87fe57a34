//! How long the pipeline takes, from values text to manifest text: `cargo xtask bench`.

use divan::{Bencher, black_box};
use mlflow_k8s_core::document::Document;
use mlflow_k8s_core::explain::Explainer;
use mlflow_k8s_core::layers::{Layer, merge};
use mlflow_k8s_core::path::ValuePath;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::source::SourceId;
use mlflow_k8s_core::{Rules, render, yaml};

const QUICKSTART: &str = include_str!("../corpus/conformance/quickstart/values.yaml");
const EVERYTHING: &str = include_str!("../corpus/conformance/everything/values.yaml");
const INPUTS: [(&str, &str); 2] = [("quickstart", QUICKSTART), ("everything", EVERYTHING)];

fn main() {
    divan::main();
}

fn file(text: &str) -> Layer {
    Layer::File {
        name: "values.yaml".to_owned(),
        text: text.to_owned(),
    }
}

fn text(name: &str) -> &'static str {
    INPUTS
        .iter()
        .find_map(|(input, text)| (*input == name).then_some(*text))
        .unwrap_or_default()
}

/// Values text to nodes.
#[divan::bench(args = ["quickstart", "everything"])]
fn read(bencher: Bencher<'_, '_>, name: &str) {
    bencher.bench(|| yaml::read(black_box(text(name)), SourceId::DEFAULTS, &mut Vec::new()));
}

/// Values text and the defaults to merged nodes.
#[divan::bench(args = ["quickstart", "everything"])]
fn layer(bencher: Bencher<'_, '_>, name: &str) {
    let layers = [file(text(name))];
    bencher.bench(|| merge(black_box(&layers), &mut Vec::new()));
}

/// Values text to manifest text.
#[divan::bench(args = ["quickstart", "everything"])]
fn values_to_manifests(bencher: Bencher<'_, '_>, name: &str) {
    let layers = [file(text(name))];
    let release = Release::default();
    bencher.bench(|| {
        let outcome = render(black_box(&layers), &release, &Rules::Skip);
        outcome.manifests.map(|manifests| manifests.to_yaml())
    });
}

/// What the page does at each keystroke in a form field: one edit of the text,
/// then values text to manifest text.
#[divan::bench(args = ["quickstart", "everything"])]
fn edit_and_render(bencher: Bencher<'_, '_>, name: &str) {
    let path = ValuePath::root().join("image").join("tag");
    let release = Release::default();
    bencher
        .with_inputs(|| Document::new(text(name)))
        .bench_values(|mut document| {
            let edited = document.set(&path, &"v3.17.2".into());
            let outcome = render(&[file(document.text())], &release, &Rules::Run);
            (
                edited,
                outcome.manifests.map(|manifests| manifests.to_yaml()),
            )
        });
}

/// Values text to the settings behind each field of the manifests.
#[divan::bench(args = ["quickstart", "everything"])]
fn explain(bencher: Bencher<'_, '_>, name: &str) {
    let layers = [file(text(name))];
    let release = Release::default();
    bencher.bench(|| Explainer::new(black_box(&layers), &release).map(Explainer::finish));
}
