//! The settings of the values interface as a form shows them: a compact
//! description, generated from the model's types and doc comments by
//! `cargo xtask generate`, that needs no schema library to read.

use serde::{Deserialize, Serialize};

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Its key in the mapping above it.
    pub key: String,
    /// The key in words.
    pub label: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// A value in flow YAML, when the help has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Whether the mapping above is incomplete without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The kind of its value.
    pub kind: Kind,
}

/// What kind of value a setting takes, and with it the control that edits it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// True or false.
    Switch,
    /// One of some words.
    Choice(Vec<Choice>),
    /// A whole number.
    Integer,
    /// Text on one line.
    Text,
    /// A number with a unit, `500m` or `10Gi`.
    Quantity,
    /// Text by name.
    Map,
    /// Text, numbers and booleans by name.
    Scalars,
    /// Any number of values of one kind.
    List(Box<Item>),
    /// Settings of its own.
    Section(Vec<Setting>),
    /// One of Kubernetes' own types, too large for a form, by its name.
    Yaml(String),
}

/// The elements of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What one of them is called.
    pub label: String,
    /// The kind of each.
    pub kind: Kind,
}

/// One word of a [`Kind::Choice`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The word; empty leaves the decision to Kubernetes.
    pub value: String,
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}
