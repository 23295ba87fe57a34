//! A rule's page, and its example put right.

use super::{Proof, Rule, catalogue};
use crate::diagnostic::{Code, Fix};
use crate::document::Document;
use crate::layers::Layer;
use crate::release::Release;
use crate::{Outcome, Rules};

/// The rule's example after its fix: what `check --fix` makes of it, or the
/// rule's own text where no fix can know what is right. `None` if the fix
/// cannot be applied, which a test rules out.
pub fn mended_example(rule: &Rule) -> Option<String> {
    if !rule.mended.is_empty() {
        return Some(rule.mended.to_owned());
    }
    let mut document = Document::new(rule.example);
    // A rule may find fault with several places.
    for _ in 0..10 {
        let Some(fix) = first_fix(rule.code, document.text()) else {
            break;
        };
        document.apply(&fix).ok()?;
    }
    (document.text() != rule.example).then(|| document.into_text())
}

fn first_fix(code: Code, text: &str) -> Option<Fix> {
    let Outcome { diagnostics, .. } = crate::render(
        &[Layer::File {
            name: "values.yaml".to_owned(),
            text: text.to_owned(),
        }],
        &Release::default(),
        &Rules::Run,
    );
    diagnostics
        .into_iter()
        .find(|diagnostic| diagnostic.code == code)?
        .fix
}

/// The rule's page in Markdown, for `docs/rules/CODE.md`.
pub fn page(rule: &Rule) -> String {
    let topic = catalogue()
        .find(|(_, other)| other.code == rule.code)
        .map_or("", |(topic, _)| topic);
    let Code { id, name, summary } = rule.code;
    let severity = rule.severity.as_str();
    let why = rule.why;
    let example = rule.example;
    let mended = mended_example(rule).unwrap_or_default();
    let how = if rule.mended.is_empty() {
        "`mlflow-k8s check --fix` makes of it"
    } else {
        "For example"
    };
    let proof = match rule.proof {
        Proof::Server => {
            "The first values fail as described on a real MLflow server, and the second work: \
             `tests/server` runs both."
                .to_owned()
        }
        Proof::Elsewhere(reason) => format!("Not shown on a real MLflow server: {reason}."),
    };
    format!(
        "# {id}: {name}\n\n\
         {severity}, {topic}\n\n\
         {summary}\n\n\
         ## Why\n\n\
         {why}\n\n\
         ## Before\n\n\
         ```yaml\n{example}```\n\n\
         ## After\n\n\
         {how}:\n\n\
         ```yaml\n{mended}```\n\n\
         ## Proof\n\n\
         {proof}\n\n\
         ## If you know better\n\n\
         `--ignore {id}`, or in the values:\n\n\
         ```yaml\nx-mlflow-k8s:\n  ignore:\n    - {id} # because …\n```\n"
    )
}
