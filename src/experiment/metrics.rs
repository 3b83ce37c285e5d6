//! From the tallies of a point's replications to its metrics: values per replication, then estimates with intervals.

use std::collections::BTreeMap;

use crate::engine::tally::{Counts, HopTally, MemberTally, Outcomes, Tally};
use crate::results::{Estimate, Warning};
use crate::stats::estimate::{mean_interval, quantile_interval, samples_needed};
use crate::stats::{Interval, Recorder};
use crate::units::Duration;

/// The values that a metric took in the replications, in their order; `None` where a replication has none.
#[derive(Clone, Debug)]
pub struct Series {
    /// One value a replication.
    pub values: Vec<f64>,
    /// For a quantile: the merged one, and whether every replication has samples enough beyond it.
    pub merged: Option<f64>,
    /// For `latency.p99`: the merged one over the first 1, 2, ... replications, so that options which ended after unlike numbers of
    /// replications are compared on those that both have. Empty for other metrics.
    pub merged_first: Vec<f64>,
    /// Whether an interval may be shown: samples enough, and the start from an empty system forgotten.
    pub supported: bool,
}

/// All series of a point by metric name, and warnings about those that are withheld.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// By metric name.
    pub series: BTreeMap<String, Series>,
    /// `too_few_samples`, one for each quantile withheld.
    pub warnings: Vec<Warning>,
    /// Measured requests of all replications.
    requests: u64,
}

const LATENCY_QUANTILES: [(&str, f64); 5] =
    [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99_9", 0.999)];
const SOJOURN_QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99_9", 0.999)];
const WAIT_QUANTILES: [(&str, f64); 1] = [("p99", 0.99)];

/// Which hops have a bucket or stations, in the order of the tallies' hops.
#[derive(Clone, Copy, Debug, Default)]
pub struct HopShape {
    /// Has stations.
    pub stations: bool,
    /// Is nothing but a bucket.
    pub bucket_only: bool,
}

fn ms(ns: f64) -> f64 {
    ns / 1e6
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// The quantile over the first 1, 2, ... replications together, ms; not a number as long as none of them has a sample.
fn merged_first(recorders: &[&Recorder], q: f64) -> Vec<f64> {
    let Some(first) = recorders.first() else { return Vec::new() };
    let mut merged = Recorder::new(first.digits());
    let mut quantile = |recorder: &&Recorder| {
        merged.merge(recorder);
        merged.quantile(q).map_or(f64::NAN, |ns| ms(ns as f64))
    };
    recorders.iter().map(&mut quantile).collect()
}

/// The name of an observed instant: `10s`, `1500ms`, ... in the largest of s, ms, us, ns that gives a whole number.
#[must_use]
pub fn instant_name(at: Duration) -> String {
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)];
    let whole = units.iter().find(|(_, ns)| at.0.is_multiple_of(*ns));
    whole.map_or_else(|| format!("{}ns", at.0), |(unit, ns)| format!("{}{unit}", at.0 / ns))
}

impl Measured {
    /// Sums up the replications of a point, in index order. `observe_at` are the observed instants; `names` the hops' names.
    #[must_use]
    pub fn new(
        tallies: &[Tally],
        names: &[String],
        members: &[Vec<String>],
        shapes: &[HopShape],
        observe_at: &[Duration],
    ) -> Measured {
        let mut measured = Measured::default();
        measured.requests(tallies);
        measured.observed(tallies, observe_at);
        for (index, name) in names.iter().enumerate() {
            let hops: Vec<&HopTally> = tallies.iter().map(|tally| &tally.hops[index]).collect();
            measured.hop(tallies, &hops, name, &members[index], shapes[index]);
        }
        measured
    }

    fn mean(&mut self, name: impl Into<String>, values: Vec<f64>) {
        if values.iter().all(|value| value.is_finite()) {
            self.series.insert(name.into(), Series { values, merged: None, merged_first: Vec::new(), supported: true });
        }
    }

