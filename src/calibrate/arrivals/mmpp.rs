//! The Markov-modulated Poisson process of phases in turn, and that of two phases: its index of dispersion in closed form, and the process that gives measured ones back.
//!
//! With rates l1, l2, mean sojourns s1, s2, relaxation r = 1/s1 + 1/s2, mean rate l and variance v of the rate over time, counts over t
//! have the index I(t) = 1 + 2v/(l r) (1 - (1 - exp(-rt)) / (rt)) (Fischer and Meier-Hellstern 1993, section 2). Two of the four
//! parameters follow from I at several t, one from the rate, and the last, how rare the busy phase is, from the third moment: with two
//! phases E[D(s) D(t) D(u)] = m exp(-r(u-s)) for the deviation D of the rate and its third central moment m.

use super::three::Spectrum;

/// A phase of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// Its rate over the mean rate of the process, at least 0.
    pub factor: f64,
    /// Mean time in it, seconds.
    pub sojourn_s: f64,
}

/// A process of phases, relative to its mean rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Mmpp {
    /// Two, the busy one first, or three, in the order in which they follow each other.
    pub phases: Vec<Phase>,
}

/// 1 - (1 - exp(-x)) / x: the share of the final excess that counts over x relaxation times show.
pub(super) fn shown(x: f64) -> f64 {
    if x < 1e-4 { x / 2.0 - x * x / 6.0 } else { 1.0 + libm::expm1(-x) / x }
}

/// What the indices tell: final excess over 1, and relaxation per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub excess: f64,
    pub relaxation: f64,
}

impl Shape {
    pub fn index(self, t: f64) -> f64 {
        1.0 + self.excess * shown(self.relaxation * t)
    }

    /// Skewness of the rate over time at mean rate `rate` per second, where counts over `t` seconds have the third central moment `third`;
    /// 0 where that does not tell it.
    pub fn skewness(self, rate: f64, t: f64, third: f64) -> f64 {
        let r = self.relaxation;
        let variance = self.excess * rate * r / 2.0;
        let x = r * t;
        let second = 2.0 * (x + libm::expm1(-x)) / (r * r);
        // 6 times the integral of (t - y) y exp(-ry) over y from 0 to t.
        let kernel = 6.0 / (r * r * r) * (x - 2.0 + (x + 2.0) * libm::exp(-x));
        let moment = (third - rate * t - 3.0 * variance * second) / kernel;
        let skewness = moment / variance.powf(1.5);
        if skewness.is_finite() { skewness } else { 0.0 }
    }
}

/// The shape nearest to `measured`: (window in seconds, index, weight). By least squares of the logarithms; relaxations between
/// `slowest` and `fastest` per second. `None` where no index is above 1.
pub(super) fn nearest(measured: &[(f64, f64, f64)], slowest: f64, fastest: f64) -> Option<Shape> {
    if measured.iter().all(|(_, index, _)| *index <= 1.0) {
        return None;
    }
    const GRID: usize = 64;
    let at = |i: f64| libm::exp(libm::log(slowest) + i / GRID as f64 * libm::log(fastest / slowest));
    let of = |i: f64| best_excess(measured, at(i));
    let start = (0..=GRID).map(|i| i as f64).min_by(|a, b| of(*a).1.total_cmp(&of(*b).1))?;
    let (low, high) = ((start - 1.0).max(0.0), (start + 1.0).min(GRID as f64));
    let best = least(low, high, |i| of(i).1);
    Some(Shape { excess: of(best).0, relaxation: at(best) })
}

/// The excess that fits best at a relaxation, and the sum of weighted squares that it leaves.
fn best_excess(measured: &[(f64, f64, f64)], relaxation: f64) -> (f64, f64) {
    let cost = |log_excess: f64| {
        let shape = Shape { excess: libm::exp(log_excess), relaxation };
        let off = |(t, index, weight): &(f64, f64, f64)| weight * libm::log(shape.index(*t) / index).powi(2);
        measured.iter().map(off).sum::<f64>()
    };
    // The excess that each index alone asks for bounds the best one.
    let each = measured.iter().map(|(t, index, _)| libm::log((index - 1.0).max(1e-3) / shown(relaxation * t)));
    let (low, high) = each.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let best = least(low, high, cost);
    (libm::exp(best), cost(best))
}

/// Where `f`, which falls and then rises between `low` and `high`, is least: golden section.
fn least(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (high - RATIO * (high - low), low + RATIO * (high - low));
    let (mut fa, mut fb) = (f(a), f(b));
    for _ in 0..60 {
        if fa <= fb {
            (high, b, fb) = (b, a, fa);
            a = high - RATIO * (high - low);
            fa = f(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = low + RATIO * (high - low);
            fb = f(b);
        }
    }
    (low + high) / 2.0
}

impl Mmpp {
    /// The process of this shape at mean rate `rate` per second, whose rate over time has this skewness.
    ///
    /// Where the third moment asks for a busy phase so frequent that the quiet one would have a negative rate, the quiet rate is 0;
    /// where it asks for one rarer than once in 1000, it is that.
    pub(super) fn of(shape: Shape, rate: f64, skewness: f64) -> Mmpp {
        let r = shape.relaxation;
        let relative = shape.excess * r / (2.0 * rate);
        let most = 1.0 / (1.0 + relative);
        let busy = ((1.0 - skewness / (skewness * skewness + 4.0).sqrt()) / 2.0).min(most).clamp(1e-3, 0.999);
        let spread = relative.sqrt();
        let (up, down) = (spread * ((1.0 - busy) / busy).sqrt(), spread * (busy / (1.0 - busy)).sqrt());
        let quiet = if busy >= most { 0.0 } else { (1.0 - down).max(0.0) };
        let busy_phase = Phase { factor: 1.0 + up, sojourn_s: 1.0 / ((1.0 - busy) * r) };
        Mmpp { phases: vec![busy_phase, Phase { factor: quiet, sojourn_s: 1.0 / (busy * r) }] }
    }

    /// The index of dispersion of counts over `t` seconds at mean rate `rate` per second.
    #[must_use]
    pub fn index(&self, rate: f64, t: f64) -> f64 {
        match self.phases.as_slice() {
            [busy, quiet] => {
                let (a, b) = (busy.sojourn_s, quiet.sojourn_s);
                let (share, r) = (a / (a + b), 1.0 / a + 1.0 / b);
                let variance = share * (1.0 - share) * (busy.factor - quiet.factor).powi(2) * rate * rate;
                1.0 + 2.0 * variance / (rate * r) * shown(r * t)
            }
            [a, b, c] => Spectrum::of([*a, *b, *c]).map_or(f64::NAN, |spectrum| spectrum.index(rate, t)),
            _ => 1.0,
        }
    }
}
