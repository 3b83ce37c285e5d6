//! Laws of arrivals: how the rate changes, how bursty arrivals are around it, and which process gives that burstiness back.

mod dispersion;
mod mmpp;
mod popularity;
mod profile;
mod series;
#[cfg(test)]
mod tests;
mod three;

pub use dispersion::{Dispersion, dispersion};
pub use mmpp::{Mmpp, Phase};
pub use popularity::{NEAR, Zipf, zipf};
pub use profile::{Profile, profile};
pub use series::Series;

use crate::calibrate::words::number;
use dispersion::{LEAST_OF_ALL, blocks, together};
use mmpp::{Shape, nearest};

/// Lengths of windows, in seconds, at which the dispersion is reported: those of the metrics `arrivals.idc@...`.
pub const WINDOWS_S: [u32; 3] = [1, 10, 60];
/// Those at which a law is fitted to it.
const FITTED_S: [u32; 8] = [1, 2, 5, 10, 20, 30, 60, 120];
/// An index within this of 1, or of another one, is not told apart from it however many arrivals there are.
const ALIKE: f64 = 0.05;
/// Relative error of the indices of a pair of phases beyond which three are tried.
const PAIR: f64 = 0.1;
/// Standard errors beyond which an index is told apart: three are looked at together, so that a Poisson log in a hundred is taken for
/// another one.
const TOLD_APART: f64 = 3.0;

/// The process of arrivals, at a rate that is stated beside it.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Independent.
    Poisson,
    /// Gaps of a gamma law with this shape: above 1 more even than Poisson, below 1 burstier, the same over all windows.
    Gamma(f64),
    /// Two or three phases in turn.
    Mmpp(Mmpp),
}

/// The index of dispersion at one window, measured and of the fitted law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Measured.
    pub measured: Dispersion,
    /// Of the fitted law at the mean rate, in closed form (for gamma its limit for long windows).
    pub fitted: f64,
}

/// Arrivals of a log as a law.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// How many.
    pub total: u64,
    /// Observed time, seconds.
    pub span_s: f64,
    /// Length of the bins that they were counted in, seconds.
    pub bin_s: u32,
    /// Mean rate per second.
    pub mean_rate: f64,
    /// Rate of the busiest stretch where the rate changes, else the mean rate; per second.
    pub peak_rate: f64,
    /// How the rate changes; `None` where the log is too short to tell.
    pub profile: Option<Profile>,
    /// The index of dispersion at 1 s, 10 s and 60 s, or at all fitted windows where the log tells fewer than two of these.
    pub windows: Vec<Window>,
    /// The process.
    pub law: Law,
    /// Why it is this one: words that follow its name.
    pub why: String,
}

impl Calibrated {
    /// Peak over mean rate, at least 1.
    #[must_use]
    pub fn peak_to_mean(&self) -> f64 {
        (self.peak_rate / self.mean_rate).max(1.0)
    }

    /// The process in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.law {
            Law::Poisson => "Poisson",
            Law::Gamma(_) => "gamma renewal",
            Law::Mmpp(mmpp) if mmpp.phases.len() > 2 => "three-phase MMPP",
            Law::Mmpp(_) => "two-phase MMPP",
        }
    }
}

/// The law of the arrivals in `series`; `None` where there are none.
#[must_use]
pub fn calibrate(series: &Series) -> Option<Calibrated> {
    if series.total == 0 {
        return None;
    }
    let mut fitted: Vec<u32> = FITTED_S.to_vec();
    if !fitted.contains(&series.bin_s) && series.bin_s < 600 {
        fitted.push(series.bin_s);
        fitted.sort_unstable();
    }
    let measured: Vec<Dispersion> = fitted.iter().filter_map(|window| dispersion(series, *window)).collect();
    let longest = measured.last().map_or(1.0, |last| last.index);
    let profile = profile(series, longest);
    let mean_rate = series.mean_rate();
    let changes = profile.as_ref().is_some_and(|profile| !profile.knots.is_empty());
    let level = if changes { typical_rate(series) } else { mean_rate };
    let shown = shown(&measured);
    let (law, why) = choose(series, &shown, &measured, level);
    let index = |window: u32| match &law {
        Law::Poisson => 1.0,
        Law::Gamma(shape) => 1.0 / shape,
        Law::Mmpp(mmpp) => mmpp.index(level, f64::from(window)),
    };
    Some(Calibrated {
        total: series.total,
        span_s: series.span_s(),
        bin_s: series.bin_s,
        mean_rate,
        peak_rate: profile.as_ref().map_or(mean_rate, |profile| profile.peak_rate.max(mean_rate)),
        windows: shown.iter().map(|one| Window { measured: *one, fitted: index(one.window_s) }).collect(),
        profile,
        law,
        why,
    })
}

/// Mean rate that an arrival sees where the rate changes: of blocks, weighted by their arrivals. Bursts in proportion to the rate count so in the pooled index.
fn typical_rate(series: &Series) -> f64 {
    let blocks = FITTED_S.iter().rev().map(|window| (window, blocks(series, *window))).find(|(_, b)| !b.is_empty());
    let Some((window, blocks)) = blocks else { return series.mean_rate() };
    let rate = |arrivals: f64, windows: f64| arrivals / windows / f64::from(*window);
    let weighted: f64 = blocks.iter().map(|b| b.arrivals * rate(b.arrivals, b.windows)).sum();
    weighted / blocks.iter().map(|b| b.arrivals).sum::<f64>().max(1e-300)
}

