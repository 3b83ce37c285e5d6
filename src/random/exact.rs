//! Exact samplers: draws through `rand_distr`, driven by a keyed generator. The reference that the tabulated samplers
//! are compared with; four to ten times slower than they are, and no part of a simulation.
//!
//! `rand_distr` takes ln and exp from the platform where another crate enables `num-traits/std`, so these draws are the
//! same on every run, but not on every platform.

use rand::{Rng, RngExt, TryRng};
use rand_distr::{Distribution as _, Exp1, Gamma, StandardNormal};
use std::convert::Infallible;

use super::distribution::{Distribution, Law};
use super::stream::{AttemptKey, StreamId, split_mix};

/// A generator of as many bits as a rejection sampler may want, all named by one (attempt, stream): SplitMix64 from
/// there.
#[derive(Clone, Debug)]
pub struct KeyedGenerator {
    start: u64,
    drawn: u64,
}

impl KeyedGenerator {
    /// The generator of this attempt in `stream`.
    #[must_use]
    pub fn new(key: AttemptKey, stream: StreamId) -> KeyedGenerator {
        KeyedGenerator { start: key.bits(stream), drawn: 0 }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{RunKey, Sampler};

    const DRAWS: usize = 100_000;

    /// Greatest distance between the empirical distribution functions of two sorted samples of the same size.
    fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
        let (mut i, mut j, mut distance) = (0, 0, 0_usize);
        while i < a.len() && j < b.len() {
            let value = a[i].min(b[j]);
            while i < a.len() && a[i] == value {
                i += 1;
            }
            while j < b.len() && b[j] == value {
                j += 1;
            }
            distance = distance.max(i.abs_diff(j));
        }
        distance as f64 / a.len() as f64
    }

    #[test]
    fn tables_draw_what_the_exact_samplers_draw() {
        let (run, table_stream, exact_stream) =
            (RunKey::new(1, 0), StreamId::new("x", "table"), StreamId::new("x", "exact"));
        for (name, distribution) in laws() {
            let sampler = Sampler::new(&distribution);
            let key = |request: usize| run.attempt(request as u64, 0);
            let mut table: Vec<f64> = (0..DRAWS).map(|i| sampler.sample(key(i).bits(table_stream)) as f64).collect();
            let mut exact: Vec<f64> = (0..DRAWS)
                .map(|i| draw(&distribution, &mut KeyedGenerator::new(key(i), exact_stream)).round())
                .collect();
            let error = libm::sqrt(distribution.variance() / DRAWS as f64);
            for sample in [&table, &exact] {
                let mean = sample.iter().sum::<f64>() / DRAWS as f64;
                assert!((mean - distribution.mean_ns()).abs() <= 4.0 * error + 0.5, "{name}: mean {mean}");
            }
            table.sort_by(f64::total_cmp);
            exact.sort_by(f64::total_cmp);
            let distance = kolmogorov_smirnov(&table, &exact);
            // 0.1 % critical value of the two-sample test: 1.949 sqrt(2/n).
            let limit = 1.949 * libm::sqrt(2.0 / DRAWS as f64);
            assert!(distance < limit, "{name}: {distance} against {limit}");
        }
    }
}
