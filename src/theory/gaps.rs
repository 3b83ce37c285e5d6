//! Laws of the gaps between arrivals, as far as formulas need them: how variable they are, their transform, and what splitting a
//! stream makes of them. In units of the mean gap; rates stand elsewhere.

/// Independent gaps of one law, of mean 1: a renewal stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Gaps {
    /// A Poisson stream.
    Exponential,
    /// Equally spaced arrivals.
    Constant,
    /// Gamma with this shape, above 0; a whole number k is Erlang-k.
    Gamma(f64),
    /// Exponential of mean `.1` with probability `.0`; the probabilities add up to 1 and the mean of all is 1.
    Hyperexponential(Vec<(f64, f64)>),
    /// Sums of so many gaps: one of `n` stations that take turns.
    InTurn(u32, Box<Gaps>),
    /// Of each arrival it is decided by chance whether it belongs to the stream: this share of (0, 1) does.
    AtRandom(f64, Box<Gaps>),
}

impl Gaps {
    /// What reaches one of `stations` that take turns; those of 0 or 1 station are the stream itself.
    #[must_use]
    pub fn in_turn(self, stations: u32) -> Gaps {
        match self {
            gaps if stations <= 1 => gaps,
            Gaps::Exponential => Gaps::Gamma(f64::from(stations)),
            Gaps::Gamma(shape) => Gaps::Gamma(shape * f64::from(stations)),
            Gaps::Constant => Gaps::Constant,
            gaps => Gaps::InTurn(stations, Box::new(gaps)),
        }
    }

    /// What is left when each arrival stays with probability `share`; a Poisson stream stays one.
    #[must_use]
    pub fn at_random(self, share: f64) -> Gaps {
        match self {
            Gaps::Exponential => Gaps::Exponential,
            gaps if share >= 1.0 => gaps,
            gaps => Gaps::AtRandom(share, Box::new(gaps)),
        }
    }

    /// Squared coefficient of variation: 1 for a Poisson stream, 0 for equal gaps.
    ///
    /// Sums of n gaps have 1/n of it; a sum of a geometric number of gaps, each the last with probability p, 1 + p (scv - 1).
    #[must_use]
    pub fn scv(&self) -> f64 {
        match self {
            Gaps::Exponential => 1.0,
            Gaps::Constant => 0.0,
            Gaps::Gamma(shape) => 1.0 / shape,
            Gaps::Hyperexponential(phases) => phases.iter().map(|(p, mean)| 2.0 * p * mean * mean).sum::<f64>() - 1.0,
            Gaps::InTurn(stations, gaps) => gaps.scv() / f64::from(*stations),
            Gaps::AtRandom(share, gaps) => 1.0 + share * (gaps.scv() - 1.0),
        }
    }

    /// Laplace-Stieltjes transform E[exp(-s G)], `s` of 0 or more in units of 1 over the mean gap.
    #[must_use]
    pub fn transform(&self, s: f64) -> f64 {
        match self {
            Gaps::Exponential => 1.0 / (1.0 + s),
            Gaps::Constant => libm::exp(-s),
            Gaps::Gamma(shape) => libm::exp(-shape * libm::log1p(s / shape)),
            Gaps::Hyperexponential(phases) => phases.iter().map(|(p, mean)| p / (1.0 + s * mean)).sum(),
            Gaps::InTurn(stations, gaps) => {
                let n = f64::from(*stations);
                libm::pow(gaps.transform(s / n), n)
            }
            Gaps::AtRandom(share, gaps) => {
                let each = gaps.transform(s * share);
                share * each / (1.0 - (1.0 - share) * each)
            }
        }
    }

    /// The letter of Kendall's notation: `M`, `D`, `E3`, `H2`, or `G` for any other law.
    #[must_use]
    pub fn symbol(&self) -> String {
        match self {
            Gaps::Exponential => "M".into(),
            Gaps::Constant => "D".into(),
            Gaps::Gamma(shape) if *shape >= 1.0 && shape.fract() == 0.0 => format!("E{shape}"),
            Gaps::Hyperexponential(phases) => format!("H{}", phases.len()),
            _ => "G".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balanced() -> Gaps {
        Gaps::Hyperexponential(vec![
            (0.887_298_334_620_742, 0.563_508_326_896),
            (0.112_701_665_379_258, 4.436_491_673_1),
        ])
    }

    #[test]
    fn variability_is_that_of_the_law_and_of_its_splits() {
        for (gaps, scv) in [
            (Gaps::Exponential.in_turn(4), 0.25),
            (Gaps::Gamma(0.5), 2.0),
            (balanced(), 4.0),
            (balanced().in_turn(2), 2.0),
            (balanced().at_random(0.25), 1.75),
            (Gaps::Constant.at_random(0.1), 0.9),
            (Gaps::Constant.in_turn(7), 0.0),
            (Gaps::Exponential.at_random(0.2), 1.0),
        ] {
            assert!((gaps.scv() - scv).abs() < 1e-9, "{gaps:?} {}", gaps.scv());
        }
    }

    #[test]
    fn transforms_begin_as_their_moments_say() {
        // E[e^-sG] = 1 - s + (scv + 1) s^2 / 2 - ...
        let s = 1e-3;
        let split = [balanced().in_turn(3), balanced().at_random(0.3), Gaps::Constant.at_random(0.5)];
        for gaps in [Gaps::Exponential, Gaps::Constant, Gaps::Gamma(3.0), balanced()].into_iter().chain(split) {
            let expected = 1.0 - s + (gaps.scv() + 1.0) * s * s / 2.0;
            assert!((gaps.transform(s) - expected).abs() < 5e-8, "{gaps:?}");
            assert!((gaps.transform(0.0) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn symbols_are_kendalls() {
        let symbols = [Gaps::Exponential.in_turn(3), Gaps::Gamma(2.5), balanced(), Gaps::Constant].map(|g| g.symbol());
        assert_eq!(symbols, ["E3", "G", "H2", "D"]);
    }
}
