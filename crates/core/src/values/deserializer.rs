//! A serde deserializer over [`Node`]s that reports every fault with its
//! place, reads bare scalars as the field's type wants them, and notices keys
//! that nobody reads.
//!
//! Serde stops at the first fault. To report all of them together, the place
//! of a fault is left out and the reading starts again, until it succeeds.

use crate::diagnostic::{Code, Diagnostic};
use crate::path::{Segment, ValuePath};
use crate::source::Span;
use crate::yaml::{Entry, Node, Resolved, Scalar, Value, resolve};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use std::cell::RefCell;
use std::fmt::Display;

/// Faults after which reading gives up: nobody reads more, and each costs another pass.
const MOST_FAULTS: usize = 50;

/// Reads a `T`. What cannot be read is reported, left out and named in the
/// second result; fields left out have their defaults.
pub(super) fn from_node<T: DeserializeOwned + Default>(
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> (T, Vec<ValuePath>) {
    let mut left_out = Vec::new();
    loop {
        let reading = Reading {
            left_out: &left_out,
            unread: RefCell::default(),
        };
        let deserializer = NodeDeserializer {
            node,
            place: Place::Root,
            reading: &reading,
            key_span: None,
            siblings: &[],
            number_as_text: false,
        };
        let result = T::deserialize(deserializer);
        let unread = reading.unread.into_inner();
        let fault = match result {
            Ok(value) => {
                diagnostics.extend(unread);
                return (value, left_out);
            }
            Err(fault) => fault,
        };
        let path = fault.place.map(|place| place.0).unwrap_or_default();
        let stuck = path.segments().is_empty() || left_out.contains(&path);
        if let Some(diagnostic) = fault.diagnostic {
            diagnostics.push(*diagnostic);
        }
        left_out.push(path);
        if stuck || left_out.len() > MOST_FAULTS {
            diagnostics.extend(unread);
            return (T::default(), vec![ValuePath::root()]);
        }
    }
}

/// What one pass knows and finds.
struct Reading<'a> {
    left_out: &'a [ValuePath],
    unread: RefCell<Vec<Diagnostic>>,
}

/// The way from the root, kept on the stack until somebody asks for it.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root,
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn path(&self) -> ValuePath {
        let mut segments = Vec::new();
        let mut place = self;
        loop {
            match place {
                Place::Root => break,
                Place::Key(parent, key) => {
                    segments.push(Segment::from(*key));
                    place = parent;
                }
                Place::Index(parent, index) => {
                    segments.push(Segment::Index(*index));
                    place = parent;
                }
            }
        }
        segments.reverse();
        segments.into()
    }
}

/// Why a pass stopped.
#[derive(Debug)]
pub(super) struct Fault {
    /// `None` when leaving the place out is all there is to do: a null where
    /// null means "the default".
    diagnostic: Option<Box<Diagnostic>>,
    message: String,
    /// What a visitor wanted instead of what it got.
    expected: Option<String>,
    code: Code,
    place: Option<Box<(ValuePath, Span)>>,
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self {
            diagnostic: None,
            message: message.to_string(),
            expected: None,
            code: Code::WRONG_TYPE,
            place: None,
        }
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self {
            expected: Some(expected.to_string()),
            ..Self::custom("a value of the wrong type")
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            diagnostic: None,
            message: format!("the key `{field}` is missing"),
            expected: None,
            code: Code::MISSING_KEY,
            place: None,
        }
    }
}

#[derive(Clone, Copy)]
struct NodeDeserializer<'a> {
    node: &'a Node,
    place: Place<'a>,
    reading: &'a Reading<'a>,
    /// The key whose value this is, and the keys that could stand there.
    key_span: Option<Span>,
    siblings: &'static [&'static str],
    /// Quantities are text, but everybody writes `cpu: 2`.
    number_as_text: bool,
}

