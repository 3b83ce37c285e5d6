//! The result document, format version 1: latencies in ms, rates per second, shares 0 to 1, estimates with their intervals.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::addresses::Addresses;
use super::as_built::{Lint, Move, QuotaUse};
use super::best::Best;
use super::cost::CostLine;
use super::exclusion::Exclusion;
use super::known::{KnownAnswers, Validation};
use super::map::MapCell;
use super::mix::MixPart;
use super::pilots::Pilots;
use super::planning::{DeploymentWait, GrowthAsked, GrowthRung};
use super::saturation::SaturationPoint;
use super::sensitivity::Sensitivity;
use super::theory::Theory;
use super::timeline::{Timeline, TriggerSearch};
use crate::stats::Interval;

/// Version of the results format.
pub const FORMAT: u32 = 1;

/// Kind of the warning that traffic rests on a default although the system is built; it is `about` that default in words.
pub const ASSUMED_TRAFFIC: &str = "assumed_traffic";

/// Everything one verb computed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Version of the program.
    pub gatecap: String,
    /// Version of this format.
    pub format: u32,
    /// The scenario's title.
    pub title: String,
    /// Hash of the resolved scenario.
    pub scenario: String,
    /// Master seed.
    pub seed: u64,
    /// Confidence level of all intervals.
    pub confidence: f64,
    /// Dates of the data tables, by table.
    pub data: BTreeMap<String, String>,
    /// The question in numbers: what is wanted at the operating point.
    pub wanted: Wanted,
    /// The options compared, in order; empty for hops scenarios.
    pub options: Vec<OptionInfo>,
    /// Simulated points.
    pub points: Vec<Point>,
    /// What the pilots of the operating point's warm-up showed, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warmup: Option<Pilots>,
    /// What happens over time at the operating point of each option; empty where there are no windows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Timeline>,
    /// How long an event may last, for each option; empty where it was not asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<TriggerSearch>,
    /// The ladder of every option, all rungs in order.
    pub ceilings: Vec<Ceiling>,
    /// Where each option saturates.
    pub saturation: Vec<SaturationPoint>,
    /// Paired differences.
    pub comparisons: Vec<Comparison>,
    /// Which option is best at the operating point, a statement for each metric compared.
    #[serde(default)]
    pub best: Vec<Best>,
    /// What would change the answer; null where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// Known answers, one by one; of `validate` only.
    pub validations: Vec<Validation>,
    /// How the built-in known answers were met: the release's record, or of `validate` and `report --validate` what was
    /// just compared; null in documents of versions that had no record.
    #[serde(default)]
    pub known_answers: Option<KnownAnswers>,
    /// Waits for one's turn to deploy; empty where the scenario does not say how often services change.
    #[serde(default)]
    pub deployments: Vec<DeploymentWait>,
    /// How fast the system grows; null where the scenario does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth_asked: Option<GrowthAsked>,
    /// When growth meets each limit, of each option in order of time.
    #[serde(default)]
    pub growth: Vec<GrowthRung>,
    /// Which limit is nearest over services and rate; empty where it was not asked for.
    pub map: Vec<MapCell>,
    /// The month of every option and point, as far as known; of `limits` at the operating point alone.
    pub costs: Vec<CostLine>,
    /// Inputs with their evidence.
    pub assumptions: Vec<Assumption>,
    /// Which quota rows a quotas file set, and which it could not use.
    pub quotas_read: Vec<QuotaRead>,
    /// Warnings about the whole.
    pub warnings: Vec<Warning>,
    /// Settings that work against each other, worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lints: Vec<Lint>,
    /// How full quotas are today, fullest first; empty where the scenario does not say what is built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub today: Vec<QuotaUse>,
    /// What moving to each other option would change; empty where the scenario does not say what is built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
}

