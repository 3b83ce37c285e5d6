//! REST APIs: their resources as paths, their methods as routes, stages, usage plans and VPC links of the first generation.

use std::collections::{BTreeMap, BTreeSet};

use super::Value;
use super::item::{Item, staged};
use super::reader::Reader;
use crate::import::estate::{
    ApiKind, Endpoint, Generation, Id, Integration, IntegrationKind, Link, NoteKind, Reference, Route,
};
use crate::import::node::Origin;

/// Levels that a resource's path may have.
const LEVELS: usize = 100;

/// Resources of REST APIs: parent and part of the path.
type Resources = BTreeMap<Id, (Value, String)>;

/// Where a REST API is reached, by the first type of its endpoint configuration.
pub(super) fn endpoint(configuration: &Value) -> Option<Endpoint> {
    let types = configuration.get("Types").entries();
    let stated = types.first().or_else(|| configuration.entries().first())?;
    let stated = if let Value::Table(_) = stated { stated.get("Type") } else { stated };
    match stated.text()?.to_ascii_uppercase().as_str() {
        "REGIONAL" => Some(Endpoint::Regional),
        "EDGE" => Some(Endpoint::Edge),
        "PRIVATE" => Some(Endpoint::Private),
        _ => None,
    }
}

/// Rate and burst of the settings that hold for all methods of a stage.
pub(super) fn method_settings(settings: &Value) -> Option<(f64, f64)> {
    let all = settings.entries().iter().find(|setting| {
        setting.get("ResourcePath").text().as_deref() == Some("/*")
            && setting.get("HttpMethod").text().as_deref() == Some("*")
    })?;
    Some((all.get("ThrottlingRateLimit").number()?, all.get("ThrottlingBurstLimit").number()?))
}

impl Reader<'_, '_> {
    /// Adds all APIs, so that everything else can say something of them.
    pub(super) fn apis(&mut self, items: &[Item]) {
        for item in items {
            match item.kind {
                "AWS::ApiGateway::RestApi" => {
                    let endpoint = endpoint(&item.get("EndpointConfiguration"));
                    self.add_api(item.identity("Name"), ApiKind::Rest).endpoint = endpoint;
                }
                "AWS::ApiGatewayV2::Api" => self.http_api(item),
                "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => self.sam_api(item),
                "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => self.implicit_apis(item),
                _ => {}
            }
        }
    }

    /// Stages, deployments, usage plans and authorizers: what they say of their APIs.
    pub(super) fn stages(&mut self, items: &[Item]) {
        for item in items {
            let api = || item.get("RestApiId").reference();
            match item.kind {
                "AWS::ApiGateway::Stage" => {
                    let throttle = method_settings(&item.get("MethodSettings"));
                    self.add_stage(&api(), item.get("StageName").shown(), &item.get("Variables"), throttle);
                    self.stages.insert(item.id(), api());
                }
                "AWS::ApiGateway::Deployment" => {
                    let description = item.get("StageDescription");
                    let throttle = method_settings(description.get("MethodSettings"));
                    let name = item.get("StageName").shown();
                    if name.is_some() {
                        self.add_stage(&api(), name, description.get("Variables"), throttle);
                    }
                }
                "AWS::ApiGateway::UsagePlan" => self.usage_plan(item),
                "AWS::ApiGateway::Authorizer" => {
                    let code = matches!(item.get("Type").text().as_deref(), Some("TOKEN" | "REQUEST"));
                    if let Some(api) = self.api(&api()) {
                        api.authorizer |= code;
                    }
                }
                "AWS::ApiGatewayV2::Stage" | "AWS::ApiGatewayV2::Authorizer" => self.http_stage(item),
                "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => self.sam_stage(item),
                _ => {}
            }
        }
    }

    fn usage_plan(&mut self, item: &Item) {
        let throttle = item.get("Throttle");
        let throttle = throttle.get("RateLimit").number().zip(throttle.get("BurstLimit").number());
        for stage in item.get("ApiStages").entries() {
            let reference = stage.get("ApiId").reference();
            self.need(&reference, || format!("an API of usage plan `{}`", item.name), &item.origin);
            if let Some(api) = self.api(&reference) {
                api.usage_plan = true;
            }
            if let (Reference::To(id), Some(throttle)) = (reference, throttle) {
                self.throttles.entry(id).or_default().plans.push(throttle);
            }
        }
    }

