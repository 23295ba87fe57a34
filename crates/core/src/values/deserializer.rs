//! A serde deserializer over [`Node`]s that reports every fault with its
//! place, reads bare scalars as the field's type wants them, and notices keys
//! that nobody reads.
//!
//! Serde stops at the first fault. To report all of them together, the place
//! of a fault is left out and the reading starts again, until it succeeds.
//!
//! Whatever is generic here is compiled for each of some two hundred types, so
//! it only hands over what functions that are not generic have found.

use crate::diagnostic::{Code, Diagnostic};
use crate::path::{Place, ValuePath};
use crate::source::Span;
use crate::yaml::{Entry, Implicit, Node, Scalar, Value, resolve};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use std::cell::RefCell;
use std::fmt::Display;

/// Faults after which reading gives up: nobody reads more, and each costs another pass.
const MAX_FAULTS: usize = 50;

/// Reads a `T`. What cannot be read is reported, left out and named in the
/// second result; fields left out have their defaults. So have the entries of
/// the first level that nobody wrote, which are not read at all.
pub(super) fn from_node<T: DeserializeOwned + Default>(
    node: &Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> (T, Vec<ValuePath>) {
    let mut left_out = Vec::new();
    loop {
        let Pass { result, unread } = pass(node, &left_out, Defaults::Known);
        let fault = match result {
            Ok(value) => {
                diagnostics.extend(unread.into_iter().map(|key| key.diagnostic));
                return (value, left_out);
            }
            Err(fault) => fault,
        };
        let reason = *fault.0;
        let path = reason.place.map(|place| place.0).unwrap_or_default();
        let stuck = path.segments().is_empty() || left_out.contains(&path);
        diagnostics.extend(reason.diagnostic);
        left_out.push(path);
        if stuck || left_out.len() > MAX_FAULTS {
            diagnostics.extend(unread.into_iter().map(|key| key.diagnostic));
            return (T::default(), vec![ValuePath::root()]);
        }
    }
}

/// Reads a `T` from a variation of a tree that could be read. The first fault
/// is the result.
pub(super) fn from_variation<T: DeserializeOwned>(node: &Node) -> Result<T, Refused> {
    // A variation may stand below an entry that nobody wrote.
    let pass = pass(node, &[], Defaults::Read);
    let (path, words) = match (pass.result, pass.unread.into_iter().next()) {
        (Ok(value), None) => return Ok(value),
        (Ok(_), Some(key)) => (key.diagnostic.path, key.siblings),
        (Err(fault), _) => {
            let reason = *fault.0;
            let path = reason.place.map(|(path, _)| path).unwrap_or_default();
            (path, reason.words)
        }
    };
    Err(Refused { path, words })
}

/// Why a variation cannot be read.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The place that cannot be read.
    pub(crate) path: ValuePath,
    /// The words that could stand there, if they are known: values of an
    /// enumeration, or keys in place of an unknown one.
    pub(crate) words: &'static [&'static str],
}

/// What comes of reading a tree as far as its first fault.
struct Pass<T> {
    result: Result<T, Fault>,
    /// The keys that nobody reads.
    unread: Vec<Unread>,
}

/// Reads a `T` as far as its first fault, and finds the keys that nobody reads.
/// Nulls that mean the default are left out as well, all of them together.
fn pass<T: DeserializeOwned>(node: &Node, left_out: &[ValuePath], defaults: Defaults) -> Pass<T> {
    let mut skipped = left_out.to_vec();
    loop {
        skipped.sort_unstable();
        let reading = Reading {
            skipped: &skipped,
            defaults,
            unread: RefCell::default(),
            unset: RefCell::default(),
        };
        let deserializer = NodeDeserializer {
            node,
            place: Place::Root,
            reading: &reading,
            key_span: None,
            siblings: &[],
            number_as_text: false,
        };
        let result = T::deserialize(&deserializer);
        let unset = reading.unset.into_inner();
        if unset.is_empty() {
            let unread = reading.unread.into_inner();
            return Pass { result, unread };
        }
        skipped.extend(unset);
    }
}

/// What is done with the entries of the first level that are as the built-in
/// defaults have them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Defaults {
    /// They are left out: `T::default()` has their values, which a test holds.
    Known,
    /// They are read.
    Read,
}

/// What one pass knows and finds.
struct Reading<'a> {
    /// Places that are read as if nobody had written them, sorted.
    skipped: &'a [ValuePath],
    defaults: Defaults,
    unread: RefCell<Vec<Unread>>,
    /// Nulls that mean the default; the reading begins again without them.
    unset: RefCell<Vec<ValuePath>>,
}

