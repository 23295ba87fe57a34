//! What the rules ask about a release: the values and what was decided from
//! them, seen as the server will see them.

use super::host_pattern;
use crate::kubernetes::{EnvVar, Volume};
use crate::path::ValuePath;
use crate::release::Release;
use crate::resolve::{MlflowVersion, PublicHost, Resolved};
use crate::values::Values;

/// A release, as the rules look at it.
pub(super) struct Facts<'a> {
    pub(super) values: &'a Values,
    pub(super) resolved: &'a Resolved<'a>,
    pub(super) release: &'a Release,
}

/// A setting of the server from the command line or the environment.
pub(super) struct Setting<'a> {
    /// Where it is set.
    pub(super) place: ValuePath,
    /// Its text; `None` when it comes from a Secret or the like.
    pub(super) text: Option<&'a str>,
}

/// What is at a path of the server's container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// A volume that outlives the pod.
    Data,
    /// A volume that is writable and goes with the pod.
    UntilThePodGoes,
    /// A volume that cannot be written: a Secret, a ConfigMap, a read-only mount.
    Nothing,
    /// The container's own file system, which goes with the container.
    UntilTheContainerGoes,
    /// The container's own file system, which is read-only.
    NothingRootIsReadOnly,
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

    /// The key of a value option as the user spelt it, and its place, when it
    /// has a value: an option without one is left out.
    pub(super) fn option(&self, name: &str) -> Option<(ValuePath, &'a str)> {
        let text = self.values.server.option(name)?;
        let key = self.values.server.option_key(name)?;
        Some((super::at("server.value_options").join(key), text))
    }

    /// The place of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<ValuePath> {
        let flags = &self.values.server.flag_options;
        let index = flags
            .iter()
            .position(|flag| flag.replace('_', "-") == name)?;
        Some(super::at("server.flag_options").join(index))
    }

    /// An entry of `env`, and its place.
    pub(super) fn env(&self, name: &str) -> Option<(ValuePath, &'a EnvVar)> {
        let variables = &self.values.env;
        let index = variables.iter().position(|entry| entry.name == name)?;
        Some((super::at("env").join(index), variables.get(index)?))
    }

    /// A setting that the server takes as an option or from the environment.
    /// The option wins, as in MLflow.
    pub(super) fn setting(&self, option: &str, variable: &str) -> Option<Setting<'a>> {
        if let Some((place, text)) = self.option(option) {
            return Some(Setting {
                place,
                text: Some(text),
            });
        }
        let (place, entry) = self.env(variable)?;
        let text = entry.value.as_deref();
        Some(Setting {
            place: if text.is_some() {
                place.join("value")
            } else {
                place
            },
            text: text.or(if entry.value_from.is_none() {
                Some("")
            } else {
                None
            }),
        })
    }

    /// Whether a Secret or ConfigMap of `envFrom` may hold the variable unseen.
    pub(super) fn may_come_from_outside(&self, variable: &str) -> bool {
        self.values
            .env_from
            .iter()
            .any(|source| variable.starts_with(source.prefix.as_deref().unwrap_or_default()))
    }

    /// Whether the server gets the variable, as far as the values tell.
    pub(super) fn has_env(&self, variable: &str) -> bool {
        self.env(variable).is_some() || self.may_come_from_outside(variable)
    }

    /// Whether the server asks for users and passwords.
    pub(super) fn basic_auth(&self) -> bool {
        self.values.server.option("app-name") == Some("basic-auth")
    }

    /// Where workspaces are switched on, if they are.
    pub(super) fn workspaces(&self) -> Option<ValuePath> {
        self.flag("enable-workspaces").or_else(|| {
            let (place, entry) = self.env("MLFLOW_ENABLE_WORKSPACES")?;
            let on = matches!(
                entry.value.as_deref().map(str::to_lowercase).as_deref(),
                Some("true" | "1")
            );
            on.then_some(place)
        })
    }

    /// The MLflow version of the image, if its tag tells.
    pub(super) fn version(&self) -> Option<MlflowVersion> {
        self.resolved.version
    }

    /// Whether the image is older than a release. An unknown one is not.
    pub(super) fn is_older_than(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.version().is_some_and(|version| {
            version
                < MlflowVersion {
                    major,
                    minor,
                    patch,
                }
        })
    }

    /// Whether the image is one of MLflow's own, whose content is known.
    pub(super) fn official_image(&self) -> bool {
        self.values.image.repository == crate::values::Image::default().repository
    }

    /// Whether the server stores artifacts for its clients.
    pub(super) fn serves_artifacts(&self) -> bool {
        let by_env = self
            .env("MLFLOW_SERVE_ARTIFACTS")
            .and_then(|(_, entry)| entry.value.as_deref())
            .is_some_and(|text| matches!(text.to_lowercase().as_str(), "false" | "0"));
        self.flag("no-serve-artifacts").is_none() && !by_env
    }

    /// The number of worker processes, where it can be read. MLflow runs at
    /// least one.
    pub(super) fn workers(&self) -> i64 {
        let text = self
            .setting("workers", "MLFLOW_WORKERS")
            .and_then(|setting| setting.text);
        match text {
            Some(text) if !text.is_empty() => text.parse().unwrap_or(4).max(1),
            _ => 4,
        }
    }

    /// Whether the job runner starts beside the server: it does with every
    /// database, unless it is switched off.
    pub(super) fn runs_jobs(&self) -> bool {
        !self
            .env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION")
            .and_then(|(_, entry)| entry.value.as_deref())
            .is_some_and(|text| matches!(text.to_lowercase().as_str(), "false" | "0"))
    }

    /// Whether more than one server pod runs, or an autoscaler may start more.
    pub(super) fn scales(&self) -> bool {
        self.values
            .replica_count
            .is_none_or(|replicas| replicas > 1)
    }

    /// Whether the server's root file system is read-only.
    pub(super) fn read_only_root(&self) -> bool {
        self.values.security_context.read_only_root_filesystem == Some(true)
    }

    /// What becomes of a file that the server writes at an absolute path.
    pub(super) fn keeps(&self, path: &str) -> Keeps {
        let server = &self.resolved.server;
        let mount = server
            .volume_mounts
            .iter()
            .filter(|mount| is_below(path, &mount.mount_path))
            .max_by_key(|mount| mount.mount_path.trim_end_matches('/').len());
        let Some(mount) = mount else {
            return if self.read_only_root() {
                Keeps::NothingRootIsReadOnly
            } else {
                Keeps::UntilTheContainerGoes
            };
        };
        if mount.read_only == Some(true) {
            return Keeps::Nothing;
        }
        match server
            .volumes
            .iter()
            .find(|volume| volume.name == mount.name)
        {
            Some(volume) if is_ephemeral(volume) => Keeps::UntilThePodGoes,
            Some(volume) if is_read_only(volume) => Keeps::Nothing,
            _ => Keeps::Data,
        }
    }
}

