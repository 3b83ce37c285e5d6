//! Windows over time, summed up over the replications of a point.

use std::collections::BTreeMap;

use super::recovery::{History, Yardstick, histories};
use crate::engine::Tally;
use crate::engine::network::Slicing;
use crate::engine::tally::Outcomes;
use crate::engine::timeline::Slice;
use crate::results::{Estimate, Timeline, TimelineEvent};
use crate::scenario::{Scenario, event_words};
use crate::stats::Recorder;
use crate::stats::estimate::{mean_interval, paired, quantile_interval, samples_needed};
use crate::stats::share::ratio_interval;

/// Sections that an interval of a quantile rests on, at least.
const SECTIONS: usize = 5;

/// What a point shows over time.
#[derive(Clone, Debug)]
pub(in crate::experiment) struct OverTime {
    /// Without names and recovery.
    pub timeline: Timeline,
    /// What judging each replication takes.
    pub histories: Vec<History>,
    /// The windows of the replications, whose lengths are all the same.
    pub slicing: Slicing,
}

impl OverTime {
    /// Of the replications of a scenario; none where they have no windows.
    pub fn of(scenario: &Scenario, slicing: Option<Slicing>, tallies: &[Tally]) -> Option<OverTime> {
        let slicing = slicing.filter(|_| !tallies.is_empty())?;
        let number = tallies.iter().map(|tally| tally.slices.len()).min().unwrap_or(0);
        let second = |ns: u64| ns as f64 / 1e9;
        let span = |index: usize| {
            let (from, to) = slicing.span(index);
            (from - slicing.from, to - slicing.from)
        };
        let events = scenario.events.iter().map(|event| TimelineEvent {
            name: event_words(event),
            from_s: event.at.seconds(),
            until_s: event.until.map(|until| until.seconds()),
        });
        let in_force = |index: usize| -> Vec<u32> {
            let (from, to) = span(index);
            let holds =
                |event: &crate::scenario::Event| event.at.0 < to && event.until.is_none_or(|until| until.0 > from);
            (0..).zip(&scenario.events).filter(|(_, event)| holds(event)).map(|(number, _)| number).collect()
        };
        let confidence = scenario.run.confidence;
        let mut metrics: BTreeMap<String, Vec<Estimate>> = BTreeMap::new();
        for index in 0..number {
            let slices: Vec<&Slice> = tallies.iter().map(|tally| &tally.slices[index]).collect();
            let (from, to) = span(index);
            for (name, estimate) in window(&slices, second(to - from), confidence) {
                metrics.entry(name.into()).or_default().push(estimate);
            }
        }
        let targets: Vec<Estimate> = (0..number).filter_map(|index| targets(tallies, index, confidence)).collect();
        if !targets.is_empty() {
            metrics.insert("targets".into(), targets);
        }
        let timeline = Timeline {
            replications: tallies.len() as u32,
            window_s: second(slicing.length),
            from_s: (0..number).map(|index| second(span(index).0)).collect(),
            end_s: second(slicing.end - slicing.from),
            events: events.collect(),
            in_force: (0..number).map(in_force).collect(),
            metrics,
            totals: totals(tallies, confidence),
            ..Timeline::default()
        };
        Some(OverTime { timeline, histories: histories(tallies), slicing })
    }

    /// Adds how many more requests were lost than on the same draws without events.
    pub fn compare(&self, calm: &Yardstick, timeline: &mut Timeline, confidence: f64) {
        let lost = |history: &History| history.windows.iter().map(|brief| brief.lost as f64).sum();
        let with: Vec<f64> = self.histories.iter().map(lost).collect();
        let without: Vec<f64> = calm.lost.iter().map(|&lost| lost as f64).collect();
        timeline.totals.insert("lost_by_events".into(), paired(&with, &without, confidence).difference.into());
    }
}

