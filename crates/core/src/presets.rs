//! Commented values files for the documented scenarios.

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What `--preset` takes.
    pub name: &'static str,
    /// What it sets up, in a phrase without a full stop.
    pub summary: &'static str,
    /// The values file.
    pub values: &'static str,
}

macro_rules! preset {
    ($name:literal, $summary:literal) => {
        Preset {
            name: $name,
            summary: $summary,
            values: include_str!(concat!("presets/", $name, ".yaml")),
        }
    };
}

/// Every preset, in the order in which they are offered.
pub const PRESETS: &[Preset] = &[
    preset!("quickstart", "SQLite and artifacts on one volume"),
    preset!(
        "production",
        "PostgreSQL and S3 by Secret, ingress with TLS, resources, metrics"
    ),
    preset!("tls", "the server itself speaks HTTPS"),
    preset!("ingress", "reachable from outside, with a certificate"),
    preset!(
        "workspaces",
        "experiments and artifacts apart for each team"
    ),
    preset!("basic-auth", "users with passwords"),
    preset!("monitoring", "metrics and a ServiceMonitor for Prometheus"),
    preset!(
        "garbage-collection",
        "deleted runs and their artifacts are removed on a schedule"
    ),
    preset!("minimal", "a first look; data is lost with the pod"),
];

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
