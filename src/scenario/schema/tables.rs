//! The scenario format as plain structs whose doc comments become the schema's descriptions. Nothing reads into them.
#![allow(dead_code)]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::changing::{Event, Health, LoadBalancers};
use super::laws::{Distribution, Phases};
use super::measured::{Expect, Hold, Hop, Run, Saturation, Sensitivity, Sweep, Trigger};
use super::system::{Account, Deployments, Gateway, Growth, HopTime, Network, Price, Requirements, Service, Services};

/// A gatecap scenario: AWS options, or hops spelled out.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Scenario {
    /// Title for people.
    title: Option<String>,
    /// Master seed: same seed and version, same bytes.
    seed: Option<u64>,
    /// Options to compare: built-in names, paths of option files, or options as tables.
    options: Option<Vec<OptionEntry>>,
    /// Whether the `option` of each service is how it goes today, which every other option is then compared with.
    as_built: Option<bool>,
    /// How requests arrive.
    workload: Option<Workload>,
    /// Timeout and retries of callers.
    client: Option<Client>,
    /// Length, warm-up and replications.
    run: Option<Run>,
    /// What changes while a run lasts.
    event: Option<Vec<Event>>,
    /// Conditions that an acceptable point meets.
    objectives: Option<Hold>,
    /// The search for the largest acceptable value of an axis.
    saturation: Option<Saturation>,
    /// The grid of `sweep`.
    sweep: Option<Sweep>,
    /// What would change the answer.
    sensitivity: Option<Sensitivity>,
    /// The search for the longest event from which the system comes back.
    trigger: Option<Trigger>,
    /// Expected values, for `validate`.
    expect: Option<Expect>,
    /// The stations of a hops scenario, in order.
    hop: Option<Vec<Hop>>,
    /// Every microservice (options); of a hops scenario, `count` alone.
    services: Option<Services>,
    /// Services that differ (options).
    service: Option<Vec<Service>>,
    /// Zones, VPCs and addresses (options).
    network: Option<Network>,
    /// Region, environments, account topology (options).
    account: Option<Account>,
    /// Timeouts, WAF, authorizer and throttles (options).
    gateway: Option<Gateway>,
    /// What finds out that targets are lost (options).
    health: Option<Health>,
    /// Whether the capacity of load balancers follows load (options).
    load_balancers: Option<LoadBalancers>,
    /// Of the account's pools by everything else, by quota id or L-code.
    used: Option<BTreeMap<String, f64>>,
    /// Quotas that differ from the AWS default, by quota id or L-code.
    quotas: Option<BTreeMap<String, f64>>,
    /// Latencies of hops that differ from the default, by hop name.
    hops: Option<BTreeMap<String, HopTime>>,
    /// Sharing rules changed for this scenario, by option name.
    option: Option<BTreeMap<String, Share>>,
    /// Features that every service needs.
    requirements: Option<Requirements>,
    /// Prices that are not those of the tables.
    price: Option<Vec<Price>>,
    /// How often and how long deployments hold shared configuration (options).
    deployments: Option<Deployments>,
    /// Growth over time (options).
    growth: Option<Growth>,
}

/// A built-in name or the path of an option file, or the option itself.
#[derive(JsonSchema)]
#[serde(untagged)]
enum OptionEntry {
    /// A built-in name, or the path of an option file.
    Name(String),
    /// The option itself.
    Table(Architecture),
}

/// An architecture: a path of parts and a sharing rule.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Architecture {
    /// Unique name.
    name: String,
    /// Title for people.
    title: Option<String>,
    /// Parts in order: `rest-api`, `http-api`, `vpc-link-v1`, `vpc-link-v2`, `nlb`, `alb`, `cloud-map`.
    path: Vec<String>,
    /// A second kind of last balancer, which services take in turn with the path's.
    also: Option<String>,
    /// How services share the parts.
    share: Option<Share>,
}

/// A number of 1 or more, "max" (as the quotas allow) or "group".
#[derive(JsonSchema)]
#[serde(untagged)]
enum Rule {
    /// So many.
    Number(u32),
    /// "max" or "group".
    Word(String),
}

/// How services share the parts.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Share {
    /// Services per ALB.
    services_per_alb: Option<Rule>,
    /// Services per NLB, where it is the last balancer.
    services_per_nlb: Option<Rule>,
    /// ALBs behind an NLB.
    albs_per_nlb: Option<Rule>,
    /// NLBs behind a VPC link.
    nlbs_per_link: Option<Rule>,
}

