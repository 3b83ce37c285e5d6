//! Events and profiles: what changes while a network runs, as step functions on the replication's own clock.

use crate::engine::network::Steps;
use crate::scenario::{Change, Event, Scenario};

/// The changes of one quantity of a hop: `pick` takes the value of an event that changes it, `base` is its value without one.
/// Where events overlap, the one that began last holds.
pub(super) fn changes<T: Copy>(
    scenario: &Scenario,
    hop: &str,
    warmup_ns: u64,
    base: T,
    pick: impl Fn(Change) -> Option<T>,
) -> Steps<T> {
    let ours: Vec<(&Event, T)> = scenario
        .events
        .iter()
        .filter(|event| event.hop.as_deref() == Some(hop))
        .filter_map(|event| pick(event.change).map(|value| (event, value)))
        .collect();
    let mut instants: Vec<u64> =
        ours.iter().flat_map(|(event, _)| [Some(event.at.0), event.until.map(|until| until.0)]).flatten().collect();
    instants.sort_unstable();
    instants.dedup();
    let in_force = |at: u64| {
        ours.iter()
            .filter(|(event, _)| event.at.0 <= at && event.until.is_none_or(|until| at < until.0))
            .max_by_key(|(event, _)| event.at)
            .map_or(base, |&(_, value)| value)
    };
    Steps::new(instants.into_iter().map(|at| (warmup_ns.saturating_add(at), in_force(at))).collect())
}

/// The rate factor of arrivals over time: the profile times every `rate_factor` event without a hop, as points between which
/// it is linear; two points of one instant are a jump. Empty where it never changes.
pub(super) fn rate_profile(scenario: &Scenario, warmup_ns: u64) -> Vec<(u64, f64)> {
    let profile = &scenario.workload.profile;
    let events: Vec<(&Event, f64)> = scenario
        .events
        .iter()
        .filter(|event| event.hop.is_none())
        .filter_map(|event| match event.change {
            Change::RateFactor(factor) => Some((event, factor)),
            _ => None,
        })
        .collect();
    if profile.is_empty() && events.is_empty() {
        return Vec::new();
    }
    let mut instants: Vec<u64> = profile.iter().map(|point| point.0.0).collect();
    for (event, _) in &events {
        instants.push(event.at.0);
        instants.extend(event.until.map(|until| until.0));
    }
    instants.sort_unstable();
    instants.dedup();
    let product = |active: &dyn Fn(&Event) -> bool| {
        events.iter().filter(|(event, _)| active(event)).map(|(_, factor)| factor).product::<f64>()
    };
    let mut points = Vec::new();
    for at in instants {
        let shape = level(profile, at);
        let before = shape * product(&|event| event.at.0 < at && event.until.is_none_or(|until| at <= until.0));
        let after = shape * product(&|event| event.at.0 <= at && event.until.is_none_or(|until| at < until.0));
        let instant = warmup_ns.saturating_add(at);
        points.push((instant, before));
        if before != after {
            points.push((instant, after));
        }
    }
    points
}

/// The profile's factor at `at`, linear between its points and level outside.
fn level(profile: &[(crate::units::Duration, f64)], at: u64) -> f64 {
    let after = profile.partition_point(|point| point.0.0 <= at);
    match (after.checked_sub(1).map(|i| profile[i]), profile.get(after)) {
        (None, None) => 1.0,
        (None, Some(&(_, factor))) | (Some((_, factor)), None) => factor,
        (Some((from, first)), Some(&(to, last))) => {
            first + (last - first) * (at - from.0) as f64 / (to.0 - from.0) as f64
        }
    }
}
