//! The Application Load Balancer as a part: what a service takes of one ALB's quotas.

use super::demand::Demand;
use super::part::{Facts, Part};
use super::quotas;
use super::system::{Deployment, System};

/// What is fixed about an ALB.
pub const FACTS: Facts = Facts {
    id: "alb",
    title: "Application Load Balancer",
    follows: &[Part::VpcLinkV2, Part::Nlb],
    because: "an ALB stands behind a V2 link or an NLB",
    legacy: None,
};

/// The quotas of one ALB, in the order of `service_load`.
pub const PER_ALB: [&str; 3] = ["elb.rules-per-alb", "elb.target-groups-per-alb", "elb.targets-per-alb"];

/// What one service takes of an ALB: a rule of each listener (its path and what is below it fit in one), its target
/// groups, its targets.
#[must_use]
pub fn service_load(system: &System, demand: &Demand) -> [f64; 3] {
    [listeners(system), demand.groups, demand.targets]
}

/// The limits in force of one ALB, in the order of `PER_ALB`.
#[must_use]
pub fn limits(system: &System) -> [f64; 3] {
    PER_ALB.map(|id| quotas::limit(system, id))
}

/// Listeners of one ALB: one, and a test listener where deployments are blue/green.
#[must_use]
pub fn listeners(system: &System) -> f64 {
    if system.services.deployment == Deployment::BlueGreen { 2.0 } else { 1.0 }
}
