//! A central API over PrivateLink: the API's own account, and what stands between it and the accounts that hold services.

use super::inventory::{Counts, Inventory, VpcCounts};
use super::option::ArchitectureOption;
use super::part::Part;
use super::quotas;
use super::system::System;

/// Puts the account of the API first, without its APIs, which the inventory counts for any account. Links move there, and it
/// gets an interface endpoint for every load balancer that a service account shows, and NLBs with a listener per service that
/// lead to the endpoints. A service account shows the NLBs of the path or, since only an NLB can front an endpoint service, one
/// put before each ALB (before each service where Cloud Map takes the place of load balancers). Source: AWS blog, "Building
/// private cross-account APIs using Amazon API Gateway and AWS PrivateLink".
pub(super) fn add_account(inventory: &mut Inventory, option: &ArchitectureOption, system: &System) {
    let shown = show_balancers(inventory, option);
    let services: u32 = inventory.account_services.iter().sum();
    let vpcs = system.network.vpcs.min(services).max(1);
    // Endpoints and NLBs divide evenly over the VPCs of the API's account.
    let each = f64::from(vpcs);
    let per_nlb = quotas::limit(system, "elb.listeners-per-nlb").max(1.0);
    let nlbs = (f64::from(services) / each / per_nlb).ceil();
    let endpoints = (shown / each).ceil();
    let links_v2 = if option.has(Part::VpcLinkV1) { 0.0 } else { 1.0 };
    let central = Counts {
        links_v1: if option.has(Part::VpcLinkV1) { nlbs * each } else { 0.0 },
        links_v2: links_v2 * each,
        nlbs: nlbs * each,
        listeners: f64::from(services),
        target_groups: f64::from(services),
        endpoints: shown,
        vpcs: each,
        ..Counts::default()
    };
    inventory.vpcs.extend((0..vpcs).map(|_| VpcCounts { links_v2, nlbs, endpoints, ..VpcCounts::default() }));
    inventory.raise("vpc.endpoints-per-vpc", endpoints);
    inventory.accounts.insert(0, central);
    inventory.account_services.insert(0, services);
}

/// Takes the links from the service accounts and gives them the NLBs that their endpoint services need; how many NLBs they show.
fn show_balancers(inventory: &mut Inventory, option: &ArchitectureOption) -> f64 {
    let fronted = option.balancers().next() == Some(Part::Nlb);
    let balanced = option.last_balancer().is_some();
    let mut shown = 0.0;
    for (account, &services) in inventory.accounts.iter_mut().zip(&inventory.account_services) {
        if !fronted {
            let added = if balanced { account.albs } else { f64::from(services) };
            account.nlbs += added;
            account.listeners += added;
            account.target_groups += added;
        }
        shown += account.nlbs;
        (account.links_v1, account.links_v2) = (0.0, 0.0);
    }
    for vpc in &mut inventory.vpcs {
        if !fronted {
            vpc.nlbs += if balanced { vpc.albs } else { vpc.services };
        }
        vpc.links_v2 = 0.0;
    }
    shown
}
