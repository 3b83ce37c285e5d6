//! What would change the answer: the effect of each input's low and high end at the operating point, and which rankings turn.

use serde::{Deserialize, Serialize};

use super::types::Estimate;

/// Inputs varied one at a time, on the same draws as the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Services; null where nothing counts them.
    pub services: Option<u32>,
    /// Measured requests of each replication; 0 where they are bounded by time or a trace.
    pub requests: u64,
    /// Replications of each run.
    pub replications: u32,
    /// Runs made. Systems that are alike share one, so that an end which changes nothing costs nothing.
    pub runs: u32,
    /// Requests simulated, with those of warm-ups and pilots.
    pub simulated: u64,
    /// The options by each metric as the scenario stands: `latency.p99`, `latency.mean` and, of options, `latency.added`, the mean
    /// that a path adds to the client's round trip and the service.
    pub rankings: Vec<Ranking>,
    /// The inputs, in the order of the path, the user's own at the end.
    pub inputs: Vec<VariedInput>,
    /// All inputs at once: each at the end that makes the mean latency less, and each at the other one.
    pub together: Vec<InputEnd>,
}

/// An input with its two ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VariedInput {
    /// A hop's name, the name of a number of the table (`rest_over_http`), or the dotted name of a field.
    pub name: String,
    /// For people.
    pub title: String,
    /// `ms` where `number` is the mean time of a hop, else the unit as written; empty for shares and ratios.
    pub unit: String,
    /// The value as the scenario stands, in words.
    pub value: String,
    /// The same as a number: of a hop its mean, ms; null where it is none.
    pub number: Option<f64>,
    /// Evidence grade, or `yours` for what the user named.
    pub grade: String,
    /// Where value and ends are from.
    pub source: String,
    /// The low end.
    pub low: InputEnd,
    /// The high end.
    pub high: InputEnd,
    /// Pairs of options whose order is another one at an end.
    pub flips: Vec<Flip>,
}

/// What an input at one end does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InputEnd {
    /// The value in words.
    pub value: String,
    /// As in [`VariedInput::number`].
    pub number: Option<f64>,
    /// By metric and option.
    pub effects: Vec<Effect>,
    /// The options by each metric.
    pub rankings: Vec<Ranking>,
    /// Ceilings that are not what they are as the scenario stands. Of structure quotas latency changes none.
    pub ceilings: Vec<MovedCeiling>,
    /// Conditions whose outcome at the operating point is not what it is as the scenario stands.
    pub conditions: Vec<MovedCondition>,
}

/// A metric of an option at an end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Metric name.
    pub metric: String,
    /// Option; null for a hops scenario.
    pub option: Option<String>,
    /// Its value at the end.
    pub at_end: Estimate,
    /// At the end less as the scenario stands, paired; exactly 0 where the input changes nothing, nulls where there is no steady state.
    pub difference: Estimate,
}

/// Options by rising values of a metric, those without a value left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Metric name.
    pub metric: String,
    /// Options; equal ones in the order of the scenario.
    pub options: Vec<String>,
}

/// A ceiling that an end moves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MovedCeiling {
    /// Option.
    pub option: String,
    /// `structure` or `traffic`.
    pub kind: String,
    /// Services that fit as the scenario stands.
    pub from: u32,
    /// Services that fit at the end.
    pub to: u32,
    /// The quota that binds at the end.
    pub by: String,
}

/// A condition whose outcome an end changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MovedCondition {
    /// Option; null for a hops scenario.
    pub option: Option<String>,
    /// As written.
    pub condition: String,
    /// `holds`, `fails` or `undecided`, as the scenario stands.
    pub from: String,
    /// The same at the end.
    pub to: String,
}

/// Two options of which the other one is faster at an end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flip {
    /// Metric name.
    pub metric: String,
    /// The option that is faster as the scenario stands, by an interval that holds for all pairs at once.
    pub faster: String,
    /// The other one.
    pub slower: String,
    /// `low` or `high`.
    pub end: String,
    /// `turns` where the interval at the end shows the other order, `undecided` where it covers 0 all the same.
    pub verdict: String,
    /// The input's number at which the two are equal, with the range in which their difference's interval covers 0; nulls where the
    /// order is undecided at the end.
    pub at: Estimate,
    /// How far on the way from the scenario's value to the end that is, 0 to 1; null as `at`.
    pub way: Option<f64>,
}
