//! The Gateway API's HTTPRoute, as far as it can be set.
//! Shapes: <https://gateway-api.sigs.k8s.io/reference/spec/>.

use super::StringMap;
use super::field::object;
use crate::kind::ObjectKind;
use serde::{Deserialize, Serialize};

/// Makes the server reachable from outside the cluster through a Gateway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct HttpRoute {
    /// Whether the HTTPRoute is created.
    pub enabled: bool,
    /// Version of the Gateway API in the cluster.
    pub api_version: String,
    /// Annotations of the HTTPRoute.
    pub annotations: StringMap,
    /// Gateways that it attaches to: `[{name: my-gateway, namespace: gateway-system}]`.
    pub parent_refs: Vec<ParentReference>,
    /// Host names that lead to the server: `[mlflow.example.com]`.
    pub hostnames: Vec<String>,
    /// Which requests lead to the server. When empty: all of them.
    pub matches: Vec<HttpRouteMatch>,
    /// What is done to the requests on the way.
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
        /// Its name.
        name: String = "name",
    }
    {
        /// Its API group.
        group: String = "group",
        /// Its kind.
        kind: String = "kind",
        /// Its namespace.
        namespace: String = "namespace",
        /// A port of it.
        port: i32 = "port",
        /// A listener of it.
        section_name: String = "sectionName",
    }
}

object! {
    /// Conditions on a request that must all hold.
    HttpRouteMatch {}
    {
        /// Headers.
        headers: Vec<HeaderMatch> = "headers",
        /// Method: `GET`, `POST`, …
        method: String = "method",
        /// Path.
        path: PathMatch = "path",
        /// Query parameters.
        query_params: Vec<HeaderMatch> = "queryParams",
    }
}

object! {
    /// A condition on a header or query parameter.
    HeaderMatch {
        /// Its name.
        name: String = "name",
        /// Its value.
        value: String = "value",
    }
    {
        /// `Exact` or `RegularExpression`.
        type_: String = "type",
    }
}

object! {
    /// A condition on the path.
    PathMatch {}
    {
        /// `Exact`, `PathPrefix` or `RegularExpression`.
        type_: String = "type",
        /// The path.
        value: String = "value",
    }
}

object! {
    /// One step on the way to the server.
    HttpRouteFilter {
        /// Which of the others it is: `URLRewrite`, `RequestHeaderModifier`, …
        type_: String = "type",
    }
    {
        /// Cross-origin requests.
        cors: CorsFilter = "cors",
        /// A filter of the Gateway's implementation.
        extension_ref: ExtensionRef = "extensionRef",
        /// Changes headers of the request.
        request_header_modifier: HeaderFilter = "requestHeaderModifier",
        /// Sends a copy elsewhere.
        request_mirror: RequestMirror = "requestMirror",
        /// Sends the client elsewhere.
        request_redirect: RequestRedirect = "requestRedirect",
        /// Changes headers of the answer.
        response_header_modifier: HeaderFilter = "responseHeaderModifier",
        /// Changes host or path.
        url_rewrite: UrlRewrite = "urlRewrite",
    }
}

object! {
    /// Cross-origin requests.
    CorsFilter {}
    {
        /// Whether credentials may be sent.
        allow_credentials: bool = "allowCredentials",
        /// Request headers that may be sent.
        allow_headers: Vec<String> = "allowHeaders",
        /// Methods that may be used.
        allow_methods: Vec<String> = "allowMethods",
        /// Origins that may ask.
        allow_origins: Vec<String> = "allowOrigins",
        /// Response headers that may be read.
        expose_headers: Vec<String> = "exposeHeaders",
        /// Seconds that the answer may be kept.
        max_age: i32 = "maxAge",
    }
}

object! {
    /// A filter of the Gateway's implementation.
    ExtensionRef {
        /// Its API group.
        group: String = "group",
        /// Its kind.
        kind: String = "kind",
        /// Its name.
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
        /// Its name.
        name: String = "name",
        /// Its value.
        value: String = "value",
    }
    {}
}

object! {
    /// Sends a copy of requests elsewhere.
    RequestMirror {
        /// Where to.
        backend_ref: MirrorBackendRef = "backendRef",
    }
    {
        /// Which part of them.
        fraction: Fraction = "fraction",
        /// Which part of them, in percent.
        percent: i32 = "percent",
    }
}

object! {
    /// A Service.
    MirrorBackendRef {
        /// Its name.
        name: String = "name",
    }
    {
        /// Its API group.
        group: String = "group",
        /// Its kind.
        kind: String = "kind",
        /// Its namespace.
        namespace: String = "namespace",
        /// Its port.
        port: i32 = "port",
    }
}

object! {
    /// A part of a whole.
    Fraction {
        /// The part.
        numerator: i32 = "numerator",
    }
    {
        /// The whole, 100 by default.
        denominator: i32 = "denominator",
    }
}

object! {
    /// Sends the client elsewhere.
    RequestRedirect {}
    {
        /// Another host.
        hostname: String = "hostname",
        /// Another path.
        path: PathModifier = "path",
        /// Another port.
        port: i32 = "port",
        /// `http` or `https`.
        scheme: String = "scheme",
        /// 301, 302, 303, 307 or 308.
        status_code: i32 = "statusCode",
    }
}

object! {
    /// Changes host or path of a request.
    UrlRewrite {}
    {
        /// Another host.
        hostname: String = "hostname",
        /// Another path.
        path: PathModifier = "path",
    }
}

object! {
    /// Changes a path.
    PathModifier {
        /// `ReplaceFullPath` or `ReplacePrefixMatch`.
        type_: String = "type",
    }
    {
        /// The new path.
        replace_full_path: String = "replaceFullPath",
        /// What takes the place of the matched prefix.
        replace_prefix_match: String = "replacePrefixMatch",
    }
}