/// How requests arrive.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Workload {
    /// Peak rate of the whole system, as "1000/s".
    rate: Option<String>,
    /// Peak rate of each service, as "100/s".
    rate_per_service: Option<String>,
    /// Closed clients.
    clients: Option<u32>,
    /// Time from an answer to a client's next request.
    think: Option<Distribution>,
    /// "poisson", "constant", or a table.
    arrivals: Option<Arrivals>,
    /// Share of the traffic per service: "uniform", or a table.
    popularity: Option<Popularity>,
    /// The rate over time, piecewise linear.
    profile: Option<Profile>,
    /// Peak over mean rate; months are billed at the mean (options).
    peak_to_mean: Option<f64>,
    /// Bytes of a request, as "2KiB" (options).
    request: Option<String>,
    /// Bytes of a response, as "8KiB" (options).
    response: Option<String>,
}

/// The pattern of open arrivals.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Arrivals {
    /// "poisson" or "constant".
    Word(String),
    /// Renewal, modulated or recorded arrivals.
    Table(Box<ArrivalsTable>),
}

/// Exactly one of these.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ArrivalsTable {
    /// Gamma gaps of this shape.
    gamma: Option<Shape>,
    /// Hyperexponential gaps; the rate follows.
    hyperexponential: Option<Phases>,
    /// Markov-modulated Poisson; the rate follows.
    mmpp: Option<Mmpp>,
    /// Recorded arrivals.
    trace: Option<Trace>,
}

/// A shape.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Shape {
    /// Above 0; below 1 is burstier than Poisson.
    shape: f64,
}

/// Phases in turn, each with its rate and mean length.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Mmpp {
    /// Rate of each phase, as "140/s".
    rate: Vec<String>,
    /// Mean time in each phase, as "200ms".
    sojourn: Vec<String>,
}

/// A column by its name, or by its number from 1.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Column {
    /// By name.
    Name(String),
    /// By number.
    Number(u32),
}

/// Recorded arrivals in a CSV file.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Trace {
    /// The file, from the scenario's folder.
    file: String,
    /// The column of the instants.
    column: Column,
    /// The column of counts, where rows are bins.
    count: Option<Column>,
    /// Whether the first line names the columns (true).
    header: Option<bool>,
    /// Go round (false).
    repeat: Option<bool>,
}

/// Share of the traffic per service.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Popularity {
    /// "uniform".
    Word(String),
    /// By rank, or given.
    Table(PopularityTable),
}

/// Exactly one of these.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct PopularityTable {
    /// Proportional to 1 / rank^exponent.
    zipf: Option<f64>,
    /// One for each service, normalised.
    weights: Option<Vec<f64>>,
}

/// The rate over time.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Profile {
    /// Its factors at instants.
    Points(Vec<ProfilePoint>),
    /// Its counts in the bins of a file.
    File(ProfileFile),
}

/// Bins of equal length with their counts, one a row; the stated rate is that of the busiest.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ProfileFile {
    /// Path of a CSV file, from the scenario's folder.
    file: String,
    /// Column of the bins' beginnings: its name, or its number from 1.
    column: Column,
    /// Column of the counts: its name, or its number from 1.
    count: Column,
    /// Whether the first row names the columns; absent: it does.
    header: Option<bool>,
}

/// A point of the profile.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ProfilePoint {
    /// From the end of warm-up, as "5min".
    at: String,
    /// Rate over the stated one.
    factor: f64,
}

/// What callers do about slow and failed attempts.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Client {
    /// Per attempt, as "30s".
    timeout: Option<String>,
    /// Retry policy; absent: none.
    retries: Option<Retries>,
}

/// A law of times, or "none".
#[derive(JsonSchema)]
#[serde(untagged)]
enum Backoff {
    /// "none".
    Word(String),
    /// A law.
    Law(Box<Distribution>),
}

/// What pays for retries: the retry quota of the AWS SDKs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RetryBudget {
    /// Of a process at the beginning and at most (500).
    tokens: Option<u32>,
    /// Of a retry (14).
    cost: Option<u32>,
    /// Of a retry after a throttle (5).
    throttle_cost: Option<u32>,
    /// Client processes, each with a budget of its own (1).
    processes: Option<u32>,
}

/// `max` and `backoff`, or `policy` and its keys.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Retries {
    /// 0 to 100 further attempts.
    max: Option<u32>,
    /// Time from a known end to the next attempt; "none": at once.
    backoff: Option<Backoff>,
    /// Tokens that pay for retries beside `max`; absent: they are free.
    budget: Option<RetryBudget>,
    /// "aws-sdk-standard".
    policy: Option<String>,
    /// Attempts in all (3).
    attempts: Option<u32>,
    /// Base of the backoff ("50ms").
    base: Option<String>,
    /// Base after a throttle ("1s").
    throttle_base: Option<String>,
    /// Longest backoff ("20s").
    cap: Option<String>,
    /// Retry quota of a process (500).
    quota: Option<u32>,
    /// Tokens of a retry (14).
    retry_cost: Option<u32>,
    /// Tokens of a retry after a throttle (5).
    throttle_cost: Option<u32>,
    /// Client processes (1).
    processes: Option<u32>,
}
