//! What the finished objects say about the server.

use crate::manifest::{Manifest, ManifestSet};
use crate::references::{list, pod, text};
use serde_json::Value;

use super::shell::quote;

pub(super) struct Site<'m> {
    pub(super) set: &'m ManifestSet,
    /// Not quoted.
    pub(super) namespace: &'m str,
    pub(super) deployment: &'m Manifest,
    /// The server's pod.
    pub(super) pod: &'m Value,
    /// The server's container.
    pub(super) container: &'m Value,
    pub(super) service: &'m Manifest,
    pub(super) service_port: i64,
    /// `http` or `https`: what the server itself speaks.
    pub(super) scheme: &'m str,
    /// The path below which the server answers, empty or with a leading slash.
    pub(super) prefix: &'m str,
    /// The release's name.
    pub(super) release: &'m str,
}

impl<'m> Site<'m> {
    pub(super) fn of(set: &'m ManifestSet) -> Option<Self> {
        let deployment = first(set, "Deployment")?;
        let service = first(set, "Service")?;
        let pod = pod(deployment)?;
        let container = list(pod, "/spec/containers").next()?;
        let mut site = Self {
            set,
            namespace: deployment.namespace().unwrap_or("default"),
            deployment,
            pod,
            container,
            service,
            service_port: service
                .object()
                .pointer("/spec/ports/0/port")
                .and_then(Value::as_i64)
                .unwrap_or(5000),
            scheme: text(service.object(), "/spec/ports/0/name").unwrap_or("http"),
            prefix: "",
            release: text(
                deployment.object(),
                "/metadata/labels/app.kubernetes.io~1instance",
            )
            .unwrap_or("mlflow"),
        };
        site.prefix = site
            .setting("static-prefix", "MLFLOW_STATIC_PREFIX")
            .unwrap_or_default()
            .trim_end_matches('/');
        Some(site)
    }

    /// The first object of a kind.
    pub(super) fn first(&self, kind: &str) -> Option<&'m Manifest> {
        first(self.set, kind)
    }

    /// `--namespace mlflow`.
    pub(super) fn in_namespace(&self) -> String {
        format!("--namespace {}", quote(self.namespace))
    }

    /// `deployment/mlflow-mlflow`, quoted.
    pub(super) fn deployment_name(&self) -> String {
        quote(&format!("deployment/{}", self.deployment.name()))
    }

    /// An option of the command line.
    pub(super) fn option(&self, name: &str) -> Option<&'m str> {
        list(self.container, "/command").find_map(|argument| {
            argument
                .as_str()?
                .strip_prefix("--")?
                .strip_prefix(name)?
                .strip_prefix('=')
        })
    }

    /// Whether the command line has an option without a value.
    pub(super) fn flag(&self, name: &str) -> bool {
        list(self.container, "/command")
            .filter_map(Value::as_str)
            .any(|argument| argument.strip_prefix("--") == Some(name))
    }

    /// The entry of a variable of the server.
    pub(super) fn variable(&self, name: &str) -> Option<&'m Value> {
        list(self.container, "/env").find(|entry| text(entry, "/name") == Some(name))
    }

    /// The value of a variable that stands in the manifest.
    pub(super) fn literal(&self, name: &str) -> Option<&'m str> {
        text(self.variable(name)?, "/value")
    }

    /// The Secret and key that a variable comes from.
    pub(super) fn secret_of(&self, name: &str) -> Option<(&'m str, &'m str)> {
        let selector = self.variable(name)?.pointer("/valueFrom/secretKeyRef")?;
        Some((text(selector, "/name")?, text(selector, "/key")?))
    }

    /// A setting that stands on the command line or in the environment.
    pub(super) fn setting(&self, option: &str, variable: &str) -> Option<&'m str> {
        self.option(option).or_else(|| self.literal(variable))
    }

    pub(super) fn basic_auth(&self) -> bool {
        self.option("app-name") == Some("basic-auth")
    }

    pub(super) fn workspaces(&self) -> bool {
        let variable = self.literal("MLFLOW_ENABLE_WORKSPACES");
        self.flag("enable-workspaces")
            || variable.is_some_and(|on| matches!(on.to_lowercase().as_str(), "true" | "1"))
    }

    /// Whether the server answers to `localhost`, as far as the manifest tells.
    pub(super) fn answers_localhost(&self) -> bool {
        if self.security_is_off() {
            return true;
        }
        match self.setting("allowed-hosts", "MLFLOW_SERVER_ALLOWED_HOSTS") {
            None => self.variable("MLFLOW_SERVER_ALLOWED_HOSTS").is_none(),
            Some(hosts) => hosts
                .split(',')
                .any(|host| matches!(host.trim(), "*" | "localhost:*" | "localhost*")),
        }
    }

    pub(super) fn security_is_off(&self) -> bool {
        self.flag("disable-security-middleware")
            || self
                .literal("MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE")
                .is_some_and(|on| matches!(on.to_lowercase().as_str(), "true" | "1"))
    }

    /// The folder of the claim in the server's container.
    pub(super) fn volume_folder(&self) -> Option<&'m str> {
        let volume = list(self.pod, "/spec/volumes")
            .find(|volume| volume.pointer("/persistentVolumeClaim").is_some())?;
        let name = text(volume, "/name")?;
        let mount = list(self.container, "/volumeMounts")
            .find(|mount| text(mount, "/name") == Some(name))?;
        text(mount, "/mountPath")
    }

    /// The command that writes the manifests again.
    pub(super) fn render(&self) -> String {
        let namespace = if self.first("Namespace").is_some() {
            " --create-namespace"
        } else {
            ""
        };
        format!(
            "mlflow-k8s render {} {}{namespace} -f values.yaml > manifests.yaml",
            quote(self.release),
            self.in_namespace()
        )
    }
}

fn first<'m>(set: &'m ManifestSet, kind: &str) -> Option<&'m Manifest> {
    set.manifests()
        .iter()
        .find(|manifest| manifest.kind() == kind)
}
