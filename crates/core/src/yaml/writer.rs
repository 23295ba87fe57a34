//! Objects to text that YAML 1.1 and YAML 1.2 readers understand alike.

use super::{Implicit, resolve};
use serde_json::{Map, Value};
use serde_saphyr::SerializerOptions;
use std::collections::BTreeMap;
use std::ops::Range;

/// Quotes what either version of YAML would read as something else than text;
/// several lines become a literal block; long lines stay whole, because
/// folded ones are hard to read and to search.
fn options() -> SerializerOptions {
    serde_saphyr::ser_options! {
        yaml_12: false,
        folded_wrap_chars: usize::MAX,
        compact_list_indent: true,
    }
}

/// Writes one document, without `---`, ending in a newline.
pub fn write(value: &Value) -> String {
    write_with(value, Dashes::BelowKey)
}

/// The same, with the dashes of lists where they are wanted.
pub(crate) fn write_with(value: &Value, dashes: Dashes) -> String {
    let mut writer = Writer::new(dashes, None);
    writer.document(value);
    writer.text
}

/// Where the dashes of a list stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dashes {
    /// Below the first letter of the list's key, as `kubectl` and Helm write them.
    BelowKey,
    /// Two columns further, as most people write them.
    Indented,
}

/// Writes several documents, each after `---`.
pub fn write_all<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut writer = Writer::new(Dashes::BelowKey, None);
    writer.documents(values);
    writer.text
}

/// The same, and where in the text each scalar and each empty collection
/// stands, in the order of a walk through the values.
pub(crate) fn write_all_with_places<'a>(
    values: impl IntoIterator<Item = &'a Value>,
) -> (String, Vec<Range<usize>>) {
    let mut writer = Writer::new(Dashes::BelowKey, Some(Vec::new()));
    writer.documents(values);
    (writer.text, writer.leaves.unwrap_or_default())
}

/// Writes one document in which every text is quoted and on one line.
pub(crate) fn write_quoted(value: &Value) -> String {
    let options = serde_saphyr::ser_options! {
        quote_all: true,
        prefer_block_scalars: false,
        compact_list_indent: true,
    };
    serde_saphyr::to_string_with_options(value, options).unwrap_or_default()
}

/// Puts documents together. The library decides how each text is written; the
/// lines around them are put together here, because it would look at every
/// key of every object as if it might need quotes, which was most of the time
/// that a render took.
struct Writer {
    text: String,
    dashes: Dashes,
    /// Where scalars and empty collections were written, if somebody wants to know.
    leaves: Option<Vec<Range<usize>>>,
}

impl Writer {
    fn new(dashes: Dashes, leaves: Option<Vec<Range<usize>>>) -> Self {
        Self {
            text: String::new(),
            dashes,
            leaves,
        }
    }

    fn documents<'a>(&mut self, values: impl IntoIterator<Item = &'a Value>) {
        for value in values {
            self.text.push_str("---\n");
            self.document(value);
        }
    }

    fn document(&mut self, value: &Value) {
        match value {
            Value::Object(fields) if !fields.is_empty() => self.mapping(fields, 0, ""),
            Value::Array(items) if !items.is_empty() => self.sequence(items, 0, ""),
            scalar => {
                self.scalar(scalar, 0);
                self.text.push('\n');
            }
        }
    }

    /// Appends entries, the first one behind what is on its line already
    /// (`first` is its margin), the others on lines of their own.
    fn mapping(&mut self, fields: &Map<String, Value>, indent: usize, first: &str) {
        for (position, (key, value)) in fields.iter().enumerate() {
            if position == 0 {
                self.text.push_str(first);
            } else {
                self.margin(indent);
            }
            match key {
                key if is_bare_word(key) => self.text.push_str(key),
                // A key stands on one line.
                key if key.contains(['\n', '\r']) => self.text.push_str(&quoted_text(key)),
                key => self.text.push_str(&library_text(key)),
            }
            self.text.push(':');
            self.below(value, indent);
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, first: &str) {
        for (position, item) in items.iter().enumerate() {
            if position == 0 {
                self.text.push_str(first);
            } else {
                self.margin(indent);
            }
            self.text.push('-');
            match item {
                Value::Object(fields) if !fields.is_empty() => {
                    self.mapping(fields, indent + 2, " ");
                }
                Value::Array(items) if !items.is_empty() => {
                    self.sequence(items, indent + 2, " ");
                }
                scalar => {
                    self.text.push(' ');
                    self.scalar(scalar, indent + 2);
                    self.text.push('\n');
                }
            }
        }
    }

    /// Appends the value of a key.
    fn below(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                self.text.push('\n');
                self.margin(indent + 2);
                self.mapping(fields, indent + 2, "");
            }
            Value::Array(items) if !items.is_empty() => {
                let indent = match self.dashes {
                    Dashes::BelowKey => indent,
                    Dashes::Indented => indent + 2,
                };
                self.text.push('\n');
                self.margin(indent);
                self.sequence(items, indent, "");
            }
            scalar => {
                self.text.push(' ');
                self.scalar(scalar, indent + 2);
                self.text.push('\n');
            }
        }
    }

    fn margin(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    /// Appends a scalar or an empty collection, without a line break behind it.
    fn scalar(&mut self, value: &Value, indent: usize) {
        let start = self.text.len();
        match value {
            Value::String(string) if is_bare_word(string) => self.text.push_str(string),
            Value::String(string) => {
                let written = library_text(string);
                let mut lines = written.split('\n');
                self.text.push_str(lines.next().unwrap_or_default());
                for line in lines {
                    self.text.push('\n');
                    if !line.is_empty() {
                        // The library indents the lines of a block by two.
                        self.margin(indent.saturating_sub(2));
                        self.text.push_str(line);
                    }
                }
            }
            Value::Object(_) => self.text.push_str("{}"),
            Value::Array(_) => self.text.push_str("[]"),
            scalar => self.text.push_str(&scalar.to_string()),
        }
        if let Some(leaves) = &mut self.leaves {
            leaves.push(start..self.text.len());
        }
    }
}

