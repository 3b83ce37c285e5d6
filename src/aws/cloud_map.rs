//! Cloud Map as a part: service discovery in place of a load balancer, for HTTP APIs only.

use super::demand::Demand;
use super::part::{Facts, Part};
use super::quotas;
use super::system::System;

/// What is fixed about Cloud Map.
pub const FACTS: Facts = Facts {
    id: "cloud-map",
    title: "Cloud Map",
    follows: &[Part::VpcLinkV2],
    because: "API Gateway reaches Cloud Map through a V2 link",
    legacy: None,
};

/// The quota of one namespace.
pub const PER_NAMESPACE: &str = "cloudmap.instances-per-namespace";

/// The quota of one Cloud Map service.
pub const PER_SERVICE: &str = "cloudmap.instances-per-service";

/// What one service takes of a namespace: an instance for each of its targets.
#[must_use]
pub fn service_load(demand: &Demand) -> [f64; 3] {
    [demand.targets, 0.0, 0.0]
}

/// The limit in force of one namespace, in the shape that packing takes.
#[must_use]
pub fn limits(system: &System) -> [f64; 3] {
    [quotas::limit(system, PER_NAMESPACE), f64::INFINITY, f64::INFINITY]
}
