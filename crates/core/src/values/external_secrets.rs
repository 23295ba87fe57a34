//! The External Secrets Operator's SecretStore and ExternalSecret, as far as
//! they can be set. Shapes: <https://external-secrets.io/latest/api/spec/>.

use super::StringMap;
use super::field::{self, object};
use crate::kind::ObjectKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Creates a SecretStore and an ExternalSecret for the External Secrets Operator. Use the
/// resulting Secret in `mlflow.backendStoreUriFrom` or `env`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ExternalSecrets {
    /// Whether to create both objects.
    pub enabled: bool,
    /// API version of the operator in the cluster.
    pub api_version: String,
    /// Provider of the operator, with its settings:
    /// `{aws: {service: SecretsManager, region: eu-west-1}}`.
    pub provider: Map<String, Value>,
    /// How often the operator updates the Secret: `1h`. `0` means that the operator
    /// creates it only once. When null: the default of the operator.
    #[serde(deserialize_with = "field::duration")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::duration"))]
    pub refresh_interval: Option<String>,
    /// Name of the Secret that the operator creates. When empty: the name of the other
    /// objects.
    pub secret_name: String,
    /// How the operator builds the Secret from `data`. When empty: the Secret has each
    /// entry of `data` unchanged.
    pub template: Template,
    /// Entries of the Secret, and where the operator reads them:
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
        /// Key of the entry in the Secret.
        secret_key: String = "secretKey",
        /// Where the provider stores the value.
        remote_ref: RemoteRef = "remoteRef",
    }
    {
        /// A store other than that of the release.
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
        /// How the operator converts keys: `Default` or `Unicode`.
        conversion_strategy: String = "conversionStrategy",
        /// How the operator decodes the value: `Auto`, `Base64`, `Base64URL` or `None`.
        decoding_strategy: String = "decodingStrategy",
        /// Whether the operator reads metadata instead of the value: `None` or `Fetch`.
        metadata_policy: String = "metadataPolicy",
        /// What the operator does with a NUL byte in the value: `Ignore` or `Fail`.
        null_byte_policy: String = "nullBytePolicy",
        /// Field of the secret in the provider.
        property: String = "property",
        /// Version of the secret in the provider.
        version: String = "version",
    }
}

object! {
    /// A different store, or a generator.
    SourceRef {}
    {
        /// A generator of the operator.
        generator_ref: GeneratorRef = "generatorRef",
        /// A store of the operator.
        store_ref: StoreRef = "storeRef",
    }
}

object! {
    /// A generator of the operator.
    GeneratorRef {
        /// Kind of the generator.
        kind: String = "kind",
        /// Name of the generator.
        name: String = "name",
    }
    {
        /// API version of the generator.
        api_version: String = "apiVersion",
    }
}

object! {
    /// A store of the operator.
    StoreRef {}
    {
        /// Kind of the store: `SecretStore` or `ClusterSecretStore`.
        kind: String = "kind",
        /// Name of the store.
        name: String = "name",
    }
}

object! {
    /// How the operator builds the Secret.
    Template {}
    {
        /// Templates of the entries. `{{ .name }}` is the value of an entry of `data`.
        data: StringMap = "data",
        /// Version of the template engine: `v2`.
        engine_version: String = "engineVersion",
        /// Whether the templates replace the entries of `data` or are added to them:
        /// `Replace` or `Merge`.
        merge_policy: String = "mergePolicy",
        /// Labels and annotations of the Secret.
        metadata: TemplateMetadata = "metadata",
        /// Templates from ConfigMaps, Secrets or text.
        template_from: Vec<TemplateFrom> = "templateFrom",
        /// Type of the Secret.
        type_: String = "type",
    }
}

object! {
    /// Labels and annotations of a Secret.
    TemplateMetadata {}
    {
        /// Annotations of the Secret.
        annotations: StringMap = "annotations",
        /// Finalizers of the Secret.
        finalizers: Vec<String> = "finalizers",
        /// Labels of the Secret.
        labels: StringMap = "labels",
    }
}

object! {
    /// Templates from a ConfigMap, a Secret or text.
    TemplateFrom {}
    {
        /// A ConfigMap with templates.
        config_map: TemplateSource = "configMap",
        /// A template as text.
        literal: String = "literal",
        /// A Secret with templates.
        secret: TemplateSource = "secret",
        /// Part of the Secret that gets the result: `Data`, `Annotations` or `Labels`.
        target: String = "target",
        /// How the operator decodes the value: `Auto`, `Base64`, `Base64URL` or `None`.
        values_decoding_strategy: String = "valuesDecodingStrategy",
    }
}

object! {
    /// A ConfigMap or Secret with templates.
    TemplateSource {
        /// Entries that hold templates.
        items: Vec<TemplateSourceItem> = "items",
        /// Name of the ConfigMap or Secret.
        name: String = "name",
    }
    {}
}

object! {
    /// An entry that holds a template.
    TemplateSourceItem {
        /// Key of the entry.
        key: String = "key",
    }
    {
        /// What the template makes: `Values` or `KeysAndValues`.
        template_as: String = "templateAs",
    }
}
