//! The Prometheus Operator's ServiceMonitor, as far as it can be set.
//! Shapes: <https://prometheus-operator.dev/docs/api-reference/api/>.

use super::StringMap;
use super::field::object;
use serde::{Deserialize, Serialize};

/// Lets the Prometheus Operator scrape the metrics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceMonitor {
    /// Whether the ServiceMonitor is created; needs `metrics.enabled`.
    pub enabled: bool,
    /// More labels of the ServiceMonitor, for a Prometheus that selects by
    /// them: `{release: kube-prometheus-stack}`.
    pub labels: StringMap,
    /// Time between scrapes, `30s`. When empty: Prometheus' own.
    pub interval: String,
    /// Time after which a scrape has failed, `10s`. When empty: Prometheus' own.
    pub scrape_timeout: String,
    /// How Prometheus checks the server's certificate; used with `tls.enabled` only.
    pub tls_config: TlsConfig,
    /// User and password for a server with basic auth:
    /// `{username: {name: mlflow-metrics, key: username}, password: {name: mlflow-metrics, key: password}}`.
    pub basic_auth: BasicAuth,
}

object! {
    /// Where Prometheus finds a user and the password.
    BasicAuth {}
    {
        /// Entry of a Secret with the user's name.
        username: KeySelector = "username",
        /// Entry of a Secret with the password.
        password: KeySelector = "password",
    }
}

object! {
    /// How Prometheus checks the server's certificate and shows its own.
    TlsConfig {}
    {
        /// Certificate authority of the server's certificate.
        ca: SecretOrConfigMap = "ca",
        /// Certificate authority as a file of the Prometheus container.
        ca_file: String = "caFile",
        /// Client certificate.
        cert: SecretOrConfigMap = "cert",
        /// Client certificate as a file of the Prometheus container.
        cert_file: String = "certFile",
        /// Accepts any certificate.
        insecure_skip_verify: bool = "insecureSkipVerify",
        /// Client key as a file of the Prometheus container.
        key_file: String = "keyFile",
        /// Client key.
        key_secret: KeySelector = "keySecret",
        /// Newest TLS version: `TLS12`, `TLS13`.
        max_version: String = "maxVersion",
        /// Oldest TLS version: `TLS12`, `TLS13`.
        min_version: String = "minVersion",
        /// Name that the server's certificate must have.
        server_name: String = "serverName",
    }
}

object! {
    /// An entry of a Secret or a ConfigMap.
    SecretOrConfigMap {}
    {
        /// From a ConfigMap.
        config_map: KeySelector = "configMap",
        /// From a Secret.
        secret: KeySelector = "secret",
    }
}

object! {
    /// An entry by name and key.
    KeySelector {
        /// The key in its data.
        key: String = "key",
    }
    {
        /// Name of the Secret or ConfigMap.
        name: String = "name",
        /// Whether it may be missing.
        optional: bool = "optional",
    }
}
