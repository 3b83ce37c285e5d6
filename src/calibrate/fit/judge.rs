//! How near a fitted law is to what was measured: distances at quantiles, which decide, and tests of fit, which are shown.

use super::family::{Family, Shown, logistic};
use super::matrix::{Matrix, quadratic};
use super::sample::{MS, Sample};
use super::scoring::{Top, least_time, maximise};
use crate::calibrate::words::{Z95, rank_spread};
use crate::random::Distribution;

/// Quantiles at which laws are held against the measured times.
pub const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];
/// Those that decide whether a law is taken.
const DECIDING: [f64; 3] = [0.5, 0.9, 0.99];
/// Greatest relative error of a law's p50, p90 and p99, unless the error is within one step of the log or within the spread of the
/// measured quantile itself.
pub const TOLERANCE: f64 = 0.05;
/// Times beyond a quantile below which it is not compared.
const BEYOND: f64 = 5.0;
/// Standard deviations of a two-sided 99.9 % interval: what is refused must be off, not unlucky.
const Z999: f64 = 3.290_526_731_491_926;
/// Half-width of an interval, on the scale of logarithms, beyond which the times are said not to determine a parameter: a factor of twenty
/// either way.
const WIDEST: f64 = 3.0;
/// Least expected count of a class of the chi-square statistic (Cochran 1954).
const LEAST_EXPECTED: f64 = 5.0;

/// A law's quantile against the measured one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// Which quantile, 0 to 1.
    pub quantile: f64,
    /// Measured, milliseconds: counts spread evenly over the interval that the log gives them.
    pub measured_ms: f64,
    /// Of the law, milliseconds.
    pub law_ms: f64,
    /// Width of the measured quantile's interval, milliseconds: what the log cannot tell apart.
    pub step_ms: f64,
    /// 99.9 % interval of the measured quantile from its order statistics, milliseconds.
    pub spread_ms: (f64, f64),
}

impl Distance {
    /// The law's quantile over the measured one, less 1.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.law_ms / self.measured_ms - 1.0
    }

    /// Whether the law is near enough here: within [`TOLERANCE`], one step of the log, or the spread of what was measured.
    #[must_use]
    pub fn passes(&self) -> bool {
        let inside = self.law_ms >= self.spread_ms.0 && self.law_ms <= self.spread_ms.1;
        (self.law_ms - self.measured_ms).abs() <= self.step_ms || self.error().abs() <= TOLERANCE || inside
    }
}

/// A parameter or what follows from it, with its 95 % interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// `median`, `log_sigma`, `weight 2`, `p99`, ...
    pub name: String,
    /// Whether it is a time, in milliseconds; else a bare number.
    pub is_time: bool,
    /// The estimate.
    pub value: f64,
    /// Its 95 % interval; `None` where the times do not determine it.
    pub interval: Option<(f64, f64)>,
}

/// Pearson's statistic over classes of at least 5 expected times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// The sum of (seen - expected)^2 / expected.
    pub statistic: f64,
    /// Classes less parameters less 1.
    pub freedom: f64,
    /// The probability of as much or more, were the law exact and requests independent.
    pub p: f64,
}

/// A family at the top of its likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Which one.
    pub family: Family,
    /// The law, in nanoseconds.
    pub law: Distribution,
    /// Its parameters, as the scenario format names them.
    pub parameters: Vec<Parameter>,
    /// Median, p99 and mean, by the delta method.
    pub derived: Vec<Parameter>,
    /// Log-likelihood of the counts.
    pub log_likelihood: f64,
    /// Schwarz's criterion: parameters times the logarithm of the number of times, less twice the log-likelihood.
    pub bic: f64,
    /// Chi-square test of fit; `None` where there are too few classes.
    pub chi_square: Option<ChiSquare>,
    /// Greatest distance of the distribution functions at the ends of cells (Kolmogorov and Smirnov's, on binned data).
    pub kolmogorov: f64,
    /// Distances at [`QUANTILES`], those that the times can tell.
    pub distances: Vec<Distance>,
}

