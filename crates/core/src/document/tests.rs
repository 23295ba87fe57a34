use super::*;
use proptest::prelude::*;
use serde_json::json;

fn path(text: &str) -> ValuePath {
    ValuePath::parse(text).unwrap()
}

fn set(text: &str, at: &str, value: impl Into<Json>) -> String {
    let mut document = Document::new(text);
    document.set(&path(at), &value.into()).unwrap();
    document.into_text()
}

fn remove(text: &str, at: &str) -> String {
    let mut document = Document::new(text);
    document.remove(&path(at)).unwrap();
    document.into_text()
}

const VALUES: &str = "\
# My values.

image:
  tag: 'v3.17.2-full' # pinned

# The volume.
storage:
  enabled: true   # on
  # How much.
  size: 10Gi
  labels: {a: 1, b: two}
env:
  - name: A
    value: x
  - name: B
    value: |
      line 1
      line 2
list: [1, 2]
";

#[test]
fn scalars_are_replaced_in_place() {
    for (at, value, old, new) in [
        (
            "image.tag",
            json!("v3.17.3"),
            "'v3.17.2-full' #",
            "'v3.17.3' #",
        ),
        ("storage.enabled", json!(false), "true   #", "false   #"),
        ("storage.size", json!("20Gi"), "10Gi", "20Gi"),
        ("storage.labels.b", json!("on"), "b: two", "b: 'on'"),
        ("env[0].value", json!("y: z"), "value: x", "value: \"y: z\""),
        ("list[1]", json!(3), "[1, 2]", "[1, 3]"),
        (
            "env[1].value",
            json!("one line"),
            "value: |\n      line 1\n      line 2",
            "value: one line",
        ),
        (
            "storage.size",
            json!("a\nb"),
            "size: 10Gi\n",
            "size: |-\n    a\n    b\n",
        ),
    ] {
        assert_eq!(set(VALUES, at, value), VALUES.replace(old, new), "{at}");
    }
}

#[test]
fn new_keys_go_where_the_defaults_have_them() {
    assert_eq!(
        set(VALUES, "image.repository", json!("r/m")),
        VALUES.replace("  tag:", "  repository: r/m\n  tag:")
    );
    assert_eq!(
        set(VALUES, "storage.accessMode", json!("ReadWriteMany")),
        VALUES.replace(
            "  size: 10Gi\n",
            "  size: 10Gi\n  accessMode: ReadWriteMany\n"
        )
    );
    assert_eq!(
        set(VALUES, "server.value_options.workers", json!(2)),
        VALUES.replace(
            "# pinned\n",
            "# pinned\n\nserver:\n  value_options:\n    workers: 2\n"
        )
    );
    assert_eq!(
        set(VALUES, "storage.labels.c", json!([1])),
        VALUES.replace("b: two}", "b: two, c: [1]}")
    );
}

#[test]
fn lists_grow_and_shrink() {
    assert_eq!(
        set(VALUES, "env[2]", json!({"name": "C", "value": "1"})),
        VALUES.replace(
            "      line 2\n",
            "      line 2\n  - name: C\n    value: \"1\"\n"
        )
    );
    assert_eq!(
        remove(VALUES, "env[0]"),
        VALUES.replace("  - name: A\n    value: x\n", "")
    );
    assert_eq!(remove(VALUES, "list[0]"), VALUES.replace("[1, 2]", "[2]"));
    assert_eq!(remove("l:\n  - a\n", "l[0]"), "l: []\n");
    assert_eq!(set("l: []\n", "l[0]", json!("a")), "l:\n  - a\n");
    // As the author's other lists have it.
    assert_eq!(
        set("k:\n- b:\n  - c\nl: []\n", "l[0]", json!("a")),
        "k:\n- b:\n  - c\nl:\n- a\n"
    );
}

#[test]
fn an_entry_goes_with_its_comments() {
    assert_eq!(
        remove(VALUES, "storage.size"),
        VALUES.replace("  # How much.\n  size: 10Gi\n", "")
    );
    assert_eq!(
        remove(VALUES, "storage"),
        VALUES.replace(
            "# The volume.\nstorage:\n  enabled: true   # on\n  # How much.\n  size: 10Gi\n  \
             labels: {a: 1, b: two}\n",
            ""
        )
    );
    assert_eq!(
        remove(VALUES, "image.tag"),
        VALUES.replace("image:\n  tag: 'v3.17.2-full' # pinned\n", "image: {}\n")
    );
    assert_eq!(remove(VALUES, "nothing.here"), VALUES);
}

