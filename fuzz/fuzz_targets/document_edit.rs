//! An edit does what it says or leaves the text as it was. The input is a line
//! `path=text`, then the document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlflow_k8s_core::document::Document;
use mlflow_k8s_core::path::ValuePath;
use serde_json::Value;

fuzz_target!(|input: &str| {
    let Some(((path, value), text)) = input
        .split_once('\n')
        .and_then(|(edit, text)| Some((edit.split_once('=')?, text)))
    else {
        return;
    };
    let Ok(path) = ValuePath::parse(path) else {
        return;
    };
    let value = Value::from(value);

    let mut document = Document::new(text);
    if document.set(&path, &value).is_err() {
        assert_eq!(document.text(), text, "a refused edit changed the text");
        return;
    }
    let root = document.root().expect("an edited text can be read");
    let found = root.at(&path).map(|node| node.to_json());
    assert_eq!(found, Some(value), "{}", document.text());

    let edited = document.text().to_owned();
    if document.remove(&path).is_err() {
        assert_eq!(document.text(), edited, "a refused edit changed the text");
        return;
    }
    document.root().expect("an edited text can be read");
});
