//! How to reach the server.

use super::prepare::ADMIN_PASSWORD;
use super::shell::{quote, secret_entry};
use super::site::Site;
use super::{Kind, Step};
use crate::references::{list, text};
use serde_json::Value;

/// Where clients outside the cluster find the server.
struct Address {
    /// Without a slash at the end.
    uri: String,
    /// Whether the client checks the server's own certificate.
    is_direct: bool,
}

pub(super) fn steps(site: &Site<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut public = Vec::new();
    ingress(site, &mut steps, &mut public);
    route(site, &mut steps, &mut public);
    service(site, &mut steps);
    let tunnel = tunnel(site);
    let uri = format!("{}://localhost:{}{}", site.scheme, tunnel, site.prefix);
    steps.push(port_forward(site, tunnel, &uri, public.is_empty()));
    let address = public.into_iter().next().unwrap_or(Address {
        uri,
        is_direct: true,
    });
    let (before, variables) = client_settings(site, &address);
    if !before.is_empty() {
        steps.push(
            Step::shell("Give the client what it needs", before)
                .why("In the shell in which Python runs."),
        );
    }
    steps.push(client(site, &address, &variables));
    steps
}

fn ingress(site: &Site<'_>, steps: &mut Vec<Step>, public: &mut Vec<Address>) {
    let Some(ingress) = site.first("Ingress") else {
        return;
    };
    let object = ingress.object();
    let name = quote(&format!("ingress/{}", ingress.name()));
    let mut lines = vec![format!("kubectl get {name} {}", site.in_namespace())];
    for rule in list(object, "/spec/rules") {
        let host = text(rule, "/host").unwrap_or("<ADDRESS>");
        let is_covered = list(object, "/spec/tls").any(|tls| {
            let mut hosts = list(tls, "/hosts").filter_map(Value::as_str).peekable();
            hosts.peek().is_none() || hosts.any(|covered| covers(covered, host))
        });
        let host = host.replacen('*', "<NAME>", 1);
        let scheme = if is_covered { "https" } else { "http" };
        let path = list(rule, "/http/paths")
            .find_map(|path| text(path, "/path"))
            .unwrap_or_default();
        let uri = format!("{scheme}://{host}{}", path_below(site, path));
        lines.push(check(&uri));
        public.push(Address {
            uri,
            is_direct: false,
        });
    }
    let first = public.first().map(|address| address.uri.clone());
    let title = match first {
        Some(uri) => format!("Open {uri}/"),
        None => "Look at the Ingress".to_owned(),
    };
    steps.push(Step::shell(title, lines).why(
        "The host's name must lead to the address that the Ingress got; `curl` prints `OK` then.",
    ));
}

/// Whether an entry of a certificate's hosts covers a host.
fn covers(covered: &str, host: &str) -> bool {
    covered == host
        || covered
            .strip_prefix("*.")
            .is_some_and(|domain| host.split_once('.').is_some_and(|(_, rest)| rest == domain))
}

/// The path of the page: below the server's prefix or, where a controller
/// rewrites paths, below the Ingress' own.
fn path_below<'s>(site: &Site<'s>, path: &'s str) -> &'s str {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if site.prefix.is_empty() && path.starts_with('/') && path.chars().all(is_plain) {
        path.trim_end_matches('/')
    } else {
        site.prefix
    }
}

fn check(uri: &str) -> String {
    format!("curl --fail {}", quote(&format!("{uri}/health")))
}

fn route(site: &Site<'_>, steps: &mut Vec<Step>, public: &mut Vec<Address>) {
    let Some(route) = site.first("HTTPRoute") else {
        return;
    };
    let name = quote(&format!("httproute/{}", route.name()));
    let mut lines = vec![format!("kubectl get {name} {}", site.in_namespace())];
    let mut hosts: Vec<&str> = list(route.object(), "/spec/hostnames")
        .filter_map(Value::as_str)
        .collect();
    if hosts.is_empty() {
        hosts.push("<ADDRESS>");
    }
    let path = list(route.object(), "/spec/rules")
        .flat_map(|rule| list(rule, "/matches"))
        .find_map(|found| text(found, "/path/value"))
        .unwrap_or_default();
    let mut first = None;
    for host in hosts {
        let host = host.replacen('*', "<NAME>", 1);
        let uri = format!("https://{host}{}", path_below(site, path));
        lines.push(check(&uri));
        first.get_or_insert_with(|| uri.clone());
        public.push(Address {
            uri,
            is_direct: false,
        });
    }
    let title = format!("Open {}/", first.unwrap_or_default());
    steps.push(Step::shell(title, lines).why(
        "Or with `http://`: the Gateway's listener decides. The host's name must lead to the \
         Gateway's address.",
    ));
}

