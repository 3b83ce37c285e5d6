//! Routes and integrations, as `aws apigateway get-resources --embed methods` and `aws apigatewayv2 get-routes` print them.

use std::collections::BTreeMap;

use super::balancers::{named, text};
use super::owners::{self, Known};
use super::pages::{Kind, Page};
use crate::import::estate::{Estate, Integration, IntegrationKind, NoteKind, OVERWRITE, Reference, Route};
use crate::import::node::{Node, Origin, Value};

/// Most characters of a path, which stands in every method of its resource.
const LONGEST: usize = 2_000;

const NOTHING: Integration = Integration::bare(IntegrationKind::None);

/// What is known of resources of REST APIs, by their id.
#[derive(Default)]
struct Resources {
    /// Paths, and the APIs that they are of.
    paths: BTreeMap<String, (String, Reference)>,
    /// Methods that a listing names without their integrations: places among the routes.
    open: BTreeMap<String, Vec<usize>>,
}

/// Adds the routes of REST APIs; `roots` are ids of root resources and of their APIs.
pub(super) fn rest(all: &[Page<'_>], roots: &BTreeMap<String, String>, known: &Known, estate: &mut Estate) {
    let mut resources = Resources::default();
    for page in all.iter().filter(|page| page.kind == Kind::Resource) {
        let api = rest_owner(page, roots, known, estate);
        if let Some(api) = known.find(estate, &api) {
            api.resources = api.resources.saturating_add(page.entries.len() as u32);
        }
        let mut bare = 0;
        for (place, entry) in &page.entries {
            let (id, path) = (text(entry, "id").unwrap_or_default(), text(entry, "path").unwrap_or("/"));
            let path: String = path.chars().take(LONGEST).collect();
            resources.paths.insert(id.to_string(), (path.clone(), api.clone()));
            for (method, node) in entry.get("resourceMethods").and_then(Node::table).unwrap_or_default() {
                if text(node, "authorizationType") == Some("CUSTOM")
                    && let Some(api) = known.find(estate, &api)
                {
                    api.authorizer = true;
                }
                let stated = node.get("methodIntegration").map(rest_integration);
                if stated.is_none() && node.table().is_none_or(<[_]>::is_empty) {
                    bare += 1;
                    resources.open.entry(id.to_string()).or_default().push(estate.routes.len());
                }
                let origin = page.at(*place, entry).at(&format!("resourceMethods.{method}"), node.line);
                let (method, path) = (method.clone(), path.clone());
                let integration = stated.unwrap_or(NOTHING);
                estate.routes.push(Route { api: api.clone(), method, path, integration, origin });
            }
        }
        if bare > 0 {
            let text = format!(
                "methods without their integrations: {bare}; `aws apigateway get-resources --embed methods` prints them"
            );
            estate.note(NoteKind::Unresolved, text, &page.origin);
        }
    }
    for page in all.iter().filter(|page| matches!(page.kind, Kind::Method | Kind::RestIntegration)) {
        for (place, entry) in &page.entries {
            single(page, *place, entry, (&resources, known), estate);
        }
    }
}

/// One method or integration that is printed alone: the cache namespace, unless it was changed, is the id of its resource.
fn single(
    page: &Page<'_>,
    place: Option<usize>,
    entry: &Node,
    (resources, known): (&Resources, &Known),
    estate: &mut Estate,
) {
    let method = page.kind == Kind::Method;
    let node = if method { entry.get("methodIntegration") } else { Some(entry) };
    let integration = node.map_or(NOTHING, rest_integration);
    let words = owners::words(page.file);
    let in_name = || words.iter().copied().find(|word| resources.paths.contains_key(*word));
    let resource = node.and_then(|node| text(node, "cacheNamespace")).or_else(in_name);
    let origin = page.at(place, entry);
    let verb = if method { text(entry, "httpMethod") } else { None };
    let verbs = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"];
    let verb = verb.or_else(|| words.iter().copied().find(|word| verbs.contains(word)));
    // API Gateway knows fewer verbs than ten.
    let candidates = resource.and_then(|resource| resources.open.get(resource)).map(Vec::as_slice).unwrap_or_default();
    let fits = |place: &&usize| verb.is_none_or(|verb| estate.routes[**place].method == verb);
    let fitting: Vec<usize> = candidates.iter().take(10).filter(fits).copied().collect();
    if let [only] = fitting[..] {
        let route = &mut estate.routes[only];
        route.integration = integration;
        let text = format!(
            "the integration is that of `{} {}`, by its cache namespace or the file's name",
            route.method, route.path
        );
        return estate.note(NoteKind::Inferred, text, &origin);
    }
    let (path, api) = match resource.and_then(|resource| resources.paths.get(resource)) {
        Some((path, api)) => (path.clone(), api.clone()),
        None => {
            let api = owners::api(page, &known.rest, "integrations", estate);
            (format!("/${{{}}}", resource.unwrap_or("resource")), api)
        }
    };
    let method = verb.unwrap_or("ANY").to_string();
    estate.routes.push(Route { api, method, path, integration, origin });
}

/// The API of a page of resources: that of its root resource, if the listing of APIs has it.
fn rest_owner(page: &Page<'_>, roots: &BTreeMap<String, String>, known: &Known, estate: &mut Estate) -> Reference {
    let of_root = |key: &str, entry: &Node| roots.get(text(entry, key)?);
    let found = page.entries.iter().find_map(|(_, entry)| of_root("id", entry).or_else(|| of_root("parentId", entry)));
    match found {
        Some(api) => Reference::Named(api.clone()),
        None => owners::api(page, &known.rest, "resources", estate),
    }
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
        path: None,
        timeout_ms: node.get("timeoutInMillis").and_then(Node::number),
    }
}

