//! How bursty arrivals are: the index of dispersion of counts. 1 for a Poisson process at every window, 0 for a clock.

/// Windows in which arrivals are counted, seconds.
pub const WINDOWS: [u64; 3] = [1, 10, 60];

/// Variance over mean of the counts of `arrivals` (ns, any order) in the whole windows of `window` ns inside [start,
/// end).
///
/// None for fewer than two whole windows, a window of 0, or no arrival in them. Sample variance with n - 1.
/// Source: Gusella, "Characterizing the variability of arrival processes with indexes of dispersion", IEEE JSAC 9
/// (1991).
#[must_use]
pub fn index_of_dispersion(arrivals: &[u64], start: u64, end: u64, window: u64) -> Option<f64> {
    let windows = end.saturating_sub(start).checked_div(window)?;
    if windows < 2 {
        return None;
    }
    let inside = |&&at: &&u64| at >= start && at - start < windows * window;
    let mut places: Vec<u64> = arrivals.iter().filter(inside).map(|&at| (at - start) / window).collect();
    places.sort_unstable();
    let n = windows as f64;
    let mean = places.len() as f64 / n;
    if places.is_empty() {
        return None;
    }
    // Windows without arrivals are not visited: each adds the squared mean. So a long quiet span costs nothing.
    let (mut squares, mut busy) = (0.0, 0.0);
    for group in places.chunk_by(|a, b| a == b) {
        let off = group.len() as f64 - mean;
        squares += off * off;
        busy += 1.0;
    }
    squares += (n - busy) * mean * mean;
    Some(squares / (n - 1.0) / mean)
}

/// [`index_of_dispersion`] at each of [`WINDOWS`].
#[must_use]
pub fn indexes_of_dispersion(arrivals: &[u64], start: u64, end: u64) -> [Option<f64>; 3] {
    WINDOWS.map(|seconds| index_of_dispersion(arrivals, start, end, seconds * 1_000_000_000))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stats::noise::exponential;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_clock_has_none_and_poisson_has_one() {
        let clock: Vec<u64> = (0..10_000).map(|i| i * SECOND / 10).collect();
        assert_eq!(index_of_dispersion(&clock, 0, 1_000 * SECOND, SECOND), Some(0.0));
        let mut at = 0.0;
        let poisson: Vec<u64> = (0..100_000)
            .map(|i| {
                at += exponential(5, i) * SECOND as f64 / 20.0;
                at as u64
            })
            .collect();
        let indexes = indexes_of_dispersion(&poisson, 0, at as u64);
        // Standard deviation of the index of n windows: sqrt(2/n); n = 5000, 500, 83.
        for (index, limit) in indexes.into_iter().zip([0.08, 0.25, 0.6]) {
            assert!((index.unwrap() - 1.0).abs() < limit, "{index:?}");
        }
    }

    #[test]
    fn only_whole_windows_inside_count() {
        // Counts 3, 1 in [10 s, 12 s); those before, after and in the last half window do not count.
        let arrivals = [9, 10, 10, 10, 11, 12, 13].map(|s| s * SECOND);
        assert_eq!(index_of_dispersion(&arrivals, 10 * SECOND, 12 * SECOND + SECOND / 2, SECOND), Some(1.0));
        assert_eq!(index_of_dispersion(&arrivals, 10 * SECOND, 11 * SECOND, SECOND), None);
        assert_eq!(index_of_dispersion(&[], 0, 100 * SECOND, SECOND), None);
        assert_eq!(index_of_dispersion(&arrivals, 0, 100, 0), None);
    }
}
