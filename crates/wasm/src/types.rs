//! What goes out, and the TypeScript types of what comes in.

use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::redact::{NotShareable, Redacted};
use mlflow_k8s_core::source::{Origin, SourceId, Sources};
use mlflow_k8s_core::{
    Outcome, commands, diagnostic, diagram, explain, fix, manifest, presets, rules,
};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::arguments::VALUES_NAME;
use crate::place::Places;

/// Hands a value to JavaScript: maps as objects, what is missing as null.
pub(crate) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(JsValue::from)
}

// These arguments are read by hand (see `arguments`), so their types are, too.
#[wasm_bindgen(typescript_custom_section)]
const ARGUMENTS: &str = r#"
/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A values file. */
export interface ValuesFile {
    /** Its name in diagnostics. Default: `values.yaml`. */
    name?: string;
    /** Its text. */
    text: string;
}
"#;

/// The result of `render`.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RenderResult {
    /// The objects in an order that is safe to apply; empty when a diagnostic is an error.
    pub(crate) manifests: Vec<Manifest>,
    /// All objects as one text of several YAML documents; null when a diagnostic is an error.
    #[tsify(type = "string | null")]
    pub(crate) yaml: Option<String>,
    /// The findings: errors first, then warnings, then hints.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The findings of rules that the values or the options ignore.
    pub(crate) silenced: Vec<Diagnostic>,
}

impl RenderResult {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        Self {
            manifests: outcome
                .manifests
                .iter()
                .flat_map(manifest::ManifestSet::manifests)
                .map(Manifest::of)
                .collect(),
            yaml: outcome
                .manifests
                .as_ref()
                .map(manifest::ManifestSet::to_yaml),
            diagnostics: diagnostics(&outcome.sources, &outcome.diagnostics),
            silenced: diagnostics(&outcome.sources, &outcome.silenced),
        }
    }
}

/// One finished object.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    /// Its kind, `Deployment`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Its namespace; null for kinds that have none.
    #[tsify(type = "string | null")]
    pub(crate) namespace: Option<String>,
    /// A file name that is unique in its release: `deployment-mlflow-mlflow.yaml`.
    pub(crate) file_name: String,
    /// The object as one YAML document, ending in a newline.
    pub(crate) yaml: String,
}

impl Manifest {
    fn of(manifest: &manifest::Manifest) -> Self {
        Self {
            kind: manifest.kind().to_owned(),
            name: manifest.name().to_owned(),
            namespace: manifest.namespace().map(str::to_owned),
            file_name: manifest.file_name(),
            yaml: manifest.to_yaml(),
        }
    }
}

/// The result of an edit.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EditResult {
    /// The text; unchanged when the edit was refused.
    pub(crate) values_yaml: String,
    /// Why the edit was refused; empty when it was made.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl EditResult {
    /// The findings' places are in the text, under no name.
    pub(crate) fn of(text: String, mut found: Vec<diagnostic::Diagnostic>) -> Self {
        let mut sources = Sources::new();
        let source = sources.add(Origin::File(VALUES_NAME.to_owned()), text.clone());
        for span in found.iter_mut().filter_map(|found| found.span.as_mut()) {
            if span.source == SourceId::DEFAULTS {
                span.source = source;
            }
        }
        Self {
            values_yaml: text,
            diagnostics: diagnostics(&sources, &found),
        }
    }
}

/// The result of `applyFixes`.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FixReport {
    /// The values files after the fixes.
    #[tsify(type = "ValuesFile[]")]
    pub(crate) files: Vec<File>,
    /// The fixes that were applied, in order.
    pub(crate) applied: Vec<AppliedFix>,
    /// The fixes that could not be applied.
    pub(crate) refused: Vec<RefusedFix>,
    /// The findings that remain, errors first.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A values file.
#[derive(Serialize)]
pub(crate) struct File {
    name: String,
    text: String,
}

/// A fix that was applied.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppliedFix {
    /// The code of the finding that the fix removed.
    pub(crate) code: String,
    /// The fix.
    pub(crate) fix: Fix,
    /// The names of the files that were edited.
    pub(crate) files: Vec<String>,
}

