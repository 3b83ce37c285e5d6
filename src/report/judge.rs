//! Whether an option does what is asked at the operating point, condition by condition. Not which option is the best.

use super::number;
use crate::results::{Ceiling, Estimate, Objective, OptionInfo, Point, Results, SaturationPoint};

/// Largest share of throttled requests that counts as none: the default criterion of a saturation.
const THROTTLED_ALLOWED: f64 = 0.001;

/// How one condition stands, from best to worst.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Holds on the quotas in force.
    Met,
    /// Holds once AWS grants a raise.
    AfterRaise,
    /// The interval holds the bound, or nothing was measured: why.
    Unsettled(String),
    /// Does not hold: why.
    Missed(String),
}

/// One condition of the question.
#[derive(Clone, Debug)]
pub struct Check {
    /// In words: `60 services`, `latency.p99 <= 250ms`.
    pub text: String,
    /// What decided it: `feature table`, `quota ladder`, `simulation`.
    pub decided_by: &'static str,
    /// How it stands.
    pub outcome: Outcome,
}

/// An option against the question.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// Place among the options, from 1.
    pub number: usize,
    /// The option.
    pub option: &'a OptionInfo,
    /// Its conditions, the same ones in the same order for every option.
    pub checks: Vec<Check>,
    /// Rungs that lie below the wanted services and can be raised.
    pub raises: Vec<&'a Ceiling>,
    /// First rung of structure; none where no quota stops it.
    pub structure: Option<&'a Ceiling>,
    /// First rung of traffic; none where the rate does not grow with services.
    pub traffic: Option<&'a Ceiling>,
    /// The simulated operating point; none where it was not simulated.
    pub point: Option<&'a Point>,
}

impl Judgement<'_> {
    /// The worst outcome of all conditions; `Met` where nothing is asked.
    #[must_use]
    pub fn standing(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome.clone()).max().unwrap_or(Outcome::Met)
    }

    /// From 0 (meets all today) to 3 (misses something), for comparing options.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self.standing() {
            Outcome::Met => 0,
            Outcome::AfterRaise => 1,
            Outcome::Unsettled(_) => 2,
            Outcome::Missed(_) => 3,
        }
    }

    /// Why conditions are missed.
    #[must_use]
    pub fn misses(&self) -> Vec<String> {
        let missed = |check: &Check| if let Outcome::Missed(why) = &check.outcome { Some(why.clone()) } else { None };
        self.checks.iter().filter_map(missed).collect()
    }

    /// Why conditions are not settled.
    #[must_use]
    pub fn unsettled(&self) -> Vec<String> {
        let open = |check: &Check| if let Outcome::Unsettled(why) = &check.outcome { Some(why.clone()) } else { None };
        self.checks.iter().filter_map(open).collect()
    }

    /// An estimate at the operating point; nulls where it was not simulated.
    #[must_use]
    pub fn metric(&self, name: &str) -> Estimate {
        self.point.and_then(|point| point.metrics.get(name)).copied().unwrap_or_default()
    }

    /// Whether today's quotas hold the wanted services.
    #[must_use]
    pub fn fits_today(&self) -> bool {
        !self.checks.iter().any(|check| {
            check.decided_by == "quota ladder" && matches!(check.outcome, Outcome::AfterRaise | Outcome::Missed(_))
        })
    }
}

/// Judges every option, in the order of the results.
#[must_use]
pub fn judge(results: &Results) -> Vec<Judgement<'_>> {
    results.options.iter().enumerate().map(|(i, option)| judge_one(results, i + 1, option)).collect()
}

/// The point of `option` at the wanted services and rate; of several, the one that offers most nearly the wanted rate.
#[must_use]
pub fn operating_point<'a>(results: &'a Results, option: Option<&str>) -> Option<&'a Point> {
    let wanted = &results.wanted;
    let distance = |point: &Point| {
        let offered = point.metrics.get("rate.offered").and_then(|e| e.value);
        let rate = point.axes.get("workload.rate_per_service").copied();
        match (rate, wanted.rate_per_service, offered, wanted.rate) {
            (Some(rate), Some(wanted), _, _) => (rate / wanted).ln().abs(),
            (_, _, Some(offered), Some(wanted)) => (offered / wanted).ln().abs(),
            _ => 0.0,
        }
    };
    results
        .points
        .iter()
        .filter(|point| point.option.as_deref() == option)
        .filter(|point| wanted.services.is_none() || point.services == wanted.services)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Services at which the simulation saw an option end for another reason than a quota; none where it was not asked or did not end.
