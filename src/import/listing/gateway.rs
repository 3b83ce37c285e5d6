//! APIs, stages, links and what stands before them, as `aws apigateway` and `aws apigatewayv2` print them.

use std::collections::{BTreeMap, BTreeSet};

use super::balancers::{identity, named, tables, text, texts};
use super::owners::{self, Known};
use super::pages::{Kind, Page};
use super::routes;
use crate::import::estate::{Api, ApiKind, Endpoint, Estate, Generation, Link, NoteKind, Reference, StageVariable};
use crate::import::node::{Node, Origin};

/// Fills the estate with APIs, links, stages and routes.
pub(super) fn read(all: &[Page<'_>], estate: &mut Estate) {
    let mut roots: BTreeMap<String, String> = BTreeMap::new();
    let mut known = Known::default();
    let mut links: BTreeSet<String> = BTreeSet::new();
    for page in all {
        for (place, entry) in &page.entries {
            let origin = page.at(*place, entry);
            match page.kind {
                Kind::RestApi => {
                    if let (Some(id), Some(root)) = (text(entry, "id"), text(entry, "rootResourceId")) {
                        roots.insert(root.to_string(), id.to_string());
                    }
                    add(rest_api(entry, origin), &mut known, estate);
                }
                Kind::Api => add(api(entry, origin), &mut known, estate),
                Kind::RestLink | Kind::Link => link(&page.kind, entry, origin, &mut links, estate),
                _ => {}
            }
        }
    }
    let mut staged: BTreeSet<(String, String)> = BTreeSet::new();
    for page in all {
        match page.kind {
            Kind::RestStage | Kind::Stage => stages(page, &known, &mut staged, estate),
            Kind::UsagePlan => {
                page.entries.iter().for_each(|(place, entry)| plan(page, *place, entry, &known, estate));
            }
            Kind::Guarded => {
                let arns = page.entries.iter().filter_map(|(_, entry)| entry.text());
                arns.for_each(|arn| guarded(page, arn, &known, estate));
            }
            _ => {}
        }
    }
    routes::rest(all, &roots, &known, estate);
    routes::http(all, &known, estate);
}

/// Adds an API that is not there yet.
fn add(api: Api, known: &mut Known, estate: &mut Estate) {
    let id = &api.identity.id.0;
    if known.places.contains_key(id) {
        let text = format!("the API `{id}` stands twice in the files");
        return estate.note(NoteKind::PassedOver, text, &api.identity.origin);
    }
    known.places.insert(id.clone(), estate.apis.len());
    match api.kind {
        Some(ApiKind::Rest) => known.rest.insert(id.clone()),
        Some(ApiKind::WebSocket) => known.second.insert(id.clone()),
        Some(ApiKind::Http) | None => known.http.insert(id.clone()) && known.second.insert(id.clone()),
    };
    estate.apis.push(api);
}

fn rest_api(entry: &Node, origin: Origin) -> Api {
    let kinds = entry.get("endpointConfiguration").map(|at| texts(at, "types")).unwrap_or_default();
    let endpoint = match kinds.first().map(String::as_str) {
        Some("REGIONAL") => Some(Endpoint::Regional),
        Some("EDGE") => Some(Endpoint::Edge),
        Some("PRIVATE") => Some(Endpoint::Private),
        _ => None,
    };
    bare(identity(&[text(entry, "id")], text(entry, "name"), origin), Some(ApiKind::Rest), endpoint)
}

fn api(entry: &Node, origin: Origin) -> Api {
    let kind = match text(entry, "ProtocolType") {
        Some("HTTP") => Some(ApiKind::Http),
        Some("WEBSOCKET") => Some(ApiKind::WebSocket),
        _ => None,
    };
    bare(identity(&[text(entry, "ApiId")], text(entry, "Name"), origin), kind, Some(Endpoint::Regional))
}

fn bare(identity: crate::import::estate::Identity, kind: Option<ApiKind>, endpoint: Option<Endpoint>) -> Api {
    Api {
        identity,
        kind,
        endpoint,
        stages: Vec::new(),
        throttle: None,
        waf: false,
        usage_plan: false,
        authorizer: false,
        resources: 0,
    }
}

fn link(kind: &Kind, entry: &Node, origin: Origin, links: &mut BTreeSet<String>, estate: &mut Estate) {
    let first = *kind == Kind::RestLink;
    let (id, name) = if first { ("id", "name") } else { ("VpcLinkId", "Name") };
    let identity = identity(&[text(entry, id)], text(entry, name), origin);
    if !links.insert(identity.id.0.clone()) {
        let text = format!("the VPC link `{}` stands twice in the files", identity.id.0);
        return estate.note(NoteKind::PassedOver, text, &identity.origin);
    }
    let references = |key: &str| texts(entry, key).into_iter().map(Reference::Named).collect();
    estate.links.push(Link {
        identity,
        generation: if first { Generation::V1 } else { Generation::V2 },
        targets: if first { references("targetArns") } else { Vec::new() },
        subnets: if first { Vec::new() } else { references("SubnetIds") },
    });
}

fn stages(page: &Page<'_>, known: &Known, staged: &mut BTreeSet<(String, String)>, estate: &mut Estate) {
    let first = page.kind == Kind::RestStage;
    let of = owners::api(page, if first { &known.rest } else { &known.second }, "stages", estate);
    for (place, entry) in &page.entries {
        let name = text(entry, if first { "stageName" } else { "StageName" }).unwrap_or("${stage}").to_string();
        let throttle = if first {
            let settings = entry.find(&["methodSettings", "*/*"]);
            settings.and_then(|settings| throttle(settings, "throttlingRateLimit", "throttlingBurstLimit"))
        } else {
            let settings = entry.get("DefaultRouteSettings");
            settings.and_then(|settings| throttle(settings, "ThrottlingRateLimit", "ThrottlingBurstLimit"))
        };
        variables(entry.get(if first { "variables" } else { "StageVariables" }), &of, estate);
        let waf = text(entry, "webAclArn").is_some();
        let single = entry.get("methodSettings").and_then(Node::table).unwrap_or_default();
        if single.iter().any(|(key, settings)| key != "*/*" && settings.get("throttlingRateLimit").is_some()) {
            let text = format!("throttles of single methods of the stage `{name}`, not of the whole stage");
            estate.note(NoteKind::PassedOver, text, &page.at(*place, entry));
        }
        match known.find(estate, &of) {
            Some(api) => {
                if staged.insert((api.identity.id.0.clone(), name.clone())) {
                    api.stages.push(name);
                }
                api.waf |= waf;
                if let Some(text) = api.throttled(throttle) {
                    estate.note(NoteKind::Inferred, text, &page.at(*place, entry));
                }
            }
            // An unknown API has been noted with its page.
            None if matches!(of, Reference::Unknown(_)) => {}
            None => {
                let text = format!("the stage `{name}` is of an API that is not in the files");
                estate.note(NoteKind::PassedOver, text, &page.at(*place, entry));
            }
        }
    }
}

/// Variables that a stage of an API sets.
fn variables(stated: Option<&Node>, of: &Reference, estate: &mut Estate) {
    for (name, value) in stated.and_then(Node::table).unwrap_or_default() {
        if let Some(value) = value.text() {
            let (name, value) = (name.clone(), value.to_string());
            estate.stage_variables.push(StageVariable { api: of.clone(), name, value });
        }
    }
}

fn throttle(settings: &Node, rate: &str, burst: &str) -> Option<(f64, f64)> {
    let number = |key: &str| settings.get(key).and_then(Node::number);
    Some((number(rate)?, number(burst)?)).filter(|(rate, burst)| *rate > 0.0 && *burst > 0.0)
}

fn plan(page: &Page<'_>, place: Option<usize>, entry: &Node, known: &Known, estate: &mut Estate) {
    let origin = page.at(place, entry);
    let name = text(entry, "name").unwrap_or("usage plan").to_string();
    for stage in tables(entry, "apiStages") {
        let Some(of) = named(stage, "apiId") else { continue };
        match known.find(estate, &of) {
            Some(api) => api.usage_plan = true,
            None => {
                let text = format!("the usage plan `{name}` is of an API that is not in the files");
                estate.note(NoteKind::PassedOver, text, &origin);
            }
        }
    }
    if entry.get("throttle").is_some() {
        let text = format!("the throttle of the usage plan `{name}` holds for each API key, not for the stage");
        estate.note(NoteKind::PassedOver, text, &origin);
    }
}

/// Marks the API of a stage that AWS WAF guards: arn:aws:apigateway:REGION::/restapis/API/stages/STAGE.
fn guarded(page: &Page<'_>, arn: &str, known: &Known, estate: &mut Estate) {
    let id = arn.split_once("/restapis/").and_then(|(_, rest)| rest.split('/').next());
    let found = id.and_then(|id| known.find(estate, &Reference::Named(id.to_string())));
    match found {
        Some(api) => api.waf = true,
        None => {
            let text = format!("AWS WAF guards `{arn}`, which is no API of the files");
            estate.note(NoteKind::PassedOver, text, &page.origin);
        }
    }
}
