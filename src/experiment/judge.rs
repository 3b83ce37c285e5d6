//! Whether a simulated point is acceptable: stability, throttling, conditions; decided by intervals.

use super::point::Outcome;
use crate::scenario::{Condition, Relation};

/// The share of requests that may be throttled where nothing else is said.
pub const THROTTLED_SHARE: f64 = 0.001;

/// What a condition says of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval meets it.
    Pass,
    /// The whole interval misses it.
    Fail,
    /// The interval covers the bound, or there is none.
    Undecided {
        /// Whether the point estimate meets it.
        meets: bool,
    },
}

/// The first criterion that a point misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// `stability`, `throttled` or `condition`.
    pub criterion: &'static str,
    /// The hop or the condition.
    pub by: String,
    /// In words.
    pub reason: String,
}

/// Judges one condition. An unstable point fails every latency condition.
#[must_use]
pub fn condition(outcome: &Outcome, condition: &Condition) -> Verdict {
    if !outcome.point.stable && condition.metric.contains("latency") {
        return Verdict::Fail;
    }
    let meets = |value: f64| match condition.relation {
        Relation::AtMost => value <= condition.bound,
        Relation::Below => value < condition.bound,
        Relation::AtLeast => value >= condition.bound,
        Relation::Above => value > condition.bound,
    };
    let Some(estimate) = outcome.point.metrics.get(&condition.metric) else {
        return Verdict::Undecided { meets: false };
    };
    match (estimate.value, estimate.low, estimate.high) {
        (_, Some(low), Some(high)) if meets(low) && meets(high) => Verdict::Pass,
        (_, Some(low), Some(high)) if !meets(low) && !meets(high) => Verdict::Fail,
        (Some(value), _, _) => Verdict::Undecided { meets: meets(value) },
        _ => Verdict::Undecided { meets: false },
    }
}

/// The throttled share that is allowed where nothing else is said, as a condition.
#[must_use]
pub fn throttled() -> Condition {
    Condition {
        text: format!("outcome.throttled <= {THROTTLED_SHARE}"),
        metric: "outcome.throttled".into(),
        relation: Relation::AtMost,
        bound: THROTTLED_SHARE,
    }
}

/// The first of stability, throttling and `conditions` that the point misses; an undecided condition is decided by its point
/// estimate.
#[must_use]
pub fn first_miss(outcome: &Outcome, conditions: &[Condition]) -> Option<Miss> {
    if let Some(load) = outcome.legend.unstable() {
        let reason = format!("hop {} is offered {:.2} of what it can serve", load.hop, load.load);
        return Some(Miss { criterion: "stability", by: load.hop.clone(), reason });
    }
    if let Some(load) = outcome.legend.overrun() {
        let reason = format!("{} is offered {:.2} of its rate", load.hop.replace('-', " "), load.load);
        return Some(Miss { criterion: "throttled", by: load.hop.clone(), reason });
    }
    let throttled = throttled();
    let misses =
        |wanted: &Condition| matches!(condition(outcome, wanted), Verdict::Fail | Verdict::Undecided { meets: false });
    if misses(&throttled) {
        let by = outcome.legend.bottleneck().map_or_else(String::new, |load| load.hop.clone());
        return Some(Miss { criterion: "throttled", by, reason: throttled.text });
    }
    conditions.iter().find(|wanted| misses(wanted)).map(|wanted| Miss {
        criterion: "condition",
        by: wanted.text.clone(),
        reason: wanted.text.clone(),
    })
}
