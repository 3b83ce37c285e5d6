//! What presses on a rung, in words: the per-unit quotas behind a pool ("20 VPC links of 50 listeners"), or the traffic assumed.

use super::ceilings::Kind;
use super::demand::Demand;
use super::inventory::Inventory;
use super::option::{ArchitectureOption, Share};
use super::packing;
use super::part::Part;
use super::quotas;
use super::system::System;
use super::{alb, nlb, traffic};

/// What presses on the limit `id` of value `limit` at the inventory of its ceiling; the structure first, then the reason.
pub(super) fn words(
    option: &ArchitectureOption,
    system: &System,
    kind: Kind,
    id: &str,
    limit: f64,
    at: &Inventory,
) -> Vec<String> {
    if kind == Kind::Traffic {
        return vec![traffic::words(system)];
    }
    let mut words = match id {
        "apigateway.vpc-links-v1" => links(option, system, limit, at),
        "elb.nlb-per-region" if at.albs_per_nlb > 1 => vec![format!("{limit} NLBs of {} ALBs", at.albs_per_nlb)],
        "elb.nlb-per-region" => unit_of_services("NLBs", limit, at.services_per_nlb),
        "elb.alb-per-region" => unit_of_services("ALBs", limit, at.services_per_alb),
        "apigateway.regional-apis" => unit_of_services("APIs", limit, at.services_per_api),
        quotas::SUBNET_ADDRESSES if at.services_per_alb > 0 => {
            vec!["an address for each target, load balancer and link, and some free for making ALBs".into()]
        }
        quotas::SUBNET_ADDRESSES => vec!["an address for each target, load balancer and link".into()],
        "vpc.interfaces-per-region" => vec!["at least one interface a zone for each load balancer and link".into()],
        _ => Vec::new(),
    };
    if let Some(reason) = fullest(option, system, id) {
        words.push(reason);
    }
    if at.environments > 1 && quotas::find(id).is_some_and(|quota| quota.scope == "account and Region") {
        words.push(format!("{} environments", at.environments));
    }
    words
}

fn unit_of_services(units: &str, limit: f64, services: u32) -> Vec<String> {
    if services > 1 { vec![format!("{limit} {units} of {services} services")] } else { Vec::new() }
}

fn links(option: &ArchitectureOption, system: &System, limit: f64, at: &Inventory) -> Vec<String> {
    let listeners = quotas::limit(system, "elb.listeners-per-nlb");
    if option.last_balancer() == Some(Part::Nlb) {
        return match at.services_per_nlb {
            0 | 1 => Vec::new(),
            all if f64::from(all) == listeners => vec![format!("{limit} VPC links of {all} listeners")],
            some => vec![format!("{limit} VPC links of {some} services")],
        };
    }
    if at.albs_per_nlb > 1 { vec![format!("{limit} VPC links of {} ALBs", at.albs_per_nlb)] } else { Vec::new() }
}

/// The per-unit quota that fills the units of a pool first, where they are filled as far as quotas allow.
fn fullest(option: &ArchitectureOption, system: &System, id: &str) -> Option<String> {
    let demand = Demand::of(system, None);
    let of_nlbs = matches!(id, "apigateway.vpc-links-v1" | "elb.nlb-per-region");
    let last = option.last_balancer()?;
    let share = &option.share;
    let (limits, load, ids, what) = if of_nlbs && last == Part::Nlb && share.services_per_nlb == Share::Max {
        (nlb::limits(system), nlb::service_load(system, &demand), nlb::PER_NLB, "service")
    } else if of_nlbs && last == Part::Alb && share.albs_per_nlb == Share::Max {
        (nlb::limits(system), nlb::alb_load(system), nlb::PER_NLB, "ALB")
    } else if id == "elb.alb-per-region" && last == Part::Alb && share.services_per_alb == Share::Max {
        (alb::limits(system), alb::service_load(system, &demand), alb::PER_ALB, "service")
    } else {
        return None;
    };
    let (_, tightest) = packing::room(limits, [0.0; 3], load);
    let quota = quotas::find(ids[tightest])?;
    let code = quota.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    Some(format!("each {what} takes {} of {} {}{code}", load[tightest], limits[tightest], quota.name))
}
