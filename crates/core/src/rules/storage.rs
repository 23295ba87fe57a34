//! Volumes and how many pods share them.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
