//! What the URIs of stores tell.

use crate::values::Values;
use std::collections::BTreeSet;

/// Ports of stores that the network policy always opens: PostgreSQL, MySQL,
/// SQL Server, HTTPS, the Kubernetes API, MinIO and SeaweedFS.
pub(crate) const KNOWN_STORE_PORTS: &[i32] = &[443, 6443, 5432, 3306, 9000, 8333, 8334, 1433];

/// Environment variables that hold the address of an object store.
pub(crate) const ENDPOINT_VARIABLES: &[&str] = &[
    "MLFLOW_S3_ENDPOINT_URL",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
];

/// The part before `://`.
pub(crate) fn scheme(uri: &str) -> Option<&str> {
    uri.split_once("://").map(|(scheme, _)| scheme)
}

/// Whether a store is an SQLite file, whatever the driver (`sqlite+pysqlite`).
pub(crate) fn is_sqlite(uri: &str) -> bool {
    scheme(uri).is_some_and(|scheme| scheme == "sqlite" || scheme.starts_with("sqlite+"))
}

/// The port of a URI, written or implied by `http` and `https`.
pub(crate) fn port(uri: &str) -> Option<i32> {
    let (scheme, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    // The colons inside `[fd00::1]` are not the port's.
    let after_host = host.rsplit_once(']').map_or(host, |(_, after)| after);
    match after_host.rsplit_once(':') {
        Some((_, port)) => port.parse::<u16>().ok().map(i32::from),
        None => match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        },
    }
}

/// Ports of the configured stores beyond the known ones.
pub(super) fn store_ports(values: &Values) -> BTreeSet<i32> {
    let stores = &values.mlflow;
    let endpoints = values
        .env
        .iter()
        .filter(|variable| ENDPOINT_VARIABLES.contains(&variable.name.as_str()))
        .filter_map(|variable| variable.value.as_deref());
    [
        stores.backend_store_uri.as_str(),
        &stores.registry_store_uri,
        &stores.default_artifact_root,
        &stores.artifacts_destination,
    ]
    .into_iter()
    .chain(endpoints)
    .filter_map(port)
    .filter(|port| !KNOWN_STORE_PORTS.contains(port))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_uris() {
        for (uri, expected) in [
            ("postgresql://u:p@db:5433/mlflow", Some(5433)),
            ("postgresql://u:p@db/mlflow", None),
            ("postgresql://u:p%40ss@[fd00::1]:5433/mlflow", Some(5433)),
            ("postgresql://[fd00::1]/mlflow", None),
            ("http://minio", Some(80)),
            ("https://minio.example.com/x:1", Some(443)),
            ("s3://bucket/a:1", None),
            ("sqlite:////mlflow/mlflow.db", None),
            ("/mlflow/artifacts", None),
            ("postgresql://u:pa/ss@db:1/x", None),
            ("postgresql://db:99999/x", None),
        ] {
            assert_eq!(port(uri), expected, "{uri}");
        }
    }
}
