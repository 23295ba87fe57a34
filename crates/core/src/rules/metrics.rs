//! Metrics and who scrapes them.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
