//! What holds for any input.

use std::cell::RefCell;

use mlflow_k8s_core::diagnostic::has_errors;
use mlflow_k8s_core::layers::Layer;
use mlflow_k8s_core::manifest::ManifestSet;
use mlflow_k8s_core::release::Release;
use mlflow_k8s_core::{Rules, render, values};
use mlflow_k8s_tests::diff::diff;
use mlflow_k8s_tests::tools;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::readers::{kubernetes, pyyaml};

/// Values as a file: JSON with YAML's escapes in place of what YAML does not take bare.
fn file(values: &Value) -> Layer {
    let escaped: Vec<String> = values
        .to_string()
        .chars()
        .map(|character| match u32::from(character) {
            0x20..=0x7e => character.to_string(),
            code @ ..=0xffff => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        })
        .collect();
    Layer::File {
        name: "values.yaml".to_owned(),
        text: escaped.concat(),
    }
}

fn rendered(values: &Value) -> ManifestSet {
    let outcome = render(&[file(values)], &Release::default(), &Rules::Skip);
    outcome
        .manifests
        .unwrap_or_else(|| panic!("refused: {:#?}", outcome.diagnostics))
}

/// Text that a YAML reader may take for something else.
const SHORT: &[&str] = &[
    "",
    " ",
    "~",
    "null",
    "Null",
    "true",
    "Yes",
    "no",
    "on",
    "OFF",
    "y",
    "N",
    "0",
    "-1",
    "+1",
    "0x1f",
    "0o17",
    "017",
    "08",
    "0b101",
    "1_000",
    "1e3",
    "1.",
    ".5",
    ".inf",
    "-.INF",
    ".nan",
    "1:30",
    "=",
    "<<",
    "-",
    "- a",
    "?",
    "? a",
    ":",
    "a: b",
    "a:",
    ": a",
    "#",
    "a # b",
    "&a",
    "*a",
    "!",
    "!!str",
    "!a b",
    "|",
    "|-",
    ">",
    "%",
    "%YAML",
    "@",
    "`",
    "'",
    "\"",
    "'a'",
    "\"a\"",
    "{",
    "}",
    "{a: b}",
    "[",
    "]",
    "[a]",
    ",",
    "---",
    "--- a",
    "...",
    "\\",
    "\\n",
    " a",
    "a ",
    "\ta",
    "a\t",
    "a\n",
    "a\nb",
    "\na",
    "a\n\n",
    "a\r\nb",
    "\r",
    "a\n b\n",
    " a\nb",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{a0}",
    "é",
    "日本語",
    "🦀",
    "\u{7f}",
    "\u{9f}",
    "$(A)",
    "$A",
    "%s",
];
const LONG: &[&str] = &[
    "190:20:30",
    "2001-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "\u{feff}a",
    "{{ .Values.a }}",
];

/// Text that a YAML reader may take for something else, and any other text.
fn any_text() -> impl Strategy<Value = String> {
    let suspicious = prop::sample::select([SHORT, LONG].concat()).prop_map(str::to_owned);
    let joined = (suspicious.clone(), "[ \\n:#a-z]{0,4}", suspicious.clone())
        .prop_map(|(start, middle, end)| format!("{start}{middle}{end}"));
    let characters = prop::collection::vec(any::<char>(), 0..40)
        .prop_map(|characters| characters.into_iter().collect());
    let long = "([a-z]{1,9} {1,3}){20,40}";
    prop_oneof![suspicious, joined, characters, long]
        .prop_filter("NUL is refused on reading", |text: &String| {
            !text.contains('\0')
        })
}

/// Values with a text wherever any text is legal, and the places in the output where it must be.
fn with_text_everywhere(text: &str) -> (Value, Vec<(&'static str, &'static str)>) {
    let values = json!({
        "mlflow": {
            "backendStoreUriFrom": {"secretKeyRef": {"name": "db", "key": "uri"}},
            "artifactsDestination": format!("s3://b/{text}"),
        },
        "server": {"value_options": {"app_name": format!("a{text}")}},
        "env": [{"name": "TEXT", "value": text}],
        "podAnnotations": {"text": text},
        "service": {"annotations": {"text": text}},
        "serviceAccount": {"annotations": {"text": text}},
        "extraContainers": [{"name": "beside", "image": "busybox", "args": [text]}],
    });
    let places = vec![
        ("Deployment", "/spec/template/metadata/annotations/text"),
        ("Deployment", "/spec/template/spec/containers/1/args/0"),
        ("Service", "/metadata/annotations/text"),
        ("ServiceAccount", "/metadata/annotations/text"),
    ];
    (values, places)
}

