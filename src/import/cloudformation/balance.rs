//! Load balancers, listeners, rules and target groups.

use std::collections::{BTreeMap, BTreeSet};

use super::Value;
use super::item::Item;
use super::reader::Reader;
use crate::import::estate::{
    Balancer, BalancerKind, Forward, Id, Listener, NoteKind, Reference, Rule, TargetGroup, TargetKind,
};
use crate::import::node::Origin;

/// Subnets: VPC and, as it is shown, zone.
type Subnets = BTreeMap<Id, (Value, Option<String>)>;

impl Reader<'_, '_> {
    /// Reads load balancers and what belongs to them.
    pub(super) fn balancers(&mut self, items: &[Item]) {
        let mut subnets = Subnets::new();
        for item in items.iter().filter(|item| item.kind == "AWS::EC2::Subnet") {
            let zone = [item.get("AvailabilityZone"), item.get("AvailabilityZoneId")].iter().find_map(Value::shown);
            subnets.insert(item.id(), (item.get("VpcId"), zone));
        }
        let mut instances: BTreeMap<Id, String> = BTreeMap::new();
        for item in items.iter().filter(|item| item.kind == "AWS::EC2::Instance") {
            let subnet = item.get("SubnetId").reference();
            let of_subnet = match &subnet {
                Reference::To(id) => subnets.get(id).and_then(|(_, zone)| zone.clone()).or_else(|| Some(id.0.clone())),
                Reference::Named(name) => Some(name.clone()),
                Reference::Unknown(_) => None,
            };
            if let Some(zone) = item.get("AvailabilityZone").shown().or(of_subnet) {
                instances.insert(item.id(), zone);
            }
        }
        for item in items {
            match item.kind {
                "AWS::ElasticLoadBalancingV2::LoadBalancer" => self.balancer(item, &subnets),
                "AWS::ElasticLoadBalancing::LoadBalancer" => self.classic(item),
                "AWS::ElasticLoadBalancingV2::Listener" => self.listener(item),
                "AWS::ElasticLoadBalancingV2::ListenerRule" => self.rule(item),
                "AWS::ElasticLoadBalancingV2::TargetGroup" => self.target_group(item, &instances),
                _ => {}
            }
        }
    }

    /// Subnets of something; a list of which not even the length is known gives none and a note.
    pub(super) fn subnets(&mut self, stated: &Value, of: &str, origin: &Origin) -> Vec<Reference> {
        // Ids and `SubnetId` name one subnet. Any other attribute may be a list.
        let attribute =
            stated.target().filter(|target| !matches!(target.attribute.as_deref(), None | Some("SubnetId")));
        let list = || attribute.map(|target| format!("`{}` may be a list", target.shown));
        if let (Value::Text(_), Some(why)) = (stated, stated.why().map(String::from).or_else(list)) {
            let text = format!("how many subnets {of} has is not known: {why}");
            self.estate.note(NoteKind::Unresolved, text, origin);
            return Vec::new();
        }
        stated.entries().iter().map(Value::reference).collect()
    }

    fn balancer(&mut self, item: &Item, subnets: &Subnets) {
        let kind = match item.get("Type").text().as_deref() {
            None | Some("application") => BalancerKind::Alb,
            Some("network") => BalancerKind::Nlb,
            Some(_) => BalancerKind::Other,
        };
        if kind == BalancerKind::Other {
            self.other(item, "is neither an ALB nor an NLB");
        }
        let mut stated = item.get("Subnets");
        if stated.is_absent() {
            let mappings = item.get("SubnetMappings");
            let each = mappings.entries().iter().map(|mapping| mapping.get("SubnetId").clone());
            stated = Value::List(each.filter(|subnet| !subnet.is_absent()).collect());
        }
        let own = self.subnets(&stated, &format!("load balancer `{}`", item.name), &item.origin);
        let found: Option<Vec<&(Value, Option<String>)>> =
            own.iter().map(|subnet| if let Reference::To(id) = subnet { subnets.get(id) } else { None }).collect();
        let found = found.unwrap_or_default();
        let zones: Option<BTreeSet<&String>> = found.iter().map(|(_, zone)| zone.as_ref()).collect();
        let attributes = item.attributes("LoadBalancerAttributes");
        let mut identity = item.identity("Name");
        for attribute in ["DNSName", "LoadBalancerArn", "LoadBalancerFullName"] {
            identity.aliases.push(item.shown(Some(attribute)));
        }
        self.estate.balancers.push(Balancer {
            identity,
            kind,
            internal: item.get("Scheme").text().map(|scheme| scheme == "internal"),
            subnets: own,
            vpc: found.first().map(|(vpc, _)| vpc.reference()),
            zones: zones.filter(|zones| !zones.is_empty()).map(|zones| zones.len() as u32),
            cross_zone: attributes.get("load_balancing.cross_zone.enabled").and_then(Value::boolean),
            idle_timeout_s: attributes.get("idle_timeout.timeout_seconds").and_then(Value::number),
        });
    }

    fn classic(&mut self, item: &Item) {
        self.other(item, "is a Classic Load Balancer");
        let internal = item.get("Scheme").text().map(|scheme| scheme == "internal");
        let subnets = self.subnets(&item.get("Subnets"), &format!("load balancer `{}`", item.name), &item.origin);
        let mut identity = item.identity("LoadBalancerName");
        identity.aliases.push(item.shown(Some("DNSName")));
        let (kind, idle) = (BalancerKind::Other, item.get("ConnectionSettings").get("IdleTimeout").number());
        let cross_zone = item.get("CrossZone").boolean();
        let balancer =
            Balancer { identity, kind, internal, subnets, vpc: None, zones: None, cross_zone, idle_timeout_s: idle };
        self.estate.balancers.push(balancer);
    }

