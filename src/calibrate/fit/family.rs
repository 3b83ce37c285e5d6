//! Families of laws that are fitted: their free parameters on a scale without bounds, first guesses, and the names of the parameters.

use super::sample::{Bin, Sample};
use crate::random::Distribution;

/// A family of laws of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Lognormal: 2 parameters.
    Lognormal,
    /// Gamma: 2 parameters.
    Gamma,
    /// Lognormal beyond a least time: 3 parameters.
    LognormalOffset,
    /// Gamma beyond a least time: 3 parameters.
    GammaOffset,
    /// A mixture of two lognormal laws: 5 parameters.
    TwoLognormals,
    /// A mixture of three lognormal laws: 8 parameters.
    ThreeLognormals,
}

impl Family {
    /// All of them, the plainest first.
    pub const ALL: [Family; 6] = [
        Family::Lognormal,
        Family::Gamma,
        Family::LognormalOffset,
        Family::GammaOffset,
        Family::TwoLognormals,
        Family::ThreeLognormals,
    ];

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Family::Lognormal => "lognormal",
            Family::Gamma => "gamma",
            Family::LognormalOffset => "lognormal with offset",
            Family::GammaOffset => "gamma with offset",
            Family::TwoLognormals => "mixture of two lognormals",
            Family::ThreeLognormals => "mixture of three lognormals",
        }
    }

    /// How many parameters are free.
    #[must_use]
    pub fn parameters(self) -> usize {
        match self {
            Family::Lognormal | Family::Gamma => 2,
            Family::LognormalOffset | Family::GammaOffset => 3,
            Family::TwoLognormals => 5,
            Family::ThreeLognormals => 8,
        }
    }

    fn components(self) -> usize {
        match self {
            Family::TwoLognormals => 2,
            Family::ThreeLognormals => 3,
            _ => 1,
        }
    }

    fn has_offset(self) -> bool {
        matches!(self, Family::LognormalOffset | Family::GammaOffset)
    }

    /// The law at a point of the unbounded scale; `least` is the greatest offset that the times allow, nanoseconds. `None` where
    /// the point lies beyond what a law may be.
    ///
    /// The point: lognormal (ln median, ln sigma); gamma (ln mean, ln shape); with an offset its logit as a share of `least` behind;
    /// mixtures (ln median, ln sigma) of every part, then the logarithms of the weights of all but the first over the first's.
    pub(super) fn law(self, at: &[f64], least: f64) -> Option<Distribution> {
        let bounded = at.chunks_exact(2).take(self.components()).all(|pair| (-9.0..=6.0).contains(&pair[1]));
        if !bounded || at.iter().any(|x| !x.is_finite() || x.abs() > 80.0) {
            return None;
        }
        let lognormal = |k: usize| Distribution::lognormal(libm::exp(at[2 * k]), libm::exp(at[2 * k + 1])).ok();
        match self {
            Family::Lognormal => lognormal(0),
            Family::Gamma => gamma(at),
            Family::LognormalOffset => Some(lognormal(0)?.with_offset(least * logistic(at[2]))),
            Family::GammaOffset => Some(gamma(at)?.with_offset(least * logistic(at[2]))),
            Family::TwoLognormals | Family::ThreeLognormals => {
                let parts = self.components();
                let weight = |k: usize| if k == 0 { 1.0 } else { libm::exp(at[2 * parts + k - 1]) };
                let parts: Option<Vec<_>> = (0..parts).map(|k| Some((weight(k), lognormal(k)?))).collect();
                Distribution::mixture(parts?).ok()
            }
        }
    }

    /// How far each parameter is moved to see a difference: small against its effect, large against rounding.
    pub(super) fn steps(self, at: &[f64]) -> Vec<f64> {
        const SMALL: f64 = 1e-4;
        let mut steps = vec![SMALL; at.len()];
        for k in 0..self.components() {
            // The spread of the logarithm: sigma, or about one over the root of gamma's shape.
            let spread = match self {
                Family::Gamma | Family::GammaOffset => libm::exp(-0.5 * at[2 * k + 1]),
                _ => libm::exp(at[2 * k + 1]),
            };
            steps[2 * k] = SMALL * spread.min(1.0);
        }
        steps
    }

    /// Points to start from, on the unbounded scale.
    pub(super) fn starts(self, sample: &Sample) -> Vec<Vec<f64>> {
        let all = logs(sample, 0.0, 1.0);
        let shape = |variance: f64| -libm::log(variance.clamp(1e-6, 1e4));
        match self {
            Family::Lognormal => vec![vec![all.0, 0.5 * libm::log(all.1)]],
            Family::Gamma => {
                let (mean, variance) = sample.moments();
                vec![vec![libm::log(mean), shape(variance / mean / mean)]]
            }
            Family::LognormalOffset => {
                [-2.0, 1.0].iter().map(|offset| vec![all.0, 0.5 * libm::log(all.1), *offset]).collect()
            }
            Family::GammaOffset => {
                let (mean, variance) = sample.moments();
                [-2.0, 1.0].iter().map(|offset| vec![libm::log(mean), shape(variance / mean / mean), *offset]).collect()
            }
            Family::TwoLognormals => {
                let gap = widest_gap(sample);
                let cuts = [0.5, 0.9, 0.98].into_iter().chain(gap);
                cuts.map(|cut| self.between(sample, &[0.0, cut, 1.0])).collect()
            }
            Family::ThreeLognormals => {
                let mut cuts = vec![[0.33, 0.67], [0.5, 0.95], [0.9, 0.99]];
                if let Some(gap) = widest_gap(sample) {
                    cuts.push([gap / 2.0, gap]);
                    cuts.push([gap, (1.0 + gap) / 2.0]);
                }
                cuts.iter().map(|cut| self.between(sample, &[0.0, cut[0], cut[1], 1.0])).collect()
            }
        }
    }

    /// A mixture whose parts are the stretches between the quantiles `cuts`.
    fn between(self, sample: &Sample, cuts: &[f64]) -> Vec<f64> {
        let mut at = Vec::new();
        let mut weights = Vec::new();
        for pair in cuts.windows(2) {
            let (mean, variance) = logs(sample, pair[0], pair[1]);
            at.extend([mean, 0.5 * libm::log(variance)]);
            weights.push((pair[1] - pair[0]).max(1e-6));
        }
        at.extend(weights.iter().skip(1).map(|weight| libm::log(weight / weights[0])));
        at
    }

    /// Whether an offset can be told at all: some time beyond the first tick.
    pub(super) fn fits(self, least: f64) -> bool {
        !self.has_offset() || least > 0.0
    }

    /// What each coordinate is called where people read it, and how it is turned into that: see [`Shown`].
    pub(super) fn shown(self) -> Vec<(String, Shown)> {
        let named = |k: usize, name: &str| {
            if self.components() == 1 { name.to_string() } else { format!("{name} {}", k + 1) }
        };
        let gamma = matches!(self, Family::Gamma | Family::GammaOffset);
        let (center, spread) = if gamma { ("mean", "shape") } else { ("median", "log_sigma") };
        let mut shown = Vec::new();
        for k in 0..self.components() {
            shown.push((named(k, center), Shown::Time(2 * k)));
            shown.push((named(k, spread), Shown::Number(2 * k + 1)));
        }
        if self.has_offset() {
            shown.push(("offset".into(), Shown::Offset(2)));
        }
        for k in 0..self.components() {
            if self.components() > 1 {
                shown.push((named(k, "weight"), Shown::Weight(k)));
            }
        }
        shown
    }

    /// The share of part `k` of a mixture.
    pub(super) fn weight(self, at: &[f64], k: usize) -> f64 {
        let parts = self.components();
        let weight = |k: usize| if k == 0 { 1.0 } else { libm::exp(at[2 * parts + k - 1]) };
        weight(k) / (0..parts).map(weight).sum::<f64>()
    }
}

