//! The External Secrets Operator's SecretStore and ExternalSecret, as far as
//! they can be set. Shapes: <https://external-secrets.io/latest/api/spec/>.

use super::StringMap;
use super::field::{self, object};
use crate::kind::ObjectKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Creates a SecretStore and an ExternalSecret of the External Secrets
/// Operator. Refer to the Secret that results in `mlflow.backendStoreUriFrom` or `env`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalSecrets {
    /// Whether both are created.
    pub enabled: bool,
    /// Version of the operator's API in the cluster.
    pub api_version: String,
    /// The operator's provider with its settings:
    /// `{aws: {service: SecretsManager, region: eu-west-1}}`.
    pub provider: Map<String, Value>,
    /// How often the Secret is brought up to date; `0` makes it once. Null leaves
    /// it to the operator.
    #[serde(deserialize_with = "field::duration")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::duration"))]
    pub refresh_interval: Option<String>,
    /// Name of the Secret that is made. When empty: that of the other objects.
    pub secret_name: String,
    /// How the Secret is composed. When empty: each entry of `data` as it is.
    pub template: Template,
    /// Entries of the Secret and where they come from:
    /// `[{secretKey: uri, remoteRef: {key: mlflow/database}}]`.
    pub data: Vec<SecretData>,
}

impl Default for ExternalSecrets {
    fn default() -> Self {
        Self {
            enabled: false,
            api_version: ObjectKind::ExternalSecret
                .descriptor()
                .api_version
                .to_owned(),
            provider: Map::new(),
            refresh_interval: Some("1h".to_owned()),
            secret_name: String::new(),
            template: Template::default(),
            data: Vec::new(),
        }
    }
}

object! {
    /// An entry of the Secret.
    SecretData {
        /// Its key in the Secret.
        secret_key: String = "secretKey",
        /// Where it is kept.
        remote_ref: RemoteRef = "remoteRef",
    }
    {
        /// Another store than the release's own.
        source_ref: SourceRef = "sourceRef",
    }
}

object! {
    /// A place in the provider.
    RemoteRef {
        /// Name of the secret in the provider.
        key: String = "key",
    }
    {
        /// `Default` or `Unicode`.
        conversion_strategy: String = "conversionStrategy",
        /// `Auto`, `Base64`, `Base64URL` or `None`.
        decoding_strategy: String = "decodingStrategy",
        /// `None` or `Fetch`.
        metadata_policy: String = "metadataPolicy",
        /// `Ignore` or `Fail`.
        null_byte_policy: String = "nullBytePolicy",
        /// A field of the secret.
        property: String = "property",
        /// A version of the secret.
        version: String = "version",
    }
}

object! {
    /// Another store or a generator.
    SourceRef {}
    {
        /// A generator.
        generator_ref: GeneratorRef = "generatorRef",
        /// A store.
        store_ref: StoreRef = "storeRef",
    }
}

object! {
    /// A generator of the operator.
    GeneratorRef {
        /// Its kind.
        kind: String = "kind",
        /// Its name.
        name: String = "name",
    }
    {
        /// Its API version.
        api_version: String = "apiVersion",
    }
}

object! {
    /// A store of the operator.
    StoreRef {}
    {
        /// `SecretStore` or `ClusterSecretStore`.
        kind: String = "kind",
        /// Its name.
        name: String = "name",
    }
}

object! {
    /// How the Secret is composed.
    Template {}
    {
        /// Templates of the entries; `{{ .name }}` is an entry of `data`.
        data: StringMap = "data",
        /// `v2`.
        engine_version: String = "engineVersion",
        /// `Replace` or `Merge`.
        merge_policy: String = "mergePolicy",
        /// Labels and annotations of the Secret.
        metadata: TemplateMetadata = "metadata",
        /// Templates from elsewhere.
        template_from: Vec<TemplateFrom> = "templateFrom",
        /// Type of the Secret.
        type_: String = "type",
    }
}

object! {
    /// Labels and annotations of a Secret.
    TemplateMetadata {}
    {
        /// Annotations.
        annotations: StringMap = "annotations",
        /// Finalizers.
        finalizers: Vec<String> = "finalizers",
        /// Labels.
        labels: StringMap = "labels",
    }
}

object! {
    /// Templates from a ConfigMap, a Secret or text.
    TemplateFrom {}
    {
        /// A ConfigMap.
        config_map: TemplateSource = "configMap",
        /// A text.
        literal: String = "literal",
        /// A Secret.
        secret: TemplateSource = "secret",
        /// Where the result goes: `Data`, `Annotations`, `Labels`.
        target: String = "target",
        /// `Auto`, `Base64`, `Base64URL` or `None`.
        values_decoding_strategy: String = "valuesDecodingStrategy",
    }
}

object! {
    /// A ConfigMap or Secret with templates.
    TemplateSource {
        /// Its entries.
        items: Vec<TemplateSourceItem> = "items",
        /// Its name.
        name: String = "name",
    }
    {}
}

object! {
    /// An entry with a template.
    TemplateSourceItem {
        /// Its key.
        key: String = "key",
    }
    {
        /// `Values` or `KeysAndValues`.
        template_as: String = "templateAs",
    }
}
