//! Where text came from: files, flags, presets and the built-in defaults, and
//! places in them.

/// Names one text of a [`Sources`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

impl SourceId {
    /// The built-in default values, always the first text of a table.
    pub const DEFAULTS: Self = Self(0);
}

/// What kind of text a source is, and what it is called in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The built-in default values.
    Defaults,
    /// A preset of this name.
    Preset(String),
    /// A values file, by the name the user gave it (`-` is standard input).
    File(String),
    /// A command-line flag such as `--set`; the text is the flag's value.
    Flag(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Defaults => f.write_str("built-in defaults"),
            Self::Preset(name) => write!(f, "preset {name}"),
            Self::File(name) if name == "-" => f.write_str("standard input"),
            Self::File(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// One text with its name.
#[derive(Clone, Debug)]
pub struct Source {
    /// What the text is.
    pub origin: Origin,
    /// The text as its author wrote it.
    pub text: std::borrow::Cow<'static, str>,
}

/// Every text that took part in one run; [`Span`]s point into it.
#[derive(Clone, Debug)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// A table that holds the built-in default values only.
    pub fn new() -> Self {
        Self(vec![Source {
            origin: Origin::Defaults,
            text: crate::values::DEFAULTS.into(),
        }])
    }

    /// Adds a text and returns its name.
    pub fn add(
        &mut self,
        origin: Origin,
        text: impl Into<std::borrow::Cow<'static, str>>,
    ) -> SourceId {
        // More than u32::MAX texts cannot exist in memory; saturating keeps the conversion total.
        let id = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(Source {
            origin,
            text: text.into(),
        });
        SourceId(id)
    }

    /// The text of that name, if this table made the name.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0 as usize)
    }

    /// Every text, in the order it was added; the built-in defaults first.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// Line and column (both from 1, columns in characters) of a span's start.
    pub fn location(&self, span: Span) -> Option<Location> {
        let source = self.get(span.source)?;
        let before = source.text.get(..span.start.min(source.text.len()))?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Some(Location {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..)?.chars().count() + 1,
        })
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

/// A place for people: both numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Line number.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// A range of bytes in one source, end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Which text.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The range `start..end` of `source`.
    pub const fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start, end }
    }

    /// Whether the place is in the built-in defaults.
    pub fn is_default(self) -> bool {
        self.source == SourceId::DEFAULTS
    }
}
