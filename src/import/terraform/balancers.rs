//! Load balancers, listeners, rules, target groups and what registers targets in them.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::item::{Item, View};
use crate::import::estate::{
    Balancer, BalancerKind, Discovery, Estate, Forward, Listener, NoteKind, Reference, Rule, TargetGroup, TargetKind,
};

/// Types whose targets may be registered one by one.
const TARGETS: [&str; 3] = ["aws_instance", "aws_lb", "aws_lambda_function"];

/// Blocks of a condition on neither path nor host.
const OTHER_CONDITIONS: [&str; 4] = ["http_header", "http_request_method", "query_string", "source_ip"];

/// Fills the estate with everything but APIs.
pub(super) fn read(context: &Context<'_>, estate: &mut Estate) {
    for (index, item) in context.items.iter().enumerate() {
        match item.kind.as_str() {
            "aws_lb" | "aws_elb" => balancer(context, index, estate),
            "aws_lb_listener" => listener(context, index, estate),
            "aws_lb_listener_rule" => rule(context, index, estate),
            "aws_lb_target_group" => target_group(context, index, estate),
            "aws_service_discovery_service" => {
                estate.discoveries.push(Discovery { identity: context.identity(index), desired: None, service: None });
            }
            _ => {}
        }
    }
    let mut groups = Groups::of(estate);
    for item in &context.items {
        match item.kind.as_str() {
            "aws_lb_target_group_attachment" => attachment(context, item, &mut groups, estate),
            "aws_ecs_service" => ecs_service(context, item, &mut groups, estate),
            "aws_autoscaling_group" => autoscaling_group(context, item, &mut groups, estate),
            "aws_autoscaling_attachment" => autoscaling_attachment(context, item, &mut groups, estate),
            "aws_service_discovery_instance" => {
                let service = context.required(item, "service_id", &["aws_service_discovery_service"], estate);
                groups.serve(context, estate, &service, Some(1), None);
            }
            _ => {}
        }
    }
}

fn balancer(context: &Context<'_>, index: usize, estate: &mut Estate) {
    let item = &context.items[index];
    let kind = match item.text("load_balancer_type") {
        _ if item.kind == "aws_elb" => BalancerKind::Other,
        Some("network") => BalancerKind::Nlb,
        Some("application") => BalancerKind::Alb,
        // The provider's default; a state that hides the value may still tell by the ARN.
        None => match item.text("arn") {
            Some(arn) if arn.contains(":loadbalancer/net/") => BalancerKind::Nlb,
            _ => BalancerKind::Alb,
        },
        Some(_) => BalancerKind::Other,
    };
    let origin = context.origin(item);
    if kind == BalancerKind::Other {
        let what = item.text("load_balancer_type").map_or("Classic", |_| "Gateway");
        let text = format!("`{}` is a {what} Load Balancer, which no private integration can use", item.address);
        estate.note(NoteKind::PassedOver, text, &origin);
    } else if item.text("load_balancer_type").is_none() && item.text("arn").is_none() {
        let text = format!("`{}` states no type: taken as an Application Load Balancer, the default", item.address);
        estate.note(NoteKind::Inferred, text, &origin);
    }
    let mut subnets = context.references(item, item.get("subnets"), &["aws_subnet"]);
    if subnets.is_empty() {
        let mapped = item.get("subnet_mapping").entries().into_iter();
        subnets = mapped.filter_map(|entry| context.reference(item, entry.get("subnet_id"), &["aws_subnet"])).collect();
    }
    let (in_vpc, zones) = subnet_facts(context, &subnets);
    let vpc = context.reference(item, item.get("vpc_id"), &["aws_vpc"]);
    estate.balancers.push(Balancer {
        identity: context.identity(index),
        kind,
        internal: item.get("internal").boolean(),
        subnets,
        vpc: vpc.filter(|vpc| !matches!(vpc, Reference::Unknown(_))).or(in_vpc),
        zones,
        // The provider writes `false` for an ALB too, which always balances across zones.
        cross_zone: item.get("enable_cross_zone_load_balancing").boolean().filter(|_| kind == BalancerKind::Nlb),
        idle_timeout_s: item.get("idle_timeout").number().filter(|_| kind == BalancerKind::Alb),
    });
}

