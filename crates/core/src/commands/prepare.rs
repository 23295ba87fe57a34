//! What must be there before the manifests are applied, and their application.

use super::Step;
use super::shell::quote;
use super::site::Site;
use crate::kind::{ObjectKind, Scope};
use crate::manifest::Manifest;
use crate::references::{By, Reference, containers, list, pod, references, text};
use crate::resolve::{KeptIn, Place, StoreName};
use serde_json::Value;

/// A Secret or ConfigMap that somebody has to create.
#[derive(Debug)]
pub(super) struct Need<'m> {
    pub(super) kind: &'m str,
    pub(super) name: &'m str,
    /// Keys that something asks for.
    entries: Vec<Entry<'m>>,
    /// All its entries become variables.
    is_environment: bool,
    /// A volume takes whatever it holds.
    is_folder: bool,
    /// The certificate of these hosts.
    certificate: Option<Vec<&'m str>>,
    is_pull_secret: bool,
}

#[derive(Debug)]
struct Entry<'m> {
    key: &'m str,
    /// The variable that takes it; a file without one.
    variable: Option<&'m str>,
}

/// Every Secret and ConfigMap that is referred to and that nothing creates.
pub(super) fn needs<'m>(site: &Site<'m>) -> Vec<Need<'m>> {
    let all: Vec<(&Manifest, Reference<'_>)> = site
        .set
        .manifests()
        .iter()
        .flat_map(|manifest| {
            references(manifest)
                .into_iter()
                .map(move |found| (manifest, found))
        })
        .collect();
    let is_created = |kind: &str, name: &str| {
        site.set
            .manifests()
            .iter()
            .any(|manifest| manifest.kind() == kind && manifest.name() == name)
            || all.iter().any(|(_, found)| {
                found.by == By::Creates && found.kind == kind && found.name == name
            })
    };
    let mut needs: Vec<Need<'m>> = Vec::new();
    for (manifest, found) in &all {
        let wanted = found.holds_entries()
            && !found.optional
            && found
                .namespace
                .is_none_or(|other| other == site.facts.namespace)
            && !is_created(found.kind, found.name)
            && !(found.by == By::Certificate && site.facts.certificates_are_issued);
        if !wanted {
            continue;
        }
        let known = needs
            .iter()
            .position(|need| need.kind == found.kind && need.name == found.name);
        let index = known.unwrap_or_else(|| {
            needs.push(Need {
                kind: found.kind,
                name: found.name,
                entries: Vec::new(),
                is_environment: false,
                is_folder: false,
                certificate: None,
                is_pull_secret: false,
            });
            needs.len() - 1
        });
        if let Some(need) = needs.get_mut(index) {
            need.add(manifest, found);
        }
    }
    needs
}

impl<'m> Need<'m> {
    fn add(&mut self, manifest: &'m Manifest, found: &Reference<'m>) {
        match &found.by {
            By::Variable { variable, key } => self.entry(key, Some(variable)),
            By::AllVariables => self.is_environment = true,
            By::Entry(key) => self.entry(key, None),
            By::PullSecret => self.is_pull_secret = true,
            By::Certificate => {
                let hosts = list(manifest.object(), "/spec/tls")
                    .filter(|tls| text(tls, "/secretName") == Some(self.name))
                    .flat_map(|tls| list(tls, "/hosts"))
                    .filter_map(Value::as_str);
                self.certificate.get_or_insert_default().extend(hosts);
            }
            By::Volume { items, .. } if !items.is_empty() => {
                for (key, _) in items {
                    self.entry(key, None);
                }
            }
            By::Volume { volume, .. } => {
                let files = pod(manifest)
                    .map(|pod| files_of(pod, volume))
                    .unwrap_or_default();
                self.is_folder |= files.is_empty();
                for key in files {
                    self.entry(key, None);
                }
            }
            // A driver or another object takes what it needs.
            By::Claim
            | By::MountSecret
            | By::Identity
            | By::Grants
            | By::GrantedTo
            | By::Creates
            | By::Store
            | By::Entrance
            | By::Backend
            | By::Mirror
            | By::Filter => self.is_folder = true,
        }
    }