/// The documents that hold a text everywhere, after checking that they mean it.
fn documents(text: &str) -> Vec<(Value, String)> {
    let (values, places) = with_text_everywhere(text);
    let manifests = rendered(&values);
    for (kind, pointer) in places {
        let manifest = manifests
            .manifests()
            .iter()
            .find(|manifest| manifest.kind() == kind)
            .expect(kind);
        let found = manifest.object().pointer(pointer).and_then(Value::as_str);
        assert_eq!(found, Some(text), "{kind}#{pointer}");
    }
    let deployment = manifests
        .manifests()
        .iter()
        .find(|manifest| manifest.kind() == "Deployment")
        .expect("a Deployment");
    let container = &deployment.object()["spec"]["template"]["spec"]["containers"][0];
    let variables = container["env"].as_array().expect("variables");
    for (name, value) in [
        ("TEXT", text.to_owned()),
        ("MLFLOW_ARTIFACTS_DESTINATION", format!("s3://b/{text}")),
    ] {
        let variable = variables.iter().find(|variable| variable["name"] == name);
        let found = variable.map_or(&Value::Null, |variable| &variable["value"]);
        // An empty value may be left out: it is Kubernetes' default.
        assert!(
            *found == value || (value.is_empty() && found.is_null()),
            "{name}: {found}"
        );
    }
    let argument = Value::from(format!("--app-name=a{text}"));
    let command = container["command"].as_array().expect("a command");
    assert!(command.contains(&argument), "{command:?}");
    manifests
        .manifests()
        .iter()
        .map(|manifest| (manifest.object().clone(), manifest.to_yaml()))
        .collect()
}

/// What serde_yaml makes of a document, if it is not what is meant.
fn misread(meant: &Value, document: &str) -> Option<String> {
    match serde_yaml::from_str::<Value>(document) {
        Ok(read) if read == *meant => None,
        Ok(read) => Some(diff(meant, &read).join("\n")),
        Err(error) => Some(error.to_string()),
    }
}

/// Fails unless other programs read in each document what is meant, too.
fn assert_read_elsewhere(written: Vec<(Value, String)>) {
    let Some(tools) = tools::folder() else { return };
    let (meant, documents): (Vec<Value>, Vec<String>) = written.into_iter().unzip();
    for (reader, read) in [
        ("PyYAML", pyyaml(&tools, &documents)),
        ("Kubernetes", kubernetes(&tools, &documents)),
    ] {
        assert_eq!(read.len(), meant.len());
        for ((read, meant), document) in read.iter().zip(&meant).zip(&documents) {
            assert_eq!(read, meant, "{reader} reads something else in\n{document}");
        }
    }
}

