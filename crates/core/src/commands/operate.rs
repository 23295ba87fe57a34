//! What to run while the server is in use.

use super::Step;
use super::shell::{quote, secret_entry};
use super::site::Site;
use crate::references::{By, list, references, text};
use serde_json::Value;

pub(super) fn steps(site: &Site<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = collect(site).into_iter().collect();
    steps.extend(backup(site));
    steps.push(upgrade(site));
    let takes_secrets = references(site.deployment)
        .iter()
        .any(|found| matches!(found.kind, "Secret" | "ConfigMap") && found.by != By::PullSecret);
    if takes_secrets {
        steps.push(restart(site));
    }
    steps
}

fn collect(site: &Site<'_>) -> Option<Step> {
    let namespace = site.in_namespace();
    let cron_job = site.first("CronJob")?;
    let name = cron_job.name();
    let job = quote(&format!("{name}-now"));
    let older_than = list(
        cron_job.object(),
        "/spec/jobTemplate/spec/template/spec/containers",
    )
    .flat_map(|container| list(container, "/command"))
    .find_map(|argument| argument.as_str()?.strip_prefix("--older-than="));
    let step = Step::shell(
        "Collect garbage now",
        [
            format!(
                "kubectl create job --from={} {job} {namespace}",
                quote(&format!("cronjob/{name}"))
            ),
            format!("kubectl logs --follow job/{job} {namespace} --pod-running-timeout=5m"),
            format!("kubectl delete job {job} {namespace}"),
        ],
    );
    Some(
        step.why(match older_than {
            Some(age) => format!(
                "It shows that the schedule will work, and removes for good what was deleted more \
             than {age} ago."
            ),
            None => "It shows that the schedule will work, and removes for good what was deleted, \
                 however lately."
                .to_owned(),
        }),
    )
}

/// Where the database is, and how it is copied.
fn backup(site: &Site<'_>) -> Option<Step> {
    const TITLE: &str = "Back up the database before a newer MLflow";
    const WHY: &str = "The first start of a newer version changes the tables, and the older one \
                       refuses them from then on: the copy is the only way back.";
    const DUMP: &str = "mlflow.dump";
    let namespace = site.in_namespace();
    let uri = site.setting("backend-store-uri", "MLFLOW_BACKEND_STORE_URI");
    if let Some(uri) = uri {
        let (scheme, rest) = uri.split_once("://")?;
        let dialect = scheme.split('+').next().unwrap_or_default();
        if dialect == "sqlite" {
            let path = rest.strip_prefix('/')?;
            let path = path.split('?').next().unwrap_or(path);
            // Elsewhere the file goes with the pod.
            let folder = site.volume_folder()?.trim_end_matches('/');
            if !path
                .strip_prefix(folder)
                .is_some_and(|below| below.starts_with('/'))
            {
                return None;
            }
            let copy = "/tmp/mlflow-backup.db";
            let literal = |text: &str| Value::from(text).to_string();
            let program = format!(
                "import sqlite3; sqlite3.connect({}).backup(sqlite3.connect({}))",
                literal(path),
                literal(copy)
            );
            let container = text(site.container, "/name").unwrap_or("mlflow");
            let exec = format!(
                "kubectl exec {} {namespace} --container {} --",
                site.deployment_name(),
                quote(container)
            );
            return Some(
                Step::shell(
                    TITLE,
                    [
                        format!("{exec} python -c {}", quote(&program)),
                        format!("{exec} cat {copy} > mlflow-backup.db"),
                        format!("{exec} rm {copy}"),
                    ],
                )
                .why(WHY),
            );
        }
        let shown = crate::redact::without_passwords(uri).unwrap_or_else(|| uri.to_owned());
        let (_, rest) = shown.split_once("://")?;
        return match dialect {
            "postgresql" => Some(
                Step::shell(
                    TITLE,
                    [format!(
                        "pg_dump --format=custom --file={DUMP} {}",
                        quote(&format!("postgresql://{rest}"))
                    )],
                )
                .why(WHY)
                .why("Run it where the database can be reached."),
            ),
            _ => None,
        };
    }
    let (name, key) = site.secret_of("MLFLOW_BACKEND_STORE_URI")?;
    // MLflow's URI may name a driver, which PostgreSQL's tools do not know.
    let entry = format!(
        "{} | sed 's/^postgresql+[a-z0-9]*:/postgresql:/'",
        secret_entry(&namespace, name, key)
    );
    Some(
        Step::shell(
            TITLE,
            [format!(
                "pg_dump --format=custom --file={DUMP} \"$({entry})\""
            )],
        )
        .why(WHY)
        .why("This is for PostgreSQL. Run it where the database can be reached."),
    )
}

fn upgrade(site: &Site<'_>) -> Step {
    let strategy = text(site.deployment.object(), "/spec/strategy/type");
    let replicas = site
        .deployment
        .object()
        .pointer("/spec/replicas")
        .and_then(Value::as_i64);
    let how = match strategy {
        Some("Recreate") => {
            "The pod is stopped before its successor starts (`Recreate`: only one may have the \
             volume or the SQLite file), so the server is away for a minute or so."
        }
        _ if replicas == Some(1) => {
            "The old pod goes when the new one is ready: nobody waits, unless the new version \
             has to change the tables."
        }
        _ => {
            "Pods are replaced one after the other. A new version that changes the tables \
             starts best with one pod."
        }
    };
    Step::shell(
        "Upgrade, or change the values",
        [
            site.render(),
            "kubectl diff -f manifests.yaml".to_owned(),
            "kubectl apply -f manifests.yaml".to_owned(),
            format!(
                "kubectl rollout status {} {} --timeout=10m",
                site.deployment_name(),
                site.in_namespace()
            ),
        ],
    )
    .why(how)
    .why(
        "An object that the new manifests no longer have stays: delete it by its name. Where \
         `mlflow-k8s` is not at hand, make `manifests.yaml` as you made it first.",
    )
}

fn restart(site: &Site<'_>) -> Step {
    Step::shell(
        "After a change of a Secret, start the server again",
        [format!(
            "kubectl rollout restart {} {}",
            site.deployment_name(),
            site.in_namespace()
        )],
    )
    .why("It reads them once, when it starts.")
}