    /// Several variables may take the same entry; the one whose content is
    /// known describes it best.
    fn entry(&mut self, key: &'m str, variable: Option<&'m str>) {
        let known = self.entries.iter_mut().find(|entry| entry.key == key);
        match known {
            None => self.entries.push(Entry { key, variable }),
            Some(entry) => {
                let is_better = variable.is_some_and(|variable| OWN.contains(&variable))
                    || entry.variable.is_none();
                if is_better && variable.is_some() {
                    entry.variable = variable;
                }
            }
        }
    }

    fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Whether it is a certificate with its key and nothing else.
    fn is_certificate(&self) -> bool {
        self.kind == "Secret"
            && !self.is_environment
            && !self.is_folder
            && (self.certificate.is_some() || self.has("tls.crt"))
            && self
                .entries
                .iter()
                .all(|entry| matches!(entry.key, "tls.crt" | "tls.key"))
    }

    /// `secret/mlflow-auth-secret`, quoted.
    pub(super) fn resource(&self) -> String {
        quote(&format!("{}/{}", self.kind.to_lowercase(), self.name))
    }
}

const SECRET_KEY: &str = "MLFLOW_FLASK_SERVER_SECRET_KEY";
const ADMIN_PASSWORD: &str = "MLFLOW_AUTH_ADMIN_PASSWORD";
const STORES: [&str; 2] = ["MLFLOW_BACKEND_STORE_URI", "MLFLOW_REGISTRY_STORE_URI"];
/// Variables whose content is known.
const OWN: [&str; 4] = [
    SECRET_KEY,
    ADMIN_PASSWORD,
    "MLFLOW_BACKEND_STORE_URI",
    "MLFLOW_REGISTRY_STORE_URI",
];

/// Files below a volume's mounts that the containers are told to read.
fn files_of<'m>(pod: &'m Value, volume: &str) -> Vec<&'m str> {
    let mut files: Vec<&str> = Vec::new();
    for container in containers(pod) {
        for mount in
            list(container, "/volumeMounts").filter(|mount| text(mount, "/name") == Some(volume))
        {
            if let Some(file) = text(mount, "/subPath") {
                files.push(file);
                continue;
            }
            let folder = text(mount, "/mountPath").unwrap_or_default();
            let texts = ["/command", "/args"]
                .into_iter()
                .flat_map(|pointer| list(container, pointer))
                .chain(list(container, "/env").filter_map(|entry| entry.pointer("/value")))
                .filter_map(Value::as_str);
            files.extend(texts.flat_map(|text| below(text, folder)));
        }
    }
    let mut distinct = Vec::new();
    for file in files {
        if !distinct.contains(&file) {
            distinct.push(file);
        }
    }
    distinct
}

/// The files directly below a folder that a text names.
fn below<'t>(text: &'t str, folder: &str) -> impl Iterator<Item = &'t str> {
    let start = format!("{}/", folder.trim_end_matches('/'));
    text.match_indices(&start)
        .filter_map(|(at, found)| text.get(at + found.len()..))
        .filter_map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c))
                .unwrap_or(rest.len());
            rest.get(..end).filter(|file| !file.is_empty())
        })
        .collect::<Vec<_>>()
        .into_iter()
}

pub(super) fn steps(site: &Site<'_>, needs: &[Need<'_>]) -> Vec<Step> {
    let mut steps: Vec<Step> = namespace(site, needs).into_iter().collect();
    steps.extend(look(site));
    steps.extend(needs.iter().map(|need| create(site, need)));
    steps.push(
        Step::shell(
            "Apply the manifests",
            ["kubectl apply -f manifests.yaml".to_owned()],
        )
        .why("`manifests.yaml` contains all objects, each with its namespace."),
    );
    let namespace = site.in_namespace();
    if let Some(external) = site.first(ObjectKind::ExternalSecret) {
        let kind = external.object_kind().descriptor().resource();
        let name = quote(&format!("{kind}/{}", external.name()));
        steps.push(
            Step::shell(
                "Wait for the Secret",
                [format!(
                    "kubectl wait --for=condition=Ready {name} {namespace} --timeout=2m"
                )],
            )
            .why(
                "The External Secrets Operator creates the Secret. The server starts when the \
                 Secret exists.",
            ),
        );
    }
    steps.push(
        Step::shell(
            "Wait for the server",
            [format!(
                "kubectl rollout status {} {namespace} --timeout=10m",
                site.deployment_name()
            )],
        )
        .why(format!(
            "If the server does not become ready, read its log: `kubectl logs {} {namespace} \
             --all-containers`. MLflow can exit with code 0 although it failed, so the status \
             `Completed` means a failure too.",
            site.deployment_name()
        )),
    );
    steps
}

