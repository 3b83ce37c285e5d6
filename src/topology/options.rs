//! Options scenarios: a path of AWS parts and n services become a network.
//!
//! Hops in the order of the path: client round trip; the throttles; the connection taken from the service's pool (it is held
//! from admission to the answer, and its set-up is paid on the way); the gateway's overhead, WAF and authorizer; the VPC link;
//! for each load balancer a zone leg and its processing; a last zone leg where the service time does not hold it; the service.
//! Draws are named by role (gateway, link, first leg ...), so that options that share a role share its numbers.

use super::builder::Builder;
use super::capacity::Capacities;
use super::gates::Gates;
use super::route::{Route, RouteKey, Ways, grade_of};
use super::targets::{Service, stations};
use super::throttles::{Offered, of_account, throttle_share, throttles};
use super::{Legend, Request, members, offered_rate};
use crate::aws::fleet::{Behind, fleet};
use crate::aws::part::Part;
use crate::aws::system::{AccountTopology, System, hold_shares};
use crate::aws::{accounts_of_apis, mix};
use crate::engine::Network;
use crate::engine::network::Class;
use crate::scenario::Popularity;

/// Hop names that are not a part's id.
pub mod hop_names {
    /// Round trip of the client.
    pub const CLIENT: &str = "client";
    /// Throttle of a service's own routes or methods.
    pub const ROUTE_THROTTLE: &str = "route-throttle";
    /// Throttle of the stage.
    pub const STAGE_THROTTLE: &str = "stage-throttle";
    /// Throttle of an account in a Region.
    pub const ACCOUNT_THROTTLE: &str = "account-throttle";
    /// Set-up of connections.
    pub const CONNECTION: &str = "connection";
    /// The services' targets.
    pub const SERVICE: &str = "service";
    /// The throttles, in AWS's order.
    pub const THROTTLES: [&str; 3] = [ROUTE_THROTTLE, STAGE_THROTTLE, ACCOUNT_THROTTLE];
}
use hop_names as names;

pub(super) fn build(request: Request<'_>, system: &System) -> (Network, Legend) {
    let mut builder = Builder::new(request);
    let services = services(request, system);
    let total: f64 = services.iter().map(|service| service.weight).sum();
    let rate = offered_rate(request.scenario, request.services).unwrap_or(0.0);
    let busiest = services.iter().map(|service| service.weight).fold(0.0, f64::max) / total * rate;
    let offered = Offered { rate, busiest, accounts: account_rates(&services, rate / total) };
    // Groups 0 to n - 1 are the services' own, which the connection pools rely on.
    let admitted = stations(&mut builder, system, &services, rate / total, throttle_share(system, &offered));
    let throttles = throttles(&mut builder, system, &offered);
    let shares: Vec<(Behind, f64)> = services.iter().map(|service| (service.behind, service.weight / total)).collect();
    let capacities = Capacities::new(&mut builder, system, &shares);
    let gates = Gates::new(request.scenario, request.warmup_ns);
    let mut routes: Vec<RouteKey<'_>> = Vec::new();
    let mut pools: Vec<RouteKey<'_>> = Vec::new();
    for service in &services {
        let key = RouteKey::of(service, system, &capacities, &gates);
        let mut route = routes.iter().position(|known| *known == key);
        if route.is_none() {
            routes.push(key);
            let shared = key.pool();
            let pool = pools.iter().position(|known| *known == shared);
            let steps = Route { builder: &mut builder, system, option: service.option, balancer: service.balancer };
            let throttles = of_account(&throttles, service.account);
            let ways = Ways { gates: &gates, capacities: &capacities, key };
            let steps = steps.steps(&throttles, pool.unwrap_or(pools.len()) as u16, pool.is_none(), &ways);
            if pool.is_none() {
                pools.push(shared);
            }
            builder.network.routes.push(steps);
            route = Some(routes.len() - 1);
        }
        builder.network.classes.push(Class { weight: service.weight, route: route.unwrap_or(0) as u16 });
    }
    builder.legend.loads.extend(admitted);
    finish_service_hop(&mut builder, system, &services);
    builder.finish()
}