/// The question: services and load wanted, and the conditions to hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Services at the operating point; null for hops scenarios without a services axis.
    pub services: Option<u32>,
    /// Requests per second of each service, where the rate is per service.
    pub rate_per_service: Option<f64>,
    /// Requests per second of the whole system at the operating point; null for closed clients.
    pub rate: Option<f64>,
    /// The same at the mean, at which months are billed; null where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_rate: Option<f64>,
    /// Zones.
    pub zones: u32,
    /// VPCs.
    pub vpcs: u32,
    /// Targets of a service.
    pub targets: u32,
    /// AWS Region.
    pub region: String,
    /// The arrivals in words.
    pub arrivals: String,
    /// Conditions to hold.
    pub objectives: Vec<Objective>,
    /// Measured requests of one replication and point.
    pub requests: u64,
    /// Replications of a point; the first round of them, with a precision.
    pub replications: u32,
    /// The precision that every point was to reach, where one was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Target>,
    /// `exact` where times were drawn by the algorithms of their laws; absent where by tables.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub samplers: String,
    /// Values of the sweep's further axes at the operating point, by dotted field name; empty where there are none, or where
    /// the operating point is none of their combinations and is simulated beside them.
    #[serde(default)]
    pub axes: BTreeMap<String, f64>,
    /// `built-in`, or `scenario.toml`: the resolved scenario beside the results.
    pub file: String,
    /// Features that the scenario needs, in words ("WAF on the API"); empty where it needs none.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// A relative precision to reach by more replications.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Metric name.
    pub metric: String,
    /// Half-width over value.
    pub relative: f64,
    /// Replications at which to give up.
    pub max_replications: u32,
}

/// A condition on a metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// As written: `latency.p99 <= 250ms`.
    pub text: String,
    /// Metric name.
    pub metric: String,
    /// `<=`, `<`, `>=` or `>`.
    pub relation: String,
    /// In the metric's own unit.
    pub bound: f64,
}

/// An option and what it needs at the operating point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OptionInfo {
    /// Unique name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Part ids in order.
    pub path: Vec<String>,
    /// The sharing rule in words.
    pub sharing: String,
    /// Whether the path has a part that AWS advises against for new builds, and why.
    pub legacy: Option<String>,
    /// Counts at the operating point, by unit name ("VPC links V2", "ALBs", ...), in order.
    pub parts: Vec<(String, f64)>,
    /// Load balancers, links, APIs in all: what one runs.
    pub parts_total: f64,
    /// Services that share one mutable load-balancer configuration at the operating point, at most.
    pub shared_configuration: u32,
    /// Services that share the zone health of one NLB at the operating point, at most; null in documents of earlier versions.
    #[serde(default)]
    pub shared_fate: Option<u32>,
    /// Minutes that the load balancer adds to each deployment of a service, beside what its own start takes; null where unknown.
    #[serde(default)]
    pub minutes_per_deployment: Option<f64>,
    /// Whether the simulated deployments of its services are independent, in words.
    pub independence: String,
    /// Isolation in words: VPCs, accounts.
    pub isolation: String,
    /// Mean latency that the path adds to client round trip and service, from the hop defaults, ms.
    pub added_mean_ms: f64,
    /// Which of the needed features the option does not have, in the words of `Wanted::needs`; no quota request mends these.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Addresses of the fullest subnet at the operating point; null in documents of versions that did not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Addresses>,
    /// Why, a reason for each of `lacks` in the same order; empty in documents of versions that gave none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// Where services go, kind by kind, where they divide over several ways; empty for an option that all services take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<MixPart>,
    /// Whether it is how the system is built today; all others are then all services moved there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_built: bool,
}

/// A value with its confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Point estimate; null where it must not be shown (unstable point, nothing observed).
    pub value: Option<f64>,
    /// Lower end; null where withheld.
    pub low: Option<f64>,
    /// Upper end; null where withheld.
    pub high: Option<f64>,
}

impl From<Interval> for Estimate {
    fn from(Interval { value, low, high }: Interval) -> Estimate {
        Estimate { value: Some(value), low, high }
    }
}