    fn quantiles(&mut self, prefix: &str, recorders: &[&Recorder], quantiles: &[(&str, f64)]) {
        let Some((first, rest)) = recorders.split_first() else { return };
        let mut merged = (*first).clone();
        for other in rest {
            merged.merge(other);
        }
        let counts: Vec<u64> = recorders.iter().map(|recorder| recorder.count()).collect();
        let (all, fewest) = (counts.iter().sum(), counts.iter().copied().min().unwrap_or(0));
        for &(suffix, q) in quantiles {
            let Some(value) = merged.quantile_of(q, all) else { continue };
            let own =
                |(recorder, &count): (&&Recorder, &u64)| ms(recorder.quantile_of(q, count).unwrap_or(value) as f64);
            let needed = samples_needed(q);
            let supported = fewest >= needed;
            let name = format!("{prefix}.{suffix}");
            if !supported && recorders.len() > 1 {
                self.warnings.push(Warning {
                    kind: "too_few_samples".into(),
                    about: name.clone(),
                    message: format!("{name} has no interval: {fewest} samples in a replication, {needed} would do"),
                });
            }
            let values = recorders.iter().zip(&counts).map(own).collect();
            let merged = Some(ms(value as f64));
            self.series.insert(name, Series { values, merged, merged_first: Vec::new(), supported });
        }
    }

    fn requests(&mut self, tallies: &[Tally]) {
        let each = |f: &dyn Fn(&Tally) -> f64| tallies.iter().map(f).collect::<Vec<f64>>();
        let seconds = |tally: &Tally| (tally.closed - tally.opened) as f64 / 1e9;
        let latencies: Vec<&Recorder> = tallies.iter().map(|tally| &tally.latency).collect();
        self.requests = tallies.iter().map(|tally| tally.requests).sum();
        self.mean("latency.mean", each(&|t| ms(t.latency.mean().unwrap_or(f64::NAN))));
        self.quantiles("latency", &latencies, &LATENCY_QUANTILES);
        if let Some(p99) = self.series.get_mut("latency.p99") {
            p99.merged_first = merged_first(&latencies, 0.99);
        }
        if latencies.iter().any(|recorder| recorder.count() > 0) {
            let merged = latencies.iter().map(|recorder| recorder.max()).max().unwrap_or(0);
            let values = each(&|t| ms(t.latency.max() as f64));
            let merged = Some(ms(merged as f64));
            let series = Series { values, merged, merged_first: Vec::new(), supported: false };
            self.series.insert("latency.max".into(), series);
        }
        self.mean("client.latency.mean", each(&|t| ms(t.client_latency as f64 / t.requests as f64)));
        self.mean("rate.offered", each(&|t| t.requests as f64 / seconds(t)));
        self.mean("rate.attempts", each(&|t| t.attempts as f64 / seconds(t)));
        self.mean("rate.goodput", each(&|t| t.outcomes.ok as f64 / seconds(t)));
        self.mean("attempts.mean", each(&|t| t.attempts as f64 / t.requests as f64));
        self.mean("in_system.mean", each(&|t| t.in_system as f64 / 1e9 / seconds(t)));
        self.mean("arrivals.rate", each(&|t| t.requests as f64 / seconds(t)));
        for (index, window) in ["1s", "10s", "60s"].iter().enumerate() {
            let name = format!("arrivals.idc@{window}");
            self.mean(name, each(&|t| t.dispersion[index].index().unwrap_or(f64::NAN)));
        }
        type Pick = fn(&Outcomes) -> u64;
        let outcomes: [(&str, Pick); 6] = [
            ("ok", |o| o.ok),
            ("throttled", |o| o.throttled),
            ("rejected", |o| o.rejected),
            ("abandoned", |o| o.abandoned),
            ("timed_out", |o| o.timed_out),
            ("failed", Outcomes::failed_total),
        ];
        for (name, pick) in outcomes {
            self.mean(format!("outcome.{name}"), each(&|t| ratio(pick(&t.outcomes), t.requests)));
        }
        let codes: std::collections::BTreeSet<u16> = tallies
            .iter()
            .flat_map(|t| t.outcomes.failed.iter().map(|entry| entry.0))
            .filter(|code| *code > 0)
            .collect();
        for code in codes {
            let count = |o: &Outcomes| o.failed.iter().find(|entry| entry.0 == code).map_or(0, |entry| entry.1);
            self.mean(format!("outcome.failed.{code}"), each(&|t| ratio(count(&t.outcomes), t.requests)));
        }
    }

