//! Whether a simulated point is acceptable: stability, throttling, conditions; decided by intervals.

use super::point::Outcome;
use crate::results::SaturationPoint;
use crate::scenario::{Condition, Relation};

/// The share of requests that may be throttled where nothing else is said.
pub const THROTTLED_SHARE: f64 = 0.001;
/// The metric of that share.
const THROTTLED: &str = "outcome.throttled";

/// What a condition says of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval meets it.
    Pass,
    /// The whole interval misses it.
    Fail,
    /// The interval covers the bound, or a single replication has none.
    Undecided {
        /// Whether the point estimate meets it.
        meets: bool,
    },
    /// The interval is withheld: nothing may rest on the value.
    Withheld,
}

/// The first criterion that a point misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// `quota`, `stability`, `throttled` or `condition`.
    pub criterion: &'static str,
    /// The quota code, the hop or the condition.
    pub by: String,
    /// In words.
    pub reason: String,
}

/// How a point stands against all that is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All holds.
    Holds,
    /// Something does not.
    Misses(Miss),
    /// What decides is withheld.
    Unknown,
}

/// The standing of a point, and whether intervals or exact loads decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How it stands.
    pub standing: Standing,
    /// What keeps it from being decided; none where nothing does.
    pub open: Option<Open>,
}

/// A condition that no interval decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The condition as written.
    pub condition: String,
    /// Why not, in words.
    pub why: &'static str,
}

impl Judged {
    /// A miss that needs no interval.
    #[must_use]
    pub fn surely(miss: Miss) -> Judged {
        Judged { standing: Standing::Misses(miss), open: None }
    }
}

/// Judges one condition. An unstable point fails every condition on what only a steady state has.
#[must_use]
pub fn condition(outcome: &Outcome, condition: &Condition) -> Verdict {
    let point = &outcome.point;
    if !point.stable && condition.metric.contains("latency") {
        return Verdict::Fail;
    }
    let meets = |value: f64| match condition.relation {
        Relation::AtMost => value <= condition.bound,
        Relation::Below => value < condition.bound,
        Relation::AtLeast => value >= condition.bound,
        Relation::Above => value > condition.bound,
    };
    let Some(estimate) = point.metrics.get(&condition.metric) else {
        return Verdict::Undecided { meets: false };
    };
    // The largest latency of all has no interval by its nature, and a single replication has none of anything.
    let withheld = point.replications > 1 && condition.metric != "latency.max";
    match (estimate.value, estimate.low, estimate.high) {
        (_, Some(low), Some(high)) if meets(low) && meets(high) => Verdict::Pass,
        (_, Some(low), Some(high)) if !meets(low) && !meets(high) => Verdict::Fail,
        (Some(_), None, _) if withheld => Verdict::Withheld,
        (Some(value), _, _) => Verdict::Undecided { meets: meets(value) },
        _ if !point.stable => Verdict::Fail,
        _ => Verdict::Undecided { meets: false },
    }
}

/// The throttled share that is allowed where nothing else is said, as a condition.
#[must_use]
pub fn throttled() -> Condition {
    Condition {
        text: format!("outcome.throttled <= {THROTTLED_SHARE}"),
        metric: THROTTLED.into(),
        relation: Relation::AtMost,
        bound: THROTTLED_SHARE,
    }
}

/// The point against what needs no interval (stations and buckets that are offered more than they can take), the throttled share
/// that is allowed, and `conditions`.
#[must_use]
pub fn point(outcome: &Outcome, objectives: &[Condition]) -> Judged {
    if let Some(load) = outcome.legend.unstable() {
        let reason = format!("hop {} is offered {:.2} of what it can serve", load.hop, load.load);
        return Judged::surely(Miss { criterion: "stability", by: load.hop.clone(), reason });
    }
    if let Some(load) = outcome.legend.overrun() {
        let reason = format!("{} is offered {:.2} of its rate", load.hop.replace('-', " "), load.load);
        return Judged::surely(Miss { criterion: "throttled", by: load.hop.clone(), reason });
    }
    conditions(outcome, &with_throttled(objectives))
}

/// The throttled share that is allowed, then the objectives.
#[must_use]
pub fn with_throttled(objectives: &[Condition]) -> Vec<Condition> {
    std::iter::once(throttled()).chain(objectives.iter().cloned()).collect()
}

/// The point against all conditions: one that is surely missed goes before one that its point estimate misses, that before one
/// that is withheld.
#[must_use]
pub fn conditions(outcome: &Outcome, conditions: &[Condition]) -> Judged {
    let verdicts: Vec<(Verdict, &Condition)> =
        conditions.iter().map(|wanted| (condition(outcome, wanted), wanted)).collect();
    let first =
        |of: &dyn Fn(Verdict) -> bool| verdicts.iter().find(|(verdict, _)| of(*verdict)).map(|(_, wanted)| *wanted);
    let open = |wanted: &Condition, why| Some(Open { condition: wanted.text.clone(), why });
    let undecided = |wanted: &Condition| open(wanted, "the interval covers the bound");
    if let Some(wanted) = first(&|verdict| verdict == Verdict::Fail) {
        return Judged::surely(missed(outcome, wanted));
    }
    if let Some(wanted) = first(&|verdict| verdict == Verdict::Undecided { meets: false }) {
        return Judged { standing: Standing::Misses(missed(outcome, wanted)), open: undecided(wanted) };
    }
    if let Some(wanted) = first(&|verdict| verdict == Verdict::Withheld) {
        return Judged { standing: Standing::Unknown, open: open(wanted, "too few samples for an interval") };
    }
    let open = first(&|verdict| verdict != Verdict::Pass).and_then(undecided);
    Judged { standing: Standing::Holds, open }
}

