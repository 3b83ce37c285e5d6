//! APIs of both generations, their stages, links and what stands before them; the routes are read by `rest` and `http`.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::item::Item;
use crate::import::estate::{Api, ApiKind, Endpoint, Estate, Generation, Link, NoteKind, Reference, StageVariable};
use crate::import::node::Node;

/// The types of APIs.
const REST: &str = "aws_api_gateway_rest_api";
/// HTTP and WebSocket APIs.
const HTTP: &str = "aws_apigatewayv2_api";

/// Where the APIs stand in the estate, by id.
pub(super) struct Apis {
    places: BTreeMap<String, usize>,
    stages: BTreeSet<(String, String)>,
}

impl Apis {
    /// The API that a reference of either generation means.
    pub fn get<'e>(
        &self,
        context: &Context<'_>,
        kind: &str,
        of: &Reference,
        estate: &'e mut Estate,
    ) -> Option<&'e mut Api> {
        let place = *self.places.get(&context.key(kind, of))?;
        estate.apis.get_mut(place)
    }
}

/// Adds APIs and links; documents inside APIs are read by `body`.
pub(super) fn read(context: &Context<'_>, estate: &mut Estate) -> Apis {
    let mut places = BTreeMap::new();
    for (index, item) in context.items.iter().enumerate() {
        match item.kind.as_str() {
            REST | HTTP => {
                places.insert(context.id(index).0.clone(), estate.apis.len());
                let api = if item.kind == REST { rest_api(context, index) } else { http_api(context, index) };
                estate.apis.push(api);
                super::body::read(context, index, estate);
            }
            "aws_api_gateway_vpc_link" => {
                let targets = context.references(item, item.get("target_arns"), &["aws_lb"]);
                let identity = context.identity(index);
                estate.links.push(Link { identity, generation: Generation::V1, targets, subnets: Vec::new() });
            }
            "aws_apigatewayv2_vpc_link" => {
                let subnets = context.references(item, item.get("subnet_ids"), &["aws_subnet"]);
                let identity = context.identity(index);
                estate.links.push(Link { identity, generation: Generation::V2, targets: Vec::new(), subnets });
            }
            _ => {}
        }
    }
    let mut apis = Apis { places, stages: BTreeSet::new() };
    for item in &context.items {
        about(context, item, &mut apis, estate);
    }
    apis
}

fn rest_api(context: &Context<'_>, index: usize) -> Api {
    let item = &context.items[index];
    let endpoint = match item.get("endpoint_configuration").first().get("types").first().text() {
        Some("REGIONAL") => Some(Endpoint::Regional),
        Some("EDGE") => Some(Endpoint::Edge),
        Some("PRIVATE") => Some(Endpoint::Private),
        _ => None,
    };
    Api { endpoint, ..bare(context, index, Some(ApiKind::Rest)) }
}

fn http_api(context: &Context<'_>, index: usize) -> Api {
    let kind = match context.items[index].text("protocol_type") {
        Some("HTTP") => Some(ApiKind::Http),
        Some("WEBSOCKET") => Some(ApiKind::WebSocket),
        _ => None,
    };
    Api { endpoint: Some(Endpoint::Regional), ..bare(context, index, kind) }
}

fn bare(context: &Context<'_>, index: usize, kind: Option<ApiKind>) -> Api {
    Api {
        identity: context.identity(index),
        kind,
        endpoint: None,
        stages: Vec::new(),
        throttle: None,
        waf: false,
        usage_plan: false,
        authorizer: false,
        resources: 0,
    }
}

/// What other resources say about an API: stages, throttles, usage plans, AWS WAF.
fn about(context: &Context<'_>, item: &Item<'_>, apis: &mut Apis, estate: &mut Estate) {
    match item.kind.as_str() {
        "aws_api_gateway_stage" | "aws_api_gateway_deployment" | "aws_apigatewayv2_stage" => {
            stage(context, item, apis, estate);
        }
        "aws_api_gateway_method_settings" => method_settings(context, item, apis, estate),
        "aws_api_gateway_usage_plan" => usage_plan(context, item, apis, estate),
        "aws_wafv2_web_acl_association" | "aws_wafregional_web_acl_association" => waf(context, item, apis, estate),
        _ => {}
    }
}