/// A fix that was not applied.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefusedFix {
    /// The code of the finding that remains.
    pub(crate) code: String,
    /// The setting of the finding.
    pub(crate) path: String,
    /// Why the fix was not applied, and what to do instead.
    pub(crate) reason: String,
}

impl FixReport {
    pub(crate) fn of(report: fix::FixReport) -> Self {
        Self {
            diagnostics: diagnostics(&report.outcome.sources, &report.outcome.diagnostics),
            files: report
                .layers
                .into_iter()
                .filter_map(|layer| match layer {
                    Layer::File { name, text } => Some(File { name, text }),
                    _ => None,
                })
                .collect(),
            applied: report
                .applied
                .into_iter()
                .map(|applied| AppliedFix {
                    code: applied.code.id.to_owned(),
                    fix: fix_of(&applied.fix),
                    files: applied.files,
                })
                .collect(),
            refused: report
                .refused
                .into_iter()
                .map(|refused| RefusedFix {
                    code: refused.code.id.to_owned(),
                    path: refused.path.to_string(),
                    reason: refused.reason.to_string(),
                })
                .collect(),
        }
    }
}

/// A step with commands.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Step {
    /// What the step does, as an instruction without a full stop.
    pub(crate) title: String,
    /// Why the step is needed, or what to know before you run it.
    #[tsify(type = "string | null")]
    pub(crate) why: Option<String>,
    /// What runs the text.
    #[tsify(type = "\"shell\" | \"python\"")]
    pub(crate) kind: commands::StepKind,
    /// The commands or the program, ending without a newline.
    pub(crate) text: String,
}

impl Step {
    pub(crate) fn of(step: commands::Step) -> Self {
        Self {
            title: step.title,
            why: step.why,
            kind: step.kind,
            text: step.text,
        }
    }
}

/// The objects and how they refer to each other.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagram {
    /// The objects, by column and row.
    pub(crate) nodes: Vec<DiagramNode>,
    /// How they refer to each other.
    pub(crate) edges: Vec<DiagramEdge>,
    /// Number of columns.
    pub(crate) columns: usize,
    /// Number of rows of the longest column.
    pub(crate) rows: usize,
}

/// An object, or something outside the manifests that objects refer to.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagramNode {
    /// Unique: `Deployment/mlflow-mlflow`.
    pub(crate) id: String,
    /// Its kind. `Database`, `Bucket` and `Server` are not Kubernetes objects.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether objects refer to it and it is not part of the manifests.
    pub(crate) external: bool,
    /// Its column, from 0.
    pub(crate) column: usize,
    /// Its row, from 0; no two nodes share a cell.
    pub(crate) row: usize,
}

/// A reference.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagramEdge {
    /// The `id` of the node that refers.
    pub(crate) from: String,
    /// The `id` of the node that is referred to.
    pub(crate) to: String,
    /// How it refers, in a few words.
    pub(crate) label: String,
}

impl Diagram {
    pub(crate) fn of(diagram: diagram::Diagram) -> Self {
        let nodes = diagram.nodes.into_iter().map(|node| DiagramNode {
            id: node.id,
            kind: node.kind,
            name: node.name,
            external: node.external,
            column: node.column,
            row: node.row,
        });
        let edges = diagram.edges.into_iter().map(|edge| DiagramEdge {
            from: edge.from,
            to: edge.to,
            label: edge.label,
        });
        Self {
            nodes: nodes.collect(),
            edges: edges.collect(),
            columns: diagram.columns,
            rows: diagram.rows,
        }
    }
}

/// A field of an object, and the settings that it comes from. It has either `settings` or
/// `reason`.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainedField {
    /// The object.
    pub(crate) object: ObjectName,
    /// The place in the object, written as for `--set`: `spec.template.spec.containers[0].image`.
    pub(crate) field: String,
    /// The line in the `yaml` of `render`, from 1.
    pub(crate) line: usize,
    /// Its value.
    #[tsify(type = "JsonValue")]
    pub(crate) value: serde_json::Value,
    /// The settings that each change or remove the field, the most specific one first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub(crate) settings: Option<Vec<Setting>>,
    /// Why no single setting decides the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub(crate) reason: Option<String>,
    /// The settings that each give this value, so that it changes only if all of them
    /// change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub(crate) together: Option<Vec<Setting>>,
}

