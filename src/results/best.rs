//! Which option is best on a metric at one number of services, or which cannot be told apart. One statement, joint over all pairs.

use serde::{Deserialize, Serialize};

/// A statement over all options at one number of services; nothing is said of other numbers, nor of the sweep as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Metric name; less is better.
    pub metric: String,
    /// Services.
    pub services: Option<u32>,
    /// The option that is best; null where it cannot be told from another.
    pub best: Option<String>,
    /// Options of which each may be the best; empty where one is, or where fewer than two could be compared.
    pub inseparable: Vec<String>,
    /// `best`, or each of `inseparable`, is at least so far below every other option, in the metric's unit; null where there is no
    /// other, or where that is not shown.
    pub lead: Option<f64>,
    /// The inseparable options differ by at most so much, in the metric's unit; 0 where they are equal in every replication, null
    /// where there are none.
    pub spread: Option<f64>,
    /// Probability that any part of the statement is wrong, at most.
    pub error_probability: f64,
    /// Replications that every pair has in common, at least.
    pub replications: u32,
    /// Options that could not take part.
    pub left_out: Vec<LeftOut>,
    /// All of it as a sentence without its full stop.
    pub words: String,
}

/// An option that could not take part, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Option name.
    pub option: String,
    /// In words: `no steady state`, `does not fit today's quotas`, `too few samples for an interval`.
    pub reason: String,
}