fn stage(context: &Context<'_>, item: &Item<'_>, apis: &mut Apis, estate: &mut Estate) {
    let (kind, key) = if item.kind == "aws_apigatewayv2_stage" { (HTTP, "api_id") } else { (REST, "rest_api_id") };
    let name = item.text(if kind == HTTP { "name" } else { "stage_name" });
    if item.kind == "aws_api_gateway_deployment" && name.is_none() {
        return;
    }
    let of = context.required(item, key, &[kind], estate);
    let variables = item.get(if kind == HTTP { "stage_variables" } else { "variables" }).value;
    for (name, value) in variables.and_then(Node::table).unwrap_or_default() {
        if let Some(value) = value.text() {
            let (name, value) = (name.clone(), value.to_string());
            estate.stage_variables.push(StageVariable { api: of.clone(), name, value });
        }
    }
    let settings = item.get("default_route_settings").first();
    let throttle = throttle(settings.get("throttling_rate_limit"), settings.get("throttling_burst_limit"));
    // A name that is known after apply only is none: a stage's name stands before paths.
    let name = name.map_or_else(|| format!("${{{}}}", item.name), String::from);
    let new = apis.stages.insert((context.key(kind, &of), name.clone()));
    let Some(api) = apis.get(context, kind, &of, estate) else {
        return absent(context, item, "a stage", &of, estate);
    };
    if new {
        api.stages.push(name);
    }
    if let Some(text) = api.throttled(throttle) {
        estate.note(NoteKind::Inferred, text, &context.origin(item));
    }
}

/// Rate and burst where both are set; the provider writes 0 or -1 where they are not.
fn throttle(rate: super::item::View<'_>, burst: super::item::View<'_>) -> Option<(f64, f64)> {
    Some((rate.number()?, burst.number()?)).filter(|(rate, burst)| *rate > 0.0 && *burst > 0.0)
}

fn method_settings(context: &Context<'_>, item: &Item<'_>, apis: &Apis, estate: &mut Estate) {
    let settings = item.get("settings").first();
    let Some(throttle) = throttle(settings.get("throttling_rate_limit"), settings.get("throttling_burst_limit")) else {
        return;
    };
    if item.text("method_path") != Some("*/*") {
        let text = format!("the throttle of `{}` is of single methods, not of the stage", item.address);
        return estate.note(NoteKind::PassedOver, text, &context.origin(item));
    }
    let of = context.required(item, "rest_api_id", &[REST], estate);
    match apis.get(context, REST, &of, estate) {
        Some(api) => {
            if let Some(text) = api.throttled(Some(throttle)) {
                estate.note(NoteKind::Inferred, text, &context.origin(item));
            }
        }
        None => absent(context, item, "a throttle", &of, estate),
    }
}

fn usage_plan(context: &Context<'_>, item: &Item<'_>, apis: &Apis, estate: &mut Estate) {
    for stage in item.get("api_stages").entries() {
        let Some(of) = context.reference(item, stage.get("api_id"), &[REST]) else { continue };
        match apis.get(context, REST, &of, estate) {
            Some(api) => api.usage_plan = true,
            None => absent(context, item, "a usage plan", &of, estate),
        }
    }
    if item.get("throttle_settings").first().get("rate_limit").number().is_some_and(|rate| rate > 0.0) {
        let text = format!("the throttle of `{}` holds for each API key, not for the stage", item.address);
        estate.note(NoteKind::PassedOver, text, &context.origin(item));
    }
}

fn waf(context: &Context<'_>, item: &Item<'_>, apis: &Apis, estate: &mut Estate) {
    let of = context.required(item, "resource_arn", &["aws_api_gateway_stage", "aws_lb"], estate);
    if context.item_of("aws_lb", &of).is_some()
        || matches!(&of, Reference::Named(arn) if arn.contains(":elasticloadbalancing:"))
    {
        let text = format!("`{}` guards a load balancer, not an API", item.address);
        return estate.note(NoteKind::PassedOver, text, &context.origin(item));
    }
    let api = match (context.item_of("aws_api_gateway_stage", &of), &of) {
        (Some(stage), _) => context.required(&context.items[stage], "rest_api_id", &[REST], estate),
        // arn:aws:apigateway:REGION::/restapis/API/stages/STAGE
        (None, Reference::Named(arn)) => {
            let id = arn.split_once("/restapis/").and_then(|(_, rest)| rest.split('/').next());
            Reference::Named(id.unwrap_or(arn).to_string())
        }
        (None, other) => other.clone(),
    };
    match apis.get(context, REST, &api, estate) {
        Some(api) => api.waf = true,
        None => absent(context, item, "AWS WAF", &api, estate),
    }
}

/// Notes that something is said of an API that is not in the files.
pub(super) fn absent(context: &Context<'_>, item: &Item<'_>, what: &str, of: &Reference, estate: &mut Estate) {
    let (kind, text) = match of {
        Reference::Unknown(why) => (NoteKind::Unresolved, format!("the API of `{}`: {why}", item.address)),
        Reference::Named(name) | Reference::To(crate::import::estate::Id(name)) => {
            let text = format!("`{}` is {what} of an API that is not in the files: `{name}`", item.address);
            (NoteKind::PassedOver, text)
        }
    };
    estate.note(kind, text, &context.origin(item));
}