type Pick = fn(&Slice) -> u64;
/// A count of requests by how they ended.
type End = (&'static str, fn(&Outcomes) -> u64);

/// How requests end, but for an answer.
const LOST: [End; 5] = [
    ("throttled", |o| o.throttled),
    ("rejected", |o| o.rejected),
    ("abandoned", |o| o.abandoned),
    ("timed_out", |o| o.timed_out),
    ("failed", Outcomes::failed_total),
];

/// A mean of counts, whose interval ends at 0 at the lowest.
fn count(mean: Estimate) -> Estimate {
    Estimate { low: mean.low.map(|low| low.max(0.0)), ..mean }
}

/// One window of `seconds` in all replications.
fn window(slices: &[&Slice], seconds: f64, confidence: f64) -> Vec<(&'static str, Estimate)> {
    let each = |f: &dyn Fn(&Slice) -> u64| -> Vec<f64> { slices.iter().map(|slice| f(slice) as f64).collect() };
    let mean = |f: Pick, per: f64| -> Estimate {
        let values: Vec<f64> = each(&f).iter().map(|value| value / per).collect();
        count(mean_interval(&values, confidence).into())
    };
    let came = each(&|slice| slice.arrivals);
    let share = |f: &dyn Fn(&Slice) -> u64| -> Estimate {
        let interval = ratio_interval(&each(f), &came, confidence);
        if !interval.value.is_finite() {
            return Estimate::default();
        }
        Estimate { value: Some(interval.value), low: interval.low.map(|low| low.max(0.0)), high: interval.high }
    };
    let at_most_one = |estimate: Estimate| Estimate { high: estimate.high.map(|high| high.min(1.0)), ..estimate };
    let mut all = vec![
        ("rate.offered", mean(|s| s.arrivals, seconds)),
        ("rate.attempts", mean(|s| s.attempts, seconds)),
        ("rate.goodput", mean(|s| s.answered, seconds)),
        ("in_system", mean(|s| s.in_system, 1.0)),
        ("amplification", share(&|s| s.attempts)),
        ("outcome.ok", at_most_one(share(&|s| s.outcomes.ok))),
        ("latency.p50", quantile(slices, 0.5, confidence)),
        ("latency.p99", quantile(slices, 0.99, confidence)),
    ];
    let names = ["outcome.throttled", "outcome.rejected", "outcome.abandoned", "outcome.timed_out", "outcome.failed"];
    all.extend(names.iter().zip(LOST).map(|(name, (_, pick))| (*name, at_most_one(share(&|s| pick(&s.outcomes))))));
    all
}

/// Targets in rotation just before the end of a window, over all services whose number follows the load; `None` where none does.
fn targets(tallies: &[Tally], index: usize, confidence: f64) -> Option<Estimate> {
    let of = |tally: &Tally| -> Option<f64> {
        let numbers = tally.scalings.iter().map(|scaling| scaling.slices.get(index).map(|&number| f64::from(number)));
        (!tally.scalings.is_empty()).then(|| numbers.sum::<Option<f64>>()).flatten()
    };
    let numbers: Option<Vec<f64>> = tallies.iter().map(of).collect();
    numbers.map(|numbers| count(mean_interval(&numbers, confidence).into()))
}

/// A quantile of a window, ms: merged over replications. Its interval is by sectioning, over sections of one replication or as many as
/// give each section 100 samples beyond the quantile; none where fewer than [`SECTIONS`] sections have so many.
fn quantile(slices: &[&Slice], q: f64, confidence: f64) -> Estimate {
    let merged = |slices: &[&Slice]| {
        let mut merged = Recorder::new(2);
        slices.iter().for_each(|slice| merged.merge(&slice.latency));
        merged
    };
    let ms = |recorder: &Recorder| recorder.quantile(q).map(|ns| ns as f64 / 1e6);
    let Some(value) = ms(&merged(slices)) else { return Estimate::default() };
    let mut size = 1;
    while slices.len() / size >= SECTIONS {
        let sections: Vec<Recorder> = slices.chunks_exact(size).map(merged).collect();
        if sections.iter().all(|section| section.count() >= samples_needed(q)) {
            let values: Vec<f64> = sections.iter().filter_map(ms).collect();
            return quantile_interval(value, &values, confidence).into();
        }
        size *= 2;
    }
    Estimate { value: Some(value), low: None, high: None }
}

/// Requests of a replication over all windows.
fn totals(tallies: &[Tally], confidence: f64) -> BTreeMap<String, Estimate> {
    let mean = |f: &dyn Fn(&Slice) -> u64| -> Estimate {
        let sum = |tally: &Tally| tally.slices.iter().map(f).sum::<u64>() as f64;
        count(mean_interval(&tallies.iter().map(sum).collect::<Vec<f64>>(), confidence).into())
    };
    let mut totals: BTreeMap<String, Estimate> =
        LOST.iter().map(|(name, pick)| ((*name).to_string(), mean(&|slice| pick(&slice.outcomes)))).collect();
    totals.insert("requests".into(), mean(&|slice| slice.arrivals));
    totals.insert("lost".into(), mean(&|slice| slice.arrivals - slice.outcomes.ok));
    totals.insert("retries".into(), mean(&|slice| slice.attempts - slice.arrivals));
    totals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::timeline::Slice;

    fn slice(arrivals: u64, attempts: u64, latencies: impl Iterator<Item = u64>) -> Slice {
        let mut latency = Recorder::new(2);
        latencies.for_each(|ms| latency.record(ms * 1_000_000));
        let outcomes = Outcomes { ok: latency.count(), timed_out: arrivals - latency.count(), ..Outcomes::default() };
        Slice { arrivals, outcomes, attempts, ended: 0, answered: latency.count(), in_system: 3, latency }
    }

    #[test]
    fn a_window_is_summed_up_over_replications() {
        let slices = [slice(100, 150, 0..50), slice(50, 150, 0..50)];
        let refs: Vec<&Slice> = slices.iter().collect();
        let all: BTreeMap<&str, Estimate> = window(&refs, 2.0, 0.95).into_iter().collect();
        assert_eq!(all["rate.offered"].value, Some(37.5));
        assert_eq!(all["rate.goodput"].value, Some(25.0));
        assert_eq!(all["amplification"].value, Some(2.0), "300 attempts of 150 requests");
        assert_eq!(
            (all["outcome.ok"].value, all["outcome.timed_out"].value),
            (Some(100.0 / 150.0), Some(50.0 / 150.0))
        );
        let ok = all["outcome.ok"];
        assert!(ok.high <= Some(1.0) && ok.low >= Some(0.0));
        assert_eq!(all["latency.p50"].low, None, "too few samples");
        assert_eq!(
            (all["rate.offered"].value, all["rate.offered"].low),
            (Some(37.5), Some(0.0)),
            "no count is below 0"
        );
        let nobody = window(&[&slice(0, 4, 0..0)], 1.0, 0.95).into_iter().collect::<BTreeMap<&str, Estimate>>();
        assert_eq!((nobody["amplification"], nobody["latency.p99"]), (Estimate::default(), Estimate::default()));
    }

    #[test]
    fn replications_are_put_together_until_a_quantile_has_an_interval() {
        let many: Vec<Slice> = (0..20).map(|r| slice(100, 100, (r..).take(100))).collect();
        let refs: Vec<&Slice> = many.iter().collect();
        let median = quantile(&refs, 0.5, 0.95);
        assert!(median.low < median.value && median.value < median.high, "ten sections of two: {median:?}");
        assert_eq!(quantile(&refs, 0.99, 0.95).low, None);
    }
}
