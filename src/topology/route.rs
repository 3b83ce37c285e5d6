//! The route of an option's attempts, step by step: what stands on its path, and what may be in the way for a while.

use super::builder::Builder;
use super::capacity::Capacities;
use super::gates::Gates;
use super::options::hop_names as names;
use super::stops::{ENDPOINT, Stop, crosses, stops};
use super::targets::Service;
use super::throttles::{Throttling, bucket};
use super::timeline;
use crate::aws::fleet::Behind;
use crate::aws::latency;
use crate::aws::option::ArchitectureOption;
use crate::aws::part::Part;
use crate::aws::quotas;
use crate::aws::system::{AccountTopology, Balancing as Wanted, System};
use crate::engine::network::{Coin, FlowLimits, LimiterSpec, Pool, Step, Steps};
use crate::engine::tally::Outcome;
use crate::random::{Distribution, StreamId};
use crate::scenario::Change;

/// What tells routes apart.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct RouteKey<'a> {
    option: &'a str,
    balancer: Part,
    account: u32,
    /// The load balancers, where they follow load.
    units: Option<Behind>,
    /// Zones in which the NLB that is its only balancer has targets of it, where zones are lost; else 0.
    nodes: u32,
}

impl<'a> RouteKey<'a> {
    /// The same for a pool of connections, which routes to several load balancers share.
    pub(super) fn pool(self) -> RouteKey<'a> {
        RouteKey { units: None, nodes: 0, ..self }
    }

    pub(super) fn of(service: &Service<'a>, system: &System, capacities: &Capacities, gates: &Gates) -> RouteKey<'a> {
        let alone = service.balancer == Part::Nlb && !system.network.nlb_cross_zone;
        let zones = system.network.zones.min(service.targets(system));
        RouteKey {
            option: service.option.name.as_str(),
            balancer: service.balancer,
            account: service.account,
            units: (!capacities.is_empty()).then_some(service.behind),
            nodes: if alone && gates.any_zone() { zones } else { 0 },
        }
    }
}

/// What may be in the way of a route's attempts over time.
pub(super) struct Ways<'w, 'a> {
    pub gates: &'w Gates,
    pub capacities: &'w Capacities,
    pub key: RouteKey<'a>,
}

/// Evidence grade of a hop's default time; empty where it has none.
pub(super) fn grade_of(name: &str) -> String {
    latency::hop_default(name).map(|hop| hop.grade.to_string()).unwrap_or_default()
}

/// Id of the quota of new flows.
const NEW_FLOWS: &str = "elb.nlb-new-flows";

/// What an ALB answers that has no capacity left. Source: AWS, Networking and Content Delivery blog on LCU reservation (2024-11).
const EXHAUSTED: u16 = 503;

/// One option's route under construction.
pub(super) struct Route<'b, 'a> {
    pub builder: &'b mut Builder<'a>,
    pub system: &'b System,
    pub option: &'b ArchitectureOption,
    pub balancer: Part,
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

    /// The route's steps. `pool` is the number of its pool, which is `new` or known already.
    pub(super) fn steps(mut self, throttles: &[Throttling], pool: u16, new: bool, ways: &Ways<'_, '_>) -> Vec<Step> {
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
        self.link_and_balancers(&mut steps, ways);
        if new {
            let spec = self.pool(api);
            self.builder.network.pools.push(spec);
        }
        let hop = self.builder.hop(names::SERVICE, "Microservice", "");
        steps.push(Step::Serve { hop, group: 0, by_class: true, enters: true });
        steps
    }

    fn deadline(&self, api: Part) -> Step {
        let longest = api.integration_timeout(self.system).map_or(u64::MAX, |(default, _)| default.0);
        let after = self.system.gateway.integration_timeout.map_or(longest, |timeout| timeout.0);
        // A quota that falls cuts the timeout; one that rises only allows a longer one.
        let quota = api.timeout_quota();
        let (scenario, warmup) = (self.builder.request.scenario, self.builder.request.warmup_ns);
        let changes = timeline::picked(scenario, warmup, after, |event| match event.change {
            Change::Quota { id, value } if Some(id) == quota => Some(after.min((value * 1e6) as u64)),
            _ => None,
        });
        Step::Deadline { after, changes, status: api.answers().map_or(0, |answers| answers.integration_timeout) }
    }

    fn balancers(&self) -> Vec<Part> {
        let mut all: Vec<Part> = self.option.path.iter().copied().filter(|part| part.is_balancer()).collect();
        if let Some(last) = all.last_mut() {
            *last = self.balancer;
        }
        all
    }

