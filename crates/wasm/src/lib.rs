//! The core for JavaScript: the functions that the command line calls, with
//! names and types as JavaScript programs expect them.
//!
//! What is wrong with an input is told by diagnostics and never thrown. What
//! is wrong with a call (a number where text belongs, an option that does not
//! exist) is a `TypeError` that names the argument.

mod arguments;
mod options;
mod place;
mod types;

use mlflow_k8s_core::Outcome;
use mlflow_k8s_core::diagnostic::{Edit, Severity};
use mlflow_k8s_core::document::{Document, EditError};
use mlflow_k8s_core::explain::Explainer;
use mlflow_k8s_core::{
    commands as core_commands, diagram as core_diagram, fix, presets as core_presets,
    redact as core_redact, rules as core_rules, values,
};
use wasm_bindgen::prelude::*;

use arguments::Call;
use types::to_js;

/// Runs once, when the module is loaded: a panic, should one ever happen, is
/// told on the console before it stops the module.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Renders the manifests of a release.
///
/// `yaml` is null, and `manifests` is empty, when a diagnostic is an error.
///
/// @throws {TypeError} when an argument is of another type, or an option does not exist
#[wasm_bindgen(unchecked_return_type = "RenderResult")]
pub fn render(
    #[wasm_bindgen(
        js_name = valuesYaml,
        unchecked_param_type = "string | ValuesFile[]",
        param_description = "the text of a values file, or several files; later files override \
                             earlier ones"
    )]
    values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_optional_param_type = "RenderOptions",
        param_description = "the release, presets and flags"
    )]
    options: &JsValue,
) -> Result<JsValue, JsValue> {
    let outcome = run(values_yaml, options)?;
    to_js(&types::RenderResult::of(&outcome))
}

/// Checks the values. Returns errors first, then warnings, then hints.
///
/// @throws {TypeError} when an argument is of another type, or an option does not exist
#[wasm_bindgen(unchecked_return_type = "Diagnostic[]")]
pub fn check(
    #[wasm_bindgen(
        js_name = valuesYaml,
        unchecked_param_type = "string | ValuesFile[]",
        param_description = "the text of a values file, or several files; later files override \
                             earlier ones"
    )]
    values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_optional_param_type = "RenderOptions",
        param_description = "the release, presets and flags"
    )]
    options: &JsValue,
) -> Result<JsValue, JsValue> {
    let outcome = run(values_yaml, options)?;
    to_js(&types::diagnostics(&outcome.sources, &outcome.diagnostics))
}

fn run(values_yaml: &JsValue, options: &JsValue) -> Result<Outcome, JsValue> {
    Ok(Call::read(values_yaml, options)?.render())
}

/// The commands for these values, in order: create the Secrets, apply, use the server,
/// upgrade, uninstall. Empty when a diagnostic of `render` is an error.
///
/// @throws {TypeError} when an argument is of another type, or an option does not exist
#[wasm_bindgen(unchecked_return_type = "Step[]")]
pub fn commands(
    #[wasm_bindgen(
        js_name = valuesYaml,
        unchecked_param_type = "string | ValuesFile[]",
        param_description = "the text of a values file, or several files; later files override \
                             earlier ones"
    )]
    values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_optional_param_type = "RenderOptions",
        param_description = "the release, presets and flags"
    )]
    options: &JsValue,
) -> Result<JsValue, JsValue> {
    let manifests = run(values_yaml, options)?.manifests;
    let steps = manifests.as_ref().map(core_commands::commands);
    let steps: Vec<_> = steps.into_iter().flatten().map(types::Step::of).collect();
    to_js(&steps)
}

/// The objects and how they refer to each other, laid out in columns and rows.
/// Empty when a diagnostic of `render` is an error.
///
/// @throws {TypeError} when an argument is of another type, or an option does not exist
#[wasm_bindgen(unchecked_return_type = "Diagram")]
pub fn diagram(
    #[wasm_bindgen(
        js_name = valuesYaml,
        unchecked_param_type = "string | ValuesFile[]",
        param_description = "the text of a values file, or several files; later files override \
                             earlier ones"
    )]
    values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_optional_param_type = "RenderOptions",
        param_description = "the release, presets and flags"
    )]
    options: &JsValue,
) -> Result<JsValue, JsValue> {
    let manifests = run(values_yaml, options)?.manifests.unwrap_or_default();
    to_js(&types::Diagram::of(core_diagram::Diagram::of(&manifests)))
}