    fn observed(&mut self, tallies: &[Tally], observe_at: &[Duration]) {
        for (index, &at) in observe_at.iter().enumerate() {
            let values = tallies.iter().map(|tally| tally.observed[index] as f64).collect();
            self.mean(format!("in_system@{}", instant_name(at)), values);
            if let Some(&next) = observe_at.get(index + 1) {
                let values = tallies.iter().map(|tally| tally.completions[index] as f64).collect();
                self.mean(format!("completions@{}-{}", instant_name(at), instant_name(next)), values);
            }
        }
    }

    fn hop(&mut self, tallies: &[Tally], hops: &[&HopTally], name: &str, members: &[String], shape: HopShape) {
        let prefix = format!("hop.{name}");
        let seconds: Vec<f64> = tallies.iter().map(|tally| (tally.closed - tally.opened) as f64 / 1e9).collect();
        let counts: Vec<&Counts> = hops.iter().map(|hop| &hop.counts).collect();
        self.counts(&prefix, &counts, &seconds, shape);
        if shape.bucket_only {
            return;
        }
        let sojourns: Vec<&Recorder> = hops.iter().map(|hop| &hop.sojourn).collect();
        self.quantiles(&format!("{prefix}.sojourn"), &sojourns, &SOJOURN_QUANTILES);
        if !shape.stations {
            return;
        }
        let waits: Vec<&Recorder> = hops.iter().map(|hop| &hop.wait).collect();
        self.quantiles(&format!("{prefix}.wait"), &waits, &WAIT_QUANTILES);
        let busy = |hop: &&HopTally| hop.busy as f64 / hop.capacity as f64;
        self.mean(format!("{prefix}.utilisation"), hops.iter().map(busy).collect());
        let kept: Vec<Vec<&MemberTally>> =
            (0..members.len()).map(|m| hops.iter().filter_map(|hop| hop.members.get(m)).collect()).collect();
        if hops.iter().any(|hop| hop.members.iter().any(|member| member.recorders.is_some())) {
            for (member, tallies) in members.iter().zip(&kept) {
                self.member(&format!("{prefix}.{member}"), tallies, &seconds);
            }
        } else if members.len() > 1 {
            self.spread(&prefix, &kept, &seconds);
        }
    }

    fn counts(&mut self, prefix: &str, counts: &[&Counts], seconds: &[f64], shape: HopShape) {
        let each = |f: &dyn Fn(&Counts) -> f64| counts.iter().map(|count| f(count)).collect::<Vec<f64>>();
        let per_second = counts.iter().zip(seconds).map(|(count, s)| count.arrivals as f64 / s).collect();
        self.mean(format!("{prefix}.arrivals"), per_second);
        self.mean(format!("{prefix}.throttled"), each(&|c| ratio(c.throttled, c.arrivals)));
        if shape.bucket_only {
            return;
        }
        self.mean(format!("{prefix}.failed"), each(&|c| ratio(c.failed, c.arrivals)));
        self.mean(format!("{prefix}.sojourn.mean"), each(&|c| ms(c.sojourn as f64 / c.served as f64)));
        if !shape.stations {
            return;
        }
        self.mean(format!("{prefix}.rejected"), each(&|c| ratio(c.rejected, c.arrivals)));
        self.mean(format!("{prefix}.abandoned"), each(&|c| ratio(c.abandoned, c.arrivals)));
        self.mean(format!("{prefix}.wait.mean"), each(&|c| ms(c.wait as f64 / c.served as f64)));
        self.mean(format!("{prefix}.wait.probability"), each(&|c| ratio(c.waited, c.served)));
        self.mean(format!("{prefix}.wait.offered_probability"), each(&|c| ratio(c.blocked, c.arrivals)));
        let admitted = |c: &Counts| ms(c.wait_admitted as f64 / (c.served + c.abandoned) as f64);
        self.mean(format!("{prefix}.wait.all_mean"), each(&admitted));
    }

