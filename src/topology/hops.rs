//! Hops scenarios: the network exactly as the file spells it out.

use std::sync::Arc;

use super::builder::Builder;
use super::{Legend, Load, LoadKind, Request, offered_rate, timeline};
use crate::engine::Network;
use crate::engine::network::{Balancing, Class, Coin, Group, LimiterSpec, Refill, Step, Steps};
use crate::engine::tally::Outcome;
use crate::random::StreamId;
use crate::scenario::{Bucket, BucketStart, Change, Copies, Hop, HopBalancing, Popularity, Retries, Station, Stations};

pub(super) fn build(request: Request<'_>, hops: &[Hop]) -> (Network, Legend) {
    let mut builder = Builder::new(request);
    builder.network.classes = vec![Class { weight: 1.0, route: 0 }];
    let mut route = Vec::new();
    let mut rate = offered_rate(request.scenario, request.services).unwrap_or(0.0) * worst_attempts(request, hops);
    for hop in hops {
        let index = builder.hop(&hop.name, &hop.name, "");
        if let Some(bucket) = &hop.bucket {
            let refund = Vec::new();
            let limiter = limiter(&mut builder, &hop.name, bucket, rate);
            route.push(Step::Limit {
                hop: index,
                limiter,
                by_class: false,
                enters: true,
                refund,
                refused: Outcome::Throttled,
            });
            rate = rate.min(bucket.rate.per_second());
        }
        let enters = hop.bucket.is_none();
        let passes = passing(&hop.stations);
        match &hop.stations {
            Stations::One(station) if station.servers.is_none() => {
                route.push(pure_delay(&builder, index, &hop.name, station, enters));
            }
            stations => {
                let group = parallel(&mut builder, index, hop, stations, rate);
                rate = rate.min(most_served(request, stations));
                route.push(Step::Serve { hop: index, group, by_class: false, enters });
            }
        }
        rate *= passes;
    }
    builder.network.routes = vec![route];
    builder.finish()
}

/// The most attempts a request can come to on average, for rho before simulating: with failure coins of probability p alone,
/// the sum of p^k over the retries allowed.
fn worst_attempts(request: Request<'_>, hops: &[Hop]) -> f64 {
    let max = match &request.scenario.client.retries {
        Retries::None => return 1.0,
        Retries::Backoff { max, .. } => *max,
        Retries::AwsSdkStandard(sdk) => sdk.attempts.saturating_sub(1),
    };
    let passes: f64 = hops.iter().map(|hop| passing(&hop.stations)).product();
    (0..=max.min(1_000)).map(|k| libm::pow(1.0 - passes, f64::from(k))).sum()
}

/// Share of the attempts served at a hop that do not fail there.
fn passing(stations: &Stations) -> f64 {
    match stations {
        Stations::One(station) | Stations::Copies { station, .. } => 1.0 - station.failure,
        Stations::Branches(branches) => {
            let total: f64 = branches.iter().map(|branch| branch.1).sum();
            branches.iter().map(|(_, weight, station)| weight / total * (1.0 - station.failure)).sum()
        }
    }
}

/// The most attempts per second that a hop can pass on: what its servers can serve.
fn most_served(request: Request<'_>, stations: &Stations) -> f64 {
    let of = |station: &Station| {
        station.servers.map_or(f64::INFINITY, |servers| f64::from(servers) * 1e9 / station.time.mean_ns())
    };
    match stations {
        Stations::One(station) => of(station),
        Stations::Copies { station, number: Copies::Number(number), .. } => of(station) * f64::from(*number),
        Stations::Copies { station, number: Copies::Services, .. } => of(station) * f64::from(request.services),
        Stations::Branches(branches) => branches.iter().map(|branch| of(&branch.2)).sum(),
    }
}

fn limiter(builder: &mut Builder<'_>, name: &str, bucket: &Bucket, offered: f64) -> u32 {
    let rate = bucket.rate.per_second();
    builder.legend.loads.push(Load {
        hop: name.into(),
        load: offered / rate,
        rate: offered,
        service_s: 0.0,
        kind: LoadKind::Limiter,
    });
    let starts_full = match bucket.start {
        BucketStart::Full => true,
        BucketStart::Empty => false,
        BucketStart::Auto => !(builder.request.auto_warmup && offered > rate),
    };
    let rate_changes =
        timeline::changes(builder.request.scenario, name, builder.request.warmup_ns, rate, |change| match change {
            Change::RateFactor(factor) => Some(factor * rate),
            _ => None,
        });
    let refill = match bucket.refill {
        crate::scenario::Refill::Continuous => Refill::Continuous,
        crate::scenario::Refill::Tick => Refill::Tick,
    };
    builder.limiter(LimiterSpec {
        rate,
        burst: bucket.burst,
        refill,
        starts_full,
        rate_changes,
        burst_changes: Steps::default(),
    })
}

