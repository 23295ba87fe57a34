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
        // Room for most releases. Without it, growing took a fifth of the time.
        const USUAL_LENGTH: usize = 16 * 1024;
        Self {
            text: String::with_capacity(USUAL_LENGTH),
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
            match known_form(key) {
                Some(form) => self.known(form, key),
                // A key stands on one line.
                None if key.contains(['\n', '\r']) => self.text.push_str(&quoted_text(key)),
                None => self.text.push_str(&library_text(key)),
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
        const BLANKS: &str = "                                ";
        let mut left = indent;
        while left > 0 {
            let some = BLANKS.get(..left).unwrap_or(BLANKS);
            self.text.push_str(some);
            left -= some.len();
        }
    }

    /// Appends a text in a form that was found without the library.
    fn known(&mut self, form: Form, text: &str) {
        match form {
            Form::Bare => self.text.push_str(text),
            Form::Quoted => {
                self.text.push('"');
                self.text.push_str(text);
                self.text.push('"');
            }
        }
    }

    /// Appends a text that the library wrote.
    fn lines(&mut self, written: &str, indent: usize) {
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

    /// Appends a scalar or an empty collection, without a line break behind it.
    fn scalar(&mut self, value: &Value, indent: usize) {
        let start = self.text.len();
        match value {
            Value::String(string) => match known_form(string) {
                Some(form) => self.known(form, string),
                None => self.lines(&library_text(string), indent),
            },
            Value::Object(_) => self.text.push_str("{}"),
            Value::Array(_) => self.text.push_str("[]"),
            Value::Null => self.text.push_str("null"),
            Value::Bool(true) => self.text.push_str("true"),
            Value::Bool(false) => self.text.push_str("false"),
            Value::Number(number) => self.text.push_str(&number.to_string()),
        }
        if let Some(leaves) = &mut self.leaves {
            leaves.push(start..self.text.len());
        }
    }
}

/// How a text is written that needs no look of the library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is.
    Bare,
    /// In double quotes, with nothing to escape.
    Quoted,
}

/// The form of most texts that stand in objects: words, names, paths, URIs,
/// options of a command, numbers that are texts. `None` for what the library
/// decides; where this decides, the library would say the same, but for `nan`,
/// `inf` and spellings such as `nULL`, which it quotes for readers that are laxer
/// than YAML.
fn known_form(text: &str) -> Option<Form> {
    let bytes = text.as_bytes();
    let is_word = match bytes {
        [] => return Some(Form::Quoted),
        [b'-', b'-', b'a'..=b'z' | b'A'..=b'Z', ..] | [b'/', ..] => false,
        [b'a'..=b'z' | b'A'..=b'Z', ..] => true,
        [b'0'..=b'9', rest @ ..] => {
            return rest.iter().all(u8::is_ascii_digit).then_some(Form::Quoted);
        }
        _ => return None,
    };
    let is_harmless = bytes.iter().all(|byte| is_harmless_inside(*byte)) || has_only_gaps(bytes);
    if !is_harmless || text.ends_with(':') {
        None
    } else if is_word && resolve(text) != Implicit::String {
        Some(Form::Quoted)
    } else {
        Some(Form::Bare)
    }
}

/// Whether all characters are harmless but for single blanks, which end nothing
/// and behind which nothing begins.
fn has_only_gaps(bytes: &[u8]) -> bool {
    let mut words = bytes.split(|byte| *byte == b' ').peekable();
    std::iter::from_fn(|| Some((words.next()?, words.peek().is_none()))).all(|(word, is_last)| {
        let begins = |byte: &u8| byte.is_ascii_alphanumeric() || b"-/".contains(byte);
        word.first().is_some_and(begins)
            && (is_last || word.last() != Some(&b':'))
            && word.iter().all(|byte| is_harmless_inside(*byte))
    })
}

/// Whether a character can stand inside a bare text of a block, whatever stands around it.
fn is_harmless_inside(byte: u8) -> bool {
    // Each letter that is written is looked up here.
    static HARMLESS: [bool; 256] = {
        let harmless = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\
                         -_./=:@,*[]+%?&$();~";
        let mut table = [false; 256];
        let mut rest: &[u8] = harmless;
        while let [byte, others @ ..] = rest {
            #[expect(clippy::indexing_slicing, reason = "the compiler runs it")]
            {
                table[*byte as usize] = true;
            }
            rest = others;
        }
        table
    };
    HARMLESS.get(usize::from(byte)).is_some_and(|known| *known)
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

    /// Texts near to what decides on a form: words of YAML, numbers, times,
    /// signs, blanks.
    fn hostile_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zA-Z0-9 :#'\"{}\\[\\],&*!|>%@`~=<.+?$();/\n\t\\\\-]{0,4}",
            prop::sample::select(vec![
                "y",
                "Yes",
                "NO",
                "on",
                "Off",
                "true",
                "FALSE",
                "null",
                "Null",
                "nULL",
                "--",
                "---",
                "...",
                ": ",
                " #",
                "- ",
                " ",
                "0",
                "12",
                "0x1F",
                "0o7",
                "0b1",
                "1e3",
                "12:30",
                "2026-11-21",
                "_",
                "a",
                "z",
                "<<",
                "=",
                "/",
                "\u{e9}",
                "\u{85}",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    /// What the writer makes of a text without the library; `None` where it asks.
    fn known(text: &str) -> Option<String> {
        let mut writer = Writer::new(Dashes::BelowKey, None);
        writer.known(known_form(text)?, text);
        Some(writer.text)
    }

    #[test]
    fn usual_texts_need_no_library() {
        for (text, form) in [
            ("", Form::Quoted),
            ("yes", Form::Quoted),
            ("NULL", Form::Quoted),
            ("5000", Form::Quoted),
            ("0755", Form::Quoted),
            ("yesterday", Form::Bare),
            ("app.kubernetes.io/name", Form::Bare),
            ("--host=0.0.0.0", Form::Bare),
            ("/mlflow", Form::Bare),
            (
                "postgresql://u:p%40@db:5432/mlflow?sslmode=require",
                Form::Bare,
            ),
            ("exec mlflow gc --older-than 30d", Form::Bare),
        ] {
            assert_eq!(known_form(text), Some(form), "{text}");
            assert_eq!(known(text), Some(library_text(text)), "{text}");
        }
        for text in [
            "a: b", "a #b", "a ", "a:", "-", "--1", "1.5", "a\nb", "'a", "*",
        ] {
            assert_eq!(known_form(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn known_forms_are_the_library_s(text in prop_oneof![hostile_text(), any::<String>()]) {
            let exceptions = ["nan", "inf", "null", "true", "false"];
            let is_exception = exceptions.iter().any(|word| word.eq_ignore_ascii_case(&text));
            if let Some(known) = known(&text) && !is_exception {
                prop_assert_eq!(known, library_text(&text));
            }
        }
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in value()) {
            let written = write(&value);
            prop_assert_eq!(read_back(&written), value, "{}", written);
        }
    }
}
