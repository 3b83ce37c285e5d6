//! What changes while a run lasts, in the schema: events, health checks, target tracking, load balancers that follow load.
#![allow(dead_code)]

use schemars::JsonSchema;
use serde_json::Value;

/// A change, from `at` until `until`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Event {
    /// From the end of warm-up.
    at: String,
    /// Absent: it stays.
    until: Option<String>,
    /// The hop that changes.
    hop: Option<String>,
    /// New number of servers (of the hop `service` in options: concurrency of each target).
    servers: Option<u32>,
    /// Service times times this: of a hop, or of the targets of `service`.
    time_factor: Option<f64>,
    /// Rate of the hop's bucket, or without a hop the arrival rate, times this.
    rate_factor: Option<f64>,
    /// Time over which an arrival rate rises from `at` on, and falls from `until` on, as "30s".
    ramp: Option<String>,
    /// New failure probability.
    failure: Option<f64>,
    /// A lost zone, from 1 (options).
    az: Option<u32>,
    /// Whose targets change: a listed service, a number from 1, or "*" (options).
    service: Option<Value>,
    /// So many targets of `service` are lost (options).
    targets_lost: Option<u32>,
    /// Lost targets are silent instead of refusing connections (false).
    black_hole: Option<bool>,
    /// Only so many targets of `service` are slow.
    targets: Option<u32>,
    /// The service whose targets are replaced: a listed service, a number from 1, or "*" (options).
    deploy: Option<Value>,
    /// "rolling", "blue-green" or "in-place" (that of `services`).
    kind: Option<String>,
    /// Share of the targets (blue/green: of the traffic) at once (1).
    batch: Option<f64>,
    /// Between two batches ("60s").
    every: Option<String>,
    /// Time over which a new target comes to its full share, as "30s" (none).
    slow_start: Option<String>,
    /// Service times of a new target times this during `slow_start` (1).
    cold_factor: Option<f64>,
    /// A quota that changes, by id or L-code; one that a running system feels (options).
    quota: Option<String>,
    /// Its new value.
    value: Option<f64>,
    /// V2 links are idle and must wake (options).
    link_idle: Option<bool>,
    /// How long that takes ("3min").
    wake: Option<String>,
}

/// Health checks of every kind of balancer, or of one.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Health {
    /// Between two checks.
    interval: Option<String>,
    /// Failed checks in a row.
    unhealthy_threshold: Option<u32>,
    /// Passed checks in a row.
    healthy_threshold: Option<u32>,
    /// For how long callers keep a node's address.
    dns_ttl: Option<String>,
    /// Until whoever connects to a silent target or node gives up.
    connect_timeout: Option<String>,
    /// For how long a target that left may finish.
    deregistration_delay: Option<String>,
    /// From a target's registration to its first request.
    first_healthy: Option<String>,
    /// Of ALBs.
    alb: Option<Checks>,
    /// Of NLBs.
    nlb: Option<Checks>,
    /// Of Cloud Map.
    #[serde(rename = "cloud-map")]
    cloud_map: Option<Checks>,
}

/// Health checks of one kind of balancer.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Checks {
    /// Between two checks.
    interval: Option<String>,
    /// Failed checks in a row.
    unhealthy_threshold: Option<u32>,
    /// Passed checks in a row.
    healthy_threshold: Option<u32>,
    /// For how long callers keep a node's address.
    dns_ttl: Option<String>,
    /// Until whoever connects to a silent target or node gives up.
    connect_timeout: Option<String>,
    /// For how long a target that left may finish.
    deregistration_delay: Option<String>,
    /// From a target's registration to its first request.
    first_healthy: Option<String>,
}

/// Capacity of load balancers.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct LoadBalancers {
    /// It follows load with lag (false: it is always enough).
    follow_load: Option<bool>,
    /// Capacity of an ALB over the load that it has adapted to (2).
    alb_headroom: Option<f64>,
}

/// Target tracking of the number of targets.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Autoscaling {
    /// "utilisation" or "requests-per-target".
    metric: Option<String>,
    /// A share of the targets' concurrency below 1, or a rate as "50/s".
    target: Value,
    /// Fewest targets (1).
    min: Option<u32>,
    /// Most targets.
    max: u32,
    /// Length of a data point, 1 s or more ("60s").
    period: Option<String>,
    /// Until a data point is known ("60s").
    delay: Option<String>,
    /// From a decision to a new target's first request ("60s").
    warm_up: Option<String>,
    /// After scaling out ("300s").
    cooldown_out: Option<String>,
    /// After scaling in ("300s").
    cooldown_in: Option<String>,
    /// Data points in a row above the target (3).
    out_after: Option<u32>,
    /// Data points in a row below `in_below` (15).
    in_after: Option<u32>,
    /// Share of the target (0.9).
    in_below: Option<f64>,
}
