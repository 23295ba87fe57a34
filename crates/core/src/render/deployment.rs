//! The Deployment of the server.

use super::metadata::{self, Component};
use super::object::object;
use crate::kind::ObjectKind;
use crate::kubernetes::{Container, ContainerPort, DeploymentSpec, PodSpec, PodTemplateSpec, Tree};
use crate::manifest::Manifest;
use crate::resolve::{Pod, Resolved};

pub(crate) fn render(resolved: &Resolved<'_>) -> Manifest {
    let server = &resolved.server;
    let mut containers = vec![container(resolved)];
    containers.extend_from_slice(server.extra_containers);
    let spec = DeploymentSpec {
        replicas: server.replicas,
        strategy: Some(server.strategy.clone()),
        selector: metadata::selecting(resolved.selector()),
        template: PodTemplateSpec {
            metadata: Some(metadata::pod(
                resolved,
                resolved.selector(),
                Component::Server,
            )),
            spec: Some(PodSpec {
                // A Service named mlflow would put `MLFLOW_PORT=tcp://…` into
                // the environment, which the server reads as its port.
                enable_service_links: Some(false),
                init_containers: metadata::list(server.init_containers),
                containers,
                volumes: metadata::list(&server.volumes),
                affinity: resolved.pod.affinity.cloned(),
                topology_spread_constraints: metadata::list(server.topology_spread_constraints),
                ..pod_spec(resolved)
            }),
        },
    };
    object(
        ObjectKind::Deployment,
        resolved,
        metadata::named(resolved, &resolved.fullname, Component::Server),
        vec![("spec", spec.to_tree())],
    )
}

fn container(resolved: &Resolved<'_>) -> Container {
    let server = &resolved.server;
    Container {
        name: "mlflow".to_owned(),
        command: Some(server.command.clone()),
        ports: Some(vec![ContainerPort {
            name: Some(server.scheme.as_str().to_owned()),
            container_port: server.port,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        env: metadata::list(&server.env),
        liveness_probe: server.liveness_probe.clone(),
        readiness_probe: server.readiness_probe.clone(),
        startup_probe: server.startup_probe.clone(),
        resources: server.resources.cloned(),
        volume_mounts: metadata::list(&server.volume_mounts),
        ..mlflow_container(&resolved.pod)
    }
}

/// What every container of the MLflow image shares.
pub(super) fn mlflow_container(pod: &Pod<'_>) -> Container {
    Container {
        image: Some(pod.image.clone()),
        image_pull_policy: pod.pull_policy.as_kubernetes().map(str::to_owned),
        env_from: metadata::list(pod.env_from),
        security_context: pod.container_security_context.cloned(),
        ..Container::default()
    }
}

/// What every pod of the MLflow image shares.
pub(super) fn pod_spec(resolved: &Resolved<'_>) -> PodSpec {
    let pod = &resolved.pod;
    PodSpec {
        service_account_name: Some(resolved.service_account_name().to_owned()),
        image_pull_secrets: metadata::list(pod.image_pull_secrets),
        security_context: pod.security_context.cloned(),
        node_selector: metadata::some(&pod.node_selector.0),
        tolerations: metadata::list(pod.tolerations),
        ..PodSpec::default()
    }
}
