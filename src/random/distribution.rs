//! Laws of times: checked constructors, moments, and the quantile function that the samplers tabulate.

/// The shape of a distribution of times; parameters in nanoseconds where they are times.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always this long.
    Constant(f64),
    /// Exponential with this mean.
    Exponential {
        /// Mean, nanoseconds.
        mean: f64,
    },
    /// Lognormal: the logarithm (of nanoseconds) is normal with mean `mu` and standard deviation `sigma`.
    Lognormal {
        /// Mean of the logarithm of nanoseconds.
        mu: f64,
        /// Standard deviation of the logarithm, above 0.
        sigma: f64,
    },
    /// Gamma with this shape and scale (mean = shape x scale).
    Gamma {
        /// Shape, above 0; 1 is exponential.
        shape: f64,
        /// Scale, nanoseconds.
        scale: f64,
    },
    /// Exponential with mean `mean[i]`, with probability `p[i]`; `p` adds up to 1.
    Hyperexponential {
        /// Probability of each phase.
        p: Vec<f64>,
        /// Mean of each phase, nanoseconds.
        mean: Vec<f64>,
    },
    /// Weibull with this shape and scale.
    Weibull {
        /// Shape, above 0; 1 is exponential, below 1 the tail is heavier.
        shape: f64,
        /// Scale, nanoseconds.
        scale: f64,
    },
    /// Pareto (type I) above `minimum`.
    Pareto {
        /// Least value, nanoseconds.
        minimum: f64,
        /// Tail exponent, above 1; the variance is infinite at 2 and below.
        shape: f64,
    },
    /// Uniform on [from, to].
    Uniform {
        /// Least value, nanoseconds.
        from: f64,
        /// Greatest value, nanoseconds.
        to: f64,
    },
    /// One of several, by weight; weights add up to 1.
    Mixture(Vec<(f64, Distribution)>),
    /// A quantile function given by points (probability, value), linear in between; begins at probability 0 and ends at
    /// 1.
    Quantiles(Vec<(f64, f64)>),
}

/// A distribution of times: a law, shifted by an offset. Values are 0 or more, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    pub(crate) law: Law,
    pub(crate) offset: f64,
}

/// z such that a standard normal variable is below it with probability 0.99.
pub const Z99: f64 = 2.326_347_874_040_841;

/// Why parameters make no distribution: the key at fault and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawError {
    /// The parameter: `shape`, `p99`, ...
    pub key: &'static str,
    /// What was found and what is allowed, ready to follow "`key` ".
    pub message: String,
}

fn positive(key: &'static str, value: f64, what: &str) -> Result<f64, LawError> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(LawError { key, message: format!("must be {what} above 0") })
    }
}

impl Distribution {
    fn of(law: Law) -> Distribution {
        Distribution { law, offset: 0.0 }
    }

    /// Always `ns` nanoseconds (0 or more; negative counts as 0).
    #[must_use]
    pub fn constant(ns: f64) -> Distribution {
        Distribution::of(Law::Constant(ns.max(0.0)))
    }

    /// Exponential.
    ///
    /// # Errors
    /// `mean` not above 0.
    pub fn exponential(mean: f64) -> Result<Distribution, LawError> {
        Ok(Distribution::of(Law::Exponential { mean: positive("mean", mean, "a time")? }))
    }

    /// Lognormal from its median and the standard deviation of its logarithm.
    ///
    /// # Errors
    /// `median` or `log_sigma` not above 0.
    pub fn lognormal(median: f64, log_sigma: f64) -> Result<Distribution, LawError> {
        let mu = libm::log(positive("median", median, "a time")?);
        Ok(Distribution::of(Law::Lognormal { mu, sigma: positive("log_sigma", log_sigma, "a number")? }))
    }

    /// Lognormal from its median and its 99th percentile.
    ///
    /// # Errors
    /// `median` not above 0, `p99` not above `median`.
    pub fn lognormal_p99(median: f64, p99: f64) -> Result<Distribution, LawError> {
        positive("median", median, "a time")?;
        if !(p99.is_finite() && p99 > median) {
            return Err(LawError { key: "p99", message: "must be above the median".into() });
        }
        Distribution::lognormal(median, libm::log(p99 / median) / Z99)
    }

