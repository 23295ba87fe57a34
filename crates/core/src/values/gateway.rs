//! The Gateway API's HTTPRoute, as far as it can be set.
//! Shapes: <https://gateway-api.sigs.k8s.io/reference/spec/>.

use super::StringMap;
use super::field::object;
use crate::kind::ObjectKind;
use serde::{Deserialize, Serialize};

/// Makes the server reachable from outside the cluster through a Gateway of the Gateway
/// API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpRoute {
    /// Whether to create the HTTPRoute.
    pub enabled: bool,
    /// Version of the Gateway API in the cluster.
    pub api_version: String,
    /// Annotations of the HTTPRoute.
    pub annotations: StringMap,
    /// Gateways that use the HTTPRoute:
    /// `[{name: my-gateway, namespace: gateway-system}]`.
    pub parent_refs: Vec<ParentReference>,
    /// Host names that the Gateway routes to the server: `[mlflow.example.com]`. When
    /// empty: all host names of the Gateway.
    pub hostnames: Vec<String>,
    /// Which requests the Gateway routes to the server. When empty: all requests.
    pub matches: Vec<HttpRouteMatch>,
    /// How the Gateway changes the requests before they reach the server.
    pub filters: Vec<HttpRouteFilter>,
}

impl Default for HttpRoute {
    fn default() -> Self {
        Self {
            enabled: false,
            api_version: ObjectKind::HttpRoute.descriptor().api_version.to_owned(),
            annotations: StringMap::default(),
            parent_refs: Vec::new(),
            hostnames: Vec::new(),
            matches: Vec::new(),
            filters: Vec::new(),
        }
    }
}

object! {
    /// A Gateway.
    ParentReference {
        /// Name of the Gateway.
        name: String = "name",
    }
    {
        /// API group of the Gateway.
        group: String = "group",
        /// Kind of the Gateway.
        kind: String = "kind",
        /// Namespace of the Gateway.
        namespace: String = "namespace",
        /// Port of the Gateway.
        port: i32 = "port",
        /// Name of a listener of the Gateway.
        section_name: String = "sectionName",
    }
}

object! {
    /// Conditions that a request must all meet.
    HttpRouteMatch {}
    {
        /// Conditions on headers.
        headers: Vec<HeaderMatch> = "headers",
        /// Method of the request: `GET`, `POST` and so on.
        method: String = "method",
        /// Condition on the path.
        path: PathMatch = "path",
        /// Conditions on query parameters.
        query_params: Vec<HeaderMatch> = "queryParams",
    }
}

object! {
    /// A condition on a header or query parameter.
    HeaderMatch {
        /// Name of the header or query parameter.
        name: String = "name",
        /// Value of the header or query parameter.
        value: String = "value",
    }
    {
        /// How the value is compared: `Exact` or `RegularExpression`.
        type_: String = "type",
    }
}

object! {
    /// A condition on the path.
    PathMatch {}
    {
        /// How the path is compared: `Exact`, `PathPrefix` or `RegularExpression`.
        type_: String = "type",
        /// The path.
        value: String = "value",
    }
}

object! {
    /// A change that the Gateway makes.
    HttpRouteFilter {
        /// Type of the filter: `URLRewrite`, `RequestHeaderModifier` and so on. Set the
        /// field of this type too.
        type_: String = "type",
    }
    {
        /// Answers to cross-origin requests.
        cors: CorsFilter = "cors",
        /// A filter that the Gateway implementation defines.
        extension_ref: ExtensionRef = "extensionRef",
        /// Changes headers of the request.
        request_header_modifier: HeaderFilter = "requestHeaderModifier",
        /// Sends a copy of the request to another Service.
        request_mirror: RequestMirror = "requestMirror",
        /// Redirects the client.
        request_redirect: RequestRedirect = "requestRedirect",
        /// Changes headers of the response.
        response_header_modifier: HeaderFilter = "responseHeaderModifier",
        /// Changes the host or the path of the request.
        url_rewrite: UrlRewrite = "urlRewrite",
    }
}

object! {
    /// Answers to cross-origin requests.
    CorsFilter {}
    {
        /// Whether credentials may be sent.
        allow_credentials: bool = "allowCredentials",
        /// Request headers that may be sent.
        allow_headers: Vec<String> = "allowHeaders",
        /// Methods that may be used.
        allow_methods: Vec<String> = "allowMethods",
        /// Origins that may send requests.
        allow_origins: Vec<String> = "allowOrigins",
        /// Response headers that may be read.
        expose_headers: Vec<String> = "exposeHeaders",
        /// Seconds that a browser may cache the answer.
        max_age: i32 = "maxAge",
    }
}

object! {
    /// A filter that the Gateway implementation defines.
    ExtensionRef {
        /// API group of the filter.
        group: String = "group",
        /// Kind of the filter.
        kind: String = "kind",
        /// Name of the filter.
        name: String = "name",
    }
    {}
}

object! {
    /// Changes headers.
    HeaderFilter {}
    {
        /// Headers to add.
        add: Vec<HttpHeader> = "add",
        /// Headers to remove.
        remove: Vec<String> = "remove",
        /// Headers to overwrite.
        set: Vec<HttpHeader> = "set",
    }
}

object! {
    /// A header.
    HttpHeader {
        /// Name of the header.
        name: String = "name",
        /// Value of the header.
        value: String = "value",
    }
    {}
}

object! {
    /// Sends a copy of requests to another Service.
    RequestMirror {
        /// The Service that gets the copies.
        backend_ref: MirrorBackendRef = "backendRef",
    }
    {
        /// Which part of the requests is copied.
        fraction: Fraction = "fraction",
        /// Which part of the requests is copied, in percent.
        percent: i32 = "percent",
    }
}

object! {
    /// A Service.
    MirrorBackendRef {
        /// Name of the Service.
        name: String = "name",
    }
    {
        /// API group of the Service.
        group: String = "group",
        /// Kind of the Service.
        kind: String = "kind",
        /// Namespace of the Service.
        namespace: String = "namespace",
        /// Port of the Service.
        port: i32 = "port",
    }
}

object! {
    /// A part of a whole.
    Fraction {
        /// Number of requests out of the denominator.
        numerator: i32 = "numerator",
    }
    {
        /// The denominator. When empty: 100.
        denominator: i32 = "denominator",
    }
}

object! {
    /// Redirects the client.
    RequestRedirect {}
    {
        /// The new host name.
        hostname: String = "hostname",
        /// The new path.
        path: PathModifier = "path",
        /// The new port.
        port: i32 = "port",
        /// The new scheme: `http` or `https`.
        scheme: String = "scheme",
        /// Status code of the answer: 301, 302, 303, 307 or 308.
        status_code: i32 = "statusCode",
    }
}

object! {
    /// Changes the host or the path of a request.
    UrlRewrite {}
    {
        /// The new host name.
        hostname: String = "hostname",
        /// The new path.
        path: PathModifier = "path",
    }
}

object! {
    /// Changes a path.
    PathModifier {
        /// How the path is changed: `ReplaceFullPath` or `ReplacePrefixMatch`.
        type_: String = "type",
    }
    {
        /// The new path, for `ReplaceFullPath`.
        replace_full_path: String = "replaceFullPath",
        /// What replaces the matched prefix, for `ReplacePrefixMatch`.
        replace_prefix_match: String = "replacePrefixMatch",
    }
}