/// One simulated point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Option name; null for hops scenarios.
    pub option: Option<String>,
    /// Services; null for hops scenarios without a services axis.
    pub services: Option<u32>,
    /// Values of further axes, by dotted field name.
    pub axes: BTreeMap<String, f64>,
    /// Measured requests over all replications.
    pub requests: u64,
    /// Replications.
    pub replications: u32,
    /// What ended the rounds of replications, where a precision was wanted: `precision`, `max_replications`, `withheld` (the
    /// metric has no interval however many there are) or `interrupted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// Warm-up in seconds (mean over replications where it was given as a count).
    pub warmup_s: f64,
    /// Every metric by name.
    pub metrics: BTreeMap<String, Estimate>,
    /// Whether a steady state exists.
    pub stable: bool,
    /// Whether the quotas in force allow the point.
    pub fits_quotas: bool,
    /// The entity nearest to its limit, as `hop.service`.
    pub bottleneck: Option<String>,
    /// Its load over its limit: utilisation of a station, offered over allowed of a bucket.
    pub bottleneck_load: Option<f64>,
    /// Names of hops in path order.
    pub hops: Vec<HopInfo>,
    /// Latency of successful answers: (quantile, ms), merged over replications.
    pub percentiles: Vec<(f64, f64)>,
    /// Warnings about this point.
    pub warnings: Vec<Warning>,
}

/// A hop of a point's path, for the stacked chart and hops.csv.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HopInfo {
    /// Name as in the metrics.
    pub name: String,
    /// For people: "Application Load Balancer".
    pub title: String,
    /// Evidence grade of its default, empty where the scenario states it.
    pub grade: String,
    /// Mean contribution to the latency of a request, ms (probability of a visit times mean sojourn).
    pub mean_ms: f64,
    /// Share of the mean latency.
    pub share: f64,
    /// What queueing theory says about it; null for pure delays.
    #[serde(default)]
    pub theory: Option<Theory>,
}

/// One rung of an option's ladder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Option name.
    pub option: String,
    /// `structure` or `traffic`.
    pub kind: String,
    /// Quota id, as `elb.alb-per-region`.
    pub quota: String,
    /// AWS quota code; null where AWS has none.
    pub code: Option<String>,
    /// For people: "ALBs per Region".
    pub name: String,
    /// Value in force.
    pub limit: f64,
    /// Used by everything else.
    pub used: f64,
    /// Whether it can be raised.
    pub adjustable: bool,
    /// `routine`, `case by case` or `never`.
    pub lead_time: String,
    /// The most services that fit.
    pub services: u32,
    /// Whether it is the first of its kind (every tied one).
    pub binding: bool,
    /// What presses on it, in words: "20 VPC links of 50 listeners".
    pub pressed_by: Vec<String>,
    /// AWS CLI line that asks for an increase enough for the wanted services (or for the next rung); null where it cannot be raised.
    pub ask: Option<String>,
    /// Where the value comes from: "AWS default", "scenario", a file's name.
    pub value_from: String,
    /// Source of the fact.
    pub source: String,
    /// Date of the source.
    pub date: String,
}

/// A paired difference between two options, A minus B.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// First option.
    pub a: String,
    /// Second option.
    pub b: String,
    /// Services.
    pub services: Option<u32>,
    /// Metric name.
    pub metric: String,
    /// A minus B.
    pub difference: Estimate,
    /// The same with an interval that holds for all pairs of the metric at once; nulls in documents of earlier versions.
    #[serde(default)]
    pub joint: Estimate,
    /// Variance of the independent difference over that of the paired one.
    pub variance_ratio: Option<f64>,
}

/// An input and its evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    /// What it is: "REST API overhead".
    pub input: String,
    /// Value used: "lognormal, median 6 ms, p99 16 ms".
    pub value: String,
    /// Evidence grade: A, A-, B, C, D, or `yours`.
    pub grade: String,
    /// Low end of the plausible range, in words.
    pub low: String,
    /// High end of the plausible range, in words.
    pub high: String,
    /// Source.
    pub source: String,
    /// Names of the options that have it on their path; empty: all.
    pub options: Vec<String>,
}

/// A row of a quotas file and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotaRead {
    /// The file.
    pub file: String,
    /// Quota code.
    pub code: String,
    /// Quota name as the file has it.
    pub name: String,
    /// The value; null where the row has none.
    pub value: Option<f64>,
    /// `used`, or why it was not.
    pub status: String,
}

/// Something a reader should know before believing a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// Stable id: `unstable`, `too_few_samples`, `assumed_evidence`, ...
    pub kind: String,
    /// The metric, hop or option it is about.
    pub about: String,
    /// The sentence.
    pub message: String,
}
