//! Percentiles of one metric over periods, and of all periods together.

use std::collections::BTreeMap;

/// Steps of the search for a quantile of several periods together.
const STEPS: usize = 100;

/// What CloudWatch says of one period. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    /// Percentiles by their rank in thousandths of a percent (p99.9 is 99,900).
    pub percentiles: BTreeMap<u32, f64>,
    /// Mean.
    pub mean: Option<f64>,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// How many values the period has.
    pub n: Option<f64>,
}

/// One metric over its periods, by their start in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// The periods.
    pub periods: BTreeMap<i64, Period>,
}

impl Curve {
    /// Notes a statistic; what was there before.
    pub(super) fn set(&mut self, second: i64, statistic: &str, value: f64) -> Option<f64> {
        let period = self.periods.entry(second).or_default();
        match statistic {
            "Average" => period.mean.replace(value),
            "Minimum" => period.min.replace(value),
            "Maximum" => period.max.replace(value),
            "SampleCount" => period.n.replace(value),
            _ => {
                let rank: f64 = statistic.strip_prefix('p')?.parse().ok()?;
                period.percentiles.insert((rank * 1000.0).round() as u32, value)
            }
        }
    }

    /// Takes out the periods whose percentiles fall: how many, the first, and the ranks of the first two of its percentiles that fall,
    /// in thousandths of a percent. `None` where all rise.
    pub(super) fn drop_falling(&mut self) -> Option<(usize, i64, [u32; 2])> {
        let falling = |period: &Period| {
            let mut pairs = period.percentiles.iter().zip(period.percentiles.iter().skip(1));
            pairs.find(|(low, high)| high.1 < low.1).map(|(low, high)| [*low.0, *high.0])
        };
        let first = self.periods.iter().find_map(|(second, period)| Some((*second, falling(period)?)));
        let before = self.periods.len();
        self.periods.retain(|_, period| falling(period).is_none());
        first.map(|(second, ranks)| (before - self.periods.len(), second, ranks))
    }

    /// How many values there are in all periods; `None` where a period does not say.
    #[must_use]
    pub fn n(&self) -> Option<f64> {
        self.periods.values().map(|period| period.n).sum()
    }

    /// Mean over all periods in milliseconds, each by its number of values; where one does not say, all count the same. `None` where
    /// a period has no mean.
    #[must_use]
    pub fn mean_ms(&self) -> Option<f64> {
        let weighted: Option<Vec<(f64, f64)>> =
            self.weighted().iter().map(|(weight, period)| period.mean.map(|mean| (*weight, mean))).collect();
        let weighted = weighted.filter(|weighted| !weighted.is_empty())?;
        let total: f64 = weighted.iter().map(|(weight, _)| weight).sum();
        (total > 0.0).then(|| weighted.iter().map(|(weight, mean)| weight * mean).sum::<f64>() / total)
    }

    fn weighted(&self) -> Vec<(f64, &Period)> {
        let counted = self.n().is_some_and(|n| n > 0.0);
        self.periods.values().map(|period| (period.n.filter(|_| counted).unwrap_or(1.0), period)).collect()
    }

    /// Quantiles of all periods together as (share, milliseconds), rising in both, at every percentile that each period states.
    ///
    /// One period's are as CloudWatch says. Of several periods the distribution functions are added up, each drawn through its own
    /// percentiles (on a logarithmic scale of time) and weighted by its number of values: percentiles themselves do not add up.
    #[must_use]
    pub fn quantiles(&self) -> Vec<(f64, f64)> {
        let weighted: Vec<(f64, Vec<(f64, f64)>)> = self
            .weighted()
            .into_iter()
            .filter(|(weight, _)| *weight > 0.0)
            .map(|(w, period)| (w, knots(period)))
            .collect();
        let mut ranks = self.periods.values().map(|period| &period.percentiles).filter(|ranks| !ranks.is_empty());
        let Some(first) = ranks.next() else { return Vec::new() };
        let others: Vec<_> = ranks.collect();
        let shared = first.keys().filter(|rank| others.iter().all(|ranks| ranks.contains_key(rank)));
        let weighted: Vec<_> = weighted.into_iter().filter(|(_, knots)| !knots.is_empty()).collect();
        let mut floor: f64 = 0.0;
        let quantile = |rank: &u32| {
            let share = f64::from(*rank) / 100_000.0;
            let value = match weighted.as_slice() {
                [(_, knots)] => knots.iter().find(|knot| knot.0 >= share).map_or(0.0, |knot| knot.1),
                _ => of_all(&weighted, share),
            };
            floor = floor.max(value);
            (share, floor)
        };
        shared.map(quantile).collect()
    }
}

/// The points through which a period's distribution function goes, as (share, milliseconds).
fn knots(period: &Period) -> Vec<(f64, f64)> {
    period.percentiles.iter().map(|(rank, ms)| (f64::from(*rank) / 100_000.0, *ms)).collect()
}

/// Share of a period's values that are at most `ms`: between two knots evenly on a logarithmic scale, below the first and above the
/// last in proportion to it, as far as nothing is known.
fn share(knots: &[(f64, f64)], ms: f64) -> f64 {
    let at = knots.partition_point(|knot| knot.1 <= ms);
    let (Some(first), Some(last)) = (knots.first(), knots.last()) else { return 0.0 };
    if at == 0 {
        return if first.1 > 0.0 { first.0 * ms / first.1 } else { 0.0 };
    }
    if at == knots.len() {
        // Beyond the last percentile: a tail that loses half of what is left with every doubling.
        return if ms > 0.0 { 1.0 - (1.0 - last.0) * (last.1 / ms) } else { last.0 };
    }
    let (below, above) = (knots[at - 1], knots[at]);
    let low = below.1.max(above.1 * 1e-6);
    let part = if above.1 > low { libm::log(ms.max(low) / low) / libm::log(above.1 / low) } else { 0.0 };
    below.0 + part * (above.0 - below.0)
}

/// The quantile of several periods together, by halving.
fn of_all(weighted: &[(f64, Vec<(f64, f64)>)], wanted: f64) -> f64 {
    let total: f64 = weighted.iter().map(|(weight, _)| weight).sum();
    let below = |ms: f64| weighted.iter().map(|(weight, knots)| weight * share(knots, ms)).sum::<f64>() / total;
    // The quantile of all lies between the least and the greatest of the periods' own.
    let own = |knots: &[(f64, f64)]| knots.iter().find(|knot| knot.0 >= wanted).map(|knot| knot.1);
    let ends = weighted.iter().filter_map(|(_, knots)| own(knots));
    let (mut low, mut high) = ends.fold((f64::INFINITY, 0.0_f64), |(low, high), ms| (low.min(ms), high.max(ms)));
    for _ in 0..STEPS {
        let middle = low + (high - low) / 2.0;
        if below(middle) < wanted { low = middle } else { high = middle }
    }
    high
}
