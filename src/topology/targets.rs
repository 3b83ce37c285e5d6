//! The targets of the services as stations, and how the last balancer chooses among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::builder::Builder;
use super::gates::Gates;
use super::members::{self, Lost, Member, Outage, Span, Timeline};
use super::options::hop_names as names;
use super::rotation::{Closed, out_of_dns, rotations};
use super::{Load, LoadKind};
use crate::aws::changes::{Autoscaling, ScalingMetric};
use crate::aws::fleet::Behind;
use crate::aws::option::ArchitectureOption;
use crate::aws::part::Part;
use crate::aws::quotas;
use crate::aws::system::{Balancing as Wanted, Listed, System};
use crate::engine::network::{self, Balancing, Coin, Group, Scaling, StationKind};
use crate::random::StreamId;
use crate::scenario::Station;

/// One service as it is simulated.
pub(super) struct Service<'a> {
    pub listed: Option<&'a Listed>,
    pub option: &'a ArchitectureOption,
    /// The last balancer of its path (or Cloud Map), which chooses among its targets.
    pub balancer: Part,
    /// The account of its API, from 0: throttles count in each.
    pub account: u32,
    /// Relative share of the traffic.
    pub weight: f64,
    /// Its load balancers, where it matters which they are.
    pub behind: Behind,
}

impl Service<'_> {
    /// The most targets that take attempts at once; deployments bring more.
    pub(super) fn targets(&self, system: &System) -> u32 {
        system.most_targets_of(self.listed)
    }

    /// Whether its flows go by zone: an NLB that balances within each zone alone.
    fn by_zone(&self, system: &System) -> bool {
        self.balancer == Part::Nlb && !system.network.nlb_cross_zone
    }
}