fn missed(outcome: &Outcome, wanted: &Condition) -> Miss {
    let (criterion, by) = if wanted.metric == THROTTLED {
        ("throttled", outcome.legend.bottleneck().map_or_else(|| wanted.text.clone(), |load| load.hop.clone()))
    } else {
        ("condition", wanted.text.clone())
    };
    Miss { criterion, by, reason: wanted.text.clone() }
}

/// Where a rising axis ends by the points tried on it, in rising order: the first that misses something, and the largest before it
/// that holds. Names of option and axis are for the caller.
#[must_use]
pub fn bracket(points: &[(f64, Judged)]) -> SaturationPoint {
    let first = points.iter().position(|(_, judged)| matches!(judged.standing, Standing::Misses(_)));
    let (below, above) = points.split_at(first.unwrap_or(points.len()));
    let holds = |(_, judged): &&(f64, Judged)| judged.standing == Standing::Holds;
    let value = below.iter().rev().find(holds).map(|(value, _)| *value);
    let sure = |point: &&(f64, Judged)| point.1.open.is_none();
    let low = below.iter().rev().filter(holds).find(sure).map(|(value, _)| *value);
    let fails = |(_, judged): &&(f64, Judged)| matches!(judged.standing, Standing::Misses(_));
    let high = above.iter().filter(fails).find(sure).map(|(value, _)| *value);
    let mut end = SaturationPoint {
        value,
        fails_at: above.first().map(|(value, _)| *value),
        low,
        high,
        criterion: "none".into(),
        reason: value.map_or(String::new(), |_| "all hold up to the end of the range".into()),
        ..SaturationPoint::default()
    };
    if let Some((_, Judged { standing: Standing::Misses(miss), .. })) = above.first() {
        (end.criterion, end.by, end.reason) = (miss.criterion.into(), miss.by.clone(), miss.reason.clone());
    }
    // Whatever lies between the sure ends and the first failure is open, be it a miss, a hold or unknown.
    let between = points.iter().filter(|(at, _)| low.is_none_or(|low| *at > low) && high.is_none_or(|high| *at < high));
    let open = between.filter_map(|(_, judged)| judged.open.as_ref()).next();
    end.decided = open.is_none();
    if let Some(Open { condition, why }) = open {
        let but = if end.reason.is_empty() { "" } else { "; " };
        let of = if end.reason == *condition { String::new() } else { format!("{condition}, ") };
        end.reason = format!("{}{but}not decided: {of}{why}", end.reason);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(standing: Standing, open: bool) -> Judged {
        let why = Open { condition: "latency.p99 <= 250ms".into(), why: "the interval covers the bound" };
        Judged { standing, open: open.then_some(why) }
    }

    fn holds(open: bool) -> Judged {
        judged(Standing::Holds, open)
    }

    fn misses(open: bool) -> Judged {
        let text = "latency.p99 <= 250ms".to_string();
        judged(Standing::Misses(Miss { criterion: "condition", by: text.clone(), reason: text }), open)
    }

    fn ends(points: &[Judged]) -> SaturationPoint {
        let at: Vec<(f64, Judged)> = points.iter().enumerate().map(|(i, judged)| (i as f64, judged.clone())).collect();
        bracket(&at)
    }

    #[test]
    fn sure_ends_are_decided() {
        let end = ends(&[holds(false), holds(true), holds(false), misses(false), misses(true)]);
        assert_eq!((end.value, end.fails_at, end.low, end.high), (Some(2.0), Some(3.0), Some(2.0), Some(3.0)));
        assert!(end.decided && end.criterion == "condition" && end.reason == "latency.p99 <= 250ms");
        let all = ends(&[holds(false), holds(false)]);
        assert_eq!((all.value, all.fails_at, all.decided), (Some(1.0), None, true));
        let none = ends(&[misses(false), misses(false)]);
        assert_eq!((none.value, none.fails_at, none.decided), (None, Some(0.0), true));
    }

    #[test]
    fn ends_that_values_decide_lie_between_sure_ones() {
        let end = ends(&[holds(false), holds(true), misses(true), misses(false)]);
        assert_eq!((end.value, end.fails_at, end.low, end.high), (Some(1.0), Some(2.0), Some(0.0), Some(3.0)));
        assert!(!end.decided);
        assert_eq!(end.reason, "latency.p99 <= 250ms; not decided: the interval covers the bound");
    }

    #[test]
    fn what_is_withheld_decides_nothing() {
        let unknown = judged(Standing::Unknown, true);
        let end = ends(&[unknown.clone(), unknown.clone(), misses(false)]);
        assert_eq!((end.value, end.fails_at, end.low, end.high), (None, Some(2.0), None, Some(2.0)));
        assert!(!end.decided);
        let end = ends(&[unknown]);
        assert_eq!((end.value, end.fails_at, end.decided), (None, None, false));
        assert_eq!(end.reason, "not decided: latency.p99 <= 250ms, the interval covers the bound");
    }
}
