//! What the rules ask: the values, and what was decided from them.

use super::host_pattern;
use crate::diagnostic::Severity;
use crate::kubernetes::{DeploymentStrategy, EnvVar};
use crate::path::ValuePath;
use crate::release::Release;
use crate::resolve::flag::{Flag, State};
use crate::resolve::{Durability, Inputs, MlflowVersion, Origin, Resolved, Setting, Switch};
use crate::values::Values;

/// What happens to data at a path, as the rest of a sentence about the path, and how
/// bad that is; `None` where the data stays.
pub(super) fn loss(durability: Durability) -> Option<(Severity, &'static str)> {
    Some(match durability {
        Durability::Persistent => return None,
        Durability::PodLifetime => (Severity::Warning, "is lost when the Pod is deleted"),
        Durability::ContainerLifetime => (Severity::Warning, "is lost when the container restarts"),
        Durability::ReadOnlyVolume => (Severity::Error, "is on a read-only volume"),
        Durability::ReadOnlyRoot => (
            Severity::Error,
            "cannot be written, because the root file system is read-only and no volume is mounted \
             there",
        ),
    })
}

/// A release, as the rules look at it. Nothing is decided here.
pub(super) struct Facts<'a> {
    pub(super) values: &'a Values,
    pub(super) resolved: &'a Resolved<'a>,
    pub(super) release: &'a Release,
}

impl<'a> Facts<'a> {
    pub(super) fn new(
        values: &'a Values,
        resolved: &'a Resolved<'a>,
        release: &'a Release,
    ) -> Self {
        Self {
            values,
            resolved,
            release,
        }
    }

    /// The options and variables that the values give the server.
    pub(super) fn inputs(&self) -> &Inputs<'a> {
        &self.resolved.inputs
    }

    /// The place of an option with a value, and the value.
    pub(super) fn option(&self, name: &str) -> Option<(ValuePath, &'a str)> {
        let setting = self.inputs().option(name)?;
        Some((setting.place(), setting.text?))
    }

    /// The place of an option without a value.
    pub(super) fn flag(&self, name: &str) -> Option<ValuePath> {
        self.inputs().flag(name).map(Origin::place)
    }

    /// An entry of `env`, and its place.
    pub(super) fn env(&self, name: &str) -> Option<(ValuePath, &'a EnvVar)> {
        let (index, entry) = self.inputs().variable(name)?;
        Some((Origin::Variable(index, entry).entry(), entry))
    }

    /// A setting that the server takes as an option or from the environment.
    pub(super) fn setting(&self, option: &str, variable: &str) -> Option<Setting<'a>> {
        self.inputs().setting(option, variable)
    }

    /// The condition under which the server has a variable that the values do
    /// not show; `None` where it cannot have it.
    pub(super) fn unless_defined(&self, variables: &[&str]) -> Option<String> {
        let may_be = |variable: &&str| self.inputs().may_be_defined_unseen(variable);
        let names: Vec<&str> = variables.iter().copied().filter(may_be).collect();
        (!names.is_empty()).then(|| {
            format!(
                "a Secret or ConfigMap in `envFrom` defines `{}`",
                names.join("` and `")
            )
        })
    }

    /// The condition under which a switch that is not on is on all the same.
    pub(super) fn unless_switched_on(&self, flag: &Flag, switch: &Switch<'_>) -> Option<String> {
        self.unless_switched(flag, switch, true)
    }

    /// The condition under which a switch that is not off is off all the same.
    pub(super) fn unless_switched_off(&self, flag: &Flag, switch: &Switch<'_>) -> Option<String> {
        self.unless_switched(flag, switch, false)
    }

    fn unless_switched(&self, flag: &Flag, switch: &Switch<'_>, on: bool) -> Option<String> {
        let variable = flag.variable;
        match (switch.state, switch.origin) {
            (State::Unseen, Some(origin)) => {
                Some(format!("`{}` sets `{variable}` to {on}", origin.entry()))
            }
            (_, None) => self.unless_defined(&[variable]),
            _ => None,
        }
    }

    /// The condition under which the server checks neither hosts nor origins,
    /// where a Secret or ConfigMap decides about it.
    pub(super) fn unless_unchecked(&self) -> Option<String> {
        let off = &self.resolved.security.off;
        let place = off.origin.filter(|_| off.state == State::Unseen)?.entry();
        Some(format!("`{place}` disables the security middleware"))
    }

    /// Whether the image is older than a release. An unknown one is not.
    pub(super) fn is_older_than(&self, major: u16, minor: u16, patch: u16) -> bool {
        let release = MlflowVersion {
            major,
            minor,
            patch,
        };
        self.resolved
            .version
            .is_some_and(|version| version < release)
    }

    /// Whether the image is one of MLflow's own, whose content is known.
    pub(super) fn official_image(&self) -> bool {
        self.values.image.repository == crate::values::Image::default().repository
    }

    /// Whether more than one server pod runs, or an autoscaler may start more.
    pub(super) fn scales(&self) -> bool {
        self.resolved
            .server
            .replicas
            .is_none_or(|replicas| replicas > 1)
    }

    /// Whether an update replaces pods one after the other because nobody said
    /// otherwise: a volume or an SQLite file changes that.
    pub(super) fn rolls(&self) -> bool {
        self.values.deployment_strategy == DeploymentStrategy::default()
            && !self.resolved.server.recreates()
    }

    /// The user's own list of hosts that the server answers to.
    pub(super) fn allowed_hosts(&self) -> Option<Setting<'a>> {
        self.resolved.security.hosts.own
    }

    /// The user's own list of origins that browsers may send requests from.
    pub(super) fn allowed_origins(&self) -> Option<Setting<'a>> {
        self.resolved.security.origins.own
    }

    /// The list of hosts that the server really has; `None` when a Secret
    /// holds it, or when no host is checked.
    pub(super) fn effective_hosts(&self) -> Option<&str> {
        let security = &self.resolved.security;
        security.hosts.effective().filter(|_| !security.off.is_on())
    }

    /// The list of origins that the server really has, as [`Self::effective_hosts`].
    pub(super) fn effective_origins(&self) -> Option<&str> {
        let security = &self.resolved.security;
        security
            .origins
            .effective()
            .filter(|_| !security.off.is_on())
    }

    /// Whether a list of hosts has addresses that pods may have.
    pub(super) fn answers_pod_addresses(&self, list: &str) -> bool {
        let port = self.resolved.server.port;
        let is_range = |entry: &str| {
            let is_address =
                entry.starts_with(|first: char| first.is_ascii_digit() || first == '[');
            let is_local =
                entry.starts_with("127.") || entry.starts_with("0.0.0.0") || entry.contains("::1]");
            entry.contains('*') && is_address && !is_local
        };
        host_pattern::is_allowed(list, &format!("10.0.0.1:{port}"))
            || host_pattern::entries(list).any(is_range)
    }
}
