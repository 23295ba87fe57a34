//! The tests that cross crates. One program, so that it is linked once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in tests a panic is how a failure is told"
)]

mod conformance;
mod faults;
mod hostile;
mod presets;
mod properties;
mod readers;
mod schemas;

use std::path::Path;
use std::process::Command;

use mlflow_k8s_tests::tools;
use serde_json::Value;

/// What PyYAML reads in texts of one document each, by one process for all.
fn pyyaml(tools: &Path, texts: &[String]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/read_yaml.py");
    let input = serde_json::to_vec(texts).expect("texts are JSON");
    let mut python = Command::new(tools.join("bin/python"));
    let output = tools::run(python.arg(script), &input);
    serde_json::from_slice(&output).expect("the script prints JSON")
}
