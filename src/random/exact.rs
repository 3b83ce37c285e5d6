//! Exact samplers: draws through `rand_distr`, driven by a keyed generator. What the tabulated samplers are compared with, and
//! what a scenario may draw with instead (`samplers = "exact"`), at several times their cost.
//!
//! They reject and transform where tables invert, so a draw is no longer monotone in its uniform number: equal names still
//! give equal times, but two options whose laws differ in shape share less of their luck than they do with tables.
//! `rand_distr` takes ln and exp from the platform where another crate enables `num-traits/std`, so these draws are the
//! same on every run and any number of threads, but not on every platform.

use rand::{Rng, RngExt, TryRng};
use rand_distr::{Distribution as _, Exp1, Gamma, StandardNormal};
use std::convert::Infallible;

use super::distribution::{Distribution, Law};
use super::stream::split_mix;

/// A generator of as many bits as a rejection sampler may want, all begun by those of one named draw: SplitMix64 from there.
#[derive(Clone, Debug)]
pub struct KeyedGenerator {
    start: u64,
    drawn: u64,
}

impl KeyedGenerator {
    /// The generator that the bits of a named draw begin.
    #[must_use]
    pub fn new(start: u64) -> KeyedGenerator {
        KeyedGenerator { start, drawn: 0 }
    }
}

impl TryRng for KeyedGenerator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| (bits >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.drawn += 1;
        Ok(split_mix(self.start, self.drawn))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let next = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
        Ok(())
    }
}

/// One value of `distribution`, in nanoseconds and not rounded.
pub fn draw(distribution: &Distribution, generator: &mut impl Rng) -> f64 {
    let exponential = |generator: &mut _| -> f64 { Exp1.sample(generator) };
    let value = match &distribution.law {
        Law::Constant(value) => *value,
        Law::Exponential { mean } => mean * exponential(generator),
        Law::Lognormal { mu, sigma } => {
            let normal: f64 = StandardNormal.sample(generator);
            libm::exp(mu + sigma * normal)
        }
        // The constructor has checked what `Gamma::new` checks; the mean stands in where it would not agree.
        Law::Gamma { shape, scale } => {
            Gamma::new(*shape, *scale).map_or(shape * scale, |gamma| gamma.sample(generator))
        }
        Law::Hyperexponential { p, mean } => {
            let chosen = choose(p.iter().copied(), generator.random());
            mean[chosen] * exponential(generator)
        }
        Law::Weibull { shape, scale } => scale * libm::pow(exponential(generator), 1.0 / shape),
        Law::Pareto { minimum, shape } => minimum * libm::exp(exponential(generator) / shape),
        Law::Uniform { from, to } => from + (to - from) * generator.random::<f64>(),
        Law::Mixture(parts) => {
            let chosen = choose(parts.iter().map(|part| part.0), generator.random());
            draw(&parts[chosen].1, generator)
        }
        Law::Quantiles(_) => return distribution.quantile_ns(generator.random()),
    };
    distribution.offset + value
}

/// The index that a uniform number in [0, 1) falls on; the last one where rounding leaves the sum short of 1.
fn choose(weights: impl ExactSizeIterator<Item = f64>, uniform: f64) -> usize {
    let last = weights.len().saturating_sub(1);
    let mut sum = 0.0;
    weights
        .enumerate()
        .find_map(|(index, weight)| {
            sum += weight;
            (uniform < sum).then_some(index)
        })
        .unwrap_or(last)
}

/// One distribution of every law, named, for the tests of this module.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) fn laws() -> Vec<(&'static str, Distribution)> {
    let h2 = Distribution::hyperexponential(vec![0.9, 0.1], vec![5e6, 50e6]).unwrap();
    let parts = vec![
        (0.7, Distribution::lognormal(6e6, 0.4).unwrap()),
        (0.2, Distribution::exponential(20e6).unwrap().with_offset(1e6)),
        (0.1, Distribution::constant(30e6)),
    ];
    vec![
        ("constant", Distribution::constant(3e6)),
        ("uniform", Distribution::uniform(1e6, 9e6).unwrap()),
        ("exponential", Distribution::exponential(10e6).unwrap()),
        ("lognormal", Distribution::lognormal_p99(6e6, 16e6).unwrap()),
        ("lognormal 1.5", Distribution::lognormal(1e6, 1.5).unwrap()),
        ("gamma 0.5", Distribution::gamma(10e6, 0.5).unwrap()),
        ("gamma 2.5", Distribution::gamma(10e6, 2.5).unwrap().with_offset(2e6)),
        ("gamma 400", Distribution::gamma(10e6, 400.0).unwrap()),
        ("hyperexponential", h2),
        ("weibull 0.7", Distribution::weibull(10e6, 0.7).unwrap()),
        ("weibull 2", Distribution::weibull(10e6, 2.0).unwrap()),
        ("pareto 3", Distribution::pareto(2e6, 3.0).unwrap()),
        ("mixture", Distribution::mixture(parts).unwrap()),
        (
            "quantiles",
            Distribution::quantiles(vec![(0.0, 1e6), (0.5, 6e6), (0.9, 9e6), (0.99, 16e6), (0.999, 40e6), (1.0, 90e6)])
                .unwrap(),
        ),
    ]
}

/// Laws whose tails or jumps are hard on a table.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) fn extremes() -> [(&'static str, Distribution); 4] {
    [
        ("lognormal 3", Distribution::lognormal(1e6, 3.0).unwrap()),
        ("gamma 0.05", Distribution::gamma(10e6, 0.05).unwrap()),
        ("weibull 0.3", Distribution::weibull(10e6, 0.3).unwrap()),
        ("rare and long", Distribution::hyperexponential(vec![0.999, 0.001], vec![1e6, 1e10]).unwrap()),
    ]
}
