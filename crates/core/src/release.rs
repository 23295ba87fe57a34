//! What is rendered beside the values: release, namespace, target version.

/// A Kubernetes minor version of the 1.x line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubeVersion(u8);

impl KubeVersion {
    /// The oldest version that manifests are rendered for.
    pub const OLDEST: Self = Self(23);
    /// The newest version that manifests are rendered for.
    pub const NEWEST: Self = Self(37);

    /// The minor number: 34 of 1.34.
    pub const fn minor(self) -> u8 {
        self.0
    }
}

impl std::fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

/// Why a text is not a Kubernetes version to render for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseKubeVersionError {
    /// It has another form.
    #[error("`{0}` is not a Kubernetes version such as 1.34")]
    NotAVersion(String),
    /// Manifests are not rendered for it.
    #[error(
        "Kubernetes {0} is not supported; use a version from {oldest} to {newest}",
        oldest = KubeVersion::OLDEST,
        newest = KubeVersion::NEWEST
    )]
    Unsupported(KubeVersion),
}

impl std::str::FromStr for KubeVersion {
    type Err = ParseKubeVersionError;

    /// Reads `1.34`, `v1.34` and `1.34.2`.
    fn from_str(text: &str) -> Result<Self, ParseKubeVersionError> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let version = match (parts.next(), parts.next().map(str::parse::<u8>)) {
            (Some("1"), Some(Ok(minor)))
                if parts
                    .next()
                    .is_none_or(|patch| patch.parse::<u16>().is_ok())
                    && parts.next().is_none() =>
            {
                Self(minor)
            }
            _ => return Err(ParseKubeVersionError::NotAVersion(text.to_owned())),
        };
        if (Self::OLDEST..=Self::NEWEST).contains(&version) {
            Ok(version)
        } else {
            Err(ParseKubeVersionError::Unsupported(version))
        }
    }
}

/// What `helm install RELEASE --namespace NAMESPACE` says beside the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The release's name; object names derive from it.
    pub name: String,
    /// Put on every namespaced object.
    pub namespace: String,
    /// Whether a Namespace object is rendered too.
    pub create_namespace: bool,
    /// The oldest API server that the manifests must be good for; `None` means any supported one.
    pub kube_version: Option<KubeVersion>,
}

impl Default for Release {
    fn default() -> Self {
        Self {
            name: "mlflow".to_owned(),
            namespace: "mlflow".to_owned(),
            create_namespace: false,
            kube_version: None,
        }
    }
}
