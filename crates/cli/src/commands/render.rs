//! `mlflow-k8s render`

use crate::args::{Format, RenderArgs};
use crate::failure::{Failure, print};
use crate::report::{Shown, Silenced};
use crate::{input, output, report};

pub(crate) fn run(args: RenderArgs) -> Result<(), Failure> {
    super::need_values("render", &args.inputs)?;
    let layers = input::layers(args.inputs)?;
    let (release, rules) = args.release.into_release();
    let outcome = mlflow_k8s_core::render(&layers, &release, &rules);
    report::text(&outcome.sources, &outcome.diagnostics, Shown::Problems);
    if let Some(line) = Silenced::new(&outcome, &rules).line() {
        print(&line);
    }
    let manifests = outcome.manifests.ok_or(Failure::Found)?;
    match &args.output_dir {
        Some(directory) => output::write_directory(directory, &manifests, args.output, args.force),
        None => output::print(&match args.output {
            Format::Yaml => manifests.to_yaml(),
            Format::Json => manifests.to_json(),
        }),
    }
}
