//! Where artifacts go.

use super::facts::{Facts, loss};
use super::{Finding, Rule, texts};
use crate::diagnostic::{Edit, Severity};
use crate::resolve::uri::Uri;
use crate::resolve::{Durability, Origin, Setting, Store, StoreName};
use crate::setting;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK441, artifacts_nowhere),
    Rule::new(&texts::MK442, artifacts_not_on_a_volume),
    Rule::new(&texts::MK443, artifact_root_on_clients),
    Rule::new(&texts::MK444, artifacts_not_served),
    Rule::new(&texts::MK445, artifact_scheme),
    Rule::new(&texts::MK446, artifact_credentials),
];

/// Where a store is, as the server is told.
struct Place<'a> {
    setting: Setting<'a>,
    /// `None` when a Secret or the like tells it.
    uri: Option<Uri<'a>>,
    durability: Option<Durability>,
}

fn place<'a>(store: &Store<'a>) -> Option<Place<'a>> {
    Some(Place {
        setting: store.followed?,
        uri: store.uri,
        durability: store.durability,
    })
}

fn destination<'a>(facts: &Facts<'a>) -> Option<Place<'a>> {
    place(&facts.resolved.stores.destination)
}

fn default_root<'a>(facts: &Facts<'a>) -> Option<Place<'a>> {
    place(&facts.resolved.stores.default_root)
}

/// The finding with a fix that keeps artifacts on the volume, switching it on
/// if it is off, and makes some more edits.
fn keep_on_the_volume(facts: &Facts<'_>, finding: Finding, more: Vec<Edit>) -> Finding {
    let storage = &facts.values.storage;
    let folder = storage.mount_path.trim_end_matches('/');
    let mut edits = vec![Edit::set(
        &setting!("mlflow.artifactsDestination"),
        format!("{folder}/artifacts"),
    )];
    if !storage.enabled {
        edits.push(Edit::set(&setting!("storage.enabled"), true));
    }
    edits.extend(more);
    let finding = finding.fix("Keep artifacts on the volume", edits);
    if !storage.enabled && storage.access_mode.is_exclusive() && facts.rolls() {
        finding.then(super::STOPS_AT_UPDATES)
    } else {
        finding
    }
}

fn artifacts_nowhere(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const VARIABLE: &str = StoreName::Destination.variable();
    let server = &facts.resolved.server;
    // A local root has a rule of its own.
    let root_is_elsewhere = default_root(facts)
        .is_some_and(|root| root.uri.is_none_or(|uri| uri.scheme != "mlflow-artifacts"));
    if server.serves_artifacts.is_off() || destination(facts).is_some() || root_is_elsewhere {
        return;
    }
    let consequence = if server.read_only_root {
        "is read-only, so every upload fails"
    } else {
        "is lost when the container restarts"
    };
    let finding = Finding::new(
        setting!("mlflow.artifactsDestination"),
        format!(
            "`mlflow.artifactsDestination` is not set: artifacts go to /mlartifacts, which \
             {consequence}"
        ),
    )
    .unless(facts.unless_defined(&[VARIABLE]));
    findings.push(match instead_of_a_volume(facts) {
        Some(otherwise) => finding.help(format!(
            "set `mlflow.artifactsDestination` to an object store (`s3://bucket/path`), with its \
             credentials in `env`; {otherwise}"
        )),
        None => keep_on_the_volume(
            facts,
            finding.help(
                "set it to an object store (`s3://bucket/path`) or to a folder on the volume",
            ),
            Vec::new(),
        ),
    });
}

/// What a volume would take, where an object store fits better and no fix
/// should choose for its reader.
fn instead_of_a_volume(facts: &Facts<'_>) -> Option<&'static str> {
    let storage = &facts.values.storage;
    if facts.scales() && (!storage.enabled || storage.access_mode.is_exclusive()) {
        return Some(
            "a volume works only if all Pods can use it (`storage.accessMode: ReadWriteMany`)",
        );
    }
    // A volume that is there already holds the artifacts at no price.
    (!storage.enabled && !facts.resolved.stores.use_sqlite()).then_some(
        "with a volume (`storage.enabled`), each update stops the old Pod before the new one \
         starts (strategy `Recreate`)",
    )
}

fn artifacts_not_on_a_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if facts.resolved.server.serves_artifacts.is_off() {
        return;
    }
    let Some(place) = destination(facts) else {
        return;
    };
    let Some(path) = place.uri.and_then(|uri| uri.local_path()) else {
        return;
    };
    let Some((severity, consequence)) = place.durability.and_then(loss) else {
        return;
    };
    // An option or a variable would win over the setting.
    let origin = place.setting.origin;
    let wins = !matches!(origin, Origin::Setting(_));
    let more = wins.then(|| Edit::remove(&origin.entry()));
    let finding = Finding::new(
        origin.place(),
        format!(
            "`{}` puts artifacts into {path}, which {consequence}",
            origin.place()
        ),
    )
    .severity(severity)
    .help("use an object store (`s3://bucket/path`) or a folder below `storage.mountPath`");
    findings.push(keep_on_the_volume(
        facts,
        finding,
        more.into_iter().collect(),
    ));
}

fn artifact_root_on_clients(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(root) = default_root(facts) else {
        return;
    };
    let Some(path) = root.uri.and_then(|uri| uri.local_path()) else {
        return;
    };
    let origin = root.setting.origin;
    let mut edits = vec![Edit::remove(&origin.entry())];
    if destination(facts).is_none() {
        edits.push(Edit::set(
            &setting!("mlflow.artifactsDestination"),
            path.as_ref(),
        ));
    }
    findings.push(
        Finding::new(
            origin.place(),
            format!(
                "`{}` is the local path {path}, so clients write artifacts to their own disks",
                origin.place()
            ),
        )
        .help("let the server store the artifacts: set `mlflow.artifactsDestination` instead")
        .fix("Let the server store the artifacts there", edits),
    );
}