/// The VPC of subnets that are in the files, and how many zones they lie in where every one of them tells its zone.
fn subnet_facts(context: &Context<'_>, subnets: &[Reference]) -> (Option<Reference>, Option<u32>) {
    let items: Vec<&Item<'_>> =
        subnets.iter().filter_map(|subnet| Some(&context.items[context.item_of("aws_subnet", subnet)?])).collect();
    let vpc = items.iter().find_map(|item| context.reference(item, item.get("vpc_id"), &["aws_vpc"]));
    let zone =
        |item: &&Item<'_>| item.text("availability_zone").or(item.text("availability_zone_id")).map(String::from);
    let zones: Vec<String> = items.iter().filter_map(zone).collect();
    let all = !subnets.is_empty() && zones.len() == subnets.len();
    (vpc, all.then(|| zones.into_iter().collect::<BTreeSet<_>>().len() as u32))
}

/// Notes that something needed is not known, where it is not.
fn need(context: &Context<'_>, item: &Item<'_>, reference: &Reference, what: &str, estate: &mut Estate) {
    if let Reference::Unknown(why) = reference {
        let text = format!("the {what} `{}` is not known: {why}", item.address);
        estate.note(NoteKind::Unresolved, text, &context.origin(item));
    }
}

fn listener(context: &Context<'_>, index: usize, estate: &mut Estate) {
    let item = &context.items[index];
    let balancer = context.required(item, "load_balancer_arn", &["aws_lb"], estate);
    need(context, item, &balancer, "load balancer of listener", estate);
    estate.listeners.push(Listener {
        identity: context.identity(index),
        balancer,
        port: item.get("port").number().map(|port| port as u32),
        protocol: item.text("protocol").map(String::from),
        forwards: forwards(context, item, item.get("default_action")),
        answers: answers(item.get("default_action")),
    });
}

fn rule(context: &Context<'_>, index: usize, estate: &mut Estate) {
    let item = &context.items[index];
    let listener = context.required(item, "listener_arn", &["aws_lb_listener"], estate);
    need(context, item, &listener, "listener of rule", estate);
    let (mut paths, mut hosts, mut other_conditions) = (Vec::new(), Vec::new(), false);
    for condition in item.get("condition").entries() {
        let before = paths.len() + hosts.len();
        // Providers before 2.42 write `field` and `values`; later ones a block for each kind.
        match condition.get("field").text() {
            Some("path-pattern") => paths.extend(condition.get("values").texts()),
            Some("host-header") => hosts.extend(condition.get("values").texts()),
            _ => {
                paths.extend(
                    condition.get("path_pattern").entries().into_iter().flat_map(|at| at.get("values").texts()),
                );
                hosts
                    .extend(condition.get("host_header").entries().into_iter().flat_map(|at| at.get("values").texts()));
            }
        }
        let others = OTHER_CONDITIONS.iter().any(|key| !condition.get(key).entries().is_empty());
        other_conditions |= others || paths.len() + hosts.len() == before;
    }
    estate.rules.push(Rule {
        identity: context.identity(index),
        listener,
        priority: item.get("priority").number().map(|priority| priority as u32),
        paths,
        hosts,
        other_conditions,
        forwards: forwards(context, item, item.get("action")),
        answers: answers(item.get("action")),
    });
}

/// Whether actions hold a redirect or a fixed answer, and none that forwards.
fn answers(actions: View<'_>) -> bool {
    let kinds: Vec<Option<&str>> = actions.entries().iter().map(|action| action.get("type").text()).collect();
    let own = |kind: &Option<&str>| matches!(kind, Some("redirect" | "fixed-response"));
    kinds.iter().any(own) && !kinds.contains(&Some("forward"))
}

/// Target groups of actions that forward.
fn forwards(context: &Context<'_>, item: &Item<'_>, actions: View<'_>) -> Vec<Forward> {
    const WANT: [&str; 1] = ["aws_lb_target_group"];
    let mut found: Vec<Forward> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |reference: Option<Reference>, weight: Option<f64>| {
        let Some(group) = reference else { return };
        let at = *seen.entry(context.key("aws_lb_target_group", &group)).or_insert_with(|| {
            found.push(Forward { group, weight: 1 });
            found.len() - 1
        });
        if let Some(weight) = weight {
            found[at].weight = weight as u32;
        }
    };
    for action in actions.entries() {
        if action.get("type").text().is_some_and(|kind| kind != "forward") {
            continue;
        }
        let blocks = action.get("forward");
        let weighted = if blocks.value.is_some() { blocks.entries() } else { Vec::new() };
        let groups: Vec<View<'_>> =
            weighted.into_iter().flat_map(|block| block.get("target_group").entries()).collect();
        if groups.is_empty() || action.get("target_group_arn").text().is_some() {
            add(context.reference(item, action.get("target_group_arn"), &WANT), None);
        }
        for group in groups {
            add(context.reference(item, group.get("arn"), &WANT), group.get("weight").number());
        }
    }
    found
}

