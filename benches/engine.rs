//! What the simulator costs: whole replications of three networks and of one AWS option, and the parts they are made of. The
//! statistics of the results are the tests' business. How to run it and what was measured: README.md beside this file.

mod systems;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gatecap::engine::{Calendar, Kind, simulate};
use gatecap::random::{Distribution, RunKey, Sampler, Samplers, StreamId};
use gatecap::stats::Recorder;
use systems::{EIGHT_SERVERS, FIVE_HOPS, ONE_SERVER, OPTION, network, window};

/// Measured requests of one replication.
const REQUESTS: u64 = 100_000;

fn networks(c: &mut Criterion) {
    let mut group = c.benchmark_group("replication");
    group.throughput(Throughput::Elements(REQUESTS)).sample_size(20);
    let window = window(REQUESTS);
    for (name, text, services) in [
        ("one server", ONE_SERVER, 1),
        ("eight servers", EIGHT_SERVERS, 1),
        ("five hops, 100 stations", FIVE_HOPS, 1),
        ("option 4, 64 services", OPTION, 64),
    ] {
        let network = network(text, services);
        let mut replication = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                replication += 1;
                simulate(&network, &window, RunKey::new(1, replication))
            });
        });
    }
    group.finish();
}

/// The hold model: take the earliest event, schedule another an exponential time later. Source: Vaucher and Duval (1975).
fn calendar(c: &mut Criterion) {
    let mut group = c.benchmark_group("calendar hold");
    group.throughput(Throughput::Elements(1_000));
    let stream = StreamId::new("bench", "hold");
    let unit = sampler(Distribution::exponential(1e9));
    for size in [100_u32, 10_000, 1_000_000] {
        let run = RunKey::new(2, 0);
        let mut calendar = Calendar::with_capacity(size as usize);
        for slot in 0..size {
            calendar.push(unit.sample(run.attempt(u64::from(slot), 0).bits(stream)), Kind::Move, slot);
        }
        let mut draws = u64::from(size);
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            b.iter(|| {
                for _ in 0..1_000 {
                    let Some(event) = calendar.pop() else { return };
                    draws += 1;
                    let later = event.at + unit.sample(run.attempt(draws, 0).bits(stream));
                    calendar.push(later, Kind::Move, event.slot);
                }
            });
        });
    }
    group.finish();
}

fn sampler<E: std::fmt::Debug>(law: Result<Distribution, E>) -> Sampler {
    Sampler::new(&law.unwrap_or_else(|error| panic!("{error:?}")))
}

fn samplers(c: &mut Criterion) {
    let mut group = c.benchmark_group("draw");
    group.throughput(Throughput::Elements(1_000));
    let laws = [
        ("constant", Ok(Distribution::constant(1e7))),
        ("exponential", Distribution::exponential(1e7)),
        ("lognormal", Distribution::lognormal(1e7, 1.0)),
        ("gamma", Distribution::gamma(1e7, 2.0)),
        ("weibull", Distribution::weibull(1e7, 0.7)),
    ];
    let run = RunKey::new(3, 0);
    let stream = StreamId::new("bench", "draw");
    for (name, law) in laws {
        let law = law.unwrap_or_else(|error| panic!("{error:?}"));
        for (how, samplers) in [("", Samplers::Tables), (", exact", Samplers::Exact)] {
            let sampler = samplers.sampler(&law);
            let mut request = 0;
            group.bench_function(format!("{name}{how}"), |b| {
                b.iter(|| {
                    for _ in 0..1_000 {
                        request += 1;
                        black_box(sampler.sample(run.attempt(request, 0).bits(stream)));
                    }
                });
            });
        }
    }
    group.finish();
    c.bench_function("build a table/gamma", |b| b.iter(|| sampler(Distribution::gamma(1e7, 2.0))));
}

fn recorders(c: &mut Criterion) {
    let mut group = c.benchmark_group("record");
    group.throughput(Throughput::Elements(1_000));
    let run = RunKey::new(4, 0);
    let times = sampler(Distribution::exponential(1e8));
    let stream = StreamId::new("bench", "record");
    let values: Vec<u64> = (0..1_000).map(|i| times.sample(run.attempt(i, 0).bits(stream))).collect();
    for digits in [2, 3] {
        let mut recorder = Recorder::new(digits);
        group.bench_function(format!("{digits} digits"), |b| {
            b.iter(|| values.iter().for_each(|&value| recorder.record(value)));
        });
    }
    group.finish();
    let mut full = Recorder::new(3);
    values.iter().for_each(|&value| full.record(value));
    let merge = |mut other: Recorder| {
        other.merge(&full);
        other
    };
    c.bench_function("merge/3 digits", |b| b.iter_batched(|| full.clone(), merge, BatchSize::SmallInput));
}

criterion_group!(benches, networks, calendar, samplers, recorders);
criterion_main!(benches);