/// Integrations of HTTP and WebSocket APIs by their id, which is unique in its API.
#[derive(Default)]
struct Integrations<'a> {
    by_id: BTreeMap<&'a str, Vec<(Reference, &'a Node)>>,
    unused: BTreeMap<&'a str, Origin>,
}

impl<'a> Integrations<'a> {
    /// Adds a page. Where it does not say its API, routes of one API that name its integrations do.
    fn add(&mut self, page: &Page<'a>, routes: &BTreeMap<&str, &Reference>, known: &Known, estate: &mut Estate) {
        let by_route = page.entries.iter().find_map(|(_, entry)| routes.get(text(entry, "IntegrationId")?));
        let api = match by_route {
            Some(Reference::Named(id)) => {
                let text = format!("integrations are of the API `{id}`, whose routes name them");
                estate.note(NoteKind::Inferred, text, &page.origin);
                Reference::Named(id.clone())
            }
            _ => http_owner(page, "integrations", known, estate),
        };
        for (place, entry) in &page.entries {
            if let Some(id) = text(entry, "IntegrationId") {
                self.by_id.entry(id).or_default().push((api.clone(), entry));
                self.unused.insert(id, page.at(*place, entry));
            }
        }
    }

    /// The integration that a route of an API leads to.
    fn take(&mut self, api: &Reference, id: &str) -> Option<&'a Node> {
        self.unused.remove(id);
        let all = self.by_id.get(id)?;
        let of_api = all.iter().find(|(of, _)| of == api);
        let open =
            || all.iter().find(|(of, _)| matches!(of, Reference::Unknown(_)) || matches!(api, Reference::Unknown(_)));
        of_api.or_else(open).map(|(_, node)| *node)
    }
}

/// The id of the integration that a route names.
fn target(entry: &Node) -> Option<&str> {
    text(entry, "Target").map(|target| target.strip_prefix("integrations/").unwrap_or(target))
}

/// Adds the routes of HTTP and WebSocket APIs.
pub(super) fn http(all: &[Page<'_>], known: &Known, estate: &mut Estate) {
    let of_kind = |kind: Kind| all.iter().filter(move |page| page.kind == kind);
    let owned: Vec<(Reference, &Page<'_>)> =
        of_kind(Kind::Route).map(|page| (http_owner(page, "routes", known, estate), page)).collect();
    let mut named: BTreeMap<&str, &Reference> = BTreeMap::new();
    for (api, page) in &owned {
        named.extend(page.entries.iter().filter_map(|(_, entry)| Some((target(entry)?, api))));
    }
    let mut integrations = Integrations::default();
    of_kind(Kind::Integration).for_each(|page| integrations.add(page, &named, known, estate));
    for (api, page) in &owned {
        for (place, entry) in &page.entries {
            if text(entry, "AuthorizationType") == Some("CUSTOM")
                && let Some(api) = known.find(estate, api)
            {
                api.authorizer = true;
            }
            let origin = page.at(*place, entry);
            let found = target(entry).and_then(|id| integrations.take(api, id));
            if let (Some(target), None) = (target(entry), found) {
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
    for (id, origin) in integrations.unused {
        let text = format!("no route of the files leads to the integration `{id}`");
        estate.note(NoteKind::PassedOver, text, &origin);
    }
}

/// The API of a page of routes or integrations. Routes with a path are those of an HTTP API.
fn http_owner(page: &Page<'_>, what: &str, known: &Known, estate: &mut Estate) -> Reference {
    let paths = page.entries.iter().any(|(_, entry)| text(entry, "RouteKey").is_some_and(|key| key.contains(" /")));
    owners::api(page, if paths { &known.http } else { &known.second }, what, estate)
}

fn http_integration(node: &Node) -> Integration {
    let uri = text(node, "IntegrationUri");
    let private = text(node, "ConnectionType") == Some("VPC_LINK");
    let kind = match text(node, "IntegrationType") {
        _ if private => IntegrationKind::Private,
        Some("MOCK") => IntegrationKind::Mock,
        Some("HTTP" | "HTTP_PROXY") => IntegrationKind::Public,
        Some("AWS_PROXY") if node.get("IntegrationSubtype").is_none_or(|node| node.value == Value::Null) => {
            IntegrationKind::Lambda
        }
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
        path: node.get("RequestParameters").and_then(|mapped| text(mapped, OVERWRITE)).map(String::from),
        timeout_ms: node.get("TimeoutInMillis").and_then(Node::number),
    }
}
