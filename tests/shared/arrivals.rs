//! Recorded arrivals: the law that is fitted to a trace, drawn again with its profile, has the trace's own dispersion.

use std::path::Path;

use gatecap::calibrate::arrivals::{Calibrated, Law, Phase, Series, calibrate};

use crate::shared;

/// Instants in seconds of arrivals of `found`: phases and gaps on a clock that runs as fast as the profile says, as the simulator has it.
fn drawn(found: &Calibrated, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut exponential = move || {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        -((((z ^ (z >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0).ln()
    };
    let phases = match &found.law {
        Law::Poisson => vec![Phase { factor: 1.0, sojourn_s: 1e9 }],
        Law::Gamma(_) => panic!("timers are not drawn"),
        Law::Mmpp(mmpp) => mmpp.phases.clone(),
    };
    let factor = |t: f64| {
        let knots = found.profile.as_ref().map_or(&[][..], |profile| &profile.knots);
        let after = knots.partition_point(|knot| knot.0 <= t);
        let level = match (after.checked_sub(1).map(|i| knots[i]), knots.get(after)) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (t - a.0) / (b.0 - a.0),
            (Some(one), None) | (None, Some(&one)) => one.1,
            (None, None) => 1.0,
        };
        level * found.mean_rate / found.peak_rate
    };
    let (mut t, mut phase, mut left) = (0.0, 0, exponential() * phases[0].sojourn_s);
    let mut need = exponential();
    let mut instants = Vec::new();
    // In steps of a tenth of a second, within which the profile is level.
    while t < found.span_s {
        let speed = factor(t);
        let (mut real, end) = (t, t + 0.1);
        while real < end {
            let rate = phases[phase].factor * found.peak_rate * speed;
            let (to_arrival, to_change) = (need / rate.max(1e-12), left / speed.max(1e-12));
            let step = to_arrival.min(to_change).min(end - real);
            real += step;
            need -= step * rate;
            left -= step * speed;
            if step == to_arrival {
                instants.push(real);
                need = exponential();
            } else if step == to_change {
                phase = (phase + 1) % phases.len();
                left = exponential() * phases[phase].sojourn_s;
            }
        }
        t = end;
    }
    instants
}

/// Variance over mean of the counts in whole windows, trend and all: what the simulator reports of the trace.
fn dispersion(series: &Series, window_s: u32) -> f64 {
    let counts = series.windows(window_s).unwrap();
    let n = counts.len() as f64;
    let mean = counts.iter().sum::<f64>() / n;
    counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (n - 1.0) / mean
}

fn counted(instants: &[f64], bin_s: u32) -> Series {
    let mut seconds: Vec<(i64, u64)> = Vec::new();
    for at in instants {
        let bin = (at / f64::from(bin_s)) as i64 * i64::from(bin_s);
        match seconds.last_mut() {
            Some(last) if last.0 == bin => last.1 += 1,
            _ => seconds.push((bin, 1)),
        }
    }
    Series::new(bin_s, seconds)
}

/// The mean over 10 draws of the fitted law is within `by` of the trace's own dispersion, at every window that the trace can tell.
fn gives_back(name: &str, series: &Series, by: f64) {
    let found = calibrate(series).unwrap();
    println!("{name}: {} at {:.2}/s, {}: {:?}", found.name(), found.mean_rate, found.why, found.law);
    if let Law::Gamma(shape) = &found.law {
        // A timer: the same number in every window.
        assert!(*shape > 20.0 && found.windows.iter().all(|window| window.measured.index < 0.05), "{found:?}");
        return;
    }
    println!("  profile {:?}", found.profile.as_ref().map(|profile| profile.knots.len()));
    let draws: Vec<Series> = (1..=10).map(|seed| counted(&drawn(&found, seed), series.bin_s)).collect();
    let rate = draws.iter().map(Series::mean_rate).sum::<f64>() / 10.0;
    println!("  rate {rate:.2}");
    assert!((rate / found.mean_rate - 1.0).abs() < 0.1, "{name}: {rate} for {}", found.mean_rate);
    for window in &found.windows {
        let s = window.measured.window_s;
        let own = dispersion(series, s);
        assert!((own / window.measured.raw - 1.0).abs() < 1e-9);
        let again = draws.iter().map(|draw| dispersion(draw, s)).sum::<f64>() / draws.len() as f64;
        println!(
            "  {s} s: {own:.2} in the trace, {again:.2} drawn; around the trend {:.2}, of the law {:.2}",
            window.measured.index, window.fitted
        );
        assert!((again / own - 1.0).abs() < by, "{name}, {s} s: {again} for {own}");
    }
}

/// Seconds since the start of the month of `YYYY-MM-DD HH:MM[:SS...]`.
fn seconds(timestamp: &str) -> i64 {
    let number =
        |range: std::ops::Range<usize>| timestamp.get(range).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    ((number(8..10) * 24 + number(11..13)) * 60 + number(14..16)) * 60 + number(17..19)
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.split(',').map(String::from).collect()).collect()
}

#[test]
fn an_hour_of_language_models() {
    for name in ["azure-llm-conv", "azure-llm-code"] {
        let Some(file) = shared(&format!("inputs/traces/{name}.csv")) else { return };
        let mut counts = std::collections::BTreeMap::new();
        rows(&file).iter().skip(1).for_each(|row| *counts.entry(seconds(&row[0])).or_insert(0) += 1);
        gives_back(name, &Series::new(1, counts), 0.2);
    }
}

#[test]
fn a_day_of_the_world_cup() {
    let Some(file) = shared("inputs/traces/wc98-day10.csv") else { return };
    let counts = rows(&file).into_iter().map(|row| (seconds(&row[0]), row[1].trim().parse().unwrap()));
    gives_back("wc98-day10", &Series::new(60, counts), 0.3);
}

#[test]
fn a_day_of_functions() {
    let Some(file) = shared("inputs/traces/azure-functions2019-invocations.csv") else { return };
    for (number, row) in rows(&file).iter().skip(1).enumerate() {
        let minutes = row[4..].iter().enumerate().map(|(i, count)| (60 * i as i64, count.trim().parse().unwrap_or(0)));
        let series = Series::new(60, minutes);
        if series.total > 1_000 {
            gives_back(&format!("function {number}"), &series, 0.3);
        }
    }
}