    /// Lognormal from its mean and squared coefficient of variation.
    ///
    /// # Errors
    /// `mean` or `scv` not above 0.
    pub fn lognormal_scv(mean: f64, scv: f64) -> Result<Distribution, LawError> {
        let variance = libm::log1p(positive("scv", scv, "a number")?);
        Distribution::lognormal_mean(mean, libm::sqrt(variance))
    }

    /// Lognormal from its mean and the standard deviation of its logarithm.
    ///
    /// # Errors
    /// `mean` or `log_sigma` not above 0.
    pub fn lognormal_mean(mean: f64, log_sigma: f64) -> Result<Distribution, LawError> {
        positive("mean", mean, "a time")?;
        let sigma = positive("log_sigma", log_sigma, "a number")?;
        Ok(Distribution::of(Law::Lognormal { mu: libm::log(mean) - sigma * sigma / 2.0, sigma }))
    }

    /// Gamma from its mean and shape; `shape = 1 / scv`.
    ///
    /// # Errors
    /// `mean` or `shape` not above 0.
    pub fn gamma(mean: f64, shape: f64) -> Result<Distribution, LawError> {
        let shape = positive("shape", shape, "a number")?;
        Ok(Distribution::of(Law::Gamma { shape, scale: positive("mean", mean, "a time")? / shape }))
    }

    /// Exponential phases `mean[i]` with probabilities `p[i]`.
    ///
    /// # Errors
    /// Lists empty or of different lengths, a mean not above 0, a probability outside 0 to 1, a sum further than 1e-9
    /// from 1.
    pub fn hyperexponential(p: Vec<f64>, mean: Vec<f64>) -> Result<Distribution, LawError> {
        if p.is_empty() || p.len() != mean.len() {
            return Err(LawError {
                key: "p",
                message: format!("has {} entries and `mean` has {}: one each", p.len(), mean.len()),
            });
        }
        if p.iter().any(|x| !(0.0..=1.0).contains(x)) || (p.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
            return Err(LawError { key: "p", message: "must be probabilities that add up to 1".into() });
        }
        for &m in &mean {
            positive("mean", m, "a time")?;
        }
        Ok(Distribution::of(Law::Hyperexponential { p, mean }))
    }

    /// Weibull from its mean and shape.
    ///
    /// # Errors
    /// `mean` or `shape` not above 0.
    pub fn weibull(mean: f64, shape: f64) -> Result<Distribution, LawError> {
        let shape = positive("shape", shape, "a number")?;
        let scale = positive("mean", mean, "a time")? / libm::tgamma(1.0 + 1.0 / shape);
        Ok(Distribution::of(Law::Weibull { shape, scale }))
    }

    /// Pareto above `minimum`.
    ///
    /// # Errors
    /// `minimum` not above 0; `shape` not above 1, where the mean would be infinite.
    pub fn pareto(minimum: f64, shape: f64) -> Result<Distribution, LawError> {
        positive("minimum", minimum, "a time")?;
        if !(shape.is_finite() && shape > 1.0) {
            return Err(LawError {
                key: "shape",
                message: "must be above 1: at 1 and below the mean is infinite".into(),
            });
        }
        Ok(Distribution::of(Law::Pareto { minimum, shape }))
    }

    /// Uniform on [from, to].
    ///
    /// # Errors
    /// `from` negative, `to` not above `from`.
    pub fn uniform(from: f64, to: f64) -> Result<Distribution, LawError> {
        if !(from.is_finite() && from >= 0.0) {
            return Err(LawError { key: "from", message: "must be a time of 0 or more".into() });
        }
        if !(to.is_finite() && to > from) {
            return Err(LawError { key: "to", message: "must be above `from`".into() });
        }
        Ok(Distribution::of(Law::Uniform { from, to }))
    }

