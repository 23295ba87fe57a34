//! `mlflow-k8s check --fix`

use std::path::Path;

use annotate_snippets::Level;
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use mlflow_k8s_core::diagnostic::Severity;
use mlflow_k8s_core::fix::{FixReport, apply_fixes};
use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::source::Origin;
use mlflow_k8s_core::{Outcome, Rules};
use similar::TextDiff;

use crate::args::{CheckArgs, Cli, ReportFormat};
use crate::failure::{Failure, print, say};
use crate::output;
use crate::report::printable;

/// Which fixes are made, and whether they are written.
pub(super) struct Fixing {
    min_severity: Severity,
    dry_run: bool,
}

impl Fixing {
    /// What the flags ask for, if it can be done.
    pub(super) fn new(args: &CheckArgs) -> Result<Option<Self>, Failure> {
        if !args.fixes.fix && !args.fixes.fix_hints {
            return Ok(None);
        }
        let files = &args.inputs.files;
        if files.is_empty() {
            return Err(match args.inputs.preset.first() {
                Some(preset) => usage(&format!(
                    "--fix needs a values file; to create one, run `mlflow-k8s values --preset \
                     {preset} > values.yaml`"
                )),
                None => usage("--fix needs a values file, such as `-f values.yaml`"),
            });
        }
        let prints_text = args.fixes.dry_run || files.iter().any(|file| file == Path::new("-"));
        if prints_text && args.format != ReportFormat::Text {
            return Err(usage(
                "--format cannot be used here, because the fixed text or the diff goes to standard \
                 output",
            ));
        }
        Ok(Some(Self {
            min_severity: if args.fixes.fix_hints {
                Severity::Hint
            } else {
                Severity::Warning
            },
            dry_run: args.fixes.dry_run,
        }))
    }

    /// Fixes the files, tells what was done, and gives what is left.
    pub(super) fn run(
        &self,
        layers: &[Layer],
        release: &Release,
        rules: &Rules,
    ) -> Result<Outcome, Failure> {
        let fixed = apply_fixes(layers, release, rules, &|finding| {
            finding.severity <= self.min_severity
        });
        let files = changed(layers, &fixed.layers);
        if self.dry_run {
            let diffs: String = files.iter().map(File::diff).collect();
            output::print(&diffs)?;
        } else {
            let on_disk: Vec<(&Path, &str)> = files
                .iter()
                .filter(|file| file.name != "-" && file.old != file.new)
                .map(|file| (Path::new(file.name), file.new))
                .collect();
            output::replace_files(&on_disk)?;
            if let Some(stdin) = files.iter().find(|file| file.name == "-") {
                output::print(stdin.new)?;
            }
        }
        self.tell(&fixed);
        Ok(fixed.outcome)
    }

    fn tell(&self, fixed: &FixReport) {
        let done = if self.dry_run { "would fix" } else { "fixed" };
        for applied in &fixed.applied {
            let names: Vec<String> = applied
                .files
                .iter()
                .map(|name| Origin::File(name.clone()).to_string())
                .collect();
            let files = names.join(", ");
            print(&printable(&format!(
                "{done} {} in {files}: {}",
                applied.code, applied.fix
            )));
            if let Some(then) = &applied.fix.then {
                print(&printable(&format!("  then: {then}")));
            }
        }
        for refused in &fixed.refused {
            say(
                Level::NOTE,
                format!("{} was not fixed: {}", refused.code, refused.reason),
            );
        }
        if !(fixed.applied.is_empty() && fixed.refused.is_empty()) {
            print("");
        }
    }
}

/// A values file before and after.
struct File<'a> {
    name: &'a str,
    old: &'a str,
    new: &'a str,
}

impl File<'_> {
    /// A diff that `patch -p0` takes.
    fn diff(&self) -> String {
        TextDiff::from_lines(self.old, self.new)
            .unified_diff()
            .header(self.name, self.name)
            .to_string()
    }
}

/// Each file once; fixing keeps the layers' order.
fn changed<'a>(old: &'a [Layer], new: &'a [Layer]) -> Vec<File<'a>> {
    let mut files: Vec<File<'_>> = Vec::new();
    for (old, new) in old.iter().zip(new) {
        if let (Layer::File { name, text: old }, Layer::File { text: new, .. }) = (old, new)
            && files.iter().all(|file| file.name != name)
        {
            files.push(File { name, old, new });
        }
    }
    files
}

fn usage(message: &str) -> Failure {
    let mut cli = Cli::command();
    cli.build();
    let command = cli.find_subcommand_mut("check");
    Failure::Usage(match command {
        Some(command) => command.error(ErrorKind::ArgumentConflict, message),
        None => cli.error(ErrorKind::ArgumentConflict, message),
    })
}
