//! Where something saturates, as the document says it: the last value that held, the first that did not, and how sure that is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where an option (or a hops scenario) saturates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SaturationPoint {
    /// Option name; null for hops scenarios.
    pub option: Option<String>,
    /// The axis.
    pub vary: String,
    /// Unit of its values as in the scenario: `/s`; empty where they have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Whether `[saturation]` asked for it, and not the numbers of a sweep bracket it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub searched: bool,
    /// Values of the sweep's further axes, by dotted field name.
    #[serde(default)]
    pub axes: BTreeMap<String, f64>,
    /// Largest value that passed; null where none did.
    pub value: Option<f64>,
    /// Smallest value that failed; null where none did.
    pub fails_at: Option<f64>,
    /// Whether intervals, quotas or exact loads decided both ends, and not a point estimate whose interval covers the bound.
    #[serde(default)]
    pub decided: bool,
    /// Largest value below the first failure that is shown to hold; null where none is. `value` itself where that is decided.
    #[serde(default)]
    pub low: Option<f64>,
    /// Smallest value that is shown to fail; null where none is. The end lies between `low` and `high`: in a search with the
    /// confidence of the document, in a sweep each end with that confidence by itself.
    #[serde(default)]
    pub high: Option<f64>,
    /// `quota`, `stability`, `throttled`, `condition` or `none`.
    pub criterion: String,
    /// The quota code, hop or condition.
    pub by: String,
    /// The condition or quota in words.
    pub reason: String,
    /// Whether quotas that count units were left out: how far traffic alone would go.
    #[serde(default)]
    pub ignoring_quotas: bool,
}