/// The identity of an object.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObjectName {
    /// Its group and version, `apps/v1`.
    pub(crate) api_version: String,
    /// Its kind, `Deployment`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Its namespace; null for kinds that have none.
    #[tsify(type = "string | null")]
    pub(crate) namespace: Option<String>,
}

/// A setting, and where it was written.
#[derive(Serialize, Tsify)]
pub(crate) struct Setting {
    /// The setting, written as for `--set`.
    pub(crate) path: String,
    /// Where it was written. Lines and columns count from 1.
    #[tsify(type = "SettingOrigin")]
    pub(crate) origin: explain::OriginReport,
}

#[wasm_bindgen(typescript_custom_section)]
const ORIGIN: &str = r#"
/** Where a setting was written. Lines and columns count from 1. */
export type SettingOrigin =
    | { kind: "file"; file: string; line: number; column: number }
    | { kind: "flag"; flag: string }
    | { kind: "preset"; preset: string; line: number; column: number }
    | { kind: "default" };
"#;

impl ExplainedField {
    pub(crate) fn of(report: explain::FieldReport) -> Self {
        let settings = |settings: Vec<explain::SettingReport>| {
            let settings = settings.into_iter().map(|setting| Setting {
                path: setting.path,
                origin: setting.origin,
            });
            settings.collect()
        };
        Self {
            object: ObjectName {
                api_version: report.object.api_version,
                kind: report.object.kind,
                name: report.object.name,
                namespace: report.object.namespace,
            },
            field: report.field,
            line: report.line,
            value: as_javascript_holds_it(report.value),
            settings: report.settings.map(settings),
            reason: report.reason,
            together: report.together.map(settings),
        }
    }
}

/// The result of `redact`.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedactResult {
    /// The text without credentials, otherwise unchanged; null when it cannot be read.
    #[tsify(type = "string | null")]
    pub(crate) values_yaml: Option<String>,
    /// Where credentials were removed: paths of settings, or `line 7 (comment)`.
    pub(crate) paths: Vec<String>,
    /// Why `valuesYaml` is null.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl RedactResult {
    pub(crate) fn of(text: String, outcome: Result<Redacted, NotShareable>) -> Self {
        match outcome {
            Ok(clean) => Self {
                values_yaml: Some(clean.text),
                paths: clean.paths,
                diagnostics: Vec::new(),
            },
            Err(refused) => {
                let (paths, found) = match refused {
                    NotShareable::Unreadable(found) => (Vec::new(), found),
                    NotShareable::Stuck(path) => (vec![path], Vec::new()),
                };
                Self {
                    values_yaml: None,
                    paths,
                    diagnostics: EditResult::of(text, found).diagnostics,
                }
            }
        }
    }
}

/// A preset: the values for a documented scenario.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Preset {
    /// Its name, as `presets` in `RenderOptions` takes it.
    pub(crate) name: String,
    /// What it sets up, in a phrase.
    pub(crate) summary: String,
    /// Its values file, with comments.
    pub(crate) values_yaml: String,
}

impl Preset {
    pub(crate) fn of(preset: &presets::Preset) -> Self {
        Self {
            name: preset.name.to_owned(),
            summary: preset.summary.to_owned(),
            values_yaml: preset.values.to_owned(),
        }
    }
}

/// A rule.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule {
    /// Its stable code, for machines: `MK702`.
    pub(crate) code: String,
    /// The same, for people: `gc-without-age`.
    pub(crate) name: String,
    /// The highest severity of its findings.
    #[tsify(type = "\"error\" | \"warning\" | \"hint\"")]
    pub(crate) severity: diagnostic::Severity,
    /// Its topic.
    pub(crate) topic: String,
    /// What it finds, in a sentence.
    pub(crate) summary: String,
    /// What was observed, and on which version.
    pub(crate) why: String,
    /// Example values with this finding.
    pub(crate) example: String,
}

impl Rule {
    pub(crate) fn of(topic: &str, rule: &rules::Rule) -> Self {
        Self {
            code: rule.code.id.to_owned(),
            name: rule.code.name.to_owned(),
            severity: rule.severity,
            topic: topic.to_owned(),
            summary: rule.code.summary.to_owned(),
            why: rule.page.why.to_owned(),
            example: rule.page.example.to_owned(),
        }
    }
}

