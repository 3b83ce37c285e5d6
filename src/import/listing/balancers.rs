//! Load balancers, listeners, rules, target groups and what registers targets in them, as `aws` prints them.

use std::collections::{BTreeMap, BTreeSet};

use super::health::Registered;
use super::owners::Names;
use super::pages::{Kind, Page};
use crate::import::estate::{
    Balancer, BalancerKind, Discovery, Estate, Forward, Id, Identity, Listener, NoteKind, Reference, Rule, TargetGroup,
    TargetKind,
};
use crate::import::node::{Node, Origin};

/// A text at a key that is not empty.
pub(super) fn text<'a>(entry: &'a Node, key: &str) -> Option<&'a str> {
    entry.get(key).and_then(Node::text).filter(|text| !text.is_empty())
}

/// Texts of a list at a key.
pub(super) fn texts(entry: &Node, key: &str) -> Vec<String> {
    let list = entry.get(key).and_then(Node::list).unwrap_or_default();
    list.iter().filter_map(Node::text).map(String::from).collect()
}

/// A reference by a text at a key.
pub(super) fn named(entry: &Node, key: &str) -> Option<Reference> {
    text(entry, key).map(|text| Reference::Named(text.to_string()))
}

/// Entries of a list of tables at a key.
pub(super) fn tables<'a>(entry: &'a Node, key: &str) -> &'a [Node] {
    entry.get(key).and_then(Node::list).unwrap_or_default()
}

/// What every thing has; the first of the names that is there is its id.
pub(super) fn identity(names: &[Option<&str>], name: Option<&str>, origin: Origin) -> Identity {
    let mut known: Vec<String> = names.iter().flatten().map(|name| (*name).to_string()).collect();
    if known.is_empty() {
        known.push(format!("{}#{}", origin.file, origin.path));
    }
    let id = Id(known.remove(0));
    known.retain(|name| *name != id.0);
    let name = name.map_or_else(|| id.0.clone(), String::from);
    Identity { id, aliases: known, name, origin, copies: 1 }
}