fn pure_delay(builder: &Builder<'_>, hop: u16, name: &str, station: &Station, enters: bool) -> Step {
    let kind = builder.kind_of(name, station);
    Step::Delay {
        hop,
        time: kind.time,
        stream: kind.time_stream,
        failure: kind.failure,
        time_factors: kind.time_factors,
        failure_changes: kind.failure_changes,
        enters,
    }
}

/// The group of a hop's stations; its number.
fn parallel(builder: &mut Builder<'_>, index: u16, hop: &Hop, stations: &Stations, rate: f64) -> u32 {
    let choice = StreamId::new(&hop.name, "copy");
    let (first, balancing, names) = match stations {
        Stations::One(station) => {
            load(builder, hop, station, rate);
            let kind = builder.kind(&hop.name, station);
            (builder.stations(kind, 1), Balancing::RoundRobin, Vec::new())
        }
        Stations::Copies { station, number, balancing } => {
            let count = match number {
                Copies::Number(count) => *count,
                Copies::Services => builder.request.services,
            };
            let kind = builder.kind(&hop.name, station);
            let share = match balancing {
                HopBalancing::Weights(weights) => {
                    weights.iter().copied().fold(0.0, f64::max) / weights.iter().sum::<f64>()
                }
                _ => 1.0 / f64::from(count),
            };
            load(builder, hop, station, rate * share);
            let balancing = match balancing {
                HopBalancing::Random => popular(builder, choice, *number, count),
                HopBalancing::Weights(weights) => weighted(choice, weights),
                HopBalancing::RoundRobin => Balancing::RoundRobin,
                HopBalancing::LeastOutstanding => Balancing::LeastOutstanding(choice),
            };
            (builder.stations(kind, count), balancing, (0..count).map(|copy| copy.to_string()).collect())
        }
        Stations::Branches(branches) => {
            let total: f64 = branches.iter().map(|branch| branch.1).sum();
            let first = builder.network.stations.len() as u32;
            for (_, weight, station) in branches {
                load(builder, hop, station, rate * weight / total);
                // Draws and events are the hop's: a request's demand does not depend on where it goes.
                let kind = builder.kind(&hop.name, station);
                builder.stations(kind, 1);
            }
            let weights: Vec<f64> = branches.iter().map(|branch| branch.1).collect();
            (first, weighted(choice, &weights), branches.iter().map(|branch| branch.0.clone()).collect())
        }
    };
    let count = builder.network.stations.len() as u32 - first;
    let record = &mut builder.network.hops[usize::from(index)];
    record.stations = (first, count);
    record.members = names;
    record.member_quantiles = builder.request.detail;
    builder.network.groups.push(Group { first, count, balancing, rotations: Steps::default(), scaling: None });
    (builder.network.groups.len() - 1) as u32
}

/// At random: by popularity where the copies are the services, else evenly.
fn popular(builder: &Builder<'_>, stream: StreamId, number: Copies, count: u32) -> Balancing {
    let weights: Vec<f64> = match &builder.request.scenario.workload.popularity {
        Popularity::Zipf(exponent) => (1..=count).map(|rank| libm::pow(f64::from(rank), -exponent)).collect(),
        Popularity::Weights(weights) => weights.clone(),
        Popularity::Uniform => Vec::new(),
    };
    if number == Copies::Services && weights.len() == count as usize {
        weighted(stream, &weights)
    } else {
        Balancing::Random(stream)
    }
}

fn weighted(stream: StreamId, weights: &[f64]) -> Balancing {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let thresholds = weights
        .iter()
        .map(|weight| {
            sum += weight / total;
            Coin::new(sum, stream).threshold.unwrap_or(0)
        })
        .collect();
    Balancing::Weighted(stream, Arc::new(thresholds))
}

/// Records the load of a hop's station at `rate` per second, if it is the highest of the hop.
fn load(builder: &mut Builder<'_>, hop: &Hop, station: &Station, rate: f64) {
    let Some(servers) = station.servers else { return };
    let service_s = station.time.mean_ns() * 1e-9;
    let changes = builder.request.scenario.events.iter().any(|event| {
        event.hop.as_deref() == Some(hop.name.as_str())
            && matches!(event.change, Change::Servers(_) | Change::TimeFactor(_))
    });
    // Where servers change, what is measured decides.
    let unbounded = station.queue.is_none() && station.patience.is_none() && !changes;
    let load = Load {
        hop: hop.name.clone(),
        load: rate * service_s / f64::from(servers),
        rate,
        service_s,
        kind: LoadKind::Station { unbounded, servers, queue: station.queue },
    };
    match builder.legend.loads.last_mut() {
        Some(last) if last.hop == hop.name && last.kind != LoadKind::Limiter => {
            if load.load > last.load {
                *last = load;
            }
        }
        _ => builder.legend.loads.push(load),
    }
}
