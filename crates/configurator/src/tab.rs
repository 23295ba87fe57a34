//! The tabs of the output.

/// The parts of the page that are shown one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The objects.
    #[default]
    Manifests,
    /// The text.
    Values,
    /// What to run.
    Commands,
    /// The objects and their references.
    Diagram,
}

impl Tab {
    /// Every tab, in order.
    pub const ALL: [Self; 4] = [Self::Manifests, Self::Values, Self::Commands, Self::Diagram];

    /// Its name in addresses and ids.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Manifests => "manifests",
            Self::Values => "values",
            Self::Commands => "commands",
            Self::Diagram => "diagram",
        }
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Manifests => "Manifests",
            Self::Values => "values.yaml",
            Self::Commands => "Commands",
            Self::Diagram => "Diagram",
        }
    }
}

impl Tab {
    /// The tab of that name.
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.id() == id)
    }
}
