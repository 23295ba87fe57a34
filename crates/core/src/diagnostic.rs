//! What is wrong with an input, or could be better: collected by the core,
//! shown by the shells.

use crate::path::ValuePath;
use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot work; nothing is rendered.
    Error,
    /// It works and will hurt.
    Warning,
    /// There is a better way.
    Hint,
}

impl Severity {
    /// The word used in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// The stable name of one kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// For machines and search engines: `MK101`.
    pub id: &'static str,
    /// For people: `unknown-key`.
    pub name: &'static str,
    /// What it finds, in a sentence.
    pub summary: &'static str,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

macro_rules! codes {
    ($(#[doc = $summary:literal] $constant:ident = $id:literal $name:literal;)+) => {
        impl Code {
            $(
                #[doc = $summary]
                pub const $constant: Self = Self {
                    id: $id,
                    name: $name,
                    summary: $summary.trim_ascii(),
                };
            )+

            /// The codes of what is always checked, in order of their ids.
            /// Those of the rules are in [`crate::rules::catalogue`].
            pub const CHECKS: &[Self] = &[$(Self::$constant),+];
        }
    };
}

codes! {
    /// The text is not well-formed YAML, or a flag is not well-formed.
    SYNTAX = "MK001" "syntax";
    /// The text is not UTF-8, contains NUL, or is too large or too deep.
    UNREADABLE = "MK002" "unreadable";
    /// A mapping contains a key twice.
    DUPLICATE_KEY = "MK003" "duplicate-key";
    /// A file contains more than one YAML document.
    SEVERAL_DOCUMENTS = "MK004" "several-documents";
    /// YAML 1.1 does not read an unquoted key as text.
    AMBIGUOUS_KEY = "MK005" "ambiguous-key";
    /// The key does not exist.
    UNKNOWN_KEY = "MK101" "unknown-key";
    /// The value has the wrong type for its key.
    WRONG_TYPE = "MK102" "wrong-type";
    /// A required key is missing.
    MISSING_KEY = "MK103" "missing-key";
    /// The value is not one that the key accepts.
    INVALID_VALUE = "MK104" "invalid-value";
    /// Neither `mlflow.backendStoreUri` nor `mlflow.backendStoreUriFrom` is set.
    MISSING_BACKEND_STORE = "MK201" "missing-backend-store";
    /// Kubernetes does not accept the name.
    INVALID_NAME = "MK202" "invalid-name";
    /// Kubernetes does not accept the label or annotation.
    INVALID_LABEL = "MK203" "invalid-label";
    /// The port is not a number from 1 to 65535 or a port name.
    INVALID_PORT = "MK204" "invalid-port";
    /// The value is not a Kubernetes quantity.
    INVALID_QUANTITY = "MK205" "invalid-quantity";
    /// The value is not a cron schedule.
    INVALID_SCHEDULE = "MK206" "invalid-schedule";
    /// The value is not an image reference.
    INVALID_IMAGE = "MK207" "invalid-image";
    /// Two entries of a list share a value that must be unique.
    DUPLICATE_ENTRY = "MK208" "duplicate-entry";
    /// A volume mount names a volume that the Pod does not have.
    MOUNT_WITHOUT_VOLUME = "MK209" "mount-without-volume";
    /// The chosen Kubernetes version does not support a feature in the values.
    KUBE_VERSION = "MK210" "kube-version";
    /// A label of the selector has another value.
    RESERVED_LABEL = "MK211" "reserved-label";
}

/// One edit of the values text.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Edit {
    /// Write this value at this place, creating what is above it.
    Set {
        /// The place.
        path: ValuePath,
        /// The value.
        value: serde_json::Value,
    },
    /// Take the entry away.
    Remove {
        /// The place.
        path: ValuePath,
    },
}

impl Edit {
    /// Write `value` at `path`.
    pub fn set(path: &ValuePath, value: impl Into<serde_json::Value>) -> Self {
        Self::Set {
            path: path.clone(),
            value: value.into(),
        }
    }

    /// Take the entry at `path` away.
    pub fn remove(path: &ValuePath) -> Self {
        Self::Remove { path: path.clone() }
    }
}

impl Edit {
    /// The place that is edited.
    pub fn path(&self) -> &ValuePath {
        let (Self::Set { path, .. } | Self::Remove { path }) = self;
        path
    }
}

impl std::fmt::Display for Edit {
    /// In a line, as one would write it; a long value is cut.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MAX_LENGTH: usize = 80;
        match self {
            Self::Set { path, value } => {
                let value = value.to_string();
                match value.char_indices().nth(MAX_LENGTH) {
                    Some((end, _)) => write!(f, "{path}: {}…", value.get(..end).unwrap_or("")),
                    None => write!(f, "{path}: {value}"),
                }
            }
            Self::Remove { path } => write!(f, "remove {path}"),
        }
    }
}

/// Edits that make a finding go away.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Fix {
    /// What the edits do, as an imperative: "quote the tag".
    pub title: String,
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// What its owner still has to do outside the values, for example a
    /// command that creates a Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

impl std::fmt::Display for Fix {
    /// The title with the edits: ``Quote the tag (`image.tag: "3.10"`)``.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (", self.title)?;
        for (position, edit) in self.edits.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}`{edit}`")?;
        }
        f.write_str(")")
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The setting that it speaks of; the root when it is about the whole text.
    pub path: ValuePath,
    /// Where it was written; `None` when no text says so (a default that is missing).
    pub span: Option<Span>,
    /// What to write instead, and why it matters where `why` does not say it.
    pub help: Option<String>,
    /// Edits that remove its cause.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, path: ValuePath, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            path,
            span: None,
            help: None,
            fix: None,
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, path: ValuePath, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, path, message)
        }
    }

    /// What was observed when it was left like this; rules only.
    #[cfg(feature = "rule-texts")]
    pub fn why(&self) -> Option<&'static str> {
        crate::rules::of_code(self.code).map(|rule| rule.page.why)
    }

    /// Says where it was written.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// Says why it matters and what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fix of one edit: write `value` at `path`.
    #[must_use]
    pub fn fix_set(
        mut self,
        title: impl Into<String>,
        path: &ValuePath,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            edits: vec![Edit::set(path, value)],
            then: None,
        });
        self
    }

    /// Adds a fix of one edit: take the entry at `path` away.
    #[must_use]
    pub fn fix_remove(mut self, title: impl Into<String>, path: &ValuePath) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            edits: vec![Edit::remove(path)],
            then: None,
        });
        self
    }
}

/// Whether any finding is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}
