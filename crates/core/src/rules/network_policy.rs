//! Network policies.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
