//! The inputs of the form: what each is called, where it stands in a scenario, what it is where the scenario does not state it.

/// How a value is written, and what the form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Count,
    /// A whole number, or `max`: as many as quotas allow.
    Most,
    /// Milliseconds, written as `"5ms"`.
    Time,
    /// Requests per second, written as `"100/s"`.
    Rate,
    /// The bound of a condition on a latency, ms, in the list of objectives.
    LatencyBound,
    /// The metric of that condition.
    LatencyMetric,
    /// The bound of the condition on the share of requests that are answered well.
    OkBound,
}

/// One input.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in requests.
    pub id: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// Behind the value.
    pub unit: &'static str,
    /// A sentence that explains it; may be empty.
    pub help: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// Dotted name in the scenario; of conditions, the metric.
    pub path: &'static str,
    /// Its value where the scenario does not state it.
    pub default: &'static str,
    /// Which part of the form it stands in.
    pub group: &'static str,
    /// Whether a scenario that spells hops out has it too.
    pub of_hops: bool,
}

/// Groups: what stands in the question, and what stands below the answer.
const ASK: &str = "question";
const LOAD: &str = "Load and services";
const NET: &str = "Network";
const GRID: &str = "What is tried";
/// The group of inputs that each option has.
pub const SHARING: &str = "Sharing of load balancers";

const fn field(
    id: &'static str,
    kind: Kind,
    path: &'static str,
    default: &'static str,
    words: [&'static str; 3],
    group: &'static str,
) -> Field {
    Field { id, label: words[0], unit: words[1], help: words[2], kind, path, default, group, of_hops: false }
}

const fn of_hops(field: Field) -> Field {
    Field { of_hops: true, ..field }
}

/// Every input but the options and their sharing, in the order of the form.
pub const FIELDS: [Field; 18] = [
    of_hops(field(
        "metric",
        Kind::LatencyMetric,
        "",
        "latency.p99",
        ["Which latency", "", "The latency that callers see, from sending a request to its answer"],
        ASK,
    )),
    of_hops(field("bound", Kind::LatencyBound, "", "250", ["Latency at or below", "ms", ""], ASK)),
    field(
        "rate",
        Kind::Rate,
        "workload.rate_per_service",
        "100",
        ["Requests to each service", "per second", "At the peak"],
        ASK,
    ),
    field(
        "median",
        Kind::Time,
        "services.time.lognormal.median",
        "5",
        ["A service answers half within", "ms", "Median time of a service by itself, without the way to it"],
        ASK,
    ),
    field(
        "slowest",
        Kind::Time,
        "services.time.lognormal.p99",
        "60",
        ["99 % of them within", "ms", "99th percentile of the time of a service by itself"],
        ASK,
    ),
    of_hops(field(
        "ok",
        Kind::OkBound,
        "",
        "0.999",
        ["Share of requests answered well, at least", "", "0.999 is 99.9 %"],
        LOAD,
    )),
    field(
        "count",
        Kind::Count,
        "services.count",
        "4",
        ["Services that you plan", "", "Latency, cost and the verdict are for this number"],
        LOAD,
    ),
    field(
        "targets",
        Kind::Count,
        "services.targets",
        "3",
        ["Targets of each service", "", "Instances, tasks or pods, spread over the zones"],
        LOAD,
    ),
    field(
        "concurrency",
        Kind::Count,
        "services.concurrency",
        "1",
        ["Requests that a target serves at once", "", ""],
        LOAD,
    ),
    field("queue", Kind::Count, "services.queue", "128", ["Requests that may wait per target", "", ""], LOAD),
    field("zones", Kind::Count, "network.zones", "3", ["Availability Zones", "", ""], NET),
    field("vpcs", Kind::Count, "network.vpcs", "2", ["VPCs", "", "Services divide evenly over them"], NET),
    field("from", Kind::Count, "sweep.services.from", "1", ["Services, from", "", ""], GRID),
    field(
        "to",
        Kind::Count,
        "sweep.services.to",
        "3000",
        ["Services, to", "", "The largest number that is tried"],
        GRID,
    ),
    field(
        "per_decade",
        Kind::Count,
        "sweep.services.per_decade",
        "8",
        ["Numbers tried between 10 and 100", "", "Near an end, every number is tried"],
        GRID,
    ),
    of_hops(field(
        "requests",
        Kind::Count,
        "run.requests",
        "100000",
        ["Requests of a run", "", "More of them narrow the intervals; below 10,000 the p99 has none"],
        GRID,
    )),
    of_hops(field(
        "replications",
        Kind::Count,
        "run.replications",
        "10",
        ["Runs of each point", "", "Independent of each other"],
        GRID,
    )),
    of_hops(field("seed", Kind::Count, "seed", "42", ["Seed", "", "The same seed gives the same numbers"], GRID)),
];

/// The built-in options, in the order of the comparison.
pub const OPTIONS: [&str; 5] =
    ["http-fan-out", "rest-link-per-service", "rest-shared-nlb", "rest-nlb-alb", "rest-alb-direct"];

/// Latencies that a condition may be on, with their names for people.
pub const METRICS: [(&str, &str); 5] = [
    ("latency.p50", "the median (p50)"),
    ("latency.p90", "p90"),
    ("latency.p95", "p95"),
    ("latency.p99", "p99"),
    ("latency.mean", "the mean"),
];
