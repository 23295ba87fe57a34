//! Commented values files for the documented scenarios.

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What `--preset` takes.
    pub name: &'static str,
    /// What it sets up, in one sentence without a full stop.
    pub summary: &'static str,
    /// The values file.
    pub values: &'static str,
}

/// Every preset, the simplest first.
pub const PRESETS: &[Preset] = &[];

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
