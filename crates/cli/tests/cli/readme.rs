//! The README's table of presets. Its examples run in `tests/documentation.rs`.

use mlflow_k8s_core::presets::PRESETS;

const README: &str = include_str!("../../../../README.md");

#[test]
fn its_table_lists_every_preset() {
    for preset in PRESETS {
        let row = format!("| `{}` | {} |", preset.name, preset.summary);
        assert!(README.contains(&row), "{row}");
    }
}
