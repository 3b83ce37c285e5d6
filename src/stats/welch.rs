//! The difference of two systems that ran apart, from their estimates alone. Not for systems that share their draws and whose
//! replications are at hand: paired differences are narrower.

use super::estimate::Interval;
use super::student::t_two_sided;

/// An estimate with a Student's t interval over independent replications, as a document holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimated {
    /// The estimate and the ends of its interval.
    pub interval: Interval,
    /// Replications that it is of.
    pub replications: u32,
    /// Confidence of its interval, in (0, 1).
    pub confidence: f64,
}

impl Estimated {
    /// Squared standard error, with the degrees of freedom of its variance; none without an interval. An end that was cut off
    /// where the quantity cannot lie tells nothing of the spread, so that the further end counts.
    fn square_error(&self) -> Option<(f64, f64)> {
        let Interval { value, low, high } = self.interval;
        let half = (value - low?).max(high? - value);
        let freedom = f64::from(self.replications) - 1.0;
        let error = half / t_two_sided(freedom, self.confidence);
        error.is_finite().then_some((error * error, freedom))
    }
}

/// `b` less `a` with its interval at `confidence`, wider by `rounding` on both sides; none where a side has no interval.
///
/// For independent runs; where both share random numbers and so tend to err alike, the interval is wider than need be. Source: Welch,
/// "The generalization of Student's problem when several different population variances are involved", Biometrika 34 (1947);
/// Law, *Simulation Modeling and Analysis*, 5th ed., 10.2.2.
#[must_use]
pub fn difference(a: &Estimated, b: &Estimated, rounding: f64, confidence: f64) -> Option<Interval> {
    let ((square_a, freedom_a), (square_b, freedom_b)) = (a.square_error()?, b.square_error()?);
    let square = square_a + square_b;
    let value = b.interval.value - a.interval.value;
    // Where nothing varies there is no law to take a quantile of.
    let half = if square > 0.0 {
        let freedom = square * square / (square_a * square_a / freedom_a + square_b * square_b / freedom_b);
        t_two_sided(freedom, confidence) * libm::sqrt(square)
    } else {
        0.0
    };
    let (low, high) = (value - half - rounding, value + half + rounding);
    (low.is_finite() && high.is_finite()).then_some(Interval { value, low: Some(low), high: Some(high) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stats::estimate::mean_interval;
    use crate::stats::noise::uniform;

    fn of(values: &[f64]) -> Estimated {
        let replications = u32::try_from(values.len()).unwrap();
        Estimated { interval: mean_interval(values, 0.9), replications, confidence: 0.9 }
    }

    /// By hand: variances 4 and 1 of 4 values each, squared errors 1 and 1/4, freedom (5/4)^2 / (1/3 + 1/48) = 75/17.
    #[test]
    fn a_worked_difference() {
        let a = [10.0 - 3f64.sqrt(), 10.0 - 3f64.sqrt(), 10.0 + 3f64.sqrt(), 10.0 + 3f64.sqrt()];
        let b = [7.0 - 0.75f64.sqrt(), 7.0 - 0.75f64.sqrt(), 7.0 + 0.75f64.sqrt(), 7.0 + 0.75f64.sqrt()];
        let found = difference(&of(&a), &of(&b), 0.5, 0.95).unwrap();
        assert!((found.value + 3.0).abs() < 1e-12);
        let half = t_two_sided(75.0 / 17.0, 0.95) * 1.25f64.sqrt() + 0.5;
        assert!((found.half_width().unwrap() - half).abs() < 1e-9);
    }

    #[test]
    fn the_edges() {
        let exact = Estimated { interval: Interval { value: 5.0, low: Some(5.0), high: Some(5.0) }, ..of(&[1.0, 2.0]) };
        let same = difference(&exact, &exact, 0.0, 0.95).unwrap();
        assert_eq!((same.value, same.low, same.high), (0.0, Some(0.0), Some(0.0)));
        let bare = Estimated { interval: Interval::bare(5.0), ..exact };
        assert_eq!(difference(&bare, &exact, 0.0, 0.95), None);
        assert_eq!(difference(&Estimated { replications: 1, ..of(&[1.0, 2.0]) }, &exact, 0.0, 0.95), None);
        // A share of 0 whose interval is cut off at 0 is as uncertain as its upper end says.
        let cut = Estimated { interval: Interval { value: 0.0, low: Some(0.0), high: Some(0.1) }, ..of(&[1.0, 2.0]) };
        let whole = Estimated { interval: Interval { value: 0.0, low: Some(-0.1), high: Some(0.1) }, ..cut };
        assert_eq!(difference(&cut, &exact, 0.0, 0.95), difference(&whole, &exact, 0.0, 0.95));
    }

    #[test]
    fn intervals_of_equal_systems_hold_no_difference_as_often_as_they_say() {
        let missed = (0..1_000_u64)
            .filter(|&experiment| {
                let normal = |at: u64| (0..12).map(|i| uniform(experiment, at * 12 + i)).sum::<f64>() - 6.0;
                let a: Vec<f64> = (0..10).map(normal).collect();
                let b: Vec<f64> = (10..15).map(|r| 3.0 * normal(r)).collect();
                let found = difference(&of(&a), &of(&b), 0.0, 0.95).unwrap();
                found.low.unwrap() > 0.0 || found.high.unwrap() < 0.0
            })
            .count();
        // 0.1 % band of Binomial(1000, 0.05).
        assert!((29..=74).contains(&missed), "{missed}");
    }
}
