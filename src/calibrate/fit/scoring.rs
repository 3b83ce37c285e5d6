//! Maximum likelihood of interval-censored times: the sum of n_i log(F(b_i) - F(a_i)) over the cells, climbed by scoring. A time that was
//! cut off adds the logarithm of its survival, 1 - F, where it was seen last.
//!
//! A log that states whole milliseconds says of a time that it lies in an interval, and of nothing else; so it enters the likelihood as
//! the probability of that interval (Heitjan, "Inference from grouped continuous data: a review", Statistical Science 4, 1989).
//! Steps are those of Berndt, Hall, Hall and Hausman (1974), damped after Levenberg: the information is the sum of the products of the
//! scores. Intervals use the sandwich of White, "Maximum likelihood estimation of misspecified models", Econometrica 50 (1982), so that
//! they also hold for a law that is only near the truth.

use super::family::Family;
use super::matrix::{Matrix, inverse, product, solve, zeros};
use super::sample::Sample;
use crate::random::Distribution;

/// Probabilities below this count as it: a law that gives a seen time less is refused anyhow.
const LEAST: f64 = 1e-300;
/// Most steps; a plain law takes about 10.
const MOST_STEPS: usize = 200;
/// Cells of the climb from each start; the best of them is finished on all.
const COARSE: usize = 64;
/// Gain of the log-likelihood that a step promises at which the climb ends: differences of 2 begin to matter.
const ENOUGH: f64 = 1e-6;

/// The top of the likelihood of a family.
#[derive(Clone, Debug)]
pub(super) struct Top {
    /// On the family's unbounded scale.
    pub at: Vec<f64>,
    /// Log-likelihood there.
    pub value: f64,
    /// Covariance of the estimates on that scale; `None` where the times do not determine all of them.
    pub covariance: Option<Matrix>,
}

/// What the likelihood multiplies: the probability that `law` gives to each cell, from whichever tail is the smaller, so that nothing is
/// lost far out; then that of lasting longer than each time that was cut off.
fn probabilities(law: &Distribution, sample: &Sample) -> Vec<f64> {
    let tails = sample.blur.tails(law);
    let mut last = (f64::NAN, (0.0, 1.0));
    let cells = sample.bins.iter().map(|bin| {
        let low = if bin.low == last.0 { last.1 } else { tails.at(bin.low) };
        let high = tails.at(bin.high);
        last = (bin.high, high);
        if low.0 > 0.5 { low.1 - high.1 } else { high.0 - low.0 }
    });
    let longer = sample.longer.iter().map(|longer| law.survival(longer.than));
    cells.chain(longer).map(|p| if p.is_nan() { LEAST } else { p.max(LEAST) }).collect()
}

/// How often each of these is seen.
fn counts(sample: &Sample) -> impl Iterator<Item = f64> {
    sample.bins.iter().map(|bin| bin.count).chain(sample.longer.iter().map(|longer| longer.count))
}

/// Log-likelihood of `law`.
pub(super) fn log_likelihood(law: &Distribution, sample: &Sample) -> f64 {
    probabilities(law, sample).iter().zip(counts(sample)).map(|(p, count)| count * libm::log(*p)).sum()
}

/// A family's likelihood of a sample.
struct Likelihood<'a> {
    family: Family,
    sample: &'a Sample,
    least: f64,
}