fn artifacts_not_served(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    const ROOT: &str = StoreName::DefaultRoot.variable();
    let served = &facts.resolved.server.serves_artifacts;
    let Some(origin) = served.origin.filter(|_| served.is_off()) else {
        return;
    };
    match (default_root(facts), destination(facts)) {
        (None, _) => findings.push(
            Finding::new(
                origin.entry(),
                format!(
                    "`{}` stops the server from storing artifacts, but \
                     `mlflow.defaultArtifactRoot` is not set",
                    origin.entry()
                ),
            )
            .unless(facts.unless_defined(&[ROOT]))
            .help(
                "let the server store the artifacts, or set `mlflow.defaultArtifactRoot` to a \
                 store that clients can reach",
            )
            .fix(
                "Let the server store the artifacts",
                [Edit::remove(&origin.entry())],
            ),
        ),
        (Some(_), Some(place)) => {
            let path = place.setting.place();
            findings.push(
                Finding::new(
                    path.clone(),
                    format!("`{path}` has no effect, because the server does not store artifacts"),
                )
                .severity(Severity::Warning)
                .help(
                    "remove it, because clients write to the default artifact root themselves; or \
                     let the server store the artifacts",
                )
                .fix("Remove it", [Edit::remove(&place.setting.origin.entry())]),
            );
        }
        (Some(_), None) => {}
    }
}

/// The schemes in `mlflow/store/artifact/artifact_repository_registry.py`.
const SCHEMES: &[&str] = &[
    "file",
    "s3",
    "r2",
    "b2",
    "gs",
    "wasbs",
    "abfss",
    "ftp",
    "sftp",
    "dbfs",
    "hdfs",
    "viewfs",
    "http",
    "https",
    "mlflow-artifacts",
    "runs",
    "models",
];

fn artifact_scheme(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for place in [destination(facts), default_root(facts)]
        .into_iter()
        .flatten()
    {
        let scheme = place.uri.map(|uri| uri.scheme);
        let Some(unknown) = scheme.filter(|scheme| !scheme.is_empty() && !SCHEMES.contains(scheme))
        else {
            continue;
        };
        let help = match unknown {
            "minio" => {
                "use MinIO as S3: write `s3://bucket/path`, and set `MLFLOW_S3_ENDPOINT_URL` in \
                 `env` to MinIO's address"
            }
            "gcs" => "for Google Cloud Storage, use `gs://`",
            "azure" | "az" | "abfs" | "wasb" => "for Azure, use `wasbs://` or `abfss://`",
            _ => "use `s3://`, `gs://`, `wasbs://`, `abfss://` or a path on a volume",
        };
        let mut finding = Finding::new(
            place.setting.place(),
            format!("MLflow has no artifact store for the scheme `{unknown}://`"),
        )
        .help(help);
        if !facts.official_image() {
            // A plugin in the image may have it.
            finding = finding.severity(Severity::Warning);
        }
        findings.push(finding);
    }
}

/// Variables that let the clients of a store in, by scheme.
const CREDENTIALS: &[(&str, &[&str])] = &[
    ("s3", &["AWS_"]),
    ("r2", &["AWS_"]),
    ("b2", &["AWS_"]),
    ("gs", &["GOOGLE_", "GCLOUD_", "CLOUDSDK_"]),
    ("wasbs", &["AZURE_"]),
    ("abfss", &["AZURE_"]),
];

/// Variables that say where the store is, not who asks.
const NO_CREDENTIALS: &[&str] = &[
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_CA_BUNDLE",
];

fn artifact_credentials(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let values = facts.values;
    let served = &facts.resolved.server.serves_artifacts;
    let Some(place) = destination(facts).filter(|_| !served.is_off()) else {
        return;
    };
    let Some(uri) = place.uri else {
        return;
    };
    let Some((scheme, prefixes)) = CREDENTIALS.iter().find(|(known, _)| *known == uri.scheme)
    else {
        return;
    };
    let by_variable = values.env.iter().any(|entry| {
        prefixes.iter().any(|prefix| entry.name.starts_with(prefix))
            && !NO_CREDENTIALS.contains(&entry.name.as_str())
    });
    let by_identity = !values.service_account.annotations.0.is_empty()
        || !values.service_account.create
        || values
            .pod_labels
            .0
            .contains_key("azure.workload.identity/use");
    // A file of credentials can be mounted anywhere.
    let unseen = !values.env_from.is_empty()
        || !values.extra_volume_mounts.is_empty()
        || !values.extra_containers.is_empty();
    if by_variable || by_identity || unseen {
        return;
    }
    findings.push(
        Finding::new(
            place.setting.place(),
            format!("the values give the server no credentials for {}", uri.text),
        )
        .help(match *scheme {
            "gs" => {
                "annotate the service account for Workload Identity \
                 (`iam.gke.io/gcp-service-account` in `serviceAccount.annotations`), or mount a \
                 key file and set `GOOGLE_APPLICATION_CREDENTIALS` to its path"
            }
            "wasbs" | "abfss" => {
                "set `AZURE_STORAGE_CONNECTION_STRING` or `AZURE_STORAGE_ACCESS_KEY` in `env` from \
                 a Secret, or use a workload identity (`serviceAccount.annotations`)"
            }
            _ => {
                "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in `env` from a Secret, or \
                 give the service account a role (`eks.amazonaws.com/role-arn` in \
                 `serviceAccount.annotations`)"
            }
        }),
    );
}
