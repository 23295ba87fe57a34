//! Any values file is rendered or refused; what is rendered reads back as it was meant.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::{Rules, render};

fuzz_target!(|text: &str| {
    let layer = Layer::File {
        name: "values.yaml".to_owned(),
        text: text.to_owned(),
    };
    let outcome = render(&[layer], &Release::default(), &Rules::Run);
    let Some(manifests) = outcome.manifests else {
        assert!(!outcome.diagnostics.is_empty(), "refused without a reason");
        return;
    };
    for manifest in manifests.manifests() {
        let text = manifest.to_yaml();
        let read: serde_yaml::Value = serde_yaml::from_str(&text).expect(&text);
        let meant = serde_yaml::to_value(manifest.object()).expect("JSON is YAML");
        assert_eq!(read, meant, "{text}");
    }
});
