//! The server: command line, ports, probes, volumes, strategy.

use super::{
    Address, Inputs, Scheme, Security, Server, Store, Stores, TLS_MOUNT_PATH, certificate, env,
    flag, or, unless_empty,
};
use crate::kubernetes::{
    DeploymentStrategy, EmptyDirVolumeSource, HttpGetAction, IntOrString, KeyToPath,
    PersistentVolumeClaimVolumeSource, Probe, RollingUpdateDeployment, SecretVolumeSource, Volume,
    VolumeMount,
};
use crate::values::{self, Values};

/// MLflow's port when no option says another.
const DEFAULT_PORT: i64 = 5000;
/// Where the workers of one server share their metrics.
const METRICS_DIRECTORY: &str = "/tmp/metrics";

/// A number as a port; 0, which no server listens on, when it cannot be one.
/// The checks refuse such values before anything is rendered.
pub(super) fn as_port(number: i64) -> i32 {
    u16::try_from(number).map_or(0, i32::from)
}

pub(super) fn port(inputs: &Inputs<'_>) -> i32 {
    let port = match inputs.option_text("port") {
        Some(text) => text.parse().unwrap_or(0),
        None => DEFAULT_PORT,
    };
    as_port(port)
}

/// The number of worker processes. MLflow runs at least one, and takes no number for its default.
fn workers(inputs: &Inputs<'_>) -> i64 {
    const DEFAULT: i64 = 4;
    let setting = inputs.setting("workers", "MLFLOW_WORKERS");
    let text = setting.and_then(|setting| setting.text).unwrap_or_default();
    text.parse().map_or(DEFAULT, |number: i64| number.max(1))
}

pub(super) fn server<'a>(
    values: &'a Values,
    inputs: &Inputs<'a>,
    address: &Address<'_>,
    port: i32,
    stores: &Stores<'_>,
    security: &Security<'_>,
) -> Server<'a> {
    let mut own_env: Vec<_> = stores.all().into_iter().filter_map(Store::env).collect();
    own_env.extend(security.env());

    let certificate = certificate::of_server(values);
    let read_only_root = values.security_context.read_only_root_filesystem == Some(true);
    let mut mounts = Mounts::default();
    mounts.add_if(values.storage.enabled, || storage(values, address.fullname));
    mounts.add_if(read_only_root, tmp);
    if let Some(secret) = certificate {
        mounts.add(tls(secret));
    }
    let (volumes, volume_mounts) =
        mounts.with_extra(&values.extra_volumes, &values.extra_volume_mounts);

    let scheme = if certificate.is_some() {
        Scheme::Https
    } else {
        Scheme::Http
    };
    // Its own setting, or the option that means the same.
    let static_prefix = or(
        &values.server.static_prefix,
        inputs.option_text("static-prefix").unwrap_or_default(),
    );
    let probe = |settings| probe(settings, scheme, static_prefix);
    Server {
        replicas: values.replica_count,
        strategy: strategy(values, stores),
        command: command(values, inputs, static_prefix),
        port,
        scheme,
        certificate,
        static_prefix,
        workers: workers(inputs),
        jobs: flag::JOBS.switch(inputs),
        serves_artifacts: flag::SERVE_ARTIFACTS.switch(inputs),
        workspaces: flag::WORKSPACES.switch(inputs),
        basic_auth: inputs.option_text("app-name") == Some("basic-auth"),
        read_only_root,
        env: env::overridden(own_env, [values.env.as_slice()]),
        liveness_probe: probe(&values.probes.liveness),
        readiness_probe: probe(&values.probes.readiness),
        startup_probe: probe(&values.probes.startup),
        resources: unless_empty(values.resources.as_ref()),
        volume_mounts,
        volumes,
        init_containers: &values.extra_init_containers,
        extra_containers: &values.extra_containers,
        topology_spread_constraints: &values.topology_spread_constraints,
    }
}

fn command(values: &Values, inputs: &Inputs<'_>, prefix: &str) -> Vec<String> {
    let settings = &values.server;
    let tls_options = values.tls.enabled.then(|| {
        let user_options = inputs.option_text("uvicorn-opts");
        [
            &format!("--ssl-keyfile={TLS_MOUNT_PATH}/tls.key"),
            &format!("--ssl-certfile={TLS_MOUNT_PATH}/tls.crt"),
            "--proxy-headers",
        ]
        .into_iter()
        .chain(user_options)
        .collect::<Vec<_>>()
        .join(" ")
    });

    let mut command = vec!["mlflow".to_owned(), "server".to_owned()];
    for (key, value) in &settings.value_options {
        let name = key.replace('_', "-");
        // Both come from their own settings below.
        let stands_below =
            name == "static-prefix" || (name == "uvicorn-opts" && tls_options.is_some());
        match value {
            Some(value) if !value.0.is_empty() && !stands_below => {
                command.push(format!("--{name}={}", value.0));
            }
            _ => {}
        }
    }
    command.extend(
        settings
            .flag_options
            .iter()
            .map(|flag| format!("--{}", flag.replace('_', "-"))),
    );
    if !prefix.is_empty() {
        command.push(format!("--static-prefix={prefix}"));
    }
    if let Some(options) = tls_options {
        command.push(format!("--uvicorn-opts={options}"));
    }
    if values.metrics.enabled {
        command.push(format!("--expose-prometheus={METRICS_DIRECTORY}"));
    }
    command
}

