//! What rounding adds to a time: the distribution function of a law with errors that are even over a tick.
//!
//! The difference of two times in whole ticks lies in (d - 1, d + 1) of its own, a triangle around d: an error that is even over a tick,
//! and then the tick of the difference itself. So the probability of a cell is the difference of a smoothed distribution function at its
//! ends, F averaged over the density of the sum of the errors (a B-spline; Irwin 1927, Hall 1927).

use crate::random::Distribution;

/// Places and weights of Gauss and Legendre's rule of 8 points on -1 to 1, one half.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];
/// Most stretches that a tick is integrated in: enough for a law that is a hundredth of a tick wide.
const MOST_STRETCHES: f64 = 64.0;

/// Errors of rounding that lie between times and the cells that count them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Blur {
    /// How many.
    pub errors: u8,
    /// A tick, nanoseconds.
    pub tick: f64,
}

/// The tails of a law as cells see it.
pub(super) struct Tails<'a> {
    law: &'a Distribution,
    /// Moves and their weights, which sum to 1; none without errors.
    moves: Vec<(f64, f64)>,
}

/// The density of the sum of `n` errors, each even on -1/2 to 1/2.
fn density(n: u8, at: f64) -> f64 {
    let (mut sum, mut sign_choose, mut factorial) = (0.0, 1.0, 1.0);
    for k in 0..=n {
        let beyond = at + f64::from(n) / 2.0 - f64::from(k);
        if beyond > 0.0 {
            sum += sign_choose * (1..n).fold(1.0, |power, _| power * beyond);
        }
        sign_choose *= -f64::from(n - k) / f64::from(k + 1);
        factorial *= if (1..n).contains(&k) { f64::from(k) } else { 1.0 };
    }
    sum / factorial
}

impl Blur {
    /// The tails of `law`.
    pub fn tails(self, law: &Distribution) -> Tails<'_> {
        let mut moves = Vec::new();
        if self.errors > 0 {
            // Stretches no wider than the middle four fifths of the law, so that the rule follows its steepest part.
            let spread = law.quantile_ns(0.9) - law.quantile_ns(0.1);
            let each = (self.tick / spread.max(1e-3)).ceil().clamp(1.0, MOST_STRETCHES);
            let half = 0.5 / each;
            for stretch in 0..u32::from(self.errors) * each as u32 {
                let middle = (2.0 * f64::from(stretch) + 1.0) * half - f64::from(self.errors) / 2.0;
                for (place, weight) in RULE {
                    for side in [-1.0, 1.0] {
                        let at = middle + side * place * half;
                        moves.push((at * self.tick, weight * half * density(self.errors, at)));
                    }
                }
            }
        }
        Tails { law, moves }
    }
}

impl Tails<'_> {
    /// The probabilities of at most and of more than `x` nanoseconds, each accurate where it is small. Nothing lies below 0: what
    /// rounding puts there is counted as 0.
    pub fn at(&self, x: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if self.moves.is_empty() {
            return exact(self.law, x);
        }
        let sum = |(lower, upper): (f64, f64), (by, weight): &(f64, f64)| {
            let (below, above) = exact(self.law, x + by);
            (lower + weight * below, upper + weight * above)
        };
        self.moves.iter().fold((0.0, 0.0), sum)
    }
}

/// Both tails, one computed and the other its complement.
fn exact(law: &Distribution, x: f64) -> (f64, f64) {
    let lower = law.cdf(x);
    if lower <= 0.5 {
        return (lower, 1.0 - lower);
    }
    let upper = law.survival(x);
    (1.0 - upper, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of one, two and three errors: even, a triangle, three quarters less a square; each a density.
    #[test]
    fn sums_of_errors_have_their_densities() {
        let triangle = |x: f64| (1.0 - x.abs()).max(0.0);
        let bell = |x: f64| if x.abs() < 0.5 { 0.75 - x * x } else { (1.5 - x.abs()).max(0.0).powi(2) / 2.0 };
        for x in [-1.4, -0.9, -0.3, 0.1, 0.45, 0.6, 1.2] {
            assert_eq!(density(1, x), f64::from(u8::from(x.abs() < 0.5)), "{x}");
            assert!((density(2, x) - triangle(x)).abs() < 1e-12, "{x}");
            assert!((density(3, x) - bell(x)).abs() < 1e-12, "{x}");
        }
    }

    /// A law that is even over a tick, seen through one error, is a triangle: its distribution function is a parabola.
    #[test]
    fn an_even_law_becomes_a_triangle() {
        let law = Distribution::uniform(3.0, 4.0).expect("a law");
        let blur = Blur { errors: 1, tick: 1.0 };
        let tails = blur.tails(&law);
        for (x, lower) in [(2.4, 0.0), (3.0, 0.125), (3.5, 0.5), (4.25, 1.0 - 0.031_25), (4.6, 1.0)] {
            let (below, above) = tails.at(x);
            assert!((below - lower).abs() < 5e-3 && (below + above - 1.0).abs() < 1e-12, "{x}: {below} for {lower}");
        }
        assert_eq!(tails.at(0.0), (0.0, 1.0));
    }
}
