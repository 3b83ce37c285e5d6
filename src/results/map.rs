//! Which limit is nearest, over services and rate.

use serde::{Deserialize, Serialize};

/// What is nearest to its limit at so many services of so many requests per second each. Computed, not simulated, but for
/// `condition`, which rests on a simulated point at the same rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MapCell {
    /// Option name.
    pub option: String,
    /// Services.
    pub services: u32,
    /// Requests per second of each service.
    pub rate_per_service: f64,
    /// Load over limit of the nearest traffic limit (throttle or target utilisation); 1 is full.
    pub load: f64,
    /// `ok`, `quota`, `throttle` or `service`: what stops it first.
    pub stopped_by: String,
    /// The limit in words: "ALBs per Region", "account throttle", "service targets", "latency.p99 <= 250ms".
    pub by: String,
}