impl Fit {
    /// Whether p50, p90 and p99 are near enough to the measured ones; p99.9 is shown, and does not decide.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.distances.iter().filter(|distance| decides(distance)).all(Distance::passes)
    }

    /// Whether neither its distance nor the chi-square test (at 5 %) speaks against it.
    pub(super) fn is_plain_enough(&self) -> bool {
        self.passes() && self.chi_square.is_some_and(|test| test.p >= 0.05)
    }

    /// The deciding distance that is furthest off among those that are not near enough.
    #[must_use]
    pub fn worst(&self) -> Option<&Distance> {
        let far = self.distances.iter().filter(|distance| decides(distance) && !distance.passes());
        far.max_by(|a, b| a.error().abs().total_cmp(&b.error().abs()))
    }
}

fn decides(distance: &Distance) -> bool {
    DECIDING.contains(&distance.quantile)
}

/// Quantiles of which there are enough times to hold a law against.
fn supported(sample: &Sample) -> impl Iterator<Item = f64> {
    let n = sample.all();
    QUANTILES.into_iter().filter(move |q| *q == 0.5 || n * (1.0 - q) >= BEYOND)
}

/// Quantiles that there are enough times for, but which the times cannot tell, since too many were cut off before them.
pub(super) fn untold(sample: &Sample) -> Vec<f64> {
    supported(sample).filter(|q| !sample.tells(*q)).collect()
}

/// Distances of `law` at the quantiles that the times can tell.
pub(super) fn distances(law: &Distribution, sample: &Sample) -> Vec<Distance> {
    let n = sample.all();
    let supported = supported(sample).filter(|q| sample.tells(*q));
    let distance = |quantile: f64| {
        let (measured, bin) = sample.quantile(quantile)?;
        let spread = rank_spread(quantile, n, Z999);
        let at = |q: f64| sample.quantile(q).map(|(value, _)| value / MS);
        Some(Distance {
            quantile,
            measured_ms: measured / MS,
            law_ms: law.quantile_ns(quantile) / MS,
            step_ms: (bin.high - bin.low) / MS,
            spread_ms: (at(quantile - spread)?, at(quantile + spread).unwrap_or(f64::INFINITY)),
        })
    };
    supported.filter_map(distance).collect()
}

/// Fits `family` to `small` and holds it against `whole`, the same times in finer cells.
pub(super) fn judge(family: Family, small: &Sample, whole: &Sample) -> Option<Fit> {
    let top = maximise(family, small)?;
    let least = least_time(small);
    let law = family.law(&top.at, least)?;
    let k = family.parameters() as f64;
    Some(Fit {
        family,
        parameters: parameters(family, &top, least),
        derived: derived(family, &top, least),
        log_likelihood: top.value,
        bic: k * libm::log(small.all()) - 2.0 * top.value,
        chi_square: chi_square(&law, small, k),
        kolmogorov: kolmogorov(&law, small),
        distances: distances(&law, whole),
        law,
    })
}

/// Half-width of the interval of `f`, a logarithm or a logit, by the delta method; `None` where the covariance is not known, or tells
/// nothing.
fn half_width(top: &Top, steps: &[f64], f: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
    let covariance: &Matrix = top.covariance.as_ref()?;
    let slope = |(index, step): (usize, &f64)| {
        let (mut up, mut down) = (top.at.clone(), top.at.clone());
        up[index] += step;
        down[index] -= step;
        Some((f(&up)? - f(&down)?) / (2.0 * step))
    };
    let slopes: Vec<f64> = steps.iter().enumerate().map(slope).collect::<Option<_>>()?;
    let variance = quadratic(covariance, &slopes);
    (variance.is_finite() && variance >= 0.0).then(|| Z95 * variance.sqrt()).filter(|half| *half <= WIDEST)
}

