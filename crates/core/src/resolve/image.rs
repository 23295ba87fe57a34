//! The image reference and the MLflow version in it.

use crate::rules::PROVED_VERSION;
use crate::values::Image;
use std::fmt;

/// A released version of MLflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MlflowVersion {
    /// 3 of 3.17.2.
    pub(crate) major: u16,
    /// 17 of 3.17.2.
    pub(crate) minor: u16,
    /// 2 of 3.17.2.
    pub(crate) patch: u16,
}

impl fmt::Display for MlflowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl MlflowVersion {
    /// The version that an image tag names: `v3.17.2`, `3.17.2-full`,
    /// `v3.17.2-full@sha256:…`.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let numbers = tag.split(['-', '+', '_', '@']).next()?;
        let mut parts = numbers.split('.').map(str::parse);
        let version = Self {
            major: parts.next()?.ok()?,
            minor: parts.next()?.ok()?,
            patch: parts.next()?.ok()?,
        };
        parts.next().is_none().then_some(version)
    }
}

pub(super) fn reference(image: &Image) -> (String, Option<MlflowVersion>) {
    if image.tag.is_empty() {
        let reference = format!("{}:v{PROVED_VERSION}-full", image.repository);
        (reference, Some(PROVED_VERSION))
    } else {
        (
            format!("{}:{}", image.repository, image.tag),
            MlflowVersion::from_tag(&image.tag),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_name_a_version() {
        let version = |major, minor, patch| {
            Some(MlflowVersion {
                major,
                minor,
                patch,
            })
        };
        for (tag, expected) in [
            ("v3.17.2-full", version(3, 17, 2)),
            ("3.11.1", version(3, 11, 1)),
            ("v3.17.2-full@sha256:0011", version(3, 17, 2)),
            ("3.17.2@sha256:0011", version(3, 17, 2)),
            ("v1", None),
            ("latest", None),
            ("3.11", None),
            ("3.11.1.2", None),
            ("v3.12.0rc1", None),
        ] {
            assert_eq!(MlflowVersion::from_tag(tag), expected, "{tag}");
        }
    }
}