/// How a coordinate is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shown {
    /// Its exponential is a time.
    Time(usize),
    /// Its exponential is a number.
    Number(usize),
    /// Its logistic is a share of the greatest offset.
    Offset(usize),
    /// The share of a part.
    Weight(usize),
}

pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

fn gamma(at: &[f64]) -> Option<Distribution> {
    Distribution::gamma(libm::exp(at[0]), libm::exp(at[1])).ok()
}

/// Mean and variance of the logarithm between two measured quantiles; counts stand at the middle of their cells.
fn logs(sample: &Sample, from: f64, to: f64) -> (f64, f64) {
    let n = sample.all();
    let (mut below, mut total, mut first, mut second) = (0.0, 0.0, 0.0, 0.0);
    for bin in &sample.bins {
        let inside = ((below + bin.mass).min(to * n) - f64::max(below, from * n)).max(0.0);
        let middle = log_middle(bin);
        total += inside;
        first += inside * middle;
        second += inside * middle * middle;
        below += bin.mass;
    }
    let mean = first / total.max(1e-300);
    (mean, (second / total.max(1e-300) - mean * mean).max(1e-4))
}

fn log_middle(bin: &Bin) -> f64 {
    libm::log((bin.low + bin.high) / 2.0)
}

/// The quantile at the widest gap between cells on a logarithmic scale, where one is wider than half an e-fold.
fn widest_gap(sample: &Sample) -> Option<f64> {
    let mut below = 0.0;
    let mut widest: Option<(f64, f64)> = None;
    for pair in sample.bins.windows(2) {
        below += pair[0].mass;
        let gap = libm::log(pair[1].low.max(1.0) / pair[0].high.max(1.0));
        if gap > 0.5 && widest.is_none_or(|(wide, _)| gap > wide) {
            widest = Some((gap, below / sample.all()));
        }
    }
    widest.map(|(_, q)| q)
}
