//! `mlflow-k8s check`

mod fix;

use mlflow_k8s_core::diagnostic::Severity;

use crate::args::{CheckArgs, ReportFormat};
use crate::failure::{Failure, print};
use crate::report::{Shown, Silenced};
use crate::{input, output, report};

pub(crate) fn run(args: CheckArgs) -> Result<(), Failure> {
    super::need_values("check", &args.inputs)?;
    let fixing = fix::Fixing::new(&args)?;
    let layers = input::layers(args.inputs)?;
    let (release, rules) = args.release.into_release();
    let (outcome, shown) = match fixing {
        Some(fixing) => {
            let outcome = fixing.run(&layers, &release, &rules)?;
            (outcome, Shown::Remaining)
        }
        None => {
            let outcome = mlflow_k8s_core::render(&layers, &release, &rules);
            (outcome, Shown::All)
        }
    };
    let (sources, diagnostics) = (&outcome.sources, &outcome.diagnostics);
    let silenced = Silenced::new(&outcome, &rules);
    match args.format {
        ReportFormat::Text if diagnostics.is_empty() => print("no findings"),
        ReportFormat::Text => report::text(sources, diagnostics, shown),
        ReportFormat::Json => output::print(&report::json(sources, diagnostics))?,
        ReportFormat::Sarif => output::print(&report::sarif(sources, diagnostics, silenced))?,
        ReportFormat::Github => output::print(&report::github(sources, diagnostics, silenced))?,
    }
    // The other formats have a place of their own for it.
    if matches!(args.format, ReportFormat::Text | ReportFormat::Json)
        && let Some(line) = silenced.line()
    {
        print(&line);
    }
    let worst_allowed = if args.strict {
        Severity::Hint
    } else {
        Severity::Warning
    };
    // Severities are ordered from the worst.
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity < worst_allowed)
    {
        Err(Failure::Found)
    } else {
        Ok(())
    }
}
