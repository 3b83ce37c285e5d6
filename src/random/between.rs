//! Laws on the way from one to another: what a search walks along. Not which laws are plausible.

use super::distribution::{Distribution, Law};

impl Distribution {
    /// The law at `share` (0 to 1; beyond counts as the nearer end) of the way from this one to `end`.
    ///
    /// Constants and offsets move evenly, lognormal laws in the logarithm of the median and in sigma, and towards a constant 0 every
    /// value shrinks evenly. Two laws that have no common parameters are mixed, `end` with probability `share`. All but the lognormal
    /// way move the mean evenly.
    #[must_use]
    pub fn between(&self, end: &Distribution, share: f64) -> Distribution {
        if share.is_nan() || share <= 0.0 {
            return self.clone();
        }
        if share >= 1.0 {
            return end.clone();
        }
        let way = |from: f64, to: f64| from + share * (to - from);
        let law = match (&self.law, &end.law) {
            (from, to) if from == to => from.clone(),
            (Law::Constant(from), Law::Constant(to)) => Law::Constant(way(*from, *to)),
            (_, Law::Constant(0.0)) if end.offset == 0.0 => return self.scaled(1.0 - share),
            (Law::Lognormal { mu: from, sigma: narrow }, Law::Lognormal { mu: to, sigma: wide }) => {
                Law::Lognormal { mu: way(*from, *to), sigma: way(*narrow, *wide) }
            }
            _ => return mixed(self, end, share),
        };
        Distribution { law, offset: way(self.offset, end.offset) }
    }
}

fn mixed(from: &Distribution, end: &Distribution, share: f64) -> Distribution {
    let parts = vec![(1.0 - share, from.clone()), (share, end.clone())];
    Distribution { law: Law::Mixture(parts), offset: 0.0 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_the_laws_themselves() {
        let (a, b) = (Distribution::lognormal_p99(6e6, 16e6).unwrap(), Distribution::exponential(1e6).unwrap());
        for (share, law) in [(0.0, &a), (1.0, &b), (-1.0, &a), (2.0, &b), (f64::NAN, &a)] {
            assert_eq!(a.between(&b, share), *law);
        }
    }

    #[test]
    fn means_lie_where_the_way_says() {
        let (short, long) = (Distribution::constant(1e6), Distribution::constant(5e6));
        assert_eq!(short.between(&long, 0.25), Distribution::constant(2e6));
        let exponential = Distribution::exponential(4e6).unwrap();
        assert!((exponential.between(&Distribution::constant(0.0), 0.25).mean_ns() - 3e6).abs() < 1e-3);
        assert!((exponential.between(&short, 0.25).mean_ns() - 3.25e6).abs() < 1e-3, "a mixture");
        let moved = exponential.clone().with_offset(1e6).between(&exponential.with_offset(3e6), 0.5);
        assert!((moved.mean_ns() - 6e6).abs() < 1e-3);
        // The median goes geometrically: from 1 to 4 ms, halfway 2 ms.
        let (low, high) = (Distribution::lognormal(1e6, 0.5).unwrap(), Distribution::lognormal(4e6, 0.5).unwrap());
        assert!((low.between(&high, 0.5).quantile_ns(0.5) - 2e6).abs() < 1.0);
    }
}
