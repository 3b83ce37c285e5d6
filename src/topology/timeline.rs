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
    let of_hop = |event: &Event| if event.hop.as_deref() == Some(hop) { pick(event.change) } else { None };
    picked(scenario, warmup_ns, base, of_hop)
}

/// The same of whatever events `pick` takes.
pub(super) fn picked<T: Copy>(
    scenario: &Scenario,
    warmup_ns: u64,
    base: T,
    pick: impl Fn(&Event) -> Option<T>,
) -> Steps<T> {
    let ours: Vec<(&Event, T)> =
        scenario.events.iter().filter_map(|event| pick(event).map(|value| (event, value))).collect();
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

/// Pieces into which a ramp is cut where another factor changes at the same time: the product of two lines is none.
const PIECES: u64 = 16;

/// The rate factor of arrivals over time: the profile times every `rate_factor` event without a hop, as points between which
/// it is linear; two points of one instant are a jump. Empty where it never changes.
pub(super) fn rate_profile(scenario: &Scenario, warmup_ns: u64) -> Vec<(u64, f64)> {
    let mut points = relative_profile(scenario);
    points.iter_mut().for_each(|(at, _)| *at = warmup_ns.saturating_add(*at));
    points
}

/// The same, with instants that count from the end of the warm-up.
pub(super) fn relative_profile(scenario: &Scenario) -> Vec<(u64, f64)> {
    let profile = &scenario.workload.profile;
    let events: Vec<Surge> = scenario.events.iter().filter_map(Surge::of).collect();
    if profile.is_empty() && events.is_empty() {
        return Vec::new();
    }
    let mut instants: Vec<u64> = profile.iter().map(|point| point.0.0).collect();
    for event in &events {
        let ramps = [Some(event.at), event.until].into_iter().flatten();
        let several = events.len() > 1 || !profile.is_empty();
        let pieces = if several { PIECES } else { 1 };
        for from in ramps {
            let of_ramp = (0..=pieces).map(|piece| from.saturating_add(event.ramp / pieces * piece));
            instants.extend(of_ramp);
            instants.push(from.saturating_add(event.ramp));
        }
    }
    instants.sort_unstable();
    instants.dedup();
    let product = |at: u64, after: bool| events.iter().map(|event| event.factor(at, after)).product::<f64>();
    let mut points = Vec::new();
    for at in instants {
        let shape = level(profile, at);
        let (before, after) = (shape * product(at, false), shape * product(at, true));
        points.push((at, before));
        if before != after {
            points.push((at, after));
        }
    }
    points
}

/// A `rate_factor` of the arrivals.
struct Surge {
    at: u64,
    until: Option<u64>,
    ramp: u64,
    factor: f64,
}

impl Surge {
    fn of(event: &Event) -> Option<Surge> {
        let Change::RateFactor(factor) = event.change else { return None };
        let (at, until, ramp) = (event.at.0, event.until.map(|until| until.0), event.ramp.0);
        event.hop.is_none().then_some(Surge { at, until, ramp, factor })
    }

    /// Its factor just before `at`, or just after it: up along the ramp, level, down along the ramp.
    fn factor(&self, at: u64, after: bool) -> f64 {
        // How far along a ramp that begins at `from`, 0 to 1.
        let along = |from: u64| match at.checked_sub(from) {
            None => 0.0,
            Some(0) => f64::from(u8::from(after && self.ramp == 0)),
            Some(past) if past >= self.ramp => 1.0,
            Some(past) => past as f64 / self.ramp as f64,
        };
        let down = self.until.map_or(0.0, along);
        // A ramp that is cut short falls from where it had come to.
        let up = self.until.map_or_else(|| along(self.at), |until| along(self.at).min(reached(self, until)));
        1.0 + (self.factor - 1.0) * up * (1.0 - down)
    }
}

/// How far the ramp of `surge` has come when it ends.
fn reached(surge: &Surge, until: u64) -> f64 {
    if surge.ramp == 0 { 1.0 } else { ((until - surge.at) as f64 / surge.ramp as f64).min(1.0) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Document;

    fn points(text: &str) -> Vec<(u64, f64)> {
        let scenario = Document::parse(text, "ramp", std::path::Path::new(".")).and_then(|read| read.resolve(&[]));
        let seconds = |(at, factor): (u64, f64)| (at / 1_000_000_000, (factor * 1e9).round() / 1e9);
        scenario.map(|scenario| relative_profile(&scenario).into_iter().map(seconds).collect()).unwrap_or_default()
    }

    #[test]
    fn a_step_jumps_and_a_ramp_rises_and_falls() {
        let step = "[[event]]\nat = \"10s\"\nuntil = \"20s\"\nrate_factor = 3\n";
        assert_eq!(points(step), [(10, 1.0), (10, 3.0), (20, 3.0), (20, 1.0)]);
        assert_eq!(points(&format!("{step}ramp = \"5s\"\n")), [(10, 1.0), (15, 3.0), (20, 3.0), (25, 1.0)]);
        let for_ever = "[[event]]\nat = \"10s\"\nrate_factor = 3\nramp = \"5s\"\n";
        assert_eq!(points(for_ever), [(10, 1.0), (15, 3.0)]);
    }

    #[test]
    fn a_ramp_cut_short_falls_from_where_it_was() {
        let cut = "[[event]]\nat = \"10s\"\nuntil = \"15s\"\nrate_factor = 3\nramp = \"10s\"\n";
        assert_eq!(points(cut), [(10, 1.0), (15, 2.0), (20, 1.5), (25, 1.0)]);
    }

    #[test]
    fn two_ramps_at_once_multiply() {
        let ramp = "[[event]]\nat = \"0s\"\nrate_factor = 3\nramp = \"16s\"\n";
        let both = points(&format!("{ramp}{ramp}"));
        assert_eq!(both.len(), 17);
        assert!(both.contains(&(8, 4.0)) && both.contains(&(16, 9.0)), "{both:?}");
    }
}
