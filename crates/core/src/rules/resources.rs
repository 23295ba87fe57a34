//! Resources and probes.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
