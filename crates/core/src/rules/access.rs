//! Ways to the server: ingress controllers, Gateways, certificates.

use super::Rule;

pub(super) const RULES: &[Rule] = &[];
