//! The command line: every flag, and the help that it shows.

mod codes;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};
use mlflow_k8s_core::Rules;
use mlflow_k8s_core::diagnostic::Code;
use mlflow_k8s_core::presets::PRESETS;
use mlflow_k8s_core::release::{KubeVersion, Release};

pub(crate) use codes::Subject;

/// The heading in the help for what comes out, beside clap's own for the rest.
const OUTPUT: &str = "Output";

/// Render Kubernetes manifests for an MLflow tracking server
///
/// Reads the values of the official Helm chart and additional settings, checks them, and
/// writes the manifests. It needs no cluster, no Helm and no network.
#[derive(Debug, Parser)]
#[command(
    name = "mlflow-k8s",
    version,
    disable_help_subcommand = true,
    after_help = "\
Start here:
  mlflow-k8s values > values.yaml              write all settings with comments
  mlflow-k8s check -f values.yaml              report errors, and how to fix them
  mlflow-k8s render -f values.yaml | kubectl apply -f -
  mlflow-k8s explain -f values.yaml            show the setting behind each field

Exit codes: 0 success, 1 errors in the input, 2 wrong usage."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Render(RenderArgs),
    Check(CheckArgs),
    Explain(ExplainArgs),
    ExplainRule(ExplainRuleArgs),
    Values(ValuesArgs),
    Commands(CommandsArgs),
    /// Print the JSON Schema of the values
    ///
    /// If a values file starts with the line
    /// `# yaml-language-server: $schema=values.schema.json`, editors complete and check its
    /// settings.
    #[command(after_help = "\
Example:
  mlflow-k8s schema > values.schema.json")]
    Schema,
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Write the manifests of a release
///
/// Writes the manifests to standard output, in an order that is safe to apply, and messages
/// to standard error. If the values have an error, it writes no manifests. It only counts
/// hints; use `check` to see them.
#[derive(Debug, Args)]
#[command(
    visible_alias = "template",
    after_help = "\
Examples:
  mlflow-k8s render -f values.yaml | kubectl apply -f -
  mlflow-k8s render tracking -n ml -f values.yaml --set replicaCount=2
  mlflow-k8s render -f values.yaml --output-dir manifests"
)]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Format of the manifests
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) output: Format,

    /// Add a comment to each field that names its settings
    ///
    /// The comment names the settings that decide the value, and where they were written.
    /// The data does not change. Use `explain` for details.
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) annotate: bool,

    /// Write one file per object into this directory
    ///
    /// An existing YAML file is overwritten only if it starts with the comment
    /// `# Written by mlflow-k8s`, and an existing JSON file only if its object has the
    /// label `app.kubernetes.io/managed-by: mlflow-k8s`. A warning names each file of an
    /// earlier run that this run did not write; such files are not removed.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = OUTPUT)]
    pub(crate) output_dir: Option<PathBuf>,

    /// Overwrite all existing files in the output directory
    #[arg(long, requires = "output_dir", help_heading = OUTPUT)]
    pub(crate) force: bool,
}

/// Check the values and report errors, warnings and hints
///
/// Takes the same arguments as `render`, but writes no manifests. With `--fix`, it also
/// fixes findings in the values files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s check -f values.yaml
  mlflow-k8s check -f values.yaml --fix --dry-run            show the changes of --fix
  mlflow-k8s check -f values.yaml --strict --format github   for GitHub Actions
  mlflow-k8s check -f values.yaml --format json | jq '.[].message'

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 2 wrong usage.
With --fix, only the findings that remain count.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    #[command(flatten)]
    pub(crate) fixes: FixArgs,

    /// Also fail if there are warnings
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) strict: bool,

    /// Format of the findings
    #[arg(long, value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) format: ReportFormat,
}

/// What is fixed, and where that goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes", group = ArgGroup::new("fixing").multiple(true))]
pub(crate) struct FixArgs {
    /// Fix errors and warnings in the files given with -f
    ///
    /// A fix changes the file that contains the setting or its section; if no file contains
    /// it, the last file. Comments and everything else do not change. With `-f -`, the
    /// fixed text goes to standard output. A value from a flag or a preset cannot be fixed
    /// in a file; it is reported instead. If something remains to be done outside the
    /// values, it is printed with the fix.
    #[arg(long, group = "fixing")]
    pub(crate) fix: bool,