#[test]
fn a_comment_that_a_file_begins_with_stays() {
    let text = "# Ours.\nstorage: {}\n";
    let with = set(text, "image.tag", json!("v3"));
    assert_eq!(with, "# Ours.\nimage:\n  tag: v3\nstorage: {}\n");
    assert_eq!(remove(&with, "image"), text);
}

#[test]
fn texts_without_entries() {
    assert_eq!(set("", "replicaCount", json!(2)), "replicaCount: 2\n");
    assert_eq!(
        set("# a", "replicaCount", json!(2)),
        "# a\nreplicaCount: 2\n"
    );
    assert_eq!(set("{}\n", "replicaCount", json!(2)), "replicaCount: 2\n");
    assert_eq!(
        set("tls:\n", "tls.enabled", json!(true)),
        "tls:\n  enabled: true\n"
    );
    assert_eq!(
        set("tls: {}", "tls.enabled", json!(true)),
        "tls:\n  enabled: true"
    );
    assert_eq!(remove("a: 1\n", "a"), "");
}

#[test]
fn line_breaks_stay_what_they_are() {
    assert_eq!(
        set("a:\r\n  b: 1\r\n", "a.c", json!({"d": 1})),
        "a:\r\n  b: 1\r\n  c:\r\n    d: 1\r\n"
    );
}

#[test]
fn a_block_that_ends_with_the_file_stays_what_it_is() {
    // Each value has no line break at its end, as the file has none.
    for (text, at, value, expected) in [
        ("a: |\n  x", "b", json!(1), "a: |-\n  x\nb: 1"),
        (
            "# ours\na: # why\n  b: >2 # folded\n    x\n    y",
            "a.c",
            json!(1),
            "# ours\na: # why\n  b: >2- # folded\n    x\n    y\n  c: 1",
        ),
        (
            "l:\n  - |+\n    x",
            "l[1]",
            json!("z"),
            "l:\n  - |-\n    x\n  - z",
        ),
        ("a: 1\nb: |\n  x", "a", json!(2), "a: 2\nb: |\n  x"),
        // A value that ends with a line break needs one in the file.
        ("a: 1", "a", json!("x\ny\n"), "a: |\n  x\n  y\n"),
        ("a: |\n  x", "a", json!("y\nz"), "a: |-\n  y\n  z"),
    ] {
        assert_eq!(set(text, at, value), expected, "{text}");
    }
    assert_eq!(remove("a: |\n  x\nb: 1", "b"), "a: |\n  x\n");
    assert_eq!(remove("a: 1\nb: |\n  x", "a"), "b: |\n  x");
}

#[test]
fn anchors_are_never_changed_behind_the_back_of_their_aliases() {
    let text = "x-base: &base {a: 1}\none: *base\ntwo:\n  <<: *base\n  b: 2\n";
    // Editing a use leaves the anchor alone.
    let edited = set(text, "one.a", json!(2));
    assert_eq!(
        Document::new(edited.as_str()).root().unwrap().to_json(),
        json!({"x-base": {"a": 1}, "one": {"a": 2}, "two": {"b": 2, "a": 1}})
    );
    assert_eq!(
        set(text, "two.a", json!(3)),
        text.replace("  b: 2\n", "  b: 2\n  a: 3\n")
    );
    // Editing the anchor would change both uses.
    let mut document = Document::new(text);
    let refused = document.set(&path("x-base.a"), &json!(2));
    assert_eq!(refused, Err(EditError::Shared(path("x-base.a"))));
    assert_eq!(document.text(), text);
}

#[test]
fn impossible_edits_say_why() {
    let mut document = Document::new("a: 1\nl: [1]\n");
    for (at, error) in [
        ("a.b", EditError::NotACollection(path("a.b"))),
        ("l[2]", EditError::NoSuchElement(path("l[2]"))),
        ("l.x", EditError::NotACollection(path("l.x"))),
        ("", EditError::WholeDocument),
    ] {
        assert_eq!(document.set(&path(at), &json!(1)), Err(error), "{at}");
    }
    let mut faulty = Document::new("a: [");
    assert!(matches!(
        faulty.set(&path("a"), &json!(1)),
        Err(EditError::Unreadable(_))
    ));
}

/// Values as people write them.
fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        "[a-zA-Z0-9 :#'\"{}\\[\\],&*!|>%@`~=<.\\-]{0,12}".prop_map(Json::from),
        "\\PC{0,8}".prop_map(Json::from),
        "[a-z \n]{0,12}".prop_map(Json::from),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-z]{1,4}", inner), 0..4)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

