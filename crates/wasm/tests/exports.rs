//! The exports, called as JavaScript calls them: in Node, or in a browser with
//! `WASM_BINDGEN_USE_BROWSER=1`. `cargo xtask test` does both.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, JSON, JsString, Object, Reflect, TypeError};
use mlflow_k8s_wasm::{
    apply_fix, apply_fixes, check, commands, default_values, diagram, explain, preset, presets,
    redact, remove_value, render, rules, set_value, version,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test as test;

fn js(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

fn get(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| {
        Reflect::get(&value, &text(key)).unwrap()
    })
}

fn get_text(value: &JsValue, path: &str) -> String {
    get(value, path)
        .as_string()
        .unwrap_or_else(|| panic!("{path} is {:?}", get(value, path)))
}

fn length(list: &JsValue) -> u32 {
    list.unchecked_ref::<Array>().length()
}

/// A property of each element.
fn texts(list: &JsValue, property: &str) -> Vec<String> {
    let elements = list.unchecked_ref::<Array>().iter();
    elements.map(|item| get_text(&item, property)).collect()
}

/// The message of the `TypeError` that a wrong call throws.
fn type_error(result: Result<JsValue, JsValue>) -> String {
    let error = result.unwrap_err();
    assert!(error.is_instance_of::<TypeError>(), "{error:?}");
    get_text(&error, "message")
}

const NONE: JsValue = JsValue::UNDEFINED;

#[test]
fn a_preset_renders() {
    let quickstart = preset(&text("quickstart")).unwrap();
    let options = js(r#"{"release": "tracking", "namespace": "ml", "createNamespace": true}"#);
    let result = render(&get(&quickstart, "valuesYaml"), &options).unwrap();
    let severities = texts(&get(&result, "diagnostics"), "severity");
    assert!(severities.iter().all(|severity| severity == "hint"));
    let manifests = get(&result, "manifests");
    assert_eq!(get_text(&manifests, "0.kind"), "Namespace");
    assert!(get(&manifests, "0.namespace").is_null());
    assert_eq!(get_text(&manifests, "0.fileName"), "00-namespace-ml.yaml");
    let yaml = get_text(&result, "yaml");
    for manifest in manifests.unchecked_into::<Array>().iter() {
        assert!(yaml.contains(&get_text(&manifest, "yaml")));
    }
    assert!(yaml.contains("name: tracking-mlflow"));
}

#[test]
fn what_comes_of_the_manifests() {
    let options = js(r#"{"presets": ["production"]}"#);
    let steps = commands(&text(""), &options).unwrap();
    assert!(length(&steps) > 5);
    assert_eq!(get_text(&steps, "0.kind"), "shell");
    let graph = diagram(&text(""), &options).unwrap();
    let nodes = get(&graph, "nodes");
    assert!(texts(&nodes, "id").contains(&"Deployment/mlflow-mlflow".to_owned()));
    assert!(length(&get(&graph, "edges")) > 3);

    let broken = text("storage: [");
    assert_eq!(length(&commands(&broken, &NONE).unwrap()), 0);
    assert_eq!(length(&get(&diagram(&broken, &NONE).unwrap(), "nodes")), 0);
    assert!(type_error(commands(&js("1"), &NONE)).contains("valuesYaml"));
}

#[test]
fn every_field_says_what_it_comes_from() {
    let values =
        text("image:\n  tag: v3.17.1-full\nmlflow:\n  backendStoreUri: postgresql://db/m\n");
    let fields = explain(&values, &js(r#"{"sets": ["replicaCount=2"]}"#)).unwrap();
    let field = |place: &str| {
        let mut fields = fields.unchecked_ref::<Array>().iter();
        let found = fields.find(|field| {
            get_text(field, "object.kind") == "Deployment" && get_text(field, "field") == place
        });
        found.unwrap_or_else(|| panic!("no {place}"))
    };
    let image = field("spec.template.spec.containers[0].image");
    let setting: serde_json::Value =
        serde_wasm_bindgen::from_value(get(&image, "settings.0")).unwrap();
    assert_eq!(
        setting,
        serde_json::json!({
            "path": "image.tag",
            "origin": {"kind": "file", "file": "values.yaml", "line": 2, "column": 8},
        })
    );
    assert!(get(&image, "reason").is_undefined());
    let replicas = field("spec.replicas");
    assert_eq!(
        get_text(&replicas, "settings.0.origin.flag"),
        "--set replicaCount=2"
    );
    let kind = field("kind");
    assert!(get_text(&kind, "reason").contains("every Deployment"));
    assert!(get(&kind, "settings").is_undefined());
    assert_eq!(get_text(&kind, "object.namespace"), "mlflow");

    assert_eq!(length(&explain(&text("storage: ["), &NONE).unwrap()), 0);
    assert!(type_error(explain(&js("1"), &NONE)).contains("valuesYaml"));
}

#[test]
fn credentials_can_be_taken_out() {
    let values = "mlflow:\n  backendStoreUri: postgresql://u:hunter2@db/m # kept\n";
    let clean = redact(&text(values)).unwrap();
    let after = get_text(&clean, "valuesYaml");
    assert!(
        !after.contains("hunter2") && after.contains("# kept"),
        "{after}"
    );
    let paths: Vec<_> = get(&clean, "paths")
        .unchecked_into::<Array>()
        .iter()
        .collect();
    assert_eq!(paths, [text("mlflow.backendStoreUri")]);

    let refused = redact(&text("a: [")).unwrap();
    assert!(get(&refused, "valuesYaml").is_null());
    assert_eq!(get_text(&refused, "diagnostics.0.severity"), "error");
    assert!(type_error(redact(&js("1"))).contains("valuesYaml"));
}

#[test]
fn presets_are_layers_too() {
    let by_name = render(&text(""), &js(r#"{"presets": ["quickstart"]}"#)).unwrap();
    let quickstart = preset(&text("quickstart")).unwrap();
    let by_text = render(&get(&quickstart, "valuesYaml"), &NONE).unwrap();
    assert_eq!(get_text(&by_name, "yaml"), get_text(&by_text, "yaml"));
}

#[test]
fn faults_of_the_input_are_diagnostics() {
    // An emoji is one character and two UTF-16 code units.
    let values = "# \u{1F600}\nimage: {tag: 3.10}\n";
    let result = render(&text(values), &NONE).unwrap();
    assert!(get(&result, "yaml").is_null());
    assert_eq!(length(&get(&result, "manifests")), 0);
    let found = get(&result, "diagnostics.0");
    assert_eq!(get_text(&found, "code"), "MK102");
    assert_eq!(get_text(&found, "name"), "wrong-type");
    assert_eq!(get_text(&found, "severity"), "error");
    assert_eq!(get_text(&found, "path"), "image.tag");
    let place: serde_json::Value = serde_wasm_bindgen::from_value(get(&found, "place")).unwrap();
    assert_eq!(
        place,
        serde_json::json!({
            "source": "values.yaml", "file": "values.yaml",
            "line": 2, "column": 14, "endLine": 2, "endColumn": 18,
            "start": 18, "end": 22,
        })
    );

    let fixed = apply_fix(&text(values), &get(&found, "fix")).unwrap();
    assert_eq!(
        get_text(&fixed, "valuesYaml"),
        "# \u{1F600}\nimage: {tag: '3.10'}\n"
    );
    assert_eq!(length(&get(&fixed, "diagnostics")), 0);
}

#[test]
fn unreadable_texts_and_versions_are_diagnostics() {
    for (values, options, code) in [
        ("a: [", "{}", "MK001"),
        ("- a", "{}", "MK102"),
        ("", r#"{"kubeVersion": "one"}"#, "MK210"),
        ("", r#"{"sets": ["a["]}"#, "MK001"),
        ("", r#"{"presets": ["quick"]}"#, "MK104"),
        ("", r#"{"ignore": ["MK999"]}"#, "MK104"),
    ] {
        let found = check(&text(values), &js(options)).unwrap();
        assert_eq!(get_text(&found, "0.code"), code, "{values} {options}");
    }
}

#[test]
fn rules_can_be_ignored() {
    let list = rules().unwrap();
    assert!(length(&list) > 10);
    let values = get(&list, "0.example");
    let found = render(&values, &NONE).unwrap();
    let code = get_text(&found, "diagnostics.0.code");
    assert_eq!(code, get_text(&list, "0.code"));
    let options = js(&format!(r#"{{"ignore": ["{code}"]}}"#));
    let ignored = render(&values, &options).unwrap();
    assert!(!texts(&get(&ignored, "diagnostics"), "code").contains(&code));
    assert_eq!(texts(&get(&ignored, "silenced"), "code"), [code]);
}

#[test]
fn sets_win_over_files_and_later_files_win() {
    let files = js(
        r#"[{"name": "base.yaml", "text": "replicaCount: 2\nmlflow: {backendStoreUri: 'postgresql://db/x'}\n"},
            {"text": "fullnameOverride: second\nreplicaCount: 3\n"}]"#,
    );
    let options = js(
        r#"{"sets": ["fullnameOverride=third"], "setStrings": ["podLabels.tier=1"], "release": null}"#,
    );
    Reflect::set(&options, &text("release"), &NONE).unwrap();
    let result = render(&files, &options).unwrap();
    let yaml = get_text(&result, "yaml");
    assert!(yaml.contains("replicas: 3"), "{yaml}");
    assert!(yaml.contains("name: third"), "{yaml}");
    assert!(yaml.contains("tier: \"1\""), "{yaml}");
}

#[test]
fn wrong_calls_are_type_errors_that_name_the_argument() {
    let cycle = Object::new();
    Reflect::set(&cycle, &text("self"), &cycle).unwrap();
    let fix = |json: &str| type_error(apply_fix(&text(""), &js(json)));
    let half = JsString::from_char_code1(0xd83d);
    let cut = type_error(render(&half, &NONE));
    let render = |values: &str, options: &str| type_error(render(&js(values), &js(options)));
    for (message, expected) in [
        (
            cut,
            "`valuesYaml` contains half of a surrogate pair: the text was cut in the middle of a character",
        ),
        (
            type_error(set_value(&text(""), &text("a"), &half)),
            "`value` contains half of a surrogate pair: the text was cut in the middle of a character",
        ),
        (
            type_error(check(&NONE, &NONE)),
            "`valuesYaml` must be a string or an array of {name, text}, not undefined",
        ),
        (
            render("1", "null"),
            "`valuesYaml` must be a string or an array of {name, text}, not a number",
        ),
        (
            render("[1]", "null"),
            "`valuesYaml[0]` must be an object, not a number",
        ),
        (
            render("[{\"name\": \"a\"}]", "null"),
            "`valuesYaml[0].text` must be a string, not undefined",
        ),
        (
            render("\"\"", "[]"),
            "`options` must be an object, not an array",
        ),
        (
            render("\"\"", "{\"release\": 1}"),
            "`options.release` must be a string, not a number",
        ),
        (
            render("\"\"", "{\"createNamespace\": \"yes\"}"),
            "`options.createNamespace` must be a boolean, not a string",
        ),
        (
            render("\"\"", "{\"sets\": \"a=b\"}"),
            "`options.sets` must be an array of strings, not a string",
        ),
        (
            render("\"\"", "{\"sets\": [\"a=b\", null]}"),
            "`options.sets[1]` must be a string, not null",
        ),
        (
            render("\"\"", "{\"set\": []}"),
            "there is no option `options.set`",
        ),
        (
            type_error(preset(&js("{}"))),
            "`name` must be a string, not an object",
        ),
        (
            type_error(set_value(&text(""), &js("1"), &NONE)),
            "`path` must be a string, not a number",
        ),
        (
            type_error(set_value(&text(""), &text("a"), &NONE)),
            "`value` must be a value that JSON can hold, not undefined",
        ),
        (
            type_error(set_value(&text(""), &text("a"), &cycle)),
            "`value` must be a value that JSON can hold, not an object",
        ),
        (
            type_error(set_value(
                &text(""),
                &text("a"),
                &JsValue::from_f64(f64::NAN),
            )),
            "`value` must be a value that JSON can hold, not a number",
        ),
        (
            type_error(remove_value(&NONE, &text("a"))),
            "`valuesYaml` must be a string, not undefined",
        ),
        (fix("null"), "`fix` must be an object, not null"),
        (
            fix("{}"),
            "`fix.edits` must be an array of edits, not undefined",
        ),
        (
            fix("{\"edits\": [{\"path\": \"a\", \"op\": \"add\"}]}"),
            "`fix.edits[0].op` must be \"set\" or \"remove\", not a string",
        ),
        (
            fix("{\"edits\": [{\"path\": \"a\", \"op\": \"set\"}]}"),
            "`fix.edits[0].value` must be a value that JSON can hold, not undefined",
        ),
    ] {
        assert_eq!(message, expected);
    }
}

#[test]
fn edits_leave_the_rest_alone() {
    let values = "# mine\nimage:\n  tag: a # old\n";
    let edited = set_value(&text(values), &text("image.tag"), &text("b")).unwrap();
    assert_eq!(
        get_text(&edited, "valuesYaml"),
        "# mine\nimage:\n  tag: b # old\n"
    );
    let removed = remove_value(&text(values), &text("image")).unwrap();
    assert!(!get_text(&removed, "valuesYaml").contains("tag"));
}

#[test]
fn refused_edits_say_why_and_change_nothing() {
    for (values, path, code, line) in [
        ("a: 1\nb: [", "a", "MK001", Some(2.0)),
        ("a: 1\n", "a.b", "MK102", None),
        ("a: [1]\n", "a[7]", "MK104", None),
        ("a: 1\n", "", "MK104", None),
        ("a: 1\n", "a[", "MK001", None),
    ] {
        let result = set_value(&text(values), &text(path), &text("x")).unwrap();
        assert_eq!(get_text(&result, "valuesYaml"), values);
        assert_eq!(get_text(&result, "diagnostics.0.code"), code, "{path}");
        let place = get(&result, "diagnostics.0.place");
        assert_eq!(
            line,
            (!place.is_null()).then(|| get(&place, "line").as_f64().unwrap()),
            "{path}"
        );
    }
}

#[test]
fn large_numbers_cross_the_border() {
    let fix = js(r#"{"edits": [{"op": "set", "path": "a", "value": 1e300}]}"#);
    let result = apply_fix(&text(""), &fix).unwrap();
    assert_eq!(length(&get(&result, "diagnostics")), 0, "{result:?}");
}

#[test]
fn what_is_built_in_can_be_asked_for() {
    assert!(length(&presets().unwrap()) > 5);
    assert!(preset(&text("none")).unwrap().is_undefined());
    assert!(default_values().contains("replicaCount: 1"));
    assert_eq!(version(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn all_fixes_are_applied_to_the_files_that_they_belong_to() {
    let files = js(r#"[
        {"name": "base.yaml", "text": "replicaCout: 1 # one\n"},
        {"name": "over.yaml", "text": "storage: {enabled: true}\ngarbageCollection: {enabled: true}\n"}
    ]"#);
    let options = js(
        r#"{"sets": ["mlflow.backendStoreUri=sqlite:////mlflow/a.db", "server.staticPrefix=a/"]}"#,
    );
    let report = apply_fixes(&files, &options, &NONE).unwrap();
    assert_eq!(get_text(&report, "files.0.text"), "replicaCount: 1 # one\n");
    assert_eq!(get_text(&report, "applied.0.code"), "MK101");
    assert_eq!(get_text(&report, "applied.0.files.0"), "base.yaml");
    let refused = get_text(&report, "refused.0.reason");
    assert!(refused.contains("--set"), "{refused}");
    let hints = apply_fixes(&files, &options, &js("true")).unwrap();
    assert!(length(&get(&hints, "applied")) >= length(&get(&report, "applied")));
    let message = type_error(apply_fixes(&files, &options, &js("1")));
    assert_eq!(message, "`hints` must be a boolean, not a number");
}
