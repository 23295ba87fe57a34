//! What the URI of a store tells.

use std::borrow::Cow;

/// Ports of stores that the network policy always opens, each group a rule: object
/// stores and the Kubernetes API; PostgreSQL; MySQL; MinIO and SeaweedFS; SQL Server.
pub(crate) const STORE_PORTS: &[&[i32]] =
    &[&[443, 6443], &[5432], &[3306], &[9000, 8333, 8334], &[1433]];

/// Whether the network policy always opens a port.
pub(crate) fn is_known_store_port(port: i32) -> bool {
    STORE_PORTS.iter().any(|group| group.contains(&port))
}

/// Environment variables that hold the address of an object store.
pub(crate) const ENDPOINT_VARIABLES: &[&str] = &[
    "MLFLOW_S3_ENDPOINT_URL",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
];

/// A URI or a path, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Uri<'a> {
    /// The whole text.
    pub(crate) text: &'a str,
    /// What stands before the colon; empty for a path.
    pub(crate) scheme: &'a str,
    /// What follows `scheme://`; `None` without the slashes, as in `mlflow-artifacts:/`.
    rest: Option<&'a str>,
}

/// Where an SQLite URI leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sqlite<'a> {
    Memory,
    Relative(&'a str),
    Absolute(&'a str),
}

impl<'a> Uri<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let is_scheme = |scheme: &str| {
            let is_of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
            !scheme.is_empty() && scheme.bytes().all(is_of_scheme)
        };
        match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => Self {
                text,
                scheme,
                rest: rest.strip_prefix("//"),
            },
            _ => Self {
                text,
                scheme: "",
                rest: None,
            },
        }
    }

    /// The database, without the driver: `mysql` of `mysql+pymysql://`; empty
    /// for what is no database's URI.
    pub(crate) fn dialect(&self) -> &'a str {
        match self.rest {
            Some(_) => self.scheme.split('+').next().unwrap_or_default(),
            None => "",
        }
    }

    /// `pymysql` of `mysql+pymysql://`.
    pub(crate) fn driver(&self) -> Option<&'a str> {
        self.rest?;
        self.scheme.split_once('+').map(|(_, driver)| driver)
    }

    /// What follows `scheme://`, or the whole path.
    pub(crate) fn after_scheme(&self) -> &'a str {
        self.rest.unwrap_or(self.text)
    }

    /// Host and port, as they may be shown: an unencoded password may hold
    /// slashes, so nothing before the last `@` is a part of it.
    pub(crate) fn host_shown(&self) -> &'a str {
        let rest = self.rest.unwrap_or_default();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        host.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// The port, written or implied by `http` and `https`.
    pub(crate) fn port(&self) -> Option<i32> {
        let authority = self.rest?.split(['/', '?', '#']).next()?;
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        // The colons inside `[fd00::1]` are not the port's.
        let after_host = host.rsplit_once(']').map_or(host, |(_, after)| after);
        match after_host.rsplit_once(':') {
            Some((_, port)) => port.parse::<u16>().ok().map(i32::from),
            None => match self.scheme {
                "http" => Some(80),
                "https" => Some(443),
                _ => None,
            },
        }
    }

    /// Where an SQLite URI leads, whatever the driver; `None` for other stores.
    pub(crate) fn sqlite(&self) -> Option<Sqlite<'a>> {
        if self.dialect() != "sqlite" {
            return None;
        }
        let path = self.rest?.split('?').next().unwrap_or_default();
        Some(match path.strip_prefix('/') {
            None | Some("" | ":memory:") => Sqlite::Memory,
            Some(path) if path.starts_with('/') => Sqlite::Absolute(path),
            Some(path) => Sqlite::Relative(path),
        })
    }

    /// The path of a place on the file system, absolute: relative ones begin at
    /// the images' working directory, `/`.
    pub(crate) fn local_path(&self) -> Option<Cow<'a, str>> {
        let path = match self.scheme {
            "" => self.text,
            "file" => self
                .rest
                .or_else(|| self.text.strip_prefix("file:"))
                .unwrap_or_default(),
            _ => return None,
        };
        let path = path.strip_prefix("./").unwrap_or(path);
        Some(if path.starts_with('/') {
            Cow::Borrowed(path)
        } else {
            Cow::Owned(format!("/{path}"))
        })
    }
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
            assert_eq!(Uri::new(uri).port(), expected, "{uri}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_a_host() {
        for (uri, expected) in [
            ("postgresql://u:p/w@db:5433/x", "db:5433"),
            ("postgresql://db/x?a=b", "db"),
            ("s3://bucket/path", "bucket"),
            ("/mlflow", ""),
        ] {
            assert_eq!(Uri::new(uri).host_shown(), expected, "{uri}");
        }
    }

    #[test]
    fn parts_of_schemes() {
        for (uri, scheme, dialect, driver) in [
            (
                "mysql+pymysql://db/x",
                "mysql+pymysql",
                "mysql",
                Some("pymysql"),
            ),
            ("postgresql://db/x", "postgresql", "postgresql", None),
            ("mlflow-artifacts:/a", "mlflow-artifacts", "", None),
            ("/a:b", "", "", None),
        ] {
            let uri = Uri::new(uri);
            assert_eq!(
                (uri.scheme, uri.dialect(), uri.driver()),
                (scheme, dialect, driver)
            );
        }
    }

    #[test]
    fn where_sqlite_uris_lead() {
        for (uri, expected) in [
            (
                "sqlite:////mlflow/mlflow.db",
                Some(Sqlite::Absolute("/mlflow/mlflow.db")),
            ),
            (
                "sqlite+pysqlite:////a.db?timeout=5",
                Some(Sqlite::Absolute("/a.db")),
            ),
            ("sqlite:///mlflow.db", Some(Sqlite::Relative("mlflow.db"))),
            ("sqlite:///:memory:", Some(Sqlite::Memory)),
            ("sqlite://", Some(Sqlite::Memory)),
            ("sqlite:///", Some(Sqlite::Memory)),
            ("postgresql://db/mlflow", None),
            ("/mlflow/mlflow.db", None),
        ] {
            assert_eq!(Uri::new(uri).sqlite(), expected, "{uri}");
        }
    }

    #[test]
    fn where_paths_lead() {
        for (uri, expected) in [
            ("/a/b", Some("/a/b")),
            ("./a", Some("/a")),
            ("a", Some("/a")),
            ("file:///a", Some("/a")),
            ("file:/a", Some("/a")),
            ("s3://a/b", None),
            ("mlflow-artifacts:/a", None),
        ] {
            assert_eq!(Uri::new(uri).local_path().as_deref(), expected, "{uri}");
        }
    }
}
