//! Options scenarios: a path of AWS parts and n services become a network.
//!
//! Hops in the order of the path: client round trip; the throttles; the connection taken from the service's pool (it is held
//! from admission to the answer, and its set-up is paid on the way); the gateway's overhead, WAF and authorizer; the VPC link;
//! for each load balancer a zone leg and its processing; a last zone leg where the service time does not hold it; the service.
//! Draws are named by role (gateway, link, first leg ...), so that options that share a role share its numbers.

use super::builder::Builder;
use super::stops::{Stop, crosses, stops};
use super::targets::{Service, stations};
use super::throttles::{Offered, Throttling, bucket, of_account, throttle_share, throttles};
use super::{Legend, Request, offered_rate};
use crate::aws::option::ArchitectureOption;
use crate::aws::part::Part;
use crate::aws::quotas;
use crate::aws::system::{AccountTopology, Balancing as Wanted, System, hold_shares};
use crate::aws::{accounts_of_apis, latency, mix};
use crate::engine::Network;
use crate::engine::network::{Class, Coin, FlowLimits, Pool, Step};
use crate::engine::tally::Outcome;
use crate::random::{Distribution, StreamId};
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
    let mut routes: Vec<(&str, Part, u32)> = Vec::new();
    let throttles = throttles(&mut builder, system, &offered);
    for service in &services {
        let route = (service.option.name.as_str(), service.balancer, service.account);
        if !routes.contains(&route) {
            routes.push(route);
            let steps = Route { builder: &mut builder, system, option: service.option, balancer: service.balancer };
            let steps = steps.steps(&of_account(&throttles, service.account), routes.len() as u16 - 1);
            builder.network.routes.push(steps);
        }
    }
    builder.network.classes = services
        .iter()
        .map(|service| {
            let name = (service.option.name.as_str(), service.balancer, service.account);
            let route = routes.iter().position(|known| *known == name).unwrap_or(0) as u16;
            Class { weight: service.weight, route }
        })
        .collect();
    builder.legend.loads.extend(admitted);
    finish_service_hop(&mut builder, system, &services);
    builder.finish()
}

/// The first `request.services` services: listed ones first, the rest alike.
fn services<'a>(request: Request<'a>, system: &'a System) -> Vec<Service<'a>> {
    let compared = &system.options[request.option];
    let accounts = accounts_of_apis(compared, request.services, system);
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
            Service { listed, option, balancer, account, weight: weight * listed.and_then(|l| l.weight).unwrap_or(1.0) }
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
    record.member_stations = services.iter().map(|service| service.targets(system)).collect();
}

fn grade_of(name: &str) -> String {
    latency::hop_default(name).map(|hop| hop.grade.to_string()).unwrap_or_default()
}

/// One option's route under construction.
struct Route<'b, 'a> {
    builder: &'b mut Builder<'a>,
    system: &'b System,
    option: &'b ArchitectureOption,
    balancer: Part,
}

impl Route<'_, '_> {
    /// The hop's time as the scenario states it, or the table's default.
    fn time(&self, name: &str) -> (Distribution, String) {
        match self.system.hop_times.get(name) {
            Some(stated) => (stated.clone(), String::new()),
            None => {
                let known = latency::hop_default(name).map(|hop| hop.distribution.clone());
                (known.unwrap_or_else(|| Distribution::constant(0.0)), grade_of(name))
            }
        }
    }

    fn title(name: &str) -> String {
        latency::hop_default(name).map_or_else(|| name.to_string(), |hop| hop.title.to_string())
    }

    fn delay(&mut self, name: &str, role: &str) -> Step {
        let (time, grade) = self.time(name);
        let hop = self.builder.hop(name, &Self::title(name), &grade);
        self.builder.delay(hop, role, &time)
    }

    fn stop(&mut self, stop: &Stop) -> Step {
        let (time, grade) = self.time(stop.time);
        let title = if stop.title.is_empty() { Self::title(stop.time) } else { stop.title.to_string() };
        let hop = self.builder.hop(stop.hop, &title, &grade);
        self.builder.delay(hop, stop.hop, &time)
    }

    /// A zone leg: may cross zones where whoever sends balances over all of them, never otherwise.
    fn leg_time(&self, crosses: bool) -> (Distribution, String) {
        let (across, within) = self.system.network.crossing();
        let (same, same_grade) = self.time("zone-leg-same");
        if !crosses || across <= 0.0 {
            return (same, same_grade);
        }
        let (cross, grade) = self.time("zone-leg-cross");
        let mixed = Distribution::mixture(vec![(across, cross), (within, same.clone())]);
        (mixed.unwrap_or(same), grade)
    }

    fn leg(&mut self, to: &str, role: &str, crosses: bool) -> Step {
        let (time, grade) = self.leg_time(crosses);
        let hop = self.builder.hop(&format!("zone-leg-{to}"), &format!("Zone leg to the {to}"), &grade);
        self.builder.delay(hop, role, &time)
    }

