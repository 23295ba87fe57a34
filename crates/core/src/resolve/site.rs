//! What commands and diagrams ask of a release beside its objects. It goes with
//! the objects, so it borrows nothing.

use super::hosts::Entrance;
use super::inputs::{Origin, Setting};
use super::stores::StoreName;
use super::uri::{Sqlite, Uri};
use super::{Inputs, Resolved, Scheme, env, is_below};
use crate::kubernetes::{EnvVar, EnvVarSource};
use crate::values::{ServiceType, Values};

/// The facts about a release that its objects do not say in so many words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Site {
    /// The release's name.
    pub(crate) release: String,
    /// Its namespace.
    pub(crate) namespace: String,
    /// Name of the Deployment and the Service.
    pub(crate) name: String,
    /// What the server itself speaks.
    pub(crate) scheme: Scheme,
    /// The path below which it answers, empty or with a leading slash.
    pub(crate) prefix: String,
    /// How the Service is reached.
    pub(crate) service_type: ServiceType,
    /// The Service's port.
    pub(crate) service_port: i32,
    /// The Secret with the server's certificate, when it speaks HTTPS.
    pub(crate) certificate: Option<String>,
    /// Where the outside world reaches it.
    pub(crate) public: Vec<PublicAddress>,
    /// Whether cert-manager makes the certificates of the Ingress.
    pub(crate) certificates_are_issued: bool,
    /// How users sign in; `None` when everyone may do everything.
    pub(crate) sign_in: Option<SignIn>,
    /// Whether the server has workspaces.
    pub(crate) workspaces: bool,
    /// Who gets an answer.
    pub(crate) answers: Answers,
    /// How an update replaces the pods.
    pub(crate) rollout: Rollout,
    /// The folder of the claim in the server's container.
    pub(crate) claim_folder: Option<String>,
    /// Where the server keeps its data.
    pub(crate) places: Vec<Place>,
    /// Garbage collection.
    pub(crate) collector: Option<Collector>,
}

/// Where clients outside the cluster find the server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PublicAddress {
    /// What takes their requests.
    pub(crate) entrance: Entrance,
    /// What they put before it.
    pub(crate) scheme: &'static str,
    /// The name; empty for every host.
    pub(crate) host: String,
    /// The first path that leads there.
    pub(crate) path: String,
}

/// Who gets an answer of the server, as far as the values tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    /// Requests for `localhost`.
    pub(crate) localhost: bool,
    /// Pages of origins that are on a list, or all of them.
    pub(crate) origins: bool,
}

/// How an update replaces the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rollout {
    /// A pod is stopped before its successor starts.
    Recreate,
    /// The one pod goes when its successor is ready.
    One,
    /// Several, one after the other.
    Several,
}

/// How users sign in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignIn {
    /// Secret and key with the first user's password.
    pub(crate) admin_password: Option<(String, String)>,
    /// The configuration's path.
    pub(crate) configuration: Option<String>,
}

/// The CronJob of garbage collection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Collector {
    /// The age of what it removes; empty for everything.
    pub(crate) older_than: String,
    /// The host of the server that it asks, with the port; `None` for the release's own.
    pub(crate) other_server: Option<String>,
    /// The stores that it is told.
    pub(crate) places: Vec<Place>,
}

/// Where a store keeps its data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// The store.
    pub(crate) store: StoreName,
    /// What it is.
    pub(crate) kept_in: KeptIn,
    /// The URI; empty when it comes from a Secret.
    text: String,
    /// Variables that the URI refers to, with the Secret and key of each.
    variables: Vec<(String, (String, String))>,
}

/// What keeps a store's data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum KeptIn {
    /// What a Secret or ConfigMap says: the Secret and its key.
    Unseen(Option<(String, String)>),
    /// An SQLite file, and whether it is on the claim; no path for one in memory.
    Sqlite {
        path: Option<String>,
        is_on_claim: bool,
    },
    /// A database server.
    Database { dialect: String, host: String },
    /// An object store.
    Bucket { scheme: String, host: String },
    /// A folder.
    Folder,
    /// The tracking server itself keeps it.
    Proxied,
    /// Something that nobody knows here.
    Other,
}

impl Place {
    fn of(store: StoreName, text: &str, inputs: &Inputs<'_>, claim_folder: Option<&str>) -> Self {
        let variables = env::references(text).into_iter().filter_map(|name| {
            let (_, entry) = inputs.variable(name)?;
            Some((name.to_owned(), secret(entry.value_from.as_ref()?)?))
        });
        Self {
            store,
            kept_in: kept_in(store, &Uri::new(text), claim_folder),
            text: text.to_owned(),
            variables: variables.collect(),
        }
    }

    fn unseen(store: StoreName, source: Option<&EnvVarSource>) -> Self {
        Self {
            store,
            kept_in: KeptIn::Unseen(source.and_then(secret)),
            text: String::new(),
            variables: Vec::new(),
        }
    }

    /// The URI without its password, with places for the reader to fill in
    /// where it refers to variables of the container.
    pub(crate) fn shown(&self) -> String {
        env::replaced(&self.without_password(), |name| format!("<{name}>"))
    }

    /// The same for a shell that asks for each variable's entry of a Secret;
    /// `None` where it cannot ask for all of them, or needs not.
    pub(crate) fn shown_in_shell(&self, ask: impl Fn(&str, &str) -> String) -> Option<String> {
        let names = env::references(&self.text);
        let secret_of = |name: &str| self.variables.iter().find(|(other, _)| other == name);
        let is_known = !names.is_empty() && names.iter().all(|name| secret_of(name).is_some());
        let text = self.without_password();
        let rest = env::replaced(&text, |_| String::new());
        (is_known && !rest.contains(['"', '`', '$', '\\'])).then(|| {
            let text = env::replaced(&text, |name| match secret_of(name) {
                Some((_, (secret, key))) => format!("$({})", ask(secret, key)),
                None => String::new(),
            });
            format!("\"{text}\"")
        })
    }

