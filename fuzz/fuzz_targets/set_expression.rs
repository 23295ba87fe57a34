//! Any flag is applied or refused. The input is a flag and its value: `--set a.b=1`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlflow_k8s_core::layers::{Layer, merge, set_file_names};

fuzz_target!(|text: &str| {
    let (flag, expression) = text.split_once(' ').unwrap_or(("--set", text));
    let expression = expression.to_owned();
    let layer = match flag {
        "--set-json" => Layer::SetJson(expression),
        "--set-string" => Layer::SetString(expression),
        "--set-literal" => Layer::SetLiteral(expression),
        "--set-file" => Layer::SetFile {
            contents: vec![
                String::new();
                set_file_names(&expression).map_or(0, |names| names.len())
            ],
            expression,
        },
        _ => Layer::Set(expression),
    };
    let mut diagnostics = Vec::new();
    let _ = merge(&[layer], &mut diagnostics);
});
