//! Events of options scenarios: one change each, of AWS parts, of a hop of the path, or of the arrival rate.

use super::super::event::{Affected, Change, Deploy, Event};
use super::super::fields::{Field, Fields, listing};
use super::super::tree::{Value, shorten};
use super::{AWS_KEYS, Around, changes, complain, has_rate, ramp, span};
use crate::aws::changes::{time, value};
use crate::aws::part::Part;
use crate::aws::quotas::{self, FELT_WHILE_RUNNING};
use crate::aws::system::{AccountTopology, Deployment, System};
use crate::issue::nearest;

/// The key that says what an event is, and those that may stand beside it.
const KINDS: [(&str, &[&str]); 8] = [
    ("az", &[]),
    ("targets_lost", &["service", "black_hole"]),
    ("deploy", &["kind", "batch", "every", "slow_start", "cold_factor"]),
    ("quota", &["value"]),
    ("link_idle", &["wake"]),
    ("service", &["time_factor", "targets"]),
    ("hop", &["servers", "time_factor", "rate_factor", "failure"]),
    ("rate_factor", &["ramp"]),
];

/// Keys that hops scenarios have too.
const HOP_KEYS: [&str; 6] = ["hop", "servers", "time_factor", "rate_factor", "failure", "ramp"];

const KIND_OF_DEPLOYMENT: [(&str, Deployment); 3] =
    [("rolling", Deployment::Rolling), ("blue-green", Deployment::BlueGreen), ("in-place", Deployment::InPlace)];

pub(super) fn event(fields: &Fields<'_>, around: Around<'_>) -> Option<Vec<Event>> {
    let span = span(fields, around);
    let given: Vec<Field<'_>> = AWS_KEYS.into_iter().chain(HOP_KEYS).filter_map(|key| fields.get(key)).collect();
    fields.finish();
    let kind = kind(fields, &given)?;
    let read = match kind {
        "hop" => on_hop(fields, around),
        "rate_factor" => {
            let field = fields.get("rate_factor")?;
            let factor = has_rate(&field, around.workload).and_then(|()| field.factor());
            factor.map(|factor| (None, vec![Change::RateFactor(factor)]))
        }
        _ => on_aws(kind, fields, around).map(|change| (None, vec![change])),
    };
    let ramp = ramp(fields, kind == "rate_factor");
    let endless = matches!(kind, "deploy" | "link_idle");
    if let (Some(until), true) = (fields.get("until"), endless) {
        let ends = if kind == "deploy" { "its last batch is in" } else { "the link is awake" };
        return complain(&until, &format!("`until` stands beside `{kind}`, which ends when {ends}"), "leave it out");
    }
    let ((at, until), (hop, changes), ramp) = (span?, read?, ramp?);
    Some(changes.into_iter().map(|change| Event { at, until, ramp, hop: hop.clone(), change }).collect())
}

/// What the event is, where all of its keys go together.
fn kind(fields: &Fields<'_>, given: &[Field<'_>]) -> Option<&'static str> {
    let has = |key: &str| given.iter().any(|field| field.name == key);
    let Some((kind, beside)) = KINDS.into_iter().find(|(key, _)| has(key)) else {
        if let Some(field) = given.first() {
            let owners = owners(&field.name);
            let what = if owners.contains(&"hop") { "a hop" } else { "something" };
            let message = format!("`{}` changes {what}, but the event names none", field.name);
            let hint = if owners.contains(&"hop") {
                "add `hop = \"...\"` or `service = \"...\"`; `rate_factor` alone changes the arrivals".to_string()
            } else {
                format!("it goes with {}", listing(owners))
            };
            return complain(field, &message, &hint);
        }
        let issue = fields.place.issue("this event changes nothing");
        let kinds = listing(KINDS.iter().map(|(key, _)| *key)).replace(" and ", " or ");
        fields.sink.add(issue.hint(format!("add {kinds}")));
        return None;
    };
    let stray = given.iter().find(|field| field.name != kind && !beside.contains(&field.name.as_str()));
    let Some(field) = stray else { return Some(kind) };
    let key = field.name.as_str();
    if KINDS.iter().any(|(other, _)| *other == key) {
        return complain(
            field,
            &format!("`{key}` and `{kind}` stand in one event, but an event is one change"),
            "write two `[[event]]` tables; they may overlap",
        );
    }
    complain(field, &format!("`{key}` does not go with `{kind}`"), &format!("it goes with {}", listing(owners(key))))
}

/// Keys that say what an event is beside which `key` may stand.
fn owners(key: &str) -> Vec<&'static str> {
    KINDS.iter().filter(|(_, beside)| beside.contains(&key)).map(|(kind, _)| *kind).collect()
}