    fn member(&mut self, prefix: &str, tallies: &[&MemberTally], seconds: &[f64]) {
        let counts: Vec<&Counts> = tallies.iter().map(|tally| &tally.counts).collect();
        self.counts(prefix, &counts, seconds, HopShape { stations: true, bucket_only: false });
        let busy = |tally: &&MemberTally| tally.busy as f64 / tally.capacity as f64;
        self.mean(format!("{prefix}.utilisation"), tallies.iter().map(busy).collect());
        let recorders = |pick: fn(&(Recorder, Recorder)) -> &Recorder| {
            tallies.iter().filter_map(|tally| tally.recorders.as_ref().map(pick)).collect::<Vec<_>>()
        };
        // Members have few samples each; what is withheld there is said once for the hop.
        let said = self.warnings.len();
        self.quantiles(&format!("{prefix}.wait"), &recorders(|pair| &pair.0), &WAIT_QUANTILES);
        self.quantiles(&format!("{prefix}.sojourn"), &recorders(|pair| &pair.1), &SOJOURN_QUANTILES);
        self.warnings.truncate(said);
    }

    /// Smallest, median and largest member of a hop, by replication.
    fn spread(&mut self, prefix: &str, members: &[Vec<&MemberTally>], seconds: &[f64]) {
        type Of = fn(&MemberTally, f64) -> f64;
        let metrics: [(&str, Of); 4] = [
            ("arrivals", |m, s| m.counts.arrivals as f64 / s),
            ("utilisation", |m, _| m.busy as f64 / m.capacity as f64),
            ("rejected", |m, _| ratio(m.counts.rejected, m.counts.arrivals)),
            ("wait.mean", |m, _| ms(m.counts.wait as f64 / m.counts.served as f64)),
        ];
        for (metric, of) in metrics {
            let sorted: Vec<Vec<f64>> = seconds
                .iter()
                .enumerate()
                .map(|(r, &s)| {
                    let mut values: Vec<f64> =
                        members.iter().map(|member| of(member[r], s)).filter(|value| value.is_finite()).collect();
                    values.sort_by(f64::total_cmp);
                    values
                })
                .collect();
            if sorted.iter().any(Vec::is_empty) {
                continue;
            }
            let at = |pick: &dyn Fn(usize) -> usize| sorted.iter().map(|v| v[pick(v.len())]).collect::<Vec<f64>>();
            self.mean(format!("{prefix}.copies.min.{metric}"), at(&|_| 0));
            self.mean(format!("{prefix}.copies.median.{metric}"), at(&|n| (n - 1) / 2));
            self.mean(format!("{prefix}.copies.max.{metric}"), at(&|n| n - 1));
        }
    }

    /// The estimate of a metric: t over replications for means, sectioning around the merged value for quantiles; without an
    /// interval where that is not supported.
    #[must_use]
    pub fn estimate(&self, name: &str, confidence: f64) -> Option<Interval> {
        let series = self.series.get(name)?;
        let interval = match series.merged {
            Some(merged) => quantile_interval(merged, &series.values, confidence),
            None => mean_interval(&series.values, confidence),
        };
        let interval = if is_event_share(name) { self.as_rare_as_seen(interval, confidence) } else { interval };
        Some(if series.supported { interval } else { Interval::bare(interval.value) })
    }

