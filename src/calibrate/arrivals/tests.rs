//! Arrivals of known processes, drawn here the plain way, and what the fits make of them.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::calibrate::counts;
use crate::random::{RunKey, StreamId};

/// Unit exponentials and uniforms by name.
struct Draws(RunKey, u64);

impl Draws {
    fn new(seed: u64) -> Draws {
        Draws(RunKey::new(seed, 0), 0)
    }

    fn exponential(&mut self) -> f64 {
        self.1 += 1;
        -(1.0 - self.0.attempt(self.1, 0).uniform(StreamId::new("arrivals", "test"))).ln()
    }
}

/// Counts per second over `seconds` of arrivals at these instants.
fn counted(instants: impl Iterator<Item = f64>, seconds: usize) -> Series {
    let mut counts = vec![0_u64; seconds];
    for at in instants {
        if let Some(count) = counts.get_mut(at as usize) {
            *count += 1;
        }
    }
    Series::new(1, counts.iter().enumerate().map(|(second, count)| (second as i64, *count)))
}

/// Poisson arrivals at `rate(t)`, at most `most`, by thinning.
fn poisson(seed: u64, seconds: usize, most: f64, rate: impl Fn(f64) -> f64) -> Series {
    let mut draws = Draws::new(seed);
    let mut instants = Vec::new();
    let mut at = 0.0;
    while at < seconds as f64 {
        at += draws.exponential() / most;
        if (-draws.exponential()).exp() <= rate(at) / most {
            instants.push(at);
        }
    }
    counted(instants.into_iter(), seconds)
}

/// A two-phase MMPP.
fn mmpp(seed: u64, seconds: usize, rate: [f64; 2], sojourn: [f64; 2]) -> Series {
    let mut draws = Draws::new(seed);
    let mut instants = Vec::new();
    let (mut phase, mut begin) = (0, 0.0);
    while begin < seconds as f64 {
        let end = begin + draws.exponential() * sojourn[phase];
        let mut at = begin;
        if rate[phase] > 0.0 {
            loop {
                at += draws.exponential() / rate[phase];
                if at >= end {
                    break;
                }
                instants.push(at);
            }
        }
        (phase, begin) = (1 - phase, end);
    }
    counted(instants.into_iter(), seconds)
}

#[test]
fn counts_in_windows() {
    let series = Series::new(10, [(100, 3), (110, 0), (130, 4), (140, 1)]);
    assert_eq!((series.start_s, series.length, series.total), (100, 5, 8));
    assert_eq!(series.windows(20), Some(vec![3.0, 4.0]));
    assert_eq!(series.windows(10), Some(vec![3.0, 0.0, 0.0, 4.0, 1.0]));
    assert_eq!((series.windows(15), series.windows(0)), (None, None));
    let (before, after) = series.split(130);
    assert_eq!((before.total, after.total, after.start_s), (3, 5, 130));
    assert_eq!(calibrate(&Series::new(1, [])), None);
}

#[test]
fn a_line_has_no_dispersion_and_two_levels_have_theirs() {
    let ramp = Series::new(1, (0..600).map(|i| (i, 100 + i as u64)));
    let found = dispersion(&ramp, 1).unwrap();
    // Variance of 0..600 over the mean 399.5: (600^2 - 1) / 12 * 600 / 599.
    assert!(
        (found.raw / (359_999.0 / 12.0 * 600.0 / 599.0 / 399.5) - 1.0).abs() < 1e-9 && found.index < 1e-9,
        "{found:?}"
    );
    let switch = Series::new(1, (0..6_000).map(|i| (i, if i % 2 == 0 { 90 } else { 110 })));
    let found = dispersion(&switch, 1).unwrap();
    assert!((found.raw - 1.0).abs() < 1e-3 && (found.index - 1.0).abs() < 1e-2, "{found:?}");
    assert!(dispersion(&switch, 10).unwrap().index < 1e-9);
    assert_eq!(dispersion(&Series::new(1, [(0, 5), (18, 1)]), 1), None, "19 windows are too few");
}

#[test]
fn poisson_arrivals_are_accepted_and_their_intervals_hold_1() {
    let (mut poisson_found, mut held) = (0, [0; 3]);
    for seed in 0..40 {
        let series = poisson(seed, 14_400, 20.0, |_| 20.0);
        let found = calibrate(&series).unwrap();
        poisson_found += u32::from(found.law == Law::Poisson);
        for (held, window) in held.iter_mut().zip(&found.windows) {
            *held += u32::from(window.measured.interval.0 <= 1.0 && window.measured.interval.1 >= 1.0);
        }
        assert!(found.profile.as_ref().unwrap().knots.is_empty(), "{seed}: {:?}", found.profile);
        assert_eq!(found.peak_to_mean(), 1.0);
    }
    // 38 +- 1.4 of 40 each.
    assert!(poisson_found >= 37 && held.iter().all(|held| *held >= 33), "{poisson_found} {held:?}");
}