/// Fills the estate with everything but APIs. Of things that stand twice, the first is kept.
pub(super) fn read(all: &[Page<'_>], estate: &mut Estate) {
    let mut seen: BTreeMap<Id, ()> = BTreeMap::new();
    let mut twice: Option<(usize, Origin)> = None;
    for page in all {
        for (place, entry) in &page.entries {
            let origin = page.at(*place, entry);
            let Some(thing) = thing(&page.kind, entry, origin.clone(), estate) else { continue };
            if seen.insert(thing.id().clone(), ()).is_some() {
                twice = Some((twice.map_or(1, |(number, _)| number + 1), origin));
            } else {
                thing.push(estate);
            }
        }
    }
    if let Some((number, origin)) = twice {
        let text = format!("{number} load balancers, listeners, rules or target groups stand twice in the files");
        estate.note(NoteKind::PassedOver, text, &origin);
    }
    let mut groups = Names::of(arns_and_names(estate.target_groups.iter().map(|one| &one.identity)));
    let mut balancers = Names::of(arns_and_names(estate.balancers.iter().map(|one| &one.identity)));
    let mut registered = Registered::default();
    let places = Places::of(estate);
    for page in all {
        match page.kind {
            Kind::Health => registered.add(page, &mut groups, estate),
            Kind::Attribute => attributes(page, &mut groups, &mut balancers, estate),
            Kind::EcsService | Kind::AutoScalingGroup => {
                page.entries
                    .iter()
                    .for_each(|(place, entry)| registers(entry, &page.at(*place, entry), &places, estate));
            }
            _ => {}
        }
    }
    registered.settle(estate);
}

/// One thing that was read.
enum Thing {
    Balancer(Balancer),
    Listener(Listener),
    Rule(Rule),
    TargetGroup(TargetGroup),
    Discovery(Discovery),
}

impl Thing {
    fn id(&self) -> &Id {
        match self {
            Thing::Balancer(thing) => &thing.identity.id,
            Thing::Listener(thing) => &thing.identity.id,
            Thing::Rule(thing) => &thing.identity.id,
            Thing::TargetGroup(thing) => &thing.identity.id,
            Thing::Discovery(thing) => &thing.identity.id,
        }
    }

    fn push(self, estate: &mut Estate) {
        match self {
            Thing::Balancer(thing) => estate.balancers.push(thing),
            Thing::Listener(thing) => estate.listeners.push(thing),
            Thing::Rule(thing) => estate.rules.push(thing),
            Thing::TargetGroup(thing) => estate.target_groups.push(thing),
            Thing::Discovery(thing) => estate.discoveries.push(thing),
        }
    }
}

fn thing(kind: &Kind, entry: &Node, origin: Origin, estate: &mut Estate) -> Option<Thing> {
    match kind {
        Kind::Balancer => Some(Thing::Balancer(balancer(entry, origin, estate))),
        Kind::Listener => Some(Thing::Listener(listener(entry, origin))),
        // The default rule repeats the listener's default action.
        Kind::Rule if text(entry, "Priority") == Some("default") => None,
        Kind::Rule => Some(Thing::Rule(rule(entry, origin))),
        Kind::TargetGroup => {
            let names = [text(entry, "TargetGroupArn")];
            let kind = match text(entry, "TargetType") {
                Some("ip") => TargetKind::Ip,
                Some("lambda") => TargetKind::Lambda,
                Some("alb") => TargetKind::Alb,
                _ => TargetKind::Instance,
            };
            Some(Thing::TargetGroup(TargetGroup {
                identity: identity(&names, text(entry, "TargetGroupName"), origin),
                kind,
                targets: Vec::new(),
                listed: false,
                zones: BTreeSet::new(),
                desired: None,
                vpc: named(entry, "VpcId"),
                cross_zone: None,
                service: None,
            }))
        }
        Kind::Discovery => Some(Thing::Discovery(Discovery {
            identity: identity(&[text(entry, "Arn"), text(entry, "Id")], text(entry, "Name"), origin),
            desired: entry.get("InstanceCount").and_then(Node::number).map(|n| n as u32),
            service: None,
        })),
        _ => None,
    }
}

fn balancer(entry: &Node, origin: Origin, estate: &mut Estate) -> Balancer {
    let arn = text(entry, "LoadBalancerArn");
    let kind = match text(entry, "Type") {
        Some("application") => BalancerKind::Alb,
        Some("network") => BalancerKind::Nlb,
        None if arn.is_some_and(|arn| arn.contains("/net/")) => BalancerKind::Nlb,
        None if arn.is_some_and(|arn| arn.contains("/app/")) => BalancerKind::Alb,
        _ => BalancerKind::Other,
    };
    let name = text(entry, "LoadBalancerName");
    if kind == BalancerKind::Other {
        let what = if entry.get("ListenerDescriptions").is_some() { "Classic" } else { "Gateway" };
        let text = format!(
            "`{}` is a {what} Load Balancer, which no private integration can use",
            name.or(arn).unwrap_or("a load balancer")
        );
        estate.note(NoteKind::PassedOver, text, &origin);
    }
    let zones = tables(entry, "AvailabilityZones");
    Balancer {
        identity: identity(&[arn, text(entry, "DNSName")], name, origin),
        kind,
        internal: text(entry, "Scheme").map(|scheme| scheme == "internal"),
        subnets: zones.iter().filter_map(|zone| named(zone, "SubnetId")).collect(),
        vpc: named(entry, "VpcId").or_else(|| named(entry, "VPCId")),
        zones: (!zones.is_empty()).then_some(zones.len() as u32),
        cross_zone: None,
        idle_timeout_s: None,
    }
}

/// The part of a listener's or rule's ARN that names its load balancer.
fn balancer_name(arn: &str) -> Option<&str> {
    arn.split('/').nth(2)
}

fn listener(entry: &Node, origin: Origin) -> Listener {
    let arn = text(entry, "ListenerArn");
    let port = text(entry, "Port");
    let name = arn.and_then(balancer_name).map(|name| format!("{name}:{}", port.unwrap_or("all")));
    Listener {
        identity: identity(&[arn], name.as_deref(), origin),
        balancer: named(entry, "LoadBalancerArn")
            .unwrap_or_else(|| Reference::Unknown("the listener has no `LoadBalancerArn`".into())),
        port: entry.get("Port").and_then(Node::number).map(|port| port as u32),
        protocol: text(entry, "Protocol").map(String::from),
        forwards: forwards(tables(entry, "DefaultActions")),
        answers: answers(tables(entry, "DefaultActions")),
    }
}

/// Whether actions hold a redirect or a fixed answer, and none that forwards.
fn answers(actions: &[Node]) -> bool {
    let kinds: Vec<Option<&str>> = actions.iter().map(|action| text(action, "Type")).collect();
    let own = |kind: &Option<&str>| matches!(kind, Some("redirect" | "fixed-response"));
    kinds.iter().any(own) && !kinds.contains(&Some("forward"))
}

/// Target groups of actions that forward, each once.
fn forwards(actions: &[Node]) -> Vec<Forward> {
    let mut found: Vec<Forward> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for action in actions.iter().filter(|action| text(action, "Type").is_none_or(|kind| kind == "forward")) {
        let weighted = action.find(&["ForwardConfig", "TargetGroups"]).and_then(Node::list).unwrap_or_default();
        for entry in std::iter::once(action).chain(weighted) {
            let Some(arn) = text(entry, "TargetGroupArn") else { continue };
            let at = *seen.entry(arn).or_insert_with(|| {
                found.push(Forward { group: Reference::Named(arn.to_string()), weight: 1 });
                found.len() - 1
            });
            if let Some(weight) = entry.get("Weight").and_then(Node::number) {
                found[at].weight = weight as u32;
            }
        }
    }
    found
}

fn rule(entry: &Node, origin: Origin) -> Rule {
    let arn = text(entry, "RuleArn");
    let (mut paths, mut hosts, mut other_conditions) = (Vec::new(), Vec::new(), false);
    for condition in tables(entry, "Conditions") {
        let (to, config) = match text(condition, "Field") {
            Some("path-pattern") => (&mut paths, "PathPatternConfig"),
            Some("host-header") => (&mut hosts, "HostHeaderConfig"),
            _ => {
                other_conditions = true;
                continue;
            }
        };
        let plain = texts(condition, "Values");
        let config = condition.get(config).map(|config| texts(config, "Values")).unwrap_or_default();
        let patterns = if plain.is_empty() { config } else { plain };
        other_conditions |= patterns.is_empty();
        to.extend(patterns);
    }
    // arn:...:listener-rule/app/NAME/LB/LISTENER/RULE is of the listener arn:...:listener/app/NAME/LB/LISTENER.
    let of = arn.and_then(|arn| {
        let (listener, _) = arn.rsplit_once('/')?;
        listener.contains(":listener-rule/").then(|| listener.replacen(":listener-rule/", ":listener/", 1))
    });
    let name = text(entry, "Priority").map(|priority| format!("rule {priority}"));
    Rule {
        identity: identity(&[arn], name.as_deref(), origin),
        listener: of.map_or_else(|| Reference::Unknown("the rule's ARN names no listener".into()), Reference::Named),
        priority: entry.get("Priority").and_then(Node::number).map(|priority| priority as u32),
        paths,
        hosts,
        other_conditions,
        forwards: forwards(tables(entry, "Actions")),
        answers: answers(tables(entry, "Actions")),
    }
}

fn arns_and_names<'e>(all: impl Iterator<Item = &'e Identity>) -> Vec<(String, String)> {
    all.map(|one| (one.id.0.clone(), one.name.clone())).collect()
}

