//! Methods and integrations of REST APIs, with the paths of the resources that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use super::apis::Apis;
use super::context::Context;
use super::item::Item;
use super::uri::{self, Listeners};
use crate::import::estate::{Estate, Id, Integration, IntegrationKind, NoteKind, Reference, Route};

const API: &str = "aws_api_gateway_rest_api";
const RESOURCE: &str = "aws_api_gateway_resource";

/// Most resources above one another in a path.
const DEEPEST: usize = 64;

/// Most characters of a path's part, which stands in the path of every method below it.
const LONGEST: usize = 1_000;

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// A method by its API, its resource and its verb.
type Key = (String, String, String);

/// Adds the routes of REST APIs.
pub(super) fn read(context: &Context<'_>, apis: &Apis, estate: &mut Estate) {
    let roots = roots(context);
    let mut methods: BTreeMap<Key, usize> = BTreeMap::new();
    let mut order: Vec<(Key, Reference)> = Vec::new();
    for (index, item) in context.items.iter().enumerate() {
        match item.kind.as_str() {
            "aws_api_gateway_method" => {
                let (key, api) = key(context, item, estate);
                if item.text("authorization") == Some("CUSTOM")
                    && let Some(api) = apis.get(context, API, &api, estate)
                {
                    api.authorizer = true;
                }
                methods.insert(key.clone(), index);
                order.push((key, api));
            }
            RESOURCE => {
                let of = context.required(item, "rest_api_id", &[API], estate);
                match apis.get(context, API, &of, estate) {
                    // The root is a resource too, though no file lists it.
                    Some(api) => api.resources = api.resources.max(1) + 1,
                    None => super::apis::absent(context, item, "a path", &of, estate),
                }
            }
            _ => {}
        }
    }
    let listeners = Listeners::of(context, estate);
    for item in context.items.iter().filter(|item| item.kind == "aws_api_gateway_integration") {
        let (key, api) = key(context, item, estate);
        methods.remove(&key);
        let path = path(context, &roots, item, estate);
        let method = verb(&key.2);
        let integration = integration(context, item, &listeners, estate);
        estate.routes.push(Route { api, method, path, integration, origin: context.origin(item) });
    }
    for (key, api) in order {
        let Some(item) = methods.remove(&key).map(|index| &context.items[index]) else { continue };
        let path = path(context, &roots, item, estate);
        let integration = Integration::bare(IntegrationKind::None);
        estate.routes.push(Route { api, method: verb(&key.2), path, integration, origin: context.origin(item) });
    }
}

fn verb(method: &str) -> String {
    if method.is_empty() { "ANY".into() } else { method.to_string() }
}

/// Ids of root resources: a path of their own, although they are no resources of a file.
fn roots(context: &Context<'_>) -> BTreeSet<String> {
    let apis = context.of_kind(API);
    let known = apis.iter().filter_map(|&index| context.items[index].text("root_resource_id").map(String::from));
    known.chain(apis.iter().map(|&index| context.root(index).0)).collect()
}

/// What joins a method and its integration, and the API of both.
fn key(context: &Context<'_>, item: &Item<'_>, estate: &mut Estate) -> (Key, Reference) {
    let api = context.required(item, "rest_api_id", &[API], estate);
    let resource = context.required(item, "resource_id", &[RESOURCE], estate);
    let view = item.get("http_method");
    let found = if view.is_unknown() { context.texts(item, view) } else { Vec::new() };
    let method = match (view.text(), found.as_slice()) {
        (Some(method), _) => method.to_string(),
        (None, [only]) => only.clone(),
        _ => String::new(),
    };
    ((context.key(API, &api), context.key(RESOURCE, &resource), method), api)
}

/// The whole path of a method's or integration's resource.
fn path(context: &Context<'_>, roots: &BTreeSet<String>, item: &Item<'_>, estate: &mut Estate) -> String {
    let mut reference = context.required(item, "resource_id", &[RESOURCE], estate);
    let mut parts: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let rest = loop {
        if let Reference::To(Id(id)) | Reference::Named(id) = &reference
            && roots.contains(id)
        {
            break String::new();
        }
        let Some(index) = context.item_of(RESOURCE, &reference) else {
            let name = match &reference {
                Reference::To(Id(name)) | Reference::Named(name) => name.clone(),
                Reference::Unknown(why) => {
                    let text = format!("the path of `{}`: {why}", item.address);
                    estate.note(NoteKind::Unresolved, text, &context.origin(item));
                    "resource".into()
                }
            };
            break format!("/${{{name}}}");
        };
        let at = &context.items[index];
        if let Some(path) = at.text("path").filter(|path| path.starts_with('/')) {
            break cut(path.trim_end_matches('/'));
        }
        if !seen.insert(index) || parts.len() >= DEEPEST {
            let text = format!("`{}` is among its own parents, or is over {DEEPEST} resources deep", at.address);
            estate.note(NoteKind::Unresolved, text, &context.origin(at));
            break String::new();
        }
        parts.push(cut(at.text("path_part").unwrap_or("${path_part}")));
        reference = context.required(at, "parent_id", &[RESOURCE], estate);
    };
    let below: String = parts.iter().rev().map(|part| format!("/{part}")).collect();
    match format!("{rest}{below}") {
        path if path.is_empty() => "/".into(),
        path => path,
    }
}

fn integration(context: &Context<'_>, item: &Item<'_>, listeners: &Listeners, estate: &mut Estate) -> Integration {
    let link_types = ["aws_api_gateway_vpc_link", "aws_apigatewayv2_vpc_link"];
    let link = context.reference(item, item.get("connection_id"), &link_types);
    let private = item.text("connection_type") == Some("VPC_LINK")
        || (item.get("connection_type").is_unknown() && link.is_some());
    let refers = |word: &str| item.get("uri").references().iter().any(|reference| reference.contains(word));
    let uri_text = item.text("uri").unwrap_or_default();
    let lambda = uri_text.contains(":lambda:path/") || refers("aws_lambda_") || refers("invoke_arn");
    let kind = match item.text("type") {
        _ if private => IntegrationKind::Private,
        Some("MOCK") => IntegrationKind::Mock,
        Some("HTTP" | "HTTP_PROXY") => IntegrationKind::Public,
        Some("AWS") if !lambda => IntegrationKind::Service,
        Some("AWS" | "AWS_PROXY") => IntegrationKind::Lambda,
        _ => IntegrationKind::None,
    };
    let timeout_ms = item.get("timeout_milliseconds").number();
    if kind != IntegrationKind::Private {
        let uri = Some(uri_text).filter(|uri| !uri.is_empty()).map(String::from);
        return Integration { uri, timeout_ms, ..Integration::bare(kind) };
    }
    let target = context.reference(item, item.get("integration_target"), &["aws_lb", "aws_lb_listener"]);
    let place = uri::place(context, item, link.as_ref(), listeners, estate);
    Integration { kind, link, target: target.or(place.target), uri: place.uri, path: None, timeout_ms }
}
