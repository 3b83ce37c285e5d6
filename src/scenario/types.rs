//! The checked scenario: plain types with defaults filled in, in the words of the file format.

use std::path::PathBuf;

use super::event::Event;
use super::hop::Hop;
use super::sensitivity::Sensitivity;
use super::trigger::Trigger;
use crate::aws::system::System;
use crate::random::{Distribution, Samplers};
use crate::units::{Duration, Rate};

/// A whole scenario, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The file's stem (`default` for the built-in one, `stdin`): names the output folder.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Master seed.
    pub seed: u64,
    /// How requests arrive.
    pub workload: Workload,
    /// What the client does about slow and failed attempts.
    pub client: Client,
    /// Length, warm-up, replications.
    pub run: Run,
    /// What changes while it runs.
    pub events: Vec<Event>,
    /// Conditions that an acceptable point meets.
    pub objectives: Vec<Condition>,
    /// The search for the largest acceptable load.
    pub saturation: Option<Saturation>,
    /// The grid of `sweep`; empty: `sweep` is `run`.
    pub sweep: Sweep,
    /// What a sweep varies at the operating point.
    pub sensitivity: Sensitivity,
    /// The search for the longest event from which the system comes back.
    pub trigger: Option<Trigger>,
    /// Expected values, for `validate`.
    pub expect: Option<Expect>,
    /// Services at the operating point; counts only where something depends on it (options, `copies = "services"`).
    pub services: u32,
    /// What is simulated.
    pub model: Model,
}

/// What is simulated: AWS options or hops spelled out.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// AWS architectures.
    Options(Box<System>),
    /// Any queueing network.
    Hops(Vec<Hop>),
}

/// `[workload]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Open arrivals at a rate, closed clients, or a trace.
    pub load: Load,
    /// The pattern of open arrivals.
    pub arrivals: Arrivals,
    /// Share of traffic per service.
    pub popularity: Popularity,
    /// Rate factor over time from the end of warm-up: (at, factor), rising; empty: constant 1.
    pub profile: Vec<(Duration, f64)>,
}

/// Where requests come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// So many per second for the whole system.
    Total(Rate),
    /// So many per second for each service.
    PerService(Rate),
    /// The rate follows from the arrivals (MMPP, hyperexponential) or the trace.
    FromArrivals,
    /// Closed clients, each thinking between its requests.
    Closed {
        /// Number of clients.
        clients: u32,
        /// Time from an answer to the next request.
        think: Distribution,
    },
}

/// The pattern of open arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Poisson.
    Poisson,
    /// Equally spaced; the first at 0.
    Constant,
    /// Renewal with gamma gaps of this shape.
    Gamma {
        /// Shape, above 0.
        shape: f64,
    },
    /// Renewal with hyperexponential gaps, given as a distribution of gaps.
    Hyperexponential(Distribution),
    /// Markov-modulated Poisson: phase i has `rate[i]` for an exponential time of mean `sojourn[i]`, phases in turn.
    Mmpp {
        /// Arrival rate of each phase, per second; 0 allowed for some.
        rate: Vec<f64>,
        /// Mean time in each phase.
        sojourn: Vec<Duration>,
    },
    /// Recorded instants.
    Trace(Trace),
}

/// A column of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceColumn {
    /// By its name in the header.
    Name(String),
    /// By its number, from 1.
    Number(u32),
}

/// Recorded arrivals, read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The file: the path as written, joined to the scenario's folder.
    pub file: PathBuf,
    /// The column of the instants.
    pub column: TraceColumn,
    /// The column of the counts, where the rows are bins.
    pub count: Option<TraceColumn>,
    /// Whether the first line names the columns.
    pub header: bool,
    /// Arrival instants in nanoseconds from the first bin or row, rising; already rescaled where a rate is given.
    pub at: std::sync::Arc<Vec<u64>>,
    /// Length of one round in nanoseconds, for `repeat`: from the first row to one mean gap after the last.
    pub length: u64,
    /// Go round.
    pub repeat: bool,
}

/// Share of traffic per service.
#[derive(Clone, Debug, PartialEq)]
pub enum Popularity {
    /// Each the same.
    Uniform,
    /// Proportional to 1 / rank^exponent.
    Zipf(f64),
    /// Given, one for each service, normalised.
    Weights(Vec<f64>),
}

/// `[client]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Per attempt, from its start.
    pub timeout: Option<Duration>,
    /// What follows a failed attempt.
    pub retries: Retries,
}

/// Retry policy.
#[derive(Clone, Debug, PartialEq)]
pub enum Retries {
    /// Never.
    None,
    /// Up to `max` further attempts, each after a draw of `backoff`.
    Backoff {
        /// 0 to 100.
        max: u32,
        /// Time from a known end to the next attempt.
        backoff: Distribution,
        /// What pays for them; `None`: they are free.
        budget: Option<RetryBudget>,
    },
    /// The AWS SDK's standard mode.
    AwsSdkStandard(AwsSdk),
}