#[test]
fn a_day_is_a_profile_and_no_burst() {
    let day = |t: f64| 6.0 - 4.0 * (2.0 * std::f64::consts::PI * t / 86_400.0).cos();
    let series = poisson(5, 3 * 86_400, 10.0, day);
    let found = calibrate(&series).unwrap();
    assert_eq!(found.law, Law::Poisson, "{} {:?}", found.why, found.windows);
    assert!(found.windows[2].measured.raw > 30.0, "the trend is all in the plain index");
    let profile = found.profile.unwrap();
    assert!(profile.daily && profile.knots.len() <= 24 && profile.knots.len() >= 5, "{profile:?}");
    for (at, factor) in &profile.knots {
        assert!((factor - day(*at) / 6.0).abs() < 0.06, "{at} {factor}");
    }
    assert!((found.mean_rate - 6.0).abs() < 0.05 && (found.peak_rate / 10.0 - 1.0).abs() < 0.06, "{}", found.peak_rate);
    assert!((profile.peak_at_s.rem_euclid(86_400) - 43_200).abs() < 7_200);
}

/// Two hours of a test with a ramp, which is not a day.
#[test]
fn a_ramp_keeps_its_corners() {
    let ramp = |t: f64| if t < 2_400.0 { 50.0 } else { (50.0 + (t - 2_400.0) / 24.0).min(150.0) };
    let found = calibrate(&poisson(6, 7_200, 150.0, ramp)).unwrap();
    let profile = found.profile.unwrap();
    assert!(!profile.daily && profile.stretch_s == 300 && profile.knots.len() <= 8, "{profile:?}");
    assert!(
        (found.peak_rate / 150.0 - 1.0).abs() < 0.02 && found.law == Law::Poisson,
        "{} {}",
        found.peak_rate,
        found.why
    );
}

/// The index of a known process in closed form, and its parameters from a drawn one.
#[test]
fn an_mmpp_gives_its_own_dispersion_back() {
    let truths: [([f64; 2], [f64; 2]); 3] =
        [([120.0, 20.0], [4.0, 12.0]), ([200.0, 0.0], [2.0, 18.0]), ([60.0, 30.0], [20.0, 20.0])];
    for (rate, sojourn) in truths {
        let (share, r) = (sojourn[0] / (sojourn[0] + sojourn[1]), 1.0 / sojourn[0] + 1.0 / sojourn[1]);
        let mean = share * rate[0] + (1.0 - share) * rate[1];
        let variance = share * (1.0 - share) * (rate[0] - rate[1]).powi(2);
        let found = calibrate(&mmpp(11, 86_400, rate, sojourn)).unwrap();
        let Law::Mmpp(law) = &found.law else { panic!("{:?} {}", found.law, found.why) };
        assert!((found.mean_rate / mean - 1.0).abs() < 0.05, "{} {mean}", found.mean_rate);
        for window in &found.windows {
            let t = f64::from(window.measured.window_s);
            let wanted = 1.0 + 2.0 * variance / (mean * r) * (1.0 - (1.0 - (-r * t).exp()) / (r * t));
            assert!((window.fitted / wanted - 1.0).abs() < 0.15, "{rate:?} {t}: {} {wanted}", window.fitted);
            assert!(
                (window.measured.index / wanted - 1.0).abs() < 0.15,
                "{rate:?} {t}: {:?} {wanted}",
                window.measured
            );
        }
        for i in 0..2 {
            let (found_rate, found_sojourn) = (law.phases[i].factor * found.mean_rate, law.phases[i].sojourn_s);
            assert!((found_rate - rate[i]).abs() < 0.15 * mean.max(rate[i]), "{rate:?} {i}: {found_rate} {law:?}");
            assert!((found_sojourn / sojourn[i] - 1.0).abs() < 0.25, "{sojourn:?} {i}: {found_sojourn}");
        }
        // Drawn again from what was found: the same dispersion, by measurement.
        assert_eq!(law.phases.len(), 2, "{law:?}");
        let [busy, quiet] = [law.phases[0], law.phases[1]];
        let again =
            mmpp(99, 86_400, [busy, quiet].map(|p| p.factor * found.mean_rate), [busy, quiet].map(|p| p.sojourn_s));
        for window in &found.windows {
            let back = dispersion(&again, window.measured.window_s).unwrap();
            let off = back.index / window.measured.index - 1.0;
            assert!(off.abs() < 0.2, "{rate:?} {}: {off}", window.measured.window_s);
        }
    }
}

