//! Two results against each other: what got better, worse, or cannot be told apart. All statements on simulated metrics are true at
//! once with the confidence of the comparison; what is counted and not simulated is compared exactly.

mod exact;
mod metrics;
mod scenario;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use metrics::resolution;
pub use scenario::{Change, changes};

use super::types::{Estimate, Point, Results};
use crate::issue::{Issue, nearest};
use crate::stats::Interval;
use crate::stats::welch::{Estimated, difference};
use metrics::{Better, better, is_compared};

/// What came out of comparing one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Worse in B.
    Worse,
    /// Better in B.
    Better,
    /// Higher in B, which is neither better nor worse.
    Higher,
    /// Lower in B, which is neither better nor worse.
    Lower,
    /// The interval of the difference holds 0, or brackets overlap: whichever differ, they do so by less than is seen.
    #[default]
    NotToldApart,
    /// A side has no interval, or does not have it at all.
    Withheld,
}

/// One of the two results.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// The scenario's title.
    pub title: String,
    /// Version of the program.
    pub gatecap: String,
    /// Hash of the resolved scenario.
    pub scenario: String,
    /// Master seed.
    pub seed: u64,
    /// Points that it has.
    pub points: u64,
}

/// A simulated point by what tells it from the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct At {
    /// Option name; null for hops scenarios.
    pub option: Option<String>,
    /// Services; null for hops scenarios without a services axis.
    pub services: Option<u32>,
    /// Values of further axes, by dotted field name.
    pub axes: BTreeMap<String, f64>,
}

/// A metric of a point that both results have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricChange {
    /// The point.
    pub at: At,
    /// Metric name.
    pub metric: String,
    /// In A; nulls where A does not have it.
    pub a: Estimate,
    /// In B; nulls where B does not have it.
    pub b: Estimate,
    /// B less A; the interval holds for all metrics and points of the comparison at once; null where a side has none.
    pub difference: Estimate,
    /// What came out.
    pub verdict: Verdict,
}

/// Something that is counted, or decided by brackets, and not by an interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExactChange {
    /// What it is about; without services where it is about the whole ladder.
    pub at: At,
    /// `stable`, `fits_quotas` (1 yes, 0 no), `ceiling.structure`, `ceiling.traffic` (services), `cost.monthly` (US$), or
    /// `saturation.` and the axis.
    pub what: String,
    /// In A; null where nothing bounds it or it is not known.
    pub a: Option<f64>,
    /// In B; null as for `a`.
    pub b: Option<f64>,
    /// What decides it in A: the quota, the condition; empty where nothing does.
    pub by_a: String,
    /// What decides it in B.
    pub by_b: String,
    /// What came out.
    pub verdict: Verdict,
}

/// A comparison of two results, A before and B after.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The first result.
    pub a: Side,
    /// The second result.
    pub b: Side,
    /// All statements on metrics are true at once with this probability, at least.
    pub confidence: f64,
    /// Differences with an interval, among which the error probability is shared (Bonferroni).
    pub tested: u64,
    /// Whether both ran with the same seed and version, so that requests drew the same numbers and the intervals, which take the
    /// runs as independent, are wider than need be.
    pub common_random_numbers: bool,
    /// Whether scenario, seed and version are the same, so that every number is.
    pub identical: bool,
    /// Fields of the scenario that differ; null where a result has no scenario beside it.
    pub changes: Option<Vec<Change>>,
    /// Metrics, in the order of A's points.
    pub metrics: Vec<MetricChange>,
    /// What is compared exactly and differs.
    pub exact: Vec<ExactChange>,
    /// Points that only A has.
    pub only_a: Vec<At>,
    /// Points that only B has.
    pub only_b: Vec<At>,
}

/// What is compared; empty lists mean all options and the metrics that are compared unasked.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Options by name.
    pub options: Vec<String>,
    /// Metrics by name.
    pub metrics: Vec<String>,
}

impl Compared {
    /// Whether anything got worse.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.verdicts().any(|verdict| verdict == Verdict::Worse)
    }

    /// How many of what was compared came out so.
    #[must_use]
    pub fn count(&self, wanted: Verdict) -> usize {
        self.verdicts().filter(|verdict| *verdict == wanted).count()
    }

    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.metrics.iter().map(|change| change.verdict).chain(self.exact.iter().map(|change| change.verdict))
    }
}

impl From<&Point> for At {
    fn from(point: &Point) -> At {
        At { option: point.option.clone(), services: point.services, axes: point.axes.clone() }
    }
}

impl From<&Results> for Side {
    fn from(results: &Results) -> Side {
        Side {
            title: results.title.clone(),
            gatecap: results.gatecap.clone(),
            scenario: results.scenario.clone(),
            seed: results.seed,
            points: results.points.len() as u64,
        }
    }
}