/// A key that nobody reads.
struct Unread {
    diagnostic: Diagnostic,
    /// The keys that could stand there.
    siblings: &'static [&'static str],
}

/// Why a pass stopped. Small, because every result carries one.
#[derive(Debug)]
pub(super) struct Fault(Box<Reason>);

#[derive(Debug)]
struct Reason {
    diagnostic: Option<Diagnostic>,
    message: String,
    /// What a visitor wanted instead of what it got.
    expected: Option<String>,
    code: Code,
    place: Option<(ValuePath, Span)>,
    /// The words that could stand there, if it takes one of some.
    words: &'static [&'static str],
}

impl Fault {
    /// A visitor's complaint, which does not know its place.
    fn of_visitor(code: Code, message: String, expected: Option<String>) -> Self {
        Self(Box::new(Reason {
            diagnostic: None,
            message,
            expected,
            code,
            place: None,
            words: &[],
        }))
    }

    fn at(path: ValuePath, span: Span, diagnostic: Option<Diagnostic>) -> Self {
        Self(Box::new(Reason {
            diagnostic,
            message: String::new(),
            expected: None,
            code: Code::WRONG_TYPE,
            place: Some((path, span)),
            words: &[],
        }))
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::of_visitor(Code::WRONG_TYPE, message.to_string(), None)
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let message = "a value of the wrong type".to_owned();
        Self::of_visitor(Code::WRONG_TYPE, message, Some(expected.to_string()))
    }