fn namespace(site: &Site<'_>, needs: &[Need<'_>]) -> Option<Step> {
    let is_rendered = site.first(ObjectKind::Namespace).is_some();
    if site.facts.namespace == "default" || (is_rendered && needs.is_empty()) {
        return None;
    }
    let name = quote(&site.facts.namespace);
    let command = if is_rendered {
        // With the annotation that apply compares with.
        format!("kubectl create namespace {name} --save-config")
    } else {
        format!("kubectl create namespace {name}")
    };
    let step = Step::shell("Create the namespace", [command]);
    Some(if is_rendered {
        step.why("The manifests contain the namespace too, but the next objects need it now.")
    } else {
        step.why("Skip this step if the namespace exists.")
    })
}

/// What neither the manifests nor the steps create.
fn look(site: &Site<'_>) -> Option<Step> {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: String| {
        if !lines.contains(&line) {
            lines.push(line);
        }
    };
    for manifest in site.set.manifests() {
        if let Some(definition) = manifest.object_kind().descriptor().definition() {
            add(format!("kubectl get crd {definition}"));
        }
        for found in references(manifest) {
            let is_rendered = site
                .set
                .manifests()
                .iter()
                .any(|other| other.kind() == found.kind && other.name() == found.name);
            // The next steps create Secrets and ConfigMaps.
            if is_rendered || found.is_default_account() || found.holds_entries() {
                continue;
            }
            let Some(kind) = found.object_kind().map(ObjectKind::descriptor) else {
                continue;
            };
            let resource = quote(&format!("{}/{}", kind.resource(), found.name));
            add(match kind.scope {
                Scope::Cluster => format!("kubectl get {resource}"),
                Scope::Namespaced => format!(
                    "kubectl get {resource} --namespace {}",
                    quote(found.namespace.unwrap_or(&site.facts.namespace))
                ),
            });
        }
    }
    (!lines.is_empty()).then(|| {
        Step::shell("Check that the required objects exist", lines)
            .why("The manifests refer to these objects, but do not create them.")
    })
}

fn create(site: &Site<'_>, need: &Need<'_>) -> Step {
    let namespace = site.in_namespace();
    let name = quote(need.name);
    let title = format!("Create the {} {}", need.kind, need.name);
    if need.is_pull_secret {
        let step = Step::shell(
            title,
            [continued([
                format!("kubectl create secret docker-registry {name} {namespace}"),
                "--docker-server='<REGISTRY>'".to_owned(),
                "--docker-username='<USER>'".to_owned(),
                "--docker-password='<PASSWORD>'".to_owned(),
            ])],
        );
        return step.why("The nodes use this Secret to pull the image.");
    }
    if need.is_certificate() {
        let step = Step::shell(
            title,
            [continued([
                format!("kubectl create secret tls {name} {namespace}"),
                "--cert=tls.crt".to_owned(),
                "--key=tls.key".to_owned(),
            ])],
        );
        return step.why(certificate_hint(site, need));
    }

    let mut lines = Vec::new();
    let mut hints: Vec<String> = Vec::new();
    let kind = if need.kind == "ConfigMap" {
        "configmap"
    } else {
        "secret generic"
    };
    let mut command = vec![format!("kubectl create {kind} {name} {namespace}")];
    if need.certificate.is_some() || (need.has("tls.crt") && need.has("tls.key")) {
        command.push("--type=kubernetes.io/tls".to_owned());
        hints.push(certificate_hint(site, need));
        for key in ["tls.crt", "tls.key"] {
            if !need.has(key) {
                command.push(format!("--from-file={key}"));
            }
        }
    }
    for entry in &need.entries {
        let argument = |value: &str| format!("--from-literal={}={value}", quote(entry.key));
        command.push(match entry.variable {
            Some(SECRET_KEY) => argument("\"$(openssl rand -hex 32)\""),
            Some(ADMIN_PASSWORD) => {
                hints.push(
                    "The password needs at least 12 characters. MLflow reads it only when it \
                     creates the database of users."
                        .to_owned(),
                );
                argument("\"$(openssl rand -base64 18)\"")
            }
            Some(variable) if STORES.contains(&variable) => {
                hints.push(
                    "In the URI, URL-encode special characters of the password: `@` becomes `%40`."
                        .to_owned(),
                );
                argument("'postgresql://<USER>:<PASSWORD>@<HOST>:5432/<DATABASE>'")
            }
            Some("MLFLOW_TRACKING_USERNAME") => argument("admin"),
            Some(variable) => argument(&quote(&format!("<{variable}>"))),
            None if reads_users_from(site, entry.key) => {
                lines.extend(users_file(site, entry.key));
                hints.push(users_hint(site));
                format!("--from-file={}", quote(entry.key))
            }
            None => format!("--from-file={}", quote(entry.key)),
        });
    }
    if need.is_environment {
        let file = format!("{}.env", need.name);
        command.push(format!("--from-env-file={}", quote(&file)));
        hints.push(format!(
            "`{file}` needs a line `NAME=value` for each variable{}.",
            wanted_variables(site)
        ));
        if !need.entries.is_empty() || need.is_folder {
            // kubectl takes such a file alone.
            command.retain(|part| {
                !part.starts_with("--from-literal=") && !part.starts_with("--from-file=")
            });
            let keys: Vec<&str> = need.entries.iter().map(|entry| entry.key).collect();
            hints.push(format!("It also needs these entries: {}.", keys.join(", ")));
        }
    } else if need.is_folder && need.entries.is_empty() {
        command.push(format!("--from-file={}", quote(&format!("{}/", need.name))));
        hints.push(format!(
            "Every file in the directory `{}` becomes an entry.",
            need.name
        ));
    }
    lines.push(continued(command));
    let step = Step::shell(title, lines);
    hints.into_iter().fold(step, Step::why)
}