    /// Also fix hints, which are optional improvements
    #[arg(long, group = "fixing")]
    pub(crate) fix_hints: bool,

    /// Print the changes of --fix as a diff, and write nothing
    #[arg(long, requires = "fixing")]
    pub(crate) dry_run: bool,
}

/// Show which settings each field of the manifests comes from
///
/// Prints each field with its line in the output of `render`, its value, and the settings
/// that change or remove it. For each setting, it prints where it was written. The most
/// specific setting comes first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s explain -f values.yaml
  mlflow-k8s explain -f values.yaml storage                only fields from storage
  mlflow-k8s explain -f values.yaml --object Deployment --field spec.strategy
  mlflow-k8s explain tracking image.tag -n ml -f values.yaml -o json

If there is only one argument, it is the setting of that name; if there is no such
setting, it is the release. `mlflow` alone is the release: for the setting `mlflow`,
write `explain mlflow mlflow`.")]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    /// Show only fields that come from this setting or from a setting below it
    #[arg(value_name = "SETTING")]
    pub(crate) setting: Option<String>,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Show only fields of this object, or of all objects of this kind
    #[arg(long, value_name = "KIND/NAME", help_heading = OUTPUT)]
    pub(crate) object: Option<String>,

    /// Show only this field and the fields below it: `spec.template.spec.containers[0]`
    #[arg(long, value_name = "FIELD", help_heading = OUTPUT)]
    pub(crate) field: Option<String>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) output: FieldFormat,
}

/// Explain a rule: what it finds, why, and how to fix it
///
/// Without a code, it lists all rules by topic.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s explain-rule
  mlflow-k8s explain-rule MK702
  mlflow-k8s explain-rule gc-without-age --format markdown
  mlflow-k8s explain-rule --all --format json")]
pub(crate) struct ExplainRuleArgs {
    /// Code or name of a rule or a check
    #[arg(value_parser = codes::SubjectParser, hide_possible_values = true)]
    pub(crate) code: Option<Subject>,

    /// Explain all rules
    #[arg(long, conflicts_with = "code")]
    pub(crate) all: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) format: TextFormat,
}

/// Print the default values, a preset, or your merged values
///
/// Without flags, it prints all settings with their defaults and comments. Use this to
/// start a values file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s values > values.yaml
  mlflow-k8s values --preset quickstart > values.yaml
  mlflow-k8s values --merged -f base.yaml -f prod.yaml --set image.tag=v3.17.2")]
pub(crate) struct ValuesArgs {
    /// Print the values of --preset, -f and --set merged, without the defaults
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) merged: bool,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Format of the merged values
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t, requires = "merged", help_heading = OUTPUT)]
    pub(crate) output: Format,
}

/// Print the commands that install, use and remove the release
///
/// Prints the commands for these values, in order: create the Secrets, apply the manifests,
/// wait, reach the server, upgrade, uninstall. It does not run them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s commands -f values.yaml
  mlflow-k8s commands --preset production --format json | jq -r '.[].title'")]
pub(crate) struct CommandsArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Format of the steps
    #[arg(long, value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) format: StepFormat,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(mlflow-k8s completions bash)
  mlflow-k8s completions zsh > \"${fpath[1]}/_mlflow-k8s\"
  mlflow-k8s completions fish > ~/.config/fish/completions/mlflow-k8s.fish")]
pub(crate) struct CompletionsArgs {
    /// Shell that runs the script
    pub(crate) shell: clap_complete::Shell,
}

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s man | man -l -
  mlflow-k8s man render > mlflow-k8s-render.1")]
pub(crate) struct ManArgs {
    /// Command to print the page of; without it, the page of the program
    pub(crate) command: Option<String>,
}

