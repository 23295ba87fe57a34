//! Input that means harm, or that came about by accident: refused with a reason, soon, never a panic.

use std::time::{Duration, Instant};

use mlflow_k8s_core::diagnostic::{Code, Severity};
use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::{Outcome, Rules, render};

/// Far more than any of these takes, far less than an attack would.
const PATIENCE: Duration = Duration::from_secs(20);

fn render_file(text: impl Into<String>) -> Outcome {
    let layer = Layer::File {
        name: "values.yaml".to_owned(),
        text: text.into(),
    };
    let start = Instant::now();
    let outcome = render(&[layer], &Release::default(), &Rules::Run);
    let duration = start.elapsed();
    assert!(duration < PATIENCE, "took {duration:?}");
    outcome
}

#[track_caller]
fn assert_refused(text: impl Into<String>, codes: &[Code]) {
    let outcome = render_file(text);
    assert!(outcome.manifests.is_none());
    let found: Vec<Code> = outcome
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.code)
        .collect();
    assert!(
        found.iter().any(|code| codes.contains(code)),
        "expected one of {codes:?}, got {found:?}"
    );
    // A finding is for people: it must not carry the whole input.
    for diagnostic in &outcome.diagnostics {
        assert!(diagnostic.message.len() < 1000, "{}", diagnostic.code);
    }
}

/// Values that would be rendered, with something in front of them.
fn good_values() -> String {
    "mlflow:\n  backendStoreUri: postgresql://db/mlflow\n".to_owned()
}

#[test]
fn aliases_that_multiply() {
    let mut lines = vec![format!("a0: &a0 [{}]", ["x"; 10].join(", "))];
    for level in 1..30 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        lines.push(format!("a{level}: &a{level} [{below}]"));
    }
    let text = lines.join("\n");
    assert_refused(text, &[Code::UNREADABLE, Code::SYNTAX]);
}

#[test]
fn an_alias_of_itself() {
    assert_refused("a: &a [*a]\n", &[Code::UNREADABLE, Code::SYNTAX]);
}

#[test]
fn nesting_without_end() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let text = format!("a: {}{}\n", open.repeat(100_000), close.repeat(100_000));
        assert_refused(text, &[Code::UNREADABLE, Code::SYNTAX]);
        let text = format!("a: {}\n", open.repeat(100_000));
        assert_refused(text, &[Code::UNREADABLE, Code::SYNTAX]);
    }
    let text = format!("{}x\n", "- ".repeat(100_000));
    assert_refused(text, &[Code::UNREADABLE, Code::SYNTAX]);
    let lines: Vec<String> = (0..5_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let text = lines.concat();
    assert_refused(text, &[Code::UNREADABLE, Code::SYNTAX]);
}

#[test]
fn an_endless_line() {
    let text = format!("a: {}\n", "x".repeat(50_000_000));
    assert_refused(text, &[Code::UNREADABLE]);
    let text = format!("{}# {}\n", good_values(), "x".repeat(50_000_000));
    assert_refused(text, &[Code::UNREADABLE]);
}

#[test]
fn a_set_flag_without_end() {
    for expression in [
        format!("a{}=1", "[0]".repeat(10_000)),
        format!("{}=1", vec!["a"; 10_000].join(".")),
        "a[99999999999999999999]=1".to_owned(),
        "a[4294967295]=1".to_owned(),
        format!("a={}", "{".repeat(100_000)),
    ] {
        let start = Instant::now();
        let outcome = render(&[Layer::Set(expression)], &Release::default(), &Rules::Run);
        assert!(outcome.manifests.is_none());
        assert!(start.elapsed() < PATIENCE);
    }
    let json = format!("a={}", "[".repeat(100_000));
    let outcome = render(&[Layer::SetJson(json)], &Release::default(), &Rules::Run);
    assert!(outcome.manifests.is_none());
}

#[test]
fn nul_and_other_controls() {
    assert_refused(
        format!("{}a: \"b\0c\"\n", good_values()),
        &[Code::UNREADABLE, Code::SYNTAX],
    );
    assert_refused("\0", &[Code::UNREADABLE, Code::SYNTAX]);
    assert_refused("a: b\u{1}\n", &[Code::UNREADABLE, Code::SYNTAX]);
}

#[test]
fn tabs_as_indentation() {
    assert_refused("mlflow:\n\tbackendStoreUri: x\n", &[Code::SYNTAX]);
}

#[test]
fn several_documents() {
    let text = format!("{}---\n{}", good_values(), good_values());
    assert_refused(text, &[Code::SEVERAL_DOCUMENTS]);
}

#[test]
fn a_key_that_stands_twice() {
    let text = format!("{}{}", good_values(), good_values());
    assert_refused(text, &[Code::DUPLICATE_KEY]);
}

#[test]
fn roots_that_are_no_mapping() {
    for text in ["[]\n", "- a\n", "text\n", "1\n", "true\n"] {
        assert_refused(text, &[Code::WRONG_TYPE]);
    }
}

#[test]
fn what_other_systems_write_is_read() {
    let unix = render_file(good_values());
    assert!(unix.manifests.is_some(), "{:#?}", unix.diagnostics);
    let others = [
        format!("\u{feff}{}", good_values()),
        good_values().replace('\n', "\r\n"),
        format!("\u{feff}{}", good_values().replace('\n', "\r\n")),
        format!("---\n{}...\n", good_values()),
        format!("%YAML 1.2\n---\n{}", good_values()),
        good_values().trim_end().to_owned(),
    ];
    for text in others {
        let other = render_file(text.clone());
        assert_eq!(
            other.manifests, unix.manifests,
            "{text:?}: {:#?}",
            other.diagnostics
        );
    }
}

#[test]
fn many_entries_take_time_in_proportion() {
    let entries: Vec<String> = (0..20_000)
        .map(|number| format!("  - {{name: V{number}, value: \"{number}\"}}\n"))
        .collect();
    let outcome = render_file(format!("{}env:\n{}", good_values(), entries.concat()));
    assert!(
        outcome.manifests.is_some(),
        "{:#?}",
        outcome.diagnostics.first()
    );
}

#[test]
fn many_nulls_take_time_in_proportion() {
    let hosts = "{host: ~}, ".repeat(50_000);
    let text = format!("{}ingress: {{hosts: [{hosts}]}}\n", good_values());
    assert!(render_file(text).manifests.is_some());
    let groups = "~, ".repeat(200_000);
    let text = format!(
        "{}podSecurityContext: {{supplementalGroups: [{groups}]}}\n",
        good_values()
    );
    assert!(render_file(text).manifests.is_some());
}
