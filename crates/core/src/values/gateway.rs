//! The Gateway API's HTTPRoute, as far as it can be set.
//! Shapes: <https://gateway-api.sigs.k8s.io/reference/spec/>.

use super::StringMap;
use super::field::object;
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
            api_version: "gateway.networking.k8s.io/v1".to_owned(),
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
        name: String,
    }
    {
        /// Its API group.
        group: String,
        /// Its kind.
        kind: String,
        /// Its namespace.
        namespace: String,
        /// A port of it.
        port: i32,
        /// A listener of it.
        section_name: String,
    }
}

object! {
    /// Conditions on a request that must all hold.
    HttpRouteMatch {}
    {
        /// Headers.
        headers: Vec<HeaderMatch>,
        /// Method: `GET`, `POST`, …
        method: String,
        /// Path.
        path: PathMatch,
        /// Query parameters.
        query_params: Vec<HeaderMatch>,
    }
}

object! {
    /// A condition on a header or query parameter.
    HeaderMatch {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    }
    {
        /// `Exact` or `RegularExpression`.
        #[serde(rename = "type")]
        type_: String,
    }
}

object! {
    /// A condition on the path.
    PathMatch {}
    {
        /// `Exact`, `PathPrefix` or `RegularExpression`.
        #[serde(rename = "type")]
        type_: String,
        /// The path.
        value: String,
    }
}

object! {
    /// One step on the way to the server.
    HttpRouteFilter {
        /// Which of the others it is: `URLRewrite`, `RequestHeaderModifier`, …
        #[serde(rename = "type")]
        type_: String,
    }
    {
        /// Cross-origin requests.
        cors: CorsFilter,
        /// A filter of the Gateway's implementation.
        extension_ref: ExtensionRef,
        /// Changes headers of the request.
        request_header_modifier: HeaderFilter,
        /// Sends a copy elsewhere.
        request_mirror: RequestMirror,
        /// Sends the client elsewhere.
        request_redirect: RequestRedirect,
        /// Changes headers of the answer.
        response_header_modifier: HeaderFilter,
        /// Changes host or path.
        url_rewrite: UrlRewrite,
    }
}

object! {
    /// Cross-origin requests.
    CorsFilter {}
    {
        /// Whether credentials may be sent.
        allow_credentials: bool,
        /// Request headers that may be sent.
        allow_headers: Vec<String>,
        /// Methods that may be used.
        allow_methods: Vec<String>,
        /// Origins that may ask.
        allow_origins: Vec<String>,
        /// Response headers that may be read.
        expose_headers: Vec<String>,
        /// Seconds that the answer may be kept.
        max_age: i32,
    }
}

object! {
    /// A filter of the Gateway's implementation.
    ExtensionRef {
        /// Its API group.
        group: String,
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    }
    {}
}

object! {
    /// Changes headers.
    HeaderFilter {}
    {
        /// Headers to add.
        add: Vec<HttpHeader>,
        /// Headers to remove.
        remove: Vec<String>,
        /// Headers to overwrite.
        set: Vec<HttpHeader>,
    }
}

object! {
    /// A header.
    HttpHeader {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    }
    {}
}

object! {
    /// Sends a copy of requests elsewhere.
    RequestMirror {
        /// Where to.
        backend_ref: MirrorBackendRef,
    }
    {
        /// Which part of them.
        fraction: Fraction,
        /// Which part of them, in percent.
        percent: i32,
    }
}

object! {
    /// A Service.
    MirrorBackendRef {
        /// Its name.
        name: String,
    }
    {
        /// Its API group.
        group: String,
        /// Its kind.
        kind: String,
        /// Its namespace.
        namespace: String,
        /// Its port.
        port: i32,
    }
}

object! {
    /// A part of a whole.
    Fraction {
        /// The part.
        numerator: i32,
    }
    {
        /// The whole, 100 by default.
        denominator: i32,
    }
}

object! {
    /// Sends the client elsewhere.
    RequestRedirect {}
    {
        /// Another host.
        hostname: String,
        /// Another path.
        path: PathModifier,
        /// Another port.
        port: i32,
        /// `http` or `https`.
        scheme: String,
        /// 301, 302, 303, 307 or 308.
        status_code: i32,
    }
}

object! {
    /// Changes host or path of a request.
    UrlRewrite {}
    {
        /// Another host.
        hostname: String,
        /// Another path.
        path: PathModifier,
    }
}

object! {
    /// Changes a path.
    PathModifier {
        /// `ReplaceFullPath` or `ReplacePrefixMatch`.
        #[serde(rename = "type")]
        type_: String,
    }
    {
        /// The new path.
        replace_full_path: String,
        /// What takes the place of the matched prefix.
        replace_prefix_match: String,
    }
}
