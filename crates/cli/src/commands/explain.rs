//! `mlflow-k8s explain`

use std::fmt::Write as _;

use mlflow_k8s_core::explain::{
    Explainer, FieldReport, ObjectReport, Selection, SettingReport, Unknown,
};
use mlflow_k8s_core::release::Release;
use serde_json::Value;

use crate::args::{ExplainArgs, FieldFormat};
use crate::failure::{Failure, print};
use crate::report::{Shown, Silenced};
use crate::{input, output, report};

/// More of a value is not shown: the manifests have it.
const MAX_VALUE: usize = 100;

pub(crate) fn run(mut args: ExplainArgs) -> Result<(), Failure> {
    super::need_values("explain", &args.inputs)?;
    let layers = input::layers(args.inputs)?;
    if args.setting.is_none() {
        let explainer = Explainer::new(&layers, &Release::default());
        let is_setting = |name: &str| match explainer.map(|explainer| explainer.setting(name)) {
            Some(Err(Unknown::Setting { near, .. })) => {
                // A release can have a dot in its name, and none of the others.
                name.contains(['[', '_'])
                    || name.contains(char::is_uppercase)
                    || (name.contains('.') && near.is_some())
            }
            Some(found) => found.is_ok(),
            None => false,
        };
        args.setting = args.release.take_name_if(is_setting);
    }
    let (release, rules) = args.release.into_release();
    let outcome = mlflow_k8s_core::render(&layers, &release, &rules);
    report::text(&outcome.sources, &outcome.diagnostics, Shown::Problems);
    if let Some(line) = Silenced::new(&outcome, &rules).line() {
        print(&line);
    }
    outcome.manifests.ok_or(Failure::Found)?;
    let explainer = Explainer::new(&layers, &release).ok_or(Failure::Found)?;
    let explanation = explainer.finish();
    let selection = Selection {
        setting: args.setting,
        object: args.object,
        field: args.field,
    };
    let fields = explanation
        .select(&selection)
        .map_err(|unknown| Failure::Fault(unknown.to_string()))?;
    if fields.is_empty() {
        print("no field of the manifests comes from this setting");
    }
    let reports: Vec<FieldReport> = fields
        .into_iter()
        .map(|field| explanation.report(field))
        .collect();
    output::print(&match args.output {
        FieldFormat::Text => report::printable(&text(&reports)),
        FieldFormat::Json => report::json_text(&serde_json::json!(reports)),
    })
}

/// The fields below their objects, each with its line and, below it, what it
/// comes from.
fn text(fields: &[FieldReport]) -> String {
    let last_line = fields.last().map_or(0, |field| field.line);
    let width = last_line.to_string().len().max(4);
    let mut text = String::new();
    let mut object = None;
    for field in fields {
        if object != Some(&field.object) {
            let blank = if object.is_some() { "\n" } else { "" };
            let ObjectReport { kind, name, .. } = &field.object;
            let _ = writeln!(text, "{blank}{kind}/{name}");
            object = Some(&field.object);
        }
        let _ = writeln!(
            text,
            "{:width$}  {}: {}",
            field.line,
            field.field,
            short(&field.value)
        );
        let settings = field.settings.iter().chain(&field.together).flatten();
        for line in field
            .reason
            .iter()
            .cloned()
            .chain(settings.map(SettingReport::to_string))
        {
            let _ = writeln!(text, "{:width$}    {line}", "");
        }
    }
    text
}

/// A value on one line.
fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.contains(char::is_control) => text.clone(),
        value => value.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
