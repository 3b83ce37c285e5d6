//! Routes and integrations, as `aws apigateway get-resources --embed methods` and `aws apigatewayv2 get-routes` print them.

use std::collections::BTreeMap;

use super::balancers::{named, text};
use super::gateway::{find, ids};
use super::owners;
use super::pages::{Kind, Page};
use crate::import::estate::{ApiKind, Estate, Integration, IntegrationKind, NoteKind, Reference, Route};
use crate::import::node::{Node, Value};

const NOTHING: Integration =
    Integration { kind: IntegrationKind::None, link: None, target: None, uri: None, timeout_ms: None };

/// Adds the routes of REST APIs; `roots` are ids of root resources and of their APIs.
pub(super) fn rest(all: &[Page<'_>], roots: &[(String, String)], estate: &mut Estate) {
    // Methods that a listing names without their integrations, by resource: places among the routes.
    let mut open: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut paths: BTreeMap<String, (String, Reference)> = BTreeMap::new();
    for page in all.iter().filter(|page| page.kind == Kind::Resource) {
        let api = rest_owner(page, roots, estate);
        if let Some(api) = find(estate, &api) {
            api.resources = api.resources.saturating_add(page.entries.len() as u32);
        }
        let mut bare = 0;
        for (place, entry) in &page.entries {
            let (id, path) = (text(entry, "id").unwrap_or_default(), text(entry, "path").unwrap_or("/"));
            paths.insert(id.to_string(), (path.to_string(), api.clone()));
            for (method, node) in entry.get("resourceMethods").and_then(Node::table).unwrap_or_default() {
                if text(node, "authorizationType") == Some("CUSTOM")
                    && let Some(api) = find(estate, &api)
                {
                    api.authorizer = true;
                }
                let stated = node.get("methodIntegration").map(rest_integration);
                if stated.is_none() && node.table().is_none_or(<[_]>::is_empty) {
                    bare += 1;
                    open.entry(id.to_string()).or_default().push(estate.routes.len());
                }
                let origin = page.at(*place, entry).at(&format!("resourceMethods.{method}"), node.line);
                let (method, path) = (method.clone(), path.to_string());
                let integration = stated.unwrap_or(NOTHING);
                estate.routes.push(Route { api: api.clone(), method, path, integration, origin });
            }
        }
        if bare > 0 {
            let text = format!(
                "{bare} of the methods are printed without their integrations: `aws apigateway get-resources --embed methods` \
                 prints them"
            );
            estate.note(NoteKind::Unresolved, text, &page.origin);
        }
    }
    for page in all.iter().filter(|page| matches!(page.kind, Kind::Method | Kind::RestIntegration)) {
        for (place, entry) in &page.entries {
            single(page, *place, entry, (&paths, &open), estate);
        }
    }
}

/// One method or integration that is printed alone: the cache namespace, unless it was changed, is the id of its resource.
fn single(
    page: &Page<'_>,
    place: usize,
    entry: &Node,
    (paths, open): (&BTreeMap<String, (String, Reference)>, &BTreeMap<String, Vec<usize>>),
    estate: &mut Estate,
) {
    let method = page.kind == Kind::Method;
    let node = if method { entry.get("methodIntegration") } else { Some(entry) };
    let integration = node.map_or(NOTHING, rest_integration);
    let words = owners::words(page.file);
    let in_name = || paths.keys().find(|id| words.contains(&id.as_str())).map(String::as_str);
    let resource = node.and_then(|node| text(node, "cacheNamespace")).or_else(in_name);
    let origin = page.at(place, entry);
    let verb = if method { text(entry, "httpMethod") } else { None };
    let verbs = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"];
    let verb = verb.or_else(|| words.iter().copied().find(|word| verbs.contains(word)));
    let candidates = resource.and_then(|resource| open.get(resource)).map(Vec::as_slice).unwrap_or_default();
    let fits = |place: &&usize| verb.is_none_or(|verb| estate.routes[**place].method == verb);
    let fitting: Vec<usize> = candidates.iter().filter(fits).copied().collect();
    if let [only] = fitting[..] {
        let route = &mut estate.routes[only];
        route.integration = integration;
        let text = format!("the integration is that of `{} {}`, by its cache namespace or the file's name", route.method, route.path);
        return estate.note(NoteKind::Inferred, text, &origin);
    }
    let (path, api) = match resource.and_then(|resource| paths.get(resource)) {
        Some((path, api)) => (path.clone(), api.clone()),
        None => {
            let known = ids(estate, |kind| kind == Some(ApiKind::Rest));
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let api = owners::api(page, &known, "integrations", estate);
            (format!("/${{{}}}", resource.unwrap_or("resource")), api)
        }
    };
    let method = verb.unwrap_or("ANY").to_string();
    estate.routes.push(Route { api, method, path, integration, origin });
}

/// The API of a page of resources: that of its root resource, if the listing of APIs has it.
fn rest_owner(page: &Page<'_>, roots: &[(String, String)], estate: &mut Estate) -> Reference {
    let known = page.entries.iter().find_map(|(_, entry)| {
        let keys = [text(entry, "id"), text(entry, "parentId")];
        roots.iter().find(|(root, _)| keys.contains(&Some(root.as_str())))
    });
    if let Some((_, api)) = known {
        return Reference::Named(api.clone());
    }
    let known = ids(estate, |kind| kind == Some(ApiKind::Rest));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    owners::api(page, &known, "resources", estate)
}

fn rest_integration(node: &Node) -> Integration {
    let uri = text(node, "uri");
    let private = text(node, "connectionType") == Some("VPC_LINK");
    let kind = match text(node, "type") {
        _ if private => IntegrationKind::Private,
        Some("MOCK") => IntegrationKind::Mock,
        Some("HTTP" | "HTTP_PROXY") => IntegrationKind::Public,
        Some("AWS") if !uri.is_some_and(|uri| uri.contains(":lambda:path/")) => IntegrationKind::Service,
        Some("AWS" | "AWS_PROXY") => IntegrationKind::Lambda,
        _ => IntegrationKind::None,
    };
    Integration {
        kind,
        link: named(node, "connectionId").filter(|_| private),
        target: named(node, "integrationTarget").filter(|_| private),
        uri: uri.map(String::from),
        timeout_ms: node.get("timeoutInMillis").and_then(Node::number),
    }
}

/// Adds the routes of HTTP and WebSocket APIs.
pub(super) fn http(all: &[Page<'_>], estate: &mut Estate) {
    let pages = |kind: Kind| all.iter().filter(move |page| page.kind == kind);
    // By API and id: an id is unique in its API. The texts of the API are its id, or why it is unknown.
    let mut integrations: BTreeMap<&str, Vec<(Reference, &Node)>> = BTreeMap::new();
    let mut unused: BTreeMap<&str, (usize, &Page<'_>)> = BTreeMap::new();
    for page in pages(Kind::Integration) {
        let api = http_owner(page, "integrations", estate);
        for (place, entry) in &page.entries {
            if let Some(id) = text(entry, "IntegrationId") {
                integrations.entry(id).or_default().push((api.clone(), entry));
                unused.insert(id, (*place, page));
            }
        }
    }
    for page in pages(Kind::Route) {
        let api = http_owner(page, "routes", estate);
        for (place, entry) in &page.entries {
            if text(entry, "AuthorizationType") == Some("CUSTOM")
                && let Some(api) = find(estate, &api)
            {
                api.authorizer = true;
            }
            let origin = page.at(*place, entry);
            let target = text(entry, "Target").map(|target| target.strip_prefix("integrations/").unwrap_or(target));
            let found = target.and_then(|target| {
                unused.remove(target);
                let all = integrations.get(target)?;
                let of_api = all.iter().find(|(of, _)| *of == api);
                of_api.or(if let [only] = all.as_slice() { Some(only) } else { None }).map(|(_, node)| *node)
            });
            if let (Some(target), None) = (target, found) {
                let text = format!(
                    "the integration `{target}` is not in the files: `aws apigatewayv2 get-integrations --api-id ...` prints it"
                );
                estate.note(NoteKind::Unresolved, text, &origin);
            }
            let route_key = text(entry, "RouteKey").unwrap_or("$default");
            let (method, path) = route_key.split_once(' ').unwrap_or(("", route_key));
            let (method, path) = (method.to_string(), path.trim_start().to_string());
            let integration = found.map_or(NOTHING, http_integration);
            estate.routes.push(Route { api: api.clone(), method, path, integration, origin });
        }
    }
    for (id, (place, page)) in unused {
        let text = format!("no route of the files leads to the integration `{id}`");
        estate.note(NoteKind::PassedOver, text, &page.origin.at(&place.to_string(), None));
    }
}

/// The API of a page of routes or integrations. Routes with a path are those of an HTTP API.
fn http_owner(page: &Page<'_>, what: &str, estate: &mut Estate) -> Reference {
    let paths = page.entries.iter().any(|(_, entry)| text(entry, "RouteKey").is_some_and(|key| key.contains(" /")));
    let sockets = ids(estate, |kind| kind == Some(ApiKind::WebSocket));
    let http = ids(estate, |kind| matches!(kind, Some(ApiKind::Http) | None));
    let known: Vec<&str> = http.iter().chain(sockets.iter().filter(|_| !paths)).map(String::as_str).collect();
    owners::api(page, &known, what, estate)
}

fn http_integration(node: &Node) -> Integration {
    let uri = text(node, "IntegrationUri");
    let private = text(node, "ConnectionType") == Some("VPC_LINK");
    let kind = match text(node, "IntegrationType") {
        _ if private => IntegrationKind::Private,
        Some("MOCK") => IntegrationKind::Mock,
        Some("HTTP" | "HTTP_PROXY") => IntegrationKind::Public,
        Some("AWS_PROXY") if node.get("IntegrationSubtype").is_none_or(|node| node.value == Value::Null) => IntegrationKind::Lambda,
        Some("AWS" | "AWS_PROXY") => IntegrationKind::Service,
        _ => IntegrationKind::None,
    };
    // The URI of a private integration is the ARN of its listener or Cloud Map service, or a URI as of a REST API.
    let arn = private && uri.is_some_and(|uri| uri.starts_with("arn:"));
    Integration {
        kind,
        link: named(node, "ConnectionId").filter(|_| private),
        target: named(node, "IntegrationUri").filter(|_| arn),
        uri: uri.filter(|_| !arn).map(String::from),
        timeout_ms: node.get("TimeoutInMillis").and_then(Node::number),
    }
}
