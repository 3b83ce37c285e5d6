//! What a document gives away about its API without saying it: REST or HTTP, where it is reached, whether code authorises.

use super::Operation;
use crate::import::Resolve;
use crate::import::estate::{ApiKind, Endpoint};
use crate::import::node::Node;

/// A kind and what shows it.
pub struct Found {
    pub kind: ApiKind,
    pub why: String,
}

/// Extensions of the root that only one kind of API has.
const OF_THE_ROOT: [(&str, ApiKind); 9] = [
    ("x-amazon-apigateway-cors", ApiKind::Http),
    ("x-amazon-apigateway-importexport-version", ApiKind::Http),
    ("x-amazon-apigateway-endpoint-configuration", ApiKind::Rest),
    ("x-amazon-apigateway-gateway-responses", ApiKind::Rest),
    ("x-amazon-apigateway-policy", ApiKind::Rest),
    ("x-amazon-apigateway-request-validators", ApiKind::Rest),
    ("x-amazon-apigateway-binary-media-types", ApiKind::Rest),
    ("x-amazon-apigateway-api-key-source", ApiKind::Rest),
    ("x-amazon-apigateway-minimum-compression-size", ApiKind::Rest),
];

/// The kind of API that a document defines; `None` where nothing in it is API Gateway's.
pub fn kind(root: &Node, operations: &[Operation], resolve: &dyn Resolve) -> Option<Found> {
    let found = |kind, why: String| Some(Found { kind, why });
    let integrations = || operations.iter().filter_map(|operation| operation.integration.as_ref());
    let extended = integrations().next().is_some();
    if root.get("swagger").is_some() && extended {
        return found(ApiKind::Rest, "Swagger 2 defines REST APIs only".into());
    }
    if let Some((key, kind)) = OF_THE_ROOT.iter().find(|(key, _)| root.get(key).is_some()) {
        let word = if *kind == ApiKind::Http { "HTTP APIs" } else { "REST APIs" };
        return found(*kind, format!("only {word} have `{key}`"));
    }
    if operations.iter().any(|operation| operation.path == "$default") {
        return found(ApiKind::Http, "it has the route `$default`".into());
    }
    for integration in integrations() {
        if let Some(found) = by_integration(integration, resolve) {
            return Some(found);
        }
    }
    None
}

fn by_integration(node: &Node, resolve: &dyn Resolve) -> Option<Found> {
    let text = |key: &str| node.get(key).and_then(|node| resolve.text(node)).unwrap_or_default();
    let found = |kind, why: &str| Some(Found { kind, why: why.into() });
    if node.get("payloadFormatVersion").is_some() {
        return found(ApiKind::Http, "its integrations have a `payloadFormatVersion`");
    }
    if node.get("integrationTarget").is_some() {
        return found(ApiKind::Rest, "its integrations have an `integrationTarget`");
    }
    if node.get("passthroughBehavior").is_some() {
        return found(ApiKind::Rest, "its integrations have a `passthroughBehavior`");
    }
    if ["http", "aws", "mock"].contains(&text("type").to_ascii_lowercase().as_str()) {
        return found(ApiKind::Rest, "its integrations are not all proxies");
    }
    match text("uri") {
        uri if uri.contains(":listener/") || uri.contains(":servicediscovery:") => {
            found(ApiKind::Http, "its integrations name a listener or a Cloud Map service")
        }
        uri if uri.starts_with("http") && text("connectionType").eq_ignore_ascii_case("VPC_LINK") => {
            found(ApiKind::Rest, "its private integrations have an address, not a listener, as `uri`")
        }
        _ => None,
    }
}

/// Where the document says that the API is reached.
pub fn endpoint(root: &Node, resolve: &dyn Resolve) -> Option<Endpoint> {
    let types = root.find(&["x-amazon-apigateway-endpoint-configuration", "types"])?;
    let first = types.list().and_then(|list| list.first()).unwrap_or(types);
    match resolve.text(first)?.to_ascii_uppercase().as_str() {
        "REGIONAL" => Some(Endpoint::Regional),
        "EDGE" => Some(Endpoint::Edge),
        "PRIVATE" => Some(Endpoint::Private),
        _ => None,
    }
}

/// Whether an authorizer of code stands before any operation.
pub fn authorizer(root: &Node, operations: &[Operation], resolve: &dyn Resolve) -> bool {
    let schemes = root.get("securityDefinitions").or_else(|| root.find(&["components", "securitySchemes"]));
    let Some(schemes) = schemes.and_then(Node::table) else { return false };
    let of_code = |scheme: &Node| {
        let kind = scheme.find(&["x-amazon-apigateway-authorizer", "type"]).and_then(|kind| resolve.text(kind));
        kind.is_some_and(|kind| ["request", "token"].contains(&kind.to_ascii_lowercase().as_str()))
    };
    let names: Vec<&str> = schemes.iter().filter(|(_, one)| of_code(one)).map(|(name, _)| name.as_str()).collect();
    let stated = operations.iter().filter_map(|operation| operation.node.get("security")).chain(root.get("security"));
    stated.filter_map(Node::list).flatten().any(|one| names.iter().any(|name| one.get(name).is_some()))
}
