//! What queueing theory says about a hop, beside what was measured.

use serde::{Deserialize, Serialize};

use super::types::Estimate;

/// A second opinion on a hop with a token bucket or stations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Theory {
    /// Kendall's notation, as `M/M/4`; several where its stations differ; empty where no formula applies.
    pub model: String,
    /// The formulas by name: `Erlang C`.
    pub formula: String,
    /// Whether the formulas are exact for this hop; otherwise each value has an error.
    pub exact: bool,
    /// Computed and measured values; empty where no formula applies.
    pub values: Vec<TheoryValue>,
    /// Why (a part of) the hop has no formula, or why the values are not compared; empty where neither is so.
    pub note: String,
    /// Whether all values that are compared agree; null where none is.
    pub agrees: Option<bool>,
}

/// A metric of a hop, computed and measured. Times are ms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TheoryValue {
    /// The metric's name after the hop's: `wait.mean`.
    pub metric: String,
    /// Value by formula.
    pub computed: f64,
    /// Greatest error of the formula; 0 where it is exact.
    pub error: f64,
    /// What was simulated.
    pub measured: Estimate,
    /// By how much they may differ; null where they are not compared.
    pub tolerance: Option<f64>,
    /// Whether they differ by no more; null where they are not compared.
    pub agrees: Option<bool>,
}
