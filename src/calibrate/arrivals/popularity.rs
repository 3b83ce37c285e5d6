//! How traffic is shared among services: Zipf's law by maximum likelihood, and how far it is from the shares themselves.

/// Largest share of the traffic that Zipf's law may put on the wrong services and still be called near.
pub const NEAR: f64 = 0.05;

/// Zipf's law for the counts of services: the k-th most asked has a share in proportion to k^-s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zipf {
    /// The exponent s, 0 to 10; 0 is uniform.
    pub exponent: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// Share of the traffic that lies on other services than the law says: half the sum of the differences of shares.
    pub off: f64,
}

/// Zipf's law of the counts, in any order; counts of 0 are services too. `None` with fewer than 3 services or no requests.
///
/// The likelihood is that of requests to ranked services, -s sum(n_k ln k) - n ln H(s), which has one top (Newton's method). Ranks are
/// those of the counts themselves, which makes services look slightly less alike than they are.
#[must_use]
pub fn zipf(counts: &[u64]) -> Option<Zipf> {
    let mut counts: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    counts.sort_by(|a, b| b.total_cmp(a));
    let n: f64 = counts.iter().sum();
    if counts.len() < 3 || n <= 0.0 {
        return None;
    }
    let logs: Vec<f64> = (1..=counts.len()).map(|k| libm::log(k as f64)).collect();
    let measured = counts.iter().zip(&logs).map(|(count, log)| count * log).sum::<f64>() / n;
    // Mean and variance of ln k under the law.
    let moments = |s: f64| {
        let weights: Vec<f64> = logs.iter().map(|log| libm::exp(-s * log)).collect();
        let sum: f64 = weights.iter().sum();
        let mean = weights.iter().zip(&logs).map(|(w, log)| w * log).sum::<f64>() / sum;
        let square = weights.iter().zip(&logs).map(|(w, log)| w * log * log).sum::<f64>() / sum;
        (mean, (square - mean * mean).max(1e-300))
    };
    let (mut low, mut high) = (0.0, 10.0);
    let mut s = 1.0;
    for _ in 0..100 {
        let (mean, variance) = moments(s);
        if mean > measured {
            low = s
        } else {
            high = s
        }
        let newton = s + (mean - measured) / variance;
        s = if newton > low && newton < high { newton } else { (low + high) / 2.0 };
    }
    let half = crate::calibrate::words::Z95 / (n * moments(s).1).sqrt();
    let sum: f64 = logs.iter().map(|log| libm::exp(-s * log)).sum();
    let off =
        counts.iter().zip(&logs).map(|(count, log)| (count / n - libm::exp(-s * log) / sum).abs()).sum::<f64>() / 2.0;
    Some(Zipf { exponent: s, interval: ((s - half).max(0.0), (s + half).min(10.0)), off })
}
