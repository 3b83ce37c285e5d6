//! Puts a network together: shared samplers, hops by name, stations by kind.

use std::sync::Mutex;

use crate::engine::network::{
    Client, Coin, Hop, LimiterSpec, Network, Retry, RetryBudget, SdkRetry, StationKind, Step, Steps,
};
use crate::random::{Distribution, Sampler, Samplers, StreamId};
use crate::scenario::{Change, Retries, Station};

use super::{Legend, Request, arrivals, timeline};

/// Tables built so far. A table is a function of its distribution alone, so who builds it first changes nothing; a sweep would
/// build the same ones at every point.
static TABLES: Mutex<Vec<(Distribution, Sampler)>> = Mutex::new(Vec::new());
/// Distributions that are remembered; those of a sweep over a distribution's own parameter are soon not needed again.
const MOST_TABLES: usize = 256;

fn shared_sampler(of: &Distribution) -> Sampler {
    let known =
        |tables: &Vec<(Distribution, Sampler)>| tables.iter().find(|(law, _)| law == of).map(|(_, s)| s.clone());
    let lock = || TABLES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(sampler) = known(&lock()) {
        return sampler;
    }
    let sampler = Sampler::new(of);
    let mut tables = lock();
    if known(&tables).is_none() && tables.len() < MOST_TABLES {
        tables.push((of.clone(), sampler.clone()));
    }
    sampler
}

/// The sampler of a distribution; equal distributions share one table.
pub(super) fn sampler(samplers: Samplers, of: &Distribution) -> Sampler {
    match samplers {
        Samplers::Tables => shared_sampler(of),
        Samplers::Exact => samplers.sampler(of),
    }
}

/// A network under construction.
pub(super) struct Builder<'a> {
    pub request: Request<'a>,
    pub network: Network,
    pub legend: Legend,
}

impl<'a> Builder<'a> {
    pub(super) fn new(request: Request<'a>) -> Builder<'a> {
        let scenario = request.scenario;
        let network = Network {
            arrivals: arrivals::build(scenario, request.services),
            profile: timeline::rate_profile(scenario, request.warmup_ns),
            client: Client { timeout: scenario.client.timeout.map(|timeout| timeout.0), retry: Retry::None },
            classes: Vec::new(),
            routes: Vec::new(),
            limiters: Vec::new(),
            pools: Vec::new(),
            groups: Vec::new(),
            kinds: Vec::new(),
            stations: Vec::new(),
            hops: Vec::new(),
            rotations: Vec::new(),
            scalings: Vec::new(),
        };
        let legend = Legend { open: arrivals::offered_rate(scenario, 1).is_some(), ..Legend::default() };
        let mut builder = Builder { request, network, legend };
        builder.network.client.retry = builder.retry(&scenario.client.retries);
        builder
    }

    fn retry(&mut self, retries: &Retries) -> Retry {
        match retries {
            Retries::None => Retry::None,
            Retries::Backoff { max, backoff, budget } => Retry::Backoff {
                max: *max,
                backoff: self.sampler(backoff),
                stream: StreamId::new("client", "backoff"),
                budget: budget.map(|budget| RetryBudget {
                    tokens: budget.tokens,
                    cost: budget.cost,
                    throttle_cost: budget.throttle_cost,
                    processes: budget.processes,
                }),
            },
            Retries::AwsSdkStandard(sdk) => Retry::Sdk(SdkRetry {
                attempts: sdk.attempts,
                base: sdk.base.0,
                throttle_base: sdk.throttle_base.0,
                cap: sdk.cap.0,
                quota: sdk.quota,
                retry_cost: sdk.retry_cost,
                throttle_cost: sdk.throttle_cost,
                processes: sdk.processes,
            }),
        }
    }

    /// The sampler of a distribution; equal distributions share one table.
    pub(super) fn sampler(&self, of: &Distribution) -> Sampler {
        sampler(self.request.scenario.run.samplers, of)
    }

    /// The hop of this name, made if it is new: routes that meet at a hop share it.
    pub(super) fn hop(&mut self, name: &str, title: &str, grade: &str) -> u16 {
        if let Some(known) = self.network.hops.iter().position(|hop| hop.name == name) {
            return known as u16;
        }
        self.legend.hops.push((name.into(), title.into(), grade.into()));
        self.network.hops.push(Hop {
            name: name.into(),
            stations: (0, 0),
            members: Vec::new(),
            member_stations: Vec::new(),
            member_quantiles: false,
        });
        (self.network.hops.len() - 1) as u16
    }

    /// A pure delay at `hop`, drawn from the streams of `entity`, with what events do to that hop.
    pub(super) fn delay(&mut self, hop: u16, entity: &str, time: &Distribution) -> Step {
        let (scenario, warmup) = (self.request.scenario, self.request.warmup_ns);
        let name = &self.network.hops[usize::from(hop)].name;
        Step::Delay {
            hop,
            time: self.sampler(time),
            stream: StreamId::new(entity, "time"),
            failure: Coin::new(0.0, StreamId::new(entity, "failure")),
            time_factors: timeline::changes(scenario, name, warmup, 1.0, |change| match change {
                Change::TimeFactor(factor) => Some(factor),
                _ => None,
            }),
            failure_changes: timeline::changes(scenario, name, warmup, 0.0, |change| match change {
                Change::Failure(probability) => Some(probability),
                _ => None,
            }),
            enters: true,
        }
    }

    /// A kind of station, added to the network; `name` names its draws and its events.
    pub(super) fn kind(&mut self, name: &str, station: &Station) -> u16 {
        let kind = self.kind_of(name, station);
        self.network.kinds.push(kind);
        self.legend.laws.push(station.time.clone());
        (self.network.kinds.len() - 1) as u16
    }

    /// What a station is like; a pure delay is a station without servers.
    pub(super) fn kind_of(&self, name: &str, station: &Station) -> StationKind {
        let (scenario, warmup) = (self.request.scenario, self.request.warmup_ns);
        let servers = station.servers.unwrap_or(1);
        StationKind {
            time: self.sampler(&station.time),
            time_stream: StreamId::new(name, "time"),
            servers,
            queue: station.queue.unwrap_or(u32::MAX),
            patience: station.patience.as_ref().map(|law| (self.sampler(law), StreamId::new(name, "patience"))),
            failure: Coin::new(station.failure, StreamId::new(name, "failure")),
            server_changes: timeline::changes(scenario, name, warmup, servers, |change| match change {
                Change::Servers(servers) => Some(servers),
                _ => None,
            }),
            time_factors: timeline::changes(scenario, name, warmup, 1.0, |change| match change {
                Change::TimeFactor(factor) => Some(factor),
                _ => None,
            }),
            failure_changes: timeline::changes(scenario, name, warmup, station.failure, |change| match change {
                Change::Failure(probability) => Some(probability),
                _ => None,
            }),
            losses: Steps::default(),
        }
    }

    /// Adds `count` stations of a kind and returns the index of the first.
    pub(super) fn stations(&mut self, kind: u16, count: u32) -> u32 {
        let first = self.network.stations.len() as u32;
        self.network.stations.extend(std::iter::repeat_n(kind, count as usize));
        first
    }

    /// Adds a limiter and returns its index.
    pub(super) fn limiter(&mut self, spec: LimiterSpec) -> u32 {
        self.network.limiters.push(spec);
        (self.network.limiters.len() - 1) as u32
    }

    pub(super) fn finish(self) -> (Network, Legend) {
        (self.network, self.legend)
    }
}