/// A text with comments and blank lines, in one of several styles.
fn text() -> impl Strategy<Value = String> {
    let entries = prop::collection::vec(("[a-f]", value(), 0..6_u8), 0..6);
    (entries, any::<bool>(), any::<bool>()).prop_map(|(entries, windows, last_break)| {
        let mut seen = std::collections::BTreeSet::new();
        let mut text = String::new();
        for (key, value, style) in entries {
            if !seen.insert(key.clone()) {
                continue;
            }
            if style & 1 == 1 {
                text.push_str("\n# about the next one\n");
            }
            let entry = if style >= 4 {
                format!("{key}: {value} # in JSON\n")
            } else {
                yaml::write(&json!({ key: value }))
            };
            text.push_str(&entry);
        }
        if !last_break {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if windows {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    })
}

fn any_path() -> impl Strategy<Value = ValuePath> {
    let step = prop_oneof![
        3 => "[a-f]".prop_map(Segment::Key),
        1 => (0..3_usize).prop_map(Segment::Index),
    ];
    ("[a-f]", prop::collection::vec(step, 0..3)).prop_map(|(first, rest)| {
        let mut steps = vec![Segment::Key(first)];
        steps.extend(rest);
        steps.into()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn an_edit_changes_its_place_and_nothing_else(
        text in text(),
        path in any_path(),
        value in prop::option::of(value()),
    ) {
        let mut document = Document::new(text.as_str());
        let Ok(root) = document.root() else {
            return Ok(());
        };
        let before = root.to_json();
        let result = match &value {
            Some(value) => document.set(&path, value),
            None => document.remove(&path),
        };
        let after = document.root().map(|node| node.to_json());
        match result {
            Ok(()) => {
                let expected = changed(&before, path.segments(), value.as_ref(), &path).unwrap();
                prop_assert_eq!(after, Ok(expected), "{}", document.text());
                // Top-level entries other than the edited one keep their lines.
                let touched = path.segments()[0].clone();
                let mut forms = vec![(text.clone(), root.clone())];
                // A block at the end may have been closed.
                for closed in splice::with_closed_end(&text, &root) {
                    if let Ok(root) = parse(&closed) {
                        forms.push((closed, root.into()));
                    }
                }
                for (key, _) in before.as_object().into_iter().flatten() {
                    let stays = forms.iter().any(|(text, root)| {
                        document.text().contains(entry_lines(text, root, key))
                    });
                    prop_assert!(
                        stays || Segment::from(key.as_str()) == touched,
                        "{key} of {text}"
                    );
                }
            }
            Err(_) => {
                prop_assert_eq!(document.text(), text.as_str());
                prop_assert!(
                    changed(&before, path.segments(), value.as_ref(), &path).is_err(),
                    "refused: {:?} {} in {}", value, path, text
                );
            }
        }
    }

    #[test]
    fn removing_what_was_set_restores_the_tree(text in text(), value in value()) {
        let mut document = Document::new(text.as_str());
        let Ok(before) = document.root() else {
            return Ok(());
        };
        let path = path("new.key");
        document.set(&path, &value).unwrap();
        document.remove(&path).unwrap();
        document.remove(&self::path("new")).unwrap();
        prop_assert_eq!(document.root().unwrap().to_json(), before.to_json());
    }
}

fn entry_lines<'t>(text: &'t str, root: &Node, key: &str) -> &'t str {
    let entry = root.entry(key).unwrap();
    text[entry.key_span.start..entry.value.span.end.max(entry.key_span.end)]
        .trim_end_matches(['\n', '\r', ' '])
}

fn moved(text: &str, from: &str, to: &str, value: impl Into<Json>) -> String {
    let mut document = Document::new(text);
    let edits = [Edit::remove(&path(from)), Edit::set(&path(to), value)];
    document.apply(&edits).unwrap();
    document.into_text()
}

#[test]
fn a_renamed_key_keeps_all_but_its_name() {
    let text = "\
# Above all.
a: 1

# What it is for.
servr: # The section.
  old-name:   'one' # why
  # Inside.
  list: [ 1,2 ]
";
    assert_eq!(
        moved(
            text,
            "servr",
            "server",
            json!({"old-name": "one", "list": [1, 2]})
        ),
        text.replace("servr:", "server:")
    );
    assert_eq!(
        moved(text, "servr.old-name", "servr.new", json!("one")),
        text.replace("old-name:", "new:")
    );
    // Another value, in the place of the old one.
    assert_eq!(
        moved("a:\n  number: 2 # why\n", "a.number", "a.text", json!("2")),
        "a:\n  text: \"2\" # why\n"
    );
    assert_eq!(
        moved("{a: 1, 'b c': 2}\n", "b c", "on", json!(2)),
        "{a: 1, 'on': 2}\n"
    );
    assert_eq!(
        moved("k: {a: 1} # why\r\nb: 2\r\n", "k.a", "k.x", json!(1)),
        "k: {x: 1} # why\r\nb: 2\r\n"
    );
}

#[test]
fn a_moved_value_takes_its_comments_along() {
    assert_eq!(
        moved(
            "a:\n  b: 1\n  # What for.\n  # And more.\n  c: x # why\nd:\n  e: 2\n",
            "a.c",
            "d.c",
            json!("x")
        ),
        "a:\n  b: 1\nd:\n  e: 2\n  # What for.\n  # And more.\n  c: x # why\n"
    );
    assert_eq!(
        moved("a:\n  c: x   # why\n", "a.c", "d.f", json!("x")),
        "a: {}\nd:\n  f: x   # why\n"
    );
    // A target that is there already keeps its own.
    assert_eq!(
        moved("a: x # old\nd:\n  f: y # new\n", "a", "d.f", json!("x")),
        "d:\n  f: x # new\n"
    );
    // No place for a comment.
    assert_eq!(
        moved("a: x # old\nd: {f: y}\n", "a", "d.g", json!("x")),
        "d: {f: y, g: x} # old\n"
    );
}

#[test]
fn a_moved_section_keeps_the_comments_inside_it() {
    let text = "\
# About the file.

a:
  keep: 1
  # The section.
  inner: # why
    one:   'x'   # first

    # Above two.
    two:
    - |
      line 1

      # no comment
    - z # second
    # At its end.

  # About the next one.
  next: 1
d:
  e: 2
";
    let value = json!({"one": "x", "two": ["line 1\n\n# no comment\n", "z"]});
    let rest = "\
# About the file.

a:
  keep: 1

  # About the next one.
  next: 1
d:
  e: 2
";
    let section = "\
# The section.
NAME: # why
  one:   'x'   # first

  # Above two.
  two:
  - |
    line 1

    # no comment
  - z # second
  # At its end.
";
    let indented = |indent: &str, name: &str| {
        let section = section.replace("NAME", name);
        let lines: Vec<String> = section
            .lines()
            .map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("{indent}{line}")
                }
            })
            .collect();
        lines.join("\n") + "\n"
    };
    for (to, expected) in [
        ("d.inner", format!("{rest}{}", indented("  ", "inner"))),
        ("inner", format!("{rest}{}", indented("", "inner"))),
        (
            "d.f.other",
            format!("{rest}  f:\n{}", indented("    ", "other")),
        ),
    ] {
        assert_eq!(moved(text, "a.inner", to, value.clone()), expected, "{to}");
        let windows = moved(&text.replace('\n', "\r\n"), "a.inner", to, value.clone());
        assert_eq!(windows, expected.replace('\n', "\r\n"), "{to}");
    }
    // The last one of its parent, and of a file that ends without a line break.
    assert_eq!(
        moved("a:\n  b:\n    c: 1 # why", "a.b", "b", json!({"c": 1})),
        "a: {}\nb:\n  c: 1 # why"
    );
    // Where there is no place for lines, the value goes alone.
    assert_eq!(
        moved(
            "a:\n  b:\n    c: 1 # why\nd: {e: 2}\n",
            "a.b",
            "d.b",
            json!({"c": 1})
        ),
        "a: {}\nd: {e: 2, b: {c: 1}}\n"
    );
}

#[test]
fn edits_of_a_fix_are_done_together_or_not_at_all() {
    let at = |path| ValuePath::parse(path).unwrap();
    let set = |path| Edit::set(&at(path), json!(2));
    let remove = |path| Edit::remove(&at(path));
    let mut document = Document::new("a: 1\nb: 1\n");
    assert_eq!(document.apply(&[set("a"), remove("b")]), Ok(()));
    assert_eq!(document.text(), "a: 2\n");
    for refused in ["a.b", "", "c[1]"] {
        let error = document.apply(&[set("d"), set(refused)]).unwrap_err();
        assert_eq!(document.text(), "a: 2\n", "{refused}");
        let message = error.to_string();
        let found = error.into_diagnostics();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, message);
    }
}
