//! Load balancers whose capacity follows load: what each could take, over time, compiled from the load that is offered.

use std::collections::BTreeMap;

use super::arrivals::offered_rate;
use super::builder::Builder;
use super::timeline::relative_profile;
use crate::aws::changes::{time, value};
use crate::aws::fleet::Behind;
use crate::aws::part::Part;
use crate::aws::system::System;
use crate::engine::network::{LimiterSpec, Refill, Steps};
use crate::scenario::{Arrivals, Scenario};

/// Steps into which the time of a doubling (or of 3 Gbps more) is cut.
const PIECES: u64 = 10;
/// Most steps of a capacity: at 30 s each, five weeks.
const MOST_STEPS: u64 = 100_000;

/// The rate that all services offer together, over time from the end of the warm-up on, as a share of that in the scenario.
struct Offered<'a> {
    /// Points between which it is linear; empty: 1.
    points: Vec<(u64, f64)>,
    trace: Option<(&'a [u64], f64)>,
}

impl<'a> Offered<'a> {
    fn new(scenario: &'a Scenario) -> Offered<'a> {
        let trace = match &scenario.workload.arrivals {
            Arrivals::Trace(trace) => {
                let mean = trace.at.len() as f64 / trace.length.max(1) as f64;
                Some((trace.at.as_slice(), mean))
            }
            _ => None,
        };
        Offered { points: relative_profile(scenario), trace }
    }

    fn constant(&self) -> bool {
        self.points.is_empty() && self.trace.is_none()
    }

    /// The highest value between two instants; of a trace the mean between them.
    fn highest(&self, from: u64, to: u64) -> f64 {
        if let Some((at, mean)) = self.trace {
            let count = at.partition_point(|&at| at < to) - at.partition_point(|&at| at < from);
            return count as f64 / (to - from).max(1) as f64 / mean;
        }
        let inside = self.points.iter().filter(|(at, _)| from <= *at && *at < to).map(|(_, factor)| *factor);
        // A load that comes at `to` is not within.
        let before = self.between(self.points.partition_point(|point| point.0 < to), to);
        inside.chain([self.at(from), before]).fold(0.0, f64::max)
    }

    /// The highest value of all; of a trace it is not known.
    fn peak(&self) -> f64 {
        if self.trace.is_some() { f64::INFINITY } else { self.highest(0, u64::MAX) }
    }

    /// The value that a load balancer has adapted to at the start.
    fn first(&self, step: u64) -> f64 {
        if self.trace.is_some() { self.highest(0, step) } else { self.at(0) }
    }

    fn at(&self, at: u64) -> f64 {
        self.between(self.points.partition_point(|point| point.0 <= at), at)
    }

    /// The value at an instant before which `after` points lie.
    fn between(&self, after: usize, at: u64) -> f64 {
        match (after.checked_sub(1).map(|i| self.points[i]), self.points.get(after)) {
            (None, None) => 1.0,
            (None, Some(&(_, factor))) | (Some((_, factor)), None) => factor,
            (Some((from, first)), Some(&(to, last))) => {
                first + (last - first) * (at - from) as f64 / (to - from) as f64
            }
        }
    }

    /// The last instant at which it changes.
    fn ends(&self) -> u64 {
        self.trace
            .map_or_else(|| self.points.last().map_or(0, |point| point.0), |(at, _)| at.last().copied().unwrap_or(0))
    }
}

/// How a capacity grows in one step: what it may become at most.
type Grows = fn(f64) -> f64;

/// Capacity at the start and its later values: in every step of `step` ns it becomes what was asked for in the last one, but no more
/// than `most` of what it was; it never falls.
fn follow(
    offered: &Offered<'_>,
    first: f64,
    asked: impl Fn(f64) -> f64,
    step: u64,
    most: Grows,
) -> (f64, Vec<(u64, f64)>) {
    let mut capacity = first;
    let mut changes = Vec::new();
    let peak = asked(offered.peak());
    let ends = offered.ends();
    for number in 1..=MOST_STEPS {
        let at = step.saturating_mul(number);
        let wanted = asked(offered.highest(at - step, at));
        let next = wanted.max(capacity).min(most(capacity));
        if next > capacity {
            changes.push((at, next));
            capacity = next;
        }
        if capacity >= peak || (at > ends && capacity >= wanted) {
            break;
        }
    }
    (first, changes)
}

/// The load balancers of a scenario that follow load, as limiters; nothing where none can be behind.
#[derive(Debug, Default)]
pub(super) struct Capacities {
    limiters: BTreeMap<(Part, u32), u32>,
}

impl Capacities {
    /// `services` are the load balancers of each service and its share of the rate.
    pub(super) fn new(builder: &mut Builder<'_>, system: &System, services: &[(Behind, f64)]) -> Capacities {
        let scenario = builder.request.scenario;
        let offered = Offered::new(scenario);
        let rate = offered_rate(scenario, builder.request.services).unwrap_or(0.0);
        if !system.load_balancers.follow_load || offered.constant() || rate <= 0.0 {
            return Capacities::default();
        }
        let mut rates: BTreeMap<(Part, u32), f64> = BTreeMap::new();
        for (behind, share) in services {
            for (part, unit) in [(Part::Alb, behind.alb), (Part::Nlb, behind.nlb)] {
                if let Some(unit) = unit {
                    *rates.entry((part, unit)).or_default() += share * rate;
                }
            }
        }
        let mut capacities = Capacities::default();
        for ((part, unit), rate) in rates {
            let (first, changes) = match part {
                Part::Alb => of_alb(&offered, rate, system.load_balancers.alb_headroom),
                _ => of_nlb(&offered, rate, system),
            };
            let warmup_ns = builder.request.warmup_ns;
            let changes = changes.into_iter().map(|(at, value)| (warmup_ns.saturating_add(at), value)).collect();
            let limiter = builder.limiter(LimiterSpec {
                rate: first,
                // What comes within a second may come at once.
                burst: first.ceil().clamp(1.0, f64::from(u32::MAX)) as u32,
                refill: Refill::Continuous,
                starts_full: true,
                rate_changes: Steps::new(changes),
                burst_changes: Steps::default(),
            });
            capacities.limiters.insert((part, unit), limiter);
        }
        capacities
    }