/// The settings that each field of the objects comes from, and where each setting was
/// written. Empty when a diagnostic of `render` is an error.
///
/// It takes as long as some hundred renders: in a page, call it in a worker.
///
/// @throws {TypeError} when an argument is of another type, or an option does not exist
#[wasm_bindgen(unchecked_return_type = "ExplainedField[]")]
pub fn explain(
    #[wasm_bindgen(
        js_name = valuesYaml,
        unchecked_param_type = "string | ValuesFile[]",
        param_description = "the text of a values file, or several files; later files override \
                             earlier ones"
    )]
    values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_optional_param_type = "RenderOptions",
        param_description = "the release, presets and flags"
    )]
    options: &JsValue,
) -> Result<JsValue, JsValue> {
    let call = Call::read(values_yaml, options)?;
    let is_rendered = call.render().manifests.is_some();
    let explainer = is_rendered.then(|| Explainer::new(&call.layers, &call.release));
    let explanation = explainer.flatten().map(Explainer::finish);
    let fields = explanation.iter().flat_map(|explanation| {
        let fields = explanation.fields.iter();
        fields.map(|field| types::ExplainedField::of(explanation.report(field)))
    });
    to_js(&fields.collect::<Vec<_>>())
}

/// Removes everything that looks like a credential from a values file, so that you can show
/// it to others.
///
/// `valuesYaml` is null when the text cannot be read, because credentials cannot be found
/// then. The diagnostics say why.
///
/// @throws {TypeError} when the argument is not a string
#[wasm_bindgen(unchecked_return_type = "RedactResult")]
pub fn redact(
    #[wasm_bindgen(js_name = valuesYaml, unchecked_param_type = "string")] values_yaml: &JsValue,
) -> Result<JsValue, JsValue> {
    let text = arguments::text(values_yaml, "valuesYaml")?;
    let outcome = core_redact::redact(&text);
    to_js(&types::RedactResult::of(text, outcome))
}

/// All presets.
#[wasm_bindgen(unchecked_return_type = "Preset[]")]
pub fn presets() -> Result<JsValue, JsValue> {
    let presets: Vec<_> = core_presets::PRESETS
        .iter()
        .map(types::Preset::of)
        .collect();
    to_js(&presets)
}

/// The preset of that name; undefined when there is none.
///
/// @throws {TypeError} when the name is not a string
#[wasm_bindgen(unchecked_return_type = "Preset | undefined")]
pub fn preset(
    #[wasm_bindgen(unchecked_param_type = "string")] name: &JsValue,
) -> Result<JsValue, JsValue> {
    let name = arguments::text(name, "name")?;
    match core_presets::preset(&name) {
        Some(preset) => to_js(&types::Preset::of(preset)),
        None => Ok(JsValue::UNDEFINED),
    }
}

/// All rules, by topic. `ignore` in `RenderOptions` ignores some of them.
#[wasm_bindgen(unchecked_return_type = "Rule[]")]
pub fn rules() -> Result<JsValue, JsValue> {
    let rules: Vec<_> = core_rules::catalogue()
        .map(|(topic, rule)| types::Rule::of(topic, rule))
        .collect();
    to_js(&rules)
}

/// A values file with all settings, their defaults and comments.
#[wasm_bindgen(js_name = defaultValues)]
pub fn default_values() -> String {
    values::DEFAULTS.to_owned()
}

