//! Where to cut the start-up transient: MSER-5 on an ensemble mean, and the relaxation time that sets a floor. Cutting
//! is the caller's work.

/// What MSER-5 says about a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmup {
    /// Leave out this many observations (a multiple of 5, maybe 0).
    Truncation(usize),
    /// The series has not settled, or is too short to say: run longer.
    Invalid,
}

/// Observations in a batch, the 5 of MSER-5.
const BATCH: usize = 5;
/// Share of the batches that must be left when the whole range is searched for a better cut in the second half: fewer
/// have a small variance by chance (a single one always has none).
const LEAST_SHARE: usize = 4;

/// MSER-5 truncation of `series`, which should be the mean over pilot replications at each index: applied to a single
/// run it cuts away busy periods and understates latency.
///
/// z = means of batches of 5; MSER(d) = sum over j > d of (z_j - mean)^2 / (b - d)^2; the smallest d with the least
/// value wins. Invalid where d is at half of the b batches, where a cut in the second half (that leaves a quarter)
/// would be better still, or where there are fewer than 10 batches.
///
/// Source: White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69 (1997);
/// White, Cobb and Spratt, WSC 2000; the rule of the second half: Hoad, Robinson and Davies, JORS 61 (2010).
#[must_use]
pub fn mser5(series: &[f64]) -> Warmup {
    let batches: Vec<f64> = series.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    let b = batches.len();
    if b < 2 * BATCH || batches.iter().any(|z| !z.is_finite()) {
        return Warmup::Invalid;
    }
    // Backwards in one pass; Welford's update, because sums of squares would cancel for large means.
    let (mut mean, mut squares) = (0.0, 0.0);
    let (mut least, mut cut) = (f64::INFINITY, 0);
    for d in (0..b).rev() {
        let m = (b - d) as f64;
        let delta = batches[d] - mean;
        mean += delta / m;
        squares += delta * (batches[d] - mean);
        // Falling d: `<=` leaves the smallest of equals.
        if b - d >= b.div_ceil(LEAST_SHARE) && squares / (m * m) <= least {
            (least, cut) = (squares / (m * m), d);
        }
    }
    if cut >= b / 2 { Warmup::Invalid } else { Warmup::Truncation(cut * BATCH) }
}

/// Relaxation time of M/M/c in seconds: 1 / (sqrt(c mu) - sqrt(lambda))^2, with `arrivals` per second offered to
/// `servers` that finish `service` per second each. None where the station is not stable or a rate is not above 0.
///
/// Warm up for at least ten of them. Source: Odoni and Roth, "An empirical investigation of the transient behavior of
/// stationary queueing systems", Operations Research 31 (1983).
#[must_use]
pub fn relaxation_seconds(arrivals: f64, service: f64, servers: u32) -> Option<f64> {
    let capacity = f64::from(servers) * service;
    if !(arrivals > 0.0 && capacity > arrivals && capacity.is_finite()) {
        return None;
    }
    let gap = libm::sqrt(capacity) - libm::sqrt(arrivals);
    Some(1.0 / (gap * gap))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stats::noise::{exponential, uniform};

    fn noise(i: u64) -> f64 {
        uniform(3, i) - 0.5
    }

    #[test]
    fn constants_need_no_cut() {
        assert_eq!(mser5(&[7.0; 1_000]), Warmup::Truncation(0));
        assert_eq!(mser5(&[7.0; 20]), Warmup::Invalid, "too short");
    }

    #[test]
    fn a_trend_is_invalid() {
        let trend: Vec<f64> = (0..1_000).map(f64::from).collect();
        assert_eq!(mser5(&trend), Warmup::Invalid);
    }

    #[test]
    fn a_step_is_cut_where_it_is() {
        // A large mean, so that cancelling sums would show.
        let step: Vec<f64> = (0..10_000).map(|i| 1e9 + noise(i) + if i < 1_000 { 5.0 } else { 0.0 }).collect();
        let Warmup::Truncation(cut) = mser5(&step) else { panic!("a step settles") };
        assert!((1_000..=1_050).contains(&cut), "{cut}");
    }

    #[test]
    fn a_step_in_the_second_half_is_invalid() {
        let step: Vec<f64> = (0..1_000).map(|i| noise(i) + if i < 700 { 5.0 } else { 0.0 }).collect();
        assert_eq!(mser5(&step), Warmup::Invalid);
    }

    #[test]
    fn most_settled_ensembles_are_valid() {
        // Mean of ten M/M/1 runs at utilisation 0.8 started empty: 2,000 requests each, by Lindley's recursion.
        let valid = (0..50).filter(|&pilot| {
            let mut series = vec![0.0; 2_000];
            for r in 0..10 {
                let mut wait = 0.0_f64;
                for (i, sum) in series.iter_mut().enumerate() {
                    let service = 0.8 * exponential(20 * pilot + r, 2 * i as u64);
                    *sum += wait + service;
                    wait = (wait + service - exponential(20 * pilot + r, 2 * i as u64 + 1)).max(0.0);
                }
            }
            mser5(&series) != Warmup::Invalid
        });
        let valid = valid.count();
        assert!(valid >= 48, "{valid} of 50");
    }

    #[test]
    fn relaxation_of_one_and_four_servers() {
        // (10 - sqrt 80)^-2
        assert!((relaxation_seconds(80.0, 100.0, 1).unwrap() - 0.897_213_6).abs() < 1e-6);
        assert!((relaxation_seconds(320.0, 100.0, 4).unwrap() - 0.224_303_4).abs() < 1e-6);
        assert_eq!(relaxation_seconds(100.0, 100.0, 1), None);
    }
}