    /// One of `parts`, each with its weight; weights are normalised.
    ///
    /// # Errors
    /// No parts, a negative or non-finite weight, weights that add up to 0.
    pub fn mixture(parts: Vec<(f64, Distribution)>) -> Result<Distribution, LawError> {
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        if parts.iter().any(|(weight, _)| !weight.is_finite() || *weight < 0.0) || total.is_nan() || total <= 0.0 {
            return Err(LawError {
                key: "weight",
                message: "must be 0 or more, and above 0 for at least one part".into(),
            });
        }
        // Weights that add up to 1 but for rounding stay as they are, so that normalising twice changes nothing.
        let total = if (total - 1.0).abs() < 1e-12 { 1.0 } else { total };
        Ok(Distribution::of(Law::Mixture(parts.into_iter().map(|(weight, of)| (weight / total, of)).collect())))
    }

    /// From points (probability, value) of the quantile function, linear in between, level beyond the first and the
    /// last.
    ///
    /// # Errors
    /// No points, probabilities outside 0 to 1 or not rising, values negative or falling.
    pub fn quantiles(mut points: Vec<(f64, f64)>) -> Result<Distribution, LawError> {
        let bad = |message: &str| Err(LawError { key: "quantiles", message: message.into() });
        let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
            return bad("must hold at least one [probability, time]");
        };
        if points.iter().any(|(p, v)| !(0.0..=1.0).contains(p) || !v.is_finite() || *v < 0.0) {
            return bad("must have probabilities of 0 to 1 and times of 0 or more");
        }
        if points.windows(2).any(|w| w[0].0 >= w[1].0 || w[0].1 > w[1].1) {
            return bad("must rise: each probability above the one before, no time below it");
        }
        if first.0 > 0.0 {
            points.insert(0, (0.0, first.1));
        }
        if last.0 < 1.0 {
            points.push((1.0, last.1));
        }
        Ok(Distribution::of(Law::Quantiles(points)))
    }

    /// The distribution of measured values (nanoseconds, any order), linear between neighbouring order statistics.
    ///
    /// # Errors
    /// No values, or one that is negative or not finite.
    pub fn empirical(mut values: Vec<f64>) -> Result<Distribution, LawError> {
        if values.is_empty() || values.iter().any(|v| !v.is_finite() || *v < 0.0) {
            return Err(LawError { key: "file", message: "must hold at least one time, none of them negative".into() });
        }
        values.sort_by(f64::total_cmp);
        let steps = (values.len() - 1).max(1) as f64;
        let points = values.iter().enumerate().map(|(i, &v)| (i as f64 / steps, v)).collect();
        Distribution::quantiles(points)
    }

    /// The same law, every value `ns` longer (0 or more).
    #[must_use]
    pub fn with_offset(mut self, ns: f64) -> Distribution {
        self.offset += ns.max(0.0);
        self
    }

    /// Every value, the offset included, times `factor` (finite and above 0; anything else leaves the law as it is).
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Distribution {
        if !(factor.is_finite() && factor > 0.0) {
            return self.clone();
        }
        let law = match &self.law {
            Law::Constant(value) => Law::Constant(value * factor),
            Law::Exponential { mean } => Law::Exponential { mean: mean * factor },
            Law::Lognormal { mu, sigma } => Law::Lognormal { mu: mu + libm::log(factor), sigma: *sigma },
            Law::Gamma { shape, scale } => Law::Gamma { shape: *shape, scale: scale * factor },
            Law::Hyperexponential { p, mean } => {
                Law::Hyperexponential { p: p.clone(), mean: mean.iter().map(|m| m * factor).collect() }
            }
            Law::Weibull { shape, scale } => Law::Weibull { shape: *shape, scale: scale * factor },
            Law::Pareto { minimum, shape } => Law::Pareto { minimum: minimum * factor, shape: *shape },
            Law::Uniform { from, to } => Law::Uniform { from: from * factor, to: to * factor },
            Law::Mixture(parts) => {
                Law::Mixture(parts.iter().map(|(weight, part)| (*weight, part.scaled(factor))).collect())
            }
            Law::Quantiles(points) => Law::Quantiles(points.iter().map(|(p, value)| (*p, value * factor)).collect()),
        };
        Distribution { law, offset: self.offset * factor }
    }

    /// The value where the law is constant, in whole nanoseconds.
    #[must_use]
    pub fn as_constant(&self) -> Option<u64> {
        match self.law {
            Law::Constant(ns) => Some((ns + self.offset).round() as u64),
            _ => None,
        }
    }
}
