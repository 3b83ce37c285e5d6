//! Quantiles of Student's t and of the normal law; nothing else of either.

use std::cell::Cell;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Degrees of freedom above which the expansion is closer than the library, whose incomplete beta loses digits: at a
/// million degrees it is wrong in the fifth digit, while the expansion is good to 1e-10 for |z| up to 3 from here on.
const LARGE: f64 = 1_000.0;

/// The value that Student's t with `freedom` degrees exceeds with probability `(1 - confidence) / 2`; NaN unless
/// `freedom` is above 0 and `confidence` lies in (0, 1). Two-sided intervals use it as it is.
#[must_use]
pub fn t_two_sided(freedom: f64, confidence: f64) -> f64 {
    thread_local! {
        // All estimates of a point ask for one and the same, which takes the library microseconds.
        static LAST: Cell<(f64, f64, f64)> = const { Cell::new((f64::NAN, f64::NAN, f64::NAN)) };
    }
    let last = LAST.get();
    if (last.0, last.1) == (freedom, confidence) {
        return last.2;
    }
    let t = t_quantile(freedom, 0.5 + confidence / 2.0);
    LAST.set((freedom, confidence, t));
    t
}

/// Quantile of Student's t at `p` in (0, 1); NaN outside and for `freedom` not above 0.
///
/// Above 1,000 degrees by the Cornish-Fisher expansion about the normal quantile, Abramowitz and Stegun 26.7.5.
#[must_use]
pub fn t_quantile(freedom: f64, p: f64) -> f64 {
    if !(freedom > 0.0 && p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    if freedom <= LARGE {
        return StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.inverse_cdf(p));
    }
    let z = Normal::standard().inverse_cdf(p);
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (first + (second + third / freedom) / freedom) / freedom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_every_textbook() {
        for (freedom, t) in [(4.0, 2.776_445), (9.0, 2.262_157), (19.0, 2.093_024), (29.0, 2.045_230)] {
            assert!((t_two_sided(freedom, 0.95) - t).abs() < 1e-6, "{freedom}");
        }
        assert!((t_two_sided(1e6, 0.95) - 1.959_966).abs() < 1e-6);
        assert!((t_quantile(9.0, 0.99) - 2.821_438).abs() < 1e-6);
        assert!(t_two_sided(0.0, 0.95).is_nan() && t_two_sided(9.0, 1.0).is_nan());
    }

    /// Two degrees of freedom have a closed form: (2p - 1) / sqrt(2 p (1 - p)).
    #[test]
    fn the_far_tail_that_joint_intervals_need() {
        for beyond in [1e-3_f64, 1e-5, 1e-7] {
            let closed = (1.0 - 2.0 * beyond) / (2.0 * beyond * (1.0 - beyond)).sqrt();
            assert!((t_quantile(2.0, 1.0 - beyond) / closed - 1.0).abs() < 1e-6, "{beyond}");
        }
    }

    #[test]
    fn both_ways_agree_where_they_meet() {
        for p in [0.6, 0.9, 0.975, 0.999] {
            assert!((t_quantile(1_000.0, p) - t_quantile(1_000.001, p)).abs() < 1e-8, "{p}");
        }
    }
}