    fn missing_field(field: &'static str) -> Self {
        let message = format!("the key `{field}` is missing");
        Self::of_visitor(Code::MISSING_KEY, message, None)
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
    #[inline(never)]
    fn placed(&self, mut fault: Fault) -> Fault {
        let reason = &mut *fault.0;
        if reason.place.is_none() {
            let path = self.place.path();
            let diagnostic = match &reason.expected {
                Some(expected) => self.wrong_type(expected),
                None => Diagnostic::error(
                    reason.code,
                    path.clone(),
                    format!("`{path}`: {}", reason.message),
                ),
            };
            reason.diagnostic = Some(diagnostic.at(self.node.span));
            reason.place = Some((path, self.node.span));
        }
        fault
    }

    fn fault(&self, diagnostic: Diagnostic) -> Fault {
        let span = self.node.span;
        Fault::at(diagnostic.path.clone(), span, Some(diagnostic.at(span)))
    }

    /// Whether the value is null where that means "as if nobody had written
    /// it". The reading goes on with any value, and begins again without the place.
    fn is_unset(&self) -> bool {
        let is_unset = self.node.is_null();
        if is_unset {
            let mut unset = self.reading.unset.borrow_mut();
            unset.push(self.place.path());
        }
        is_unset
    }

    fn wrong_type(&self, expected: &str) -> Diagnostic {
        let path = self.place.path();
        let subject = if path.segments().is_empty() {
            "the values file".to_owned()
        } else {
            format!("`{path}`")
        };
        Diagnostic::error(
            Code::WRONG_TYPE,
            path,
            format!(
                "{subject} must be {expected}, but is {}",
                describe(self.node)
            ),
        )
    }

    /// The number that is written or meant: `5000`, `"5000"`, `0644`, `1.0`.
    fn whole_number(&self) -> Option<i64> {
        let Value::Scalar(scalar) = &self.node.value else {
            return None;
        };
        match scalar {
            Scalar::Plain(text) => match resolve(text) {
                Implicit::Int(number) => Some(number),
                Implicit::Float(number) => whole(number),
                _ => None,
            },
            Scalar::Int(number) => Some(*number),
            Scalar::Float(number) => whole(*number),
            Scalar::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    #[inline(never)]
    fn integer(&self, least: i64, most: i64) -> Result<i64, Fault> {
        if self.is_unset() {
            return Ok(least);
        }
        let Some(number) = self.whole_number() else {
            return Err(self.fault(self.wrong_type("a whole number")));
        };
        if !(least..=most).contains(&number) {
            return Err(self.fault(Diagnostic::error(
                Code::INVALID_VALUE,
                self.place.path(),
                format!(
                    "`{}` is {number}, but must be from {least} to {most}",
                    self.place.path()
                ),
            )));
        }
        Ok(number)
    }

    #[inline(never)]
    fn boolean(&self) -> Result<bool, Fault> {
        let value = match &self.node.value {
            _ if self.node.is_null() => Some(false),
            Value::Scalar(Scalar::Bool(value)) => Some(*value),
            Value::Scalar(Scalar::Plain(text)) => match resolve(text) {
                Implicit::Bool(value) => Some(value),
                _ => None,
            },
            _ => None,
        };
        if let Some(value) = value {
            return Ok(value);
        }
        let mut diagnostic = self.wrong_type("true or false");
        if let Value::Scalar(Scalar::String(text)) = &self.node.value
            && is_true_or_false(text)
        {
            let meant = text.eq_ignore_ascii_case("true");
            let path = self.place.path();
            diagnostic = diagnostic
                .help(format!("remove the quotes: `{meant}`"))
                .fix_set(format!("Write `{meant}` without quotes"), &path, meant);
        }
        Err(self.fault(diagnostic))
    }

    #[inline(never)]
    fn text(&self) -> Result<&str, Fault> {
        // A null element of a list has no default; it is an empty text.
        if matches!(self.place, Place::Key(..)) && self.is_unset() {
            return Ok("");
        }
        let expected = "text";
        let Value::Scalar(scalar) = &self.node.value else {
            return Err(self.fault(self.wrong_type(expected)));
        };
        let written = match scalar {
            Scalar::String(text) => return Ok(text),
            Scalar::Plain(text) => match resolve(text) {
                Implicit::String => return Ok(text),
                Implicit::Null => return Ok(""),
                // `yes` in a text field was meant as that word; `true` more likely as a switch.
                Implicit::Bool(_) if !is_true_or_false(text) => return Ok(text),
                Implicit::Int(_) | Implicit::Float(_) if self.number_as_text => return Ok(text),
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
            format!("to keep it exactly as you wrote it, put it in quotes: `\"{written}\"`")
        } else {
            format!("to give it as text, use `--set-string '{path}={written}'`")
        };
        let title = format!("Write `\"{written}\"` as text");
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
        const MAX_LENGTH: usize = 40;
        let line: String = text.chars().take(MAX_LENGTH).collect();
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
                Implicit::Null => "null".to_owned(),
                Implicit::Bool(_) => format!("the boolean {text}"),
                Implicit::Int(_) | Implicit::Float(_) => format!("the number {text}"),
                Implicit::String => format!("the text \"{}\"", short(text)),
            },
        },
    }
}

macro_rules! integers {
    ($($method:ident: $least:expr, $most:expr;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.integer($least, $most) {
                Ok(number) => self.or_placed(visitor.visit_i64(number)),
                Err(fault) => Err(fault),
            }
        })+
    };
}

impl<'de> de::Deserializer<'de> for &NodeDeserializer<'_> {
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
        let Some(scalar) = self.scalar() else {
            return match &self.node.value {
                Value::Sequence(_) => self.deserialize_seq(visitor),
                _ => self.deserialize_map(visitor),
            };
        };
        self.or_placed(match scalar {
            Seen::Null => visitor.visit_unit(),
            Seen::Bool(value) => visitor.visit_bool(value),
            Seen::Int(value) => visitor.visit_i64(value),
            Seen::Float(value) => visitor.visit_f64(value),
            Seen::Text(text) => visitor.visit_str(text),
        })
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.boolean() {
            Ok(value) => self.or_placed(visitor.visit_bool(value)),
            Err(fault) => Err(fault),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.number() {
            Ok(number) => self.or_placed(visitor.visit_f64(number)),
            Err(fault) => Err(fault),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.text() {
            Ok(text) => self.or_placed(visitor.visit_str(text)),
            Err(fault) => Err(fault),
        }
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
        self.or_placed(if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        })
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
        self.or_placed(visitor.visit_newtype_struct(&NodeDeserializer {
            number_as_text: name == "Quantity",
            ..*self
        }))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.elements() {
            Ok(elements) => self.or_placed(visitor.visit_seq(elements)),
            Err(fault) => Err(fault),
        }
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
        match self.entries(Keys::Free) {
            Ok(entries) => self.or_placed(visitor.visit_map(entries)),
            Err(fault) => Err(fault),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.entries(Keys::Fields(fields)) {
            Ok(entries) => self.or_placed(visitor.visit_map(entries)),
            Err(fault) => Err(fault),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.variant(variants) {
            Ok(text) => self.or_placed(visitor.visit_enum(text.into_deserializer())),
            Err(fault) => Err(fault),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.note_unread();
        visitor.visit_unit()
    }
}

/// A scalar as a visitor sees it that takes anything.
enum Seen<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
}

impl Seen<'_> {
    fn float(value: f64) -> Self {
        match whole(value) {
            Some(number) => Self::Int(number),
            None => Self::Float(value),
        }
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
    /// A visitor's result; its error with this place.
    fn or_placed<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        match result {
            Ok(value) => Ok(value),
            Err(fault) => Err(self.placed(fault)),
        }
    }

    /// What the node holds, if that is a scalar.
    #[inline(never)]
    fn scalar(&self) -> Option<Seen<'_>> {
        let Value::Scalar(scalar) = &self.node.value else {
            return None;
        };
        Some(match scalar {
            Scalar::String(text) => Seen::Text(text),
            Scalar::Null => Seen::Null,
            Scalar::Bool(value) => Seen::Bool(*value),
            Scalar::Int(value) => Seen::Int(*value),
            Scalar::Float(value) => Seen::float(*value),
            Scalar::Plain(text) => match resolve(text) {
                Implicit::Null => Seen::Null,
                Implicit::Bool(value) => Seen::Bool(value),
                Implicit::Int(value) => Seen::Int(value),
                Implicit::Float(value) => Seen::float(value),
                Implicit::String => Seen::Text(text),
            },
        })
    }