/// The first `request.services` services: listed ones first, the rest alike.
fn services<'a>(request: Request<'a>, system: &'a System) -> Vec<Service<'a>> {
    let compared = &system.options[request.option];
    let accounts = accounts_of_apis(compared, request.services, system);
    let shared = members::any(request.scenario) || system.load_balancers.follow_load;
    let units = if shared { fleet(compared, request.services, system) } else { Vec::new() };
    let mut services: Vec<Service<'_>> = (0..request.services)
        .zip(accounts)
        .map(|(index, account)| {
            let listed = system.listed.get(index as usize);
            let option = mix::way(compared, listed, system);
            let path_end = option.path.last().copied().unwrap_or(Part::Alb);
            let balancer = match option.also {
                Some(other) if index % 2 == 1 => other,
                _ => path_end,
            };
            // Only an NLB can stand behind an endpoint, so it takes the place of Cloud Map.
            let central = system.account.topology == AccountTopology::Central;
            let balancer = if central && balancer == Part::CloudMap { Part::Nlb } else { balancer };
            let weight = match &request.scenario.workload.popularity {
                Popularity::Uniform => 1.0,
                Popularity::Zipf(exponent) => libm::pow(f64::from(index) + 1.0, -exponent),
                Popularity::Weights(weights) => weights.get(index as usize).copied().unwrap_or(1.0),
            };
            let weight = weight * listed.and_then(|l| l.weight).unwrap_or(1.0);
            let behind = units.get(index as usize).copied().unwrap_or_default();
            Service { listed, option, balancer, account, weight, behind }
        })
        .collect();
    let stated: Vec<Option<f64>> = services.iter().map(|service| service.listed.and_then(|one| one.share)).collect();
    let mut weights: Vec<f64> = services.iter().map(|service| service.weight).collect();
    hold_shares(&mut weights, &stated);
    for (service, weight) in services.iter_mut().zip(weights) {
        service.weight = weight;
    }
    services
}

/// Requests per second of each account, and its services; the whole rate where all are in one.
fn account_rates(services: &[Service<'_>], rate_per_weight: f64) -> Vec<(f64, u32)> {
    let accounts = services.iter().map(|service| service.account + 1).max().unwrap_or(1);
    let of = |account: u32| {
        let theirs = || services.iter().filter(move |service| service.account == account);
        (theirs().map(|service| service.weight).sum::<f64>() * rate_per_weight, theirs().count() as u32)
    };
    (0..accounts).map(of).collect()
}

fn finish_service_hop(builder: &mut Builder<'_>, system: &System, services: &[Service<'_>]) {
    let grade = if system.services.time_is_default { grade_of(names::SERVICE) } else { String::new() };
    let hop = builder.hop(names::SERVICE, "Microservice", &grade);
    let detail = builder.request.detail;
    let stations = builder.network.stations.len() as u32;
    let record = &mut builder.network.hops[usize::from(hop)];
    record.stations = (0, stations);
    record.member_quantiles = detail;
    record.members = (0..services.len())
        .map(|index| services[index].listed.map_or_else(|| index.to_string(), |listed| listed.name.clone()))
        .collect();
    record.member_stations = builder.network.groups[..services.len()].iter().map(|group| group.count).collect();
}

#[cfg(test)]
mod tests {
    use crate::aws::quotas;

    #[test]
    fn every_quota_that_a_network_depends_on_is_in_the_table() {
        let throttle = ["apigateway.throttle-rate", "apigateway.throttle-burst"];
        for id in throttle.into_iter().chain(["elb.nlb-new-flows", "elb.alb-idle-timeout", "elb.nlb-idle-timeout"]) {
            assert!(quotas::find(id).is_some(), "{id}");
        }
    }
}
