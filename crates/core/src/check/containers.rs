//! Pods: environment, volumes, mounts, resources, further containers.

use super::syntax::{DNS_LABEL, ENV_NAME, MOUNT_PATH};
use super::{Findings, server, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::{Container, EnvVar, ResourceRequirements, Volume, VolumeMount};
use crate::path::ValuePath;
use crate::resolve::Resolved;
use crate::setting;
use crate::values::Values;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(values: &Values, resolved: &Resolved<'_>, findings: &mut Findings<'_>) {
    let collection = setting!("garbageCollection");
    environment(&setting!("env"), &values.env, findings);
    environment(
        &collection.join("env"),
        &values.garbage_collection.env,
        findings,
    );

    let server = &resolved.server;
    let volumes = pod_volumes(
        &server.volumes,
        &setting!("extraVolumes"),
        values.extra_volumes.len(),
        findings,
    );
    mounts(
        &server.volume_mounts,
        &setting!("extraVolumeMounts"),
        values.extra_volume_mounts.len(),
        &volumes,
        findings,
    );
    further_containers(values, &volumes, findings);
    amounts(&setting!("resources"), values.resources.as_ref(), findings);

    let jobs = resolved.garbage_collection.as_ref();
    if let Some(jobs) = jobs {
        let volumes = pod_volumes(
            &jobs.volumes,
            &collection.join("extraVolumes"),
            values.garbage_collection.extra_volumes.len(),
            findings,
        );
        mounts(
            &jobs.volume_mounts,
            &collection.join("extraVolumeMounts"),
            values.garbage_collection.extra_volume_mounts.len(),
            &volumes,
            findings,
        );
    }
    amounts(
        &collection.join("resources"),
        values.garbage_collection.resources.as_ref(),
        findings,
    );
}

fn environment(list: &ValuePath, variables: &[EnvVar], findings: &mut Findings<'_>) {
    let mut seen = BTreeMap::new();
    for (index, variable) in variables.iter().enumerate() {
        let place = list.join(index);
        if variable.name.is_empty() {
            continue; // Reported as a missing key.
        }
        findings.require(
            Code::INVALID_NAME,
            &place.join("name"),
            &variable.name,
            &ENV_NAME,
        );
        if let Some(first) = seen.insert(variable.name.as_str(), index) {
            findings.push(
                Diagnostic::error(
                    Code::DUPLICATE_ENTRY,
                    place.join("name"),
                    format!(
                        "`{place}` sets the variable `{}`, which `{}` already sets",
                        variable.name,
                        list.join(first)
                    ),
                )
                .help(
                    "keep one of the two entries: which one takes effect depends on how the \
                     manifest is applied",
                )
                .fix_remove(format!("Remove this entry for `{}`", variable.name), &place),
            );
        }
        if let Some(source) = &variable.value_from {
            server::env_source(&place.join("valueFrom"), source, findings);
            if variable
                .value
                .as_ref()
                .is_some_and(|value| !value.is_empty())
            {
                findings.error(
                    Code::INVALID_VALUE,
                    &place,
                    format!(
                        "`{place}` gives the variable `{}` both `value` and `valueFrom`",
                        variable.name
                    ),
                    "remove one of them: Kubernetes refuses both together",
                );
            }
        }
    }
}

/// The names of a pod's volumes, the user's last `extra` ones checked.
fn pod_volumes<'v>(
    volumes: &'v [Volume],
    place: &ValuePath,
    extra: usize,
    findings: &mut Findings<'_>,
) -> BTreeSet<&'v str> {
    let own = volumes.len().saturating_sub(extra);
    let mut names = BTreeSet::new();
    for (position, volume) in volumes.iter().enumerate() {
        let is_new = names.insert(volume.name.as_str());
        let Some(index) = position.checked_sub(own) else {
            continue;
        };
        let place = place.join(index);
        if volume.name.is_empty() {
            continue; // Reported as a missing key.
        }
        findings.require(
            Code::INVALID_NAME,
            &place.join("name"),
            &volume.name,
            &DNS_LABEL,
        );
        if !is_new {
            findings.error(
                Code::DUPLICATE_ENTRY,
                &place.join("name"),
                format!(
                    "`{place}` has the name {}, which another volume of the Pod already has",
                    shown(&volume.name)
                ),
                "use another name",
            );
        }
        if let Some(limit) = volume
            .empty_dir
            .as_ref()
            .and_then(|directory| directory.size_limit.as_ref())
        {
            server::amount(
                &place.join("emptyDir").join("sizeLimit"),
                &limit.0,
                findings,
            );
        }
    }
    names
}

