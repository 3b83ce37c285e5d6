//! A central API over PrivateLink: the API's own account, and what stands between it and the accounts that hold services.

use super::inventory::{Counts, Inventory, VpcCounts};
use super::option::ArchitectureOption;
use super::part::Part;
use super::quotas;
use super::system::System;

/// Moves APIs and links to an account of their own, put first, and adds what PrivateLink needs: an interface endpoint for every
/// load balancer that a service account shows (an NLB of the path, or an NLB put before each ALB, since only an NLB can front an
/// endpoint service), and NLBs in the API's account whose listeners lead to the endpoints. (AWS blog, building private
/// cross-account APIs using API Gateway and PrivateLink.)
pub(super) fn move_api(inventory: &mut Inventory, option: &ArchitectureOption, system: &System) {
    let mut central = Counts::default();
    let fronted = option.balancers().next() == Some(Part::Nlb);
    let mut shown = 0.0;
    for account in &mut inventory.accounts {
        if !fronted {
            let added = if option.last_balancer().is_some() {
                account.albs
            } else {
                account.targets.min(f64::from(inventory.services))
            };
            account.nlbs += added;
            account.listeners += added;
            account.target_groups += added;
        }
        shown += account.nlbs;
        central.integrations += account.integrations;
        central.http_apis += account.http_apis;
        central.rest_apis += account.rest_apis;
        central.routes += account.routes;
        central.resources += account.resources;
        let moved = [&mut account.http_apis, &mut account.rest_apis, &mut account.routes, &mut account.resources];
        moved.into_iter().for_each(|count| *count = 0.0);
        (account.integrations, account.links_v1, account.links_v2) = (0.0, 0.0, 0.0);
    }
    for vpc in &mut inventory.vpcs {
        if !fronted {
            vpc.nlbs += vpc.albs;
        }
        vpc.links_v2 = 0.0;
    }
    let vpcs = f64::from(system.network.vpcs.min(inventory.services).max(1));
    // A listener for each that the API has an integration with; endpoints and NLBs divide over the VPCs of the API's account.
    let listeners = inventory.account_services.iter().map(|&services| f64::from(services)).sum::<f64>();
    let per_nlb = quotas::limit(system, "elb.listeners-per-nlb").max(1.0);
    let nlbs_per_vpc = (listeners / vpcs / per_nlb).ceil();
    central.nlbs = nlbs_per_vpc * vpcs;
    central.listeners = listeners;
    central.target_groups = listeners;
    central.endpoints = shown;
    central.vpcs = vpcs;
    let endpoints_per_vpc = (shown / vpcs).ceil();
    let v1 = option.has(Part::VpcLinkV1);
    central.links_v1 = if v1 { central.nlbs } else { 0.0 };
    central.links_v2 = if v1 { 0.0 } else { vpcs };
    let links_v2 = if v1 { 0.0 } else { 1.0 };
    for _ in 0..vpcs as u32 {
        let own = VpcCounts { links_v2, nlbs: nlbs_per_vpc, endpoints: endpoints_per_vpc, ..VpcCounts::default() };
        inventory.vpcs.push(own);
    }
    inventory.raise("vpc.endpoints-per-vpc", endpoints_per_vpc);
    inventory.accounts.insert(0, central);
    let all = inventory.account_services.iter().sum();
    inventory.account_services.insert(0, all);
}