    /// The limiter of a unit.
    pub(super) fn of(&self, part: Part, behind: &Behind) -> Option<u32> {
        let unit = if part == Part::Alb { behind.alb } else { behind.nlb };
        self.limiters.get(&(part, unit?)).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.limiters.is_empty()
    }
}

/// An ALB has `headroom` times the load that it has adapted to, and at most doubles in the table's time.
fn of_alb(offered: &Offered<'_>, rate: f64, headroom: f64) -> (f64, Vec<(u64, f64)>) {
    let asked = |factor: f64| headroom * rate * factor;
    let step = time("alb-growth.period").0 / PIECES;
    follow(offered, asked(offered.first(step)).max(1.0), asked, step, |capacity| {
        capacity * libm::pow(2.0, 1.0 / PIECES as f64)
    })
}

/// An NLB has 3 Gbps, or what it carries at the start, and adds 3 Gbps a minute; the larger direction counts.
fn of_nlb(offered: &Offered<'_>, rate: f64, system: &System) -> (f64, Vec<(u64, f64)>) {
    let Some(bytes) = system.traffic.larger().filter(|bytes| *bytes > 0.0) else { return (1e9, Vec::new()) };
    let requests = 1e9 / 8.0 / bytes;
    let asked = |factor: f64| rate * factor / requests;
    let step = 60_000_000_000 / PIECES;
    let first = asked(offered.first(step)).max(value("nlb-growth.initial"));
    let (first, changes) =
        follow(offered, first, asked, step, |capacity| capacity + value("nlb-growth.step") / PIECES as f64);
    (first * requests, changes.into_iter().map(|(at, gbps)| (at, gbps * requests)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    const S: u64 = 1_000_000_000;

    fn step(at: u64, factor: f64) -> Offered<'static> {
        Offered { points: vec![(at * S, 1.0), (at * S, factor)], trace: None }
    }

    fn at(capacity: &(f64, Vec<(u64, f64)>), seconds: u64) -> f64 {
        capacity.1.iter().rev().find(|(at, _)| *at <= seconds * S).map_or(capacity.0, |change| change.1)
    }

    #[test]
    fn an_alb_doubles_in_five_minutes_until_it_is_enough() {
        let capacity = of_alb(&step(60, 8.0), 100.0, 2.0);
        assert_eq!(capacity.0, 200.0);
        assert!((at(&capacity, 60) - 200.0).abs() < 1e-9, "{}", at(&capacity, 60));
        // From the first step after the load came, at 90 s: by 360 s ten steps have doubled it.
        assert!((at(&capacity, 360) - 400.0).abs() < 1e-6, "{}", at(&capacity, 360));
        assert!((at(&capacity, 660) - 800.0).abs() < 1e-6);
        assert!((at(&capacity, 960) - 1_600.0).abs() < 1e-6);
        // Thirty steps, and perhaps one more for what rounding left.
        assert!((30..=31).contains(&capacity.1.len()), "{:?}", capacity.1.last());
    }

    #[test]
    fn a_doubling_is_always_taken() {
        assert_eq!(of_alb(&step(60, 2.0), 100.0, 2.0).0, 200.0);
        let slow = Offered { points: vec![(0, 1.0), (3_600 * S, 8.0)], trace: None };
        let capacity = of_alb(&slow, 100.0, 2.0);
        let behind = |second: u64| at(&capacity, second) < 100.0 * slow.at(second * S);
        assert!((0..4_000).step_by(10).all(|second| !behind(second)));
    }

    #[test]
    fn an_nlb_adds_three_gbps_a_minute() {
        let mut system = System::aws_defaults(Vec::new());
        (system.traffic.request, system.traffic.response) = (Some(Bytes(1_000)), Some(Bytes(125_000)));
        // A request is a megabit towards the client: 3 Gbps are 3,000 requests a second.
        let capacity = of_nlb(&step(60, 10.0), 1_000.0, &system);
        assert_eq!(capacity.0, 3_000.0);
        assert!((at(&capacity, 120) - 6_000.0).abs() < 1e-6, "{}", at(&capacity, 120));
        assert!((at(&capacity, 200) - 9_900.0).abs() < 1e-6 && (at(&capacity, 204) - 10_000.0).abs() < 1e-6);
    }
}
