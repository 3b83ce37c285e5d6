//! HTTP and WebSocket APIs: routes with their integrations, stages, and VPC links of the second generation.

use std::collections::{BTreeMap, BTreeSet};

use super::Value;
use super::item::{Item, staged};
use super::reader::Reader;
use crate::import::estate::{
    ApiKind, Generation, Id, Integration, IntegrationKind, Link, NoteKind, OVERWRITE, Reference, Route,
};

/// Rate and burst of a stage's default settings.
pub(super) fn route_settings(settings: &Value) -> Option<(f64, f64)> {
    settings.get("ThrottlingRateLimit").number().zip(settings.get("ThrottlingBurstLimit").number())
}

/// Method and path of a route key, as `GET /orders`; `$default` and keys of WebSocket APIs have no method.
pub(super) fn route_key(key: &str) -> (String, String) {
    match key.trim().split_once(char::is_whitespace) {
        Some((method, path)) => (method.to_ascii_uppercase(), path.trim().to_string()),
        None => (String::new(), key.trim().to_string()),
    }
}

impl Reader<'_, '_> {
    /// Adds an API of the second generation.
    pub(super) fn http_api(&mut self, item: &Item) {
        let socket = item.get("ProtocolType").text().is_some_and(|protocol| protocol.eq_ignore_ascii_case("WEBSOCKET"));
        let kind = if socket { ApiKind::WebSocket } else { ApiKind::Http };
        self.add_api(item.identity("Name"), kind);
        let target = item.get("Target");
        let Some(shown) = target.shown() else { return };
        // Quick create: a route for everything and a stage come with the API.
        let public = shown.starts_with("http://") || shown.starts_with("https://");
        let kind = if public { IntegrationKind::Public } else { IntegrationKind::Lambda };
        let (method, path) = route_key(&item.get("RouteKey").shown().unwrap_or_else(|| "$default".to_string()));
        let api = Reference::To(item.id());
        self.estate.routes.push(Route {
            api: api.clone(),
            method,
            path,
            integration: Integration::bare(kind),
            origin: item.origin.clone(),
        });
        self.add_stage(&api, Some("$default".to_string()), &Value::Absent, None);
    }

    /// What a stage or an authorizer says of its API.
    pub(super) fn http_stage(&mut self, item: &Item) {
        let api = item.get("ApiId").reference();
        if item.kind == "AWS::ApiGatewayV2::Authorizer" {
            let code = item.get("AuthorizerType").text().as_deref() == Some("REQUEST");
            if let Some(api) = self.api(&api) {
                api.authorizer |= code;
            }
            return;
        }
        let throttle = route_settings(&item.get("DefaultRouteSettings"));
        self.add_stage(&api, item.get("StageName").shown(), &item.get("StageVariables"), throttle);
        self.stages.insert(item.id(), api);
    }

    /// Routes, integrations and links of the second generation.
    pub(super) fn http_routes(&mut self, items: &[Item]) {
        let of_kind = |kind: &'static str| items.iter().filter(move |item| item.kind == kind);
        let integrations: BTreeMap<Id, &Item> =
            of_kind("AWS::ApiGatewayV2::Integration").map(|item| (item.id(), item)).collect();
        let mut answering = BTreeSet::new();
        for item in of_kind("AWS::ApiGatewayV2::Route") {
            let api = item.get("ApiId").reference();
            self.need(&api, || format!("the API of route `{}`", item.name), &item.origin);
            if let Some(api) = self.api(&api) {
                api.authorizer |= item.get("AuthorizationType").text().as_deref() == Some("CUSTOM");
            }
            let key = item.get("RouteKey").shown().unwrap_or_default();
            let (method, path) = route_key(&key);
            let target = item.get("Target");
            let found = target.target().and_then(|target| integrations.get(&target.id));
            let integration = match found {
                Some(integration) => {
                    answering.insert(integration.id());
                    self.http_integration(&api, integration)
                }
                None => {
                    if !target.is_absent() {
                        let shown = target.shown().unwrap_or_default();
                        let why = target
                            .why()
                            .map_or_else(|| format!("`{shown}` is no integration of the files"), str::to_string);
                        let text = format!("the integration of `{key}` is not known: {why}");
                        self.estate.note(NoteKind::Unresolved, text, &item.origin);
                    }
                    Integration::bare(IntegrationKind::None)
                }
            };
            self.estate.routes.push(Route { api, method, path, integration, origin: item.origin.clone() });
        }
        for (id, item) in &integrations {
            if !answering.contains(id) {
                let text = format!("integration `{}` answers no route", item.name);
                self.estate.note(NoteKind::PassedOver, text, &item.origin);
            }
        }
        for item in of_kind("AWS::ApiGatewayV2::VpcLink") {
            let subnets = self.subnets(&item.get("SubnetIds"), &format!("VPC link `{}`", item.name), &item.origin);
            let link =
                Link { identity: item.identity("Name"), generation: Generation::V2, targets: Vec::new(), subnets };
            self.estate.links.push(link);
        }
    }

    /// The integration of a route.
    fn http_integration(&self, api: &Reference, item: &Item) -> Integration {
        let variables = self.variables(api).cloned();
        let of = |key: &str| staged(item.get(key), variables.as_ref());
        let uri = of("IntegrationUri");
        let private = of("ConnectionType").text().as_deref() == Some("VPC_LINK");
        let kind = match of("IntegrationType").text().unwrap_or_default().to_ascii_uppercase().as_str() {
            "AWS_PROXY" | "AWS" if !of("IntegrationSubtype").is_absent() => IntegrationKind::Service,
            "AWS_PROXY" => IntegrationKind::Lambda,
            "AWS" if uri.shown().is_some_and(|uri| uri.contains(":lambda:")) => IntegrationKind::Lambda,
            "AWS" => IntegrationKind::Service,
            "MOCK" => IntegrationKind::Mock,
            _ if private => IntegrationKind::Private,
            "HTTP" | "HTTP_PROXY" => IntegrationKind::Public,
            _ => IntegrationKind::None,
        };
        let is_private = kind == IntegrationKind::Private;
        let link = is_private.then(|| of("ConnectionId").reference());
        let target = is_private.then(|| uri.reference());
        let path = of("RequestParameters").get(OVERWRITE).shown();
        Integration { kind, link, target, uri: uri.shown(), path, timeout_ms: of("TimeoutInMillis").number() }
    }
}
