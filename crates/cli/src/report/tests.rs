use annotate_snippets::Renderer;
use mlflow_k8s_core::diagnostic::{Code, Fix, Severity};
use mlflow_k8s_core::path::ValuePath;

use super::*;

const VALUES: &str = "image:\n  tag: 3.10\nété: \u{1b}[31mred\u{202e}\n";

fn findings() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add(Origin::File("dir/my values.yaml".to_owned()), VALUES);
    let flag = sources.add(Origin::Flag("--set"), "a=1,b[x]=2");
    let tag = ValuePath::parse("image.tag").unwrap();
    let tag_at = VALUES.find("3.10").unwrap();
    let red_at = VALUES.find('\u{1b}').unwrap();
    let diagnostics = vec![
        Diagnostic::error(Code::WRONG_TYPE, tag.clone(), "`image.tag` is a number")
            .at(Span::new(file, tag_at, tag_at + 4))
            .help("3.10 as a number is 3.1; 100% sure, that is")
            .fix_set("quote the tag", &tag, "3.10"),
        Diagnostic::warning(
            Code::UNKNOWN_KEY,
            ValuePath::root(),
            "a \u{1b}[1mbold\u{1b}[0m name",
        )
        .at(Span::new(file, red_at, VALUES.len()))
        .help("turn \u{202e}around"),
        Diagnostic {
            severity: Severity::Hint,
            ..Diagnostic::error(Code::SYNTAX, ValuePath::root(), "`[x]` is not a list index")
        }
        .at(Span::new(flag, 5, 8)),
        Diagnostic::error(
            Code::MISSING_BACKEND_STORE,
            ValuePath::root(),
            "there is no backend store",
        ),
    ];
    (sources, diagnostics)
}

#[test]
fn text_shows_the_line_and_underlines_the_place() {
    let (sources, diagnostics) = findings();
    let shown: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| text::rendered(&Renderer::plain(), &sources, diagnostic, true))
        .chain(text::summary(&sources, &diagnostics, Shown::All))
        .collect();
    let shown = shown.join("\n\n");
    assert!(!shown.contains(['\u{1b}', '\u{202e}']));
    insta::assert_snapshot!(shown);
}

#[test]
fn a_very_long_line_is_named_not_shown() {
    let mut sources = Sources::new();
    let text = format!("a: {}", "x".repeat(50 << 20));
    let end = text.len();
    let source = sources.add(Origin::File("big.yaml".to_owned()), text);
    let diagnostic = Diagnostic::error(Code::UNREADABLE, ValuePath::root(), "too large")
        .at(Span::new(source, 3, end));
    insta::assert_snapshot!(text::rendered(
        &Renderer::plain(),
        &sources,
        &diagnostic,
        true
    ));
}

#[test]
fn a_place_at_the_end_of_a_text_is_shown() {
    let mut sources = Sources::new();
    for text in ["", "a", "a\n", "\r\n", "a: é"] {
        let source = sources.add(Origin::File("v.yaml".to_owned()), text);
        for start in 0..=text.len() {
            for end in start..=text.len() + 1 {
                let diagnostic = Diagnostic::error(Code::SYNTAX, ValuePath::root(), "fault")
                    .at(Span::new(source, start, end));
                let shown = text::rendered(&Renderer::plain(), &sources, &diagnostic, true);
                assert!(shown.starts_with("error[MK001]: fault"), "{shown}");
            }
        }
    }
}

/// A rule that finds two things, and another one that finds a hint.
fn rule_findings() -> (Sources, Vec<Diagnostic>) {
    const TEXT: &str = "garbageCollection:\n  enabled: true\nserver:\n  staticPrefix: a/\n";
    let mut sources = Sources::new();
    let file = sources.add(Origin::File("values.yaml".to_owned()), TEXT);
    let of = |code: &str, path: &str, severity| {
        let rule = mlflow_k8s_core::rules::find(code).unwrap();
        let path = ValuePath::parse(path).unwrap();
        let start = TEXT.find("true").unwrap();
        let finding = Diagnostic {
            severity,
            ..Diagnostic::error(rule.code, path.clone(), format!("`{path}` is not good"))
        }
        .at(Span::new(file, start, start + 4))
        .help("a better way")
        .fix_set("Keep for 30 days", &path, "30d");
        Diagnostic {
            fix: finding.fix.clone().map(|fix| Fix {
                then: Some("kubectl create secret generic a\nand more".to_owned()),
                ..fix
            }),
            ..finding
        }
    };
    let diagnostics = vec![
        of("MK702", "garbageCollection.olderThan", Severity::Warning),
        of("MK702", "garbageCollection.enabled", Severity::Warning),
        of("MK301", "server.staticPrefix", Severity::Hint),
    ];
    (sources, diagnostics)
}

