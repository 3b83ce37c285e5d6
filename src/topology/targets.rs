//! The targets of the services as stations, and how the last balancer chooses among them.

use std::sync::Arc;

use super::builder::Builder;
use super::options::hop_names as names;
use super::{Load, LoadKind};
use crate::aws::option::ArchitectureOption;
use crate::aws::part::Part;
use crate::aws::system::{Balancing as Wanted, Listed, System};
use crate::engine::network::{Balancing, Coin, Group, Steps};
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
}

impl Service<'_> {
    pub(super) fn targets(&self, system: &System) -> u32 {
        self.listed.and_then(|listed| listed.targets).unwrap_or(system.services.targets)
    }
}

/// Stations and groups of the services' targets; returns the load of the busiest.
pub(super) fn stations(
    builder: &mut Builder<'_>,
    system: &System,
    services: &[Service<'_>],
    rate_per_weight: f64,
    admitted: f64,
) -> Option<Load> {
    let mut kinds: Vec<(Option<&Listed>, u16)> = Vec::new();
    let mut busiest: Option<Load> = None;
    for service in services {
        let targets = service.targets(system);
        let concurrency = service.listed.and_then(|l| l.concurrency).unwrap_or(system.services.concurrency);
        let time = service.listed.and_then(|l| l.time.as_ref()).unwrap_or(&system.services.time);
        let queue = service.listed.and_then(|l| l.queue).unwrap_or(system.services.queue);
        let differs = service.listed.filter(|l| l.concurrency.is_some() || l.time.is_some() || l.queue.is_some());
        let kind = match kinds.iter().find(|(known, _)| match (known, differs) {
            (None, None) => true,
            (Some(a), Some(b)) => std::ptr::eq(*a, b),
            _ => false,
        }) {
            Some(&(_, kind)) => kind,
            None => {
                let station = Station {
                    time: time.clone(),
                    servers: Some(concurrency),
                    queue: Some(queue),
                    patience: None,
                    failure: 0.0,
                };
                let kind = builder.kind(names::SERVICE, &station);
                kinds.push((differs, kind));
                kind
            }
        };
        let first = builder.stations(kind, targets);
        let (balancing, largest) = balancing(system, service, targets);
        builder.network.groups.push(Group {
            first,
            count: targets,
            balancing,
            rotations: Steps::default(),
            scaling: None,
        });
        let service_s = time.mean_ns() * 1e-9;
        let rate = rate_per_weight * service.weight * admitted * largest;
        let load = Load {
            hop: names::SERVICE.into(),
            load: rate * service_s / f64::from(concurrency),
            rate,
            service_s,
            kind: LoadKind::Station { unbounded: false, servers: concurrency, queue: Some(queue) },
        };
        if busiest.as_ref().is_none_or(|busiest| load.load > busiest.load) {
            busiest = Some(load);
        }
    }
    busiest
}

/// How a service's targets are chosen, and the largest share that one of them gets.
fn balancing(system: &System, service: &Service<'_>, targets: u32) -> (Balancing, f64) {
    let even = 1.0 / f64::from(targets);
    let random = StreamId::new(names::SERVICE, "target");
    match (system.services.balancing, service.balancer) {
        (Wanted::RoundRobin, _) | (Wanted::Inherit, Part::Alb) => (Balancing::RoundRobin, even),
        (Wanted::LeastOutstanding, _) => (Balancing::LeastOutstanding, even),
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
    let in_zone = |zone: u32| (0..targets).filter(|target| target % zones == zone).count() as f64;
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
