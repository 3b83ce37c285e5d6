//! Both samplers of every law against its distribution function: over the whole by Kolmogorov and Smirnov, by moments, and in
//! the tails, where a table that is one percent off must fail. Draws have names, so the outcome is always the same.

use super::exact::{extremes, laws};
use super::{Distribution, RunKey, Sampler, Samplers, StreamId};

/// Draws of each law over the whole.
const DRAWS: u64 = 100_000;
/// Draws of each law for the tails of exact samplers.
const MANY: u64 = 2_000_000;
/// Evenly spaced uniform numbers: a power of two.
const GRID: u64 = 1 << 22;

fn all_laws() -> impl Iterator<Item = (&'static str, Distribution)> {
    laws().into_iter().chain(extremes())
}

/// `n` named draws, ns.
fn drawn(sampler: &Sampler, n: u64, entity: &str) -> Vec<f64> {
    let (run, stream) = (RunKey::new(1, 0), StreamId::new(entity, "law"));
    (0..n).map(|request| sampler.sample(run.attempt(request, 0).bits(stream)) as f64).collect()
}

/// Greatest distance between the distribution function of a sample of whole numbers and that of the law, rounded to whole
/// numbers.
fn distance(mut sample: Vec<f64>, law: &Distribution) -> f64 {
    sample.sort_by(f64::total_cmp);
    let n = sample.len() as f64;
    let (mut seen, mut greatest) = (0, 0.0_f64);
    for equal in sample.chunk_by(|a, b| a == b) {
        let (below, up_to) = (law.cdf(equal[0] - 0.5), law.cdf(equal[0] + 0.5));
        greatest = greatest.max((seen as f64 / n - below).abs());
        seen += equal.len();
        greatest = greatest.max((seen as f64 / n - up_to).abs());
    }
    greatest
}

#[test]
fn both_samplers_follow_the_distribution_function() {
    for (name, law) in all_laws() {
        for samplers in [Samplers::Tables, Samplers::Exact] {
            let distance = distance(drawn(&samplers.sampler(&law), DRAWS, name), &law);
            // 0.1 % critical value of the one-sample test; with atoms it is on the safe side.
            let limit = 1.949 / libm::sqrt(DRAWS as f64);
            assert!(distance < limit, "{name}, {samplers:?}: {distance} against {limit}");
        }
    }
}

#[test]
fn both_samplers_have_the_moments_of_the_law() {
    // Where a fourth moment is missing, or ten times what 100,000 draws show of it, the error of a variance means nothing.
    let wild = ["lognormal 1.5", "pareto 3", "lognormal 3", "gamma 0.05", "weibull 0.3", "rare and long"];
    for (name, law) in all_laws() {
        for samplers in [Samplers::Tables, Samplers::Exact] {
            let sample = drawn(&samplers.sampler(&law), DRAWS, name);
            let moment = |k: i32| sample.iter().map(|x| (x - law.mean_ns()).powi(k)).sum::<f64>() / DRAWS as f64;
            let error = libm::sqrt(law.variance() / DRAWS as f64);
            assert!(moment(1).abs() <= 4.0 * error + 0.5, "{name}, {samplers:?}: the mean is {} off", moment(1));
            let error = libm::sqrt((moment(4) - moment(2).powi(2)) / DRAWS as f64);
            let off = (moment(2) - law.variance()).abs();
            assert!(
                wild.contains(&name) || off <= 4.0 * error + 1.0,
                "{name}, {samplers:?}: the variance is {off} off"
            );
        }
    }
}

/// How many of `sample` lie beyond the exact quantile of a tail, and the probability of that: both of whole numbers, as draws are.
fn beyond(sample: &[f64], law: &Distribution, tail: f64, upper: bool) -> (f64, f64) {
    let (found, p) = if upper {
        let edge = law.quantile_upper_ns(tail).round();
        (sample.iter().filter(|&&x| x > edge).count(), law.survival(edge + 0.5))
    } else {
        let edge = law.quantile_ns(tail).round();
        (sample.iter().filter(|&&x| x < edge).count(), law.cdf(edge - 0.5))
    };
    (found as f64, p)
}

/// The most that what `sampler` gives at evenly spaced uniform numbers, times `factor`, is off in its tails: by the number beyond
/// an exact quantile, over what 0.6 % of it and the spacing allow.
fn off_in_the_tails(sampler: &Sampler, law: &Distribution, factor: f64) -> f64 {
    let step = (u64::MAX / GRID) + 1;
    let given: Vec<f64> = (0..GRID).map(|i| (sampler.sample(i * step + step / 2) as f64 * factor).round()).collect();
    let mut worst = 0.0_f64;
    for tail in [1e-2, 1e-3, 1e-4] {
        for upper in [true, false] {
            let (found, p) = beyond(&given, law, tail, upper);
            worst = worst.max((found - p * GRID as f64).abs() / (5.0 + 0.006 * p * GRID as f64));
        }
    }
    worst
}

#[test]
fn tables_have_the_tails_of_the_law() {
    for (name, law) in all_laws() {
        let sampler = Sampler::new(&law);
        let off = off_in_the_tails(&sampler, &law, 1.0);
        assert!(off < 1.0, "{name}: {off}");
        let off = off_in_the_tails(&sampler, &law, 1.01);
        assert!(off > 1.0, "{name}: one percent is not seen: {off}");
    }
}

#[test]
fn exact_samplers_have_the_tails_of_the_law() {
    for (name, law) in all_laws() {
        let sample = drawn(&Samplers::Exact.sampler(&law), MANY, name);
        for (tail, upper) in [(1e-2, true), (1e-4, true), (1e-2, false), (1e-4, false)] {
            let (found, p) = beyond(&sample, &law, tail, upper);
            let (expected, error) = (p * MANY as f64, libm::sqrt(p * (1.0 - p) * MANY as f64));
            // At 1 % four errors are 2.8 % of the number, less than what a time that is 1 % off changes for any law here.
            assert!((found - expected).abs() <= 4.0 * error + 0.5, "{name} at {tail}: {found} for {expected}");
        }
    }
}

#[test]
fn exact_draws_have_names() {
    for (name, law) in all_laws() {
        let sampler = Samplers::Exact.sampler(&law);
        assert_eq!(drawn(&sampler, 100, name), drawn(&Samplers::Exact.sampler(&law), 100, name), "{name}");
        assert!((sampler.mean_ns() / law.mean_ns() - 1.0).abs() < 1e-9, "{name}");
        if name != "constant" {
            assert_ne!(drawn(&sampler, 100, name), drawn(&sampler, 100, "another"), "{name}");
        }
    }
}