/// One finding.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagnostic {
    /// The stable name of its kind, for machines: `MK101`.
    pub(crate) code: String,
    /// The same, for people: `unknown-key`.
    pub(crate) name: String,
    /// An error cannot work. A warning works in some cases and fails in others. A hint is a
    /// better practice.
    #[tsify(type = "\"error\" | \"warning\" | \"hint\"")]
    pub(crate) severity: diagnostic::Severity,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) message: String,
    /// The setting of the finding, written as for `--set`; empty when the finding is about
    /// the whole text.
    pub(crate) path: String,
    /// What happens if you do not change it; only for rules.
    #[tsify(type = "string | null")]
    pub(crate) why: Option<String>,
    /// What to write instead.
    #[tsify(type = "string | null")]
    pub(crate) help: Option<String>,
    /// Edits that fix the finding.
    #[tsify(type = "Fix | null")]
    pub(crate) fix: Option<Fix>,
    /// Where the setting was written; null when it was not written.
    #[tsify(type = "Place | null")]
    pub(crate) place: Option<Place>,
}

/// A place in a text. Lines and columns count from 1, columns in characters;
/// `start` and `end` are offsets in UTF-16 code units, as `String.prototype.slice`
/// and editors count.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    /// Name of the text: the name of a file, `--set`, `preset quickstart`.
    pub(crate) source: String,
    /// The file, if the text is one.
    #[tsify(type = "string | null")]
    pub(crate) file: Option<String>,
    /// The line of its first character.
    pub(crate) line: usize,
    /// The column of its first character.
    pub(crate) column: usize,
    /// The line of the character after its last one.
    pub(crate) end_line: usize,
    /// The column of the character after its last one.
    pub(crate) end_column: usize,
    /// The offset of its first character.
    pub(crate) start: usize,
    /// The offset after its last character.
    pub(crate) end: usize,
}

/// Edits that fix a finding; `applyFix` makes them.
#[derive(Serialize, Tsify)]
pub(crate) struct Fix {
    /// What the edits do, as an imperative.
    pub(crate) title: String,
    /// The edits, in order.
    pub(crate) edits: Vec<Edit>,
    /// What remains to be done outside the values.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub(crate) then: Option<String>,
}

/// One edit of a values file.
#[derive(Serialize, Tsify)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(crate) enum Edit {
    /// Write this value at this path. Mappings above it are created.
    Set {
        /// The path of the setting, written as for `--set`.
        path: String,
        /// The value.
        #[tsify(type = "JsonValue")]
        value: serde_json::Value,
    },
    /// Remove the entry.
    Remove {
        /// The path of the setting, written as for `--set`.
        path: String,
    },
}

/// The findings of one run.
pub(crate) fn diagnostics(sources: &Sources, found: &[diagnostic::Diagnostic]) -> Vec<Diagnostic> {
    let mut places = Places::new(sources);
    found
        .iter()
        .map(|found| Diagnostic {
            code: found.code.id.to_owned(),
            name: found.code.name.to_owned(),
            severity: found.severity,
            message: found.message.clone(),
            path: found.path.to_string(),
            why: found.why().map(str::to_owned),
            help: found.help.clone(),
            fix: found.fix.as_ref().map(fix_of),
            place: found.span.and_then(|span| places.of(span)),
        })
        .collect()
}

fn fix_of(fix: &diagnostic::Fix) -> Fix {
    Fix {
        title: fix.title.clone(),
        then: fix.then.clone(),
        edits: fix
            .edits
            .iter()
            .cloned()
            .map(|edit| match edit {
                diagnostic::Edit::Set { path, value } => Edit::Set {
                    path: path.to_string(),
                    value: as_javascript_holds_it(value),
                },
                diagnostic::Edit::Remove { path } => Edit::Remove {
                    path: path.to_string(),
                },
            })
            .collect(),
    }
}

/// Whole numbers beyond 2^53 become floats, as `JSON.parse` reads them;
/// serde-wasm-bindgen refuses them.
fn as_javascript_holds_it(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.abs() > 9_007_199_254_740_991.0 => Value::from(float),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(as_javascript_holds_it).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (key, as_javascript_holds_it(value)))
            .collect(),
        other => other,
    }
}
