//! What to run while the server is in use.

use super::Step;
use super::shell::{quote, secret_entry};
use super::site::Site;
use crate::kind::ObjectKind;
use crate::references::{By, references};
use crate::resolve::{KeptIn, Rollout, StoreName};
use serde_json::Value;

pub(super) fn steps(site: &Site<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = collect(site).into_iter().collect();
    let backup = backup(site);
    let has_backup = backup.is_some();
    steps.extend(backup);
    steps.push(upgrade(site));
    steps.push(undo(site, has_backup));
    let deployment = site.first(ObjectKind::Deployment).map(references);
    let takes_secrets = deployment
        .iter()
        .flatten()
        .any(|found| found.holds_entries() && found.by != By::PullSecret);
    if takes_secrets {
        steps.push(restart(site));
    }
    steps
}

fn collect(site: &Site<'_>) -> Option<Step> {
    let namespace = site.in_namespace();
    let collector = site.facts.collector.as_ref()?;
    let cron_job = site.first(ObjectKind::CronJob)?;
    let name = cron_job.name();
    let job = quote(&format!("{name}-now"));
    let step = Step::shell(
        "Run garbage collection now",
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
        step.why(match collector.older_than.as_str() {
            "" => "This shows that the schedule will work. It permanently removes everything that \
                   was deleted in MLflow, however recently."
                .to_owned(),
            age => format!(
                "This shows that the schedule will work. It permanently removes everything that \
                 was deleted in MLflow more than {age} ago."
            ),
        }),
    )
}

/// Where the database is, and how it is copied.
fn backup(site: &Site<'_>) -> Option<Step> {
    const TITLE: &str = "Back up the database before you upgrade MLflow";
    const WHY: &str = "When a newer version first starts, it changes the database tables. From \
                       then on, older versions refuse the database, so you need the backup to go \
                       back.";
    const DUMP: &str = "mlflow.dump";
    let namespace = site.in_namespace();
    let place = site.place(StoreName::Backend)?;
    match &place.kept_in {
        // Elsewhere the file goes with the pod.
        KeptIn::Sqlite {
            path: Some(path),
            is_on_claim: true,
        } => {
            let copy = "/tmp/mlflow-backup.db";
            let literal = |text: &str| Value::from(text).to_string();
            let program = format!(
                "import sqlite3; sqlite3.connect({}).backup(sqlite3.connect({}))",
                literal(path),
                literal(copy)
            );
            let exec = format!(
                "kubectl exec {} {namespace} --container mlflow --",
                site.deployment_name(),
            );
            Some(
                Step::shell(
                    TITLE,
                    [
                        format!("{exec} python -c {}", quote(&program)),
                        format!("{exec} cat {copy} > mlflow-backup.db"),
                        format!("{exec} rm {copy}"),
                    ],
                )
                .why(WHY),
            )
        }
        KeptIn::Database { dialect, .. } if dialect == "postgresql" => {
            let ask = |name: &str, key: &str| secret_entry(&namespace, name, key);
            let uri = place
                .shown_in_shell(ask)
                .unwrap_or_else(|| quote(&place.shown()));
            // MLflow's URI may name a driver, which PostgreSQL's tools do not know.
            let (before, rest) = uri.split_once("postgresql")?;
            let (_, rest) = rest.split_once("://")?;
            Some(
                Step::shell(
                    TITLE,
                    [format!(
                        "pg_dump --format=custom --file={DUMP} {before}postgresql://{rest}"
                    )],
                )
                .why(WHY)
                .why("Run the command on a machine that can reach the database."),
            )
        }
        KeptIn::Unseen(Some((name, key))) => {
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
                .why(
                    "The command is for PostgreSQL. Run it on a machine that can reach the \
                     database.",
                ),
            )
        }
        _ => None,
    }
}

/// The manifests that an upgrade replaces.
const BEFORE: &str = "manifests-before.yaml";

fn upgrade(site: &Site<'_>) -> Step {
    let how = match site.facts.rollout {
        Rollout::Recreate => {
            "Kubernetes stops the old Pod before it starts the new one (strategy `Recreate`), \
             because only one Pod may use the volume or the SQLite file. The server is not \
             available until the new Pod is ready."
        }
        Rollout::One => {
            "Kubernetes removes the old Pod when the new Pod is ready, so the server stays \
             available, unless the new version changes the database tables."
        }
        Rollout::Several => {
            "Kubernetes replaces the Pods one after the other. If a new version changes the \
             database tables, start it with one Pod (`replicaCount: 1`)."
        }
    };
    Step::shell(
        "Upgrade MLflow or change the values",
        [
            format!("cp manifests.yaml {BEFORE}"),
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
        "`kubectl apply` keeps objects that the new manifests no longer contain: delete them by \
         name. If `mlflow-k8s` is not installed, create `manifests.yaml` the way you created it \
         the first time.",
    )
}

/// How an upgrade is taken back.
fn undo(site: &Site<'_>, has_backup: bool) -> Step {
    let step = Step::shell(
        "Undo an upgrade",
        [
            format!("kubectl apply -f {BEFORE}"),
            format!(
                "kubectl rollout status {} {} --timeout=10m",
                site.deployment_name(),
                site.in_namespace()
            ),
        ],
    );
    step.why(if has_backup {
        "If the newer version has changed the database tables, stop the server and restore the \
         backup first: the older version refuses the changed database."
    } else {
        "The older version of MLflow refuses a database whose tables a newer one has changed."
    })
}

fn restart(site: &Site<'_>) -> Step {
    Step::shell(
        "Restart the server after you change a Secret",
        [format!(
            "kubectl rollout restart {} {}",
            site.deployment_name(),
            site.in_namespace()
        )],
    )
    .why("The server reads Secrets only when it starts.")
}
