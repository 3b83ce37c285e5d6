//! What logs do to times before a law sees them: differences of rounded ones, and ones that were cut off.
#![allow(clippy::unwrap_used)]

use super::sample::Sample;
use super::*;
use crate::calibrate::row::Rounding;
use crate::calibrate::slots::REACHED;
use crate::calibrate::times::Scale;
use crate::random::{RunKey, StreamId};

/// Two times of a request in milliseconds: `law`'s, and one of `other`.
fn pairs(law: &Distribution, other: &Distribution, n: u64, seed: u64) -> Vec<(f64, f64)> {
    let key = RunKey::new(seed, 0);
    let draw = |law: &Distribution, i: u64, what: &'static str| {
        law.quantile_ns(key.attempt(i, 0).uniform(StreamId::new("observed", what))) / MS
    };
    (0..n).map(|i| (draw(law, i, "law"), draw(other, i, "other"))).collect()
}

fn lognormal(found: &Calibrated) -> &Fit {
    found.fits.iter().find(|fit| fit.family == Family::Lognormal).unwrap()
}

fn fitted(times: &Times, longer: Option<&Times>) -> Calibrated {
    of_sample(&Sample::of(times, longer), &[Family::Lognormal]).unwrap()
}

fn holds(fit: &Fit, truths: [f64; 2]) -> bool {
    let inside = |(p, truth): (&Parameter, f64)| p.interval.is_some_and(|(low, high)| low <= truth && truth <= high);
    fit.parameters.iter().zip(truths).all(inside)
}

/// The difference of two rounded times has the spread of its errors too; with them in the likelihood it does not bias, whichever way logs
/// round and however many times are taken off. At 200,000 times sigma is known to 0.2 %.
#[test]
fn differences_of_rounded_times_do_not_bias() {
    let (median, sigma) = (3.0, 0.42);
    let law = Distribution::lognormal(median * MS, sigma).unwrap();
    let other = Distribution::lognormal(25.0 * MS, 0.8).unwrap();
    for (rounding, others) in [(Rounding::Nearest, 1), (Rounding::Down, 1), (Rounding::Nearest, 2), (Rounding::Down, 2)]
    {
        let whole = |ms: f64| match rounding {
            Rounding::Nearest => ms.round(),
            Rounding::Down => ms.floor(),
        };
        let mut times = Times::new(rounding.less(others));
        let mut plain = Times::new(Scale { blurs: 0, ..rounding.less(others) });
        for (ms, other) in pairs(&law, &other, 200_000, 5) {
            // The second of two others is of another length, so that it ends elsewhere in its millisecond.
            let taken: Vec<f64> = (0..others).map(|k| other * (1.0 + 0.37 * f64::from(k))).collect();
            let rest: f64 = taken.iter().map(|other| whole(*other)).sum();
            let ticks = (whole(ms + taken.iter().sum::<f64>()) - rest).max(0.0) as u64;
            times.record(ticks);
            plain.record(ticks);
        }
        let found = fitted(&times, None);
        let fit = lognormal(&found);
        let off = |fit: &Fit| fit.parameters[1].value / sigma - 1.0;
        assert!(off(fit).abs() < 0.006, "{rounding:?} {others}: {:?}", fit.parameters);
        assert!((fit.parameters[0].value / median - 1.0).abs() < 0.003, "{rounding:?} {others}: {:?}", fit.parameters);
        assert!(fit.chi_square.unwrap().p > 1e-3, "{rounding:?} {others}: {:?}", fit.chi_square);
        // What it is for.
        assert!(off(lognormal(&fitted(&plain, None))) > 0.02);
    }
}