fn on_aws(kind: &str, fields: &Fields<'_>, around: Around<'_>) -> Option<Change> {
    let key = |key| fields.get(key);
    match kind {
        "az" => zone(&key("az")?, around.system?),
        "targets_lost" => {
            let service = fields.require("service", "whose targets, by name, by number, or `\"*\"` for every service");
            let service = service.and_then(|f| affected(&f, around));
            let targets = targets(&key("targets_lost")?, service, around);
            let black_hole = key("black_hole").map_or(Some(false), |f| f.boolean());
            Some(Change::TargetsLost { service: service?, targets: targets?, black_hole: black_hole? })
        }
        "service" => {
            let service = affected(&key("service")?, around);
            let hint = "as `time_factor = 10`, or `targets_lost = 2`";
            let factor = fields.require("time_factor", hint).and_then(|f| f.factor());
            let slow = key("targets").map_or(Some(None), |f| targets(&f, service, around).map(Some));
            Some(Change::TargetsSlow { service: service?, factor: factor?, targets: slow? })
        }
        "deploy" => deploy(fields, around).map(Change::Deploy),
        "quota" => quota(fields, around.system?),
        _ => idle(fields, around.system?),
    }
}

fn zone(field: &Field<'_>, system: &System) -> Option<Change> {
    let zones = system.network.zones;
    let zone = field.count(1..=6)? as u32;
    if zone > zones {
        let issue = field.issue(format!("there is no zone {zone}: `[network]` has {zones}"));
        field.sink.add(
            issue.hint(format!("zones count from 1 to {zones}; target j of a service stands in zone j modulo them")),
        );
        return None;
    }
    Some(Change::ZoneLost { zone: zone - 1 })
}

/// The service of a name, of a number from 1, or all.
fn affected(field: &Field<'_>, around: Around<'_>) -> Option<Affected> {
    let (system, services) = (around.system?, around.services?);
    if let Value::Integer(_) = field.node.value {
        let number = field.small(1)?;
        if number > services.count {
            let issue = field.issue(format!("there is no service {number}: `[services]` counts {}", services.count));
            field.sink.add(issue.hint("services count from 1, the listed ones first"));
            return None;
        }
        return Some(Affected::One(number - 1));
    }
    let name = field.text()?;
    if name == "*" {
        return Some(Affected::All);
    }
    let names = || system.listed.iter().map(|listed| listed.name.as_str());
    if let Some(index) = names().position(|known| known == name) {
        return Some(Affected::One(index as u32));
    }
    let issue = field.issue(format!("there is no service `{}`", shorten(name)));
    field.sink.add(match nearest(name, names()) {
        Some(near) => issue.hint(format!("did you mean `{near}`?")),
        None => issue.hint("name a `[[service]]`, or write a number from 1, or `\"*\"` for every service"),
    });
    None
}

/// Targets at the start of what is affected: of one service, or of the one that has most.
fn most_targets(service: Affected, around: Around<'_>) -> Option<u32> {
    let (system, services) = (around.system?, around.services?);
    // `[services]` of the system is filled in later.
    let of = |index: usize| {
        let listed = system.listed.get(index);
        let stated = listed.and_then(|one| one.targets).unwrap_or(services.targets);
        let scaling = listed.and_then(|one| one.autoscaling).or(services.autoscaling);
        scaling.map_or(stated, |scaling| scaling.max)
    };
    match service {
        Affected::One(index) => Some(of(index as usize)),
        Affected::All => (0..=system.listed.len()).map(of).max(),
    }
}

fn targets(field: &Field<'_>, service: Option<Affected>, around: Around<'_>) -> Option<u32> {
    let number = field.small(1)?;
    let most = most_targets(service?, around)?;
    if number > most {
        return field.refuse(format!("the service has {most}"));
    }
    Some(number)
}

fn deploy(fields: &Fields<'_>, around: Around<'_>) -> Option<Deploy> {
    let (system, services) = (around.system?, around.services?);
    let field = fields.get("deploy")?;
    let service = affected(&field, around);
    let scaled =
        |index: u32| system.listed.get(index as usize).and_then(|one| one.autoscaling).or(services.autoscaling);
    let scales = match service {
        Some(Affected::One(index)) => scaled(index).is_some(),
        Some(Affected::All) => {
            services.autoscaling.is_some() || system.listed.iter().any(|one| one.autoscaling.is_some())
        }
        None => false,
    };
    if scales {
        return complain(
            &field,
            "a service whose targets follow load is deployed, which is not simulated together",
            "leave `autoscaling` out, or the event",
        );
    }
    let key = |key| fields.get(key);
    let kind = key("kind").map_or(Some(services.deployment), |f| f.choice(&KIND_OF_DEPLOYMENT));
    // A thousand batches at most: every one of them is a step of every target's timetable.
    let share = "it must be a share of 0.001 to 1";
    let batch = key("batch").map_or(Some(value("deploy.batch")), |f| f.number(|x| (0.001..=1.0).contains(&x), share));
    let every = key("every").map_or(Some(time("deploy.every")), |f| f.duration());
    let slow_start = key("slow_start").map_or(Some(crate::units::Duration(0)), |f| f.duration());
    let cold_factor = key("cold_factor").map_or(Some(1.0), |f| f.factor());
    if let (Some(cold), Some(crate::units::Duration(0))) = (key("cold_factor"), slow_start) {
        return complain(
            &cold,
            "`cold_factor` is for the time of `slow_start`, which is 0",
            "add `slow_start = \"30s\"`",
        );
    }
    Some(Deploy {
        service: service?,
        kind: kind?,
        batch: batch?,
        every: every?,
        slow_start: slow_start?,
        cold_factor: cold_factor?,
    })
}