/// Hosts, memory, ways to the server.
impl<'a> Facts<'a> {
    /// The user's own list of hosts that the server answers to. Without one it
    /// is derived, unless `envFrom` may hold one.
    pub(super) fn allowed_hosts(&self) -> Option<Setting<'a>> {
        self.setting("allowed-hosts", ALLOWED_HOSTS)
    }

    /// The user's own list of origins that browsers may send requests from.
    pub(super) fn allowed_origins(&self) -> Option<Setting<'a>> {
        self.setting("cors-allowed-origins", ALLOWED_ORIGINS)
    }

    /// Whether the server checks neither hosts nor origins.
    pub(super) fn checks_are_off(&self) -> bool {
        self.flag("disable-security-middleware").is_some()
            || self
                .env("MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE")
                .is_some_and(|(_, entry)| {
                    // What comes from a Secret may well be true.
                    entry.value_from.is_some()
                        || is_true(entry.value.as_deref().unwrap_or_default())
                })
    }

    /// The list of hosts that the server really has; `None` when it may be in
    /// a Secret, or when no host is checked.
    pub(super) fn effective_hosts(&self) -> Option<&str> {
        self.effective(self.allowed_hosts(), ALLOWED_HOSTS)
    }

    /// The list of origins that the server really has, as [`Self::effective_hosts`].
    pub(super) fn effective_origins(&self) -> Option<&str> {
        self.effective(self.allowed_origins(), ALLOWED_ORIGINS)
    }

    fn effective(&self, own: Option<Setting<'a>>, variable: &str) -> Option<&str> {
        if self.checks_are_off() {
            return None;
        }
        if let Some(setting) = own {
            return setting.text;
        }
        let derived = self
            .resolved
            .server
            .env
            .iter()
            .find(|entry| entry.name == variable)
            .and_then(|entry| entry.value.as_deref());
        match derived {
            None if self.may_come_from_outside(variable) => None,
            derived => Some(derived.unwrap_or_default()),
        }
    }

    /// The Service's names as clients in the cluster write them in `Host`.
    pub(super) fn service_hosts(&self) -> [String; 4] {
        self.resolved
            .host_names()
            .map(|name| self.with_service_port(&name))
    }

    /// A host with the Service's port, which clients leave out where it is
    /// the scheme's own.
    pub(super) fn with_service_port(&self, host: &str) -> String {
        match (self.values.tls.enabled, self.resolved.service.port) {
            (false, 80) | (true, 443) => host.to_owned(),
            (_, port) => format!("{host}:{port}"),
        }
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

    /// The path that the server answers below; empty for all of them.
    pub(super) fn static_prefix(&self) -> &'a str {
        let own = self.values.server.static_prefix.as_str();
        if own.is_empty() {
            self.values
                .server
                .option("static-prefix")
                .unwrap_or_default()
        } else {
            own
        }
    }

    /// Where the outside world reaches the server, by ingress and Gateway.
    pub(super) fn public_hosts(&self) -> Vec<PublicHost<'a>> {
        crate::resolve::public_hosts(self.values)
    }
}

const ALLOWED_HOSTS: &str = "MLFLOW_SERVER_ALLOWED_HOSTS";
const ALLOWED_ORIGINS: &str = "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS";

/// Whether click takes the text of a variable for true.
pub(super) fn is_true(text: &str) -> bool {
    matches!(
        text.trim().to_lowercase().as_str(),
        "1" | "true" | "t" | "yes" | "y" | "on"
    )
}

/// Whether `path` is `folder` or lies below it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_ephemeral(volume: &Volume) -> bool {
    volume.empty_dir.is_some() || volume.ephemeral.is_some()
}

fn is_read_only(volume: &Volume) -> bool {
    volume.secret.is_some()
        || volume.config_map.is_some()
        || volume.projected.is_some()
        || volume.downward_api.is_some()
}
