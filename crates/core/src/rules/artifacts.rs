//! Where artifacts go.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
