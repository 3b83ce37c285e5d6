//! Distributions in the schema.
#![allow(dead_code)]

use schemars::JsonSchema;

/// A distribution of times: exactly one law, and an optional offset.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Distribution {
    /// Added to every value, as "1ms".
    offset: Option<String>,
    /// Always this long, as "10ms".
    constant: Option<String>,
    /// Exponential.
    exponential: Option<Mean>,
    /// Lognormal: exactly one pair of keys.
    lognormal: Option<Lognormal>,
    /// Gamma.
    gamma: Option<Gamma>,
    /// Exponential phases with probabilities.
    hyperexponential: Option<Phases>,
    /// Weibull.
    weibull: Option<MeanShape>,
    /// Pareto.
    pareto: Option<Pareto>,
    /// Uniform.
    uniform: Option<Uniform>,
    /// One of several by weight.
    mixture: Option<Vec<Part>>,
    /// Measured values.
    empirical: Option<Empirical>,
}

/// A mean.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Mean {
    /// A time, as "10ms".
    mean: String,
}

/// `median` and `p99`, `mean` and `scv`, `mean` and `log_sigma`, or `median` and `log_sigma`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Lognormal {
    /// Median.
    median: Option<String>,
    /// 99th percentile, above the median.
    p99: Option<String>,
    /// Mean.
    mean: Option<String>,
    /// Squared coefficient of variation.
    scv: Option<f64>,
    /// Standard deviation of the logarithm.
    log_sigma: Option<f64>,
}

/// `mean` and `shape`, or `mean` and `scv`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Gamma {
    /// Mean.
    mean: String,
    /// Shape, above 0.
    shape: Option<f64>,
    /// Squared coefficient of variation, 1 / shape.
    scv: Option<f64>,
}

/// Probabilities and means, one each.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Phases {
    /// Probabilities that add up to 1.
    p: Vec<f64>,
    /// Mean of each phase.
    mean: Vec<String>,
}

/// Mean and shape.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MeanShape {
    /// Mean.
    mean: String,
    /// Shape, above 0.
    shape: f64,
}

/// Minimum and shape.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Pareto {
    /// Smallest value.
    minimum: String,
    /// Above 1.
    shape: f64,
}

/// Both ends.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Uniform {
    /// Smallest value.
    from: String,
    /// Largest value.
    to: String,
}

/// A part of a mixture.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Part {
    /// 0 or more; normalised.
    weight: f64,
    /// Its distribution.
    of: Box<Distribution>,
}

/// `file` and `column`, or `quantiles`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Empirical {
    /// A CSV file, from the scenario's folder.
    file: Option<String>,
    /// The column's name.
    column: Option<String>,
    /// Unit of the values, where the column's name does not end in it.
    unit: Option<String>,
    /// Pairs of probability and time, as [0.5, "3ms"].
    quantiles: Option<Vec<(f64, String)>>,
}
