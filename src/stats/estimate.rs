//! Estimates over independent replications: means, quantiles, paired differences. Never over single requests, which are
//! correlated.

use super::student::t_two_sided;

/// A point estimate and the ends of its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Point estimate, in the unit of the values.
    pub value: f64,
    /// Lower end; none where one replication says nothing about spread.
    pub low: Option<f64>,
    /// Upper end; none as for `low`.
    pub high: Option<f64>,
}

impl Interval {
    /// A value known without an interval.
    #[must_use]
    pub fn bare(value: f64) -> Interval {
        Interval { value, low: None, high: None }
    }

    /// Half the length of the interval; none without one.
    #[must_use]
    pub fn half_width(&self) -> Option<f64> {
        Some((self.high? - self.low?) / 2.0)
    }

    /// Half the length over the size of the value; none without an interval, infinite at a value of 0 with a spread, 0
    /// without.
    #[must_use]
    pub fn relative_half_width(&self) -> Option<f64> {
        let half = self.half_width()?;
        Some(if half == 0.0 { 0.0 } else { half / self.value.abs() })
    }

    /// `centre` plus and minus t S / sqrt(R), with S about `centre` over the values. Values that are not finite give no
    /// interval.
    fn around(centre: f64, values: &[f64], confidence: f64) -> Interval {
        let n = values.len();
        if n < 2 {
            return Interval::bare(centre);
        }
        let squares: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
        let freedom = (n - 1) as f64;
        let half = t_two_sided(freedom, confidence) * libm::sqrt(squares / freedom / n as f64);
        if half.is_finite() {
            Interval { value: centre, low: Some(centre - half), high: Some(centre + half) }
        } else {
            Interval::bare(centre)
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance with n - 1; 0 for fewer than two values.
fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let centre = mean(values);
    values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / (values.len() - 1) as f64
}

/// Mean of one value per replication with Student's t interval at `confidence` (such as 0.95).
///
/// No ends for a single value; a value of NaN for none. Source: Law, *Simulation Modeling and Analysis*, 5th ed.,
/// 9.4.1.
#[must_use]
pub fn mean_interval(values: &[f64], confidence: f64) -> Interval {
    Interval::around(mean(values), values, confidence)
}

/// Interval of a quantile by sectioning: `merged` from all requests together, one quantile per replication for the
/// spread around it. Every replication must have measured for the same length.
///
/// Source: Nakayama, "Confidence intervals for quantiles using sectioning when applying variance-reduction techniques",
/// TOMACS 24 (2014); Asmussen and Glynn, *Stochastic Simulation* (2007), III.5.
#[must_use]
pub fn quantile_interval(merged: f64, per_replication: &[f64], confidence: f64) -> Interval {
    Interval::around(merged, per_replication, confidence)
}

/// Requests that each replication must have measured before an interval of its `q` quantile may be shown: 100 beyond
/// the quantile. `u64::MAX` at 1 and above.
#[must_use]
pub fn samples_needed(q: f64) -> u64 {
    if q >= 1.0 {
        return u64::MAX;
    }
    // 1 - 0.99 is a little above 0.01: a billionth less keeps 10,000 from becoming 10,001 or 9,999.
    (100.0 / (1.0 - q.max(0.0)) * (1.0 - 1e-9)).ceil() as u64
}

/// A difference between two systems that ran with the same random numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// First less second.
    pub difference: Interval,
    /// What pairing was worth: variance of the difference of independent runs over that of the paired ones. 1 where
    /// neither varies, infinite where only the difference does not.
    pub variance_ratio: f64,
}

fn differences(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn paired_about(centre: f64, a: &[f64], b: &[f64], confidence: f64) -> Paired {
    let each = differences(a, b);
    // What rounding leaves of differences that are all the same is no variance.
    let rounding = a.iter().chain(b).fold(0.0, |most: f64, value| most.max(value.abs())) * 4.0 * f64::EPSILON;
    let above = |variance: f64| if variance > rounding * rounding { variance } else { 0.0 };
    let apart = above(variance(&a[..each.len()])) + above(variance(&b[..each.len()]));
    let together = above(variance(&each));
    let variance_ratio = if apart == 0.0 && together == 0.0 { 1.0 } else { apart / together };
    Paired { difference: Interval::around(centre, &each, confidence), variance_ratio }
}

/// Mean difference `a[r] - b[r]` over replications that share their streams, with its paired-t interval. Replications
/// beyond the shorter list are left out. Source: Law, 10.2.1.
#[must_use]
pub fn paired(a: &[f64], b: &[f64], confidence: f64) -> Paired {
    paired_about(mean(&differences(a, b)), a, b, confidence)
}

/// Difference of a quantile, `merged_a - merged_b`, with its interval by sectioning over the paired replications that the merged
/// values are of.
///
/// A quantile is the middle of a bucket that is at most `resolution` of its value wide, so each side is off by up to half of
/// that, in every replication alike: the interval is wider by both, unless both are known to be the `same` latencies, whose
/// difference is exactly 0.
#[must_use]
pub fn paired_quantile(
    (merged_a, merged_b): (f64, f64),
    a: &[f64],
    b: &[f64],
    resolution: f64,
    same: bool,
    confidence: f64,
) -> Paired {
    let mut pair = paired_about(merged_a - merged_b, a, b, confidence);
    if !same {
        let rounding = resolution * (merged_a.abs() + merged_b.abs()) / 2.0;
        pair.difference.low = pair.difference.low.map(|low| low - rounding);
        pair.difference.high = pair.difference.high.map(|high| high + rounding);
    }
    pair
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stats::histogram::Recorder;
    use crate::stats::noise::exponential;

    #[test]
    fn a_worked_t_interval() {
        // The worked example of Law, 4.5: ten values, mean 1.34, variance 0.17, 90 % interval 1.34 +- 0.24.
        let interval = mean_interval(&[1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09], 0.90);
        assert!((interval.value - 1.343).abs() < 1e-12);
        assert!((interval.half_width().unwrap() - 0.24).abs() < 0.005);
    }

    #[test]
    fn one_value_has_no_ends() {
        assert_eq!(mean_interval(&[5.0], 0.95), Interval::bare(5.0));
        assert!(mean_interval(&[], 0.95).value.is_nan());
        assert_eq!(mean_interval(&[5.0, f64::NAN], 0.95).low, None);
    }

    #[test]
    fn sectioning_spreads_around_the_merged_value() {
        let off_centre = quantile_interval(12.0, &[9.0, 10.0, 11.0], 0.95);
        assert_eq!(off_centre.value, 12.0);
        let t = t_two_sided(2.0, 0.95);
        assert!((off_centre.half_width().unwrap() - t * libm::sqrt(14.0 / 2.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn a_hundred_requests_beyond_the_quantile() {
        assert_eq!(
            [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999].map(samples_needed),
            [100, 200, 1_000, 10_000, 100_000, 1_000_000]
        );
        assert_eq!(samples_needed(1.0), u64::MAX);
    }

    #[test]
    fn pairing_with_oneself_leaves_nothing() {
        let a = [3.0, 4.0, 6.0];
        let same = paired(&a, &a, 0.95);
        assert_eq!((same.difference.value, same.difference.half_width()), (0.0, Some(0.0)));
        assert!(same.variance_ratio.is_infinite());
        let shifted = paired(&[4.0, 5.1, 7.0], &a, 0.95);
        assert!(shifted.variance_ratio > 100.0 && shifted.difference.low > Some(0.0));
        // 0.1 is no binary number: the differences are the same but for rounding.
        assert!(paired(&[100.1, 7.1], &[100.0, 7.0], 0.95).variance_ratio.is_infinite());
    }

    #[test]
    fn a_difference_of_quantiles_is_no_finer_than_their_buckets() {
        let a = [100.0, 101.0, 102.0];
        let shifted = a.map(|value| value + 1.0);
        let Interval { value, low, high } =
            paired_quantile((102.0, 101.0), &shifted, &a, 0.001, false, 0.95).difference;
        assert_eq!(value, 1.0);
        assert!((1.0 - low.unwrap() - 0.1015).abs() < 1e-9 && (high.unwrap() - 1.0 - 0.1015).abs() < 1e-9);
        let same = paired_quantile((101.0, 101.0), &a, &a, 0.001, true, 0.95).difference;
        assert_eq!((same.value, same.low, same.high), (0.0, Some(0.0), Some(0.0)));
    }

    #[test]
    fn intervals_of_the_mean_cover_as_often_as_they_say() {
        let covered = (0..1_000)
            .filter(|&seed| {
                let section = |r: u64| (0..200).map(|i| exponential(seed, r * 200 + i)).sum::<f64>() / 200.0;
                let values: Vec<f64> = (0..10).map(section).collect();
                let interval = mean_interval(&values, 0.95);
                interval.low.unwrap() <= 1.0 && 1.0 <= interval.high.unwrap()
            })
            .count();
        // 0.1 % band of Binomial(1000, 0.95).
        assert!((926..=971).contains(&covered), "{covered}");
    }

    /// Latencies (ns) of an M/M/1 queue, 50/s on 100/s, from the 501st request on; Lindley's recursion.
    fn replication(series: u64) -> Recorder {
        let mut recorder = Recorder::new(3);
        let mut wait = 0.0_f64;
        for i in 0..5_500 {
            let latency = wait + 0.01 * exponential(series, 2 * i);
            wait = (latency - 0.02 * exponential(series, 2 * i + 1)).max(0.0);
            if i >= 500 {
                recorder.record((latency * 1e9) as u64);
            }
        }
        recorder
    }

    #[test]
    fn intervals_cover_on_a_queue_whose_requests_are_correlated() {
        let (mut means, mut medians) = (0, 0);
        for experiment in 0..100 {
            let each: Vec<Recorder> = (0..10).map(|r| replication(experiment * 10 + r)).collect();
            let mut merged = Recorder::new(3);
            each.iter().for_each(|recorder| merged.merge(recorder));
            let covers =
                |interval: Interval, truth: f64| interval.low.unwrap() <= truth && truth <= interval.high.unwrap();
            let of_each: Vec<f64> = each.iter().map(|recorder| recorder.mean().unwrap()).collect();
            means += u32::from(covers(mean_interval(&of_each, 0.95), 20e6));
            let median = |recorder: &Recorder| recorder.quantile(0.5).unwrap() as f64;
            let of_each: Vec<f64> = each.iter().map(median).collect();
            let interval = quantile_interval(median(&merged), &of_each, 0.95);
            medians += u32::from(covers(interval, 20e6 * std::f64::consts::LN_2));
        }
        // 0.1 % band of Binomial(100, 0.95).
        assert!((87..=100).contains(&means) && (87..=100).contains(&medians), "{means} {medians}");
    }
}
