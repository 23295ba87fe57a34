//! What the README shows is what the program does.

use mlflow_k8s_core::presets::PRESETS;

use super::sandbox::Sandbox;

const README: &str = include_str!("../../../../README.md");

/// The values behind the message in the README.
const VALUES: &str = "\
image:
  tag: 3.10
mlflow:
  backendStoreUri: postgresql://db/mlflow
  defaultArtifactRoot: s3://my-bucket/mlflow
";

/// The lines of the blocks of one language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}");
    let mut inside = false;
    README.lines().filter(move |line| {
        let line = line.trim_start();
        if line.starts_with("```") {
            inside = line == fence;
            return false;
        }
        inside
    })
}

#[test]
fn its_commands_work() {
    let good = VALUES.replace("3.10", "v3.17.2-full");
    let mut count = 0;
    for line in blocks("sh") {
        let command = line.split(['#', '|']).next().unwrap().trim();
        let arguments = command
            .strip_prefix("cargo run -q -p mlflow-k8s -- ")
            .or_else(|| command.strip_prefix("mlflow-k8s "));
        let Some(arguments) = arguments else { continue };
        let sandbox = Sandbox::new().file("values.yaml", &good);
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let printed = sandbox.run(&arguments);
        assert!(
            printed.starts_with("exit code: 0\n"),
            "{command}: {printed}"
        );
        count += 1;
    }
    assert!(count >= 8, "only {count} commands found");
}

#[test]
fn its_message_is_the_real_one() {
    let sandbox = Sandbox::new().file("values.yaml", VALUES);
    let printed = sandbox.run(&["check", "-f", "values.yaml"]);
    let shown: Vec<&str> = blocks("text").map(str::trim_end).collect();
    assert!(!shown.is_empty());
    for line in shown {
        // The README indents the block by two.
        let line = line.strip_prefix("  ").unwrap_or(line);
        assert!(printed.contains(line), "not printed: {line}\n{printed}");
    }
}

#[test]
fn its_table_lists_every_preset() {
    for preset in PRESETS {
        let row = format!("| `{}` | {} |", preset.name, preset.summary);
        assert!(README.contains(&row), "{row}");
    }
}