fn target_group(context: &Context<'_>, index: usize, estate: &mut Estate) {
    let item = &context.items[index];
    let kind = match item.text("target_type") {
        Some("ip") => TargetKind::Ip,
        Some("lambda") => TargetKind::Lambda,
        Some("alb") => TargetKind::Alb,
        _ => TargetKind::Instance,
    };
    estate.target_groups.push(TargetGroup {
        identity: context.identity(index),
        kind,
        targets: Vec::new(),
        listed: false,
        zones: BTreeSet::new(),
        desired: None,
        vpc: context.reference(item, item.get("vpc_id"), &["aws_vpc"]),
        cross_zone: item.get("load_balancing_cross_zone_enabled").boolean(),
        service: None,
    });
}

/// Where target groups and Cloud Map services stand in the estate, by id.
struct Groups {
    target_groups: BTreeMap<String, usize>,
    discoveries: BTreeMap<String, usize>,
}

impl Groups {
    fn of(estate: &Estate) -> Groups {
        let groups = estate.target_groups.iter().enumerate().map(|(place, group)| (group.identity.id.0.clone(), place));
        let services = estate.discoveries.iter().enumerate().map(|(place, found)| (found.identity.id.0.clone(), place));
        Groups { target_groups: groups.collect(), discoveries: services.collect() }
    }

    /// Says of a target group or a Cloud Map service how many targets something runs for it; false where it is not in the files.
    fn serve(
        &mut self,
        context: &Context<'_>,
        estate: &mut Estate,
        of: &Reference,
        desired: Option<u32>,
        name: Option<&str>,
    ) -> bool {
        let group = self.target_groups.get(&context.key("aws_lb_target_group", of));
        let discovery = self.discoveries.get(&context.key("aws_service_discovery_service", of));
        let (known, service) = match (group, discovery) {
            (Some(&place), _) => {
                let group = &mut estate.target_groups[place];
                (&mut group.desired, &mut group.service)
            }
            (None, Some(&place)) => {
                let discovery = &mut estate.discoveries[place];
                (&mut discovery.desired, &mut discovery.service)
            }
            (None, None) => return false,
        };
        if let Some(more) = desired {
            *known = Some(known.unwrap_or(0).saturating_add(more));
        }
        if service.is_none() {
            *service = name.map(String::from);
        }
        true
    }
}

/// Notes that something serves a target group or Cloud Map service that no file has; an unknown one is noted with its reason.
fn missing(context: &Context<'_>, item: &Item<'_>, what: &str, of: &Reference, estate: &mut Estate) {
    let (kind, text) = match of {
        Reference::Unknown(why) => (NoteKind::Unresolved, format!("the {what} of `{}`: {why}", item.address)),
        Reference::Named(name) => {
            (NoteKind::PassedOver, format!("`{}` serves a {what} that is not in the files: `{name}`", item.address))
        }
        Reference::To(id) => {
            (NoteKind::PassedOver, format!("`{}` serves a {what} that is not read: `{}`", item.address, id.0))
        }
    };
    estate.note(kind, text, &context.origin(item));
}

/// The zone of an instance, or its subnet where no file tells more.
fn zone(context: &Context<'_>, target: &Reference) -> Option<String> {
    let item = &context.items[context.item_of("aws_instance", target)?];
    let own = item.text("availability_zone").map(String::from);
    own.or_else(|| {
        let subnet = context.reference(item, item.get("subnet_id"), &["aws_subnet"])?;
        let known = context.item_of("aws_subnet", &subnet).map(|index| &context.items[index]);
        let zone = known.and_then(|subnet| subnet.text("availability_zone")).map(String::from);
        zone.or_else(|| (!matches!(subnet, Reference::Unknown(_))).then(|| context.key("aws_subnet", &subnet)))
    })
}

