//! Laws of times fitted to the counts of a log: which law, how sure its parameters are, how far it is from what was measured, and when
//! the measured curve is better than any of them.
//!
//! Every family is fitted by maximum likelihood to interval-censored counts (`scoring`) and judged against the measured quantiles
//! (`judge`). A family passes if its p50, p90 and p99 are near enough to the measured ones; of those that pass the one of least BIC
//! (Schwarz 1978) is taken. With many requests every test of fit refuses every law, so that the distance decides, not the test; where a
//! plain law is refused by neither, richer ones are not tried.

mod empirical;
mod family;
mod judge;
mod kernel;
mod matrix;
#[cfg(test)]
mod observed;
mod sample;
mod scoring;
#[cfg(test)]
mod tests;
mod toml;

pub use family::Family;
pub(in crate::calibrate) use judge::percent;
pub use judge::{ChiSquare, Distance, Fit, Parameter, QUANTILES, TOLERANCE};
pub use toml::toml;

use crate::calibrate::times::{Cell, Times};
use crate::random::Distribution;
use judge::judge;
use sample::{MS, Sample};

/// Times for each free parameter below which a family is not tried.
const TIMES_A_PARAMETER: u64 = 10;

/// What stands for the times.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The fitted family at this place of [`Calibrated::fits`].
    Fitted(usize),
    /// All times lie in one interval of the log's resolution.
    Constant,
    /// The measured quantile curve.
    Empirical,
}

/// A law for the times of a log, and everything that speaks for it and against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The law, in nanoseconds.
    pub law: Distribution,
    /// Which kind of law it is.
    pub kind: Kind,
    /// Times that it rests on.
    pub n: u64,
    /// Beside them, times that were cut off: what they had reached by then counts.
    pub cut_off: u64,
    /// Mean in milliseconds, every time at the middle of its interval.
    pub mean_ms: f64,
    /// Standard deviation in milliseconds, likewise.
    pub deviation_ms: f64,
    /// Longest time that was counted, as the upper end of its interval, milliseconds.
    pub longest_ms: f64,
    /// Every family that was fitted, the least BIC first: the plainer ones, and richer ones until a test refuses none.
    pub fits: Vec<Fit>,
    /// Why it is this law: words that follow its name.
    pub why: String,
    /// The chosen law against the measured quantiles; those that the times cannot tell are left out.
    pub distances: Vec<Distance>,
    /// The quantiles that were left out so, 0 to 1.
    pub untold: Vec<f64>,
}

impl Calibrated {
    /// The fit that was chosen; `None` for a constant and for the measured curve.
    #[must_use]
    pub fn fit(&self) -> Option<&Fit> {
        match self.kind {
            Kind::Fitted(index) => self.fits.get(index),
            _ => None,
        }
    }

    /// The kind of law in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match (&self.kind, self.fit()) {
            (_, Some(fit)) => fit.family.name(),
            (Kind::Constant, _) => "constant",
            _ => "measured quantiles",
        }
    }
}

/// The law of the times in `cells`: disjoint intervals in any order, each with its count. `None` where they hold no time.
#[must_use]
pub fn calibrate(cells: impl IntoIterator<Item = Cell>) -> Option<Calibrated> {
    calibrate_among(cells, &Family::ALL)
}

/// The law of the times of a part of the path, of which some were cut off: a time of `longer` is known to be longer than it. `None` without
/// times.
#[must_use]
pub fn calibrate_times(times: &Times, longer: Option<&Times>) -> Option<Calibrated> {
    of_sample(&Sample::of(times, longer), &Family::ALL)
}

/// The same with these families alone.
#[must_use]
pub fn calibrate_among(cells: impl IntoIterator<Item = Cell>, families: &[Family]) -> Option<Calibrated> {
    of_sample(&Sample::new(cells), families)
}

