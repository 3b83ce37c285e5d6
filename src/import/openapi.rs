//! OpenAPI 3 and Swagger 2 documents with API Gateway's extensions: what each route leads to. A document stands alone or inside a
//! template, which then tells by its own functions what the values are.

mod infer;
mod plain;
mod pointer;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Resolve;
use super::estate::{
    Api, ApiKind, Estate, Id, Identity, Integration, IntegrationKind, NoteKind, OVERWRITE, Reference, Route,
};
use super::node::{Node, Origin};
use super::syntax::Parsed;

pub use plain::Plain;

/// The extension that says what answers a route.
const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// Operations of a path, as the documents write them, and as routes have them.
const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("x-amazon-apigateway-any-method", "ANY"),
];

/// Whether a tree is an OpenAPI or Swagger document, or a fragment of one that has paths.
#[must_use]
pub fn is_document(node: &Node) -> bool {
    ["openapi", "swagger", "paths"].iter().any(|key| node.get(key).is_some())
}

/// Reads documents that stand alone, each an API of its own; `files` are names and what was parsed of each.
#[must_use]
pub fn read(files: &[(String, Parsed)]) -> Estate {
    let mut estate = Estate::default();
    for (name, parsed) in files {
        for (index, node) in std::iter::once(&parsed.node).chain(&parsed.further).enumerate() {
            let at = Origin::file(name);
            let mark = if index == 0 { String::new() } else { format!("{}", index + 1) };
            let id = Id(format!("{name}#{mark}"));
            let title = node.find(&["info", "title"]).and_then(Node::text).unwrap_or(name);
            estate.apis.push(api(&id, title, &at));
            if plain::has_functions(node) {
                let text = "functions of CloudFormation (`Ref`, `Fn::Sub`) stand in the document, and what they give is in the \
                            template that includes it: `gatecap import cloudformation TEMPLATE FILE` reads both";
                estate.note(NoteKind::Unresolved, text, &at);
            }
            document(node, &id, &at, &Plain, &mut estate);
        }
    }
    estate
}

fn api(id: &Id, title: &str, at: &Origin) -> Api {
    let identity =
        Identity { id: id.clone(), aliases: Vec::new(), name: title.to_string(), origin: at.clone(), copies: 1 };
    Api {
        identity,
        kind: None,
        endpoint: None,
        stages: Vec::new(),
        throttle: None,
        waf: false,
        usage_plan: false,
        authorizer: false,
        resources: 0,
    }
}

/// Reads one document as the definition of `api`, which stands in `estate` already or not; `at` is the document's place. Adds routes
/// and notes, and what the document says of the API itself where nothing else has said it.
pub fn document(node: &Node, api: &Id, at: &Origin, resolve: &dyn Resolve, estate: &mut Estate) {
    let Some(root) = resolve.node(node) else { return };
    let known = estate.apis.iter().find(|one| one.identity.id == *api).and_then(|one| one.kind);
    let mut reader = Reader { root: &root, api, resolve, estate, told: BTreeSet::new() };
    let operations = reader.operations(at);
    let kind = known.or_else(|| {
        let found = infer::kind(&root, &operations, resolve)?;
        let word = if found.kind == ApiKind::Http { "HTTP API" } else { "REST API" };
        reader.estate.note(NoteKind::Inferred, format!("taken as {} {word}: {}", article(word), found.why), at);
        Some(found.kind)
    });
    reader.describe(kind, &operations);
    let mut answered = 0;
    for operation in &operations {
        let integration = reader.integration(operation, kind);
        answered += usize::from(integration.kind != IntegrationKind::None);
        let api = Reference::To(api.clone());
        let (method, path) = (operation.method.clone(), operation.path.clone());
        reader.estate.routes.push(Route { api, method, path, integration, origin: operation.origin.clone() });
    }
    if answered == 0 {
        reader.nothing_answers(&operations, at);
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with('H') { "an" } else { "a" }
}

/// One operation of a path.
pub(super) struct Operation {
    pub method: String,
    pub path: String,
    /// The operation as far as it was followed.
    pub node: Node,
    /// Its integration, references followed.
    pub integration: Option<Node>,
    pub origin: Origin,
}

struct Reader<'a> {
    root: &'a Node,
    api: &'a Id,
    resolve: &'a dyn Resolve,
    estate: &'a mut Estate,
    /// What was said once already.
    told: BTreeSet<String>,
}

