//! Means and variances of the laws, in closed form; not of samples.

use super::distribution::{Distribution, Law};

impl Law {
    /// Mean and mean square; the latter is infinite for a Pareto law of shape 2 or less.
    fn moments(&self) -> (f64, f64) {
        match self {
            Law::Constant(value) => (*value, value * value),
            Law::Exponential { mean } => (*mean, 2.0 * mean * mean),
            Law::Lognormal { mu, sigma } => {
                let square = sigma * sigma;
                (libm::exp(mu + square / 2.0), libm::exp(2.0 * (mu + square)))
            }
            Law::Gamma { shape, scale } => (shape * scale, shape * (shape + 1.0) * scale * scale),
            Law::Hyperexponential { p, mean } => {
                p.iter().zip(mean).fold((0.0, 0.0), |(first, second), (p, m)| (first + p * m, second + p * 2.0 * m * m))
            }
            Law::Weibull { shape, scale } => {
                (scale * libm::tgamma(1.0 + 1.0 / shape), scale * scale * libm::tgamma(1.0 + 2.0 / shape))
            }
            Law::Pareto { minimum, shape } => {
                let square = if *shape > 2.0 { shape * minimum * minimum / (shape - 2.0) } else { f64::INFINITY };
                (shape * minimum / (shape - 1.0), square)
            }
            Law::Uniform { from, to } => ((from + to) / 2.0, (from * from + from * to + to * to) / 3.0),
            Law::Mixture(parts) => parts.iter().fold((0.0, 0.0), |(first, second), (weight, part)| {
                let mean = part.mean_ns();
                // A part of weight 0 never occurs, not even with its infinite variance.
                let square = if *weight > 0.0 { part.variance() + mean * mean } else { 0.0 };
                (first + weight * mean, second + weight * square)
            }),
            Law::Quantiles(points) => points.windows(2).fold((0.0, 0.0), |(first, second), pair| {
                let ((p, a), (next, b)) = (pair[0], pair[1]);
                let width = next - p;
                (first + width * (a + b) / 2.0, second + width * (a * a + a * b + b * b) / 3.0)
            }),
        }
    }
}

impl Distribution {
    /// Mean in nanoseconds, offset included.
    #[must_use]
    pub fn mean_ns(&self) -> f64 {
        self.offset + self.law.moments().0
    }

    /// Variance in square nanoseconds, 0 or more; infinite for a Pareto law of shape 2 or less.
    #[must_use]
    pub fn variance(&self) -> f64 {
        // The difference of moments cancels badly where the spread is small against the mean: these have it in closed
        // form.
        match &self.law {
            Law::Constant(_) => 0.0,
            Law::Exponential { mean } => mean * mean,
            Law::Lognormal { sigma, .. } => {
                let mean = self.law.moments().0;
                mean * mean * libm::expm1(sigma * sigma)
            }
            Law::Gamma { shape, scale } => shape * scale * scale,
            Law::Uniform { from, to } => (to - from) * (to - from) / 12.0,
            law => {
                let (mean, square) = law.moments();
                (square - mean * mean).max(0.0)
            }
        }
    }

    /// Squared coefficient of variation: variance over squared mean; 0 where the mean is 0.
    #[must_use]
    pub fn scv(&self) -> f64 {
        let mean = self.mean_ns();
        if mean > 0.0 { self.variance() / (mean * mean) } else { 0.0 }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_constructors_are_those_asked_for() {
        for (distribution, mean, scv) in [
            (Distribution::lognormal_scv(10e6, 4.0).unwrap(), 10e6, 4.0),
            (Distribution::gamma(10e6, 2.0).unwrap(), 10e6, 0.5),
            (Distribution::weibull(10e6, 1.0).unwrap(), 10e6, 1.0),
            (Distribution::exponential(3e6).unwrap().with_offset(3e6), 6e6, 0.25),
            (Distribution::pareto(1e6, 3.0).unwrap(), 1.5e6, 1.0 / 3.0),
            (Distribution::constant(5.0), 5.0, 0.0),
            (Distribution::uniform(0.0, 12e6).unwrap(), 6e6, 1.0 / 3.0),
        ] {
            assert!((distribution.mean_ns() / mean - 1.0).abs() < 1e-12, "{distribution:?}");
            assert!((distribution.scv() - scv).abs() < 1e-11, "{distribution:?} {}", distribution.scv());
        }
        assert!(Distribution::pareto(1e6, 2.0).unwrap().variance().is_infinite());
    }

    #[test]
    fn balanced_means_give_the_scv_of_the_worked_case() {
        let p = vec![0.887_298_334_620_742, 0.112_701_665_379_258];
        let h2 = Distribution::hyperexponential(p, vec![5_635_083.268_96, 44_364_916.731]).unwrap();
        assert!((h2.mean_ns() - 10e6).abs() < 1.0 && (h2.scv() - 4.0).abs() < 1e-6);
    }

    #[test]
    fn a_mixture_adds_the_spread_between_its_parts() {
        let mixture =
            Distribution::mixture(vec![(3.0, Distribution::constant(0.0)), (1.0, Distribution::constant(8.0))]);
        let mixture = mixture.unwrap();
        assert_eq!((mixture.mean_ns(), mixture.variance()), (2.0, 12.0));
    }
}
