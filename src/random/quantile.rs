//! Distribution functions of the laws and their inverses, accurate in both tails; drawing is the samplers' work.

use super::distribution::{Distribution, Law};
use super::special::{LARGE_SHAPE, gamma_density, gamma_guess, gamma_tails, normal_tail, normal_upper};

/// A point of the unit interval, named by its smaller tail so that nothing is lost near 0 or near 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Level {
    /// Not exceeded with this probability, at most 0.5.
    Lower(f64),
    /// Exceeded with this probability, at most 0.5.
    Upper(f64),
}

impl Level {
    fn of_lower(p: f64) -> Level {
        if p <= 0.5 { Level::Lower(p.max(0.0)) } else { Level::Upper((1.0 - p).max(0.0)) }
    }

    fn of_upper(q: f64) -> Level {
        if q < 0.5 { Level::Upper(q.max(0.0)) } else { Level::Lower((1.0 - q).max(0.0)) }
    }

    /// The probability of not exceeding the quantile.
    fn lower(self) -> f64 {
        match self {
            Level::Lower(p) => p,
            Level::Upper(q) => 1.0 - q,
        }
    }

    /// -ln of the probability of exceeding the quantile: the quantile of the exponential law of mean 1.
    fn exponential(self) -> f64 {
        match self {
            Level::Lower(p) => -libm::log1p(-p),
            Level::Upper(q) => -libm::log(q),
        }
    }

    /// The quantile of the standard normal law.
    fn normal(self) -> f64 {
        match self {
            Level::Lower(p) => -normal_upper(p),
            Level::Upper(q) => normal_upper(q),
        }
    }

    /// Whether `tails` lie at or beyond this level.
    fn reached(self, tails: Tails) -> bool {
        match self {
            Level::Lower(p) => tails.lower >= p,
            Level::Upper(q) => tails.upper <= q,
        }
    }
}

/// What a law says about one value: the probability of at most it, of more than it, and the density (0 at an atom).
#[derive(Clone, Copy, Debug)]
struct Tails {
    lower: f64,
    upper: f64,
    density: f64,
}

impl Tails {
    fn exponential(x: f64, mean: f64) -> Tails {
        if x < 0.0 {
            return Tails::BELOW;
        }
        let upper = libm::exp(-x / mean);
        Tails { lower: -libm::expm1(-x / mean), upper, density: upper / mean }
    }

    const BELOW: Tails = Tails { lower: 0.0, upper: 1.0, density: 0.0 };
}

impl Distribution {
    /// The value, in nanoseconds, that is not exceeded with probability `p` (clamped to 0 to 1): the smallest such
    /// value where there are several. At 1 infinite for laws without a largest value.
    #[must_use]
    pub fn quantile_ns(&self, p: f64) -> f64 {
        self.at(Level::of_lower(p))
    }

    /// The value, in nanoseconds, that is exceeded with probability `q`: as `quantile_ns(1 - q)`, and accurate for
    /// small `q`.
    #[must_use]
    pub fn quantile_upper_ns(&self, q: f64) -> f64 {
        self.at(Level::of_upper(q))
    }

    /// The probability of a value of at most `ns` nanoseconds.
    #[must_use]
    pub fn cdf(&self, ns: f64) -> f64 {
        self.tails(ns).lower
    }

    /// The probability of a value above `ns` nanoseconds, accurate where it is small.
    #[must_use]
    pub fn survival(&self, ns: f64) -> f64 {
        self.tails(ns).upper
    }

    pub(super) fn at(&self, level: Level) -> f64 {
        self.offset + self.law.at(level)
    }

    fn tails(&self, ns: f64) -> Tails {
        self.law.tails(ns - self.offset)
    }
}

impl Law {
    /// Whether the quantile function may jump, be level or have corners, so that a table cannot trust straight lines.
    pub(super) fn may_jump(&self) -> bool {
        matches!(self, Law::Mixture(_) | Law::Quantiles(_))
    }

