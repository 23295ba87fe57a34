//! Databases and artifact stores: what the settings say, and what the server follows.

use super::durability::Durability;
use super::inputs::{Inputs, Origin, Setting};
use super::uri::{self, Sqlite, Uri};
use super::{Server, unless_empty};
use crate::kubernetes::{EnvVar, EnvVarSource};
use crate::path::ValuePath;
use crate::setting;
use crate::values::Values;
use std::collections::BTreeSet;

/// One of MLflow's stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreName {
    /// The database of experiments and runs.
    Backend,
    /// The database of the model registry.
    Registry,
    /// Where clients write artifacts themselves.
    DefaultRoot,
    /// Where the server stores artifacts.
    Destination,
}

impl StoreName {
    /// Every store, in the order of their variables.
    pub(crate) const ALL: [Self; 4] = [
        Self::Backend,
        Self::Registry,
        Self::DefaultRoot,
        Self::Destination,
    ];

    /// The variable that the server reads.
    pub(crate) const fn variable(self) -> &'static str {
        match self {
            Self::Backend => "MLFLOW_BACKEND_STORE_URI",
            Self::Registry => "MLFLOW_REGISTRY_STORE_URI",
            Self::DefaultRoot => "MLFLOW_DEFAULT_ARTIFACT_ROOT",
            Self::Destination => "MLFLOW_ARTIFACTS_DESTINATION",
        }
    }

    /// The option that wins over the variable.
    pub(crate) const fn option(self) -> &'static str {
        match self {
            Self::Backend => "backend-store-uri",
            Self::Registry => "registry-store-uri",
            Self::DefaultRoot => "default-artifact-root",
            Self::Destination => "artifacts-destination",
        }
    }

    /// The setting of its own.
    pub(crate) fn setting(self) -> ValuePath {
        match self {
            Self::Backend => setting!("mlflow.backendStoreUri"),
            Self::Registry => setting!("mlflow.registryStoreUri"),
            Self::DefaultRoot => setting!("mlflow.defaultArtifactRoot"),
            Self::Destination => setting!("mlflow.artifactsDestination"),
        }
    }

    /// The setting that takes the URI from a Secret or ConfigMap, if there is one.
    pub(crate) fn reference(self) -> Option<ValuePath> {
        match self {
            Self::Backend => Some(setting!("mlflow.backendStoreUriFrom")),
            Self::Registry => Some(setting!("mlflow.registryStoreUriFrom")),
            Self::DefaultRoot | Self::Destination => None,
        }
    }

    /// Whether it is a database.
    pub(crate) const fn is_database(self) -> bool {
        matches!(self, Self::Backend | Self::Registry)
    }
}

/// A store as the values have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store<'a> {
    /// Which one.
    pub(crate) name: StoreName,
    /// The text of its own setting; empty without one.
    pub(crate) given: &'a str,
    /// The reference that wins over that text.
    pub(crate) given_from: Option<&'a EnvVarSource>,
    /// What the server follows, as far as the values show it: an option wins
    /// over an entry of `env`, and that over the settings.
    pub(crate) followed: Option<Setting<'a>>,
    /// The same as a URI; `None` when it comes from a Secret, too.
    pub(crate) uri: Option<Uri<'a>>,
    /// How long the file or folder lives; `None` for what is none of the server's container.
    pub(crate) durability: Option<Durability>,
}

impl<'a> Store<'a> {
    fn of(name: StoreName, values: &'a Values, inputs: &Inputs<'a>) -> Self {
        let stores = &values.mlflow;
        let (given, from) = match name {
            StoreName::Backend => (
                &stores.backend_store_uri,
                stores.backend_store_uri_from.as_ref(),
            ),
            StoreName::Registry => (
                &stores.registry_store_uri,
                stores.registry_store_uri_from.as_ref(),
            ),
            StoreName::DefaultRoot => (&stores.default_artifact_root, None),
            StoreName::Destination => (&stores.artifacts_destination, None),
        };
        let given_from = unless_empty(from);
        let own = match given_from {
            Some(_) => Some(Setting {
                origin: Origin::Reference(name),
                text: None,
            }),
            None if given.is_empty() => None,
            None => Some(Setting {
                origin: Origin::Setting(name),
                text: Some(given),
            }),
        };
        let followed = inputs.setting(name.option(), name.variable()).or(own);
        Self {
            name,
            given,
            given_from,
            followed,
            uri: followed.and_then(|setting| setting.text).map(Uri::new),
            durability: None,
        }
    }

