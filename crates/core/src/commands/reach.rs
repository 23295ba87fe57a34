//! How to reach the server.

use super::shell::{quote, secret_entry};
use super::site::Site;
use super::{Step, StepKind};
use crate::kind::ObjectKind;
use crate::resolve::{Entrance, KeptIn, PublicAddress, StoreName};
use crate::values::ServiceType;

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
    steps.extend(service(site));
    let tunnel = tunnel(site);
    let facts = site.facts;
    let uri = format!(
        "{}://localhost:{tunnel}{}",
        facts.scheme.as_str(),
        facts.prefix
    );
    steps.push(port_forward(site, tunnel, &uri, public.is_empty()));
    let address = public.into_iter().next().unwrap_or(Address {
        uri,
        is_direct: true,
    });
    let (before, variables) = client_settings(site, &address);
    if !before.is_empty() {
        steps.push(
            Step::shell("Set up the client", before)
                .why("Run these commands in the shell in which you run Python."),
        );
    }
    steps.push(client(site, &address, &variables));
    steps
}

fn ingress(site: &Site<'_>, steps: &mut Vec<Step>, public: &mut Vec<Address>) {
    let Some(ingress) = site.first(ObjectKind::Ingress) else {
        return;
    };
    let name = quote(&format!("ingress/{}", ingress.name()));
    let mut lines = vec![format!("kubectl get {name} {}", site.in_namespace())];
    let first = add_public(site, Entrance::Ingress, &mut lines, public);
    let title = match first {
        Some(uri) => format!("Open {uri}/"),
        None => "Check the Ingress".to_owned(),
    };
    steps.push(Step::shell(title, lines).why(
        "The host name must resolve to the address of the Ingress. If the server is reachable, \
         `curl` prints `OK`.",
    ));
}

fn route(site: &Site<'_>, steps: &mut Vec<Step>, public: &mut Vec<Address>) {
    let Some(route) = site.first(ObjectKind::HttpRoute) else {
        return;
    };
    let name = quote(&format!("httproute/{}", route.name()));
    let mut lines = vec![format!("kubectl get {name} {}", site.in_namespace())];
    let first = add_public(site, Entrance::Gateway, &mut lines, public);
    let title = format!("Open {}/", first.unwrap_or_default());
    steps.push(Step::shell(title, lines).why(
        "If the listener of the Gateway uses HTTP, write `http://`. The host name must resolve to \
         the address of the Gateway.",
    ));
}

/// Adds the addresses of an entrance, and lines that ask each; gives the first.
fn add_public(
    site: &Site<'_>,
    entrance: Entrance,
    lines: &mut Vec<String>,
    public: &mut Vec<Address>,
) -> Option<String> {
    let before = public.len();
    let is_there = |address: &&PublicAddress| address.entrance == entrance;
    for address in site.facts.public.iter().filter(is_there) {
        let host = match address.host.as_str() {
            "" => "<ADDRESS>".to_owned(),
            host => host.replacen('*', "<NAME>", 1),
        };
        let path = path_below(site, &address.path);
        let uri = format!("{}://{host}{path}", address.scheme);
        lines.push(check(&uri));
        public.push(Address {
            uri,
            is_direct: false,
        });
    }
    public.get(before).map(|address| address.uri.clone())
}

/// The path of the page: below the server's prefix or, where a controller
/// rewrites paths, below the Ingress' own.
fn path_below<'s>(site: &Site<'s>, path: &'s str) -> &'s str {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let prefix = &site.facts.prefix;
    if prefix.is_empty() && path.starts_with('/') && path.chars().all(is_plain) {
        path.trim_end_matches('/')
    } else {
        prefix
    }
}

fn check(uri: &str) -> String {
    format!("curl --fail {}", quote(&format!("{uri}/health")))
}

