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
    preset!(
        "quickstart",
        "one server with SQLite and artifacts on one volume"
    ),
    preset!(
        "production",
        "PostgreSQL, S3, an Ingress with TLS and metrics, with credentials from Secrets"
    ),
    preset!("tls", "HTTPS on the server itself, also inside the cluster"),
    preset!(
        "ingress",
        "access from outside the cluster through an Ingress with TLS"
    ),
    preset!(
        "workspaces",
        "separate experiments, models and artifacts for each team"
    ),
    preset!("basic-auth", "users who log in with a name and a password"),
    preset!("monitoring", "metrics and a ServiceMonitor for Prometheus"),
    preset!(
        "garbage-collection",
        "permanent removal of deleted runs and their artifacts on a schedule"
    ),
    preset!(
        "minimal",
        "a first try; all data is lost when the Pod is deleted"
    ),
];

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
