//! What an inventory uses of each quota that counts units: one number per quota. Ceilings are found by search on this alone, so
//! counts and ceilings cannot disagree.

use std::collections::BTreeMap;

use super::inventory::{Counts, Inventory, VpcCounts};
use super::quotas;
use super::system::System;

/// Use of quotas, by quota id; a quota that the option does not touch is absent.
pub(super) type Uses = BTreeMap<&'static str, f64>;

type Count = fn(&Counts) -> f64;

/// Pools of an account and Region, and how an account's counts draw on them. Environments multiply each.
const POOLS: [(&str, Count); 9] = [
    ("apigateway.regional-apis", Counts::apis),
    ("apigateway.vpc-links-v1", |counts| counts.links_v1),
    ("apigateway.vpc-links-v2", |counts| counts.links_v2),
    ("elb.alb-per-region", |counts| counts.albs),
    ("elb.nlb-per-region", |counts| counts.nlbs),
    ("elb.target-groups-per-region", |counts| counts.target_groups),
    ("vpc.interfaces-per-region", |counts| counts.interfaces),
    ("vpc.vpcs-per-region", |counts| counts.vpcs),
    ("cloudmap.namespaces-per-region", |counts| counts.namespaces),
];

/// The use of every quota that counts units: of an account's pool by the account that uses most, of a per-unit or per-VPC quota
/// by the fullest unit or VPC.
pub(super) fn structure(inventory: &Inventory, system: &System) -> Uses {
    let environments = f64::from(inventory.environments);
    let mut uses = inventory.peaks.clone();
    for (id, count) in POOLS {
        let most = inventory.accounts.iter().map(count).fold(0.0, f64::max);
        uses.insert(id, most * environments);
    }
    let zones = f64::from(system.network.zones);
    let most = |figure: &dyn Fn(&VpcCounts) -> f64| inventory.vpcs.iter().map(figure).fold(0.0, f64::max);
    uses.insert("elb.nlb-interfaces-per-vpc", most(&|vpc| vpc.nlbs * zones));
    uses.insert(quotas::SUBNET_ADDRESSES, most(&|vpc| addresses(vpc, system)));
    uses.retain(|_, amount| *amount > 0.0);
    uses
}

/// Addresses of one subnet of a VPC: one for each link, load balancer and endpoint, its share of the targets, and the 8 that must
/// be free where an ALB is made (AWS, ALB user guide; a precondition, not what an ALB takes).
pub(super) fn addresses(vpc: &VpcCounts, system: &System) -> f64 {
    let free = if vpc.albs > 0.0 { quotas::limit(system, "elb.alb-free-addresses") } else { 0.0 };
    vpc.links_v2 + vpc.nlbs + vpc.albs + vpc.endpoints + (vpc.targets / f64::from(system.network.zones)).ceil() + free
}

/// The same with the free addresses once for every ALB, which may grow into them: advice, and no limit.
pub(super) fn advised_addresses(vpc: &VpcCounts, system: &System) -> f64 {
    addresses(vpc, system) + (vpc.albs - 1.0).max(0.0) * quotas::limit(system, "elb.alb-free-addresses")
}
