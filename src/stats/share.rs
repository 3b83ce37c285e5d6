//! Shares: of replications that do something, and of requests over replications that had unlike numbers of them.

use super::estimate::Interval;
use super::student::{t_quantile, t_two_sided};

/// Degrees of freedom at which Student's t is the normal law to ten digits.
const NORMAL: f64 = 1e12;

/// The share `hits` of `n` independent trials with Wilson's score interval at `confidence`, which also holds where all or none hit.
/// A value of NaN without ends for no trial.
///
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212; recommended by
/// Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001), 101-133.
#[must_use]
pub fn share_interval(hits: u32, n: u32, confidence: f64) -> Interval {
    let (trials, p) = (f64::from(n), f64::from(hits) / f64::from(n));
    if n == 0 {
        return Interval::bare(f64::NAN);
    }
    let z = t_quantile(NORMAL, 0.5 + confidence / 2.0);
    let spread = z * z / trials;
    let middle = (p + spread / 2.0) / (1.0 + spread);
    let half = z / (1.0 + spread) * libm::sqrt(p * (1.0 - p) / trials + spread / (4.0 * trials));
    let low = if hits == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if hits == n { 1.0 } else { (middle + half).min(1.0) };
    Interval { value: p, low: Some(low), high: Some(high) }
}

/// The ratio of two totals over replications, sum of `parts` over sum of `wholes`, with the interval of a ratio estimator: Student's t
/// over the residuals `part - ratio x whole`. No ends for a single replication, NaN where the wholes are 0.
///
/// Source: Cochran, *Sampling Techniques*, 3rd ed. (1977), 2.11 and 6.4.
#[must_use]
pub fn ratio_interval(parts: &[f64], wholes: &[f64], confidence: f64) -> Interval {
    let whole: f64 = wholes.iter().sum();
    let ratio = parts.iter().sum::<f64>() / whole;
    let n = parts.len().min(wholes.len()) as f64;
    if n < 2.0 || !ratio.is_finite() {
        return Interval::bare(ratio);
    }
    let squares: f64 = parts.iter().zip(wholes).map(|(part, all)| (part - ratio * all) * (part - ratio * all)).sum();
    let half = t_two_sided(n - 1.0, confidence) * libm::sqrt(squares / (n - 1.0) / n) / (whole / n);
    Interval { value: ratio, low: Some(ratio - half), high: Some(ratio + half) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_score_interval() {
        // Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (hits, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let interval = share_interval(hits, n, 0.95);
            assert!((interval.low.unwrap() - low).abs() < 5e-5, "{hits} of {n}: {interval:?}");
            assert!((interval.high.unwrap() - high).abs() < 5e-5, "{hits} of {n}: {interval:?}");
        }
        assert_eq!(share_interval(7, 7, 0.95).high, Some(1.0));
        assert!(share_interval(0, 0, 0.95).value.is_nan());
    }

    #[test]
    fn a_ratio_of_equal_wholes_is_a_mean() {
        let parts = [3.0, 5.0, 4.0, 8.0];
        let (ratio, mean) =
            (ratio_interval(&parts, &[10.0; 4], 0.95), super::super::estimate::mean_interval(&parts, 0.95));
        assert!((ratio.value - mean.value / 10.0).abs() < 1e-12);
        assert!((ratio.half_width().unwrap() - mean.half_width().unwrap() / 10.0).abs() < 1e-12);
        let same = ratio_interval(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], 0.95);
        assert_eq!((same.low, same.high), (Some(0.5), Some(0.5)), "no spread in the ratio");
        assert_eq!(ratio_interval(&[0.0, 0.0], &[0.0, 0.0], 0.95).low, None);
    }
}
