//! Secrets that stand in values.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
