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
    /// Whether to create the ServiceMonitor. Needs `metrics.enabled`.
    pub enabled: bool,
    /// Additional labels of the ServiceMonitor, if Prometheus selects ServiceMonitors by
    /// labels: `{release: kube-prometheus-stack}`.
    pub labels: StringMap,
    /// Time between scrapes: `30s`. When empty: the default of Prometheus.
    pub interval: String,
    /// Time after which a scrape fails: `10s`. When empty: the default of Prometheus.
    pub scrape_timeout: String,
    /// How Prometheus checks the certificate of the server. Used only with `tls.enabled`.
    pub tls_config: TlsConfig,
    /// Name and password of an administrator, for a server with basic authentication:
    /// `{username: {name: mlflow-metrics, key: username}, password: {name: mlflow-metrics, key: password}}`.
    pub basic_auth: BasicAuth,
}

object! {
    /// Where Prometheus finds the user name and the password.
    BasicAuth {}
    {
        /// Entry of a Secret with the user name.
        username: KeySelector = "username",
        /// Entry of a Secret with the password.
        password: KeySelector = "password",
    }
}

object! {
    /// How Prometheus checks the certificate of the server, and which certificate it
    /// presents itself.
    TlsConfig {}
    {
        /// Certificate of the authority that signed the certificate of the server.
        ca: SecretOrConfigMap = "ca",
        /// Certificate of the authority, as a file in the Prometheus container.
        ca_file: String = "caFile",
        /// Client certificate of Prometheus.
        cert: SecretOrConfigMap = "cert",
        /// Client certificate of Prometheus, as a file in the Prometheus container.
        cert_file: String = "certFile",
        /// Whether Prometheus accepts any certificate.
        insecure_skip_verify: bool = "insecureSkipVerify",
        /// Key of the client certificate, as a file in the Prometheus container.
        key_file: String = "keyFile",
        /// Key of the client certificate.
        key_secret: KeySelector = "keySecret",
        /// Newest TLS version that Prometheus uses: `TLS12` or `TLS13`.
        max_version: String = "maxVersion",
        /// Oldest TLS version that Prometheus uses: `TLS12` or `TLS13`.
        min_version: String = "minVersion",
        /// Host name that the certificate of the server must have.
        server_name: String = "serverName",
    }
}

object! {
    /// An entry of a Secret or a ConfigMap.
    SecretOrConfigMap {}
    {
        /// Entry of a ConfigMap.
        config_map: KeySelector = "configMap",
        /// Entry of a Secret.
        secret: KeySelector = "secret",
    }
}

object! {
    /// An entry by name and key.
    KeySelector {
        /// Key of the entry.
        key: String = "key",
    }
    {
        /// Name of the Secret or ConfigMap.
        name: String = "name",
        /// Whether the Secret or ConfigMap may be missing.
        optional: bool = "optional",
    }
}
