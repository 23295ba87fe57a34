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

/// Kubernetes manifests for an MLflow tracking server
///
/// Takes the values of the official Helm chart and more, checks them, and
/// writes the manifests. It needs no cluster, no Helm and no network.
#[derive(Debug, Parser)]
#[command(
    name = "mlflow-k8s",
    version,
    disable_help_subcommand = true,
    after_help = "\
Start here:
  mlflow-k8s values > values.yaml              every setting, with comments
  mlflow-k8s check -f values.yaml              what is wrong with it, and how to fix it
  mlflow-k8s render -f values.yaml | kubectl apply -f -
  mlflow-k8s explain -f values.yaml            which setting each line comes from

Exit codes: 0 good, 1 the input has faults, 2 wrong usage."
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
    /// Editors complete and check a values file that begins with the line
    /// `# yaml-language-server: $schema=values.schema.json`.
    #[command(after_help = "\
Example:
  mlflow-k8s schema > values.schema.json")]
    Schema,
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Write the manifests of a release
///
/// The manifests go to standard output in an order that is safe to apply;
/// messages go to standard error. Nothing is written when a value is wrong.
/// Hints are counted only; `check` shows them.
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

    /// How to write the manifests
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) output: Format,

    /// Name the settings behind each field in a comment
    ///
    /// Behind each line, the settings that decide its value, and where they
    /// were written; `explain` says more. The data stays the same.
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) annotate: bool,

    /// Write one file per object into this directory
    ///
    /// A file of the same name is overwritten only if it begins with the
    /// comment `# Written by mlflow-k8s`; a JSON file, if its object has the
    /// label `app.kubernetes.io/managed-by: mlflow-k8s`. Files that an earlier
    /// run wrote and this one does not are named in a warning, not removed.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = OUTPUT)]
    pub(crate) output_dir: Option<PathBuf>,

    /// Overwrite files in the output directory whoever wrote them
    #[arg(long, requires = "output_dir", help_heading = OUTPUT)]
    pub(crate) force: bool,
}

/// Say what is wrong with the values, or could be better
///
/// Takes what `render` takes and writes findings only, or fixes them in the
/// values files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s check -f values.yaml
  mlflow-k8s check -f values.yaml --fix --dry-run            what --fix would change
  mlflow-k8s check -f values.yaml --strict --format github   in a workflow
  mlflow-k8s check -f values.yaml --format json | jq '.[].message'

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 2 wrong usage.
With --fix, of what is left.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    #[command(flatten)]
    pub(crate) fixes: FixArgs,

    /// Fail on warnings too
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) strict: bool,

    /// How to write the findings
    #[arg(long, value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) format: ReportFormat,
}

/// What is fixed, and where that goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes", group = ArgGroup::new("fixing").multiple(true))]
pub(crate) struct FixArgs {
    /// Mend errors and warnings in the files given with -f
    ///
    /// A fix goes to the file where the setting was written, or its section,
    /// else to the last one; comments and everything else stay as they are.
    /// With `-f -` the fixed text goes to standard output. What a flag or a
    /// preset says cannot be fixed in a file and is reported. A fix may leave
    /// something to do outside the values, which is printed with it.
    #[arg(long, group = "fixing")]
    pub(crate) fix: bool,

    /// Mend hints too, which are matters of taste
    #[arg(long, group = "fixing")]
    pub(crate) fix_hints: bool,

    /// Print what --fix would change as a diff, and write nothing
    #[arg(long, requires = "fixing")]
    pub(crate) dry_run: bool,
}

/// Say which settings each field of the manifests comes from
///
/// Each field, with its line in what `render` writes, its value, and the
/// settings that change or remove it: where each was written, the most
/// specific one first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s explain -f values.yaml
  mlflow-k8s explain -f values.yaml storage                what comes from storage
  mlflow-k8s explain -f values.yaml --object Deployment --field spec.strategy
  mlflow-k8s explain tracking image.tag -n ml -f values.yaml -o json

A single argument is the setting if there is one of that name, else the release.
`mlflow` alone is the release; `explain mlflow mlflow` asks for the setting.")]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,

    /// Only fields that come from this setting, or from one below it
    #[arg(value_name = "SETTING")]
    pub(crate) setting: Option<String>,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Only fields of this object, or of objects of this kind
    #[arg(long, value_name = "KIND/NAME", help_heading = OUTPUT)]
    pub(crate) object: Option<String>,

    /// Only this field, or those below it: `spec.template.spec.containers[0]`
    #[arg(long, value_name = "FIELD", help_heading = OUTPUT)]
    pub(crate) field: Option<String>,

    /// How to write it
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) output: FieldFormat,
}