impl NodeDeserializer<'_> {
    /// Gives an error of the visitor its place, unless a deeper node already did.
    fn placed(&self, mut fault: Fault) -> Fault {
        if fault.place.is_none() {
            let path = self.place.path();
            let diagnostic = match &fault.expected {
                Some(expected) => self.wrong_type(expected),
                None => Diagnostic::error(
                    fault.code,
                    path.clone(),
                    format!("`{path}`: {}", fault.message),
                ),
            };
            fault.diagnostic = Some(Box::new(diagnostic.at(self.node.span)));
            fault.place = Some(Box::new((path, self.node.span)));
        }
        fault
    }

    fn fault(&self, diagnostic: Diagnostic) -> Fault {
        Fault {
            message: diagnostic.message.clone(),
            expected: None,
            code: diagnostic.code,
            place: Some(Box::new((diagnostic.path.clone(), self.node.span))),
            diagnostic: Some(Box::new(diagnostic.at(self.node.span))),
        }
    }

    /// The value is null where that means "as if it had not been written".
    fn default_wanted(&self) -> Fault {
        Fault {
            diagnostic: None,
            message: String::new(),
            expected: None,
            code: Code::WRONG_TYPE,
            place: Some(Box::new((self.place.path(), self.node.span))),
        }
    }

    fn wrong_type(&self, expected: &str) -> Diagnostic {
        let path = self.place.path();
        let subject = if path.segments().is_empty() {
            "the values".to_owned()
        } else {
            format!("`{path}`")
        };
        Diagnostic::error(
            Code::WRONG_TYPE,
            path,
            format!("{subject} takes {expected}, not {}", describe(self.node)),
        )
    }

    /// The number that is written or meant: `5000`, `"5000"`, `0644`, `1.0`.
    fn whole_number(&self) -> Option<i64> {
        let Value::Scalar(scalar) = &self.node.value else {
            return None;
        };
        match scalar {
            Scalar::Plain(text) => match resolve(text) {
                Resolved::Int(number) => Some(number),
                Resolved::Float(number) => whole(number),
                _ => None,
            },
            Scalar::Int(number) => Some(*number),
            Scalar::Float(number) => whole(*number),
            Scalar::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn integer<'de, V: Visitor<'de>>(
        self,
        visitor: V,
        least: i64,
        most: i64,
    ) -> Result<V::Value, Fault> {
        if self.node.is_null() {
            return Err(self.default_wanted());
        }
        let Some(number) = self.whole_number() else {
            return Err(self.fault(self.wrong_type("a whole number")));
        };
        if !(least..=most).contains(&number) {
            return Err(self.fault(Diagnostic::error(
                Code::INVALID_VALUE,
                self.place.path(),
                format!(
                    "`{}` is {number}, outside {least} to {most}",
                    self.place.path()
                ),
            )));
        }
        visitor
            .visit_i64(number)
            .map_err(|fault| self.placed(fault))
    }

    fn text(&self) -> Result<&str, Fault> {
        let expected = "text";
        let Value::Scalar(scalar) = &self.node.value else {
            return Err(self.fault(self.wrong_type(expected)));
        };
        let written = match scalar {
            Scalar::String(text) => return Ok(text),
            Scalar::Plain(text) => match resolve(text) {
                Resolved::String => return Ok(text),
                Resolved::Null => return Ok(""),
                // `yes` in a text field was meant as that word; `true` more likely as a switch.
                Resolved::Bool(_) if !is_true_or_false(text) => return Ok(text),
                Resolved::Int(_) | Resolved::Float(_) if self.number_as_text => return Ok(text),
                _ => text.clone(),
            },
            Scalar::Null => return Ok(""),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(value) => value.to_string(),
            Scalar::Float(value) => value.to_string(),
        };
        let path = self.place.path();
        let from_file = matches!(scalar, Scalar::Plain(_));
        let help = if from_file {
            format!("quote it to keep it as it is written: \"{written}\"")
        } else {
            format!("use --set-string to give it as text: --set-string '{path}={written}'")
        };
        let title = format!("Write \"{written}\" as text");
        Err(self.fault(
            self.wrong_type(expected)
                .help(help)
                .fix_set(title, &path, written),
        ))
    }
}

/// The number without its `.0`, if it has no other fraction and 64 bits hold it.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn is_true_or_false(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

/// What a node is, for "not the number 3".
fn describe(node: &Node) -> String {
    fn short(text: &str) -> String {
        const MOST: usize = 40;
        let line: String = text.chars().take(MOST).collect();
        if line.len() < text.len() {
            format!("{line}…")
        } else {
            line
        }
        .escape_debug()
        .to_string()
    }
    match &node.value {
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
        Value::Scalar(scalar) => match scalar {
            Scalar::String(text) => format!("the text \"{}\"", short(text)),
            Scalar::Null => "null".to_owned(),
            Scalar::Bool(value) => format!("the boolean {value}"),
            Scalar::Int(value) => format!("the number {value}"),
            Scalar::Float(value) => format!("the number {value}"),
            Scalar::Plain(text) => match resolve(text) {
                Resolved::Null => "null".to_owned(),
                Resolved::Bool(_) => format!("the boolean {text}"),
                Resolved::Int(_) | Resolved::Float(_) => format!("the number {text}"),
                Resolved::String => format!("the text \"{}\"", short(text)),
            },
        },
    }
}

macro_rules! integers {
    ($($method:ident: $least:expr, $most:expr;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.integer(visitor, $least, $most)
        })+
    };
}

