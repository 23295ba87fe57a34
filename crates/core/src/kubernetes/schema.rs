//! What Kubernetes knows of the fields of its objects, and reading by it.

use super::tree::Tree;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// The fields of an object.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The name in Kubernetes' API, `EnvVar`.
    pub(crate) name: &'static str,
    /// The fields.
    pub(crate) fields: &'static [&'static str],
    /// Their types, in the same order.
    pub(crate) types: &'static [Type],
    /// Those that the API server refuses the object without.
    pub(crate) required: &'static [&'static str],
    /// Those that are newer than the oldest Kubernetes.
    pub(crate) since: &'static [(&'static str, Since)],
    /// Words that are newer than their fields.
    pub(crate) words: &'static [(&'static str, &'static str, Since)],
    /// A bit for each field: whether the API server drops it where it is
    /// `false`, 0 or empty.
    pub(crate) dropped: u64,
}

/// The first minor version of Kubernetes that has something without anybody
/// switching a feature gate on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// The minor version.
    Minor(u8),
    /// None up to the newest.
    Gated,
}

/// One entry of the table: fields beside their types.
macro_rules! object {
    ($constant:ident = $name:literal, required: [$($required:literal),*], {
        $($field:literal: $type:expr,)*
    }
    $(, since: [$($since:expr),+])?
    $(, words: [$($word:expr),+])?
    $(, dropped: [$($dropped:literal),+])?) => {
        pub(crate) static $constant: Schema = Schema {
            name: $name,
            fields: &[$($field),*],
            types: &[$($type),*],
            required: &[$($required),*],
            since: &[$($($since),+)?],
            words: &[$($($word),+)?],
            dropped: $crate::kubernetes::schema::bits(&[$($field),*], &[$($($dropped),+)?]),
        };
    };
}
pub(super) use object;

/// A bit for each of the fields that is among the names.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler runs it: an iterator cannot be used, and an error stops the build"
)]
pub(super) const fn bits(fields: &[&str], names: &[&str]) -> u64 {
    let mut bits = 0;
    let mut name = 0;
    while name < names.len() {
        let mut field = 0;
        while !is_same(fields[field], names[name]) {
            field += 1;
        }
        bits |= 1 << field;
        name += 1;
    }
    bits
}

#[expect(clippy::indexing_slicing, reason = "the compiler runs it")]
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

impl Schema {
    /// Whether the API server drops a field, by its place in the table, where
    /// it is `false`, 0 or empty. The next `kubectl apply` finds it missing and
    /// sets it again, for ever.
    fn drops(&self, index: usize) -> bool {
        (self.dropped >> index) & 1 == 1
    }