/// Stations and groups of the services' targets; returns the load of the busiest. The number of stations of each service is that of
/// its group.
pub(super) fn stations(
    builder: &mut Builder<'_>,
    system: &System,
    services: &[Service<'_>],
    rate_per_weight: f64,
    admitted: f64,
) -> Option<Load> {
    let mut kinds = Kinds::default();
    let mut busiest: Option<Load> = None;
    let changes = Changes::new(builder, system, services);
    for (index, service) in services.iter().enumerate() {
        let targets = service.targets(system);
        let base = kinds.of(builder, system, service);
        let (mut balancing, largest) = balancing(system, service, targets);
        let first = builder.network.stations.len() as u32;
        let members = changes.members.get(index).map_or(&[][..], Vec::as_slice);
        let by_zone = changes.closed(system, service);
        let counts = matches!(balancing, Balancing::LeastOutstanding(_));
        let (rotations, nobody) = rotations(builder, members, by_zone.as_ref(), counts);
        if members.is_empty() {
            builder.stations(base, targets);
        }
        let lost = lost(system, service);
        for member in members {
            let kind = kinds.changed(builder, base, member, &lost);
            builder.stations(kind, 1);
        }
        if nobody {
            let kind = add(builder, base, lost.nobody(&builder.network.kinds[usize::from(base)]));
            builder.stations(kind, 1);
        }
        let scaling = system.autoscaling_of(service.listed).map(|scaling| {
            builder.network.scalings.push(tracked(&scaling, system.targets_of(service.listed)));
            builder.network.scalings.len() as u32 - 1
        });
        if matches!(balancing, Balancing::Weighted(..)) && (scaling.is_some() || !rotations.is_empty()) {
            // Rotations have the weights; a number that changes has none.
            balancing = Balancing::ByConnection;
        }
        let count = builder.network.stations.len() as u32 - first;
        builder.network.groups.push(Group { first, count, balancing, rotations, scaling });
        let load = load(builder, base, rate_per_weight * service.weight * admitted * largest);
        if busiest.as_ref().is_none_or(|busiest| load.load > busiest.load) {
            busiest = Some(load);
        }
    }
    busiest
}

/// The load of one target of a kind at `rate` attempts per second.
fn load(builder: &Builder<'_>, kind: u16, rate: f64) -> Load {
    let spec = &builder.network.kinds[usize::from(kind)];
    let service_s = builder.legend.laws[usize::from(kind)].mean_ns() * 1e-9;
    Load {
        hop: names::SERVICE.into(),
        load: rate * service_s / f64::from(spec.servers),
        rate,
        service_s,
        kind: LoadKind::Station { unbounded: false, servers: spec.servers, queue: Some(spec.queue) },
    }
}

/// Kinds of targets: those of services that differ, and those to which something happens.
#[derive(Default)]
struct Kinds<'a> {
    plain: Vec<(Option<&'a Listed>, u16)>,
    changed: Vec<(Changed, u16)>,
}

/// What tells kinds of targets apart to which something happens.
#[derive(PartialEq)]
struct Changed {
    base: u16,
    outages: Vec<Outage>,
    slow: Vec<(Span, f64)>,
    runs: Option<Span>,
    lost: Lost,
}

impl<'a> Kinds<'a> {
    fn of(&mut self, builder: &mut Builder<'_>, system: &System, service: &Service<'a>) -> u16 {
        let listed = service.listed;
        let differs = listed.filter(|l| l.concurrency.is_some() || l.time.is_some() || l.queue.is_some());
        let known = self.plain.iter().find(|(known, _)| match (known, differs) {
            (None, None) => true,
            (Some(a), Some(b)) => std::ptr::eq(*a, b),
            _ => false,
        });
        if let Some(&(_, kind)) = known {
            return kind;
        }
        let station = Station {
            time: listed.and_then(|l| l.time.as_ref()).unwrap_or(&system.services.time).clone(),
            servers: Some(listed.and_then(|l| l.concurrency).unwrap_or(system.services.concurrency)),
            queue: Some(listed.and_then(|l| l.queue).unwrap_or(system.services.queue)),
            patience: None,
            failure: 0.0,
        };
        let kind = builder.kind(names::SERVICE, &station);
        self.plain.push((differs, kind));
        kind
    }

    fn changed(&mut self, builder: &mut Builder<'_>, base: u16, member: &Member, lost: &Lost) -> u16 {
        if !member.changes() {
            return base;
        }
        let Member { outages, slow, runs, .. } = member.clone();
        let changed = Changed { base, outages, slow, runs, lost: *lost };
        if let Some((_, kind)) = self.changed.iter().find(|(known, _)| *known == changed) {
            return *kind;
        }
        let kind = member.kind(&builder.network.kinds[usize::from(base)], lost);
        let index = add(builder, base, kind);
        self.changed.push((changed, index));
        index
    }
}

/// A kind of target that something happens to, whose law is that of `base`.
fn add(builder: &mut Builder<'_>, base: u16, kind: StationKind) -> u16 {
    builder.network.kinds.push(kind);
    let law = builder.legend.laws[usize::from(base)].clone();
    builder.legend.laws.push(law);
    (builder.network.kinds.len() - 1) as u16
}

fn lost(system: &System, service: &Service<'_>) -> Lost {
    let idle = (quotas::limit(system, "elb.alb-idle-timeout") * 1e9) as u64;
    Lost::behind(service.balancer, &system.health.of(service.balancer), service.option.api().answers(), idle)
}

/// What happens to the targets of all services, and to the zones of their NLBs. Empty where nothing does.
#[derive(Default)]
struct Changes {
    members: Vec<Vec<Member>>,
    /// Nodes of a lost zone: who goes there is lost on the way.
    dead: Closed,
    /// Zones of each NLB that callers do not know.
    out: BTreeMap<u32, Closed>,
}

impl Changes {
    fn new(builder: &Builder<'_>, system: &System, services: &[Service<'_>]) -> Changes {
        let (scenario, warmup_ns) = (builder.request.scenario, builder.request.warmup_ns);
        if !members::any(scenario) {
            return Changes::default();
        }
        let timeline = |(number, service): (usize, &Service<'_>)| {
            let (service, number, balancer) = (number as u32, service.targets(system), service.balancer);
            Timeline { scenario, system, warmup_ns, service, number, balancer }.members()
        };
        let members: Vec<Vec<Member>> = services.iter().enumerate().map(timeline).collect();
        let mut by_nlb: BTreeMap<u32, Vec<&[Member]>> = BTreeMap::new();
        for (service, members) in services.iter().zip(&members).filter(|(service, _)| service.by_zone(system)) {
            by_nlb.entry(service.behind.nlb.unwrap_or(0)).or_default().push(members.as_slice());
        }
        let (zones, ttl) = (system.network.zones, system.health.nlb.dns_ttl.0);
        let out = by_nlb.into_iter().map(|(nlb, groups)| (nlb, out_of_dns(groups.into_iter(), zones, ttl))).collect();
        let dead = Gates::new(scenario, warmup_ns).lost_zones(zones);
        Changes { members, dead, out }
    }

    /// When each zone is closed to a service's flows; `None` where they do not go by zone.
    fn closed(&self, system: &System, service: &Service<'_>) -> Option<Closed> {
        if self.members.is_empty() || !service.by_zone(system) {
            return None;
        }
        let mut closed = self.dead.clone();
        let out = self.out.get(&service.behind.nlb.unwrap_or(0)).into_iter().flatten();
        closed.iter_mut().zip(out).for_each(|(closed, out)| closed.extend(out));
        Some(closed)
    }
}