/// What is rendered beside the values.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    /// Name of the release, from which the names of the objects are made
    #[arg(value_name = "RELEASE", default_value = DEFAULT_NAME)]
    name: String,

    /// Namespace of the objects
    #[arg(short, long, value_name = "NAME", default_value = "mlflow")]
    namespace: String,

    /// Also write the Namespace object
    #[arg(long)]
    create_namespace: bool,

    /// Oldest Kubernetes version that the manifests must work with
    ///
    /// For example 1.34. Settings that this version does not support are errors. Without
    /// this flag, the version is not checked; the oldest supported version is 1.23.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<KubeVersion>,

    /// Skip all rules
    ///
    /// Wrong types, unknown keys and manifests that Kubernetes would refuse are always
    /// reported.
    #[arg(long)]
    no_check: bool,

    /// Ignore a rule, by code or name
    ///
    /// `mlflow-k8s explain-rule` lists all rules. The number of ignored findings is
    /// reported. To always ignore a rule, add it to the values
    /// (`x-mlflow-k8s: {ignore: [CODE]}`) with a comment that says why.
    #[arg(
        long,
        value_name = "CODE",
        value_delimiter = ',',
        value_parser = codes::RuleParser,
        hide_possible_values = true
    )]
    ignore: Vec<Code>,
}

/// What a release is called that nobody named.
const DEFAULT_NAME: &str = "mlflow";

impl ReleaseArgs {
    /// Takes the name for something else, if it is that, and leaves the default one.
    pub(crate) fn take_name_if(&mut self, is_other: impl FnOnce(&str) -> bool) -> Option<String> {
        (self.name != DEFAULT_NAME && is_other(&self.name))
            .then(|| std::mem::replace(&mut self.name, DEFAULT_NAME.to_owned()))
    }

    pub(crate) fn into_release(self) -> (Release, Rules) {
        let rules = if self.no_check {
            Rules::Skip
        } else if self.ignore.is_empty() {
            Rules::Run
        } else {
            Rules::Except(self.ignore)
        };
        let release = Release {
            name: self.name,
            namespace: self.namespace,
            create_namespace: self.create_namespace,
            kube_version: self.kube_version,
        };
        (release, rules)
    }
}

/// The layers of values.
#[derive(Debug, Args)]
#[command(next_help_heading = "Values (later kinds override earlier ones)")]
pub(crate) struct InputArgs {
    /// Start from the values of a preset
    #[arg(long, value_name = "NAME", value_parser = preset_names())]
    pub(crate) preset: Vec<String>,

    /// Read values from a file, or from standard input with `-`; later files override
    /// earlier ones
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',', value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Set values that are written as JSON: `key={"a":1}`
    #[arg(long, value_name = "KEY=JSON")]
    pub(crate) set_json: Vec<String>,

    /// Set values: `key=value`, `a.b=1`, `list={x,y}`, `list[0].key=x`; write `\,` for a
    /// comma
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// Set values as text: `image.tag=3.10`
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_string: Vec<String>,

    /// Set a value to the content of a file
    #[arg(long, value_name = "KEY=FILE")]
    pub(crate) set_file: Vec<String>,

    /// Set one value to all text after the first `=`, unchanged
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_literal: Vec<String>,
}

impl InputArgs {
    /// Whether nothing at all was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.preset.is_empty() && !self.has_own_values()
    }

    /// Whether anything but a preset was given.
    pub(crate) fn has_own_values(&self) -> bool {
        !(self.files.is_empty()
            && self.set_json.is_empty()
            && self.set.is_empty()
            && self.set_string.is_empty()
            && self.set_file.is_empty()
            && self.set_literal.is_empty())
    }
}

fn preset_names() -> PossibleValuesParser {
    PRESETS
        .iter()
        .map(|preset| PossibleValue::new(preset.name).help(preset.summary))
        .collect::<Vec<_>>()
        .into()
}

/// How data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// YAML
    #[default]
    Yaml,
    /// JSON
    Json,
}

/// How explanations are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// Text for people
    #[default]
    Text,
    /// A JSON object, or an array of objects
    Json,
    /// A Markdown page
    Markdown,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for people, on standard error
    #[default]
    Text,
    /// A JSON array of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, which GitHub Actions shows as annotations
    Github,
}

/// How fields are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FieldFormat {
    /// Text for people
    #[default]
    Text,
    /// A JSON array of objects
    Json,
}

/// How steps are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepFormat {
    /// Shell commands with comments
    #[default]
    Text,
    /// A JSON array of objects
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