/// Compares what both results have; `changes` of their scenarios go into the comparison as they are.
///
/// # Errors
/// An option or metric that was asked for and that neither result has, or no point that both have where a result has points; ladders
/// and costs of `limits` alone can be compared.
pub fn compare(a: &Results, b: &Results, chosen: &Chosen, changes: Option<Vec<Change>>) -> Result<Compared, Issue> {
    let points = |results: &Results| results.points.iter().map(At::from).collect::<Vec<At>>();
    check(a, b, chosen)?;
    let wanted = |at: &At| chosen.options.is_empty() || at.option.as_ref().is_some_and(|o| chosen.options.contains(o));
    let (of_a, of_b) = (points(a), points(b));
    let common: Vec<(&Point, &Point)> = a
        .points
        .iter()
        .filter(|point| wanted(&At::from(*point)))
        .filter_map(|point| Some((point, &b.points[of_b.iter().position(|at| *at == At::from(point))?])))
        .collect();
    if common.is_empty() && !(of_a.is_empty() && of_b.is_empty()) {
        return Err(Issue::new("the two results have no point in common: no option at the same services and axes")
            .hint("compare results of scenarios with the same options and the same `[sweep]`"));
    }
    let only = |these: &[At], those: &[At]| -> Vec<At> {
        these.iter().filter(|at| wanted(at) && !those.contains(at)).cloned().collect()
    };
    let confidence = a.confidence.max(b.confidence);
    let mut metrics: Vec<MetricChange> = common.iter().flat_map(|(a, b)| pairs(a, b, chosen)).collect();
    let common_random_numbers = a.seed == b.seed && a.gatecap == b.gatecap;
    let identical = common_random_numbers && a.scenario == b.scenario;
    let tested = judge(&mut metrics, &common, (a.confidence, b.confidence, confidence), identical);
    let exact = exact::changes(a, b, &common, &wanted);
    Ok(Compared {
        a: Side::from(a),
        b: Side::from(b),
        confidence,
        tested,
        common_random_numbers,
        identical,
        changes,
        metrics,
        exact,
        only_a: only(&of_a, &of_b),
        only_b: only(&of_b, &of_a),
    })
}

/// Names that were asked for must be there.
fn check(a: &Results, b: &Results, chosen: &Chosen) -> Result<(), Issue> {
    let points = || a.points.iter().chain(&b.points);
    let options: Vec<&str> = a.options.iter().chain(&b.options).map(|option| option.name.as_str()).collect();
    let metrics: Vec<&str> = points().flat_map(|point| point.metrics.keys().map(String::as_str)).collect();
    for (kind, asked, known) in [("option", &chosen.options, options), ("metric", &chosen.metrics, metrics)] {
        if let Some(name) = asked.iter().find(|name| !known.contains(&name.as_str())) {
            let issue = Issue::new(format!("neither result has the {kind} `{name}`"));
            return Err(match nearest(name, known.iter().copied()) {
                Some(near) => issue.hint(format!("did you mean `{near}`?")),
                None => issue.hint(format!("{kind}s are those of the results, as `gatecap run --json` prints them")),
            });
        }
    }
    Ok(())
}

/// The metrics of one point on both sides, not judged yet.
fn pairs(a: &Point, b: &Point, chosen: &Chosen) -> Vec<MetricChange> {
    let wanted = |metric: &&String| {
        if chosen.metrics.is_empty() { is_compared(metric) } else { chosen.metrics.contains(metric) }
    };
    let mut names: Vec<&String> = a.metrics.keys().chain(b.metrics.keys()).filter(wanted).collect();
    names.sort_unstable();
    names.dedup();
    let side = |point: &Point, metric: &String| point.metrics.get(metric).copied().unwrap_or_default();
    let pair = |metric: &String| MetricChange {
        at: At::from(a),
        metric: metric.clone(),
        a: side(a, metric),
        b: side(b, metric),
        verdict: Verdict::Withheld,
        ..MetricChange::default()
    };
    names.into_iter().map(pair).collect()
}

/// Gives every pair that has intervals its difference and verdict, at a confidence that makes all hold at once. Returns how many.
fn judge(
    changes: &mut [MetricChange],
    points: &[(&Point, &Point)],
    (of_a, of_b, joint): (f64, f64, f64),
    identical: bool,
) -> u64 {
    let replications = |at: &At| {
        let here = points.iter().find(|(point, _)| At::from(*point) == *at);
        here.map_or((0, 0), |(a, b)| (a.replications, b.replications))
    };
    let sides = |change: &MetricChange| {
        let (in_a, in_b) = replications(&change.at);
        Some((estimated(change.a, in_a, of_a)?, estimated(change.b, in_b, of_b)?))
    };
    let tested = changes.iter().filter(|change| sides(change).is_some()).count();
    let each = 1.0 - (1.0 - joint) / tested.max(1) as f64;
    for change in changes {
        let Some((a, b)) = sides(change) else { continue };
        let rounding = if identical { 0.0 } else { resolution(&change.metric) };
        let rounding = rounding * (a.interval.value.abs() + b.interval.value.abs()) / 2.0;
        if let Some(found) = difference(&a, &b, rounding, each) {
            change.difference = Estimate::from(found);
            change.verdict = verdict(&change.metric, &found);
        }
    }
    tested as u64
}

fn estimated(estimate: Estimate, replications: u32, confidence: f64) -> Option<Estimated> {
    let interval = Interval { value: estimate.value?, low: Some(estimate.low?), high: Some(estimate.high?) };
    (replications > 1).then_some(Estimated { interval, replications, confidence })
}

fn verdict(metric: &str, difference: &Interval) -> Verdict {
    let (above, below) = (difference.low > Some(0.0), difference.high < Some(0.0));
    match (better(metric), above, below) {
        (_, false, false) => Verdict::NotToldApart,
        (Better::Neither, true, _) => Verdict::Higher,
        (Better::Neither, ..) => Verdict::Lower,
        (Better::Higher, true, _) | (Better::Lower, false, _) => Verdict::Better,
        (Better::Higher, ..) | (Better::Lower, ..) => Verdict::Worse,
    }
}

#[cfg(test)]
mod tests;