fn attachment(context: &Context<'_>, item: &Item<'_>, groups: &mut Groups, estate: &mut Estate) {
    let group = context.required(item, "target_group_arn", &["aws_lb_target_group"], estate);
    let target = context.required(item, "target_id", &TARGETS, estate);
    match groups.target_groups.get(&context.key("aws_lb_target_group", &group)) {
        Some(&place) => {
            let group = &mut estate.target_groups[place];
            let known = group.zones.is_empty() == group.targets.is_empty();
            // Targets outside the VPC have `all` for their zone.
            let zone = match item.text("availability_zone") {
                Some(stated) => Some(stated.to_string()).filter(|zone| zone != "all"),
                None => zone(context, &target),
            };
            match zone.filter(|_| known) {
                Some(zone) => drop(group.zones.insert(zone)),
                None => group.zones.clear(),
            }
            group.targets.push(target);
        }
        None => missing(context, item, "target group", &group, estate),
    }
}

fn ecs_service(context: &Context<'_>, item: &Item<'_>, groups: &mut Groups, estate: &mut Estate) {
    let desired = item.get("desired_count").number().map(|n| n as u32);
    let desired = desired.filter(|_| item.text("scheduling_strategy") != Some("DAEMON"));
    let name = item.text("name").unwrap_or(&item.name);
    if ["load_balancer", "service_registries"].iter().all(|key| item.get(key).entries().is_empty()) {
        let text = format!("`{}` registers its targets nowhere", item.address);
        estate.note(NoteKind::PassedOver, text, &context.origin(item));
    }
    for (blocks, key, kind, what) in [
        ("load_balancer", "target_group_arn", "aws_lb_target_group", "target group"),
        ("service_registries", "registry_arn", "aws_service_discovery_service", "Cloud Map service"),
    ] {
        for block in item.get(blocks).entries() {
            let Some(of) = context.reference(item, block.get(key), &[kind]) else { continue };
            if !groups.serve(context, estate, &of, desired, Some(name)) {
                missing(context, item, what, &of, estate);
            }
        }
    }
}

/// How many instances a group keeps: the number it asks for, or the least it may have.
fn capacity(item: &Item<'_>) -> Option<u32> {
    let stated = item.get("desired_capacity").number().or(item.get("min_size").number());
    stated.map(|n| n as u32)
}

fn autoscaling_group(context: &Context<'_>, item: &Item<'_>, groups: &mut Groups, estate: &mut Estate) {
    let mut served = context.references(item, item.get("target_group_arns"), &["aws_lb_target_group"]);
    for source in item.get("traffic_source").entries() {
        if source.get("type").text().is_none_or(|kind| kind == "elbv2") {
            served.extend(context.reference(item, source.get("identifier"), &["aws_lb_target_group"]));
        }
    }
    let mut seen = BTreeSet::new();
    for of in served.iter().filter(|of| seen.insert(context.key("aws_lb_target_group", of))) {
        if !groups.serve(context, estate, of, capacity(item), item.text("name")) {
            // `target_group_arns` is computed: unknown and without an expression where attachments fill it.
            if !matches!(of, Reference::Unknown(_)) || !item.get("target_group_arns").references().is_empty() {
                missing(context, item, "target group", of, estate);
            }
        }
    }
}

fn autoscaling_attachment(context: &Context<'_>, item: &Item<'_>, groups: &mut Groups, estate: &mut Estate) {
    let key = ["lb_target_group_arn", "alb_target_group_arn"];
    let known = key.iter().find_map(|key| context.reference(item, item.get(key), &["aws_lb_target_group"]));
    // Of a Classic Load Balancer there is no target group.
    let Some(of) = known else { return };
    let group = context.required(item, "autoscaling_group_name", &["aws_autoscaling_group"], estate);
    let found = context.item_of("aws_autoscaling_group", &group);
    let stated = found.map(|index| &context.items[index]);
    // A group that lists the target group itself has been counted.
    let counted = stated.is_some_and(|stated| {
        let listed = context.references(stated, stated.get("target_group_arns"), &["aws_lb_target_group"]);
        listed.iter().any(|other| context.key("aws_lb_target_group", other) == context.key("aws_lb_target_group", &of))
    });
    let name = stated.and_then(|stated| stated.text("name"));
    if !counted && !groups.serve(context, estate, &of, stated.and_then(capacity), name) {
        missing(context, item, "target group", &of, estate);
    }
}