/// Windows that are shown and judged: of 1, 10 and 60 s, or all where the log has fewer than two of these.
fn shown(measured: &[Dispersion]) -> Vec<Dispersion> {
    let usual: Vec<Dispersion> = measured.iter().filter(|one| WINDOWS_S.contains(&one.window_s)).copied().collect();
    if usual.len() < 2 { measured.to_vec() } else { usual }
}

/// Whether an index may be `to`: nearer than matters, or within its error on the scale of its interval, that of the logarithm.
fn near(one: &Dispersion, to: f64) -> bool {
    let index = one.index.max(1e-12);
    (index / to - 1.0).abs() <= ALIKE || libm::log(index / to).abs() <= TOLD_APART * one.error.max(1e-12) / index
}

/// `1.02 at 1 s, 1.3 at 10 s`: the numbers that a law is chosen by are those of the table.
fn listed(judged: &[Dispersion]) -> String {
    let words: Vec<String> =
        judged.iter().map(|one| format!("{} at {} s", number(one.index, 4), one.window_s)).collect();
    words.join(", ")
}

/// The process that the indices of the shown windows, `judged`, speak for.
fn choose(series: &Series, judged: &[Dispersion], measured: &[Dispersion], level: f64) -> (Law, String) {
    let (Some(first), Some(last)) = (judged.first(), judged.last()) else {
        let bin = series.bin_s.max(1);
        return (
            Law::Poisson,
            format!("assumed: fewer than {LEAST_OF_ALL} whole windows of {bin} s say nothing of bursts"),
        );
    };
    let indices = format!("the index of dispersion is {}", listed(judged));
    if judged.iter().all(|one| near(one, 1.0)) {
        return (Law::Poisson, format!("{indices}, which cannot be told from 1"));
    }
    let weight = |one: &Dispersion| 1.0 / ((one.error / one.index.max(1e-12)).powi(2) + ALIKE * ALIKE);
    let weights: f64 = judged.iter().map(weight).sum();
    let mean = judged.iter().map(|one| weight(one) * one.index).sum::<f64>() / weights;
    let gamma = |index: f64| Law::Gamma((1.0 / index.max(1e-12)).clamp(1e-3, 1e3));
    let bursty = judged.iter().any(|one| one.index > 1.0 && !near(one, 1.0));
    // Windows of about one length cannot show that bursts do not add up.
    let wide = last.window_s >= 10 * first.window_s;
    if judged.iter().all(|one| near(one, mean)) && (wide || !bursty) {
        return (gamma(mean), format!("{indices}, which cannot be told from {} at all of them", number(mean, 3)));
    }
    if !bursty {
        return (gamma(last.index), format!("{indices}: more even than Poisson over long windows"));
    }
    if last.index <= first.index && judged.len() > 1 {
        return (
            gamma(mean),
            format!("{indices}: bursts that do not add up over long windows, so {} for all", number(mean, 3)),
        );
    }
    let weighted: Vec<(f64, f64, f64)> =
        measured.iter().map(|one| (f64::from(one.window_s), one.index, weight(one))).collect();
    let (slowest, fastest) = (1.0 / 600.0, 20.0 / f64::from(first.window_s));
    let Some(shape) = nearest(&weighted, slowest, fastest) else {
        return (Law::Poisson, "no window is burstier than Poisson".into());
    };
    let why = if judged.len() > 1 { format!("{indices}: it grows") } else { indices };
    let skewness = skewness(series, measured, shape, level);
    let two = Mmpp::of(shape, level, skewness);
    let off = |law: &Mmpp, windows: &[Dispersion]| {
        let off = |one: &Dispersion| law.index(level, f64::from(one.window_s)) / one.index.max(1e-12) - 1.0;
        windows.iter().map(|one| (off(one), *one)).max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
    };
    let furthest = |law: &Mmpp| off(law, measured).map_or(0.0, |(off, _)| off.abs());
    let three = if furthest(&two) > PAIR { three::nearest(&weighted, level, &two, skewness) } else { None };
    let three = three.filter(|three| furthest(three) < furthest(&two) / 2.0);
    let (law, more) = match three {
        Some(three) => (three, " over more windows than one pair of phases can have it"),
        None => (two, ""),
    };
    let short = match off(&law, judged) {
        Some((off, one)) if off.abs() > PAIR => {
            format!("; at {} s that of the law is {:+.0} % off", one.window_s, 100.0 * off)
        }
        _ => String::new(),
    };
    (Law::Mmpp(law), format!("{why}{more}{short}"))
}

/// How skewed the rate is over time: by the third moment at the window nearest to the relaxation time.
fn skewness(series: &Series, measured: &[Dispersion], shape: Shape, level: f64) -> f64 {
    let distance = |one: &&Dispersion| libm::log(f64::from(one.window_s) * shape.relaxation).abs();
    let window = measured.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(1, |one| one.window_s);
    let sum = together(&blocks(series, window));
    let third = sum.cubes / sum.freedom.max(1.0);
    shape.skewness(level, f64::from(window), third)
}
