//! Places in a values tree, written as Helm's `--set` writes them.

use std::fmt;

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
    /// one literally. Errors name what is wrong in plain words.
    pub fn parse(text: &str) -> Result<Self, String> {
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
                        key.push(
                            chars
                                .next()
                                .ok_or("a path cannot end with a single backslash")?,
                        );
                    }
                    other => {
                        key.push(other);
                        chars.next();
                    }
                }
            }
            // `a[0][1]` has no key between two indexes; everywhere else one is needed.
            if key.is_empty() {
                return Err(format!("`{text}` has an empty key"));
            }
            segments.push(Segment::Key(key));
            while chars.next_if_eq(&'[').is_some() {
                let mut digits = String::new();
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                let index = digits
                    .parse()
                    .map_err(|_| format!("`{text}` has `[` without a list index after it"))?;
                if chars.next() != Some(']') {
                    return Err(format!("`{text}` has `[` without `]`"));
                }
                segments.push(Segment::Index(index));
            }
            match chars.next() {
                None => return Ok(Self(segments)),
                Some('.') => {}
                Some(other) => {
                    return Err(format!(
                        "`{text}` has `{other}` where `.` or `[` must stand"
                    ));
                }
            }
        }
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
        for text in ["a..b", ".a", "a[", "a[x]", "a[0", "a[0]b", "a\\", "a."] {
            assert!(ValuePath::parse(text).is_err(), "{text}");
        }
    }
}