fn service(site: &Site<'_>) -> Option<Step> {
    let namespace = site.in_namespace();
    let name = site.service_name();
    let facts = site.facts;
    let (scheme, prefix) = (facts.scheme.as_str(), &facts.prefix);
    let (title, lines) = match facts.service_type {
        ServiceType::NodePort => (
            "Get the address of a node and its port",
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
        ServiceType::LoadBalancer => (
            "Get the address of the load balancer",
            vec![
                format!(
                    "HOST=$(kubectl get {name} {namespace} -o \
                     jsonpath='{{.status.loadBalancer.ingress[0].ip}}{{.status.loadBalancer.ingress[0].hostname}}')"
                ),
                format!("echo \"{scheme}://$HOST:{}{prefix}/\"", facts.service_port),
            ],
        ),
        ServiceType::ClusterIP => return None,
    };
    let step = Step::shell(title, lines);
    Some(if facts.answers.origins {
        step
    } else {
        step.why(
            "The server answers browsers with 403 until \
             `server.value_options.cors_allowed_origins` contains this address (without the path). \
             If the address is neither a private IP address nor the name of the Service, the \
             server answers all clients with 403 until `server.value_options.allowed_hosts` \
             contains it.",
        )
    })
}

/// The port on the user's own machine: the Service's, where that needs no root.
fn tunnel(site: &Site<'_>) -> i32 {
    match site.facts.service_port {
        ..1024 => 5000,
        port => port,
    }
}

fn port_forward(site: &Site<'_>, local: i32, uri: &str, is_only_way: bool) -> Step {
    let title = if is_only_way {
        format!("Open {uri}/ with port forwarding")
    } else {
        format!("Or open {uri}/ with port forwarding")
    };
    let step = Step::shell(
        title,
        [format!(
            "kubectl port-forward {} {} {local}:{}",
            site.in_namespace(),
            site.service_name(),
            site.facts.service_port
        )],
    )
    .why("The command runs until you press Ctrl-C. Use another terminal for the next steps.");
    if site.facts.answers.localhost {
        step
    } else {
        step.why(
            "The server answers with 403 until its list of allowed hosts contains `localhost:*`.",
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
    let certificate = site.facts.certificate.as_ref();
    if let Some(secret) = certificate.filter(|_| address.is_direct) {
        lines.push(format!(
            "{} > mlflow-ca.crt",
            secret_entry(&namespace, secret, "tls.crt")
        ));
        variables.push((
            "MLFLOW_TRACKING_SERVER_CERT_PATH",
            "mlflow-ca.crt".to_owned(),
        ));
    }
    if let Some(sign_in) = &site.facts.sign_in {
        lines.push("export MLFLOW_TRACKING_USERNAME=admin".to_owned());
        lines.push(match &sign_in.admin_password {
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
    let facts = site.facts;
    let cluster = format!(
        "{}://{}.{}.svc.cluster.local:{}{}",
        facts.scheme.as_str(),
        facts.name,
        facts.namespace,
        facts.service_port,
        facts.prefix
    );
    let mut lines = Vec::new();
    let mut settings: Vec<String> = variables
        .iter()
        .map(|(name, value)| format!("os.environ[{}] = {}", literal(name), literal(value)))
        .collect();
    if facts.workspaces {
        settings.push("# Or another workspace; `default` always exists.".to_owned());
        settings.push("os.environ[\"MLFLOW_WORKSPACE\"] = \"default\"".to_owned());
    }
    if !settings.is_empty() {
        lines.extend(["import os".to_owned(), String::new()]);
    }
    lines.extend(["import mlflow".to_owned(), String::new()]);
    if !settings.is_empty() {
        lines.extend(settings);
    }
    lines.push(format!(
        "# Inside the cluster: {}",
        cluster.escape_default()
    ));
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
        kind: StepKind::Python,
        text: lines.join("\n"),
    };
    if !variables.is_empty() {
        step = step.why(
            "The certificate must be valid for the host name in the address. To accept any \
             certificate in a test, set `MLFLOW_TRACKING_INSECURE_TLS` to `true` instead of \
             `MLFLOW_TRACKING_SERVER_CERT_PATH`.",
        );
    }
    let root = site.place(StoreName::DefaultRoot);
    let is_remote = |kept_in: &KeptIn| !matches!(kept_in, KeptIn::Unseen(_) | KeptIn::Proxied);
    if let Some(root) = root.filter(|root| is_remote(&root.kept_in)) {
        step = step.why(format!(
            "Clients write artifacts directly to {}, so they need credentials for it.",
            root.shown()
        ));
    }
    step
}

/// A text of Python.
fn literal(text: &str) -> String {
    // JSON's escapes are Python's too.
    serde_json::Value::from(text).to_string()
}