#[test]
fn even_arrivals_are_a_gamma_renewal() {
    // Erlang-4 gaps: the index is 1/4 over long windows.
    let mut draws = Draws::new(3);
    let mut at = 0.0;
    let instants = std::iter::repeat_with(move || {
        at += (0..4).map(|_| draws.exponential()).sum::<f64>() / 4.0 / 25.0;
        at
    });
    let found = calibrate(&counted(instants.take_while(|at| *at < 20_000.0), 20_000)).unwrap();
    let Law::Gamma(shape) = found.law else { panic!("{:?} {}", found.law, found.why) };
    assert!((shape / 4.0 - 1.0).abs() < 0.12, "{shape}");
}

#[test]
fn short_and_coarse_logs_say_what_they_cannot_tell() {
    let short = calibrate(&Series::new(1, [(0, 3), (5, 1)])).unwrap();
    assert_eq!((short.law, short.windows.len(), short.profile), (Law::Poisson, 0, None));
    assert!(short.why.starts_with("assumed"), "{}", short.why);
    let coarse = calibrate(&Series::new(600, (0..50).map(|i| (i * 600, 600 + (i as u64 * 7) % 11)))).unwrap();
    assert_eq!(coarse.law, Law::Poisson);
    let one = calibrate(&Series::new(1, [(1_700_000_000, 9)])).unwrap();
    assert_eq!((one.mean_rate, one.peak_to_mean()), (9.0, 1.0));
}

#[test]
fn zipf_from_its_own_shares() {
    let counts: Vec<u64> = (1..=40).map(|k| (1e6 * f64::from(k).powf(-1.3)) as u64).collect();
    let found = zipf(&counts).unwrap();
    assert!((found.exponent - 1.3).abs() < 1e-3 && found.off < 1e-4, "{found:?}");
    let uniform = zipf(&[500; 20]).unwrap();
    assert!(uniform.exponent < 1e-6 && uniform.interval.0 == 0.0, "{uniform:?}");
    let two_levels = zipf(&[1_000, 1_000, 1_000, 1_000, 1, 1, 1, 1]).unwrap();
    assert!(two_levels.off > NEAR, "{two_levels:?}");
    assert_eq!((zipf(&[5, 5]), zipf(&[0, 0, 0])), (None, None));
}

/// The stamps of a log: it begins and ends within a second, and those two seconds hold less than the others.
fn log(seed: u64, rate: f64, from_s: f64, to_s: f64) -> counts::Arrivals {
    let mut draws = Draws::new(seed);
    let (mut arrivals, mut at) = (counts::Arrivals::default(), from_s);
    while at < to_s {
        arrivals.record((at * 1e6) as i64);
        at += draws.exponential() / rate;
    }
    arrivals
}

#[test]
fn partial_seconds_at_both_ends_are_no_bursts() {
    for seed in 0..20 {
        let series = Series::of(&log(seed, 1_800.0, 1_000.93, 1_068.05));
        let found = calibrate(&series).unwrap();
        assert_eq!(found.law, Law::Poisson, "{seed}: {} {:?}", found.why, found.windows);
        assert!(found.windows.iter().all(|one| one.measured.index < 4.0), "{:?}", found.windows);
        // 120,000 arrivals: a relative standard error of 0.3 %.
        assert!((found.mean_rate / 1_800.0 - 1.0).abs() < 0.012, "{}", found.mean_rate);
        let (first, rest) = series.split(1_048);
        assert_eq!(first.total + rest.total, series.total);
        assert!((first.mean_rate() / 1_800.0 - 1.0).abs() < 0.02, "{}", first.mean_rate());
        assert!((rest.mean_rate() / 1_800.0 - 1.0).abs() < 0.03, "{}", rest.mean_rate());
    }
}

#[test]
fn a_few_seconds_say_nothing_of_bursts() {
    let arrivals = log(3, 1_800.0, 0.9, 12.1);
    let found = calibrate(&Series::of(&arrivals)).unwrap();
    assert!(found.law == Law::Poisson && found.why.contains("fewer than 20 whole windows"), "{}", found.why);
    assert!(found.windows.is_empty(), "no table beside a law that is assumed");
    assert!((found.mean_rate / 1_800.0 - 1.0).abs() < 0.03, "{}", found.mean_rate);
}