/// Where target groups and Cloud Map services stand in the estate, by ARN.
struct Places {
    groups: BTreeMap<String, usize>,
    discoveries: BTreeMap<String, usize>,
}

impl Places {
    fn of(estate: &Estate) -> Places {
        let groups = estate.target_groups.iter().enumerate().map(|(at, one)| (one.identity.id.0.clone(), at));
        let discoveries = estate.discoveries.iter().enumerate().map(|(at, one)| (one.identity.id.0.clone(), at));
        Places { groups: groups.collect(), discoveries: discoveries.collect() }
    }
}

fn attributes<'f>(page: &Page<'f>, groups: &mut Names<'f>, balancers: &mut Names<'f>, estate: &mut Estate) {
    let value = |key: &str| {
        let entry = page.entries.iter().map(|(_, entry)| entry).find(|entry| text(entry, "Key") == Some(key));
        entry.and_then(|entry| entry.get("Value"))
    };
    let has =
        |word: &str| page.entries.iter().any(|(_, entry)| text(entry, "Key").is_some_and(|key| key.starts_with(word)));
    let cross_zone = value("load_balancing.cross_zone.enabled").and_then(Node::boolean);
    let of_group = has("deregistration_delay.") || has("stickiness.") || has("target_group");
    let names = if of_group { groups } else { balancers };
    let what = if of_group { "target group" } else { "load balancer" };
    let Some((index, why)) = names.find(page) else {
        let text =
            format!("the listing does not say which {what} these attributes are of: its name in the file's name would");
        return estate.note(NoteKind::Unresolved, text, &page.origin);
    };
    if of_group {
        let group = &mut estate.target_groups[index];
        group.cross_zone = cross_zone.or(group.cross_zone);
    } else {
        let balancer = &mut estate.balancers[index];
        balancer.cross_zone = cross_zone.or(balancer.cross_zone);
        let timeout = value("idle_timeout.timeout_seconds").and_then(Node::number);
        balancer.idle_timeout_s = timeout.or(balancer.idle_timeout_s);
    }
    let text = format!("the attributes are of the {what} `{}`, {why}", names.all[index].1);
    estate.note(NoteKind::Inferred, text, &page.origin);
}