/// Text that every version of YAML reads as itself where it stands in a
/// block: no blanks, nothing that begins another kind of node, and not one of
/// the words that are values. What is none of these the library decides.
fn is_bare_word(text: &str) -> bool {
    let begins = |first: char| first.is_ascii_alphabetic() || first == '/';
    text.starts_with(begins)
        && !text.ends_with(':')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./=:@,*[]".contains(&byte))
        && resolve(text) == Implicit::String
}

/// A text as the library writes it as the value of a key, without a line break at its end.
fn library_text(text: &str) -> String {
    // libyaml takes a tab at the start of a block's line for indentation.
    if text.lines().any(|line| line.starts_with('\t')) {
        return quoted_text(text);
    }
    let entry = BTreeMap::from([("k", text)]);
    // Text can always be written.
    let written = serde_saphyr::to_string_with_options(&entry, options()).unwrap_or_default();
    let written = written.strip_prefix("k: ").unwrap_or_default();
    written.strip_suffix('\n').unwrap_or(written).to_owned()
}

/// A text in quotes, on one line.
fn quoted_text(text: &str) -> String {
    let written = write_quoted(&Value::from(text));
    written.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// The text as YAML 1.2 reads it.
    fn read_back(text: &str) -> Value {
        serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn objects_look_as_people_write_them() {
        let object = json!({
            "kind": "ConfigMap",
            "metadata": {"name": "a", "labels": {"on": "yes", "a/b": "1.10"}},
            "list": [{"name": "x", "env": [{"a": 1}]}, [1, [2, []]], "plain", {}],
            "script": "one\n  two\n",
            "none": null,
        });
        assert_eq!(
            write(&object),
            "\
kind: ConfigMap
metadata:
  name: a
  labels:
    \"on\": \"yes\"
    a/b: \"1.10\"
list:
- name: x
  env:
  - a: 1
- - 1
  - - 2
    - []
- plain
- {}
script: |
  one
    two
none: null
"
        );
        assert_eq!(read_back(&write(&object)), object);
    }

    #[test]
    fn what_yaml_1_1_reads_otherwise_is_quoted() {
        for text in [
            "",
            "~",
            "null",
            "yes",
            "No",
            "on",
            "OFF",
            "y",
            "n",
            "true",
            "1",
            "-1",
            "+1",
            "0755",
            "0o17",
            "0x1f",
            "0b1_0",
            "1_000",
            "1.5",
            ".5",
            "1e3",
            ".inf",
            ".NaN",
            "1:30",
            "2026-11-21",
            "=",
            "<<",
            "-",
            "- a",
            "a: b",
            "a #b",
            "#a",
            " a",
            "a ",
            "a\t",
            "\t",
            "[a]",
            "{a}",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "'a",
            "\"a",
            "a:",
            "?",
            "? a",
            "---",
            "...",
            "a\u{85}b",
            "a\u{2028}b",
            "\u{feff}a",
            "a\u{7f}b",
            "a\0b",
            "\u{1f600}",
        ] {
            let document = json!({ "key": text, text: ["x", text] });
            let written = write(&document);
            assert_eq!(read_back(&written), document, "{written}");
            let bare = format!("key: {text}\n");
            let is_word = text == "\u{1f600}";
            assert_eq!(written.starts_with(&bare), is_word, "{written}");
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            "[a-zA-Z0-9 :#'\"{}\\[\\],&*!|>%@`~=<.\n\t\\-]{0,12}",
            "\\PC{0,8}",
            any::<String>(),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in value()) {
            let written = write(&value);
            prop_assert_eq!(read_back(&written), value, "{}", written);
        }
    }
}
