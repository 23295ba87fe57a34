//! `mlflow-k8s commands`

use mlflow_k8s_core::commands::{Step, StepKind, commands};

use crate::args::{CommandsArgs, StepFormat};
use crate::failure::Failure;
use crate::report::Shown;
use crate::{input, output, report};

pub(crate) fn run(args: CommandsArgs) -> Result<(), Failure> {
    super::need_values("commands", &args.inputs)?;
    let layers = input::layers(args.inputs)?;
    let (release, rules) = args.release.into_release();
    let outcome = mlflow_k8s_core::render(&layers, &release, &rules);
    report::text(&outcome.sources, &outcome.diagnostics, Shown::Problems);
    let steps = commands(&outcome.manifests.ok_or(Failure::Found)?);
    output::print(&match args.format {
        StepFormat::Text => report::printable(&text(&steps)),
        StepFormat::Json => report::json_text(&serde_json::json!(steps)),
    })
}

/// The steps, each under its title and its reason as comments.
fn text(steps: &[Step]) -> String {
    let blocks: Vec<String> = steps
        .iter()
        .map(|step| {
            let lines: Vec<String> = [step.title.clone()]
                .into_iter()
                .chain(step.why.iter().flat_map(|why| wrap(why)))
                .collect();
            let comments = format!("# {}\n", lines.join("\n# "));
            match step.kind {
                StepKind::Shell => format!("{comments}{}\n", step.text),
                // So that the whole remains a text for a shell.
                StepKind::Python => format!("{comments}python <<'PYTHON'\n{}\nPYTHON\n", step.text),
            }
        })
        .collect();
    blocks.join("\n")
}

/// Lines of about 80 characters.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
