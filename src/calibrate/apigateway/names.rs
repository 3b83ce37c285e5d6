//! What the values of an API Gateway row are: by the variable that the stage's format names, or by what people usually call it.

/// A value that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// `$context.responseLatency`, milliseconds.
    Response,
    /// Some latency, taken for the response's where nothing better is there.
    Latency,
    /// `$context.integrationLatency` or `$context.integration.latency`, milliseconds.
    Integration,
    /// `$context.waf.latency`.
    Waf,
    /// `$context.authenticate.latency`.
    Authenticate,
    /// `$context.authorize.latency`.
    Authorize,
    /// `$context.authorizer.latency` or `$context.authorizer.integrationLatency`.
    Authorizer,
    /// `$context.requestTimeEpoch`, milliseconds since 1970.
    Epoch,
    /// `$context.requestTime`, or a time in ISO 8601.
    Time,
    /// `$context.status`.
    Status,
    /// `$context.resourcePath`, of REST APIs.
    Resource,
    /// `$context.routeKey`, of HTTP APIs.
    Route,
    /// `$context.path`, of which the first segment counts.
    Path,
    /// `$context.xrayTraceId`.
    Trace,
    /// `$context.integrationStatus` or `$context.integration.status`.
    IntegrationStatus,
}

/// How many kinds of values there are.
pub const ITEMS: usize = 15;

/// The value of a key or variable; `None` where it is of no use. Case, `$context.`, dots, dashes and underscores do not matter.
///
/// Names that could mean something else too ([`Item::Latency`], [`Item::Path`], [`Item::Time`]) count only in the outermost table
/// (`depth` 1).
#[must_use]
pub fn item(name: &[u8], depth: usize) -> Option<Item> {
    let name = name.strip_prefix(b"$").unwrap_or(name);
    let name = name.strip_prefix(b"context.").unwrap_or(name);
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    let plain: Vec<u8> = letters.take(64).collect();
    let plain = plain.strip_suffix(b"ms").unwrap_or(&plain);
    let item = match plain {
        b"responselatency" => Item::Response,
        b"latency" | b"totallatency" | b"responsetime" | b"duration" => Item::Latency,
        b"integrationlatency" | b"backendlatency" => Item::Integration,
        b"waflatency" => Item::Waf,
        b"authenticatelatency" => Item::Authenticate,
        b"authorizelatency" => Item::Authorize,
        b"authorizerlatency" | b"authorizerintegrationlatency" => Item::Authorizer,
        b"requesttimeepoch" | b"timeepoch" | b"epoch" => Item::Epoch,
        b"requesttime" | b"time" | b"timestamp" | b"datetime" => Item::Time,
        b"status" | b"statuscode" | b"httpstatus" | b"responsestatus" => Item::Status,
        b"integrationstatus" => Item::IntegrationStatus,
        b"resourcepath" | b"resource" => Item::Resource,
        b"routekey" | b"route" => Item::Route,
        b"path" | b"requestpath" | b"uri" => Item::Path,
        b"xraytraceid" | b"traceid" | b"trace" | b"xamzntraceid" => Item::Trace,
        _ => return None,
    };
    (depth <= 1 || !matches!(item, Item::Latency | Item::Path | Item::Time | Item::Status)).then_some(item)
}