fn of_sample(sample: &Sample, families: &[Family]) -> Option<Calibrated> {
    let (first, last) = (sample.bins.first()?, sample.bins.last()?);
    let (mean, variance) = sample.moments();
    let base = Calibrated {
        law: Distribution::constant((first.low + first.high) / 2.0),
        kind: Kind::Constant,
        n: sample.n,
        cut_off: sample.cut_off,
        mean_ms: mean / MS,
        deviation_ms: variance.sqrt() / MS,
        longest_ms: last.high / MS,
        fits: Vec::new(),
        why: String::new(),
        distances: Vec::new(),
        untold: judge::untold(sample),
    };
    if sample.bins.len() == 1 && sample.longer.is_empty() {
        let why = format!("all lie between {} and {}", shown(first.low), shown(first.high));
        return Some(Calibrated { why, distances: judge::distances(&base.law, sample), ..base });
    }
    let small = sample.for_likelihood();
    let tried: Vec<Family> = families.iter().copied().filter(|family| enough(*family, &small)).collect();
    let mut fits: Vec<Fit> = Vec::new();
    for family in tried {
        // What no test refuses needs no further parameters, whatever they would gain.
        if !fits.iter().any(|fit| fit.family.parameters() < family.parameters() && fit.is_plain_enough()) {
            fits.extend(judge(family, &small, sample));
        }
    }
    fits.sort_by(|a, b| a.bic.total_cmp(&b.bic));
    if let Some(index) = fits.iter().position(Fit::passes) {
        let fit = &fits[index];
        let why = why_fitted(&fits, index);
        return Some(Calibrated {
            law: fit.law.clone(),
            kind: Kind::Fitted(index),
            distances: fit.distances.clone(),
            why,
            fits,
            ..base
        });
    }
    let law = empirical::curve(sample)?;
    let why = why_empirical(&fits, sample);
    let distances = judge::distances(&law, sample);
    Some(Calibrated { law, kind: Kind::Empirical, distances, why, fits, ..base })
}

/// `law` against the quantiles of times, of which some were cut off, those that they can tell; empty without times.
#[must_use]
pub fn distances(law: &Distribution, times: &Times, longer: Option<&Times>) -> Vec<Distance> {
    judge::distances(law, &Sample::of(times, longer))
}

/// Points of a quantile plot: (quantile, measured ms, ms of `law`), evenly spaced in nines up to the last quantile that 5 times lie
/// beyond.
#[must_use]
pub fn plot(law: &Distribution, times: &Times, longer: Option<&Times>) -> Vec<(f64, f64, f64)> {
    let sample = Sample::of(times, longer);
    let percents = (1..100).map(|i| 1.0 - f64::from(i) / 100.0);
    let tails = (1..40).map(|i| 0.01 * libm::pow(10.0, -f64::from(i) / 10.0));
    let beyond = percents.chain(tails).filter(|beyond| *beyond > 0.5 || beyond * sample.all() >= 5.0);
    let point = |beyond: f64| {
        let q = 1.0 - beyond;
        let (measured, _) = sample.quantile(q).filter(|_| sample.tells(q))?;
        Some((q, measured / MS, law.quantile_upper_ns(beyond) / MS))
    };
    beyond.filter_map(point).collect()
}

/// Whether the times can determine the family's parameters.
fn enough(family: Family, sample: &Sample) -> bool {
    let parameters = family.parameters();
    sample.bins.len() > parameters
        && sample.n >= TIMES_A_PARAMETER * parameters as u64
        && family.fits(scoring::least_time(sample))
}

fn why_fitted(fits: &[Fit], index: usize) -> String {
    let words = match fits.len() {
        1 => "the only family that the times can tell".to_string(),
        _ => "least BIC".to_string(),
    };
    let refused: Vec<String> = fits[..index].iter().filter_map(|fit| Some(refusal(fit, fit.worst()?))).collect();
    match refused.as_slice() {
        [] => words,
        [..] => format!("{words} of those that are near enough; refused: {}", refused.join(", ")),
    }
}

fn why_empirical(fits: &[Fit], sample: &Sample) -> String {
    let end = format!("ends at {}, the longest time seen: longer ones are not claimed", shown(sample.end()));
    match fits.first() {
        Some(best) => {
            let worst = best.worst().map_or_else(String::new, |worst| format!(": {}", refusal(best, worst)));
            format!(
                "no family is within {} % or one step of the log at p50, p90 and p99{worst}; the curve {end}",
                TOLERANCE * 100.0
            )
        }
        None => format!(
            "{} {} in {} intervals are too few to fit a law; the curve {end}",
            sample.n,
            if sample.n == 1 { "time" } else { "times" },
            sample.bins.len()
        ),
    }
}

fn refusal(fit: &Fit, worst: &Distance) -> String {
    let more = if worst.error() > 0.0 { "more" } else { "less" };
    format!(
        "{} has a p{} of {}, {:.1} % {more} than measured",
        fit.family.name(),
        judge::percent(worst.quantile),
        shown(worst.law_ms * MS),
        100.0 * worst.error().abs()
    )
}

/// Nanoseconds as milliseconds with four digits.
fn shown(ns: f64) -> String {
    crate::calibrate::words::time(ns / MS)
}
