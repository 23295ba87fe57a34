//! Features that people think in, each made of several settings.

use super::Resolved;

/// A feature that is made of several settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Users with passwords.
    BasicAuth,
    /// Experiments and artifacts apart for each team.
    Workspaces,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 2] = [Self::BasicAuth, Self::Workspaces];
}

impl Resolved<'_> {
    /// The features that are on, as far as the values show it.
    pub(crate) fn features(&self) -> Vec<Feature> {
        let is_on = |feature: &Feature| match feature {
            Feature::BasicAuth => self.server.basic_auth,
            Feature::Workspaces => self.server.workspaces.is_on(),
        };
        Feature::ALL.into_iter().filter(is_on).collect()
    }
}
