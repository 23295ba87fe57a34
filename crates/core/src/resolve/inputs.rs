//! What `mlflow server` is told by options and variables, and where that is written.

use super::stores::StoreName;
use crate::kubernetes::{EnvFromSource, EnvVar};
use crate::path::ValuePath;
use crate::setting;
use crate::values::{self, Values};

/// The options and variables that the values give the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inputs<'a> {
    options: &'a values::Server,
    env: &'a [EnvVar],
    env_from: &'a [EnvFromSource],
}

/// Where something that the server follows is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// A store's own setting.
    Setting(StoreName),
    /// The reference that wins over a store's own setting.
    Reference(StoreName),
    /// An option with a value, by its key.
    Option(&'a str),
    /// An option without a value, by its index.
    Flag(usize),
    /// An entry of `env`.
    Variable(usize, &'a EnvVar),
}

impl Origin<'_> {
    /// The place of what is followed: of a variable, its text.
    pub(crate) fn place(self) -> ValuePath {
        match self {
            Self::Variable(_, entry) if entry.value.is_some() => self.entry().join("value"),
            _ => self.entry(),
        }
    }

    /// The place of what has to go so that it is followed no longer.
    pub(crate) fn entry(self) -> ValuePath {
        match self {
            Self::Setting(store) => store.setting(),
            Self::Reference(store) => store.reference().unwrap_or_else(|| store.setting()),
            Self::Option(key) => setting!("server.value_options").join(key),
            Self::Flag(index) => setting!("server.flag_options").join(index),
            Self::Variable(index, _) => setting!("env").join(index),
        }
    }
}

/// A text that the server follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    /// Where it is written.
    pub(crate) origin: Origin<'a>,
    /// The text; `None` when it comes from a Secret or the like.
    pub(crate) text: Option<&'a str>,
}

impl Setting<'_> {
    /// Where the text is written.
    pub(crate) fn place(&self) -> ValuePath {
        self.origin.place()
    }
}

impl<'a> Inputs<'a> {
    pub(crate) fn of(values: &'a Values) -> Self {
        Self {
            options: &values.server,
            env: &values.env,
            env_from: &values.env_from,
        }
    }

    /// An option with a value, by its name on the command line. One without a
    /// value is left out there, and so it is here.
    pub(crate) fn option(&self, name: &str) -> Option<Setting<'a>> {
        let (key, text) = self.options.option_entry(name)?;
        Some(Setting {
            origin: Origin::Option(key),
            text: Some(text),
        })
    }

    /// The text of an option with a value.
    pub(crate) fn option_text(&self, name: &str) -> Option<&'a str> {
        self.options.option_entry(name).map(|(_, text)| text)
    }

    /// The first place of an option without a value.
    pub(crate) fn flag(&self, name: &str) -> Option<Origin<'a>> {
        self.flags(name).next().map(Origin::Flag)
    }

    /// The index of the last one of that name.
    pub(super) fn last_flag(&self, name: &str) -> Option<usize> {
        self.flags(name).next_back()
    }

    fn flags(&self, name: &str) -> impl DoubleEndedIterator<Item = usize> + use<'a, '_> {
        let flags = self.options.flag_options.iter().enumerate();
        let name = name.to_owned();
        flags
            .filter(move |(_, flag)| values::is_option(flag, &name))
            .map(|(index, _)| index)
    }

    /// An entry of `env`, and its index.
    pub(crate) fn variable(&self, name: &str) -> Option<(usize, &'a EnvVar)> {
        let entry = |(_, entry): &(usize, &EnvVar)| entry.name == name;
        self.env.iter().enumerate().find(entry)
    }

    /// A setting from an entry of `env`.
    pub(crate) fn by_variable(&self, name: &str) -> Option<Setting<'a>> {
        let (index, entry) = self.variable(name)?;
        let nothing = entry.value_from.is_none().then_some("");
        Some(Setting {
            origin: Origin::Variable(index, entry),
            text: entry.value.as_deref().or(nothing),
        })
    }

    /// A setting that the server takes as an option or from the environment.
    /// The option wins, as in MLflow.
    pub(crate) fn setting(&self, option: &str, variable: &str) -> Option<Setting<'a>> {
        self.option(option).or_else(|| self.by_variable(variable))
    }

    /// Whether a Secret or ConfigMap of `envFrom` may define a variable: nobody
    /// knows here what they hold. An entry of `env` wins over them.
    pub(crate) fn may_be_defined_unseen(&self, variable: &str) -> bool {
        self.variable(variable).is_none()
            && self
                .env_from
                .iter()
                .any(|source| variable.starts_with(source.prefix.as_deref().unwrap_or_default()))
    }
}
