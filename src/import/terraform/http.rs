//! Routes and integrations of HTTP and WebSocket APIs.

use std::collections::BTreeSet;

use super::apis::Apis;
use super::context::Context;
use super::item::Item;
use crate::import::estate::{Estate, Integration, IntegrationKind, NoteKind, OVERWRITE, Reference, Route};

const API: &str = "aws_apigatewayv2_api";
const INTEGRATION: &str = "aws_apigatewayv2_integration";

/// Adds the routes of HTTP and WebSocket APIs.
pub(super) fn read(context: &Context<'_>, apis: &Apis, estate: &mut Estate) {
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for (index, item) in context.items.iter().enumerate() {
        match item.kind.as_str() {
            "aws_apigatewayv2_route" => {
                let api = context.required(item, "api_id", &[API], estate);
                if item.text("authorization_type") == Some("CUSTOM")
                    && let Some(api) = apis.get(context, API, &api, estate)
                {
                    api.authorizer = true;
                }
                let integration = target(context, item, &mut used, estate);
                add(context, item, api, item.text("route_key").unwrap_or("$default"), integration, estate);
            }
            // An API made with a target has one route and one integration that no resource states.
            API => {
                if let Some(uri) = item.text("target") {
                    let lambda = uri.contains(":lambda:");
                    let kind = if lambda { IntegrationKind::Lambda } else { IntegrationKind::Public };
                    let integration =
                        Integration { kind, uri: Some(uri.to_string()), ..Integration::bare(IntegrationKind::None) };
                    let api = Reference::To(context.id(index).clone());
                    add(context, item, api, item.text("route_key").unwrap_or("$default"), integration, estate);
                }
            }
            _ => {}
        }
    }
    for index in context.of_kind(INTEGRATION).into_iter().filter(|index| !used.contains(index)) {
        let item = &context.items[index];
        let text = format!("no route of the files leads to the integration `{}`", item.address);
        estate.note(NoteKind::PassedOver, text, &context.origin(item));
    }
}

fn add(
    context: &Context<'_>,
    item: &Item<'_>,
    api: Reference,
    route_key: &str,
    integration: Integration,
    estate: &mut Estate,
) {
    let (method, path) = match route_key.split_once(' ') {
        Some((method, path)) => (method.to_string(), path.trim_start().to_string()),
        None => (String::new(), route_key.to_string()),
    };
    estate.routes.push(Route { api, method, path, integration, origin: context.origin(item) });
}

/// The integration that a route leads to.
fn target(context: &Context<'_>, item: &Item<'_>, used: &mut BTreeSet<usize>, estate: &mut Estate) -> Integration {
    let reference = match context.reference(item, item.get("target"), &[INTEGRATION]) {
        None => return Integration::bare(IntegrationKind::None),
        Some(Reference::Named(text)) => {
            Reference::Named(text.strip_prefix("integrations/").unwrap_or(&text).to_string())
        }
        Some(other) => other,
    };
    if let Some(index) = context.item_of(INTEGRATION, &reference) {
        used.insert(index);
        return integration(context, &context.items[index]);
    }
    let text = match &reference {
        Reference::Unknown(why) => format!("the integration of `{}`: {why}", item.address),
        Reference::Named(name) | Reference::To(crate::import::estate::Id(name)) => {
            format!("the integration of `{}` is not in the files: `{name}`", item.address)
        }
    };
    estate.note(NoteKind::Unresolved, text, &context.origin(item));
    Integration::bare(IntegrationKind::None)
}

fn integration(context: &Context<'_>, item: &Item<'_>) -> Integration {
    let link =
        context.reference(item, item.get("connection_id"), &["aws_apigatewayv2_vpc_link", "aws_api_gateway_vpc_link"]);
    let private = item.text("connection_type") == Some("VPC_LINK")
        || (item.get("connection_type").is_unknown() && link.is_some());
    let kind = match item.text("integration_type") {
        _ if private => IntegrationKind::Private,
        Some("MOCK") => IntegrationKind::Mock,
        Some("HTTP" | "HTTP_PROXY") => IntegrationKind::Public,
        Some("AWS_PROXY" | "AWS") if item.text("integration_subtype").is_some() => IntegrationKind::Service,
        Some("AWS_PROXY") => IntegrationKind::Lambda,
        Some("AWS") => IntegrationKind::Service,
        _ => IntegrationKind::None,
    };
    let timeout_ms = item.get("timeout_milliseconds").number();
    let view = item.get("integration_uri");
    let uri = view.text().map(String::from);
    if !private {
        return Integration { kind, uri, timeout_ms, ..Integration::bare(IntegrationKind::None) };
    }
    let target = context.reference(item, view, &["aws_lb_listener", "aws_service_discovery_service", "aws_lb"]);
    let overwritten = item.get("request_parameters").get(OVERWRITE);
    let unknown = || overwritten.is_unknown().then(|| format!("${{{OVERWRITE}}}"));
    let path = overwritten.text().map(String::from).or_else(unknown);
    // An ARN is the target itself; a WebSocket API names an NLB by a URI as a REST API does.
    let is_uri = uri.as_ref().is_some_and(|uri| uri.contains("://"));
    if is_uri {
        Integration { kind, link, target: None, uri, path, timeout_ms }
    } else {
        Integration { kind, link, target, uri: None, path, timeout_ms }
    }
}