impl<'de> de::Deserializer<'de> for NodeDeserializer<'_> {
    type Error = Fault;

    integers! {
        deserialize_i8: i64::from(i8::MIN), i64::from(i8::MAX);
        deserialize_i16: i64::from(i16::MIN), i64::from(i16::MAX);
        deserialize_i32: i64::from(i32::MIN), i64::from(i32::MAX);
        deserialize_i64: i64::MIN, i64::MAX;
        deserialize_u8: 0, i64::from(u8::MAX);
        deserialize_u16: 0, i64::from(u16::MAX);
        deserialize_u32: 0, i64::from(u32::MAX);
        deserialize_u64: 0, i64::MAX;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            Value::Sequence(_) => return self.deserialize_seq(visitor),
            Value::Mapping(_) => return self.deserialize_map(visitor),
            Value::Scalar(scalar) => match scalar {
                Scalar::String(text) => visitor.visit_str(text),
                Scalar::Null => visitor.visit_unit(),
                Scalar::Bool(value) => visitor.visit_bool(*value),
                Scalar::Int(value) => visitor.visit_i64(*value),
                Scalar::Float(value) => match whole(*value) {
                    Some(number) => visitor.visit_i64(number),
                    None => visitor.visit_f64(*value),
                },
                Scalar::Plain(text) => match resolve(text) {
                    Resolved::Null => visitor.visit_unit(),
                    Resolved::Bool(value) => visitor.visit_bool(value),
                    Resolved::Int(value) => visitor.visit_i64(value),
                    Resolved::Float(value) => match whole(value) {
                        Some(number) => visitor.visit_i64(number),
                        None => visitor.visit_f64(value),
                    },
                    Resolved::String => visitor.visit_str(text),
                },
            },
        };
        result.map_err(|fault: Fault| self.placed(fault))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let value = match &self.node.value {
            _ if self.node.is_null() => Some(false),
            Value::Scalar(Scalar::Bool(value)) => Some(*value),
            Value::Scalar(Scalar::Plain(text)) => match resolve(text) {
                Resolved::Bool(value) => Some(value),
                _ => None,
            },
            _ => None,
        };
        if let Some(value) = value {
            return visitor
                .visit_bool(value)
                .map_err(|fault| self.placed(fault));
        }
        let mut diagnostic = self.wrong_type("true or false");
        if let Value::Scalar(Scalar::String(text)) = &self.node.value
            && is_true_or_false(text)
        {
            let meant = text.eq_ignore_ascii_case("true");
            let path = self.place.path();
            diagnostic = diagnostic
                .help(format!("write it without quotes: {meant}"))
                .fix_set(format!("Write {meant} without quotes"), &path, meant);
        }
        Err(self.fault(diagnostic))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number = match self.node.to_json() {
            serde_json::Value::Number(number) => number.as_f64(),
            serde_json::Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) => visitor
                .visit_f64(number)
                .map_err(|fault| self.placed(fault)),
            None => Err(self.fault(self.wrong_type("a number"))),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor
            .visit_str(self.text()?)
            .map_err(|fault| self.placed(fault))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
        .map_err(|fault: Fault| self.placed(fault))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() {
            visitor.visit_unit()
        } else {
            Err(self.fault(self.wrong_type("null")))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor
            .visit_newtype_struct(Self {
                number_as_text: name == "Quantity",
                ..self
            })
            .map_err(|fault: Fault| self.placed(fault))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let items: &[Node] = match &self.node.value {
            Value::Sequence(items) => items,
            _ if self.node.is_null() => &[],
            _ => {
                return Err(self.fault(
                    self.wrong_type("a list")
                        .help("start each element on its own line with `- `"),
                ));
            }
        };
        visitor
            .visit_seq(Elements {
                parent: &self,
                items: items.iter().enumerate(),
            })
            .map_err(|fault| self.placed(fault))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.mapping(visitor, Keys::Free)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.mapping(visitor, Keys::Fields(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.node.is_null() && !variants.contains(&"") {
            return Err(self.default_wanted());
        }
        let text = self.text()?;
        if !variants.contains(&text) {
            let path = self.place.path();
            let mut diagnostic = Diagnostic::error(
                Code::INVALID_VALUE,
                path.clone(),
                format!("`{path}` cannot be {}", describe(self.node)),
            )
            .help(format!("it takes {}", one_of(variants)));
            if let Some(meant) = nearest(text, variants) {
                diagnostic = diagnostic.fix_set(format!("Write {meant}"), &path, meant);
            }
            return Err(self.fault(diagnostic));
        }
        visitor
            .visit_enum(text.into_deserializer())
            .map_err(|fault: Fault| self.placed(fault))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let path = self.place.path();
        let unknown = super::read::unknown_key(&path, self.node, self.siblings)
            .at(self.key_span.unwrap_or(self.node.span));
        self.reading.unread.borrow_mut().push(unknown);
        visitor.visit_unit()
    }
}

/// Which keys a mapping has.
#[derive(Clone, Copy)]
enum Keys {
    /// Those of a struct.
    Fields(&'static [&'static str]),
    /// Whatever its author wrote.
    Free,
}

