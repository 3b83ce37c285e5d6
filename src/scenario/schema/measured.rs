//! What is run, measured, varied and expected, and hops, in the schema.
#![allow(dead_code)]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use super::laws::Distribution;

/// Length, warm-up and replications.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Run {
    /// Measured requests per replication (100,000).
    requests: Option<u64>,
    /// Instead of requests: measured time, as "10min".
    duration: Option<String>,
    /// "auto", a time, or a number of requests.
    warmup: Option<Value>,
    /// Independent replications (10); with `precision` the size of a round.
    replications: Option<u32>,
    /// More rounds of `replications` until an interval is narrow enough.
    precision: Option<Precision>,
    /// Confidence level (0.95).
    confidence: Option<f64>,
    /// How times are drawn: by tables of their quantile functions (0.1 % off them at most), or exactly, in more time.
    samplers: Option<Samplers>,
    /// Instants from the end of warm-up, rising.
    observe_at: Option<Vec<String>>,
    /// Length of windows over time, as "1s", with `duration`; "none" for none. Absent: a round length where there are events.
    windows: Option<String>,
}

/// How long an event may last before the system does not come back.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Trigger {
    /// Which `[[event]]` lasts so long, from 1 (1).
    event: Option<u32>,
    /// Shortest length, as "100ms".
    from: String,
    /// Longest length, as "5s".
    to: String,
    /// Replications of each length (200).
    seeds: Option<u32>,
    /// How near the ends are brought together (a 64th of the range).
    resolution: Option<String>,
}

/// Ways to draw times.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) enum Samplers {
    /// The default.
    Tables,
    /// Slower, and not the same to the last bit on every platform.
    Exact,
}

/// A precision to reach.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Precision {
    /// The watched metric.
    metric: String,
    /// Half-width over value.
    relative: f64,
    /// Where to give up (200, or `replications` if more).
    max_replications: Option<u32>,
}

/// Conditions.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Hold {
    /// As "latency.p99 <= 250ms".
    hold: Vec<String>,
}

/// The largest value of an axis at which conditions hold.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Saturation {
    /// "services", or a scalar field by its dotted name.
    vary: Option<String>,
    /// Smallest value.
    from: Option<Value>,
    /// Largest value.
    to: Option<Value>,
    /// Absent: objectives, throttling and stability.
    hold: Option<Vec<String>>,
}

/// Axes; every key but `services` is the dotted name of a scalar field with a list of values.
#[derive(JsonSchema)]
pub(super) struct Sweep {
    /// { from, to, per_decade }, or a list of numbers.
    services: Option<ServicesAxis>,
    /// Further axes.
    #[serde(flatten)]
    axes: BTreeMap<String, Value>,
}

/// What a sweep varies at the operating point to see what would change the answer.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Sensitivity {
    /// Absent: where options are compared or inputs named, in a steady state.
    enabled: Option<bool>,
    /// Measured requests of a replication (10,500, but no more than `run.requests`).
    requests: Option<u64>,
    /// Further inputs, beside those of weak evidence.
    inputs: Option<Vec<VariedInput>>,
}

/// A scalar field with two values to try.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct VariedInput {
    /// Dotted name of the field.
    field: String,
    /// One end.
    low: Value,
    /// The other end.
    high: Value,
}

/// Expected values by metric name.
#[derive(JsonSchema)]
pub(super) struct Expect {
    /// Where the values come from.
    source: Option<String>,
    /// As { value, sigma, within }.
    #[serde(flatten)]
    values: BTreeMap<String, Value>,
}

/// A stop of every request.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Hop {
    /// Unique name.
    name: String,
    /// Service or delay time (0).
    time: Option<Distribution>,
    /// Absent: unlimited, a pure delay.
    servers: Option<u32>,
    /// Waiting places; absent: unlimited.
    queue: Option<u32>,
    /// Longest wait.
    patience: Option<Distribution>,
    /// Token bucket before the hop.
    bucket: Option<Bucket>,
    /// Probability that an attempt fails when its service ends.
    failure: Option<f64>,
    /// Parallel stations: a number, or "services".
    copies: Option<Value>,
    /// "random", "round-robin" or "least-outstanding".
    balancing: Option<String>,
    /// Random by these; then copies is their number.
    weights: Option<Vec<f64>>,
    /// Stations that differ.
    branch: Option<Vec<Branch>>,
}

/// A token bucket.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Bucket {
    /// As "100/s".
    rate: String,
    /// Capacity.
    burst: u32,
    /// "continuous" or "tick".
    refill: Option<String>,
    /// "auto", "full" or "empty".
    start: Option<String>,
}

/// One of several stations, chosen by weight.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Branch {
    /// Unique name in the hop.
    name: String,
    /// Normalised.
    weight: f64,
    /// Service or delay time.
    time: Option<Distribution>,
    /// Absent: unlimited.
    servers: Option<u32>,
    /// Waiting places.
    queue: Option<u32>,
    /// Longest wait.
    patience: Option<Distribution>,
    /// Failure probability.
    failure: Option<f64>,
}

/// Numbers of services.
#[derive(JsonSchema)]
#[serde(untagged)]
pub(super) enum ServicesAxis {
    /// These, rising; not refined.
    List(Vec<u32>),
    /// Spaced evenly in the logarithm, refined around each saturation.
    Range(Range),
}

/// A range of numbers of services.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Range {
    /// Smallest (1).
    from: Option<u32>,
    /// Largest.
    to: u32,
    /// Numbers per decade (8).
    per_decade: Option<u32>,
}