    /// Definitions of APIs.
    pub(super) fn bodies(&mut self, items: &[Item]) {
        for item in items {
            match item.kind {
                "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => {
                    self.definition(item, "Body", "BodyS3Location");
                }
                "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => {
                    self.definition(item, "DefinitionBody", "DefinitionUri");
                }
                _ => {}
            }
        }
    }

    /// Resources and methods of REST APIs, and links of the first generation.
    pub(super) fn methods(&mut self, items: &[Item]) {
        let mut resources = Resources::new();
        let mut numbers: BTreeMap<Id, u32> = BTreeMap::new();
        for item in items.iter().filter(|item| item.kind == "AWS::ApiGateway::Resource") {
            let part = item.get("PathPart").shown().unwrap_or_default();
            resources.insert(item.id(), (item.get("ParentId"), part));
            if let Reference::To(api) = item.get("RestApiId").reference() {
                *numbers.entry(api).or_default() += 1;
            }
        }
        for (id, number) in numbers {
            if let Some(api) = self.api(&Reference::To(id)) {
                // The root has no resource of its own in a template.
                api.resources = number + 1;
            }
        }
        for item in items {
            match item.kind {
                "AWS::ApiGateway::Method" => self.method(item, &resources),
                "AWS::ApiGateway::VpcLink" => {
                    let what = format!("a target of VPC link `{}`", item.name);
                    let targets = self.references(&item.get("TargetArns"), &what, &item.origin);
                    let link = Link {
                        identity: item.identity("Name"),
                        generation: Generation::V1,
                        targets,
                        subnets: Vec::new(),
                    };
                    self.estate.links.push(link);
                }
                _ => {}
            }
        }
    }

    fn method(&mut self, item: &Item, resources: &Resources) {
        let api = item.get("RestApiId").reference();
        self.need(&api, || format!("the API of method `{}`", item.name), &item.origin);
        let path = self.path(&item.get("ResourceId"), resources, &item.origin);
        let method = item.get("HttpMethod").shown().unwrap_or_default().to_ascii_uppercase();
        if let Some(api) = self.api(&api) {
            api.authorizer |= item.get("AuthorizationType").text().as_deref() == Some("CUSTOM");
            api.resources = api.resources.max(1);
        }
        let integration =
            self.rest_integration(&api, &item.get("Integration"), &format!("{method} {path}"), &item.origin);
        self.estate.routes.push(Route { api, method, path, integration, origin: item.origin.clone() });
    }

    /// The path of a resource, from its parents.
    fn path(&mut self, resource: &Value, resources: &Resources, origin: &Origin) -> String {
        let mut parts = Vec::new();
        let mut seen = BTreeSet::new();
        let mut at = resource.clone();
        loop {
            let target = at.target().cloned();
            if target.as_ref().is_some_and(|target| target.attribute.as_deref() == Some("RootResourceId")) {
                break;
            }
            if let Some((parent, part)) = target.as_ref().and_then(|target| resources.get(&target.id)) {
                if seen.len() >= LEVELS || !target.is_some_and(|target| seen.insert(target.id)) {
                    let text = format!(
                        "the parents of a resource lead in a circle or beyond {LEVELS} levels: the rest of its path is left out"
                    );
                    self.estate.note(NoteKind::Unresolved, text, origin);
                    break;
                }
                parts.push(part.clone());
                at = parent.clone();
                continue;
            }
            let shown = at.shown().unwrap_or_default();
            if shown.to_ascii_lowercase().contains("root") {
                self.estate.note(NoteKind::Inferred, format!("`{shown}` is taken as the root of the API"), origin);
            } else {
                let why = at.why().map_or_else(|| format!("`{shown}` is no resource of the files"), str::to_string);
                self.estate.note(NoteKind::Unresolved, format!("the parent of a path is not known: {why}"), origin);
                parts.push(shown);
            }
            break;
        }
        parts.reverse();
        format!("/{}", parts.join("/"))
    }

    /// The integration of a method.
    fn rest_integration(&mut self, api: &Reference, stated: &Value, route: &str, origin: &Origin) -> Integration {
        let variables = self.variables(api).cloned();
        let of = |key: &str| staged(stated.get(key).clone(), variables.as_ref());
        let uri = of("Uri");
        let shown = uri.shown();
        let private = of("ConnectionType").text().as_deref() == Some("VPC_LINK");
        let kind = match of("Type").text().unwrap_or_default().to_ascii_uppercase().as_str() {
            "HTTP" | "HTTP_PROXY" if private => IntegrationKind::Private,
            "HTTP" | "HTTP_PROXY" => IntegrationKind::Public,
            "AWS_PROXY" => IntegrationKind::Lambda,
            "AWS" if shown.as_deref().is_some_and(|uri| uri.contains(":lambda:")) => IntegrationKind::Lambda,
            "AWS" => IntegrationKind::Service,
            "MOCK" => IntegrationKind::Mock,
            _ if private => IntegrationKind::Private,
            _ => IntegrationKind::None,
        };
        let is_private = kind == IntegrationKind::Private;
        let link = is_private.then(|| of("ConnectionId").reference());
        let target = Some(of("IntegrationTarget"))
            .filter(|target| is_private && !target.is_absent())
            .map(|target| target.reference());
        if let (true, Some(why)) = (is_private, uri.why()) {
            self.estate.note(
                NoteKind::Unresolved,
                format!("the URI `{}` of `{route}` is not known: {why}", shown.as_deref().unwrap_or_default()),
                origin,
            );
        }
        Integration { kind, link, target, uri: shown, path: None, timeout_ms: of("TimeoutInMillis").number() }
    }
}
