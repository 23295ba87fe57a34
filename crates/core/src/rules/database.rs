//! The URIs of databases.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