impl Reader<'_> {
    fn once(&mut self, kind: NoteKind, text: String, at: &Origin) {
        if self.told.insert(text.clone()) {
            self.estate.note(kind, text, at);
        }
    }

    /// Every operation in the order of the document.
    fn operations(&mut self, at: &Origin) -> Vec<Operation> {
        let mut operations = Vec::new();
        let paths = self.root.get("paths").and_then(|paths| self.resolve.node(paths));
        let Some(pairs) = paths.as_ref().and_then(Node::table) else { return operations };
        let at = at.at("paths", paths.as_ref().and_then(|paths| paths.line));
        for (path, item) in pairs.iter().filter(|(path, _)| path.starts_with(['/', '$'])) {
            let at = at.at(path, item.line);
            let Some(item) = self.followed(item, &at) else { continue };
            for (key, method) in METHODS {
                let Some(node) = item.get(key) else { continue };
                let origin = at.at(key, node.line);
                let Some(node) = self.followed(node, &origin) else { continue };
                let integration = node.get(INTEGRATION).and_then(|node| self.followed(node, &origin));
                let (method, path) = named(method, path);
                operations.push(Operation { method, path, node, integration, origin });
            }
        }
        operations
    }

    /// A node with functions worked out and local references followed; `None` where it leads nowhere, which is noted.
    fn followed(&mut self, node: &Node, at: &Origin) -> Option<Node> {
        let node = self.resolve.node(node)?;
        match pointer::follow(self.root, node, self.resolve) {
            Ok(node) => Some(node),
            Err(why) => {
                self.once(NoteKind::Unresolved, why, at);
                None
            }
        }
    }

    /// What the document says of the API itself.
    fn describe(&mut self, kind: Option<ApiKind>, operations: &[Operation]) {
        let (endpoint, authorizer) =
            (infer::endpoint(self.root, self.resolve), infer::authorizer(self.root, operations, self.resolve));
        let Some(api) = self.estate.apis.iter_mut().find(|one| one.identity.id == *self.api) else { return };
        api.kind = api.kind.or(kind);
        api.endpoint = api.endpoint.or(endpoint);
        api.authorizer |= authorizer;
    }

    fn integration(&mut self, operation: &Operation, kind: Option<ApiKind>) -> Integration {
        let none = Integration::bare(IntegrationKind::None);
        let Some(node) = &operation.integration else { return none };
        let resolve = self.resolve;
        let text = |key: &str| node.get(key).and_then(|node| resolve.text(node));
        let uri = text("uri");
        let what = integration_kind(&text("type").unwrap_or_default(), text("connectionType"), uri.as_deref());
        let timeout_ms = text("timeoutInMillis").and_then(|text| text.trim().parse().ok());
        let mut integration = Integration { kind: what, uri: uri.clone(), timeout_ms, ..none };
        if what != IntegrationKind::Private {
            return integration;
        }
        integration.link = node.get("connectionId").map(|node| self.resolve.reference(node));
        let names_target = node.get("integrationTarget").or_else(|| {
            let arn = uri.as_deref().is_some_and(|uri| uri.starts_with("arn:"));
            node.get("uri").filter(|_| arn || kind == Some(ApiKind::Http))
        });
        integration.target = names_target.map(|node| self.resolve.reference(node));
        let mapped = node.get("requestParameters").and_then(|mapped| self.resolve.node(mapped));
        integration.path = mapped.and_then(|mapped| self.resolve.text(mapped.get(OVERWRITE)?));
        for key in ["uri", "connectionId", "integrationTarget"] {
            if let Some(text) = text(key).filter(|text| text.contains("${stageVariables.")) {
                let text = format!("`{key}` is `{}`, which each stage gives a value of its own", short(&text));
                self.once(NoteKind::Unresolved, text, &operation.origin);
            }
        }
        if integration.link.is_none() {
            let text =
                format!("`{} {}` goes through a VPC link that it does not name", operation.method, operation.path);
            self.once(NoteKind::Unresolved, text, &operation.origin);
        }
        integration
    }

    /// Says that the document has no integrations, and which services its paths may stand for.
    fn nothing_answers(&mut self, operations: &[Operation], at: &Origin) {
        if operations.is_empty() {
            let text = "the document has no operation under `paths`";
            return self.estate.note(NoteKind::PassedOver, text, at);
        }
        let first = |operation: &Operation| operation.path.split('/').nth(1).unwrap_or_default().to_string();
        let segments: BTreeSet<String> = operations.iter().map(first).filter(|one| !one.is_empty()).collect();
        let shown: Vec<String> = segments.iter().take(5).map(|one| format!("`/{}`", short(one))).collect();
        let more = if segments.len() > 5 { format!(" and {} more", segments.len() - 5) } else { String::new() };
        let text = format!(
            "no operation has `{INTEGRATION}`, so nothing says what answers; paths begin with {}{more}: if each is a service, \
             write `[services] count = {}`",
            shown.join(", "),
            segments.len().max(1)
        );
        self.estate.note(NoteKind::Unresolved, text, at);
    }
}

/// Method and path as routes have them: the catch-all of an HTTP API is `$default` without a method.
fn named(method: &str, path: &str) -> (String, String) {
    if path.trim_start_matches('/') == "$default" {
        (String::new(), "$default".to_string())
    } else {
        (method.to_string(), path.to_string())
    }
}

/// What answers, by the words of the extension: type, connection type and URI. Templates and listings use the same words, in capitals.
#[must_use]
pub fn integration_kind(kind: &str, connection: Option<String>, uri: Option<&str>) -> IntegrationKind {
    if connection.is_some_and(|connection| connection.eq_ignore_ascii_case("VPC_LINK")) {
        return IntegrationKind::Private;
    }
    let lambda = uri.is_none_or(|uri| uri.contains(":lambda:") || uri.contains(":function:") || uri.contains("Lambda"));
    match kind.to_ascii_lowercase().as_str() {
        "aws_proxy" if lambda => IntegrationKind::Lambda,
        "aws" if uri.is_some() && lambda => IntegrationKind::Lambda,
        "aws" | "aws_proxy" => IntegrationKind::Service,
        "http" | "http_proxy" => IntegrationKind::Public,
        "mock" => IntegrationKind::Mock,
        _ if uri.is_some_and(|uri| uri.starts_with("http")) => IntegrationKind::Public,
        _ => IntegrationKind::None,
    }
}

/// At most 80 characters of a text.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