#[must_use]
pub fn simulated_end<'a>(results: &'a Results, option: &str) -> Option<&'a SaturationPoint> {
    let own = |end: &&SaturationPoint| {
        end.option.as_deref() == Some(option)
            && end.vary == "services"
            && end.criterion != "quota"
            && end.value.is_some()
    };
    results.saturation.iter().find(own)
}

/// Services at which traffic ends an option: its first traffic rung or what the simulation saw, whichever is nearer.
#[must_use]
pub fn traffic_end(results: &Results, option: &Judgement) -> Option<f64> {
    let simulated = simulated_end(results, &option.option.name).and_then(|end| end.value);
    [simulated, option.traffic.map(|rung| f64::from(rung.services))].into_iter().flatten().min_by(f64::total_cmp)
}

/// US$ a month of all lines that have a price; none where none has.
#[must_use]
pub fn monthly(results: &Results, option: &str) -> Option<f64> {
    results.costs.iter().filter(|line| line.option == option).filter_map(|line| line.monthly).reduce(|a, b| a + b)
}

/// Warnings about the whole and about points: each sentence once, in order, with the number of points where there are several.
#[must_use]
pub fn warnings(results: &Results) -> Vec<String> {
    let mut seen: Vec<(&str, usize)> = Vec::new();
    for warning in results.warnings.iter().chain(results.points.iter().flat_map(|point| &point.warnings)) {
        match seen.iter_mut().find(|(message, _)| *message == warning.message) {
            Some((_, times)) => *times += 1,
            None => seen.push((&warning.message, 1)),
        }
    }
    let line = |(message, times): (&str, usize)| {
        if times > 1 { format!("{message} ({times} points)") } else { message.to_string() }
    };
    seen.into_iter().map(line).collect()
}

fn judge_one<'a>(results: &'a Results, number: usize, option: &'a OptionInfo) -> Judgement<'a> {
    let wanted = &results.wanted;
    let rungs = || results.ceilings.iter().filter(|rung| rung.option == option.name);
    let first = |kind: &'static str| rungs().filter(|rung| rung.kind == kind).min_by_key(|rung| rung.services);
    let services = wanted.services.unwrap_or(0);
    let below = |kind: &'static str| rungs().filter(move |rung| rung.kind == kind && rung.services < services);
    let point = operating_point(results, Some(&option.name));

    let mut checks: Vec<Check> = wanted.needs.iter().map(|need| need_check(option, need)).collect();
    if let Some(services) = wanted.services {
        let text = number::counted_services(services);
        checks.push(Check { text, decided_by: "quota ladder", outcome: quota_outcome(below("structure")) });
    }
    if let Some(rate) = wanted.rate {
        let quota = quota_outcome(below("traffic"));
        let simulated = point.map_or(Outcome::Met, carried);
        // A bucket that AWS can widen explains an overload that the simulation saw on today's bucket.
        let by_quota = quota != Outcome::Met;
        let outcome = if by_quota { quota } else { simulated };
        let decided_by = if by_quota { "quota ladder" } else { "simulation" };
        checks.push(Check { text: format!("{}/s carried", number::plain(rate)), decided_by, outcome });
    }
    let by_throttle = below("traffic").next().is_some();
    for objective in &wanted.objectives {
        let outcome = objective_outcome(objective, point, by_throttle);
        checks.push(Check { text: objective.text.clone(), decided_by: "simulation", outcome });
    }
    let raises = rungs().filter(|rung| rung.adjustable && rung.services < services).collect();
    Judgement { number, option, checks, raises, structure: first("structure"), traffic: first("traffic"), point }
}

