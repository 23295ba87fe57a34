//! The image.

use super::facts::Facts;
use super::{Finding, PROVED_VERSION, Rule, host_pattern, texts};
use crate::diagnostic::Edit;
use crate::setting;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK801, moving_tag),
    Rule::new(&texts::MK802, without_modules),
    Rule::new(&texts::MK803, own_image),
    Rule::new(&texts::MK804, public_password),
    Rule::new(&texts::MK805, probes_shut_out),
];

fn moving_tag(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const MOVING: &[&str] = &[
        "latest", "main", "master", "nightly", "edge", "dev", "develop", "stable",
    ];
    let tag = facts.values.image.tag.as_str();
    let is_pinned = tag.contains('@');
    let first = tag.split(['-', '_', '.']).next().unwrap_or_default();
    if is_pinned || !MOVING.contains(&first.to_lowercase().as_str()) {
        return;
    }
    let finding = Finding::new(
        setting!("image.tag"),
        format!("`image.tag` is {tag}, a tag that can point to another image later"),
    )
    .help(format!(
        "use the tag of a release: `v{PROVED_VERSION}-full`"
    ));
    findings.push(if facts.official_image() {
        finding
            .fix(
                "Use the release that the rules are tested with",
                [Edit::remove(&setting!("image.tag"))],
            )
            .then(
                "If a newer MLflow has already used the database, set the tag of that release \
                 instead.",
            )
    } else {
        finding
    });
}

/// A Python module that `pip install mlflow` does not bring.
struct Missing {
    module: &'static str,
    what_for: &'static str,
    consequence: &'static str,
}

/// The modules that the values need, as far as they tell.
fn needed_modules(facts: &Facts<'_>) -> Vec<Missing> {
    let stores = &facts.resolved.stores;
    let server = &facts.resolved.server;
    let mut needed = Vec::new();
    for uri in stores.databases().into_iter().filter_map(|store| store.uri) {
        let module = match (uri.dialect(), uri.driver()) {
            ("postgresql", None | Some("psycopg")) => "psycopg",
            ("postgresql", Some("psycopg2")) => "psycopg2",
            ("mysql", Some("pymysql")) => "pymysql",
            ("mssql", Some("pymssql")) => "pymssql",
            _ => continue,
        };
        needed.push(Missing {
            module,
            what_for: "the database",
            consequence: "the server does not start",
        });
    }
    let artifacts = stores.destination.uri;
    let artifacts = artifacts.filter(|_| !server.serves_artifacts.is_off());
    let module = match artifacts.map(|uri| uri.scheme) {
        Some("s3") => Some("boto3"),
        Some("gs") => Some("google.cloud.storage"),
        Some("wasb" | "wasbs") => Some("azure.storage.blob"),
        Some("abfs" | "abfss") => Some("azure.storage.filedatalake"),
        _ => None,
    };
    needed.extend(module.map(|module| Missing {
        module,
        what_for: "the artifacts",
        consequence: "the first upload fails",
    }));
    if facts.values.metrics.enabled {
        needed.push(Missing {
            module: "prometheus_flask_exporter",
            what_for: "metrics",
            consequence: "the server does not start",
        });
    }
    if server.basic_auth {
        needed.push(Missing {
            module: "flask_wtf",
            what_for: "basic auth",
            consequence: "the server does not start",
        });
    }
    needed
}

fn has_extras(facts: &Facts<'_>) -> bool {
    let tag = facts.values.image.tag.as_str();
    // The default tag is one of `-full`.
    tag.is_empty() || tag.contains("full")
}

fn without_modules(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.official_image() || has_extras(facts) {
        return;
    }
    let tag = facts.values.image.tag.as_str();
    let needed = needed_modules(facts);
    let Some(first) = needed.first() else { return };
    let modules: Vec<String> = needed
        .iter()
        .map(|missing| format!("{} (for {})", missing.module, missing.what_for))
        .collect();
    let finding = Finding::new(
        setting!("image.tag"),
        format!(
            "the image {tag} does not have {}, so {}",
            modules.join(", "),
            first.consequence
        ),
    )
    .help("use the `-full` tag of the same release");
    let exists = facts.resolved.version.is_some() && !facts.is_older_than(3, 12, 0);
    findings.push(if exists && !tag.contains(['-', '@']) {
        let full = format!("{tag}-full");
        finding.fix(
            format!("Use {full}"),
            [Edit::set(&setting!("image.tag"), full)],
        )
    } else {
        finding
    });
}

fn own_image(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.official_image() || has_extras(facts) {
        return;
    }
    let modules: Vec<&str> = needed_modules(facts)
        .iter()
        .map(|missing| missing.module)
        .collect();
    if !modules.is_empty() {
        findings.push(
            Finding::new(
                setting!("image.repository"),
                format!(
                    "`image.repository` names your own image, which must contain these modules: {}",
                    modules.join(", ")
                ),
            )
            .help(
                "install `mlflow[extras,db,auth]` in the image, and `mlflow[azure]` for \
                 azure.storage.*, and then ignore this rule",
            ),
        );
    }
}

/// The edit that takes an old image away, where the default is its successor.
fn newer_image(facts: &Facts<'_>, finding: Finding) -> Finding {
    if facts.official_image() {
        finding
            .fix(
                "Use the release that the rules are tested with",
                [Edit::remove(&setting!("image.tag"))],
            )
            .then(
                "Before you apply the manifests, back up the database: the new server changes it \
                 when it starts, and the old server then refuses it.",
            )
    } else {
        finding
    }
}

fn public_password(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(version) = facts.resolved.version else {
        return;
    };
    if !facts.resolved.server.basic_auth || !facts.is_older_than(3, 16, 1) {
        return;
    }
    let finding = Finding::new(
        setting!("image.tag"),
        format!(
            "MLflow {version} creates its first user with a public password, unless the \
             configuration file of basic auth sets `admin_password`"
        ),
    )
    .help("use MLflow 3.16.1 or newer, or change the password immediately");
    findings.push(newer_image(facts, finding));
}

fn probes_shut_out(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let probes = &facts.values.probes;
    let asks = probes.liveness.enabled || probes.readiness.enabled || probes.startup.enabled;
    let (Some(version), Some(setting), Some(list)) = (
        facts.resolved.version,
        facts.allowed_hosts(),
        facts.effective_hosts(),
    ) else {
        return;
    };
    if !asks
        || facts.resolved.server.static_prefix.is_empty()
        || !facts.is_older_than(3, 17, 0)
        || facts.answers_pod_addresses(list)
    {
        return;
    }
    findings.push(
        Finding::new(
            setting.place(),
            format!(
                "`{}` contains no addresses of Pods, so MLflow {version} answers 403 to the probes \
                 below the static prefix, and the Pods never become Ready",
                setting.place()
            ),
        )
        .unless(facts.unless_unchecked())
        .help(
            "add the address range of the cluster's Pods, for example `10.*`, or use MLflow 3.17.0 \
             or newer",
        )
        .fix(
            "Allow private addresses",
            [Edit::set(
                &setting.place(),
                host_pattern::appended(list, host_pattern::private_addresses()),
            )],
        ),
    );
}
