//! What an option costs in a month, as the document says it: a line for each thing that is paid for, at every point.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One line of an option's month. The fields from `services` on are empty in documents of versions that had the operating point alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CostLine {
    /// Option name.
    pub option: String,
    /// What is paid for: "REST API requests", "ALB hours".
    pub item: String,
    /// US$ a month, as expected; null where no price or no quantity is known.
    pub monthly: Option<f64>,
    /// How it was counted, or why it is not known.
    pub basis: String,
    /// Source of the price.
    pub source: String,
    /// Services; null in documents of earlier versions, which had the operating point alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<u32>,
    /// Values of further axes, by dotted field name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub axes: BTreeMap<String, f64>,
    /// Low end of what the evidence of prices and quantities allows, US$ a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// High end, US$ a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// US$ for a million offered requests; null where the month or the rate is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_million: Option<f64>,
    /// Units a month, as expected; null where they are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// What one unit is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Of capacity units the dimension that is the largest: "processed bytes"; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dimension: String,
    /// Id of the price, as a prices file names it; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price: String,
    /// Evidence of the price: B what AWS states, C third parties alone, D assumed, `yours`; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub grade: String,
}