#[test]
fn reasons_are_for_what_hurts_and_hints_are_short() {
    let (sources, diagnostics) = rule_findings();
    let renderer = Renderer::plain();
    let shown: Vec<String> = diagnostics
        .iter()
        .zip([true, false, true])
        .map(|(diagnostic, reason)| text::rendered(&renderer, &sources, diagnostic, reason))
        .collect();
    insta::assert_snapshot!(shown.join("\n\n"));
    let summary = |shown| text::summary(&sources, &diagnostics, shown).unwrap();
    assert_eq!(
        summary(Shown::All),
        "2 warnings, 1 hint; `mlflow-k8s check --fix` can fix 2; `mlflow-k8s explain-rule CODE` \
         explains a rule"
    );
    assert_eq!(
        summary(Shown::Problems),
        "2 warnings, 1 hint; `mlflow-k8s check` shows the hints; \
         `mlflow-k8s check --fix` can fix 2"
    );
    assert_eq!(summary(Shown::Remaining), "2 warnings, 1 hint");
}

#[test]
fn machine_formats() {
    let (sources, diagnostics) = findings();
    let none = silenced(&[], &[]);
    insta::assert_snapshot!("json", json(&sources, &diagnostics));
    insta::assert_snapshot!("sarif", sarif(&sources, &diagnostics, none));
    insta::assert_snapshot!("github", github(&sources, &diagnostics, none));
    assert_eq!(json(&sources, &[]), "[]\n");
    assert_eq!(github(&sources, &[], none), "");
}

fn silenced<'a>(diagnostics: &'a [Diagnostic], by_flag: &'a [Code]) -> Silenced<'a> {
    Silenced {
        diagnostics,
        by_flag,
    }
}

#[test]
fn what_is_silenced_is_told() {
    let (sources, diagnostics) = rule_findings();
    let by_flag = [diagnostics[0].code];
    let silenced = silenced(&diagnostics, &by_flag);
    assert_eq!(
        silenced.line().unwrap(),
        "ignored: MK301 static-prefix (by x-mlflow-k8s.ignore), \
         MK702 gc-without-age (2, by --ignore)"
    );
    assert_eq!(
        github(&sources, &[], silenced),
        format!("::notice title=ignored::{}\n", silenced.line().unwrap())
    );
    let (_, others) = findings();
    let log: serde_json::Value =
        serde_json::from_str(&sarif(&sources, &others[2..3], silenced)).unwrap();
    let results = log.pointer("/runs/0/results").unwrap().as_array().unwrap();
    let suppressions: Vec<String> = results
        .iter()
        .map(|result| {
            let code = result["ruleId"].as_str().unwrap();
            format!("{code} {}", result["suppressions"])
        })
        .collect();
    let by_flag = r#"MK702 [{"kind":"external","justification":"--ignore"}]"#;
    assert_eq!(
        suppressions,
        [
            "MK001 []",
            by_flag,
            by_flag,
            r#"MK301 [{"kind":"inSource","justification":"x-mlflow-k8s.ignore"}]"#
        ]
    );
    // What code scanning shows of a rule, and of a check.
    let rules = log.pointer("/runs/0/tool/driver/rules").unwrap();
    assert_eq!(rules[0]["id"], "MK001");
    assert_eq!(rules[0]["defaultConfiguration"]["level"], "error");
    assert!(rules[0].get("help").is_none());
    assert_eq!(rules[2]["id"], "MK702");
    assert_eq!(rules[2]["defaultConfiguration"]["level"], "warning");
    let page = rules[2]["help"]["markdown"].as_str().unwrap();
    assert!(page.starts_with("# MK702 gc-without-age\n"), "{page}");
}

#[test]
fn names_of_files_are_escaped() {
    assert_eq!(sarif::uri("/a b/c%.yaml"), "file:///a%20b/c%25.yaml");
    assert_eq!(github::property("a:b,c\n%"), "a%3Ab%2Cc%0A%25");
}
