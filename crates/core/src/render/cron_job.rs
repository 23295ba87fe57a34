//! The CronJob of garbage collection.

use super::deployment::{mlflow_container, pod_spec};
use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{
    Affinity, Container, CronJobSpec, JobSpec, JobTemplateSpec, PodAffinityTerm, PodSpec,
    PodTemplateSpec, Tree,
};
use crate::manifest::Manifest;
use crate::resolve::Resolved;

pub(crate) fn render(resolved: &Resolved<'_>) -> Option<Manifest> {
    let garbage_collection = resolved.garbage_collection.as_ref()?;
    let container = Container {
        name: "mlflow-gc".to_owned(),
        command: Some(garbage_collection.command.clone()),
        env: metadata::list(&garbage_collection.env),
        resources: garbage_collection.resources.cloned(),
        volume_mounts: metadata::list(&garbage_collection.volume_mounts),
        ..mlflow_container(&resolved.pod)
    };
    let template = PodTemplateSpec {
        metadata: Some(metadata::pod(
            resolved,
            resolved.gc_selector(),
            Component::GarbageCollection,
        )),
        spec: Some(PodSpec {
            restart_policy: Some("Never".to_owned()),
            containers: vec![container],
            volumes: metadata::list(&garbage_collection.volumes),
            affinity: affinity(resolved, garbage_collection.beside_server),
            ..pod_spec(resolved)
        }),
    };
    let spec = CronJobSpec {
        schedule: garbage_collection.schedule.to_owned(),
        // Two collectors at once would delete under each other's hands.
        concurrency_policy: Some("Forbid".to_owned()),
        successful_jobs_history_limit: Some(3),
        failed_jobs_history_limit: Some(3),
        job_template: JobTemplateSpec {
            spec: Some(JobSpec {
                backoff_limit: Some(1),
                template,
            }),
        },
    };
    Some(object(
        ObjectKind::CronJob,
        resolved,
        metadata::named(resolved, &resolved.gc_name, Component::GarbageCollection),
        vec![("spec", spec.to_tree())],
    ))
}

/// The user's affinity and, where a volume is bound to one node, the server's node.
fn affinity(resolved: &Resolved<'_>, beside_server: bool) -> Option<Affinity> {
    let users = resolved.pod.affinity.cloned();
    if !beside_server {
        return users;
    }
    let mut affinity = users.unwrap_or_default();
    affinity
        .pod_affinity
        .get_or_insert_default()
        .required_during_scheduling_ignored_during_execution
        .get_or_insert_default()
        .push(PodAffinityTerm {
            label_selector: Some(metadata::selecting(resolved.selector())),
            topology_key: "kubernetes.io/hostname".to_owned(),
            ..PodAffinityTerm::default()
        });
    Some(affinity)
}
