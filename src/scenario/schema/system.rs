//! The tables of options scenarios in the schema.
#![allow(dead_code)]

use schemars::JsonSchema;

use super::changing::Autoscaling;
use super::laws::Distribution;

/// Every microservice.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Services {
    /// The operating point (4).
    count: Option<u32>,
    /// Per service (3).
    targets: Option<u32>,
    /// Requests that a target serves at once (1).
    concurrency: Option<u32>,
    /// Requests that may wait per target (128).
    queue: Option<u32>,
    /// Service time.
    time: Option<Distribution>,
    /// Whether it holds the zone leg.
    time_includes_zone_leg: Option<bool>,
    /// "inherit", "round-robin", "least-outstanding" or "random".
    balancing: Option<String>,
    /// "rolling", "blue-green" or "in-place".
    deployment: Option<String>,
    /// Targets during a deployment over targets (2).
    surge: Option<f64>,
    /// Routes or resources per service (2).
    routes: Option<u32>,
    /// Whether each target has a network interface.
    interface_per_target: Option<bool>,
    /// Domains over which services that name no group divide in turn; load balancers can be shared per group.
    groups: Option<u32>,
    /// How the number of a service's targets follows load.
    autoscaling: Option<Autoscaling>,
}

/// A service that differs, or several alike.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Service {
    /// Unique name; with `count`, what the names NAME-1, NAME-2 ... begin with.
    name: String,
    /// Services that this table describes (1).
    count: Option<u32>,
    /// Free text.
    title: Option<String>,
    /// Team or domain.
    group: Option<String>,
    /// The option it takes, or with `as_built` the one that it takes today.
    option: Option<String>,
    /// Targets.
    targets: Option<u32>,
    /// How their number follows load.
    autoscaling: Option<Autoscaling>,
    /// Requests at once.
    concurrency: Option<u32>,
    /// Waiting places.
    queue: Option<u32>,
    /// Service time.
    time: Option<Distribution>,
    /// Traffic of each service relative to a service of weight 1.
    weight: Option<f64>,
    /// Share of the whole traffic, above 0 and at most 1, that the table's services have together; the others have what is left.
    share: Option<f64>,
    /// Features that these services need beside those of `requirements`.
    needs: Option<Vec<String>>,
}

/// Zones, VPCs and addresses.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Network {
    /// 1 to 6 (3).
    zones: Option<u32>,
    /// VPCs (2).
    vpcs: Option<u32>,
    /// "/16" to "/28" ("/20").
    subnet: Option<String>,
    /// NLB cross-zone balancing.
    nlb_cross_zone: Option<bool>,
    /// Probability of a warm connection (0.95).
    connection_reuse: Option<f64>,
    /// Probability that a leg from a sender that balances over all zones crosses them; absent: (k - 1) / k for k zones.
    zone_share: Option<f64>,
}

/// Where it runs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Account {
    /// AWS Region.
    region: Option<String>,
    /// Copies in the account.
    environments: Option<u32>,
    /// "single", "federated", "central" or "shared-vpc".
    topology: Option<String>,
    /// Accounts.
    accounts: Option<u32>,
}

/// The API.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Gateway {
    /// "auto" or a time.
    integration_timeout: Option<String>,
    /// AWS WAF before a REST API.
    waf: Option<bool>,
    /// Give back tokens of earlier throttles.
    refund_tokens: Option<bool>,
    /// Its latency.
    authorizer: Option<Distribution>,
    /// Throttle of the stage.
    stage_throttle: Option<Throttle>,
    /// Throttle of each route.
    route_throttle: Option<Throttle>,
}

/// A token bucket.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Throttle {
    /// As "5000/s".
    rate: String,
    /// Capacity.
    burst: u32,
}

/// The latency of a hop.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct HopTime {
    /// Request and response together.
    time: Distribution,
}

/// A price that is not that of the tables.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Price {
    /// Id of the price, as "alb.hour".
    id: String,
    /// US$ a unit, by tier; empty where it is not known.
    tiers: Vec<Tier>,
    /// For people.
    name: Option<String>,
    /// What one unit is.
    unit: Option<String>,
    /// Whether it holds in every Region.
    everywhere: Option<bool>,
    /// Where it is from.
    source: Option<String>,
    /// When the source said so.
    date: Option<String>,
    /// Evidence.
    grade: Option<String>,
}

/// A tier of a price.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Tier {
    /// End of the tier in units a month; absent in the last one.
    to: Option<f64>,
    /// US$ a unit.
    price: f64,
    /// Low end of what the evidence allows.
    low: Option<f64>,
    /// High end of what the evidence allows.
    high: Option<f64>,
}

/// What every service must have.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Requirements {
    /// Features that every service needs, by id, as "usage-plans"; met at the API or at a load balancer of the path.
    needs: Option<Vec<String>>,
}

/// How often services change, and for how long a change holds what others share.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Deployments {
    /// Changes of each kind that each service makes a day (2); 0, or 0.001 to 10,000.
    per_service_per_day: Option<f64>,
    /// Hours of a day in which changes are made (24); waits count these hours.
    hours_per_day: Option<f64>,
    /// How long each kind holds what it holds.
    hold: Option<DeploymentHold>,
}

/// Times, as "15min"; "0s" for nothing.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct DeploymentHold {
    /// New code: the service itself ("0s").
    code: Option<String>,
    /// Shift of traffic: the listeners or rules of a load balancer ("15min", and what the load balancer adds).
    traffic_shift: Option<String>,
    /// New routes: the deployment of the API ("5min").
    routes: Option<String>,
}

/// Growth over time.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Growth {
    /// New services (0).
    services_per_month: Option<f64>,
    /// Factor on traffic after a year (1).
    traffic_per_year: Option<f64>,
    /// Months for which increases are to be enough (36).
    horizon_months: Option<f64>,
    /// Limits met within so many months are asked for now (3).
    margin_months: Option<f64>,
}