    /// Whether its settings say nothing.
    pub(crate) fn is_unset(&self) -> bool {
        self.given.is_empty() && self.given_from.is_none()
    }

    /// The text of its own setting as a URI, where no reference wins over it.
    pub(crate) fn own_uri(&self) -> Option<Uri<'a>> {
        (!self.given.is_empty() && self.given_from.is_none()).then(|| Uri::new(self.given))
    }

    /// The variable that its settings give the containers.
    pub(super) fn env(&self) -> Option<EnvVar> {
        let (value, value_from) = match self.given_from {
            Some(source) => (None, Some(source.clone())),
            None if self.given.is_empty() => return None,
            None => (Some(self.given.to_owned()), None),
        };
        Some(EnvVar {
            name: self.name.variable().to_owned(),
            value,
            value_from,
        })
    }
}

/// Every store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stores<'a> {
    pub(crate) backend: Store<'a>,
    pub(crate) registry: Store<'a>,
    pub(crate) default_root: Store<'a>,
    pub(crate) destination: Store<'a>,
}

impl<'a> Stores<'a> {
    pub(super) fn of(values: &'a Values, inputs: &Inputs<'a>) -> Self {
        let store = |name| Store::of(name, values, inputs);
        Self {
            backend: store(StoreName::Backend),
            registry: store(StoreName::Registry),
            default_root: store(StoreName::DefaultRoot),
            destination: store(StoreName::Destination),
        }
    }

    /// Every store, as in [`StoreName::ALL`].
    pub(crate) fn all(&self) -> [&Store<'a>; 4] {
        StoreName::ALL.map(|name| self.get(name))
    }

    /// The two databases.
    pub(crate) fn databases(&self) -> [&Store<'a>; 2] {
        [&self.backend, &self.registry]
    }

    fn get(&self, name: StoreName) -> &Store<'a> {
        match name {
            StoreName::Backend => &self.backend,
            StoreName::Registry => &self.registry,
            StoreName::DefaultRoot => &self.default_root,
            StoreName::Destination => &self.destination,
        }
    }

    /// Whether a database of the server is an SQLite file, as far as the values tell.
    pub(crate) fn use_sqlite(&self) -> bool {
        let is_sqlite = |store: &Store<'_>| store.uri.is_some_and(|uri| uri.sqlite().is_some());
        self.databases().into_iter().any(is_sqlite)
    }

    /// Says how long what is on the server's file system lives.
    pub(super) fn set_durability(&mut self, server: &Server<'_>) {
        for store in [
            &mut self.backend,
            &mut self.registry,
            &mut self.default_root,
            &mut self.destination,
        ] {
            let Some(uri) = store.uri else { continue };
            let path = match uri.sqlite() {
                Some(Sqlite::Absolute(path)) => Some(path.into()),
                Some(_) => None,
                None if store.name.is_database() => None,
                None => uri.local_path(),
            };
            store.durability = path.map(|path| server.durability(&path));
        }
    }

    /// Ports of the stores beyond the known ones.
    pub(super) fn ports(&self, values: &Values) -> BTreeSet<i32> {
        let stores = self.all().into_iter().flat_map(|store| {
            // Garbage collection follows the setting also where the server follows an option.
            store.uri.into_iter().chain(store.own_uri())
        });
        let endpoints = values
            .env
            .iter()
            .filter(|variable| uri::ENDPOINT_VARIABLES.contains(&variable.name.as_str()))
            .filter_map(|variable| variable.value.as_deref())
            .map(Uri::new);
        stores
            .chain(endpoints)
            .filter_map(|uri| uri.port())
            .filter(|port| !uri::is_known_store_port(*port))
            .collect()
    }
}
