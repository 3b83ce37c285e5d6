//! Whether an option does what is asked at the operating point, condition by condition. Not which option is the best.

use super::warnings::FEW;
use super::{month, number};
use crate::results::{Ceiling, Estimate, Objective, OptionInfo, Point, Results, Wanted};

/// Least share of requests that must be answered well for a rate to count as carried: all but the 0.001 that a saturation allows to be
/// throttled unless the scenario says otherwise.
const CARRIED_SHARE: f64 = 0.999;
/// Ways in which a request is not answered well: metric and words.
const LOSSES: [(&str, &str); 5] = [
    ("outcome.throttled", "throttled"),
    ("outcome.rejected", "rejected"),
    ("outcome.abandoned", "abandoned"),
    ("outcome.timed_out", "timed out"),
    ("outcome.failed", "failed"),
];

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

impl<'a> Judgement<'a> {
    /// The quota that is full first, of parts or of traffic; none where none is known to be.
    #[must_use]
    pub fn first_rung(&self) -> Option<&'a Ceiling> {
        self.structure.into_iter().chain(self.traffic).min_by_key(|rung| rung.services)
    }

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
    judge_at(results, &results.wanted)
}

/// Judges every option against another question on the same points.
#[must_use]
pub fn judge_at<'a>(results: &'a Results, wanted: &Wanted) -> Vec<Judgement<'a>> {
    results.options.iter().enumerate().map(|(i, option)| judge_one(results, wanted, i + 1, option)).collect()
}

/// The point of `option` at the wanted services and the wanted values of all further axes, exactly; none where it was not simulated,
/// however near another lies.
#[must_use]
pub fn operating_point<'a>(results: &'a Results, option: Option<&str>) -> Option<&'a Point> {
    point_at(results, &results.wanted, option)
}

fn point_at<'a>(results: &'a Results, wanted: &Wanted, option: Option<&str>) -> Option<&'a Point> {
    results.points.iter().find(|point| {
        point.option.as_deref() == option && point.services == wanted.services && point.axes == wanted.axes
    })
}

/// US$ a month of all lines that have a price; none where none has.
#[must_use]
pub fn monthly(results: &Results, option: &str) -> Option<f64> {
    month::month(results, option).map(|month| month.expected)
}

/// Whether any hop of the point turns requests away for want of room.
#[must_use]
pub fn rejects(point: &Point) -> bool {
    let rejected = |hop: &crate::results::HopInfo| point.metrics.get(&format!("hop.{}.rejected", hop.name));
    point.hops.iter().filter_map(rejected).any(|share| share.value.is_some_and(|share| share > 0.0))
}