impl Likelihood<'_> {
    fn value(&self, at: &[f64]) -> f64 {
        self.family.law(at, self.least).map_or(f64::NEG_INFINITY, |law| log_likelihood(&law, self.sample))
    }

    /// The derivative of the logarithm of every cell's probability by every parameter: a row for each parameter.
    fn scores(&self, at: &[f64]) -> Option<Vec<Vec<f64>>> {
        let steps = self.family.steps(at);
        let moved = |index: usize, by: f64| {
            let mut there = at.to_vec();
            there[index] += by;
            self.family.law(&there, self.least).map(|law| probabilities(&law, self.sample))
        };
        let row = |(index, step): (usize, &f64)| {
            let (up, down) = (moved(index, *step)?, moved(index, -step)?);
            Some(up.iter().zip(&down).map(|(up, down)| libm::log(up / down) / (2.0 * step)).collect())
        };
        steps.iter().enumerate().map(row).collect()
    }

    fn gradient(&self, scores: &[Vec<f64>]) -> Vec<f64> {
        scores.iter().map(|row| row.iter().zip(counts(self.sample)).map(|(s, count)| s * count).sum()).collect()
    }

    /// Sum of the products of scores over all times.
    fn outer(&self, scores: &[Vec<f64>]) -> Matrix {
        let mut outer = zeros(scores.len());
        for (i, a) in scores.iter().enumerate() {
            for (j, b) in scores.iter().enumerate().take(i + 1) {
                let sum: f64 = a.iter().zip(b).zip(counts(self.sample)).map(|((a, b), count)| a * b * count).sum();
                (outer[i][j], outer[j][i]) = (sum, sum);
            }
        }
        outer
    }

    /// Climbs from `at`, at most `most` steps.
    fn climb(&self, mut at: Vec<f64>, most: usize) -> Option<(Vec<f64>, f64)> {
        let mut value = self.value(&at);
        if !value.is_finite() {
            return None;
        }
        let mut damping = 1e-3;
        for _ in 0..most {
            let Some(scores) = self.scores(&at) else { break };
            let (gradient, outer) = (self.gradient(&scores), self.outer(&scores));
            let mut moved = false;
            while damping < 1e12 {
                let mut damped = outer.clone();
                (0..at.len()).for_each(|i| damped[i][i] += damping * outer[i][i] + 1e-9);
                let Some(step) = solve(&damped, &gradient) else {
                    damping *= 10.0;
                    continue;
                };
                if step.iter().zip(&gradient).map(|(s, g)| s * g).sum::<f64>() < ENOUGH {
                    return Some((at, value));
                }
                let there: Vec<f64> = at.iter().zip(&step).map(|(x, s)| x + s.clamp(-2.0, 2.0)).collect();
                let reached = self.value(&there);
                if reached > value {
                    (at, value, moved) = (there, reached, true);
                    damping = (damping / 10.0).max(1e-9);
                    break;
                }
                damping *= 10.0;
            }
            if !moved {
                break;
            }
        }
        Some((at, value))
    }

    /// The sandwich: inverse of the observed information, around the sum of the products of scores.
    fn covariance(&self, at: &[f64]) -> Option<Matrix> {
        let steps = self.family.steps(at);
        let gradient = |there: &[f64]| self.scores(there).map(|scores| self.gradient(&scores));
        let mut information = zeros(at.len());
        for (index, step) in steps.iter().enumerate() {
            let step = 10.0 * step;
            let (mut up, mut down) = (at.to_vec(), at.to_vec());
            up[index] += step;
            down[index] -= step;
            let (up, down) = (gradient(&up)?, gradient(&down)?);
            information[index] = up.iter().zip(&down).map(|(up, down)| (down - up) / (2.0 * step)).collect();
        }
        // Symmetric but for rounding.
        let transposed: Matrix = (0..at.len()).map(|i| information.iter().map(|row| row[i]).collect()).collect();
        for (row, other) in information.iter_mut().zip(&transposed) {
            row.iter_mut().zip(other).for_each(|(a, b)| *a = (*a + b) / 2.0);
        }
        let bread = inverse(&information)?;
        Some(product(&product(&bread, &self.outer(&self.scores(at)?)), &bread))
    }
}

/// The greatest offset that the times allow, nanoseconds: the lower end of the first cell.
pub(super) fn least_time(sample: &Sample) -> f64 {
    sample.bins.first().map_or(0.0, |bin| bin.low)
}

/// The top of the likelihood of `family`; `None` where it has no finite one.
pub(super) fn maximise(family: Family, sample: &Sample) -> Option<Top> {
    let least = least_time(sample);
    let coarse = sample.joined(COARSE);
    let starts = family.starts(&coarse);
    let rough = Likelihood { family, sample: &coarse, least };
    let fine = Likelihood { family, sample, least };
    let start = if starts.len() == 1 {
        starts.into_iter().next()
    } else {
        let tops = starts.into_iter().filter_map(|start| rough.climb(start, MOST_STEPS / 2));
        tops.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    };
    let (at, value) = fine.climb(start?, MOST_STEPS)?;
    let covariance = fine.covariance(&at);
    Some(Top { at, value, covariance })
}
