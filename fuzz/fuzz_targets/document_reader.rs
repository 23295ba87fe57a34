//! Any text is read or refused; every place that the reader tells lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlflow_k8s_core::source::{SourceId, Span};
use mlflow_k8s_core::yaml::{Node, Value, read};

fuzz_target!(|text: &str| {
    let mut diagnostics = Vec::new();
    let node = read(text, SourceId::DEFAULTS, &mut diagnostics);
    assert!(
        node.is_some() || !diagnostics.is_empty(),
        "refused without a reason"
    );
    for span in diagnostics.iter().filter_map(|diagnostic| diagnostic.span) {
        check(text, span);
    }
    if let Some(node) = node {
        check_spans(text, &node);
        let _ = node.to_json();
    }
});

fn check_spans(text: &str, node: &Node) {
    check(text, node.span);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| check_spans(text, item)),
        Value::Mapping(entries) => {
            for entry in entries {
                check(text, entry.key_span);
                check_spans(text, &entry.value);
            }
        }
    }
}

fn check(text: &str, span: Span) {
    assert!(text.get(span.start..span.end).is_some(), "{span:?}");
}