    /// What a field takes; `None` for one that the object has not.
    pub(crate) fn field(&self, key: &str) -> Option<&'static Type> {
        let index = self.fields.iter().position(|field| *field == key)?;
        self.types.get(index)
    }

    /// Whether the API server drops a field of this value.
    pub(super) fn drops_field(&self, key: &str, value: &Value) -> bool {
        let index = || self.fields.iter().position(|field| *field == key);
        is_zero(value) && index().is_some_and(|index| self.drops(index))
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Text,
    Boolean,
    Int32,
    Int64,
    /// A number, or a name: a port, an amount or a share in per cent.
    IntOrString,
    /// An amount of a resource, kept as it is written.
    Quantity,
    /// Whatever its author wrote.
    Any,
    Object(&'static Schema),
    List(&'static Type),
    /// Texts by names that are the author's; one that is null is not there.
    Labels,
    /// Values by names that are the author's; one that is null is not there.
    Map(&'static Type),
}

/// A type that is read by what it takes.
pub(crate) trait Readable: Tree {
    const TYPE: Type;
}

impl Readable for String {
    const TYPE: Type = Type::Text;
}

impl Readable for bool {
    const TYPE: Type = Type::Boolean;
}

impl Readable for i32 {
    const TYPE: Type = Type::Int32;
}

impl<T: Readable> Readable for Vec<T> {
    const TYPE: Type = Type::List(&T::TYPE);
}

/// Reads a tree by its type, and a `T` from it.
pub(crate) fn read<'de, T: Readable + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let tree = DeserializeSeed::deserialize(T::TYPE, deserializer)?;
    Ok(T::from_tree(tree).unwrap_or_default())
}

/// The field of a key; `None` for one that the object has not.
struct Field(&'static Schema);

type FoundField = Option<(usize, &'static str, Type)>;

impl<'de> DeserializeSeed<'de> for Field {
    type Value = FoundField;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Field {
    type Value = FoundField;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let Schema { fields, types, .. } = self.0;
        let found = fields.iter().position(|field| *field == key);
        Ok(found.and_then(|index| Some((index, *fields.get(index)?, *types.get(index)?))))
    }
}

struct Fields(&'static Schema);

impl<'de> Visitor<'de> for Fields {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        while let Some(field) = entries.next_key_seed(Field(self.0))? {
            let Some((index, key, kind)) = field else {
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            if let Some(value) = entries.next_value_seed(Optional(kind))?
                && !(is_zero(&value) && self.0.drops(index))
            {
                fields.insert(key.to_owned(), value);
            }
        }
        // As Kubernetes' API lists them, however they were written.
        fields.sort_keys();
        Ok(Value::Object(fields))
    }
}

/// A field's value; `None` for null.
struct Optional(Type);

impl<'de> DeserializeSeed<'de> for Optional {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Optional {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        DeserializeSeed::deserialize(self.0, deserializer).map(Some)
    }
}

impl<'de> DeserializeSeed<'de> for Type {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self {
            Self::Text => deserializer.deserialize_string(self),
            Self::Boolean => deserializer.deserialize_bool(self),
            Self::Int32 => deserializer.deserialize_i32(self),
            Self::Int64 => deserializer.deserialize_i64(self),
            Self::IntOrString => deserializer.deserialize_any(self),
            Self::Quantity => deserializer.deserialize_newtype_struct("Quantity", self),
            Self::Any => de::Deserialize::deserialize(deserializer),
            Self::Object(schema) => {
                deserializer.deserialize_struct(schema.name, schema.fields, Fields(schema))
            }
            Self::List(_) => deserializer.deserialize_seq(self),
            Self::Labels | Self::Map(_) => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Type {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Boolean => "true or false",
            Self::Int32 | Self::Int64 => "a whole number",
            Self::IntOrString => "a whole number or text",
            Self::Quantity => "a quantity",
            Self::Any => "anything",
            Self::Object(_) | Self::Labels | Self::Map(_) => "a mapping",
            Self::List(_) => "a list",
        })
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        match self {
            Self::Boolean => Ok(Value::Bool(value)),
            _ => Err(E::invalid_type(de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        match self {
            Self::Int32 | Self::IntOrString if i32::try_from(value).is_err() => {
                Err(E::custom(format!(
                    "{value} is not in the range from {} to {}",
                    i32::MIN,
                    i32::MAX
                )))
            }
            Self::Int32 | Self::Int64 | Self::IntOrString => Ok(value.into()),
            _ => Err(E::invalid_type(de::Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        match self {
            Self::Text | Self::IntOrString | Self::Quantity => Ok(Value::String(text.to_owned())),
            _ => Err(E::invalid_type(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_string(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let Self::List(element) = self else {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        };
        let mut list = Vec::new();
        while let Some(value) = elements.next_element_seed(*element)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = match self {
                Self::Map(element) => entries.next_value_seed(Optional(*element))?,
                Self::Labels => entries.next_value_seed(Optional(Self::Text))?,
                _ => return Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
            };
            if let Some(value) = value {
                map.insert(key, value);
            }
        }
        map.sort_keys();
        Ok(Value::Object(map))
    }
}
