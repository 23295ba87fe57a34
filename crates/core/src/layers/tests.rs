use super::*;
use serde_json::json;

/// A tree as the reader makes it, without depending on the reader.
fn node(value: &serde_json::Value) -> Node {
    use crate::yaml::{Entry, Scalar};
    let span = Span::new(SourceId::DEFAULTS, 0, 0);
    let value = match value {
        serde_json::Value::Array(items) => Value::Sequence(items.iter().map(node).collect()),
        serde_json::Value::Object(entries) => Value::Mapping(
            entries
                .iter()
                .map(|(key, value)| Entry {
                    key: key.clone(),
                    key_reinterpreted: false,
                    key_span: span,
                    value: node(value),
                })
                .collect(),
        ),
        serde_json::Value::String(text) => Value::Scalar(Scalar::String(text.clone())),
        serde_json::Value::Number(number) => Value::Scalar(Scalar::Int(number.as_i64().unwrap())),
        serde_json::Value::Bool(value) => Value::Scalar(Scalar::Bool(*value)),
        serde_json::Value::Null => Value::Scalar(Scalar::Null),
    };
    Node { span, value }
}

fn over(defaults: &serde_json::Value, layers: &[Layer]) -> (Layered, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let layered = merge_over(&node(defaults), Sources::new(), layers, &mut diagnostics);
    (layered, diagnostics)
}

fn set(expression: &str) -> Layer {
    Layer::Set(expression.to_owned())
}

/// The only finding of a flag, as `text under the span: message`.
fn fault(layers: &[Layer]) -> String {
    let (layered, diagnostics) = over(&json!({}), layers);
    let [diagnostic] = diagnostics.as_slice() else {
        panic!("not one finding: {diagnostics:?}");
    };
    let span = diagnostic.span.unwrap();
    let text = &layered.sources.get(span.source).unwrap().text;
    format!("{}: {}", &text[span.start..span.end], diagnostic.message)
}

#[test]
fn an_object_of_a_cluster_is_no_values_file() {
    for (kind, help) in [
        (
            "Service",
            "give the values of the release, as `helm get values` prints them",
        ),
        (
            "HelmRelease",
            "give the values below `spec.values` of the HelmRelease",
        ),
        (
            "Application",
            "give the values below `spec.source.helm.valuesObject` of the Argo CD Application",
        ),
    ] {
        let file = Layer::File {
            name: "release.yaml".to_owned(),
            text: format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n"),
        };
        let (layered, diagnostics) = over(&json!({}), std::slice::from_ref(&file));
        assert_eq!(layered.user.to_json(), json!({}));
        let helps: Vec<_> = diagnostics
            .iter()
            .map(|found| found.help.as_deref())
            .collect();
        assert_eq!(helps, [Some(help)]);
        let message =
            format!("{kind}: this is a Kubernetes object of kind {kind}, not a values file");
        assert_eq!(fault(&[file]), message);
    }
}

#[test]
fn an_index_on_a_default_list_edits_a_copy() {
    let defaults = json!({"ingress": {"hosts": [{"host": "a", "paths": ["/"]}, {"host": "b"}]}});
    let (layered, diagnostics) = over(&defaults, &[set("ingress.hosts[0].host=z")]);
    assert_eq!(diagnostics, []);
    assert_eq!(
        layered.user.to_json(),
        json!({"ingress": {"hosts": [{"host": "z", "paths": ["/"]}, {"host": "b"}]}})
    );
}

#[test]
fn a_list_of_the_user_is_not_filled_from_the_defaults() {
    let defaults = json!({"hosts": [{"host": "a", "paths": ["/"]}]});
    for (first, expected) in [
        ("hosts={}", json!([{"host": "z"}])),
        ("hosts=null", json!([{"host": "z"}])),
        ("hosts={x,y}", json!([{"host": "z"}, "y"])),
    ] {
        let (layered, diagnostics) = over(&defaults, &[set(first), set("hosts[0].host=z")]);
        assert_eq!(diagnostics, [], "{first}");
        assert_eq!(layered.merged.to_json()["hosts"], expected, "{first}");
    }
}

