//! Where artifacts go.

use super::facts::{Facts, Keeps};
use super::{Finding, Rule, at, set, texts};
use crate::diagnostic::{Edit, Severity};
use crate::path::ValuePath;

pub(super) const RULES: &[Rule] = &[
    Rule::new(&texts::MK441, artifacts_nowhere),
    Rule::new(&texts::MK442, artifacts_not_on_a_volume),
    Rule::new(&texts::MK443, artifact_root_on_clients),
    Rule::new(&texts::MK444, artifacts_not_served),
    Rule::new(&texts::MK445, artifact_scheme),
    Rule::new(&texts::MK446, artifact_credentials),
];

/// Where artifacts go, as the server is told: by a setting of its own, an
/// option or a variable.
struct Place<'a> {
    path: ValuePath,
    /// `None` when a Secret or the like tells it.
    uri: Option<&'a str>,
}

fn destination<'a>(facts: &Facts<'a>) -> Option<Place<'a>> {
    place(
        facts,
        "mlflow.artifactsDestination",
        &facts.values.mlflow.artifacts_destination,
        "artifacts-destination",
        "MLFLOW_ARTIFACTS_DESTINATION",
    )
}

fn default_root<'a>(facts: &Facts<'a>) -> Option<Place<'a>> {
    place(
        facts,
        "mlflow.defaultArtifactRoot",
        &facts.values.mlflow.default_artifact_root,
        "default-artifact-root",
        "MLFLOW_DEFAULT_ARTIFACT_ROOT",
    )
}

fn place<'a>(
    facts: &Facts<'a>,
    dotted: &str,
    own: &'a str,
    option: &str,
    variable: &str,
) -> Option<Place<'a>> {
    // An option wins over the variable, and an entry of `env` over the setting.
    match facts.setting(option, variable) {
        Some(setting) => Some(Place {
            path: setting.place,
            uri: setting.text,
        }),
        None if own.is_empty() => None,
        None => Some(Place {
            path: at(dotted),
            uri: Some(own),
        }),
    }
}

/// The scheme of a URI; `None` for a path. `mlflow-artifacts:/` has one slash.
fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character));
    is_scheme.then_some(scheme)
}

/// The path of a place on the file system, absolute: relative ones begin at
/// the images' working directory, `/`.
fn local_path(uri: &str) -> Option<String> {
    let path = match scheme(uri) {
        None => uri,
        Some("file") => uri
            .strip_prefix("file:")
            .map(|rest| rest.strip_prefix("//").unwrap_or(rest))
            .unwrap_or_default(),
        Some(_) => return None,
    };
    let path = path.strip_prefix("./").unwrap_or(path);
    Some(if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    })
}

/// Edits that keep artifacts on the volume, switching it on if it is off.
fn keep_on_the_volume(facts: &Facts<'_>) -> Vec<Edit> {
    let folder = facts.values.storage.mount_path.trim_end_matches('/');
    let mut edits = vec![set(
        "mlflow.artifactsDestination",
        format!("{folder}/artifacts"),
    )];
    if !facts.values.storage.enabled {
        edits.push(set("storage.enabled", true));
    }
    edits
}

fn artifacts_nowhere(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let root_is_remote = default_root(facts).is_some_and(|root| {
        root.uri
            .is_none_or(|uri| scheme(uri).is_some_and(|scheme| scheme != "mlflow-artifacts"))
    });
    let unseen = facts.may_come_from_outside("MLFLOW_ARTIFACTS_DESTINATION");
    // A local root has a rule of its own.
    let root_is_local = default_root(facts)
        .and_then(|root| root.uri)
        .is_some_and(|uri| local_path(uri).is_some());
    if !facts.serves_artifacts()
        || destination(facts).is_some()
        || root_is_remote
        || root_is_local
        || unseen
    {
        return;
    }
    let consequence = if facts.read_only_root() {
        "cannot be written: every upload fails"
    } else {
        "goes with the container"
    };
    findings.push(
        Finding::new(
            at("mlflow.artifactsDestination"),
            format!("artifacts go to /mlartifacts, which {consequence}"),
        )
        .help("name an object store (s3://bucket/path) or a folder on the volume")
        .fix("Keep artifacts on the volume", keep_on_the_volume(facts)),
    );
}