    fn without_password(&self) -> String {
        crate::redact::without_passwords(&self.text).unwrap_or_else(|| self.text.clone())
    }
}

fn kept_in(store: StoreName, uri: &Uri<'_>, claim_folder: Option<&str>) -> KeptIn {
    let host = uri.host_shown().to_owned();
    if store.is_database() {
        return match (uri.sqlite(), uri.dialect()) {
            (Some(Sqlite::Absolute(path)), _) => KeptIn::Sqlite {
                path: Some(path.to_owned()),
                is_on_claim: claim_folder.is_some_and(|folder| is_below(path, folder)),
            },
            (Some(_), _) => KeptIn::Sqlite {
                path: None,
                is_on_claim: false,
            },
            (None, "" | "file") => KeptIn::Folder,
            (None, dialect) => KeptIn::Database {
                dialect: dialect.to_owned(),
                host,
            },
        };
    }
    match uri.scheme {
        "" | "file" => KeptIn::Folder,
        "mlflow-artifacts" => KeptIn::Proxied,
        scheme if uri.text.contains("://") => KeptIn::Bucket {
            scheme: scheme.to_owned(),
            host,
        },
        _ => KeptIn::Other,
    }
}

/// Secret and key of a reference.
fn secret(source: &EnvVarSource) -> Option<(String, String)> {
    let selector = source.secret_key_ref.as_ref()?;
    Some((selector.name.clone(), selector.key.clone()))
}

impl Site {
    /// The place of a store, if the server has one.
    pub(crate) fn place(&self, store: StoreName) -> Option<&Place> {
        self.places.iter().find(|place| place.store == store)
    }
}

impl Resolved<'_> {
    /// What goes with the objects.
    pub(crate) fn site(&self, values: &Values) -> Site {
        let server = &self.server;
        let security = &self.security;
        let claim_folder = server.claim_folder();
        // The probes do not follow the variable, which a rule says; the server does.
        let in_env = || self.inputs.by_variable("MLFLOW_STATIC_PREFIX")?.text;
        let prefix = super::unless_empty(Some(server.static_prefix)).or_else(in_env);
        let public = self.public_hosts.iter().map(|public| PublicAddress {
            entrance: public.entrance,
            scheme: public.schemes.first().copied().unwrap_or("http"),
            host: public.host.to_owned(),
            path: public.path.to_owned(),
        });
        let places = self.stores.all().into_iter().filter_map(|store| {
            let Setting { origin, text } = store.followed?;
            Some(match (text, origin) {
                (Some(text), _) => Place::of(store.name, text, &self.inputs, claim_folder),
                (None, Origin::Variable(_, entry)) => {
                    Place::unseen(store.name, entry.value_from.as_ref())
                }
                (None, _) => Place::unseen(store.name, store.given_from),
            })
        });
        let ingress = self.ingress.as_ref();
        Site {
            release: self.instance.to_owned(),
            namespace: self.namespace.to_owned(),
            name: self.fullname.clone(),
            scheme: server.scheme,
            prefix: prefix.unwrap_or_default().trim_end_matches('/').to_owned(),
            service_type: self.service.type_,
            service_port: self.service.port,
            certificate: server.certificate.map(str::to_owned),
            public: public.collect(),
            certificates_are_issued: ingress.is_some_and(|found| found.certificates_are_issued),
            sign_in: server.basic_auth.then(|| self.sign_in()),
            workspaces: server.workspaces.is_on(),
            answers: Answers {
                localhost: security.answers_localhost(),
                origins: security.off.is_on()
                    || security
                        .origins
                        .effective()
                        .is_some_and(|list| !list.is_empty()),
            },
            rollout: match (server.recreates(), server.replicas) {
                (true, _) => Rollout::Recreate,
                (false, Some(1)) => Rollout::One,
                (false, _) => Rollout::Several,
            },
            claim_folder: claim_folder.map(str::to_owned),
            places: places.collect(),
            collector: self.collector(values, claim_folder),
        }
    }

    fn sign_in(&self) -> SignIn {
        let password = self.inputs.variable("MLFLOW_AUTH_ADMIN_PASSWORD");
        let configuration = self.inputs.by_variable("MLFLOW_AUTH_CONFIG_PATH");
        SignIn {
            admin_password: password
                .and_then(|(_, entry)| entry.value_from.as_ref())
                .and_then(secret),
            configuration: configuration
                .and_then(|setting| setting.text)
                .map(str::to_owned),
        }
    }

    fn collector(&self, values: &Values, claim_folder: Option<&str>) -> Option<Collector> {
        let collection = self.garbage_collection.as_ref()?;
        let text = |name: &str| {
            let is_it = |entry: &&EnvVar| entry.name == name;
            collection.env.iter().find(is_it)?.value.as_deref()
        };
        let host = Uri::new(text("MLFLOW_TRACKING_URI").unwrap_or_default()).host_shown();
        let is_own = self.is_own_host(host);
        let places = StoreName::ALL.into_iter().filter_map(|store| {
            let text = text(store.variable())?;
            Some(Place::of(store, text, &self.inputs, claim_folder))
        });
        Some(Collector {
            older_than: values.garbage_collection.older_than.clone(),
            other_server: (!is_own && !host.is_empty()).then(|| host.to_owned()),
            places: places.collect(),
        })
    }
}
