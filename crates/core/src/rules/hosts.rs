//! Which hosts and origins the server answers.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