fn parameters(family: Family, top: &Top, least: f64) -> Vec<Parameter> {
    let steps = family.steps(&top.at);
    let logit = |p: f64| libm::log(p / (1.0 - p));
    let one = |(name, shown): (String, Shown)| {
        // Every parameter on the scale on which its estimate is nearest to normal, and the way back.
        let f = |at: &[f64]| match shown {
            Shown::Time(i) | Shown::Number(i) | Shown::Offset(i) => at[i],
            Shown::Weight(k) => logit(family.weight(at, k)),
        };
        let back = |x: f64| match shown {
            Shown::Time(_) => libm::exp(x) / MS,
            Shown::Number(_) => libm::exp(x),
            Shown::Offset(_) => least * logistic(x) / MS,
            Shown::Weight(_) => logistic(x),
        };
        let here = f(&top.at);
        let interval = half_width(top, &steps, |at| Some(f(at))).map(|half| (back(here - half), back(here + half)));
        // At an end of its range an estimate has no normal neighbourhood.
        let inside = |share: f64| (1e-3..=0.999).contains(&share);
        let free = match shown {
            Shown::Offset(i) => inside(logistic(top.at[i])),
            Shown::Weight(k) => inside(family.weight(&top.at, k)),
            _ => true,
        };
        let interval = interval.filter(|(low, high)| free && low.is_finite() && high.is_finite());
        Parameter { name, is_time: matches!(shown, Shown::Time(_) | Shown::Offset(_)), value: back(here), interval }
    };
    family.shown().into_iter().map(one).collect()
}

fn derived(family: Family, top: &Top, least: f64) -> Vec<Parameter> {
    let steps = family.steps(&top.at);
    type Of = fn(&Distribution) -> f64;
    let what: [(&str, Of); 3] =
        [("median", |d| d.quantile_ns(0.5)), ("p99", |d| d.quantile_upper_ns(0.01)), ("mean", Distribution::mean_ns)];
    let one = |(name, of): (&str, Of)| {
        let log = |at: &[f64]| family.law(at, least).map(|law| libm::log(of(&law)));
        let value = log(&top.at)?;
        let back = |x: f64| libm::exp(x) / MS;
        let interval = half_width(top, &steps, log).map(|half| (back(value - half), back(value + half)));
        Some(Parameter { name: name.into(), is_time: true, value: back(value), interval })
    };
    what.into_iter().filter_map(one).collect()
}

/// Classes are the cells, the gaps between them and what lies beyond, joined until each expects 5 times. None where times were cut off:
/// which class they would be in is not known.
fn chi_square(law: &Distribution, sample: &Sample, parameters: f64) -> Option<ChiSquare> {
    if !sample.longer.is_empty() {
        return None;
    }
    let n = sample.n as f64;
    let tails = sample.blur.tails(law);
    let mut classes: Vec<(f64, f64)> = Vec::new();
    let mut open = (0.0, 0.0);
    let mut add = |seen: f64, probability: f64| {
        open = (open.0 + seen, open.1 + probability * n);
        if open.1 >= LEAST_EXPECTED {
            classes.push(open);
            open = (0.0, 0.0);
        }
    };
    let (mut last, mut below) = (0.0, 0.0);
    for bin in &sample.bins {
        if bin.low > last {
            let low = tails.at(bin.low).0;
            add(0.0, (low - below).max(0.0));
            below = low;
        }
        let high = tails.at(bin.high).0;
        add(bin.count, (high - below).max(0.0));
        (last, below) = (bin.high, high);
    }
    add(0.0, tails.at(last).1);
    if let Some(end) = classes.last_mut() {
        *end = (end.0 + open.0, end.1 + open.1);
    }
    let freedom = classes.len() as f64 - 1.0 - parameters;
    if freedom < 1.0 {
        return None;
    }
    let statistic = classes.iter().map(|(seen, expected)| (seen - expected).powi(2) / expected).sum::<f64>();
    // Chi-square is gamma with half the freedom as its shape and the freedom as its mean.
    let p = Distribution::gamma(freedom, freedom / 2.0).ok()?.survival(statistic);
    Some(ChiSquare { statistic, freedom, p })
}

fn kolmogorov(law: &Distribution, sample: &Sample) -> f64 {
    let n = sample.all();
    let tails = sample.blur.tails(law);
    let (mut below, mut furthest) = (0.0, 0.0_f64);
    for bin in &sample.bins {
        furthest = furthest.max((tails.at(bin.low).0 - below / n).abs());
        below += bin.mass;
        furthest = furthest.max((tails.at(bin.high).0 - below / n).abs());
    }
    furthest
}

/// `50`, `99`, `99.9`.
pub(in crate::calibrate) fn percent(quantile: f64) -> String {
    let text = format!("{:.3}", quantile * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
