//! The server's own settings: image, stores, options, ports, probes, storage.

use super::syntax::{
    CONFIG_KEY, DNS_SUBDOMAIN, GO_DURATION, IMAGE_REPOSITORY, IMAGE_TAG, MOUNT_PATH, OPTION_NAME,
    PROMETHEUS_DURATION,
};
use super::{Findings, quantity, schedule, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::EnvVarSource;
use crate::path::ValuePath;
use crate::resolve::Resolved;
use crate::setting;
use crate::values::{Probe, Values};

pub(super) fn check(values: &Values, resolved: &Resolved<'_>, findings: &mut Findings<'_>) {
    image(values, findings);
    stores(resolved, findings);
    options(values, findings);
    ports(values, resolved, findings);
    for (name, probe) in [
        ("liveness", &values.probes.liveness),
        ("readiness", &values.probes.readiness),
        ("startup", &values.probes.startup),
    ] {
        probe_timings(name, probe, findings);
    }
    if let Some(replicas) = values.replica_count.filter(|replicas| *replicas < 0) {
        findings.error(
            Code::INVALID_VALUE,
            &setting!("replicaCount"),
            format!("`replicaCount` cannot be {replicas}"),
            "use 0 or more",
        );
    }
    strategy(values, findings);
    storage(values, findings);
    garbage_collection(values, findings);
    external_secrets(values, findings);
    service_monitor(values, findings);
}

fn image(values: &Values, findings: &mut Findings<'_>) {
    findings.require(
        Code::INVALID_IMAGE,
        &setting!("image.repository"),
        &values.image.repository,
        &IMAGE_REPOSITORY,
    );
    findings.require_if_set(
        Code::INVALID_IMAGE,
        &setting!("image.tag"),
        &values.image.tag,
        &IMAGE_TAG,
    );
}

fn stores(resolved: &Resolved<'_>, findings: &mut Findings<'_>) {
    let backend = &resolved.stores.backend;
    if backend.is_unset() {
        let option = resolved.inputs.option(backend.name.option());
        findings.push(
            Diagnostic::error(
                Code::MISSING_BACKEND_STORE,
                backend.name.setting(),
                "the server has no database: set `mlflow.backendStoreUri` or \
                 `mlflow.backendStoreUriFrom`",
            )
            .help(match option {
                Some(option) => format!(
                    "move the URI from `{}` to `mlflow.backendStoreUri`, which garbage collection \
                     uses too",
                    option.place()
                ),
                None => "to try MLflow, start from the preset `quickstart`, which keeps all data \
                         on one volume; for production, start from the preset `production`, which \
                         reads the URI of a PostgreSQL database from a Secret"
                    .to_owned(),
            }),
        );
    }
    for store in resolved.stores.all() {
        if let (Some(source), Some(place)) = (store.given_from, store.name.reference()) {
            env_source(&place, source, findings);
        }
    }
}

/// A reference names one source, with valid names.
pub(super) fn env_source(place: &ValuePath, source: &EnvVarSource, findings: &mut Findings<'_>) {
    let references = [
        source
            .secret_key_ref
            .as_ref()
            .map(|selector| ("secretKeyRef", &selector.name, &selector.key)),
        source
            .config_map_key_ref
            .as_ref()
            .map(|selector| ("configMapKeyRef", &selector.name, &selector.key)),
    ];
    for (kind, name, key) in references.into_iter().flatten() {
        let place = place.join(kind);
        findings.require(
            Code::INVALID_NAME,
            &place.join("name"),
            name,
            &DNS_SUBDOMAIN,
        );
        findings.require(Code::INVALID_NAME, &place.join("key"), key, &CONFIG_KEY);
    }
    let sources = [
        source.secret_key_ref.is_some(),
        source.config_map_key_ref.is_some(),
        source.field_ref.is_some(),
        source.resource_field_ref.is_some(),
        source.file_key_ref.is_some(),
    ];
    let count = sources.iter().filter(|given| **given).count();
    if count != 1 {
        findings.error(
            Code::INVALID_VALUE,
            place,
            format!("`{place}` must name exactly one source, but names {count}"),
            "use one of `secretKeyRef`, `configMapKeyRef`, `fieldRef` and `resourceFieldRef`: \
             `{secretKeyRef: {name: mlflow-db-secret, key: uri}}`",
        );
    }
}

fn options(values: &Values, findings: &mut Findings<'_>) {
    for key in values.server.value_options.keys() {
        let place = setting!("server.value_options").join(key.as_str());
        if !(OPTION_NAME.matches)(key) {
            findings.error(
                Code::INVALID_VALUE,
                &place,
                format!(
                    "`server.value_options` has the key {}, which is not {}",
                    shown(key),
                    OPTION_NAME.name
                ),
                OPTION_NAME.rule,
            );
        }
    }
    for (index, flag) in values.server.flag_options.iter().enumerate() {
        let place = setting!("server.flag_options").join(index);
        if !(OPTION_NAME.matches)(flag) {
            let mut diagnostic = Diagnostic::error(
                Code::INVALID_VALUE,
                place.clone(),
                format!("`{place}` is not {}: {}", OPTION_NAME.name, shown(flag)),
            )
            .help(OPTION_NAME.rule);
            let meant = flag.trim_start_matches('-');
            if (OPTION_NAME.matches)(meant) {
                diagnostic = diagnostic.fix_set(format!("Change it to `{meant}`"), &place, meant);
            }
            findings.push(diagnostic);
        }
    }
}

fn ports(values: &Values, resolved: &Resolved<'_>, findings: &mut Findings<'_>) {
    const RULE: &str = "use a whole number from 1 to 65535";
    let is_port = |number: i64| (1..=65535).contains(&number);
    if let Some(text) = resolved.inputs.option_text("port")
        && !text.parse().is_ok_and(is_port)
    {
        findings.error(
            Code::INVALID_PORT,
            &setting!("server.value_options.port"),
            format!("`server.value_options.port` cannot be {}", shown(text)),
            RULE,
        );
    }
    if let Some(port) = values.service.port.filter(|port| !is_port(*port)) {
        findings.error(
            Code::INVALID_PORT,
            &setting!("service.port"),
            format!("`service.port` cannot be {port}"),
            RULE,
        );
    }
}

fn probe_timings(name: &str, probe: &Probe, findings: &mut Findings<'_>) {
    for (key, least, value) in [
        ("initialDelaySeconds", 0, probe.initial_delay_seconds),
        ("periodSeconds", 1, probe.period_seconds),
        ("timeoutSeconds", 1, probe.timeout_seconds),
        ("failureThreshold", 1, probe.failure_threshold),
    ] {
        if let Some(value) = value.filter(|value| *value < least) {
            let place = setting!("probes").join(name).join(key);
            findings.error(
                Code::INVALID_VALUE,
                &place,
                format!("`{place}` cannot be {value}"),
                format!("use {least} or more"),
            );
        }
    }
}

fn strategy(values: &Values, findings: &mut Findings<'_>) {
    let strategy = &values.deployment_strategy;
    let place = setting!("deploymentStrategy");
    match strategy.type_.as_deref() {
        None | Some("" | "RollingUpdate") => {}
        Some("Recreate") if strategy.rolling_update.is_none() => {}
        Some("Recreate") => findings.error(
            Code::INVALID_VALUE,
            &place.join("rollingUpdate"),
            "`deploymentStrategy.rollingUpdate` is set, but the type `Recreate` does not use it",
            "remove one of them: Kubernetes refuses both together",
        ),
        Some(other) => findings.error(
            Code::INVALID_VALUE,
            &place.join("type"),
            format!("`deploymentStrategy.type` cannot be {}", shown(other)),
            "use `RollingUpdate` or `Recreate`",
        ),
    }
}

fn storage(values: &Values, findings: &mut Findings<'_>) {
    let storage = &values.storage;
    amount(&setting!("storage.size"), &storage.size.0, findings);
    findings.require(
        Code::INVALID_VALUE,
        &setting!("storage.mountPath"),
        &storage.mount_path,
        &MOUNT_PATH,
    );
}

/// An amount of CPU, memory or storage.
pub(super) fn amount(place: &ValuePath, text: &str, findings: &mut Findings<'_>) {
    if !quantity::is_amount(text) {
        findings.error(
            Code::INVALID_QUANTITY,
            place,
            format!("`{place}` is not a quantity: {}", shown(text)),
            quantity::RULE,
        );
    }
}

fn garbage_collection(values: &Values, findings: &mut Findings<'_>) {
    if let Some(fault) = schedule::fault(&values.garbage_collection.schedule) {
        findings.error(
            Code::INVALID_SCHEDULE,
            &setting!("garbageCollection.schedule"),
            format!("`garbageCollection.schedule` is not a cron schedule: {fault}"),
            "for example, `0 2 * * 0` means every Sunday at 02:00",
        );
    }
}

fn external_secrets(values: &Values, findings: &mut Findings<'_>) {
    let settings = &values.external_secrets;
    if let Some(interval) = &settings.refresh_interval {
        findings.require(
            Code::INVALID_VALUE,
            &setting!("externalSecrets.refreshInterval"),
            interval,
            &GO_DURATION,
        );
    }
    if !settings.enabled {
        return;
    }
    if settings.data.is_empty() {
        findings.error(
            Code::MISSING_KEY,
            &setting!("externalSecrets.data"),
            "`externalSecrets.data` is empty, so the operator fetches nothing",
            "list the entries to fetch: `[{secretKey: uri, remoteRef: {key: mlflow/database}}]`",
        );
    }
    if settings.provider.len() != 1 {
        findings.error(
            Code::INVALID_VALUE,
            &setting!("externalSecrets.provider"),
            format!(
                "`externalSecrets.provider` must name exactly one provider, but names {}",
                settings.provider.len()
            ),
            "name one provider with its settings: `{aws: {service: SecretsManager, region: \
             eu-west-1}}`",
        );
    }
    if settings.api_version.is_empty() {
        findings.error(
            Code::MISSING_KEY,
            &setting!("externalSecrets.apiVersion"),
            "`externalSecrets.apiVersion` is empty",
            "use `external-secrets.io/v1`, or `external-secrets.io/v1beta1` if the operator is \
             older than 0.14",
        );
    }
}

fn service_monitor(values: &Values, findings: &mut Findings<'_>) {
    for (key, duration) in [
        ("interval", &values.service_monitor.interval),
        ("scrapeTimeout", &values.service_monitor.scrape_timeout),
    ] {
        findings.require_if_set(
            Code::INVALID_VALUE,
            &setting!("serviceMonitor").join(key),
            duration,
            &PROMETHEUS_DURATION,
        );
    }
}
