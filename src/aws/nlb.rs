//! The Network Load Balancer as a part: what a service, or an ALB behind it, takes of one NLB's quotas.

use super::demand::Demand;
use super::part::{Facts, Part};
use super::quotas;
use super::system::System;

/// What is fixed about an NLB.
pub const FACTS: Facts = Facts {
    id: "nlb",
    title: "Network Load Balancer",
    follows: &[Part::VpcLinkV1, Part::VpcLinkV2],
    because: "an NLB stands directly behind a VPC link",
    legacy: None,
};

/// The quotas of one NLB, in the order of `service_load` and `alb_load`.
pub const PER_NLB: [&str; 3] = ["elb.listeners-per-nlb", "elb.targets-per-zone-per-nlb", "elb.targets-per-nlb"];

/// What one service takes of an NLB: a listener, its targets of the fullest zone, all its targets. With cross-zone on, 500 is
/// the total whatever the zones (AWS, NLB quotas, note 3), so the second is all its targets too.
#[must_use]
pub fn service_load(system: &System, demand: &Demand) -> [f64; 3] {
    let counted = if system.network.nlb_cross_zone { demand.targets } else { demand.targets_per_zone };
    [1.0, counted, demand.targets]
}

/// What an ALB behind an NLB takes of it: a listener, and 50 targets per zone with cross-zone off or 100 with it on (AWS, NLB
/// quotas, note 2). Of the targets in all it takes one, since no page of AWS weighs it there.
#[must_use]
pub fn alb_load(system: &System) -> [f64; 3] {
    let weight = if system.network.nlb_cross_zone { "elb.alb-weight-cross-zone" } else { "elb.alb-weight-zonal" };
    [1.0, quotas::limit(system, weight), 1.0]
}

/// The limits in force of one NLB, in the order of `PER_NLB`.
#[must_use]
pub fn limits(system: &System) -> [f64; 3] {
    PER_NLB.map(|id| quotas::limit(system, id))
}