/// What an ECS service or an Auto Scaling group runs for target groups and Cloud Map services.
fn registers(entry: &Node, origin: &Origin, places: &Places, estate: &mut Estate) {
    let number = |key: &str| entry.get(key).and_then(Node::number).map(|n| n as u32);
    let daemon = text(entry, "schedulingStrategy") == Some("DAEMON");
    let desired = number("desiredCount").filter(|_| !daemon).or(number("DesiredCapacity")).or(number("MinSize"));
    let name = text(entry, "serviceName").or(text(entry, "AutoScalingGroupName")).unwrap_or("a service").to_string();
    let mut served = texts(entry, "TargetGroupARNs");
    for (list, key) in
        [("loadBalancers", "targetGroupArn"), ("serviceRegistries", "registryArn"), ("TrafficSources", "Identifier")]
    {
        served.extend(tables(entry, list).iter().filter_map(|entry| text(entry, key)).map(String::from));
    }
    served.sort();
    served.dedup();
    for arn in served {
        let group = places.groups.get(&arn).map(|at| &mut estate.target_groups[*at]);
        let discovery = places.discoveries.get(&arn).map(|at| &mut estate.discoveries[*at]);
        let (known, service) = match (group, discovery) {
            (Some(group), _) => (&mut group.desired, &mut group.service),
            (None, Some(discovery)) => (&mut discovery.desired, &mut discovery.service),
            (None, None) => {
                let text =
                    format!("`{name}` serves a target group or Cloud Map service that is not in the files: `{arn}`");
                estate.note(NoteKind::PassedOver, text, origin);
                continue;
            }
        };
        // A Cloud Map service tells its own number of instances.
        *known = desired
            .map(|more| if service.is_none() { more } else { known.unwrap_or(0).saturating_add(more) })
            .or(*known);
        *service = service.take().or_else(|| Some(name.clone()));
    }
}
