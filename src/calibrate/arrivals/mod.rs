//! Laws of arrivals: how the rate changes, how bursty arrivals are around it, and which process gives that burstiness back.

mod dispersion;
mod mmpp;
mod popularity;
mod profile;
mod series;
#[cfg(test)]
mod tests;

pub use dispersion::{Dispersion, dispersion};
pub use mmpp::Mmpp;
pub use popularity::{NEAR, Zipf, zipf};
pub use profile::{Profile, profile};
pub use series::Series;

use crate::calibrate::words::number;
use dispersion::{blocks, together};
use mmpp::{Shape, nearest};

/// Lengths of windows, in seconds, at which the dispersion is reported: those of the metrics `arrivals.idc@...`.
pub const WINDOWS_S: [u32; 3] = [1, 10, 60];
/// Those at which a law is fitted to it.
const FITTED_S: [u32; 8] = [1, 2, 5, 10, 20, 30, 60, 120];
/// An index within this of 1, or of another one, is not told apart from it however many arrivals there are.
const ALIKE: f64 = 0.05;
/// Standard errors of an index: three are looked at together, so each has an interval of 98.3 %.
const Z_JOINT: f64 = 2.394;

/// The process of arrivals, at a rate that is stated beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Independent.
    Poisson,
    /// Gaps of a gamma law with this shape: above 1 more even than Poisson, below 1 burstier, the same over all windows.
    Gamma(f64),
    /// Two phases in turn.
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
    /// The index of dispersion at 1 s, 10 s and 60 s, those that the log can tell.
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
        match self.law {
            Law::Poisson => "Poisson",
            Law::Gamma(_) => "gamma renewal",
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
    let (law, why) = choose(series, &measured, level);
    let index = |window: u32| match law {
        Law::Poisson => 1.0,
        Law::Gamma(shape) => 1.0 / shape,
        Law::Mmpp(mmpp) => mmpp.index(level, f64::from(window)),
    };
    let shown = measured.iter().filter(|one| WINDOWS_S.contains(&one.window_s));
    Some(Calibrated {
        total: series.total,
        span_s: series.span_s(),
        bin_s: series.bin_s,
        mean_rate,
        peak_rate: profile.as_ref().map_or(mean_rate, |profile| profile.peak_rate.max(mean_rate)),
        windows: shown.map(|one| Window { measured: *one, fitted: index(one.window_s) }).collect(),
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

fn choose(series: &Series, measured: &[Dispersion], level: f64) -> (Law, String) {
    let shown: Vec<&Dispersion> = measured.iter().filter(|one| WINDOWS_S.contains(&one.window_s)).collect();
    let (Some(first), Some(last)) = (measured.first(), measured.last()) else {
        return (
            Law::Poisson,
            format!("assumed: fewer than 10 windows of {} s say nothing of bursts", series.bin_s.max(1)),
        );
    };
    let judged = if shown.is_empty() { vec![last] } else { shown };
    let near = |one: &Dispersion, to: f64| {
        (one.index / to - 1.0).abs() <= ALIKE || (one.index - to).abs() <= Z_JOINT * one.error.max(1e-12)
    };
    if judged.iter().all(|one| near(one, 1.0)) {
        return (Law::Poisson, "the index of dispersion cannot be told from 1 at any window".into());
    }
    let mean = judged.iter().map(|one| one.index).sum::<f64>() / judged.len() as f64;
    let alike = judged.iter().all(|one| near(one, mean));
    if last.index < 1.0 || judged.iter().all(|one| one.index < 1.0 || near(one, 1.0)) || (alike && judged.len() > 1) {
        let why = format!("the index of dispersion is about {} at every window", number(mean, 3));
        return (Law::Gamma((1.0 / mean).clamp(1e-3, 1e3)), why);
    }
    let weighted: Vec<(f64, f64, f64)> = measured
        .iter()
        .map(|one| (f64::from(one.window_s), one.index, 1.0 / ((one.error / one.index).powi(2) + ALIKE * ALIKE)))
        .collect();
    let (slowest, fastest) = (1.0 / 600.0, 20.0 / f64::from(first.window_s));
    let Some(shape) = nearest(&weighted, slowest, fastest) else {
        return (Law::Poisson, "no window is burstier than Poisson".into());
    };
    let mmpp = phases(series, measured, shape, level);
    let why = format!(
        "the index of dispersion grows from {} at {} s to {} at {} s",
        number(first.index, 3),
        first.window_s,
        number(last.index, 3),
        last.window_s
    );
    (Law::Mmpp(mmpp), why)
}

/// The process of this shape: the third moment is taken at the window nearest to the relaxation time.
fn phases(series: &Series, measured: &[Dispersion], shape: Shape, level: f64) -> Mmpp {
    let distance = |one: &&Dispersion| libm::log(f64::from(one.window_s) * shape.relaxation).abs();
    let window = measured.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(1, |one| one.window_s);
    let sum = together(&blocks(series, window));
    let third = sum.cubes / sum.freedom.max(1.0);
    Mmpp::of(shape, level, f64::from(window), third)
}