fn need_check(option: &OptionInfo, need: &str) -> Check {
    let lacking = option.lacks.iter().any(|lacked| lacked == need);
    let outcome = if lacking { Outcome::Missed(format!("no {need}")) } else { Outcome::Met };
    Check { text: need.to_string(), decided_by: "feature table", outcome }
}

fn quota_outcome<'a>(below: impl Iterator<Item = &'a Ceiling>) -> Outcome {
    let mut outcome = Outcome::Met;
    for rung in below {
        if !rung.adjustable {
            let services = number::count(rung.services);
            return Outcome::Missed(format!("{} end it at {services} services, never raised", rung.name));
        }
        outcome = Outcome::AfterRaise;
    }
    outcome
}

/// Whether the point carries what is offered: a steady state, and no requests thrown away by a bucket.
fn carried(point: &Point) -> Outcome {
    if !point.stable {
        let by = point.bottleneck.as_deref().unwrap_or("a station");
        let load = point.bottleneck_load.map_or(String::new(), |load| format!(" at {}", number::percent(load)));
        return Outcome::Missed(format!("overloaded: {by}{load}"));
    }
    let throttled = point.metrics.get("outcome.throttled").copied().unwrap_or_default();
    match throttled.low.or(throttled.value) {
        Some(share) if share > THROTTLED_ALLOWED => Outcome::Missed(format!("{} throttled", number::percent(share))),
        _ => Outcome::Met,
    }
}

/// Decides by the whole interval, so that noise never passes or fails an option.
pub(super) fn objective_outcome(objective: &Objective, point: Option<&Point>, by_throttle: bool) -> Outcome {
    let Some(point) = point else { return Outcome::Unsettled(format!("{} was not simulated", objective.text)) };
    if !point.stable && by_throttle {
        return Outcome::Unsettled(format!("{} unknown: simulated on today's throttle", objective.text));
    }
    if !point.stable {
        return Outcome::Missed(format!("misses {}: no steady state", objective.text));
    }
    let estimate = point.metrics.get(&objective.metric).copied().unwrap_or_default();
    let (Some(low), Some(high)) = (estimate.low, estimate.high) else {
        return Outcome::Unsettled(format!("{}: too few requests to tell", objective.text));
    };
    let holds = |value: f64| match objective.relation.as_str() {
        "<=" => value <= objective.bound,
        "<" => value < objective.bound,
        ">=" => value >= objective.bound,
        _ => value > objective.bound,
    };
    let interval = number::interval(&estimate, "-").unwrap_or_default();
    match (holds(low), holds(high)) {
        (true, true) => Outcome::Met,
        (false, false) => {
            Outcome::Missed(format!("misses {}: {} ({interval})", objective.text, number::value(&estimate)))
        }
        _ => Outcome::Unsettled(format!("{} within the interval {interval}", objective.text)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn quotas_below_the_wanted_services_need_a_raise_or_end_it() {
        let mut results = fixture::orders();
        let judged = judge(&results);
        let ranks: Vec<u8> = judged.iter().map(Judgement::rank).collect();
        assert_eq!(ranks, [3, 1, 0, 1, 1]);
        assert_eq!(judged[0].misses(), ["no WAF on the API"]);
        assert_eq!(judged[1].raises.len(), 2);
        for rung in &mut results.ceilings {
            rung.adjustable = false;
        }
        assert!(judge(&results)[4].misses()[0].contains("never raised"));
    }

    #[test]
    fn an_interval_around_the_bound_settles_nothing() {
        let mut results = fixture::orders();
        results.wanted.objectives[0].bound = 121.0;
        let judged = judge(&results);
        assert_eq!(judged[3].unsettled().len(), 1);
        assert!(judged[1].misses().iter().any(|why| why.contains("misses latency.p99 <= 250ms: 139 (137-141)")));
        for point in &mut results.points {
            point.stable = false;
            point.bottleneck = Some("service.7".into());
        }
        assert!(judge(&results)[2].misses().iter().any(|why| why.starts_with("overloaded: service.7")));
    }
}