#[test]
fn a_cut_at_any_place_loses_no_arrival() {
    let series = Series::of(&log(4, 5.0, 100.5, 130.5));
    for cut in [0, 99, 100, 101, 102, 115, 129, 130, 131, 200] {
        let (first, rest) = series.split(cut);
        assert_eq!(first.total + rest.total, series.total, "{cut}");
        assert!((first.span_s() + rest.span_s() - series.span_s()).abs() < 1e-6, "{cut}: {first:?} {rest:?}");
    }
}

/// Whatever the law is, no index that is named says other than the table, and `grows` stands only where it does.
#[test]
fn sentence_and_table_are_made_of_the_same_numbers() {
    let falls = Series::new(1, (0..4_000).map(|i| (i, if i % 2 == 0 { 10 } else { 90 })));
    let bursts = mmpp(2, 4_000, [60.0, 20.0], [5.0, 5.0]);
    for series in [falls, bursts, poisson(9, 4_000, 20.0, |_| 20.0)] {
        let found = calibrate(&series).unwrap();
        for window in &found.windows {
            let words = format!("{} at {} s", number(window.measured.index, 4), window.measured.window_s);
            assert!(found.why.contains(&words), "{words}: {}", found.why);
        }
        let (first, last) = (found.windows[0].measured.index, found.windows[2].measured.index);
        assert!(!found.why.contains("grows") || last > first, "{}", found.why);
    }
}

/// Counts by the minute have windows of 1 and 2 min alone: their indices are alike, but say nothing of bursts that do not last.
#[test]
fn windows_of_about_one_length_are_no_renewals() {
    let seconds = mmpp(4, 86_400, [60.0, 20.0], [40.0, 40.0]);
    let minutes = seconds.windows(60).unwrap();
    let minutes = Series::new(60, minutes.iter().enumerate().map(|(i, count)| (60 * i as i64, *count as u64)));
    let found = calibrate(&minutes).unwrap();
    assert!(matches!(found.law, Law::Mmpp(_)), "{:?} {}", found.law, found.why);
}

/// Half an hour of a log is missing: rate, bursts and profile are those of the rest, and a cut at any place loses no arrival.
#[test]
fn a_missing_file_is_neither_silence_nor_a_burst() {
    for seed in 0..5 {
        let mut arrivals = log(seed, 40.0, 0.5, 5_000.5);
        arrivals.merge(&log(seed + 100, 40.0, 6_800.25, 12_000.5));
        let series = Series::of(&arrivals);
        assert_eq!(arrivals.missing().len(), 1);
        let found = calibrate(&series).unwrap();
        assert_eq!(found.law, Law::Poisson, "{seed}: {} {:?}", found.why, found.windows);
        // 400,000 arrivals: a relative standard error of 0.16 %.
        assert!((found.mean_rate / 40.0 - 1.0).abs() < 0.007, "{}", found.mean_rate);
        assert!((found.span_s - 10_199.0).abs() < 2.1 && found.total == arrivals.total(), "{}", found.span_s);
        assert!(found.profile.as_ref().unwrap().knots.is_empty() && found.windows.len() == 3, "{:?}", found.profile);
        for cut in [100, 4_999, 5_000, 5_001, 6_000, 6_799, 6_800, 6_801, 11_000] {
            let (first, rest) = series.split(cut);
            assert_eq!(first.total + rest.total, series.total, "{cut}");
            assert!((first.span_s() + rest.span_s() - series.span_s()).abs() < 1e-6, "{cut}: {first:?} {rest:?}");
            assert!((first.mean_rate() / 40.0 - 1.0).abs() < 0.07, "{cut}: {}", first.mean_rate());
        }
    }
}

/// A dozen bursts with silence between them are how the traffic is, and no dozen files that are missing.
#[test]
fn many_silences_are_traffic() {
    let mut arrivals = counts::Arrivals::default();
    (0..12).for_each(|i| arrivals.merge(&log(i, 40.0, 300.0 * i as f64, 300.0 * i as f64 + 100.0)));
    assert_eq!((arrivals.gaps().len(), arrivals.missing().len()), (11, 0));
    let found = calibrate(&Series::of(&arrivals)).unwrap();
    assert!(matches!(found.law, Law::Mmpp(_)), "{} {:?}", found.why, found.law);
    assert!((found.mean_rate / (40.0 / 3.0 * 3_600.0 / 3_400.0) - 1.0).abs() < 0.02, "{}", found.mean_rate);
}