fn quota(fields: &Fields<'_>, system: &System) -> Option<Change> {
    let field = fields.get("quota")?;
    let value = fields.require("value", "its new value, as `value = 20_000`");
    let value = value.and_then(|f| f.number(|x| (1.0..=1e12).contains(&x), "it must be a number of 1 or more"));
    let key = field.text()?;
    let Some(quota) = quotas::find(key) else {
        let issue = field.issue(format!("`{}` is not the id or code of a quota", shorten(key)));
        field.sink.add(match nearest(key, quotas::names()) {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue.hint("as `quota = \"L-8A5B8E43\"`; `gatecap limits --all` names every quota"),
        });
        return None;
    };
    let Some(&(id, part)) = FELT_WHILE_RUNNING.iter().find(|(id, _)| *id == quota.id) else {
        let issue =
            field.issue(format!("`{}` bounds what can be built: a system that runs does not feel it", quota.id));
        let felt = listing(FELT_WHILE_RUNNING.iter().map(|(id, _)| *id));
        field.sink.add(issue.hint(format!("a running system feels {felt}; `gatecap limits` counts the others")));
        return None;
    };
    let central = system.account.topology == AccountTopology::Central && part == Some(Part::Nlb);
    if let Some(part) = part.filter(|part| !central && !system.options.iter().any(|option| option.has(*part))) {
        return complain(
            &field,
            &format!("`{id}` is felt behind `{}`, which no option has", part.id()),
            "add an option that has it",
        );
    }
    Some(Change::Quota { id, value: value? })
}

fn idle(fields: &Fields<'_>, system: &System) -> Option<Change> {
    let field = fields.get("link_idle")?;
    let wake = fields.get("wake").map_or(Some(time("link.wake")), |f| f.positive_duration());
    if !field.boolean()? {
        return field.refuse("an event is what happens: leave it out where the link is not idle");
    }
    if !system.options.iter().any(|option| option.has(Part::VpcLinkV2)) {
        return complain(
            &field,
            "`link_idle` is of V2 links, but no option has one",
            "add an option with `vpc-link-v2`, as `http-fan-out`",
        );
    }
    Some(Change::LinkIdle { wake: wake? })
}

/// The hops of the options' paths that can change, and whether each is a token bucket.
fn hops(system: &System) -> Vec<(&'static str, bool)> {
    let mut hops = vec![("client", false), ("service", false), ("account-throttle", true)];
    let gateway = &system.gateway;
    let central = system.account.topology == AccountTopology::Central;
    let optional = [
        ("waf", false, gateway.waf),
        ("authorizer", false, gateway.authorizer.is_some()),
        ("stage-throttle", true, gateway.stage_throttle.is_some()),
        ("route-throttle", true, gateway.route_throttle.is_some()),
        ("endpoint", false, central),
        ("central-nlb", false, central),
        ("provider-nlb", false, central),
    ];
    hops.extend(optional.into_iter().filter(|(_, _, there)| *there).map(|(name, bucket, _)| (name, bucket)));
    let on_path = |part: &Part| system.options.iter().any(|option| option.has(*part));
    hops.extend(Part::ALL.into_iter().filter(on_path).map(|part| (part.id(), false)));
    hops
}

fn on_hop(fields: &Fields<'_>, around: Around<'_>) -> Option<(Option<String>, Vec<Change>)> {
    let field = fields.get("hop")?;
    let changes = changes(fields);
    let name = field.text()?;
    let hops = hops(around.system?);
    let Some(&(name, bucket)) = hops.iter().find(|(known, _)| *known == name) else {
        let names = || hops.iter().map(|(name, _)| *name);
        let issue =
            field.issue(format!("there is no hop `{}` on the path of any option that can change", shorten(name)));
        field.sink.add(match nearest(name, names()) {
            Some(near) => issue.hint(format!("did you mean `{near}`?")),
            None => issue.hint(format!("hops are {}", listing(names()))),
        });
        return None;
    };
    let changes = changes?;
    if changes.is_empty() {
        let issue = fields.place.issue("this event changes nothing");
        field.sink.add(issue.hint("add `time_factor` or `failure`, or for a throttle `rate_factor`"));
        return None;
    }
    for (key, change) in &changes {
        let fits = match change {
            Change::RateFactor(_) => bucket,
            Change::Servers(_) => name == "service",
            _ => !bucket,
        };
        if !fits {
            let hint = match name {
                _ if bucket => "a throttle changes by `rate_factor`",
                "service" => "the targets change by `servers` (the concurrency of each), `time_factor` and `failure`",
                _ => "it changes by `time_factor` and `failure`",
            };
            return complain(key, &format!("`{}` of hop `{name}` changes, but it has none", key.name), hint);
        }
    }
    Some((Some(name.to_string()), changes.into_iter().map(|(_, change)| change).collect()))
}
