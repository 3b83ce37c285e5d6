//! Whether a station has a steady state to speak of: flow balance and queue growth. Utilisation is known before
//! simulating and is not judged here.

use super::student::t_quantile;

/// Growth above this share of the mean level over the window counts.
const GROWTH_SHARE: f64 = 0.10;
/// Completions that fall short of arrivals by more than this share count.
pub const FLOW_GAP: f64 = 0.01;
/// One-sided level of the test of the slope.
const LEVEL: f64 = 0.99;

/// Trend of a queue (or of waits) over the last two thirds of the measured window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Mean slope over the replications, in the unit of the levels per step between them.
    pub slope: f64,
    /// Growth over the last two thirds as a share of the mean level there; 0 at a mean of 0.
    pub relative: f64,
    /// Whether the slope is above 0 beyond chance (1 %, one-sided, over replications) and the growth above a tenth of
    /// the level.
    pub growing: bool,
}

/// Least-squares slope of `levels` on their index, and their mean.
fn slope_and_mean(levels: &[f64]) -> (f64, f64) {
    let n = levels.len() as f64;
    let middle = (n - 1.0) / 2.0;
    let mean = levels.iter().sum::<f64>() / n;
    let (mut cross, mut square) = (0.0, 0.0);
    for (i, level) in levels.iter().enumerate() {
        let x = i as f64 - middle;
        cross += x * (level - mean);
        square += x * x;
    }
    (cross / square, mean)
}

/// Trend of one series per replication, each sampled at equal steps over the measured window. None for fewer than two
/// replications or fewer than six samples: nothing can be said.
///
/// A t test over requests instead of replications would always be significant; see Law, 9.5.
#[must_use]
pub fn growth(replications: &[Vec<f64>]) -> Option<Growth> {
    if replications.len() < 2 || replications.iter().any(|levels| levels.len() < 6) {
        return None;
    }
    let fits: Vec<(f64, f64, f64)> = replications
        .iter()
        .map(|levels| {
            let late = &levels[levels.len() / 3..];
            let (slope, mean) = slope_and_mean(late);
            (slope, mean, slope * (late.len() - 1) as f64)
        })
        .collect();
    let n = fits.len() as f64;
    let average = |of: fn(&(f64, f64, f64)) -> f64| fits.iter().map(of).sum::<f64>() / n;
    let (slope, level, rise) = (average(|fit| fit.0), average(|fit| fit.1), average(|fit| fit.2));
    let variance = fits.iter().map(|fit| (fit.0 - slope) * (fit.0 - slope)).sum::<f64>() / (n - 1.0);
    let relative = if level > 0.0 { rise / level } else { 0.0 };
    let beyond_chance = slope > t_quantile(n - 1.0, LEVEL) * libm::sqrt(variance / n);
    Some(Growth { slope, relative, growing: beyond_chance && relative > GROWTH_SHARE })
}

/// The verdict: utilisation of 1 and more, or a flow gap together with a growing queue. Either alone happens by chance.
#[must_use]
pub fn unstable(utilisation: Option<f64>, gap: f64, growth: Option<Growth>) -> bool {
    utilisation.is_some_and(|rho| rho >= 1.0) || (gap > FLOW_GAP && growth.is_some_and(|growth| growth.growing))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stats::noise::exponential;

    /// Waits of M/M/1 at utilisation `rho`, a mean of each 1/100 of `n` requests, for ten replications.
    fn waits(rho: f64, n: usize) -> Vec<Vec<f64>> {
        (0..10)
            .map(|r| {
                let mut wait = 0.0_f64;
                let all: Vec<f64> = (0..n as u64)
                    .map(|i| {
                        wait = (wait + rho * exponential(r, 2 * i) - exponential(r, 2 * i + 1)).max(0.0);
                        wait
                    })
                    .collect();
                all.chunks(n / 100).map(|chunk| chunk.iter().sum::<f64>() / chunk.len() as f64).collect()
            })
            .collect()
    }

    #[test]
    fn overload_grows_and_a_stable_queue_does_not() {
        assert!(growth(&waits(1.05, 20_000)).unwrap().growing);
        assert!(!growth(&waits(0.8, 20_000)).unwrap().growing);
        assert!(!growth(&waits(0.95, 20_000)).unwrap().growing);
    }

    #[test]
    fn a_straight_line_has_its_slope() {
        let line: Vec<f64> = (0..90).map(|i| 3.0 + 0.5 * f64::from(i)).collect();
        let fit = growth(&[line.clone(), line]).unwrap();
        assert!((fit.slope - 0.5).abs() < 1e-12 && fit.growing);
        assert!(growth(&[vec![1.0; 90]]).is_none(), "one replication");
        assert!(!growth(&[vec![0.0; 90], vec![0.0; 90]]).unwrap().growing);
    }

    #[test]
    fn the_verdict_needs_both_or_certainty() {
        let grows = growth(&waits(1.05, 20_000));
        assert!(unstable(Some(1.0), 0.0, None));
        assert!(unstable(Some(0.97), 0.02, grows));
        assert!(!unstable(Some(0.97), 0.005, grows));
        assert!(!unstable(None, 0.0, None));
    }
}