    fn link_and_balancers(&mut self, steps: &mut Vec<Step>, ways: &Ways<'_, '_>) {
        let answers = self.option.api().answers();
        if let Some(link) = self.option.path.iter().copied().find(|p| matches!(p, Part::VpcLinkV1 | Part::VpcLinkV2)) {
            let step = self.delay(link.id(), "vpc-link");
            let asleep = ways.gates.through_link();
            if link == Part::VpcLinkV2 && !asleep.is_empty() {
                let status = answers.map_or(0, |answers| answers.unavailable);
                steps.push(self.gate(link.id(), asleep, (0, status), false));
            }
            steps.push(step);
        }
        let stops = stops(self.system, &self.balancers());
        let mut sender = None;
        for (index, stop) in stops.iter().enumerate() {
            let (leg, mut passing) = (self.leg(stop.hop, &stop.leg, stop.crosses), self.stop(stop));
            let part = if stop.time == Part::Alb.id() { Part::Alb } else { Part::Nlb };
            if ways.gates.any_zone() && stop.crosses {
                let zones = self.system.network.zones;
                let nodes = if index + 1 == stops.len() && ways.key.nodes > 0 { ways.key.nodes } else { zones };
                // Behind a link callers learn by DNS of who is gone; a balancer knows it by its own checks.
                let checks = self.system.health.of(sender.unwrap_or(part));
                let ttl = if sender.is_some() { 0 } else { checks.dns_ttl.0 };
                let share = ways.gates.through_nodes(nodes, &checks, ttl);
                let status = answers.map_or(0, |answers| answers.integration_failure);
                steps.push(self.gate(stop.hop, share, (checks.connect_timeout.0, status), true));
            }
            steps.push(leg);
            if let Some(limiter) = self.follows(stop, part, ways) {
                let (hop, refund) = (self.builder.hop(stop.hop, "", ""), Vec::new());
                let status = if part == Part::Alb { EXHAUSTED } else { answers.map_or(0, |a| a.integration_failure) };
                let refused = Outcome::Failed(status);
                steps.push(Step::Limit { hop, limiter, by_class: false, enters: true, refund, refused });
                if let Step::Delay { enters, .. } = &mut passing {
                    *enters = false;
                }
            }
            steps.push(passing);
            sender = Some(part);
        }
        if self.balancer == Part::CloudMap && latency::hop_default(Part::CloudMap.id()).is_some() {
            steps.push(self.delay(Part::CloudMap.id(), Part::CloudMap.id()));
        }
        if !self.system.services.time_includes_zone_leg {
            let crosses = crosses(self.system, stops.last());
            steps.push(self.leg(names::SERVICE, "leg-service", crosses));
        }
    }

    /// A gate before `hop`, which has been made already: who is lost fails so much later, ns, with a status. `warm_pass`: connections that
    /// have answered since the share changed lead elsewhere.
    fn gate(&mut self, hop: &str, share: Steps<f64>, (after, status): (u64, u16), warm_pass: bool) -> Step {
        let stream = StreamId::new(hop, "gate");
        Step::Gate { hop: self.builder.hop(hop, "", ""), share, stream, after, status, warm_pass }
    }

    /// The limiter of a stop whose capacity follows load.
    fn follows(&self, stop: &Stop, part: Part, ways: &Ways<'_, '_>) -> Option<u32> {
        let own = stop.time == stop.hop && stop.hop != ENDPOINT;
        ways.key.units.filter(|_| own).and_then(|behind| ways.capacities.of(part, &behind))
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
        let copies = nodes * if to_albs { zones } else { 1.0 };
        let per_minute = quotas::limit(self.system, NEW_FLOWS) * copies;
        let (scenario, warmup) = (self.builder.request.scenario, self.builder.request.warmup_ns);
        let rate_changes = timeline::picked(scenario, warmup, per_minute / 60.0, |event| match event.change {
            Change::Quota { id, value } if id == NEW_FLOWS => Some(value * copies / 60.0),
            _ => None,
        });
        let spec = LimiterSpec { rate_changes, ..bucket(false, per_minute / 60.0, per_minute, 0.0) };
        let first = self.builder.network.limiters.len() as u32;
        let network = &self.builder.network;
        let number = if to_albs { network.groups.len() } else { network.stations.len() };
        for _ in 0..number {
            self.builder.limiter(spec.clone());
        }
        Some(if to_albs { FlowLimits::Classes(first) } else { FlowLimits::Targets(first) })
    }
}
