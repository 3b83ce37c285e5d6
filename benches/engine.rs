//! What the simulator costs: whole replications of three networks and of one AWS option, and the parts they are made of. The
//! statistics of the results are the tests' business. How to run it and what was measured: README.md beside this file.

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gatecap::engine::{Calendar, Kind, Network, Window, simulate};
use gatecap::random::{Distribution, RunKey, Sampler, StreamId};
use gatecap::scenario::Document;
use gatecap::stats::Recorder;
use gatecap::topology::{Request, build};

/// Measured requests of one replication.
const REQUESTS: u64 = 100_000;

/// M/M/1 at rho 0.8.
const ONE_SERVER: &str = "[workload]\nrate = \"0.8/s\"\n[[hop]]\nname = \"service\"\n\
                          time = { exponential = { mean = \"1s\" } }\nservers = 1\n";
/// M/M/8 at rho 0.85.
const EIGHT_SERVERS: &str = "[workload]\nrate = \"6.8/s\"\n[[hop]]\nname = \"service\"\n\
                             time = { exponential = { mean = \"1s\" } }\nservers = 8\n";
/// Four lognormal delays, then one of 100 stations of 4 servers at rho 0.7.
const FIVE_HOPS: &str = "[workload]\nrate = \"2000/s\"\n\
    [[hop]]\nname = \"gateway\"\ntime = { lognormal = { median = \"15ms\", log_sigma = 0.5 } }\n\
    [[hop]]\nname = \"link\"\ntime = { lognormal = { median = \"2ms\", log_sigma = 0.4 } }\n\
    [[hop]]\nname = \"nlb\"\ntime = { lognormal = { median = \"800us\", log_sigma = 0.3 } }\n\
    [[hop]]\nname = \"alb\"\ntime = { lognormal = { median = \"3ms\", log_sigma = 0.4 } }\n\
    [[hop]]\nname = \"service\"\ntime = { lognormal = { mean = \"140ms\", scv = 1 } }\nservers = 4\ncopies = 100\n";
/// Option 4 of the comparison with 64 services of 3 targets: throttle, connections, gateway, link, NLB, ALB, zone legs.
const OPTION: &str = "options = [\"rest-nlb-alb\"]\n[services]\ncount = 64\n";

fn network(text: &str, services: u32) -> Network {
    let document = Document::parse(text, "bench", Path::new("."));
    let scenario = document.and_then(|document| document.resolve(&[])).unwrap_or_else(|issues| panic!("{issues:?}"));
    let request = Request { scenario: &scenario, option: 0, services, warmup_ns: 0, auto_warmup: false, detail: false };
    build(request).0
}

fn networks(c: &mut Criterion) {
    let mut group = c.benchmark_group("replication");
    group.throughput(Throughput::Elements(REQUESTS)).sample_size(20);
    let window =
        Window { warmup_ns: 0, warmup_requests: 0, requests: REQUESTS, until_ns: u64::MAX, observe: Vec::new() };
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
        ("exponential", sampler(Distribution::exponential(1e7))),
        ("gamma", sampler(Distribution::gamma(1e7, 2.0))),
        ("constant", Sampler::new(&Distribution::constant(1e7))),
    ];
    let run = RunKey::new(3, 0);
    let stream = StreamId::new("bench", "draw");
    for (name, sampler) in &laws {
        let mut request = 0;
        group.bench_function(*name, |b| {
            b.iter(|| {
                for _ in 0..1_000 {
                    request += 1;
                    black_box(sampler.sample(run.attempt(request, 0).bits(stream)));
                }
            });
        });
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
