//! A rule's page, the catalogue's page, and an example after its fix.

use std::fmt::Write as _;

use super::{Proof, Rule, TOPICS, topic};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::fix::apply_fixes;
use crate::layers::Layer;
use crate::release::Release;
use crate::{Outcome, Rules};

/// The rule's example after its fix: what `check --fix` makes of it, or the
/// rule's own text if there is no automatic fix. `None` if the fix
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
    let help = finding.as_ref().and_then(|found| found.help.as_deref());
    let fix = finding.as_ref().and_then(|found| found.fix.as_ref());
    let help_line = help.map_or_else(String::new, |help| format!("help: {help}\n"));
    let how_to_fix = help.map_or_else(String::new, |help| format!("{}.\n\n", sentence(help)));
    let by_itself = match fix {
        Some(fix) if rule.page.fixed.is_empty() => {
            let flag = match rule.severity {
                Severity::Hint => "--fix-hints",
                Severity::Error | Severity::Warning => "--fix",
            };
            let then = fix
                .then
                .as_ref()
                .map_or_else(String::new, |then| format!("Then: {then}\n\n"));
            format!("`mlflow-k8s check {flag}` makes this change: {fix}.\n\n{then}")
        }
        _ => "There is no automatic fix for this example.\n\n".to_owned(),
    };
    let proof = match rule.page.proof {
        Proof::Server => {
            "Tested on a real MLflow server (`tests/server`): the values before the change fail as \
             described, and the values after the change work."
                .to_owned()
        }
        Proof::Elsewhere(reason) => format!("Not tested on a real MLflow server: {reason}."),
    };
    format!(
        "# {id} {name}\n\n\
         {summary}\n\n\
         Severity: {severity}. Topic: {topic}.\n\n\
         ## What happens\n\n\
         {why}\n\n\
         ## How to fix it\n\n\
         {how_to_fix}\
         {by_itself}\
         ## Example\n\n\
         Before:\n\n\
         ```yaml\n{example}```\n\n\
         ```text\n{severity}[{id}]: {message}\n{help_line}```\n\n\
         After:\n\n\
         ```yaml\n{fixed}```\n\n\
         ## Proof\n\n\
         {proof}\n\n\
         ## Ignore this rule\n\n\
         Use `--ignore {id}`, or write it into the values with the reason:\n\n\
         ```yaml\nx-mlflow-k8s:\n  ignore:\n    - {id} # because …\n```\n"
    )
}

/// The text with a capital letter at its start.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// The catalogue in Markdown, for `docs/rules/README.md`.
pub fn index() -> String {
    let mut text = "\
# Rules

A rule finds values that are valid for Kubernetes but do not work, lose data, leak a
secret or surprise you. An error means that something will not start, will not work or will
lose data. A warning means that the values work in some cases and fail in others. A hint
shows a better practice.

`mlflow-k8s explain-rule CODE` prints the same text in the terminal. To ignore a rule, use
`--ignore CODE`, or write `x-mlflow-k8s: {ignore: [CODE]}` into the values. The report
counts the findings that you ignore.

The last column says how the rule is proved. \"server\" means that the example on the rule's
page fails as described on a real MLflow server, and works after the change.
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
        "These checks find what cannot be read and what Kubernetes refuses. You cannot ignore them.\n\n\
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