    /// A share of requests is never known better than a rule of three says: what did not happen in n independent requests has a
    /// probability of up to -ln(1 - confidence) / n, three over n at 95 %. Requests lose company: what fails in a queue fails ten
    /// at a time, so n counts a tenth. Without this a loss that no replication happened to see would be 0 for certain.
    ///
    /// Source: Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249 (1983); that correlation in
    /// a queue at 0.8 widens intervals tenfold is the measurement behind the coverage suite.
    fn as_rare_as_seen(&self, interval: Interval, confidence: f64) -> Interval {
        if self.requests == 0 {
            return interval;
        }
        let least = -10.0 * libm::log(1.0 - confidence) / self.requests as f64;
        Interval {
            low: interval.low.map(|low| low.min(interval.value - least)),
            high: interval.high.map(|high| high.max(interval.value + least)),
            ..interval
        }
    }

    /// What a point without a steady state has instead of latencies: how fast the number in the system grows over the window, and
    /// how many end, per second, since what comes and neither ends nor stays does not exist.
    pub fn growth(&mut self, tallies: &[Tally]) {
        let seconds = |tally: &Tally| (tally.closed - tally.opened) as f64 / 1e9;
        let growth = |tally: &Tally| match (tally.backlog.first(), tally.backlog.last()) {
            (Some(&first), Some(&last)) => (last as f64 - first as f64) / seconds(tally),
            _ => f64::NAN,
        };
        self.mean("in_system.growth", tallies.iter().map(growth).collect());
        let ended = tallies.iter().map(|tally| tally.requests as f64 / seconds(tally) - growth(tally)).collect();
        self.mean("rate.ended", ended);
    }

    /// Takes the intervals from all that only means something in a steady state.
    pub fn withhold_unsettled(&mut self) {
        let steady = |name: &str| {
            settles(name) || is_share(name) || matches!(name, "rate.goodput" | "rate.attempts" | "attempts.mean")
        };
        for (_, series) in self.series.iter_mut().filter(|(name, _)| steady(name)) {
            series.supported = false;
        }
    }

    /// All estimates. Latencies, waits and numbers in system are null where the point is unstable; ends of a share's interval
    /// stay within 0 and 1.
    #[must_use]
    pub fn estimates(&self, confidence: f64, stable: bool) -> BTreeMap<String, Estimate> {
        let estimate = |name: &String| {
            let steady = stable || !settles(name);
            if steady { self.possible(name, confidence) } else { Some(Estimate::default()) }
        };
        self.series.keys().filter_map(|name| estimate(name).map(|estimate| (name.clone(), estimate))).collect()
    }

    /// As [`Measured::estimate`], with the ends of the interval held where the metric can be: nothing measured is below 0, no
    /// share above 1.
    #[must_use]
    pub fn possible(&self, name: &str, confidence: f64) -> Option<Estimate> {
        let interval = self.estimate(name, confidence)?;
        let most = if is_share(name) { 1.0 } else { f64::INFINITY };
        let within = |end: f64| end.clamp(0.0, most);
        Some(Interval { low: interval.low.map(within), high: interval.high.map(within), ..interval }.into())
    }
}

/// Whether a metric only means something in a steady state.
pub(super) fn settles(name: &str) -> bool {
    ["latency.", "client.latency", "in_system.mean"].iter().any(|prefix| name.starts_with(prefix))
        || (name.starts_with("hop.") && (name.contains(".wait.") || name.contains(".sojourn.")))
}

/// Whether a metric is a share of requests or attempts to which something happened.
fn is_event_share(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    name.starts_with("outcome.") || matches!(last, "throttled" | "rejected" | "abandoned" | "failed")
}

/// Whether a metric is a share of 0 to 1.
pub(super) fn is_share(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    name.starts_with("outcome.")
        || (name.starts_with("hop.")
            && matches!(
                last,
                "throttled"
                    | "rejected"
                    | "abandoned"
                    | "failed"
                    | "utilisation"
                    | "probability"
                    | "offered_probability"
            ))
}
