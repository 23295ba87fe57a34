//! The pod's rights and permissions.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
