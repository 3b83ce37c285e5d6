//! Options scenarios: a path of AWS parts and n services become a network.
//!
//! Hops in the order of the path: client round trip; the throttles; the connection taken from the service's pool (it is held
//! from admission to the answer, and its set-up is paid on the way); the gateway's overhead, WAF and authorizer; the VPC link;
//! for each load balancer a zone leg and its processing; a last zone leg where the service time does not hold it; the service.
//! Draws are named by role (gateway, link, first leg ...), so that options that share a role share its numbers.

use super::builder::Builder;
use super::targets::{Service, stations};
use super::throttles::{bucket, throttle_share, throttles};
use super::{Legend, Request, offered_rate};
use crate::aws::latency;
use crate::aws::mix;
use crate::aws::option::ArchitectureOption;
use crate::aws::part::Part;
use crate::aws::quotas;
use crate::aws::system::{Balancing as Wanted, System, hold_shares};
use crate::engine::Network;
use crate::engine::network::{Class, Coin, FlowLimits, Pool, Step};
use crate::random::{Distribution, StreamId};
use crate::scenario::Popularity;

/// Hop names that are not a part's id.
pub(super) mod hop_names {
    pub const CLIENT: &str = "client";
    pub const ROUTE_THROTTLE: &str = "route-throttle";
    pub const STAGE_THROTTLE: &str = "stage-throttle";
    pub const ACCOUNT_THROTTLE: &str = "account-throttle";
    pub const CONNECTION: &str = "connection";
    pub const SERVICE: &str = "service";
}
use hop_names as names;

pub(super) fn build(request: Request<'_>, system: &System) -> (Network, Legend) {
    let mut builder = Builder::new(request);
    let services = services(request, system);
    let total: f64 = services.iter().map(|service| service.weight).sum();
    let rate = offered_rate(request.scenario, request.services).unwrap_or(0.0);
    let busiest = services.iter().map(|service| service.weight).fold(0.0, f64::max) / total * rate;
    // Groups 0 to n - 1 are the services' own, which the connection pools rely on.
    let admitted = stations(&mut builder, system, &services, rate / total, throttle_share(system, rate, busiest));
    let mut routes: Vec<(&str, Part)> = Vec::new();
    let throttles = throttles(&mut builder, system, rate, busiest, services.len() as u32);
    for service in &services {
        let route = (service.option.name.as_str(), service.balancer);
        if !routes.contains(&route) {
            routes.push(route);
            let steps = Route { builder: &mut builder, system, option: service.option, balancer: service.balancer };
            let steps = steps.steps(&throttles, routes.len() as u16 - 1);
            builder.network.routes.push(steps);
        }
    }
    builder.network.classes = services
        .iter()
        .map(|service| {
            let name = (service.option.name.as_str(), service.balancer);
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
    let mut services: Vec<Service<'_>> = (0..request.services)
        .map(|index| {
            let listed = system.listed.get(index as usize);
            let option = mix::way(compared, listed, system);
            let path_end = option.path.last().copied().unwrap_or(Part::Alb);
            let balancer = match option.also {
                Some(other) if index % 2 == 1 => other,
                _ => path_end,
            };
            let weight = match &request.scenario.workload.popularity {
                Popularity::Uniform => 1.0,
                Popularity::Zipf(exponent) => libm::pow(f64::from(index) + 1.0, -exponent),
                Popularity::Weights(weights) => weights.get(index as usize).copied().unwrap_or(1.0),
            };
            Service { listed, option, balancer, weight: weight * listed.and_then(|l| l.weight).unwrap_or(1.0) }
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

    /// A zone leg: crosses zones with probability (k - 1) / k where whoever sends balances over all k zones, never otherwise.
    fn leg_time(&self, crosses: bool) -> (Distribution, String) {
        let zones = f64::from(self.system.network.zones);
        let (same, same_grade) = self.time("zone-leg-same");
        if !crosses || zones <= 1.0 {
            return (same, same_grade);
        }
        let (cross, grade) = self.time("zone-leg-cross");
        let mixed = Distribution::mixture(vec![((zones - 1.0) / zones, cross), (1.0 / zones, same.clone())]);
        (mixed.unwrap_or(same), grade)
    }

    fn leg(&mut self, to: &str, role: &str, crosses: bool) -> Step {
        let (time, grade) = self.leg_time(crosses);
        let hop = self.builder.hop(&format!("zone-leg-{to}"), &format!("Zone leg to the {to}"), &grade);
        self.builder.delay(hop, role, &time)
    }

    /// The route's steps. `pool` is the number of its pool.
    fn steps(mut self, throttles: &[(&'static str, u32, bool)], pool: u16) -> Vec<Step> {
        let mut steps = vec![self.delay(names::CLIENT, names::CLIENT)];
        let mut earlier = Vec::new();
        for &(name, limiter, by_class) in throttles {
            let hop = self.builder.hop(name, &name.replace('-', " "), "");
            let refund = if self.system.gateway.refund_tokens { earlier.clone() } else { Vec::new() };
            steps.push(Step::Limit { hop, limiter, by_class, enters: true, refund });
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

    /// Whether the sender before balancer or target number `index` balances over all zones.
    fn crosses(&self, balancers: &[Part], index: usize) -> bool {
        match index.checked_sub(1).and_then(|before| balancers.get(before)) {
            Some(Part::Nlb) => self.system.network.nlb_cross_zone,
            _ => true,
        }
    }

    fn link_and_balancers(&mut self, steps: &mut Vec<Step>) {
        if let Some(link) = self.option.path.iter().copied().find(|p| matches!(p, Part::VpcLinkV1 | Part::VpcLinkV2)) {
            steps.push(self.delay(link.id(), "vpc-link"));
        }
        let balancers = self.balancers();
        for (index, part) in balancers.iter().enumerate() {
            let role = if index == 0 { "leg-1".to_string() } else { format!("leg-{}", index + 1) };
            let crosses = self.crosses(&balancers, index);
            steps.push(self.leg(part.id(), &role, crosses));
            steps.push(self.delay(part.id(), part.id()));
        }
        if self.balancer == Part::CloudMap && latency::hop_default(Part::CloudMap.id()).is_some() {
            steps.push(self.delay(Part::CloudMap.id(), Part::CloudMap.id()));
        }
        if !self.system.services.time_includes_zone_leg {
            let crosses = self.crosses(&balancers, balancers.len());
            steps.push(self.leg(names::SERVICE, "leg-service", crosses));
        }
    }

    /// The service's pool: TCP and TLS 1.3 cost a round trip each to where the connection ends (an ALB, or the target behind
    /// an NLB, which passes the handshake on), then the cryptography.
    fn pool(&mut self, api: Part) -> Pool {
        let balancers = self.balancers();
        let ends_at_alb = balancers.iter().position(|part| *part == Part::Alb);
        let legs = ends_at_alb.map_or(balancers.len() + 1, |alb| alb + 1);
        let round_trips = (0..legs)
            .map(|index| {
                let (time, _) = self.leg_time(self.crosses(&balancers, index));
                let stream = StreamId::new("connection", &format!("leg-{}", index + 1));
                (2, self.builder.sampler(&time), stream)
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
    /// stands the service's target, or its ALB, whose nodes (one a zone) are targets of their own.
    fn flow_limiters(&mut self, balancers: &[Part]) -> Option<FlowLimits> {
        if balancers.first() != Some(&Part::Nlb) {
            return None;
        }
        let zones = f64::from(self.system.network.zones);
        let nodes = if self.system.network.nlb_cross_zone { zones } else { 1.0 };
        let to_albs = balancers.len() > 1;
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