/// Times that were cut off at known points, a seventh of all: the law is that of all times, and the measured curve goes as far as it can.
#[test]
fn times_that_were_cut_off_count_as_longer() {
    let (median, sigma) = (100.0, 1.0);
    let law = Distribution::lognormal(median * MS, sigma).unwrap();
    let patience = Distribution::lognormal(600.0 * MS, 1.0).unwrap();
    let mut intervals = 0;
    for seed in 0..20 {
        let (mut times, mut longer) = (Times::new(Scale::stated(1000, -0.5)), Times::new(REACHED));
        for (ms, patience) in pairs(&law, &patience, 3_000, seed) {
            if ms <= patience.min(1_000.0) {
                times.record(ms.round() as u64)
            } else {
                longer.record(patience.min(1_000.0) as u64)
            }
        }
        let (found, without) = (fitted(&times, Some(&longer)), fitted(&times, None));
        intervals += usize::from(holds(lognormal(&found), [median, sigma]));
        assert!(!holds(lognormal(&without), [median, sigma]), "{seed}");
        assert_eq!((found.n + found.cut_off, found.cut_off), (3_000, longer.n()));
        // Kaplan and Meier's p90 is that of the law within its spread; that of the times that ended is far below.
        let p90 = found.distances.iter().find(|d| d.quantile == 0.9).unwrap();
        let truth = law.quantile_ns(0.9) / MS;
        assert!((p90.measured_ms / truth - 1.0).abs() < 0.12, "{seed}: {p90:?} {truth}");
    }
    // Both parameters at once: 90 in 100 or more.
    assert!(intervals >= 15, "{intervals} of 20");
}

/// A fiftieth ends at a timeout: no law is told from the times alone beyond it, so the curve ends there, with that share.
#[test]
fn a_timeout_ends_the_measured_curve() {
    let (mut times, mut longer) = (Times::new(Scale::stated(1000, -0.5)), Times::new(REACHED));
    (0..980).for_each(|i| times.record(10 + i % 7 * i % 91));
    (0..20).for_each(|_| longer.record(29_000));
    let sample = Sample::of(&times, Some(&longer));
    assert!((sample.beyond() - 0.02).abs() < 1e-9 && sample.quantile(0.99).is_none());
    assert!(sample.tells(0.5) && sample.tells(0.9) && !sample.tells(0.99));
    assert!((sample.quantile(0.49).unwrap().0 - Sample::of(&times, None).quantile(0.5).unwrap().0).abs() < 0.1 * MS);
    let curve = empirical::curve(&sample).unwrap();
    assert!(curve.quantile_ns(0.979) < 102.0 * MS && curve.quantile_ns(0.985) == 29_000.0 * MS, "{curve:?}");
}

/// A fifth takes exactly a second and a few callers leave before: the cell of that second tells all quantiles that lie in it.
#[test]
fn a_quantile_in_the_last_cell_is_told() {
    let (mut times, mut longer) = (Times::new(Scale::stated(1000, -0.5)), Times::new(REACHED));
    (0..8_000).for_each(|i| times.record(10 + i % 7));
    (0..2_000).for_each(|_| times.record(1_000));
    (0..20).for_each(|_| longer.record(500));
    let found = fitted(&times, Some(&longer));
    assert!(found.untold.is_empty(), "{found:#?}");
    assert_eq!(found.distances.iter().map(|d| d.quantile).collect::<Vec<_>>(), [0.5, 0.9, 0.99, 0.999]);
    (0..3_000).for_each(|_| longer.record(29_000));
    let found = fitted(&times, Some(&longer));
    assert_eq!((found.untold, found.distances.len()), (vec![0.9, 0.99, 0.999], 1));
}

/// Times of one cell each at three places determine no width: nothing is said of it rather than a range of fifty decades.
#[test]
fn what_the_times_do_not_determine_has_no_interval() {
    let mut times = Times::new(Scale::stated(1000, -0.5));
    for (ms, count) in [(20, 6_000), (21, 300), (500, 2_000), (501, 90), (1_000, 2_000)] {
        (0..count).for_each(|_| times.record(ms));
    }
    let found = of_sample(&Sample::of(&times, None), &Family::ALL).unwrap();
    let all = found.fits.iter().flat_map(|fit| fit.parameters.iter().chain(&fit.derived));
    let wide: Vec<_> = all.filter(|p| p.interval.is_some_and(|(low, high)| high / low > 500.0)).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}
