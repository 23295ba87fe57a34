//! Places in a values tree, written as Helm's `--set` writes them.

use std::fmt;

/// Why a text is not a path. The message names what is wrong in plain words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePathError {
    /// A backslash with nothing behind it to take literally.
    #[error("a path cannot end with a single backslash")]
    EndsWithBackslash,
    /// Nothing before a dot, an index or the end.
    #[error("`{0}` has an empty key")]
    EmptyKey(String),
    /// Something else than digits in brackets, or a number too large.
    #[error("`{0}` has a `[` without a list index")]
    NoIndex(String),
    /// An index that does not end.
    #[error("`{0}` has a `[` without a `]`")]
    UnclosedIndex(String),
    /// Something behind an index that begins no further step.
    #[error("`{text}` has `{found}` where only `.` or `[` is allowed")]
    NoStep {
        /// The whole text.
        text: String,
        /// What stands behind the index.
        found: char,
    },
}

/// One step of a [`ValuePath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// An entry of a mapping.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A place in a values tree. Its text form is that of Helm's `--set`:
/// `ingress.hosts[0].host`, with `\.` for a dot inside a key. Written out, it
/// can be put before a `=value` as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValuePath(Vec<Segment>);

impl ValuePath {
    /// The root of the tree.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The place of keys that hold no dots: `server.staticPrefix`.
    #[doc(hidden)]
    pub fn of_keys(dotted: &str) -> Self {
        Self(dotted.split('.').map(Segment::from).collect())
    }

    /// The place one step below this one.
    #[must_use]
    pub fn join(&self, segment: impl Into<Segment>) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.into());
        Self(segments)
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The last step and the place before it; `None` at the root.
    pub fn split_last(&self) -> Option<(&Segment, Self)> {
        let (last, parents) = self.0.split_last()?;
        Some((last, Self(parents.to_vec())))
    }

    /// Whether `other` is this place or lies below it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Reads the text form. A key may hold any character; `\` takes the next
    /// one literally.
    ///
    /// ```
    /// use mlflow_k8s_core::path::{Segment, ValuePath};
    ///
    /// let path = ValuePath::parse(r"service.annotations.example\.com/owner")?;
    /// assert_eq!(path.segments().last(), Some(&Segment::from("example.com/owner")));
    /// assert_eq!(path.to_string(), r"service.annotations.example\.com/owner");
    /// assert!(ValuePath::parse("ingress.hosts[first]").is_err());
    /// # Ok::<(), mlflow_k8s_core::path::ParsePathError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ParsePathError> {
        let mut segments = Vec::new();
        if text.is_empty() {
            return Ok(Self::root());
        }
        let mut chars = text.chars().peekable();
        loop {
            let mut key = String::new();
            while let Some(&next) = chars.peek() {
                match next {
                    '.' | '[' => break,
                    '\\' => {
                        chars.next();
                        key.push(chars.next().ok_or(ParsePathError::EndsWithBackslash)?);
                    }
                    other => {
                        key.push(other);
                        chars.next();
                    }
                }
            }
            // `a[0][1]` has no key between two indexes; everywhere else one is needed.
            if key.is_empty() {
                return Err(ParsePathError::EmptyKey(text.to_owned()));
            }
            segments.push(Segment::Key(key));
            while chars.next_if_eq(&'[').is_some() {
                let mut digits = String::new();
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                let index = digits
                    .parse()
                    .map_err(|_| ParsePathError::NoIndex(text.to_owned()))?;
                if chars.next() != Some(']') {
                    return Err(ParsePathError::UnclosedIndex(text.to_owned()));
                }
                segments.push(Segment::Index(index));
            }
            match chars.next() {
                None => return Ok(Self(segments)),
                Some('.') => {}
                Some(found) => {
                    let text = text.to_owned();
                    return Err(ParsePathError::NoStep { text, found });
                }
            }
        }
    }
}

/// The way from the root, kept on the stack until somebody asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Root,
    /// A setting, by its keys with dots between them.
    Setting(&'static str),
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The place as a path.
    pub(crate) fn path(&self) -> ValuePath {
        let mut segments = Vec::new();
        let mut place = self;
        loop {
            match place {
                Place::Root => break,
                Place::Setting(dotted) => {
                    segments.extend(dotted.rsplit('.').map(Segment::from));
                    break;
                }
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

impl From<Vec<Segment>> for ValuePath {
    fn from(segments: Vec<Segment>) -> Self {
        Self(segments)
    }
}

impl serde::Serialize for ValuePath {
    /// As its text form.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    for character in key.chars() {
                        if matches!(character, '.' | '[' | '\\' | '=' | ',') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{character}")?;
                    }
                }
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        for text in [
            "",
            "ingress.hosts[0].paths[1].path",
            r"podAnnotations.prometheus\.io/scrape",
            r"a\[b.c\\d",
            r"a\=b\,c",
            "l[0][1]",
        ] {
            assert_eq!(ValuePath::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn malformed_paths_are_refused() {
        for (text, message) in [
            ("a..b", "`a..b` has an empty key"),
            (".a", "`.a` has an empty key"),
            ("a.", "`a.` has an empty key"),
            ("a[", "`a[` has a `[` without a list index"),
            ("a[x]", "`a[x]` has a `[` without a list index"),
            ("a[0", "`a[0` has a `[` without a `]`"),
            ("a[0]b", "`a[0]b` has `b` where only `.` or `[` is allowed"),
            ("a\\", "a path cannot end with a single backslash"),
        ] {
            let error = ValuePath::parse(text).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
    }
}
