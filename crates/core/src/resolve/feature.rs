//! Features that people think in, each made of several settings.

use super::Resolved;
use crate::path::ValuePath;

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

/// A feature that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActiveFeature {
    /// Which one.
    pub feature: Feature,
    /// The setting that switches it on: without that, it is off, or another one does.
    pub path: ValuePath,
}

impl Resolved<'_> {
    /// The features that are on, as far as the values show it.
    pub(crate) fn features(&self) -> Vec<ActiveFeature> {
        let server = &self.server;
        let workspaces = &server.workspaces;
        let sign_in = self.inputs.option("app-name").map(|setting| setting.origin);
        Feature::ALL
            .into_iter()
            .filter_map(|feature| {
                let origin = match feature {
                    Feature::BasicAuth => sign_in.filter(|_| server.basic_auth),
                    Feature::Workspaces => workspaces.origin.filter(|_| workspaces.is_on()),
                };
                Some(ActiveFeature {
                    feature,
                    path: origin?.entry(),
                })
            })
            .collect()
    }
}