/// Say what a rule finds, why, and how to fix it
///
/// Without a code, lists all of them by topic.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s explain-rule
  mlflow-k8s explain-rule MK702
  mlflow-k8s explain-rule gc-without-age --format markdown
  mlflow-k8s explain-rule --all --format json")]
pub(crate) struct ExplainRuleArgs {
    /// A rule or check, by code or name
    #[arg(value_parser = codes::SubjectParser, hide_possible_values = true)]
    pub(crate) code: Option<Subject>,

    /// Explain every rule
    #[arg(long, conflicts_with = "code")]
    pub(crate) all: bool,

    /// How to write it
    #[arg(long, value_enum, default_value_t, help_heading = OUTPUT)]
    pub(crate) format: TextFormat,
}

/// Print the default values, a preset, or your own values merged
///
/// Without flags, every setting with its default and a comment: the start of a
/// values file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s values > values.yaml
  mlflow-k8s values --preset quickstart > values.yaml
  mlflow-k8s values --merged -f base.yaml -f prod.yaml --set image.tag=v3.17.2")]
pub(crate) struct ValuesArgs {
    /// Print what -f, --set and --preset add up to, without the defaults
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) merged: bool,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// How to write the merged values
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t, requires = "merged", help_heading = OUTPUT)]
    pub(crate) output: Format,
}

/// Print what to run: from the Secrets to the client, and back
///
/// In order, for exactly these values: create what the release refers to,
/// apply, wait, reach the server, upgrade, uninstall. Nothing is run.
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

    /// How to write the steps
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
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mlflow-k8s man | man -l -
  mlflow-k8s man render > mlflow-k8s-render.1")]
pub(crate) struct ManArgs {
    /// The command whose page to print; without one, the program's
    pub(crate) command: Option<String>,
}

/// What is rendered beside the values.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    /// The release's name; object names derive from it
    #[arg(value_name = "RELEASE", default_value = DEFAULT_NAME)]
    name: String,

    /// The namespace, put on every namespaced object
    #[arg(short, long, value_name = "NAME", default_value = "mlflow")]
    namespace: String,

    /// Write the Namespace object too
    #[arg(long)]
    create_namespace: bool,

    /// The oldest Kubernetes that the manifests must be good for
    ///
    /// Such as 1.34. Refuses what that version cannot take; without it, any
    /// version from 1.23 on is meant.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<KubeVersion>,

    /// Skip the rules that look across settings
    ///
    /// Wrong types, unknown keys and whatever rendering itself needs are
    /// always checked.
    #[arg(long)]
    no_check: bool,

    /// Leave a rule out, by code or name
    ///
    /// `mlflow-k8s explain-rule` lists them. What would have been found is
    /// counted. To leave a rule out for good, name it in the values
    /// (`x-mlflow-k8s: {ignore: [CODE]}`), with a comment that says why.
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
#[command(next_help_heading = "Values (later kinds win over earlier ones)")]
pub(crate) struct InputArgs {
    /// Begin with the values of a documented scenario
    #[arg(long, value_name = "NAME", value_parser = preset_names())]
    pub(crate) preset: Vec<String>,

    /// Read values from a file, `-` for standard input; later files win
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',', value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,

    /// Set values given as JSON: `key={"a":1}`
    #[arg(long, value_name = "KEY=JSON")]
    pub(crate) set_json: Vec<String>,

    /// Set values: `key=value`, `a.b=1`, `list={x,y}`, `list[0].key=x`; `\,` is a comma
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// Set values that are always text: `image.tag=3.10`
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_string: Vec<String>,

    /// Set a value to the content of a file
    #[arg(long, value_name = "KEY=FILE")]
    pub(crate) set_file: Vec<String>,

    /// Set one value to everything after the first `=`, as it is
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
    /// For people
    #[default]
    Text,
    /// An object, or an array of them
    Json,
    /// A page of the documentation
    Markdown,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, on standard error
    #[default]
    Text,
    /// An array of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands that GitHub Actions shows as annotations
    Github,
}

/// How fields are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FieldFormat {
    /// For people
    #[default]
    Text,
    /// An array of objects
    Json,
}

/// How steps are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepFormat {
    /// Commands with comments
    #[default]
    Text,
    /// An array of objects
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