    #[inline(never)]
    fn number(&self) -> Result<f64, Fault> {
        match self.node.to_json() {
            serde_json::Value::Number(number) => number.as_f64(),
            serde_json::Value::String(text) => text.parse().ok(),
            _ => None,
        }
        .ok_or_else(|| self.fault(self.wrong_type("a number")))
    }

    #[inline(never)]
    fn variant(&self, variants: &'static [&'static str]) -> Result<&str, Fault> {
        if self.node.is_null() && variants.contains(&"") {
            return Ok("");
        }
        if self.is_unset() {
            return Ok(variants.first().copied().unwrap_or_default());
        }
        let text = self.text()?;
        if variants.contains(&text) {
            return Ok(text);
        }
        let path = self.place.path();
        let mut diagnostic = Diagnostic::error(
            Code::INVALID_VALUE,
            path.clone(),
            format!("`{path}` does not accept {}", describe(self.node)),
        )
        .help(format!("use {}", one_of(variants)));
        if let Some(meant) = nearest(text, variants) {
            diagnostic = diagnostic.fix_set(format!("Change it to `{meant}`"), &path, meant);
        }
        let mut fault = self.fault(diagnostic);
        fault.0.words = variants;
        Err(fault)
    }

    #[inline(never)]
    fn elements(&self) -> Result<Elements<'_>, Fault> {
        let items: &[Node] = match &self.node.value {
            Value::Sequence(items) => items,
            _ if self.node.is_null() => &[],
            _ => {
                return Err(self.fault(
                    self.wrong_type("a list")
                        .help("write each element on a line of its own, after `- `"),
                ));
            }
        };
        Ok(Elements {
            parent: self,
            items: items.iter().enumerate(),
        })
    }

    #[inline(never)]
    fn entries(&self, keys: Keys) -> Result<Entries<'_>, Fault> {
        let entries: &[Entry] = match &self.node.value {
            Value::Mapping(entries) => entries,
            _ if self.node.is_null() => &[],
            _ => {
                return Err(self.fault(
                    self.wrong_type("a mapping")
                        .help("write each key on an indented line of its own: `key: value`"),
                ));
            }
        };
        Ok(Entries {
            parent: self,
            keys,
            rest: entries.iter(),
            current: None,
        })
    }

    /// Reports a key that no field takes.
    fn note_unread(&self) {
        let path = self.place.path();
        let unknown = super::read::unknown_key(&path, self.node, self.siblings)
            .at(self.key_span.unwrap_or(self.node.span));
        self.reading.unread.borrow_mut().push(Unread {
            diagnostic: unknown,
            siblings: self.siblings,
        });
    }
}

struct Elements<'a> {
    parent: &'a NodeDeserializer<'a>,
    items: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
}

impl<'a> Elements<'a> {
    #[inline(never)]
    fn advance(&mut self) -> Option<NodeDeserializer<'a>> {
        for (index, node) in self.items.by_ref() {
            let place = Place::Index(&self.parent.place, index);
            let skipped = self.parent.reading.skipped;
            if !skipped.is_empty() && skipped.binary_search(&place.path()).is_ok() {
                continue;
            }
            return Some(NodeDeserializer {
                node,
                place,
                reading: self.parent.reading,
                key_span: None,
                siblings: &[],
                number_as_text: false,
            });
        }
        None
    }
}