    /// The quantile, without the offset.
    pub(super) fn at(&self, level: Level) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::Exponential { mean } => mean * level.exponential(),
            Law::Lognormal { mu, sigma } => libm::exp(mu + sigma * level.normal()),
            Law::Gamma { shape, scale } => scale * gamma_quantile(*shape, level),
            Law::Weibull { shape, scale } => scale * libm::pow(level.exponential(), 1.0 / shape),
            Law::Pareto { minimum, shape } => minimum * libm::exp(level.exponential() / shape),
            Law::Uniform { from, to } => match level {
                Level::Lower(p) => from + p * (to - from),
                Level::Upper(q) => to - q * (to - from),
            },
            Law::Hyperexponential { p, mean } => {
                let used = || p.iter().zip(mean).filter(|(p, _)| **p > 0.0).map(|(_, m)| m * level.exponential());
                let (low, high) = (used().fold(f64::INFINITY, f64::min), used().fold(0.0, f64::max));
                invert(level, low, high, (low + high) / 2.0, |x| self.tails(x))
            }
            Law::Mixture(parts) => self.mixture_at(parts, level),
            Law::Quantiles(points) => interpolated(points, level.lower()),
        }
    }

    /// The quantile of a mixture: between those of its parts, where its own distribution function is inverted.
    fn mixture_at(&self, parts: &[(f64, Distribution)], level: Level) -> f64 {
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for (_, part) in parts.iter().filter(|(weight, _)| *weight > 0.0) {
            let value = part.at(level);
            (low, high) = (low.min(value), high.max(value));
        }
        // Newton's method knows nothing of atoms: they are tried one by one, and at least narrow the bracket.
        for (weight, part) in parts.iter().filter(|(_, part)| matches!(part.law, Law::Constant(_))) {
            let atom = part.at(level);
            let here = self.tails(atom);
            if !level.reached(here) {
                low = low.max(atom);
            } else if level.reached(Tails { lower: here.lower - weight, upper: here.upper + weight, ..here }) {
                high = high.min(atom);
            } else {
                return atom;
            }
        }
        invert(level, low, high, (low + high) / 2.0, |x| self.tails(x))
    }

    /// Both tails and the density at `x`, without the offset.
    fn tails(&self, x: f64) -> Tails {
        match self {
            Law::Constant(value) => {
                if x < *value {
                    Tails::BELOW
                } else {
                    Tails { lower: 1.0, upper: 0.0, density: 0.0 }
                }
            }
            Law::Exponential { mean } => Tails::exponential(x, *mean),
            Law::Hyperexponential { p, mean } => {
                weighted(p.iter().zip(mean).map(|(&p, &mean)| (p, Tails::exponential(x, mean))))
            }
            Law::Mixture(parts) => weighted(parts.iter().map(|(weight, part)| (*weight, part.tails(x)))),
            Law::Uniform { from, to } => {
                let width = to - from;
                let lower = ((x - from) / width).clamp(0.0, 1.0);
                let inside = x >= *from && x <= *to;
                Tails { lower, upper: 1.0 - lower, density: if inside { 1.0 / width } else { 0.0 } }
            }
            Law::Quantiles(points) => interpolated_tails(points, x),
            _ if x <= 0.0 => Tails::BELOW,
            Law::Lognormal { mu, sigma } => {
                let z = (libm::log(x) - mu) / sigma;
                let density = libm::exp(-z * z / 2.0) * (0.398_942_280_401_432_7 / (sigma * x));
                Tails { lower: normal_tail(-z), upper: normal_tail(z), density }
            }
            Law::Gamma { shape, scale } => {
                let (lower, upper) = gamma_tails(*shape, x / scale);
                Tails { lower, upper, density: gamma_density(*shape, x / scale) / scale }
            }
            Law::Weibull { shape, scale } => {
                let power = libm::pow(x / scale, *shape);
                let upper = libm::exp(-power);
                Tails { lower: -libm::expm1(-power), upper, density: upper * power * shape / x }
            }
            Law::Pareto { minimum, shape } => {
                if x < *minimum {
                    return Tails::BELOW;
                }
                let exponent = -shape * libm::log(x / minimum);
                let upper = libm::exp(exponent);
                Tails { lower: -libm::expm1(exponent), upper, density: upper * shape / x }
            }
        }
    }
}

fn weighted(parts: impl Iterator<Item = (f64, Tails)>) -> Tails {
    parts.fold(Tails { lower: 0.0, upper: 0.0, density: 0.0 }, |sum, (weight, of)| Tails {
        lower: sum.lower + weight * of.lower,
        upper: sum.upper + weight * of.upper,
        density: sum.density + weight * of.density,
    })
}

/// Quantile of the gamma law of this shape and scale 1.
fn gamma_quantile(shape: f64, level: Level) -> f64 {
    let p = level.lower();
    match level {
        Level::Lower(0.0) => return 0.0,
        Level::Upper(0.0) => return f64::INFINITY,
        _ => {}
    }
    let guess = gamma_guess(shape, level.normal(), p);
    // A shape far below 1 puts quantiles below every number that a double can hold: they are 0.
    if shape >= LARGE_SHAPE || guess < 1e-290 {
        return guess;
    }
    invert(level, 0.0, f64::INFINITY, guess, |x| {
        let (lower, upper) = gamma_tails(shape, x);
        Tails { lower, upper, density: gamma_density(shape, x) }
    })
}