/// A container's mounts, the user's last `extra` ones checked.
fn mounts(
    mounts: &[VolumeMount],
    place: &ValuePath,
    extra: usize,
    volumes: &BTreeSet<&str>,
    findings: &mut Findings<'_>,
) {
    let own = mounts.len().saturating_sub(extra);
    let mut paths = BTreeMap::new();
    for (position, mount) in mounts.iter().enumerate() {
        let taken = paths.insert(mount.mount_path.as_str(), mount.name.as_str());
        let Some(index) = position.checked_sub(own) else {
            continue;
        };
        let place = place.join(index);
        if mount.mount_path.is_empty() || mount.name.is_empty() {
            continue; // Reported as a missing key.
        }
        findings.require(
            Code::INVALID_VALUE,
            &place.join("mountPath"),
            &mount.mount_path,
            &MOUNT_PATH,
        );
        if let Some(other) = taken {
            findings.error(
                Code::DUPLICATE_ENTRY,
                &place.join("mountPath"),
                format!(
                    "`{place}` mounts a volume at {}, where the volume `{other}` is already \
                     mounted",
                    shown(&mount.mount_path)
                ),
                "use another path: Kubernetes refuses two mounts at the same path",
            );
        }
        if !volumes.contains(mount.name.as_str()) {
            let names: Vec<&str> = volumes.iter().copied().collect();
            findings.error(
                Code::MOUNT_WITHOUT_VOLUME,
                &place.join("name"),
                format!(
                    "`{place}` mounts the volume {}, which the Pod does not have",
                    shown(&mount.name)
                ),
                if names.is_empty() {
                    "add a volume with this name to the extra volumes".to_owned()
                } else {
                    format!(
                        "use one of its volumes ({}), or add a volume with this name to the extra \
                         volumes",
                        names.join(", ")
                    )
                },
            );
        }
    }
}

fn further_containers(values: &Values, volumes: &BTreeSet<&str>, findings: &mut Findings<'_>) {
    let mut names = BTreeSet::from(["mlflow"]);
    let containers = [
        (
            setting!("extraInitContainers"),
            &values.extra_init_containers,
        ),
        (setting!("extraContainers"), &values.extra_containers),
    ];
    for (place, containers) in &containers {
        for (index, container) in containers.iter().enumerate() {
            let place = place.join(index);
            one_container(&place, container, volumes, findings);
            if !container.name.is_empty() && !names.insert(container.name.as_str()) {
                findings.error(
                    Code::DUPLICATE_ENTRY,
                    &place.join("name"),
                    format!(
                        "`{place}` has the name {}, which another container of the Pod already has",
                        shown(&container.name)
                    ),
                    "use another name",
                );
            }
        }
    }
}

fn one_container(
    place: &ValuePath,
    container: &Container,
    volumes: &BTreeSet<&str>,
    findings: &mut Findings<'_>,
) {
    if !container.name.is_empty() {
        findings.require(
            Code::INVALID_NAME,
            &place.join("name"),
            &container.name,
            &DNS_LABEL,
        );
    }
    if container.image.as_deref().unwrap_or_default().is_empty() {
        findings.error(
            Code::MISSING_KEY,
            place,
            format!("`{place}.image` is missing"),
            "add the image: Kubernetes refuses a container without one",
        );
    }
    environment(
        &place.join("env"),
        container.env.as_deref().unwrap_or_default(),
        findings,
    );
    let own_mounts = container.volume_mounts.as_deref().unwrap_or_default();
    mounts(
        own_mounts,
        &place.join("volumeMounts"),
        own_mounts.len(),
        volumes,
        findings,
    );
    amounts(
        &place.join("resources"),
        container.resources.as_ref(),
        findings,
    );
    for (index, port) in container.ports.iter().flatten().enumerate() {
        if !(1..=65535).contains(&port.container_port) {
            findings.error(
                Code::INVALID_PORT,
                &place.join("ports").join(index).join("containerPort"),
                format!(
                    "`{place}` has the container port {}, which is not a valid port",
                    port.container_port
                ),
                "use a whole number from 1 to 65535",
            );
        }
    }
}

fn amounts(
    place: &ValuePath,
    resources: Option<&ResourceRequirements>,
    findings: &mut Findings<'_>,
) {
    let Some(resources) = resources else { return };
    let maps = [
        ("requests", &resources.requests),
        ("limits", &resources.limits),
    ];
    for (key, map) in maps {
        for (resource, quantity) in map.iter().flatten() {
            let place = place.join(key).join(resource.as_str());
            server::amount(&place, &quantity.0, findings);
        }
    }
}
