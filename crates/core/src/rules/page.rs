//! A rule's page, the catalogue's page, and an example put right.

use std::fmt::Write as _;

use super::{Proof, Rule, TOPICS, topic};
use crate::diagnostic::{Code, Diagnostic};
use crate::fix::apply_fixes;
use crate::layers::Layer;
use crate::release::Release;
use crate::{Outcome, Rules};

/// The rule's example after its fix: what `check --fix` makes of it, or the
/// rule's own text where no fix can know what is right. `None` if the fix
/// cannot be applied, which a test rules out.
pub fn fixed_example(rule: &Rule) -> Option<String> {
    if !rule.page.fixed.is_empty() {
        return Some(rule.page.fixed.to_owned());
    }
    let report = apply_fixes(
        &[example(rule.page.example)],
        &Release::default(),
        &Rules::Run,
        &|finding| finding.code == rule.code,
    );
    let fixed = report.text()?;
    (fixed != rule.page.example).then(|| fixed.to_owned())
}

/// What the rule says of its example, in the form that users meet it.
pub fn example_finding(rule: &Rule) -> Option<Diagnostic> {
    first_finding(rule.code, rule.page.example)
}

fn first_finding(code: Code, text: &str) -> Option<Diagnostic> {
    let Outcome { diagnostics, .. } =
        crate::render(&[example(text)], &Release::default(), &Rules::Run);
    diagnostics
        .into_iter()
        .find(|diagnostic| diagnostic.code == code)
}

fn example(text: &str) -> Layer {
    Layer::File {
        name: "values.yaml".to_owned(),
        text: text.to_owned(),
    }
}

/// The rule's page in Markdown, for `docs/rules/CODE.md`.
pub fn page(rule: &Rule) -> String {
    let Code { id, name, summary } = rule.code;
    let severity = rule.severity.as_str();
    let topic = topic(rule);
    let why = rule.page.why;
    let example = rule.page.example;
    let fixed = fixed_example(rule).unwrap_or_default();
    let finding = example_finding(rule);
    let message = finding.as_ref().map_or("", |found| found.message.as_str());
    let help = finding
        .as_ref()
        .and_then(|found| found.help.as_ref())
        .map_or_else(String::new, |help| format!("help: {help}\n"));
    let fix = finding.as_ref().and_then(|found| found.fix.as_ref());
    let after = match fix {
        Some(fix) if rule.page.fixed.is_empty() => {
            format!("`mlflow-k8s check --fix`: {fix}.")
        }
        _ => "No fix can know what is right here. For example:".to_owned(),
    };
    let then = fix
        .and_then(|fix| fix.then.as_ref())
        .map_or_else(String::new, |then| {
            format!("What is left to do: {then}\n\n")
        });
    let proof = match rule.page.proof {
        Proof::Server => {
            "The first values fail as described on a real MLflow server, and the second work: \
             `tests/server` runs both."
                .to_owned()
        }
        Proof::Elsewhere(reason) => format!("Not shown on a real MLflow server: {reason}."),
    };
    format!(
        "# {id} {name}\n\n\
         {summary}\n\n\
         Severity: {severity}. Topic: {topic}.\n\n\
         ## Why\n\n\
         {why}\n\n\
         ## Before\n\n\
         ```yaml\n{example}```\n\n\
         ```text\n{severity}[{id}]: {message}\n{help}```\n\n\
         ## After\n\n\
         {after}\n\n\
         ```yaml\n{fixed}```\n\n\
         {then}\
         ## Proof\n\n\
         {proof}\n\n\
         ## If you know better\n\n\
         `--ignore {id}`, or in the values:\n\n\
         ```yaml\nx-mlflow-k8s:\n  ignore:\n    - {id} # because …\n```\n"
    )
}

/// The catalogue in Markdown, for `docs/rules/README.md`.
pub fn index() -> String {
    let mut text = "\
# Rules

What is well-formed and would still break, lose data, leak a secret or surprise
its owner. `mlflow-k8s explain-rule CODE` says the same in the terminal. An error
cannot work, a warning will hurt, a hint is a better way. A rule is left out with
`--ignore CODE` or in the values (`x-mlflow-k8s: {ignore: [CODE]}`), and the report
says that it was.

The last column is the proof: \"server\" means that a real MLflow server fails with
the page's first values as described, and works with the second.
"
    .to_owned();
    for (topic, rules) in TOPICS.iter().filter(|(_, rules)| !rules.is_empty()) {
        text.push_str(&heading(
            topic,
            "| code | name | severity | what it finds | proof |\n| --- | --- | --- | --- | --- |",
        ));
        for rule in *rules {
            let Code { id, name, summary } = rule.code;
            let severity = rule.severity.as_str();
            let summary = cell(summary);
            let proof = match rule.page.proof {
                Proof::Server => "server",
                Proof::Elsewhere(_) => "on its page",
            };
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "| [{id}]({id}.md) | {name} | {severity} | {summary} | {proof} |"
            );
        }
    }
    text.push_str(&heading(
        "Always checked",
        "What cannot be read, or what Kubernetes would refuse. These cannot be ignored.\n\n\
         | code | name | what it finds |\n| --- | --- | --- |",
    ));
    for Code { id, name, summary } in Code::CHECKS {
        let _ = writeln!(text, "| {id} | {name} | {} |", cell(summary));
    }
    text
}

fn heading(title: &str, below: &str) -> String {
    format!("\n## {title}\n\n{below}\n")
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
