//! What the first part of a log says of the rest: predicted against found, with the interval in which it should lie.

use crate::calibrate::arrivals::Series;
use crate::calibrate::fit::{self, QUANTILES};
use crate::calibrate::slots::{Part, Slot};
use crate::calibrate::words::{Z95, rank_spread};

/// One prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// `p50`, `p90`, `p99`, `p99.9`, `mean`, `rate`.
    pub what: String,
    /// From the first part: of the law that was fitted to it. Milliseconds, or per second.
    pub predicted: f64,
    /// Where the rest should lie, 95 %, were all requests independent and the log the same throughout.
    pub interval: (f64, f64),
    /// In the rest.
    pub found: f64,
    /// Predicted over found, less 1.
    pub error: f64,
    /// What the log cannot tell apart here, milliseconds; 0 for a rate.
    pub step: f64,
    /// Whether the rest lies in the interval, as far as the log's resolution can tell.
    pub inside: bool,
}

/// A law of the first part against the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// Times of the first part, and of the rest.
    pub n: (u64, u64),
    /// Quantiles that the rest can tell, and the mean.
    pub predictions: Vec<Prediction>,
}

impl Prediction {
    /// Whether predicted and found are nearer than the log's resolution.
    #[must_use]
    pub fn within_a_step(&self) -> bool {
        (self.predicted - self.found).abs() <= self.step
    }
}

impl HeldOut {
    /// The greatest relative error among the quantiles and the mean; `None` without predictions.
    #[must_use]
    pub fn worst(&self) -> Option<&Prediction> {
        self.predictions.iter().max_by(|a, b| a.error.abs().total_cmp(&b.error.abs()))
    }
}

/// Fits a law to the times of a part of the path in `first` and holds it against `rest`. `None` where one of them has no times.
///
/// A quantile q of the rest should lie between the law's quantiles at q -+ 1.96 sqrt(q (1 - q) (1/n + 1/m)): the spread of the ranks in
/// both parts. Times of requests that wait in the same queue are not independent, which makes real spreads wider.
#[must_use]
pub fn times(first: &Slot, rest: &Slot, part: Part) -> Option<HeldOut> {
    let longer = rest.longer.get(&part);
    let fitted = fit::calibrate_times(first.times.get(&part)?, first.longer.get(&part))?;
    let (first, rest) = (first.times.get(&part)?, rest.times.get(&part)?);
    let (n, m) = (first.n() as f64, rest.n() as f64);
    let both = 1.0 / (1.0 / n + 1.0 / m);
    let mut predictions = Vec::new();
    for distance in fit::distances(&fitted.law, rest, longer) {
        let spread = rank_spread(distance.quantile, both, Z95);
        let at = |q: f64| fitted.law.quantile_ns(q.clamp(0.0, 1.0)) / 1e6;
        let interval = (at(distance.quantile - spread), at(distance.quantile + spread));
        predictions.push(Prediction {
            what: format!("p{}", fit::percent(distance.quantile)),
            predicted: distance.law_ms,
            interval,
            found: distance.measured_ms,
            error: distance.error(),
            step: distance.step_ms,
            inside: distance.measured_ms >= interval.0 - distance.step_ms
                && distance.measured_ms <= interval.1 + distance.step_ms,
        });
    }
    debug_assert!(predictions.len() <= QUANTILES.len());
    if let Some(found) = rest.mean_ms().filter(|_| longer.is_none()) {
        let predicted = fitted.law.mean_ns() / 1e6;
        let half = Z95 * fitted.deviation_ms / both.sqrt();
        predictions.push(prediction("mean", predicted, half, found, rest.resolution_ms() / 2.0));
    }
    (rest.n() > 0).then_some(HeldOut { n: (first.n(), rest.n()), predictions })
}

/// The mean rate of the arrivals before second `cut` against that of those after it; `index` is their dispersion over long windows.
/// `None` where one part has no arrivals, or no length.
#[must_use]
pub fn rate(series: &Series, cut: i64, index: f64) -> Option<Prediction> {
    let (first, rest) = series.split(cut);
    if first.total == 0 || rest.total == 0 || first.span_s() <= 0.0 || rest.span_s() <= 0.0 {
        return None;
    }
    let predicted = first.mean_rate();
    let half = Z95 * (predicted * index.max(1.0) * (1.0 / first.span_s() + 1.0 / rest.span_s())).sqrt();
    Some(prediction("rate", predicted, half, rest.mean_rate(), 0.0))
}

fn prediction(what: &str, predicted: f64, half: f64, found: f64, slack: f64) -> Prediction {
    let interval = ((predicted - half).max(0.0), predicted + half);
    let inside = found >= interval.0 - slack && found <= interval.1 + slack;
    Prediction {
        what: what.into(),
        predicted,
        interval,
        found,
        error: predicted / found - 1.0,
        step: 2.0 * slack,
        inside,
    }
}
