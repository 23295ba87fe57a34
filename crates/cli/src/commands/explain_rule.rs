//! `mlflow-k8s explain-rule`

use std::fmt::Write as _;

use mlflow_k8s_core::diagnostic::{Code, Severity};
use mlflow_k8s_core::rules::{self, Proof, Rule};
use serde_json::{Value, json};

use crate::args::{ExplainRuleArgs, Subject, TextFormat};
use crate::failure::Failure;
use crate::{output, report};

/// Where lines end: a terminal would cut words.
const WIDTH: usize = 80;

/// What stands in the place of a topic for what is no rule.
const ALWAYS: &str = "Always checked";

pub(crate) fn run(args: &ExplainRuleArgs) -> Result<(), Failure> {
    let every_rule = || rules::catalogue().map(|(_, rule)| rule);
    output::print(&match (args.code, args.format) {
        (Some(Subject::Rule(rule)), TextFormat::Text) => text(rule),
        (Some(Subject::Rule(rule)), TextFormat::Json) => report::json_text(&in_full(rule)),
        (Some(Subject::Rule(rule)), TextFormat::Markdown) => rules::page(rule),
        (Some(Subject::Check(code)), TextFormat::Text) => format!(
            "{code} (error, always checked)\n\n{}\n{}",
            wrapped(code.summary, ""),
            wrapped(
                "It cannot be ignored: it is what rendering itself needs.",
                ""
            ),
        ),
        (Some(Subject::Check(code)), TextFormat::Json) => report::json_text(&check(code)),
        (Some(Subject::Check(code)), TextFormat::Markdown) => format!(
            "# {code}\n\n{}\n\nSeverity: error. It is always checked and cannot be ignored.\n",
            code.summary
        ),
        (None, TextFormat::Text) if args.all => {
            every_rule().map(text).collect::<Vec<_>>().join("\n\n")
        }
        (None, TextFormat::Json) if args.all => {
            report::json_text(&every_rule().map(in_full).collect())
        }
        (None, TextFormat::Markdown) if args.all => {
            every_rule().map(rules::page).collect::<Vec<_>>().join("\n")
        }
        (None, TextFormat::Text) => list(),
        (None, TextFormat::Json) => report::json_text(
            &every_rule()
                .map(in_short)
                .chain(Code::CHECKS.iter().copied().map(check))
                .collect(),
        ),
        (None, TextFormat::Markdown) => rules::index(),
    })
}

/// Everything about a rule, for a terminal.
fn text(rule: &Rule) -> String {
    let Code { id, name, summary } = rule.code;
    let severity = rule.severity.as_str();
    let mut text = format!("{id} {name} ({severity}, {})\n\n", rules::topic(rule));
    text.push_str(&wrapped(summary, ""));
    text.push('\n');
    text.push_str(&wrapped(rule.page.why, ""));
    text.push_str(&section("Before", &indented(rule.page.example)));
    let finding = rules::example_finding(rule);
    if let Some(finding) = &finding {
        text.push('\n');
        text.push_str(&wrapped(
            &format!("{severity}[{id}]: {}", finding.message),
            "  ",
        ));
        if let Some(help) = &finding.help {
            text.push_str(&wrapped(&format!("help: {help}"), "  "));
        }
    }
    let fixed = rules::fixed_example(rule).unwrap_or_default();
    let fix = finding.and_then(|finding| finding.fix);
    match fix.filter(|_| rule.page.fixed.is_empty()) {
        Some(fix) => {
            let flag = match rule.severity {
                Severity::Hint => "--fix-hints",
                _ => "--fix",
            };
            text.push_str(&section(
                &format!("After `mlflow-k8s check {flag}`"),
                &indented(&fixed),
            ));
            text.push('\n');
            text.push_str(&wrapped(&format!("fix: {fix}"), "  "));
            if let Some(then) = &fix.then {
                text.push_str(&wrapped(&format!("then: {then}"), "  "));
            }
        }
        None => text.push_str(&section("After, for example", &indented(&fixed))),
    }
    text.push_str(&section(
        "Ignore this rule",
        &format!(
            "  Use --ignore {id}, or write it into the values with the reason:\n\n  \
             x-mlflow-k8s:\n    ignore:\n      - {id} # because …\n"
        ),
    ));
    text.push_str(&section(
        "Proof",
        &wrapped(
            &match rule.page.proof {
                Proof::Server => {
                    "Tested on a real MLflow server (`tests/server`): the values before the \
                     change fail as described, and the values after the change work."
                        .to_owned()
                }
                Proof::Elsewhere(reason) => {
                    format!("Not tested on a real MLflow server: {reason}.")
                }
            },
            "  ",
        ),
    ));
    text
}

fn section(title: &str, body: &str) -> String {
    format!("\n{title}:\n\n{body}")
}

/// Every code with what it finds, by topic.
fn list() -> String {
    let width = rules::catalogue()
        .map(|(_, rule)| rule.code)
        .chain(Code::CHECKS.iter().copied())
        .map(|code| code.name.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    let mut last = "";
    // Writing to a String cannot fail.
    for (topic, rule) in rules::catalogue() {
        if topic != last {
            let gap = if last.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{topic}");
            last = topic;
        }
        let Code { id, name, summary } = rule.code;
        let severity = rule.severity.as_str();
        let _ = writeln!(text, "  {id}  {name:width$}  {severity:7}  {summary}");
    }
    let _ = writeln!(text, "\n{ALWAYS}, and not to be ignored");
    for Code { id, name, summary } in Code::CHECKS {
        let severity = Severity::Error.as_str();
        let _ = writeln!(text, "  {id}  {name:width$}  {severity:7}  {summary}");
    }
    text.push_str("\n`mlflow-k8s explain-rule CODE` shows what happens, and how to fix it.\n");
    text
}

fn in_short(rule: &Rule) -> Value {
    json!({
        "code": rule.code.id,
        "name": rule.code.name,
        "severity": rule.severity,
        "topic": rules::topic(rule),
        "summary": rule.code.summary,
    })
}

fn check(code: Code) -> Value {
    json!({
        "code": code.id,
        "name": code.name,
        "severity": Severity::Error,
        "topic": ALWAYS,
        "summary": code.summary,
    })
}

/// The tests on a real server read these.
fn in_full(rule: &Rule) -> Value {
    let mut object = in_short(rule);
    if let Value::Object(object) = &mut object {
        object.insert("why".to_owned(), rule.page.why.into());
        object.insert("example".to_owned(), rule.page.example.into());
        object.insert("fixed".to_owned(), rules::fixed_example(rule).into());
        object.insert(
            "proof".to_owned(),
            match rule.page.proof {
                Proof::Server => json!({ "kind": "server" }),
                Proof::Elsewhere(reason) => json!({ "kind": "none", "reason": reason }),
            },
        );
    }
    object
}

/// Lines of whole words.
fn wrapped(text: &str, indent: &str) -> String {
    let mut wrapped = String::new();
    for paragraph in text.lines() {
        let mut width = 0;
        for word in paragraph.split(' ') {
            let own_width = word.chars().count();
            if width == 0 {
                wrapped.push_str(indent);
                width = indent.len();
            } else if width + 1 + own_width > WIDTH {
                wrapped.push('\n');
                wrapped.push_str(indent);
                width = indent.len();
            } else {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += own_width;
        }
        wrapped.push('\n');
    }
    wrapped
}

fn indented(text: &str) -> String {
    text.split_inclusive('\n')
        .flat_map(|line| ["  ", line])
        .collect()
}