    /// The route's steps. `pool` is the number of its pool.
    fn steps(mut self, throttles: &[Throttling], pool: u16) -> Vec<Step> {
        let mut steps = vec![self.delay(names::CLIENT, names::CLIENT)];
        let mut earlier = Vec::new();
        for &Throttling { hop: name, first: limiter, by_class } in throttles {
            let hop = self.builder.hop(name, &name.replace('-', " "), "");
            let refund = if self.system.gateway.refund_tokens { earlier.clone() } else { Vec::new() };
            steps.push(Step::Limit { hop, limiter, by_class, enters: true, refund, refused: Outcome::Throttled });
            earlier.push((limiter, by_class));
        }
        let (_, grade) = self.time(names::CONNECTION);
        let connection = self.builder.hop(names::CONNECTION, "Connection set-up", &grade);
        steps.push(Step::Connect { hop: connection, pool });
        let api = self.option.api();
        steps.push(self.delay(api.id(), "gateway"));
        if self.system.gateway.waf && api == Part::RestApi {
            steps.push(self.delay("waf", "waf"));
        }
        if let Some(time) = &self.system.gateway.authorizer {
            let hop = self.builder.hop("authorizer", "Authorizer", "");
            steps.push(self.builder.delay(hop, "authorizer", time));
        }
        steps.push(self.deadline(api));
        self.link_and_balancers(&mut steps);
        let spec = self.pool(api);
        self.builder.network.pools.push(spec);
        let hop = self.builder.hop(names::SERVICE, "Microservice", "");
        steps.push(Step::Serve { hop, group: 0, by_class: true, enters: true });
        steps
    }

    fn deadline(&self, api: Part) -> Step {
        let longest = api.integration_timeout(self.system).map_or(u64::MAX, |(default, _)| default.0);
        let after = self.system.gateway.integration_timeout.map_or(longest, |timeout| timeout.0);
        Step::Deadline { after, status: api.answers().map_or(0, |answers| answers.integration_timeout) }
    }

    fn balancers(&self) -> Vec<Part> {
        let mut all: Vec<Part> = self.option.path.iter().copied().filter(|part| part.is_balancer()).collect();
        if let Some(last) = all.last_mut() {
            *last = self.balancer;
        }
        all
    }

    fn link_and_balancers(&mut self, steps: &mut Vec<Step>) {
        if let Some(link) = self.option.path.iter().copied().find(|p| matches!(p, Part::VpcLinkV1 | Part::VpcLinkV2)) {
            steps.push(self.delay(link.id(), "vpc-link"));
        }
        let stops = stops(self.system, &self.balancers());
        for stop in &stops {
            steps.push(self.leg(stop.hop, &stop.leg, stop.crosses));
            steps.push(self.stop(stop));
        }
        if self.balancer == Part::CloudMap && latency::hop_default(Part::CloudMap.id()).is_some() {
            steps.push(self.delay(Part::CloudMap.id(), Part::CloudMap.id()));
        }
        if !self.system.services.time_includes_zone_leg {
            let crosses = crosses(self.system, stops.last());
            steps.push(self.leg(names::SERVICE, "leg-service", crosses));
        }
    }

    /// The service's pool: TCP and TLS 1.3 cost a round trip each to where the connection ends (an ALB, or the target behind
    /// an NLB, which passes the handshake on), then the cryptography.
    fn pool(&mut self, api: Part) -> Pool {
        let balancers = self.balancers();
        let stops = stops(self.system, &balancers);
        let ends_at_alb = stops.iter().position(|stop| stop.time == Part::Alb.id());
        let to_target = (format!("leg-{}", balancers.len() + 1), crosses(self.system, stops.last()));
        let mut legs: Vec<(String, bool)> = stops.into_iter().map(|stop| (stop.leg, stop.crosses)).collect();
        legs.push(to_target);
        legs.truncate(ends_at_alb.map_or(legs.len(), |alb| alb + 1));
        let round_trips = legs
            .iter()
            .map(|(leg, crosses)| {
                let (time, _) = self.leg_time(*crosses);
                (2, self.builder.sampler(&time), StreamId::new("connection", leg))
            })
            .collect();
        let (crypto, _) = self.time(names::CONNECTION);
        let by_flow = self.balancer == Part::Nlb && self.system.services.balancing == Wanted::Inherit;
        let idle = if ends_at_alb.is_some() { "elb.alb-idle-timeout" } else { "elb.nlb-idle-timeout" };
        Pool {
            reuse: Coin::new(self.system.network.connection_reuse, StreamId::new("connection", "reuse")),
            idle_timeout: (quotas::limit(self.system, idle) * 1e9) as u64,
            round_trips,
            crypto: (self.builder.sampler(&crypto), StreamId::new("connection", "crypto")),
            hash: by_flow.then(|| StreamId::new("connection", "flow-hash")),
            flow_limiters: self.flow_limiters(&balancers),
            refused: api.answers().map_or(0, |answers| answers.integration_failure),
        }
    }

    /// Limiters of new flows where an NLB comes first: 55,000 a minute from each node that sends to a target. Behind the NLB
    /// stands the service's target, or its ALB, whose nodes (one a zone) are targets of their own, as the interfaces of a central
    /// API's endpoint are.
    fn flow_limiters(&mut self, balancers: &[Part]) -> Option<FlowLimits> {
        let central = self.system.account.topology == AccountTopology::Central;
        if balancers.first() != Some(&Part::Nlb) && !central {
            return None;
        }
        let zones = f64::from(self.system.network.zones);
        let nodes = if self.system.network.nlb_cross_zone { zones } else { 1.0 };
        let to_albs = central || balancers.len() > 1;
        let per_minute = quotas::limit(self.system, "elb.nlb-new-flows") * nodes * if to_albs { zones } else { 1.0 };
        let spec = bucket(false, per_minute / 60.0, per_minute, 0.0);
        let first = self.builder.network.limiters.len() as u32;
        let network = &self.builder.network;
        let number = if to_albs { network.groups.len() } else { network.stations.len() };
        for _ in 0..number {
            self.builder.limiter(spec.clone());
        }
        Some(if to_albs { FlowLimits::Classes(first) } else { FlowLimits::Targets(first) })
    }
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
