//! `[services]` and what else an options scenario says of its system: parts into an `aws::System`.

use std::collections::BTreeMap;

use super::account::{account, gateway, network};
use super::changing;
use super::decode::{Context, DEFAULT_SERVICES};
use super::fields::{Fields, listing};
use super::laws::distribution;
use super::listed::listed;
use super::metrics::AWS_HOPS;
use super::options::{self, Loaded};
use super::tree::{self, Value};
use super::{planning, prices, requirements};
use crate::aws::as_built;
use crate::aws::quotas;
use crate::aws::system::{Balancing, Deployment, QuotaValue, Services, System, Traffic};
use crate::issue::nearest;
use crate::random::Distribution;

/// Everything of the system but `[services]` and the traffic.
pub(super) struct Rest {
    pub system: System,
    pub loaded: Vec<Loaded>,
}

const BALANCING: [(&str, Balancing); 4] = [
    ("inherit", Balancing::Inherit),
    ("round-robin", Balancing::RoundRobin),
    ("least-outstanding", Balancing::LeastOutstanding),
    ("random", Balancing::Random),
];

const DEPLOYMENT: [(&str, Deployment); 3] =
    [("rolling", Deployment::Rolling), ("blue-green", Deployment::BlueGreen), ("in-place", Deployment::InPlace)];

/// `[services]` with its defaults. A hops scenario has their number only.
pub(super) fn services(top: &Fields<'_>, is_hops: bool, context: &Context<'_>) -> Option<Services> {
    let mut services = Services::default();
    let Some(field) = top.get("services") else { return Some(services) };
    let fields = Fields::new(field.sink, field.node, "`[services]`")?;
    if is_hops {
        services.count = fields.get("count").map_or(Some(DEFAULT_SERVICES), |f| f.small(1))?;
        for (entry, _) in fields.every().filter(|(entry, _)| entry.key != "count") {
            let message =
                format!("`{}` is not a field of `[services]` in a hops scenario, which has `count` only", entry.key);
            top.sink.add(entry.key_place.issue(message).hint("say it at the hop"));
        }
        return Some(services);
    }
    let before = top.sink.count();
    let count = |key, least, default: &mut u32| {
        if let Some(number) = fields.get(key).and_then(|f| f.small(least)) {
            *default = number;
        }
    };
    count("count", 1, &mut services.count);
    count("targets", 1, &mut services.targets);
    count("concurrency", 1, &mut services.concurrency);
    count("queue", 0, &mut services.queue);
    count("routes", 1, &mut services.routes);
    if let Some(time) = fields.get("time") {
        services.time = distribution(&time, context.base).unwrap_or(services.time);
        // By value and not by key, so that the resolved scenario, which states everything, is judged as the original was.
        services.time_is_default = services.time == Services::default().time;
        services.time_includes_zone_leg = false;
    }
    if let Some(included) = fields.get("time_includes_zone_leg").and_then(|f| f.boolean()) {
        services.time_includes_zone_leg = included;
    }
    services.balancing = fields.get("balancing").and_then(|f| f.choice(&BALANCING)).unwrap_or(services.balancing);
    services.deployment = fields.get("deployment").and_then(|f| f.choice(&DEPLOYMENT)).unwrap_or(services.deployment);
    if let Some(surge) = fields.get("surge") {
        services.surge =
            surge.number(|x| (1.0..=100.0).contains(&x), "it must be a number from 1 to 100").unwrap_or(1.0);
    }
    if let Some(own) = fields.get("interface_per_target").and_then(|f| f.boolean()) {
        services.interface_per_target = own;
    }
    services.groups = fields.get("groups").and_then(|f| f.small(1));
    services.autoscaling = fields.get("autoscaling").and_then(|f| changing::autoscaling(&f));
    fields.finish();
    (top.sink.count() == before).then_some(services)
}

/// The tables of an options scenario. `services` and `traffic` of the result are placeholders until `system` fills them in.
pub(super) fn rest(top: &Fields<'_>, services: u32, context: &Context<'_>) -> Option<Rest> {
    let before = top.sink.count();
    let loaded = options::options(top, context);
    let names: Vec<String> = loaded.iter().map(|loaded| loaded.option.name.clone()).collect();
    let needs = requirements::needs(top);
    let listed = listed(top, &names, services, context);
    // Who stands behind AWS WAF before the gateway meets it there, whoever else does.
    let every_need: Vec<String> = needs.iter().chain(listed.iter().flat_map(|one| &one.needs)).cloned().collect();
    let system = System {
        services: Services { count: services, ..Services::default() },
        listed,
        network: network(top),
        account: account(top),
        gateway: gateway(top, &every_need, context),
        health: changing::health(top),
        load_balancers: changing::load_balancers(top),
        traffic: placeholder(),
        quotas: quota_values(top),
        used: numbers(top, "used").into_iter().collect(),
        deployments: planning::deployments(top),
        growth: planning::growth(top),
        hop_times: hop_times(top, context),
        prices: prices::stated(top),
        needs,
        as_built: as_built(top),
        options: loaded.iter().map(|loaded| loaded.option.clone()).collect(),
    };
    (top.sink.count() == before).then_some(Rest { system, loaded })
}