/// Tokens that pay for retries, as the retry quota of the AWS SDKs' standard mode does: a retry takes its cost and is given up where
/// there is not so much left; a request that succeeds at once earns a token, one that succeeds in a retry gets its cost back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    /// Tokens of a client process at the beginning and at most (500).
    pub tokens: u32,
    /// Tokens a retry takes (14).
    pub cost: u32,
    /// Tokens a retry after a throttle takes (5).
    pub throttle_cost: u32,
    /// Client processes, each with a budget of its own (1).
    pub processes: u32,
}

/// The AWS SDK's standard retry mode with its retry quota.
#[derive(Clone, Debug, PartialEq)]
pub struct AwsSdk {
    /// Attempts in all, the first included (3).
    pub attempts: u32,
    /// Base of the backoff after a transient error (50 ms).
    pub base: Duration,
    /// Base after a throttle (1 s).
    pub throttle_base: Duration,
    /// Longest backoff (20 s).
    pub cap: Duration,
    /// Capacity of a process's retry quota (500).
    pub quota: u32,
    /// Tokens a retry takes (14).
    pub retry_cost: u32,
    /// Tokens a retry after a throttle takes (5).
    pub throttle_cost: u32,
    /// Client processes, each with a quota of its own.
    pub processes: u32,
}

/// `[run]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// How much is measured.
    pub length: Length,
    /// What is thrown away first.
    pub warmup: Warmup,
    /// Independent replications, or the size of a round with `precision`.
    pub replications: u32,
    /// Rounds until an interval is narrow enough.
    pub precision: Option<Precision>,
    /// Confidence level of intervals.
    pub confidence: f64,
    /// How times are drawn.
    pub samplers: Samplers,
    /// Instants from the end of warm-up at which the number in the system is observed, rising.
    pub observe_at: Vec<Duration>,
    /// Length of the windows into which the measured time is cut; `None`: it is not.
    pub windows: Option<Duration>,
}

/// How much of a replication is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many measured requests.
    Requests(u64),
    /// All requests that arrive within so long after the warm-up.
    Time(Duration),
    /// One pass of the trace.
    Trace,
}

/// Warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmup {
    /// Found by the program.
    Auto,
    /// So long.
    Time(Duration),
    /// So many requests; 0 for none.
    Requests(u64),
}

/// `precision` of `[run]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// The watched metric.
    pub metric: String,
    /// Relative half-width to reach.
    pub relative: f64,
    /// Where to give up.
    pub max_replications: u32,
}

/// A condition on a metric: `latency.p99 <= 250ms`.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// Metric name of the results format.
    pub metric: String,
    /// The comparison.
    pub relation: Relation,
    /// In the metric's own unit: ms, per second, share.
    pub bound: f64,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
}

/// `[saturation]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation {
    /// `services`, or a scalar field by its dotted name.
    pub vary: String,
    /// Smallest value tried.
    pub from: AxisValue,
    /// Largest value tried.
    pub to: AxisValue,
    /// Conditions; empty: objectives, throttling and stability.
    pub hold: Vec<Condition>,
}

/// `[sweep]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Sweep {
    /// The numbers of services, rising; empty: the operating point only.
    pub services: Vec<u32>,
    /// Whether the numbers came from `{ from, to, per_decade }` and are refined around a saturation.
    pub refine: bool,
    /// Numbers of services per decade, where they came from such a range (its ends are the first and the last number).
    pub per_decade: Option<u32>,
    /// Further axes: dotted field name and its values.
    pub axes: Vec<Axis>,
}

/// One further axis of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Dotted name of a scalar field.
    pub field: String,
    /// Its values, in order.
    pub values: Vec<AxisValue>,
}

/// A value of an axis: the TOML text that replaces the field, and a number in base units for ordering and output.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisValue {
    /// As TOML: `"25/s"` with its quotes, `3`, `true`.
    pub toml: String,
    /// The bare number as written without its unit: 25 for `"25/s"`; for text that is no number, its index.
    pub number: f64,
    /// The unit as written, as `/s`; empty where there is none.
    pub unit: String,
}

impl AxisValue {
    /// Whether it is a number or a quantity, and not text or a truth value.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.toml.trim_matches('"').starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
    }
}

/// `[expect]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// Where the values come from.
    pub source: String,
    /// Expected metrics, in file order.
    pub values: Vec<Expected>,
}

/// One expected value.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Metric name.
    pub metric: String,
    /// In the metric's own unit (ms, per second, share; `saturation`: that of its axis).
    pub value: f64,
    /// Relative standard error of a correct simulator at 1e6 requests.
    pub sigma: f64,
    /// Relative error of an approximate reference.
    pub within: f64,
}
