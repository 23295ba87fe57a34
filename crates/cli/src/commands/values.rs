//! `mlflow-k8s values`

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use mlflow_k8s_core::diagnostic::has_errors;
use mlflow_k8s_core::layers;
use mlflow_k8s_core::presets::preset;
use mlflow_k8s_core::values::DEFAULTS;
use mlflow_k8s_core::yaml;

use crate::args::{Cli, Format, ValuesArgs};
use crate::failure::Failure;
use crate::report::Shown;
use crate::{input, output, report};

pub(crate) fn run(args: ValuesArgs) -> Result<(), Failure> {
    if args.merged {
        return merged(args);
    }
    if args.inputs.has_own_values() {
        return Err(usage(
            "to print your merged values, add --merged; without it, `values` prints only the \
             defaults or a preset",
        ));
    }
    match args.inputs.preset.as_slice() {
        [] => output::print(DEFAULTS),
        // The parser of the flag has made sure that there is such a preset.
        [name] => output::print(preset(name).map_or("", |preset| preset.values)),
        _ => Err(usage(
            "to print several presets merged, add --merged; without it, `values` prints only one \
             preset",
        )),
    }
}

fn merged(args: ValuesArgs) -> Result<(), Failure> {
    let mut diagnostics = Vec::new();
    let layers = input::layers(args.inputs)?;
    let layered = layers::merge(&layers, &mut diagnostics);
    report::text(&layered.sources, &diagnostics, Shown::Problems);
    if has_errors(&diagnostics) {
        return Err(Failure::Found);
    }
    let values = layered.user.to_json();
    output::print(&match args.output {
        Format::Yaml => yaml::write(&values),
        Format::Json => report::json_text(&values),
    })
}

fn usage(message: &str) -> Failure {
    let mut cli = Cli::command();
    cli.build();
    let command = cli.find_subcommand_mut("values");
    Failure::Usage(match command {
        Some(command) => command.error(ErrorKind::MissingRequiredArgument, message),
        None => cli.error(ErrorKind::MissingRequiredArgument, message),
    })
}