fn placeholder() -> Traffic {
    Traffic {
        rate: crate::aws::system::TrafficRate::Closed,
        peak_to_mean: 1.0,
        request: None,
        response: None,
        arrivals: String::new(),
    }
}

/// The whole system, with every sharing rule held against the quotas in force.
pub(super) fn system(
    top: &Fields<'_>,
    services: Services,
    rest: Rest,
    traffic: Traffic,
    sink: &super::fields::Sink,
) -> Option<System> {
    let mut system = System { services, traffic, ..rest.system };
    let before = sink.count();
    for loaded in &rest.loaded {
        if let Err(error) = crate::aws::sharing::check_sharing(&loaded.option, &system) {
            let place = loaded.place_of(error.key).unwrap_or(top.place);
            let mut issue = place.issue(error.message);
            issue.note = Some(error.note);
            issue.hint = Some(error.hint);
            sink.add(issue);
        }
    }
    changing::check(top, &system);
    if system.as_built {
        as_built::add(&mut system);
    }
    (sink.count() == before).then_some(system)
}

/// `as_built`: whether the ways that services state are how they go today. It needs one that does.
fn as_built(top: &Fields<'_>) -> bool {
    let Some(field) = top.get("as_built") else { return false };
    let is_built = field.boolean().unwrap_or(false);
    let tables = top.get("service").and_then(|list| match &list.node.value {
        Value::List(tables) => Some(tables.as_slice()),
        _ => None,
    });
    let states = |table: &tree::Node| table.table().is_some_and(|fields| fields.get("option").is_some());
    if is_built && !tables.unwrap_or_default().iter().any(states) {
        let message = "`as_built` is true, but no `[[service]]` states the `option` by which it goes today";
        let hint = "write `option = \"rest-alb-direct\"` in the tables of services, or leave `as_built` out";
        top.sink.add(field.issue(message).hint(hint));
    }
    is_built
}

fn quota_values(top: &Fields<'_>) -> BTreeMap<String, QuotaValue> {
    let values = numbers(top, "quotas").into_iter();
    values.map(|(key, value)| (key, QuotaValue { value, from: "scenario".into() })).collect()
}

/// `[quotas]` or `[used]`: numbers by quota id or L-code.
fn numbers(top: &Fields<'_>, table: &'static str) -> Vec<(String, f64)> {
    let Some(field) = top.get(table) else { return Vec::new() };
    let Some(fields) = Fields::new(field.sink, field.node, format!("`[{table}]`")) else { return Vec::new() };
    let mut values = Vec::new();
    for (entry, field) in fields.every() {
        if let (Value::Table(_), None) = (&field.node.value, quotas::find(&entry.key)) {
            let issue = field.key_place.issue(format!("`{}` is not the id or code of a quota", entry.key));
            top.sink.add(issue.hint("ids with dots stand in quotes: `\"elb.alb-per-region\" = 60`"));
            continue;
        }
        let value = field.number(|x| (0.0..=1e12).contains(&x), "it must be a number of 0 or more");
        let Some(quota) = quotas::find(&entry.key) else {
            let issue = field.key_place.issue(format!("`{}` is not the id or code of a quota", entry.key));
            top.sink.add(match nearest(&entry.key, quotas::names()) {
                Some(name) => issue.hint(format!("did you mean `{name}`?")),
                None => issue.hint("as `\"L-53DA6B97\" = 60`; `gatecap limits --all` names every quota"),
            });
            continue;
        };
        let twice =
            values.iter().any(|(key, _): &(String, f64)| quotas::find(key).is_some_and(|other| other.id == quota.id));
        if twice {
            top.sink.add(
                field.key_place.issue(format!("`{}` is a quota that stands here already by its other name", entry.key)),
            );
        }
        values.extend(value.map(|value| (entry.key.clone(), value)));
    }
    values
}

/// `[hops.NAME]`: the latency of a hop where it is not the default.
fn hop_times(top: &Fields<'_>, context: &Context<'_>) -> BTreeMap<String, Distribution> {
    let mut times = BTreeMap::new();
    let Some(field) = top.get("hops") else { return times };
    let Some(fields) = Fields::new(field.sink, field.node, "`[hops]`") else { return times };
    for (entry, field) in fields.every() {
        if !AWS_HOPS.contains(&entry.key.as_str()) {
            let issue = field.key_place.issue(format!("`{}` is not a hop of AWS options", entry.key));
            top.sink.add(match nearest(&entry.key, AWS_HOPS) {
                Some(name) => issue.hint(format!("did you mean `{name}`?")),
                None => issue.hint(format!("hops are {}", listing(AWS_HOPS))),
            });
            continue;
        }
        let Some(inner) = Fields::new(top.sink, field.node, format!("`[hops.{}]`", entry.key)) else { continue };
        let time = inner.require("time", "a distribution, as `{ constant = \"10ms\" }`");
        if let Some(time) = time.and_then(|f| distribution(&f, context.base)) {
            times.insert(entry.key.clone(), time);
        }
        inner.finish();
    }
    times
}
