//! `mlflow-k8s render`

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use mlflow_k8s_core::explain::Explainer;
use mlflow_k8s_core::manifest::Manifest;

use crate::args::{Cli, Format, RenderArgs};
use crate::failure::{Failure, print};
use crate::report::{Shown, Silenced};
use crate::{input, output, report};

pub(crate) fn run(args: RenderArgs) -> Result<(), Failure> {
    if args.annotate && args.output == Format::Json {
        return Err(no_comments());
    }
    super::need_values("render", &args.inputs)?;
    let layers = input::layers(args.inputs)?;
    let (release, rules) = args.release.into_release();
    let outcome = mlflow_k8s_core::render(&layers, &release, &rules);
    report::text(&outcome.sources, &outcome.diagnostics, Shown::Problems);
    if let Some(line) = Silenced::new(&outcome, &rules).line() {
        print(&line);
    }
    let manifests = outcome.manifests.ok_or(Failure::Found)?;
    let documents: Vec<String> = match args.output {
        Format::Yaml if args.annotate => {
            let explainer = Explainer::new(&layers, &release).ok_or(Failure::Found)?;
            explainer.finish().annotate()
        }
        Format::Yaml => manifests
            .manifests()
            .iter()
            .map(Manifest::to_yaml)
            .collect(),
        Format::Json => manifests
            .manifests()
            .iter()
            .map(Manifest::to_json)
            .collect(),
    };
    match &args.output_dir {
        Some(directory) => {
            output::write_directory(directory, &manifests, documents, args.output, args.force)
        }
        None => output::print(&match args.output {
            Format::Yaml => documents
                .into_iter()
                .fold(String::new(), |all, document| all + "---\n" + &document),
            Format::Json => manifests.to_json(),
        }),
    }
}

/// JSON has no comments.
fn no_comments() -> Failure {
    let mut command = Cli::command();
    command.build();
    let message = "`--annotate` writes comments, but JSON has no comments";
    Failure::Usage(match command.find_subcommand_mut("render") {
        Some(render) => render.error(ErrorKind::ArgumentConflict, message),
        None => command.error(ErrorKind::ArgumentConflict, message),
    })
}