/// Target tracking in the engine's words.
fn tracked(scaling: &Autoscaling, initial: u32) -> Scaling {
    Scaling {
        metric: match scaling.metric {
            ScalingMetric::Utilisation => network::ScalingMetric::Utilisation,
            ScalingMetric::RequestsPerTarget => network::ScalingMetric::RequestsPerStation,
        },
        target: scaling.target,
        min: scaling.min,
        initial,
        max: scaling.max,
        period: scaling.period.0,
        delay: scaling.delay.0,
        warm_up: scaling.warm_up.0,
        out_after: scaling.out_after,
        in_after: scaling.in_after,
        in_below: scaling.in_below,
        cool_out: scaling.cooldown_out.0,
        cool_in: scaling.cooldown_in.0,
    }
}

/// How a service's targets are chosen, and the largest share that one of them gets.
fn balancing(system: &System, service: &Service<'_>, targets: u32) -> (Balancing, f64) {
    let even = 1.0 / f64::from(targets);
    let random = StreamId::new(names::SERVICE, "target");
    match (system.services.balancing, service.balancer) {
        (Wanted::RoundRobin, _) | (Wanted::Inherit, Part::Alb) => (Balancing::RoundRobin, even),
        (Wanted::LeastOutstanding, _) => (Balancing::LeastOutstanding(random), even),
        (Wanted::Random, _) | (Wanted::Inherit, Part::CloudMap) => (Balancing::Random(random), even),
        (Wanted::Inherit, _) => {
            let shares = flow_shares(targets, system.network.zones, system.network.nlb_cross_zone);
            let largest = shares.iter().copied().fold(0.0, f64::max);
            if shares.iter().all(|share| *share == shares[0]) {
                return (Balancing::ByConnection, largest);
            }
            let mut sum = 0.0;
            let thresholds: Vec<u64> = shares
                .iter()
                .map(|share| {
                    sum += share;
                    Coin::new(sum, random).threshold.unwrap_or(0)
                })
                .collect();
            (Balancing::Weighted(random, Arc::new(thresholds)), largest)
        }
    }
}

/// Share of an NLB's new flows that each target gets. Callers choose a node (zone) evenly among those that have targets; with
/// cross-zone off a node sends to targets of its own zone only. Target j stands in zone j modulo the zones.
fn flow_shares(targets: u32, zones: u32, cross_zone: bool) -> Vec<f64> {
    let even = 1.0 / f64::from(targets);
    if cross_zone {
        return vec![even; targets as usize];
    }
    let nodes = zones.min(targets);
    let in_zone = |zone: u32| f64::from(targets / zones + u32::from(zone < targets % zones));
    (0..targets).map(|target| 1.0 / f64::from(nodes) / in_zone(target % zones)).collect()
}

#[cfg(test)]
mod tests {
    use super::flow_shares;

    #[test]
    fn flows_divide_by_zone_unless_balanced_across() {
        assert_eq!(flow_shares(3, 3, false), [1.0 / 3.0; 3]);
        assert_eq!(flow_shares(4, 3, false), [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0]);
        assert_eq!(flow_shares(2, 3, false), [0.5, 0.5]);
        assert_eq!(flow_shares(4, 3, true), [0.25; 4]);
    }
}