/// What an object store usually asks of the environment.
fn wanted_variables(site: &Site<'_>) -> &'static str {
    match site.bucket_scheme() {
        Some("s3") => ", such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        Some("wasb" | "wasbs") => ", such as AZURE_STORAGE_CONNECTION_STRING",
        _ => "",
    }
}

/// Parts of a command on lines of their own.
fn continued(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(" \\\n  ")
}

fn certificate_hint(site: &Site<'_>, need: &Need<'_>) -> String {
    match &need.certificate {
        Some(hosts) if hosts.is_empty() => {
            "`tls.crt` contains the certificate followed by its intermediate certificates, and \
             `tls.key` contains its key."
                .to_owned()
        }
        Some(hosts) => format!(
            "`tls.crt` contains the certificate for {}, and `tls.key` contains its key.",
            hosts.join(", ")
        ),
        None => format!(
            "The certificate must be valid for the names that clients use, for example {}.{}.svc.cluster.local{}.",
            site.facts.name,
            site.facts.namespace,
            if site.first(ObjectKind::Ingress).is_none()
                && site.first(ObjectKind::HttpRoute).is_none()
            {
                " and localhost"
            } else {
                ""
            }
        ),
    }
}

/// Whether a file is the settings of basic auth.
fn reads_users_from(site: &Site<'_>, key: &str) -> bool {
    let sign_in = site.facts.sign_in.as_ref();
    sign_in
        .and_then(|sign_in| sign_in.configuration.as_deref()?.rsplit('/').next())
        .is_some_and(|file| file == key)
}

/// The settings of basic auth, as a file of that name.
fn users_file(site: &Site<'_>, key: &str) -> [String; 1] {
    let backend = site.place(StoreName::Backend);
    let is_server = |place: &&Place| matches!(place.kept_in, KeptIn::Database { .. });
    let database = match (&site.facts.claim_folder, backend.filter(is_server)) {
        (Some(folder), _) => format!("sqlite:///{}/basic_auth.db", folder.trim_end_matches('/')),
        (None, Some(backend)) => backend.shown(),
        _ => "postgresql://<USER>:<PASSWORD>@<HOST>:5432/<DATABASE>".to_owned(),
    };
    [format!(
        "cat > {} <<'INI'\n[mlflow]\ndefault_permission = READ\ndatabase_uri = {}\nadmin_username = admin\nINI",
        quote(key),
        database.replace('%', "%%"),
    )]
}

fn users_hint(site: &Site<'_>) -> String {
    if site.facts.claim_folder.is_some() {
        "MLflow stores the users in a separate database on the volume.".to_owned()
    } else {
        "MLflow can store the users in the database of the server. In this file, write a `%` of \
         the URI as `%%`."
            .to_owned()
    }
}