impl NodeDeserializer<'_> {
    fn mapping<'de, V: Visitor<'de>>(self, visitor: V, keys: Keys) -> Result<V::Value, Fault> {
        let entries: &[Entry] = match &self.node.value {
            Value::Mapping(entries) => entries,
            _ if self.node.is_null() => &[],
            _ => {
                return Err(self.fault(
                    self.wrong_type("a mapping")
                        .help("write its keys on lines of their own, indented: `key: value`"),
                ));
            }
        };
        visitor
            .visit_map(Entries {
                parent: &self,
                keys,
                rest: entries.iter(),
                current: None,
            })
            .map_err(|fault| self.placed(fault))
    }
}

struct Elements<'a> {
    parent: &'a NodeDeserializer<'a>,
    items: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
}

impl<'de> de::SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        for (index, node) in self.items.by_ref() {
            let place = Place::Index(&self.parent.place, index);
            let left_out = self.parent.reading.left_out;
            if !left_out.is_empty() && left_out.contains(&place.path()) {
                continue;
            }
            let deserializer = NodeDeserializer {
                node,
                place,
                reading: self.parent.reading,
                key_span: None,
                siblings: &[],
                number_as_text: false,
            };
            return seed
                .deserialize(deserializer)
                .map(Some)
                .map_err(|fault| deserializer.placed(fault));
        }
        Ok(None)
    }
}

struct Entries<'a> {
    parent: &'a NodeDeserializer<'a>,
    keys: Keys,
    rest: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
}

/// `x-…` holds anchors, `global` belongs to an umbrella chart: neither is
/// ours, except for this tool's own settings.
fn is_foreign(parent: Place<'_>, key: &str) -> bool {
    matches!(parent, Place::Root)
        && (key.starts_with("x-") || key == "global")
        && key != "x-mlflow-k8s"
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        for entry in self.rest.by_ref() {
            let place = Place::Key(&self.parent.place, &entry.key);
            let left_out = self.parent.reading.left_out;
            if !left_out.is_empty() && left_out.contains(&place.path()) {
                continue;
            }
            if is_foreign(self.parent.place, &entry.key) {
                continue;
            }
            if entry.key_reinterpreted && matches!(self.keys, Keys::Free) {
                let path = place.path();
                return Err(Fault {
                    message: String::new(),
                    expected: None,
                    code: Code::AMBIGUOUS_KEY,
                    diagnostic: Some(Box::new(
                        Diagnostic::error(
                            Code::AMBIGUOUS_KEY,
                            path.clone(),
                            format!("YAML reads this bare key as `{}`", entry.key),
                        )
                        .at(entry.key_span)
                        .help("quote the key to keep it as it is written"),
                    )),
                    place: Some(Box::new((path, entry.key_span))),
                });
            }
            self.current = Some(entry);
            return seed
                .deserialize(entry.key.as_str().into_deserializer())
                .map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let entry = self
            .current
            .take()
            .ok_or_else(|| <Fault as de::Error>::custom("a value without its key"))?;
        let deserializer = NodeDeserializer {
            node: &entry.value,
            place: Place::Key(&self.parent.place, &entry.key),
            reading: self.parent.reading,
            key_span: Some(entry.key_span),
            siblings: match self.keys {
                Keys::Fields(fields) => fields,
                Keys::Free => &[],
            },
            number_as_text: false,
        };
        seed.deserialize(deserializer)
            .map_err(|fault| deserializer.placed(fault))
    }
}

/// `a, b or c`, an empty text as `""`.
pub(super) fn one_of(words: &[&str]) -> String {
    let shown: Vec<&str> = words
        .iter()
        .map(|word| if word.is_empty() { "\"\"" } else { word })
        .collect();
    match shown.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The word that was most likely meant, if any is near enough.
pub(crate) fn nearest<'a>(written: &str, words: &[&'a str]) -> Option<&'a str> {
    const NEAR: f64 = 0.6;
    let fold = |word: &str| word.replace(['-', '_'], "").to_lowercase();
    let folded = fold(written);
    words
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| {
            (
                strsim::normalized_damerau_levenshtein(&folded, &fold(word)),
                *word,
            )
        })
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}
