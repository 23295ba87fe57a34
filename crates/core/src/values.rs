//! The values interface.

/// The default values, as a commented values file.
pub const DEFAULTS: &str = "";