/// This module's version.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Writes a value into a values file and does not change the rest of the text.
///
/// Creates the mappings above the setting that are missing. If the edit is refused, the
/// text is unchanged, and a diagnostic has the reason.
///
/// @throws {TypeError} when an argument is of another type
#[wasm_bindgen(js_name = setValue, unchecked_return_type = "EditResult")]
pub fn set_value(
    #[wasm_bindgen(js_name = valuesYaml, unchecked_param_type = "string")] values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_param_type = "string",
        param_description = "the path of the setting, written as for `--set`: \
                             `ingress.hosts[0].host`"
    )]
    path: &JsValue,
    #[wasm_bindgen(
        unchecked_param_type = "JsonValue",
        param_description = "the value, which must be possible in JSON"
    )]
    value: &JsValue,
) -> Result<JsValue, JsValue> {
    let text = arguments::text(values_yaml, "valuesYaml")?;
    let path = arguments::path(&arguments::text(path, "path")?);
    let value = arguments::json(value, "value")?;
    edit(text, path.map(|path| vec![Edit::Set { path, value }]))
}

/// Removes an entry and its comment from a values file, and does not change the rest of the
/// text. If there is no such entry, it does nothing.
///
/// If the edit is refused, the text is unchanged, and a diagnostic has the reason.
///
/// @throws {TypeError} when an argument is of another type
#[wasm_bindgen(js_name = removeValue, unchecked_return_type = "EditResult")]
pub fn remove_value(
    #[wasm_bindgen(js_name = valuesYaml, unchecked_param_type = "string")] values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_param_type = "string",
        param_description = "the path of the setting, written as for `--set`: \
                             `ingress.hosts[0].host`"
    )]
    path: &JsValue,
) -> Result<JsValue, JsValue> {
    let text = arguments::text(values_yaml, "valuesYaml")?;
    let path = arguments::path(&arguments::text(path, "path")?);
    edit(text, path.map(|path| vec![Edit::Remove { path }]))
}

/// Applies the fix of a diagnostic: all of its edits, or none.
///
/// If an edit is refused, the text is unchanged, and a diagnostic has the reason.
///
/// @throws {TypeError} when an argument is of another type
#[wasm_bindgen(js_name = applyFix, unchecked_return_type = "EditResult")]
pub fn apply_fix(
    #[wasm_bindgen(js_name = valuesYaml, unchecked_param_type = "string")] values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_param_type = "Fix",
        param_description = "the `fix` of a diagnostic"
    )]
    fix: &JsValue,
) -> Result<JsValue, JsValue> {
    let text = arguments::text(values_yaml, "valuesYaml")?;
    let edits = arguments::edits(fix)?;
    edit(text, edits)
}

/// Applies the fixes of all errors and warnings, one after the other, until no more can be
/// applied. With `hints`, it applies the fixes of hints too. The files keep their comments.
///
/// @throws {TypeError} when an argument is of another type, or an option does not exist
#[wasm_bindgen(js_name = applyFixes, unchecked_return_type = "FixReport")]
pub fn apply_fixes(
    #[wasm_bindgen(
        js_name = valuesYaml,
        unchecked_param_type = "string | ValuesFile[]",
        param_description = "the text of a values file, or several files; later files override \
                             earlier ones"
    )]
    values_yaml: &JsValue,
    #[wasm_bindgen(
        unchecked_optional_param_type = "RenderOptions",
        param_description = "the release, presets and flags"
    )]
    options: &JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "boolean")] hints: &JsValue,
) -> Result<JsValue, JsValue> {
    let call = Call::read(values_yaml, options)?;
    let min_severity = if arguments::flag(hints, "hints")? {
        Severity::Hint
    } else {
        Severity::Warning
    };
    let mut report = fix::apply_fixes(&call.layers, &call.release, &call.rules, &|finding| {
        finding.severity <= min_severity
    });
    report.outcome.diagnostics.splice(0..0, call.faults);
    to_js(&types::FixReport::of(report))
}

/// Edits a text; the diagnostics say why not.
fn edit(text: String, edits: Result<Vec<Edit>, EditError>) -> Result<JsValue, JsValue> {
    let mut document = Document::new(text);
    let found = match edits.and_then(|edits| document.apply(&edits)) {
        Ok(()) => Vec::new(),
        Err(refused) => refused.into_diagnostics(),
    };
    to_js(&types::EditResult::of(document.into_text(), found))
}
