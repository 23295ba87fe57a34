//! The objects and their table of fields against the types of `k8s-openapi`,
//! which are generated from Kubernetes' API.

use super::api;
use super::schema::Schema;
use super::{Tree, Type};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An object with every field that its table knows, at every depth.
fn with_all_fields(schema: &Schema) -> Value {
    let fields = schema.fields.iter().zip(schema.types);
    Value::Object(
        fields
            .map(|(name, kind)| ((*name).to_owned(), sample(kind)))
            .collect(),
    )
}

fn sample(kind: &Type) -> Value {
    match kind {
        // Also a point in time, for the one field that is none of a text.
        Type::Text => json!("2026-01-31T12:00:00Z"),
        Type::Quantity => json!("1500m"),
        Type::Boolean => json!(true),
        Type::Int32 => json!(i32::MIN),
        Type::Int64 => json!(i64::MIN),
        Type::IntOrString => json!(8080),
        Type::Any => json!({"free": ["form"]}),
        Type::Object(schema) => with_all_fields(schema),
        Type::List(element) => json!([sample(element), sample(element)]),
        Type::Labels => json!({"a": "b"}),
        Type::Map(element) => json!({"a": sample(element), "b": sample(element)}),
    }
}

/// Both types keep a tree as it is: `Ours` loses no field,
/// and `Theirs` knows all of them, and of the same types.
fn keep_everything<Ours: Tree, Theirs: Serialize + DeserializeOwned>(schema: &Schema) {
    let tree = with_all_fields(schema);
    let name = schema.name;
    let text = tree.to_string();
    let ours = Ours::from_tree(tree.clone()).and_then(|ours| ours.to_tree());
    let mut ours = ours.unwrap_or_default();
    ours.sort_all_objects();
    assert_eq!(ours.to_string(), text, "{name}");
    let theirs: Theirs =
        serde_json::from_value(tree).unwrap_or_else(|error| panic!("{name}: {error}"));
    let theirs = serde_json::to_value(theirs).unwrap();
    assert_eq!(theirs.to_string(), text, "{name}");
}

/// What is required is what the other types cannot do without.
fn requires_the_same<Theirs: Serialize + DeserializeOwned>(schema: &Schema) {
    let empty: Theirs = serde_json::from_value(json!({})).unwrap();
    let empty = serde_json::to_value(empty).unwrap();
    let required: Vec<&str> = empty
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(required, schema.required, "{}", schema.name);
}

macro_rules! against_k8s_openapi {
    ($($ours:ident by $schema:ident as $($theirs:ident)::+,)+) => {
        #[test]
        fn no_field_is_lost_or_unknown() {
            $(keep_everything::<super::$ours, k8s_openapi::api::$($theirs)::+>(&api::$schema);)+
        }

        #[test]
        fn required_fields() {
            $(requires_the_same::<k8s_openapi::api::$($theirs)::+>(&api::$schema);)+
        }
    };
}
super::readable_types!(against_k8s_openapi);

/// What the API server drops is neither read nor written; a pointer's zero stays.
#[test]
fn what_the_api_server_drops_is_left_out() {
    let text = "\
command: []
env: [{name: EMPTY, value: ''}, {name: SET, value: a}]
image: example.com/a
lifecycle: {preStop: {httpGet: {host: '', httpHeaders: [], port: 80}}}
name: a
ports: [{containerPort: 80, hostPort: 0, name: ''}]
resources: {limits: {}, requests: {cpu: 0}}
securityContext: {capabilities: {drop: []}, privileged: false, runAsUser: 0}
startupProbe: {httpGet: {path: '', port: 80}, initialDelaySeconds: 0, terminationGracePeriodSeconds: 0}
tty: false
volumeMounts: [{mountPath: /a, name: a, readOnly: false, subPath: ''}]
";
    let container: super::Container = serde_yaml::from_str(text).unwrap();
    let expected = json!({
        "env": [{"name": "EMPTY"}, {"name": "SET", "value": "a"}],
        "image": "example.com/a",
        "lifecycle": {"preStop": {"httpGet": {"port": 80}}},
        "name": "a",
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "0"}},
        "securityContext": {"capabilities": {}, "privileged": false, "runAsUser": 0},
        "startupProbe": {"httpGet": {"port": 80}, "terminationGracePeriodSeconds": 0},
        "volumeMounts": [{"mountPath": "/a", "name": "a"}],
    });
    assert_eq!(container.to_tree(), Some(expected));

    let made = super::Probe {
        initial_delay_seconds: Some(0),
        period_seconds: Some(10),
        ..super::Probe::default()
    };
    assert_eq!(made.to_tree(), Some(json!({"periodSeconds": 10})));
}