#[test]
fn a_null_over_a_default_stays() {
    let (layered, _) = over(&json!({"a": {"b": 1, "c": 2}}), &[set("a.b=null")]);
    assert_eq!(layered.merged.to_json(), json!({"a": {"b": null, "c": 2}}));
}

#[test]
fn kinds_are_merged_in_helms_order() {
    let text = |text: &str| text.to_owned();
    let layers = [
        Layer::SetLiteral(text("literal=5")),
        Layer::SetFile {
            expression: text("file=f"),
            contents: vec![text("4")],
        },
        Layer::SetString(text("string=3,file=3,literal=3")),
        Layer::Set(text("set=2,string=2,file=2,literal=2")),
        Layer::SetJson(text("json=1,set=1,string=1,file=1,literal=1")),
    ];
    let (layered, diagnostics) = over(&json!({"json": 0}), &layers);
    assert_eq!(diagnostics, []);
    assert_eq!(
        layered.merged.to_json(),
        json!({"json": 1, "set": 2, "string": "3", "file": "4", "literal": "5"})
    );
}

#[test]
fn every_value_knows_its_flag() {
    let (layered, _) = over(&json!({}), &[set("a.b=one,l={x,two}")]);
    for (path, written) in [("a.b", "one"), ("l", "{x,two}"), ("l[1]", "two")] {
        let span = layered
            .user
            .at(&ValuePath::parse(path).unwrap())
            .unwrap()
            .span;
        let source = layered.sources.get(span.source).unwrap();
        assert_eq!(source.origin, Origin::Flag("--set"));
        assert_eq!(&source.text[span.start..span.end], written);
    }
}

/// Whoever asks which lists a user wrote must not take it for the default one.
#[test]
fn a_copy_of_a_default_list_is_the_flags() {
    for (defaults, expression) in [
        (json!({"l": []}), "l[0].a=1"),
        (json!({"l": [2]}), "l[0]=1"),
    ] {
        let (layered, _) = over(&defaults, &[set(expression)]);
        let list = layered.merged.entry("l").unwrap().value.clone();
        let source = layered.sources.get(list.span.source).unwrap();
        assert_eq!(source.origin, Origin::Flag("--set"), "{expression}");
        assert_eq!(&source.text[list.span.start..list.span.end], "l");
    }
}