/// The smallest x in [low, high] that reaches `level`, by Newton's method inside a shrinking bracket.
///
/// In the lower tail Newton works on (ln x, ln P), where a power law is straight, in the upper tail on (x, ln Q), where
/// an exponential is straight. A step out of the bracket, or every other step once eight have not sufficed (near an
/// atom), is a bisection; so the method always ends, and it is monotone in `level` up to the last bits.
fn invert(level: Level, mut low: f64, mut high: f64, start: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    if low >= high || !low.is_finite() {
        return high;
    }
    let mut x = start.clamp(low, high);
    for step in 0..400 {
        let here = tails(x);
        if level.reached(here) {
            high = x;
        } else {
            low = x;
        }
        let newton = match level {
            Level::Lower(p) => x * libm::exp(-libm::log(here.lower / p) * here.lower / (here.density * x)),
            Level::Upper(q) => x + libm::log(here.upper / q) * here.upper / here.density,
        };
        if (newton - x).abs() <= 1e-14 * x {
            return newton.clamp(low, high);
        }
        let inside = newton > low && newton < high;
        let next = match (inside && (step < 8 || step % 2 == 0), high.is_finite()) {
            (true, _) => newton,
            (false, true) => low + (high - low) / 2.0,
            (false, false) => 2.0 * x + f64::MIN_POSITIVE,
        };
        if next == x || (high.is_finite() && high - low <= 1e-15 * high) {
            break;
        }
        x = next;
    }
    if high.is_finite() { high } else { x }
}

/// The value at probability `p` of the quantile function through `points`.
fn interpolated(points: &[(f64, f64)], p: f64) -> f64 {
    let after = points.partition_point(|point| point.0 < p);
    let Some(&(p1, v1)) = points.get(after).or(points.last()) else { return 0.0 };
    match after.checked_sub(1).and_then(|before| points.get(before)) {
        Some(&(p0, v0)) if p1 > p0 => v0 + (v1 - v0) * ((p - p0) / (p1 - p0)).min(1.0),
        _ => v1,
    }
}

/// The inverse of [`interpolated`]: the largest probability whose value is at most `x`.
fn interpolated_tails(points: &[(f64, f64)], x: f64) -> Tails {
    let after = points.partition_point(|point| point.1 <= x);
    let Some(&(p0, v0)) = after.checked_sub(1).and_then(|before| points.get(before)) else { return Tails::BELOW };
    let Some(&(p1, v1)) = points.get(after) else { return Tails { lower: 1.0, upper: 0.0, density: 0.0 } };
    let density = (p1 - p0) / (v1 - v0);
    let lower = p0 + (x - v0) * density;
    Tails { lower, upper: 1.0 - lower, density }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::random::exact::laws;

    #[test]
    fn quantiles_invert_the_distribution_function() {
        for (name, distribution) in laws() {
            if matches!(distribution.law, Law::Constant(_) | Law::Mixture(_)) {
                continue;
            }
            for p in [1e-6, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999] {
                let back = distribution.cdf(distribution.quantile_ns(p));
                assert!((back / p - 1.0).abs() < 1e-9, "{name} {p}: {back}");
            }
            for q in [1e-12, 1e-9, 1e-6, 0.01, 0.4] {
                let back = distribution.survival(distribution.quantile_upper_ns(q));
                assert!((back - q).abs() < 1e-9 * q + 1e-15, "{name} {q}: {back}");
            }
        }
    }

    #[test]
    fn mixtures_with_atoms_invert_to_the_smallest_value() {
        let (_, mixture) = laws().into_iter().find(|(name, _)| *name == "mixture").unwrap();
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            let value = mixture.quantile_ns(p);
            assert!(mixture.cdf(value + 1e-3) >= p - 1e-12, "{p}");
            assert!(mixture.cdf(value - 1e-3) <= p + 1e-9, "{p}");
        }
        let before = mixture.cdf(30e6 - 1e-3);
        assert!((mixture.quantile_ns(before + 0.05) - 30e6).abs() < 1e-3, "the middle of the atom");
    }

    #[test]
    fn ends_of_the_unit_interval() {
        let exponential = Distribution::exponential(1e6).unwrap().with_offset(2e6);
        assert_eq!(exponential.quantile_ns(0.0), 2e6);
        assert!(exponential.quantile_ns(1.0).is_infinite() && exponential.quantile_upper_ns(0.0).is_infinite());
        let given = Distribution::quantiles(vec![(0.2, 5.0), (0.8, 9.0)]).unwrap();
        assert_eq!([0.0, 0.2, 0.5, 0.9, 1.0].map(|p| given.quantile_ns(p)), [5.0, 5.0, 7.0, 9.0, 9.0]);
        assert_eq!([4.0, 5.0, 7.0, 9.0].map(|x| given.cdf(x)), [0.0, 0.2, 0.5, 1.0]);
    }

    #[test]
    fn scaling_scales_every_quantile() {
        for (name, distribution) in laws() {
            let scaled = distribution.scaled(2.5);
            for p in [0.01, 0.5, 0.99] {
                let ratio = scaled.quantile_ns(p) / distribution.quantile_ns(p);
                assert!((ratio - 2.5).abs() < 1e-9, "{name}: {ratio}");
            }
        }
    }
}