impl<'de> de::SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(deserializer) = self.advance() else {
            return Ok(None);
        };
        match seed.deserialize(&deserializer) {
            Ok(value) => Ok(Some(value)),
            Err(fault) => Err(deserializer.placed(fault)),
        }
    }
}

struct Entries<'a> {
    parent: &'a NodeDeserializer<'a>,
    keys: Keys,
    rest: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
}

/// Whether a key of the first level is not ours: `x-…` holds anchors, `global`
/// belongs to an umbrella chart.
pub(crate) fn is_foreign(key: &str) -> bool {
    (key.starts_with("x-") || key == "global") && key != "x-mlflow-k8s"
}

impl<'a> Entries<'a> {
    /// The next key, if there is one.
    #[inline(never)]
    fn advance(&mut self) -> Result<Option<&'a str>, Fault> {
        for entry in self.rest.by_ref() {
            let place = Place::Key(&self.parent.place, &entry.key);
            let skipped = self.parent.reading.skipped;
            if !skipped.is_empty() && skipped.binary_search(&place.path()).is_ok() {
                continue;
            }
            if matches!(self.parent.place, Place::Root) {
                // A mapping that a layer says anything of has that layer's place.
                let is_known = self.parent.reading.defaults == Defaults::Known
                    && entry.value.span.is_default();
                if is_known || is_foreign(&entry.key) {
                    continue;
                }
            }
            if entry.key_reinterpreted && matches!(self.keys, Keys::Free) {
                let path = place.path();
                let diagnostic = Diagnostic::error(
                    Code::AMBIGUOUS_KEY,
                    path.clone(),
                    format!("YAML reads this key without quotes as `{}`", entry.key),
                )
                .at(entry.key_span)
                .help("to keep the key exactly as you wrote it, put it in quotes");
                return Err(Fault::at(path, entry.key_span, Some(diagnostic)));
            }
            self.current = Some(entry);
            return Ok(Some(&entry.key));
        }
        Ok(None)
    }

    /// The value of the key before.
    #[inline(never)]
    fn value(&mut self) -> Result<NodeDeserializer<'a>, Fault> {
        let entry = self
            .current
            .take()
            .ok_or_else(|| <Fault as de::Error>::custom("a value without its key"))?;
        Ok(NodeDeserializer {
            node: &entry.value,
            place: Place::Key(&self.parent.place, &entry.key),
            reading: self.parent.reading,
            key_span: Some(entry.key_span),
            siblings: match self.keys {
                Keys::Fields(fields) => fields,
                Keys::Free => &[],
            },
            number_as_text: false,
        })
    }
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        match self.advance() {
            Ok(Some(key)) => seed.deserialize(key.into_deserializer()).map(Some),
            Ok(None) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        match self.value() {
            Ok(deserializer) => match seed.deserialize(&deserializer) {
                Ok(value) => Ok(value),
                Err(fault) => Err(deserializer.placed(fault)),
            },
            Err(fault) => Err(fault),
        }
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

/// The word that was most likely meant, if any is near enough: two thirds of
/// the longer one must be the same. Less makes `migrations` of `tolerations`.
pub(crate) fn nearest<'a>(written: &str, words: &[&'a str]) -> Option<&'a str> {
    const NEAR: f64 = 2.0 / 3.0;
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

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_a_slip_is_taken_for_another_word() {
        const WORDS: &[&str] = &[
            "server",
            "service",
            "tolerations",
            "env",
            "envFrom",
            "replicaCount",
            "ingress",
            "staticPrefix",
            "allowed-hosts",
            "DENY",
            "tls",
        ];
        for (written, meant) in [
            ("servr", Some("server")),
            ("sevrer", Some("server")),
            ("svc", None),
            ("toleration", Some("tolerations")),
            ("migrations", None),
            ("replicas", None),
            ("replicaCout", Some("replicaCount")),
            ("replica_count", Some("replicaCount")),
            ("ingres", Some("ingress")),
            ("egress", Some("ingress")),
            ("static-prefix", Some("staticPrefix")),
            ("prefix", None),
            ("allowed_host", Some("allowed-hosts")),
            ("Deny", Some("DENY")),
            ("ssl", None),
            ("TLS", Some("tls")),
            ("tsl", Some("tls")),
        ] {
            assert_eq!(nearest(written, WORDS), meant, "{written}");
        }
    }
}