#[test]
fn faults_say_where_they_are() {
    for (expression, expected) in [
        ("a", "a: `a` has no value"),
        ("a.b", "a.b: `a.b` has no value"),
        ("a.", "a.: `a.` has no value"),
        ("x=1,a[0]", "a[0]: `a[0]` has no value"),
        ("a[0", "[0: a `[` has no `]`"),
        ("a=1,,b=2", ": there is nothing before this comma"),
        ("a[-2]=x", "-2: the list index -2 is negative"),
        ("a[x]=y", "[x: `[x]` is not a list index"),
        (
            "a[65537]=y",
            "65537: the list index 65537 is greater than the limit of 65536",
        ),
        ("a[0]b=y", "b: `b` is not allowed after a list index"),
        ("a={b,c", "{b,c: a list that starts with `{` has no `}`"),
        ("a=1,a.b=2", "b: `a` is a number, not a mapping"),
        ("a=x,a[0]=2", "0: `a` is text, not a list"),
        ("m..x=1", "m..x: a key in the path has no name"),
        (
            ".a=1",
            ".a: a key in the path has no name, so the flag sets nothing",
        ),
    ] {
        assert_eq!(fault(&[set(expression)]), expected, "{expression}");
    }
    let json = |text: &str| fault(&[Layer::SetJson(text.to_owned())]);
    assert_eq!(json("a=é"), "é: the value is not JSON: expected value");
    assert_eq!(json(r#"{"a": 1}"#), r#"{"a": 1}: `{"a": 1}` has no value"#);
    assert_eq!(
        json("a=[1,"),
        ": the value is not JSON: EOF while parsing a value"
    );
}

#[test]
fn what_is_too_deep_or_too_long_is_refused() {
    let deep = |levels: usize| format!("{}=1", vec!["a"; levels].join("."));
    let (_, diagnostics) = over(&json!({}), &[set(&deep(31))]);
    assert_eq!(diagnostics, []);
    assert!(fault(&[set(&deep(32))]).contains("more than 30 levels"));
    assert!(fault(&[set(&format!("a{}=1", "[0]".repeat(40)))]).contains("more than 30 levels"));
    let long: Vec<String> = (0..17).map(|list| format!("l{list}[65535]=")).collect();
    assert!(fault(&[set(&long.join(","))]).contains("too long"));
}

#[test]
fn set_file_reads_names_in_lists_too() {
    let expression = r"a=one.txt,b={two,th\,ree},c[1].d=four";
    assert_eq!(
        set_file_names(expression).unwrap(),
        ["one.txt", "two", "th,ree", "four"]
    );
    let contents = ["1\n", "2", "3", "4"].map(str::to_owned).to_vec();
    let (layered, diagnostics) = over(
        &json!({}),
        &[Layer::SetFile {
            expression: expression.to_owned(),
            contents,
        }],
    );
    assert_eq!(diagnostics, []);
    assert_eq!(
        layered.user.to_json(),
        json!({"a": "1\n", "b": ["2", "3"], "c": [null, {"d": "4"}]})
    );
    assert!(set_file_names("a=").is_err());
    assert_eq!(set_file_names("a").unwrap_err().span, None);
}

#[test]
fn a_flag_with_a_fault_changes_nothing() {
    let (layered, diagnostics) = over(&json!({}), &[set("a=1,b")]);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(layered.user.to_json(), json!({}));
}

#[test]
fn an_unknown_preset_is_refused() {
    let (_, diagnostics) = over(&json!({}), &[Layer::Preset("nope".to_owned())]);
    assert_eq!(diagnostics[0].message, "there is no preset `nope`");
}

mod laws {
    use super::*;
    use crate::path::Segment;
    use proptest::prelude::*;

    fn tree() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[a-z]{0,3}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                mapping_of(inner),
            ]
        })
    }

    fn mapping_of(
        inner: impl Strategy<Value = serde_json::Value>,
    ) -> impl Strategy<Value = serde_json::Value> {
        prop::collection::vec(("[a-d]", inner), 0..6)
            .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect()))
    }

    fn mapping() -> impl Strategy<Value = serde_json::Value> {
        mapping_of(tree())
    }

    fn merged(base: &serde_json::Value, over: &serde_json::Value) -> serde_json::Value {
        merge::merge(&node(base), node(over)).to_json()
    }

    /// Helm's own merge, as short as it can be said.
    fn model(base: &serde_json::Value, over: &serde_json::Value) -> serde_json::Value {
        match (base, over) {
            (serde_json::Value::Object(base), serde_json::Value::Object(over)) => {
                let mut both = base.clone();
                for (key, value) in over {
                    let value = base
                        .get(key)
                        .map_or(value.clone(), |below| model(below, value));
                    both.insert(key.clone(), value);
                }
                both.into()
            }
            _ => over.clone(),
        }
    }

    fn path() -> impl Strategy<Value = ValuePath> {
        let segment = prop_oneof![
            3 => ".{1,4}".prop_map(Segment::Key),
            1 => (0_usize..4).prop_map(Segment::Index),
        ];
        (".{1,4}", prop::collection::vec(segment, 0..6)).prop_map(|(first, rest)| {
            let mut segments = vec![Segment::Key(first)];
            segments.extend(rest);
            ValuePath::from(segments)
        })
    }

    fn escaped(value: &str) -> String {
        value
            .chars()
            .flat_map(|character| ['\\', character])
            .collect()
    }

    proptest! {
        #[test]
        fn nothing_over_something_changes_nothing(base in mapping()) {
            prop_assert_eq!(merged(&base, &json!({})), base);
        }

        #[test]
        fn something_over_nothing_is_itself(over in mapping()) {
            prop_assert_eq!(merged(&json!({}), &over), over);
        }

        #[test]
        fn merging_is_helms(base in mapping(), over in mapping()) {
            prop_assert_eq!(merged(&base, &over), model(&base, &over));
        }

        #[test]
        fn merging_twice_is_merging_once(base in mapping(), over in mapping()) {
            let once = merged(&base, &over);
            prop_assert_eq!(merged(&once, &over), once);
        }

        /// Associative wherever no mapping is replaced by something else: what
        /// replaced it forgets the mapping's keys, and when depends on the order.
        #[test]
        fn grouping_does_not_matter_for_mappings(
            [one, two, three] in [mapping(), mapping(), mapping()].prop_filter(
                "kinds agree",
                |trees| {
                    let all = trees.iter().fold(json!({}), |all, tree| merged(&all, tree));
                    trees.iter().all(|tree| same_kinds(tree, &all))
                },
            )
        ) {
            prop_assert_eq!(
                merged(&merged(&one, &two), &three),
                merged(&one, &merged(&two, &three))
            );
        }

        #[test]
        fn no_key_is_lost(base in mapping(), over in mapping()) {
            let both = merged(&base, &over);
            for tree in [&base, &over] {
                for key in tree.as_object().unwrap().keys() {
                    prop_assert!(both.get(key).is_some());
                }
            }
        }

        /// More keys than [`merge`] looks up one by one.
        #[test]
        fn wide_mappings_merge_alike(
            base in prop::collection::hash_set(0_u8..80, 0..60),
            over in prop::collection::hash_set(0_u8..80, 0..60),
        ) {
            let wide = |keys: &std::collections::HashSet<u8>, value: i64| {
                let mut keys: Vec<_> = keys.iter().copied().collect();
                keys.sort_unstable();
                serde_json::Value::Object(
                    keys.iter().map(|key| (key.to_string(), value.into())).collect(),
                )
            };
            let (base, over) = (wide(&base, 1), wide(&over, 2));
            prop_assert_eq!(merged(&base, &over), model(&base, &over));
        }

        #[test]
        fn what_is_set_can_be_read_back(path in path(), value in ".{0,8}") {
            for layer in [
                Layer::SetString(format!("{path}={}", escaped(&value))),
                Layer::SetJson(format!("{path}={}", json!(value))),
            ] {
                let (layered, diagnostics) = over(&json!({}), &[layer]);
                prop_assert_eq!(diagnostics, []);
                prop_assert_eq!(layered.user.at(&path).unwrap().to_json(), json!(value));
            }
        }

        #[test]
        fn no_text_is_too_strange(text in r"[ab.=,{}\[\]0-9\\ é]{0,12}|\PC{0,12}") {
            for layer in [
                Layer::Set(text.clone()),
                Layer::SetString(text.clone()),
                Layer::SetJson(text.clone()),
                Layer::SetLiteral(text.clone()),
                Layer::SetFile { expression: text.clone(), contents: Vec::new() },
            ] {
                let (layered, diagnostics) = over(&json!({}), &[layer]);
                for span in diagnostics.iter().filter_map(|diagnostic| diagnostic.span) {
                    let source = layered.sources.get(span.source).unwrap();
                    prop_assert!(source.text.get(span.start..span.end).is_some());
                }
            }
        }
    }

    fn same_kinds(tree: &serde_json::Value, all: &serde_json::Value) -> bool {
        match (tree, all) {
            (serde_json::Value::Object(tree), serde_json::Value::Object(all)) => tree
                .iter()
                .all(|(key, value)| all.get(key).is_some_and(|all| same_kinds(value, all))),
            (tree, all) => tree.is_object() == all.is_object(),
        }
    }
}
