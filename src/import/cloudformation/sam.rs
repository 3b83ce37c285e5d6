//! What SAM makes of short forms: APIs with their stage, and APIs and routes that the events of functions imply.

use std::collections::BTreeSet;

use super::Value;
use super::http::route_settings;
use super::item::Item;
use super::reader::Reader;
use super::rest::{endpoint, method_settings};
use crate::import::estate::{ApiKind, Id, Identity, Integration, IntegrationKind, NoteKind, Reference, Route};

/// A short form and the section of `Globals` that it takes from.
fn section(item: &Item) -> (&'static str, ApiKind) {
    if item.kind == "AWS::Serverless::Api" { ("Api", ApiKind::Rest) } else { ("HttpApi", ApiKind::Http) }
}

/// Whether any authorizer of a SAM API is a Lambda function.
fn lambda_authorizer(auth: &Value) -> bool {
    let Value::Table(authorizers) = auth.get("Authorizers") else { return false };
    authorizers.iter().any(|(_, authorizer)| !authorizer.get("FunctionArn").is_absent())
}

/// An event of a function that an API answers with.
struct Event {
    name: String,
    http: bool,
    properties: Value,
}

fn events(item: &Item) -> Vec<Event> {
    let Value::Table(pairs) = item.get("Events") else { return Vec::new() };
    let api = |(name, event): (String, Value)| {
        let kind = event.get("Type").text()?;
        let properties = event.get("Properties").clone();
        (kind == "Api" || kind == "HttpApi").then(|| Event { name, http: kind == "HttpApi", properties })
    };
    pairs.into_iter().filter_map(api).collect()
}

impl Event {
    /// The API that the event names; absent: the implicit one.
    fn api(&self) -> &Value {
        self.properties.get(if self.http { "ApiId" } else { "RestApiId" })
    }

    /// The name of the implicit API.
    fn implicit(&self) -> &'static str {
        if self.http { "ServerlessHttpApi" } else { "ServerlessRestApi" }
    }
}

impl Reader<'_, '_> {
    /// Adds an API that is written in short form.
    pub(super) fn sam_api(&mut self, item: &Item) {
        let (section, kind) = section(item);
        let endpoint = endpoint(&item.get_or_global(section, "EndpointConfiguration"));
        let auth = item.get_or_global(section, "Auth");
        let plan = auth.get("UsagePlan");
        let created = plan.get("CreateUsagePlan").text().is_some_and(|create| create != "NONE");
        let throttle = plan.get("Throttle");
        let throttle = throttle.get("RateLimit").number().zip(throttle.get("BurstLimit").number());
        let api = self.add_api(item.identity("Name"), kind);
        api.endpoint = endpoint;
        api.authorizer |= lambda_authorizer(&auth);
        api.usage_plan |= created;
        if let (true, Some(throttle)) = (created, throttle) {
            self.throttles.entry(item.id()).or_default().plans.push(throttle);
        }
    }

    /// The stage that comes with an API in short form.
    pub(super) fn sam_stage(&mut self, item: &Item) {
        let (section, kind) = section(item);
        let (variables, throttle, unnamed) = match kind {
            ApiKind::Rest => ("Variables", method_settings(&item.get_or_global(section, "MethodSettings")), None),
            _ => (
                "StageVariables",
                route_settings(&item.get_or_global(section, "DefaultRouteSettings")),
                Some("$default".to_string()),
            ),
        };
        let name = item.get_or_global(section, "StageName").shown().or(unnamed);
        self.add_stage(&Reference::To(item.id()), name, &item.get_or_global(section, variables), throttle);
    }

    /// Adds the APIs that events imply where they name none.
    pub(super) fn implicit_apis(&mut self, item: &Item) {
        for event in events(item).iter().filter(|event| event.api().is_absent()) {
            let name = event.implicit();
            let id = self.world.id(item.stack, name);
            let implicit = Item { name, properties: None, ..item.clone() };
            let (section, kind) = if event.http { ("HttpApi", ApiKind::Http) } else { ("Api", ApiKind::Rest) };
            if self.apis.contains_key(&id) {
                continue;
            }
            let endpoint = endpoint(&implicit.get_or_global(section, "EndpointConfiguration"));
            let aliases = vec![implicit.shown(None)];
            let identity =
                Identity { id: id.clone(), aliases, name: name.to_string(), origin: item.origin.clone(), copies: 1 };
            let api = self.add_api(identity, kind);
            api.endpoint = endpoint;
            api.authorizer |= lambda_authorizer(&implicit.get_or_global(section, "Auth"));
            // SAM's own names for the stages of implicit APIs.
            let stage = if event.http { "$default" } else { "Prod" };
            self.add_stage(&Reference::To(id), Some(stage.to_string()), &Value::Absent, None);
            let text = format!("API `{name}` is what SAM makes of events that name no API");
            self.estate.note(NoteKind::Inferred, text, &item.origin);
        }
    }

    /// Routes that events of functions and state machines make.
    pub(super) fn events(&mut self, items: &[Item]) {
        let has_definition = |item: &&Item| {
            let stated = |key: &str| item.properties.is_some_and(|properties| properties.get(key).is_some());
            item.kind.starts_with("AWS::Serverless::") && (stated("DefinitionBody") || stated("DefinitionUri"))
        };
        let defined: BTreeSet<Id> = items.iter().filter(has_definition).map(Item::id).collect();
        for item in items {
            let kind = match item.kind {
                "AWS::Serverless::Function" => IntegrationKind::Lambda,
                "AWS::Serverless::StateMachine" => IntegrationKind::Service,
                _ => continue,
            };
            for event in events(item) {
                let stated = event.api();
                let api = if stated.is_absent() {
                    Reference::To(self.world.id(item.stack, event.implicit()))
                } else {
                    stated.reference()
                };
                self.need(&api, || format!("the API of event `{}` of `{}`", event.name, item.name), &item.origin);
                if matches!(&api, Reference::To(id) if defined.contains(id)) {
                    let text = format!(
                        "event `{}` of `{}` makes no route: the definition of its API has them",
                        event.name, item.name
                    );
                    self.estate.note(NoteKind::PassedOver, text, &item.origin);
                    continue;
                }
                let path = event.properties.get("Path").shown().unwrap_or_else(|| "$default".to_string());
                let method = event.properties.get("Method").shown().unwrap_or_default().to_ascii_uppercase();
                let method = match method.as_str() {
                    "*" | "X-AMAZON-APIGATEWAY-ANY-METHOD" => "ANY".to_string(),
                    _ => method,
                };
                let origin = item.origin.at("Events", None).at(&event.name, None);
                self.estate.routes.push(Route { api, method, path, integration: Integration::bare(kind), origin });
            }
        }
    }
}