fn service(site: &Site<'_>, steps: &mut Vec<Step>) {
    let namespace = site.in_namespace();
    let name = quote(&format!("service/{}", site.service.name()));
    let (scheme, prefix) = (site.scheme, site.prefix);
    let (title, lines) = match text(site.service.object(), "/spec/type") {
        Some("NodePort") => (
            "Ask for the port of the nodes",
            vec![
                "NODE=$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}')"
                    .to_owned(),
                format!(
                    "PORT=$(kubectl get {name} {namespace} -o \
                     jsonpath='{{.spec.ports[0].nodePort}}')"
                ),
                format!("echo \"{scheme}://$NODE:$PORT{prefix}/\""),
            ],
        ),
        Some("LoadBalancer") => (
            "Ask for the address of the load balancer",
            vec![
                format!(
                    "HOST=$(kubectl get {name} {namespace} -o \
                     jsonpath='{{.status.loadBalancer.ingress[0].ip}}{{.status.loadBalancer.ingress[0].hostname}}')"
                ),
                format!("echo \"{scheme}://$HOST:{}{prefix}/\"", site.service_port),
            ],
        ),
        _ => return,
    };
    let mut step = Step::shell(title, lines);
    let is_open = site.security_is_off()
        || site
            .setting("cors-allowed-origins", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS")
            .is_some();
    if !is_open {
        step = step.why(
            "Browsers get 403 until `server.value_options.cors_allowed_origins` has this address \
             (without the path), and everybody until `allowed_hosts` has it if it is neither \
             private nor the Service's name.",
        );
    }
    steps.push(step);
}

/// The port on the user's own machine: the Service's, where that needs no root.
fn tunnel(site: &Site<'_>) -> i64 {
    if site.service_port < 1024 {
        5000
    } else {
        site.service_port
    }
}

fn port_forward(site: &Site<'_>, local: i64, uri: &str, is_only_way: bool) -> Step {
    let title = if is_only_way {
        format!("Open {uri}/ through a tunnel")
    } else {
        format!("Or, without the public address, open {uri}/")
    };
    let step = Step::shell(
        title,
        [format!(
            "kubectl port-forward {} {} {local}:{}",
            site.in_namespace(),
            quote(&format!("service/{}", site.service.name())),
            site.service_port
        )],
    )
    .why("It runs until Ctrl-C; use another terminal for the rest.");
    if site.answers_localhost() {
        step
    } else {
        step.why(
            "The server answers 403 as long as its list of allowed hosts has no `localhost:*`.",
        )
    }
}

/// Commands that prepare the client, and variables for its program.
fn client_settings(
    site: &Site<'_>,
    address: &Address,
) -> (Vec<String>, Vec<(&'static str, String)>) {
    let namespace = site.in_namespace();
    let mut lines = Vec::new();
    let mut variables = Vec::new();
    if address.is_direct && site.scheme == "https" {
        let secret = list(site.pod, "/spec/volumes")
            .find(|volume| text(volume, "/name") == Some("tls"))
            .and_then(|volume| text(volume, "/secret/secretName"));
        if let Some(secret) = secret {
            lines.push(format!(
                "{} > mlflow-ca.crt",
                secret_entry(&namespace, secret, "tls.crt")
            ));
            variables.push((
                "MLFLOW_TRACKING_SERVER_CERT_PATH",
                "mlflow-ca.crt".to_owned(),
            ));
        }
    }
    if site.basic_auth() {
        lines.push("export MLFLOW_TRACKING_USERNAME=admin".to_owned());
        lines.push(match site.secret_of(ADMIN_PASSWORD) {
            Some((name, key)) => format!(
                "export MLFLOW_TRACKING_PASSWORD=\"$({})\"",
                secret_entry(&namespace, name, key)
            ),
            None => "export MLFLOW_TRACKING_PASSWORD='<PASSWORD>'".to_owned(),
        });
    }
    (lines, variables)
}

fn client(site: &Site<'_>, address: &Address, variables: &[(&str, String)]) -> Step {
    let cluster = format!(
        "{}://{}.{}.svc.cluster.local:{}{}",
        site.scheme,
        site.service.name(),
        site.namespace,
        site.service_port,
        site.prefix
    );
    let mut lines = Vec::new();
    let mut settings: Vec<String> = variables
        .iter()
        .map(|(name, value)| format!("os.environ[{}] = {}", literal(name), literal(value)))
        .collect();
    if site.workspaces() {
        settings.push("# Or another one; `default` is always there.".to_owned());
        settings.push("os.environ[\"MLFLOW_WORKSPACE\"] = \"default\"".to_owned());
    }
    if !settings.is_empty() {
        lines.extend(["import os".to_owned(), String::new()]);
    }
    lines.extend(["import mlflow".to_owned(), String::new()]);
    if !settings.is_empty() {
        lines.extend(settings);
    }
    lines.push(format!("# In the cluster: {}", cluster.escape_default()));
    lines.push(format!(
        "mlflow.set_tracking_uri({})",
        literal(&address.uri)
    ));
    lines.extend(
        [
            "with mlflow.start_run():",
            "    mlflow.log_param(\"rows\", 1200)",
            "    mlflow.log_metric(\"seconds\", 3.4)",
        ]
        .map(str::to_owned),
    );
    let mut step = Step {
        title: "Log a run".to_owned(),
        why: None,
        kind: Kind::Python,
        text: lines.join("\n"),
    };
    if !variables.is_empty() {
        step = step.why(
            "The certificate must be valid for the name in the address; for a trial, \
             `MLFLOW_TRACKING_INSECURE_TLS=true` accepts any, without \
             `MLFLOW_TRACKING_SERVER_CERT_PATH`.",
        );
    }
    let root = site.setting("default-artifact-root", "MLFLOW_DEFAULT_ARTIFACT_ROOT");
    if let Some(root) = root.filter(|root| !root.starts_with("mlflow-artifacts:")) {
        let shown = crate::redact::without_passwords(root).unwrap_or_else(|| root.to_owned());
        step = step.why(format!(
            "Clients write artifacts to {shown} themselves, and need credentials for it."
        ));
    }
    step
}

/// A text of Python.
fn literal(text: &str) -> String {
    // JSON's escapes are Python's too.
    serde_json::Value::from(text).to_string()
}
