//! Field types that the values interface needs beside Kubernetes' own.

use crate::kubernetes::{Readable, SecurityContext, Tree, Type};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Labels, annotations and the like: text by name. An entry set to null is
/// not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StringMap(pub BTreeMap<String, String>);

impl<'de> Deserialize<'de> for StringMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = BTreeMap::<String, Option<String>>::deserialize(deserializer)?;
        Ok(Self(
            entries
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?)))
                .collect(),
        ))
    }
}

impl Tree for StringMap {
    fn to_tree(&self) -> Option<Value> {
        self.0.to_tree()
    }

    fn from_tree(tree: Value) -> Option<Self> {
        Tree::from_tree(tree).map(Self)
    }
}

impl Readable for StringMap {
    const TYPE: Type = Type::Labels;
}

/// The value of a `mlflow server` option: text, number or boolean, kept as
/// the text that goes on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionValue(pub String);

impl Serialize for OptionValue {
    /// A number is written as the number that it came from.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<i64>() {
            Ok(number) if number.to_string() == self.0 => serializer.serialize_i64(number),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for OptionValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarText).map(Self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for OptionValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OptionValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// Text, or a number or boolean as the text that people would write for it.
struct ScalarText;

impl Visitor<'_> for ScalarText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number or a boolean")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }
}

/// A duration: text such as `1h`, or the bare number 0 that people write for "never".
pub(super) fn duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Option::<OptionValue>::deserialize(deserializer)?.map(|text| text.0))
}

/// A port that may be left to a default by null, `""` or 0, as the chart allows.
pub(super) fn optional_port<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    let Some(text) = Option::<OptionValue>::deserialize(deserializer)? else {
        return Ok(None);
    };
    if text.0.is_empty() {
        return Ok(None);
    }
    match text.0.parse::<i64>() {
        Ok(0) => Ok(None),
        Ok(port) => Ok(Some(port)),
        Err(_) => Err(de::Error::custom(format_args!(
            "expected a port number, but found `{}`",
            text.0
        ))),
    }
}

/// Null resets the whole section to its defaults instead of removing them: a
/// container without its restrictions must be asked for key by key.
pub(super) fn security_context<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SecurityContext, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(super::default_security_context))
}

/// Declares a part of a custom resource: required fields in the first braces,
/// optional ones in the second, each with its name in the resource.
macro_rules! object {
    (
        $(#[$doc:meta])+ $name:ident
        { $($(#[$required_doc:meta])+ $required:ident: $required_type:ty = $required_key:literal,)* }
        { $($(#[$optional_doc:meta])+ $optional:ident: $optional_type:ty = $optional_key:literal,)* }
    ) => {
        $(#[$doc])+
        #[derive(Clone, Debug, Default, PartialEq)]
        // The generator knows the parts of resources by this mark.
        #[cfg_attr(
            feature = "schema",
            derive(schemars::JsonSchema),
            schemars(extend("x-resource-part" = true))
        )]
        pub struct $name {
            $(
                $(#[$required_doc])+
                #[cfg_attr(feature = "schema", schemars(rename = $required_key))]
                pub $required: $required_type,
            )*
            $(
                $(#[$optional_doc])+
                #[cfg_attr(feature = "schema", schemars(rename = $optional_key))]
                pub $optional: Option<$optional_type>,
            )*
        }

        $crate::kubernetes::fields!($name {
            $($required = $required_key,)*
            $($optional = $optional_key,)*
        });

        $crate::kubernetes::readable!($name by &$crate::kubernetes::Schema {
            name: stringify!($name),
            fields: &[$($required_key,)* $($optional_key,)*],
            types: &[
                $(<$required_type as $crate::kubernetes::Readable>::TYPE,)*
                $(<$optional_type as $crate::kubernetes::Readable>::TYPE,)*
            ],
            required: &[$($required_key),*],
            since: &[],
            words: &[],
            dropped: 0,
        });
    };
}
pub(super) use object;