fn strategy(values: &Values, stores: &Stores<'_>) -> DeploymentStrategy {
    if values.deployment_strategy != DeploymentStrategy::default() {
        return values.deployment_strategy.clone();
    }
    let one_at_a_time = (values.storage.enabled && values.storage.access_mode.is_exclusive())
        || stores.backend.uri.is_some_and(|uri| uri.sqlite().is_some());
    if one_at_a_time {
        DeploymentStrategy {
            type_: Some("Recreate".to_owned()),
            rolling_update: None,
        }
    } else {
        DeploymentStrategy {
            type_: Some("RollingUpdate".to_owned()),
            rolling_update: Some(RollingUpdateDeployment {
                max_surge: Some(IntOrString::Int(1)),
                max_unavailable: Some(IntOrString::Int(0)),
            }),
        }
    }
}

fn probe(settings: &values::Probe, scheme: Scheme, prefix: &str) -> Option<Probe> {
    let path = format!("{}/health", prefix.trim_end_matches('/'));
    settings.enabled.then(|| Probe {
        http_get: Some(HttpGetAction {
            path: Some(path),
            port: IntOrString::String(scheme.as_str().to_owned()),
            scheme: (scheme == Scheme::Https).then(|| "HTTPS".to_owned()),
            ..HttpGetAction::default()
        }),
        initial_delay_seconds: settings.initial_delay_seconds,
        period_seconds: settings.period_seconds,
        timeout_seconds: settings.timeout_seconds,
        failure_threshold: settings.failure_threshold,
        ..Probe::default()
    })
}

/// Volumes and where a container mounts them.
#[derive(Default)]
pub(super) struct Mounts {
    volumes: Vec<Volume>,
    volume_mounts: Vec<VolumeMount>,
}

impl Mounts {
    pub(super) fn add(&mut self, (volume, mut mount): (Volume, VolumeMount)) {
        mount.name.clone_from(&volume.name);
        self.volumes.push(volume);
        self.volume_mounts.push(mount);
    }

    pub(super) fn add_if(&mut self, wanted: bool, volume: impl FnOnce() -> (Volume, VolumeMount)) {
        if wanted {
            self.add(volume());
        }
    }

    pub(super) fn with_extra(
        mut self,
        volumes: &[Volume],
        volume_mounts: &[VolumeMount],
    ) -> (Vec<Volume>, Vec<VolumeMount>) {
        self.volumes.extend_from_slice(volumes);
        self.volume_mounts.extend_from_slice(volume_mounts);
        (self.volumes, self.volume_mounts)
    }
}

pub(super) fn storage(values: &Values, claim_name: &str) -> (Volume, VolumeMount) {
    let volume = Volume {
        name: "mlflow-storage".to_owned(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
            claim_name: claim_name.to_owned(),
            read_only: None,
        }),
        ..Volume::default()
    };
    (volume, mount_at(&values.storage.mount_path))
}

pub(super) fn tmp() -> (Volume, VolumeMount) {
    let volume = Volume {
        name: "tmp".to_owned(),
        empty_dir: Some(EmptyDirVolumeSource::default()),
        ..Volume::default()
    };
    (volume, mount_at("/tmp"))
}

fn tls(secret_name: &str) -> (Volume, VolumeMount) {
    let volume = Volume {
        name: "tls".to_owned(),
        secret: Some(SecretVolumeSource {
            secret_name: Some(secret_name.to_owned()),
            ..SecretVolumeSource::default()
        }),
        ..Volume::default()
    };
    (volume, read_only(mount_at(TLS_MOUNT_PATH)))
}

/// Only the certificate: garbage collection has no business with the key beside it.
pub(super) fn ca(secret_name: String, key: String) -> (Volume, VolumeMount) {
    let volume = Volume {
        name: "tls-ca".to_owned(),
        secret: Some(SecretVolumeSource {
            secret_name: Some(secret_name),
            items: Some(vec![KeyToPath {
                key,
                path: "ca.crt".to_owned(),
                ..KeyToPath::default()
            }]),
            ..SecretVolumeSource::default()
        }),
        ..Volume::default()
    };
    (volume, read_only(mount_at(super::CA_MOUNT_PATH)))
}

fn mount_at(path: &str) -> VolumeMount {
    VolumeMount {
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    }
}

fn read_only(mount: VolumeMount) -> VolumeMount {
    VolumeMount {
        read_only: Some(true),
        ..mount
    }
}
