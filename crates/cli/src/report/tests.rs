use annotate_snippets::Renderer;
use mlflow_k8s_core::diagnostic::Code;
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
            severity: mlflow_k8s_core::diagnostic::Severity::Hint,
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
        .map(|diagnostic| text::rendered(&Renderer::plain(), &sources, diagnostic))
        .chain(text::summary(&diagnostics))
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
    insta::assert_snapshot!(text::rendered(&Renderer::plain(), &sources, &diagnostic));
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
                let shown = text::rendered(&Renderer::plain(), &sources, &diagnostic);
                assert!(shown.starts_with("error[MK001]: fault"), "{shown}");
            }
        }
    }
}

#[test]
fn machine_formats() {
    let (sources, diagnostics) = findings();
    insta::assert_snapshot!("json", json(&sources, &diagnostics));
    insta::assert_snapshot!("sarif", sarif(&sources, &diagnostics));
    insta::assert_snapshot!("github", github(&sources, &diagnostics));
    assert_eq!(json(&sources, &[]), "[]\n");
    assert_eq!(github(&sources, &[]), "");
}

#[test]
fn names_of_files_are_escaped() {
    assert_eq!(sarif::uri("/a b/c%.yaml"), "file:///a%20b/c%25.yaml");
    assert_eq!(github::property("a:b,c\n%"), "a%3Ab%2Cc%0A%25");
}