fn judge_one<'a>(results: &'a Results, wanted: &Wanted, number: usize, option: &'a OptionInfo) -> Judgement<'a> {
    let rungs = || results.ceilings.iter().filter(|rung| rung.option == option.name);
    let first = |kind: &'static str| rungs().filter(|rung| rung.kind == kind).min_by_key(|rung| rung.services);
    let services = wanted.services.unwrap_or(0);
    let below = |kind: &'static str| rungs().filter(move |rung| rung.kind == kind && rung.services < services);
    let point = point_at(results, wanted, Some(&option.name));

    let mut checks: Vec<Check> = wanted.needs.iter().map(|need| need_check(option, need)).collect();
    if let Some(services) = wanted.services {
        let text = number::counted_services(services);
        checks.push(Check { text, decided_by: "quota ladder", outcome: quota_outcome(below("structure")) });
    }
    if let Some(rate) = wanted.rate {
        let quota = quota_outcome(below("traffic"));
        let not_simulated = || Outcome::Unsettled(format!("{}/s was not simulated", number::plain(rate)));
        let simulated = point.map_or_else(not_simulated, carried);
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
    let reason = option.exclusions.iter().find(|exclusion| exclusion.need == need);
    let why = || reason.map_or_else(|| format!("no {need}"), |exclusion| exclusion.reason.clone());
    let outcome = if lacking { Outcome::Missed(why()) } else { Outcome::Met };
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

/// Whether the point carries what is offered: a steady state, and a goodput that is beyond doubt as good as the offered rate, so that
/// lost, late and failed requests count as well as throttled ones.
fn carried(point: &Point) -> Outcome {
    if !point.stable {
        let by = point.bottleneck.as_deref().unwrap_or("a station");
        let load = point.bottleneck_load.map_or(String::new(), |load| format!(" at {}", number::percent(load)));
        return Outcome::Missed(format!("overloaded: {by}{load}"));
    }
    let metric = |name: &str| point.metrics.get(name).copied().unwrap_or_default();
    let ok = metric("outcome.ok");
    let share = match (ok.low, ok.high) {
        (Some(low), Some(high)) => Some((low, high)),
        _ => ratio(metric("rate.goodput"), metric("rate.offered")),
    };
    let largest = LOSSES.iter().filter_map(|(name, words)| Some((metric(name).value?, *words)));
    let lost = largest.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(share, _)| *share > 0.0).map_or_else(
        || format!("no request of {} was lost", number::fixed(point.requests as f64, 0)),
        |(s, words)| format!("{} {words}", number::percent(s)),
    );
    match share {
        None => Outcome::Unsettled("share of requests answered: too few to tell".into()),
        Some((low, _)) if low >= CARRIED_SHARE => Outcome::Met,
        Some((_, high)) if high < CARRIED_SHARE => Outcome::Missed(lost),
        Some(_) => {
            Outcome::Unsettled(format!("{lost}: too few to show that {} are carried", number::percent(CARRIED_SHARE)))
        }
    }
}

/// The widest interval that the ratio of two estimates can have; none where an end is withheld or nothing is offered.
fn ratio(part: Estimate, whole: Estimate) -> Option<(f64, f64)> {
    let (low, high) = (whole.low?, whole.high?);
    (low > 0.0).then_some((part.low? / high, part.high? / low))
}

/// How many requests would tell, where the point says so: ` (10000 in a replication would do)`.
fn enough(objective: &Objective, point: &Point) -> String {
    let told = point.warnings.iter().find(|warning| warning.kind == FEW && warning.about == objective.metric);
    let number = told.and_then(|warning| warning.message.rsplit(", ").next()?.strip_suffix(" would do"));
    number.map_or(String::new(), |number| format!(" ({number} in a replication would do)"))
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
    let Some(&estimate) = point.metrics.get(&objective.metric) else {
        return Outcome::Unsettled(format!("{}: not measured on this path", objective.text));
    };
    let (Some(low), Some(high)) = (estimate.low, estimate.high) else {
        return Outcome::Unsettled(format!("{}: too few requests to tell{}", objective.text, enough(objective, point)));
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

    #[test]
    fn a_metric_that_the_path_does_not_have_is_not_called_imprecise() {
        let mut results = fixture::orders();
        results.wanted.objectives[0].metric = "hop.cloud-map.sojourn.mean".into();
        assert!(judge(&results)[2].unsettled()[0].ends_with("not measured on this path"));
    }

    #[test]
    fn every_kind_of_loss_counts_against_the_rate() {
        let mut results = fixture::orders();
        for metric in ["outcome.ok", "outcome.timed_out"] {
            let lost = fixture::estimate(0.02, 0.019, 0.021);
            let ok = fixture::estimate(0.98, 0.979, 0.981);
            results.points[2].metrics.insert(metric.into(), if metric == "outcome.ok" { ok } else { lost });
        }
        assert_eq!(judge(&results)[2].misses(), ["2 % timed out"]);
        results.points[2].metrics.insert("outcome.ok".into(), fixture::estimate(0.9990, 0.9985, 0.9995));
        assert_eq!(judge(&results)[2].rank(), 2);
    }

    #[test]
    fn a_point_on_other_axes_is_not_the_operating_point() {
        let mut results = fixture::orders();
        results.points[2].axes.insert("services.targets".into(), 2.0);
        assert_eq!(judge(&results)[2].unsettled().first().map(String::as_str), Some("3,000/s was not simulated"));
        results.wanted.axes.insert("services.targets".into(), 2.0);
        assert_eq!(judge(&results)[2].rank(), 0);
    }
}