    fn other(&mut self, item: &Item, what: &str) {
        let text = format!("load balancer `{}` {what}, which is not simulated", item.name);
        self.estate.note(NoteKind::PassedOver, text, &item.origin);
    }

    fn listener(&mut self, item: &Item) {
        let balancer = item.get("LoadBalancerArn").reference();
        self.need(&balancer, || format!("the load balancer of listener `{}`", item.name), &item.origin);
        let mut identity = item.identity("");
        identity.aliases.push(item.shown(Some("ListenerArn")));
        let forwards = self.forwards(&item.get("DefaultActions"), &format!("listener `{}`", item.name), &item.origin);
        let (port, protocol) = (item.get("Port").whole(), item.get("Protocol").text());
        let answers = forwards.is_empty() && answers(&item.get("DefaultActions"));
        self.estate.listeners.push(Listener { identity, balancer, port, protocol, forwards, answers });
    }

    fn rule(&mut self, item: &Item) {
        let listener = item.get("ListenerArn").reference();
        self.need(&listener, || format!("the listener of rule `{}`", item.name), &item.origin);
        let forwards = self.forwards(&item.get("Actions"), &format!("rule `{}`", item.name), &item.origin);
        let (mut paths, mut hosts, mut other_conditions) = (Vec::new(), Vec::new(), false);
        for condition in item.get("Conditions").entries() {
            let (patterns, config) = match condition.get("Field").text().as_deref() {
                Some("path-pattern") => (&mut paths, "PathPatternConfig"),
                Some("host-header") => (&mut hosts, "HostHeaderConfig"),
                _ => {
                    other_conditions = true;
                    continue;
                }
            };
            let before = patterns.len();
            let stated = [condition.get("Values"), condition.get(config).get("Values")];
            patterns.extend(stated.iter().flat_map(|values| values.entries()).filter_map(Value::shown));
            other_conditions |= patterns.len() == before;
        }
        let (identity, priority) = (item.identity(""), item.get("Priority").whole());
        let answers = forwards.is_empty() && answers(&item.get("Actions"));
        let rule = Rule { identity, listener, priority, paths, hosts, other_conditions, forwards, answers };
        self.estate.rules.push(rule);
    }

    /// Target groups that actions forward to, each once.
    fn forwards(&mut self, actions: &Value, of: &str, origin: &Origin) -> Vec<Forward> {
        let mut found: Vec<Forward> = Vec::new();
        for action in actions.entries() {
            let weighted = action.get("ForwardConfig").get("TargetGroups").entries();
            for stated in std::iter::once(action).chain(weighted) {
                let group = stated.get("TargetGroupArn");
                if group.is_absent() {
                    continue;
                }
                let group = group.reference();
                let at = found.iter().position(|one| one.group == group).unwrap_or_else(|| {
                    self.need(&group, || format!("a target group of {of}"), origin);
                    found.push(Forward { group, weight: 1 });
                    found.len() - 1
                });
                match (stated.get("Weight").whole(), stated.get("Weight").why()) {
                    (Some(weight), _) => found[at].weight = weight,
                    (None, Some(why)) => {
                        let text = format!("the weight of a target group of {of} is not known: {why}");
                        self.estate.note(NoteKind::Unresolved, text, origin);
                    }
                    (None, None) => {}
                }
            }
        }
        found
    }

    /// A target group; `instances` are those of the templates with their zones.
    fn target_group(&mut self, item: &Item, instances: &BTreeMap<Id, String>) {
        let kind = match item.get("TargetType").text().as_deref() {
            Some("ip") => TargetKind::Ip,
            Some("lambda") => TargetKind::Lambda,
            Some("alb") => TargetKind::Alb,
            _ => TargetKind::Instance,
        };
        let stated = item.get("Targets");
        let targets: Vec<Reference> = stated.entries().iter().map(|target| target.get("Id").reference()).collect();
        let stated_zones = stated.entries().iter().map(|target| target.get("AvailabilityZone").shown());
        // Targets outside the VPC have `all` for their zone.
        let zone = |(target, zone): (&Reference, Option<String>)| match (zone, target) {
            (Some(zone), _) => Some(zone).filter(|zone| zone != "all"),
            (None, Reference::To(id)) => instances.get(id).cloned(),
            (None, _) => None,
        };
        let zones: Option<BTreeSet<String>> = targets.iter().zip(stated_zones).map(zone).collect();
        let zones = zones.unwrap_or_default();
        if kind == TargetKind::Alb {
            for target in &targets {
                self.need(target, || format!("the ALB of target group `{}`", item.name), &item.origin);
            }
        }
        let mut identity = item.identity("Name");
        identity.aliases.push(item.shown(Some("TargetGroupArn")));
        let attributes = item.attributes("TargetGroupAttributes");
        let vpc = item.get("VpcId");
        self.estate.target_groups.push(TargetGroup {
            identity,
            kind,
            targets,
            listed: false,
            zones,
            desired: None,
            vpc: (!vpc.is_absent()).then(|| vpc.reference()),
            cross_zone: attributes.get("load_balancing.cross_zone.enabled").and_then(Value::boolean),
            service: None,
        });
    }
}

/// Whether actions hold a redirect or a fixed answer.
fn answers(actions: &Value) -> bool {
    let own = |action: &&Value| matches!(action.get("Type").text().as_deref(), Some("redirect" | "fixed-response"));
    actions.entries().iter().any(|action| own(&action))
}