fn artifacts_not_on_a_volume(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    if !facts.serves_artifacts() {
        return;
    }
    let Some(place) = destination(facts) else {
        return;
    };
    let Some(path) = place.uri.and_then(local_path) else {
        return;
    };
    let (severity, consequence) = match facts.keeps(&path) {
        Keeps::Data => return,
        Keeps::UntilThePodGoes => (Severity::Warning, "go with the pod"),
        Keeps::UntilTheContainerGoes => (Severity::Warning, "go with the container"),
        Keeps::Nothing => (Severity::Error, "are on a volume that cannot be written"),
        Keeps::NothingRootIsReadOnly => (
            Severity::Error,
            "cannot be written: the root file system is read-only and no volume is there",
        ),
    };
    let mut edits = keep_on_the_volume(facts);
    if place.path != at("mlflow.artifactsDestination") {
        // The option or variable would win.
        edits.push(Edit::remove(&entry_of(&place.path)));
    }
    findings.push(
        Finding::new(place.path, format!("artifacts in {path} {consequence}"))
            .severity(severity)
            .help("name an object store (s3://bucket/path) or a folder below `storage.mountPath`")
            .fix("Keep artifacts on the volume", edits),
    );
}

/// The entry of a list of variables that a `value` belongs to.
pub(super) fn entry_of(path: &ValuePath) -> ValuePath {
    match path.split_last() {
        Some((last, entry)) if *last == "value".into() => entry,
        _ => path.clone(),
    }
}

fn artifact_root_on_clients(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(root) = default_root(facts) else {
        return;
    };
    let Some(path) = root.uri.and_then(local_path) else {
        return;
    };
    let mut edits = vec![Edit::remove(&entry_of(&root.path))];
    if destination(facts).is_none() {
        edits.push(set("mlflow.artifactsDestination", path.as_str()));
    }
    findings.push(
        Finding::new(
            root.path,
            format!("clients would write artifacts to {path} on their own disks"),
        )
        .help("let the server store them: `mlflow.artifactsDestination`")
        .fix("Let the server store artifacts there", edits),
    );
}

fn artifacts_not_served(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(flag) = facts.flag("no-serve-artifacts") else {
        return;
    };
    let root = default_root(facts);
    let message =
        match (&root, destination(facts)) {
            (None, None) if facts.may_come_from_outside("MLFLOW_DEFAULT_ARTIFACT_ROOT") => return,
            (None, _) => "clients are not told where to write artifacts",
            (Some(_), Some(place)) => {
                let severity = Severity::Warning;
                findings.push(
                Finding::new(
                    place.path.clone(),
                    format!("`{}` is ignored: the server does not store artifacts", place.path),
                )
                .severity(severity)
                .help("clients write to the default artifact root themselves; keep one of the two")
                .fix("Remove it", [Edit::remove(&entry_of(&place.path))]),
            );
                return;
            }
            (Some(_), None) => return,
        };
    findings.push(
        Finding::new(flag.clone(), message)
            .help(
                "leave `no_serve_artifacts` out, or set `mlflow.defaultArtifactRoot` to a store \
                 that clients reach",
            )
            .fix("Let the server store artifacts", [Edit::remove(&flag)]),
    );
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
        let Some(unknown) = place
            .uri
            .and_then(scheme)
            .filter(|scheme| !SCHEMES.contains(scheme))
        else {
            continue;
        };
        let help = match unknown {
            "minio" => "MinIO speaks S3: s3://bucket/path, and MLFLOW_S3_ENDPOINT_URL in `env`",
            "gcs" => "Google's object store is gs://",
            "azure" | "az" | "abfs" | "wasb" => "Azure's are wasbs:// and abfss://",
            _ => "the images have s3://, gs://, wasbs://, abfss:// and paths on a volume",
        };
        let mut finding = Finding::new(
            place.path,
            format!("MLflow has no artifact store for {unknown}://"),
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
    let Some(place) = destination(facts).filter(|_| facts.serves_artifacts()) else {
        return;
    };
    let Some((scheme, prefixes)) = place
        .uri
        .and_then(scheme)
        .and_then(|scheme| CREDENTIALS.iter().find(|(known, _)| *known == scheme))
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
    let uri = place.uri.unwrap_or_default();
    findings.push(
        Finding::new(
            place.path,
            format!("nothing in the values lets the server into {uri}"),
        )
        .help(match *scheme {
            "gs" => {
                "annotate the service account for Workload Identity \
                 (`serviceAccount.annotations`: iam.gke.io/gcp-service-account), or mount a key \
                 file and name it in GOOGLE_APPLICATION_CREDENTIALS"
            }
            "wasbs" | "abfss" => {
                "set AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCESS_KEY in `env` from a \
                 Secret, or use a workload identity (`serviceAccount.annotations`)"
            }
            _ => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in `env` from a Secret, or give \
                 the service account a role (`serviceAccount.annotations`: \
                 eks.amazonaws.com/role-arn)"
            }
        }),
    );
}