#[test]
fn suspicious_text_comes_back_from_every_place() {
    let mut failures = Vec::new();
    let mut written = Vec::new();
    for text in [SHORT, LONG].concat() {
        for text in [
            text.to_owned(),
            format!("{text}\n"),
            format!("{text}\n\n"),
            format!("{text}\nb"),
            format!("\n{text}"),
            format!("a\n{text}"),
            format!("a\n{text}\n"),
        ] {
            for (meant, document) in documents(&text) {
                match misread(&meant, &document) {
                    None => written.push((meant, document)),
                    Some(failure) => failures.push(format!("{text:?}: {failure}")),
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_read_elsewhere(written);
}

#[test]
fn any_text_comes_back_from_every_place() {
    // The other programs read all texts at the end, in one process each.
    let written = RefCell::new(Vec::new());
    TestRunner::new(Config::with_cases(1000))
        .run(&any_text(), |text| {
            for (meant, document) in documents(&text) {
                let misread = misread(&meant, &document);
                prop_assert!(misread.is_none(), "{misread:?} in\n{document}");
                written.borrow_mut().push((meant, document));
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert_read_elsewhere(written.into_inner());
}

/// Every place of the values interface, by its default; deeper ones too.
fn places() -> Vec<Vec<String>> {
    fn walk(value: &Value, path: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
        for (key, value) in value.as_object().into_iter().flatten() {
            path.push(key.clone());
            places.push(path.clone());
            walk(value, path, places);
            path.pop();
        }
    }
    let mut places = Vec::new();
    let defaults: Value = serde_yaml::from_str(values::DEFAULTS).expect("the defaults are YAML");
    walk(&defaults, &mut Vec::new(), &mut places);
    assert!(places.len() > 80, "{} places", places.len());
    places
}

/// A value of some type, right or wrong.
fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![
            0_i64,
            1,
            -1,
            80,
            5000,
            65535,
            65536,
            i64::MAX,
            i64::MIN
        ])
        .prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
        prop::sample::select(vec![
            "/",
            "/mlflow",
            "mlflow.example.com",
            "*.example.com",
            "10Gi",
            "500m",
            "ReadWriteOnce",
            "LoadBalancer",
            "sqlite:////mlflow/mlflow.db",
            "postgresql://u:p@db:5432/m",
            "0 2 * * 0",
            "30d",
            "v3.17.2",
            "Always",
        ])
        .prop_map(Value::from),
    ];
    let key = prop_oneof![
        prop::sample::select(vec![
            "name",
            "host",
            "paths",
            "path",
            "pathType",
            "key",
            "value",
            "valueFrom",
            "secretKeyRef",
            "port",
            "labels",
            "matchLabels",
            "type",
            "image",
            "mountPath",
            "secret",
            "configMap",
            "limits",
            "cpu",
            "memory",
        ])
        .prop_map(str::to_owned),
        any_text(),
    ];
    scalar.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// A values tree in which some places hold some value.
fn any_values() -> impl Strategy<Value = Value> {
    let place = prop::sample::select(places());
    prop::collection::vec((place, any_value()), 1..6).prop_map(|settings| {
        let mut values = json!({"mlflow": {"backendStoreUri": "postgresql://db/m"}});
        for (path, value) in settings {
            let mut node = &mut values;
            for key in &path {
                if !node.is_object() {
                    *node = json!({});
                }
                node = &mut node[key];
            }
            *node = value;
        }
        values
    })
}

proptest! {
    #![proptest_config(Config::with_cases(1000))]

    #[test]
    fn any_values_are_rendered_or_refused_with_a_reason(values in any_values()) {
        for rules in [&Rules::Run, &Rules::Skip] {
            let outcome = render(&[file(&values)], &Release::default(), rules);
            prop_assert_eq!(outcome.manifests.is_none(), has_errors(&outcome.diagnostics));
            for diagnostic in &outcome.diagnostics {
                let Some(span) = diagnostic.span else { continue };
                prop_assert!(outcome.sources.location(span).is_some(), "{:?}", diagnostic);
            }
            for manifest in outcome.manifests.iter().flat_map(ManifestSet::manifests) {
                let text = manifest.to_yaml();
                let read: Value = serde_yaml::from_str(&text)
                    .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
                prop_assert_eq!(&read, manifest.object(), "{}", text);
            }
        }
    }

    #[test]
    fn the_same_values_give_the_same_bytes(values in any_values()) {
        let text = || {
            let outcome = render(&[file(&values)], &Release::default(), &Rules::Skip);
            let findings = format!("{:?}", outcome.diagnostics);
            (outcome.manifests.map(|set| set.to_yaml()), findings)
        };
        prop_assert_eq!(text(), text());
    }

    #[test]
    fn any_file_is_rendered_or_refused_with_a_reason(text in any_text(), before in any_text()) {
        let layer = Layer::File { name: "values.yaml".to_owned(), text: format!("{before}\n{text}") };
        let outcome = render(&[layer], &Release::default(), &Rules::Run);
        prop_assert_eq!(outcome.manifests.is_none(), has_errors(&outcome.diagnostics));
    }

    #[test]
    fn any_flag_is_applied_or_refused(expression in any_text(), key in "[a-z.\\[\\]0-9]{0,8}") {
        for layer in [
            Layer::Set(format!("{key}={expression}")),
            Layer::SetString(expression.clone()),
            Layer::SetJson(format!("{key}={expression}")),
            Layer::SetLiteral(format!("{key}={expression}")),
        ] {
            let outcome = render(&[layer], &Release::default(), &Rules::Run);
            prop_assert_eq!(outcome.manifests.is_none(), has_errors(&outcome.diagnostics));
        }
    }
}
