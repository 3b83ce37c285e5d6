//! A result is a function of scenario, seed and version: not of threads, of how many replications there are, or of what else
//! stands in the path.

use gatecap::experiment::point::Rounds;
use gatecap::experiment::{Control, Outcome, PointSpec, warmup};
use gatecap::random::Samplers;
use gatecap::scenario::Scenario;
use rayon::ThreadPoolBuilder;

use crate::measure::{network, outcome, scenario, tally, window};
use crate::networks::{Kind, plan};

/// The point's JSON, simulated on so many threads.
fn document(scenario: &Scenario, threads: usize) -> String {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    serde_json::to_string(&pool.install(|| outcome(scenario)).point).unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for seed in 31..=36 {
        let mut scenario = scenario(&plan(seed, Kind::Any).text(2_000, 9));
        let tables = document(&scenario, 1);
        if seed % 2 == 0 {
            scenario.run.samplers = Samplers::Exact;
        }
        let one = document(&scenario, 1);
        assert!((one == tables) == (seed % 2 == 1), "other samplers draw other times");
        assert!(one.contains("\"latency.mean\"") && one.len() > 1_000);
        for threads in [2, 8] {
            assert_eq!(document(&scenario, threads), one, "network {seed}, {threads} threads");
        }
    }
}

/// Replications know nothing of one another: the last one first gives the same tallies, and those make the point's values.
#[test]
fn any_order_of_replications_gives_the_same_values() {
    for seed in 31..=34 {
        let scenario = scenario(&plan(seed, Kind::Any).text(1_000, 6));
        let (network, skipped) = (network(&scenario), window(100, 1_000));
        let run = |replication: u32| tally(&network, &skipped, scenario.seed, replication);
        let forwards: Vec<String> = (0..6).map(|replication| format!("{:?}", run(replication))).collect();
        let mut backwards: Vec<String> = (0..6).rev().map(|replication| format!("{:?}", run(replication))).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards, "network {seed}");
        let one_by_one = PointSpec { scenario: &scenario, option: 0, services: 1, detail: false };
        let cut = warmup::cut(&scenario, 1, &Control::default()).unwrap();
        let mut rounds = Rounds::new(&one_by_one, &cut);
        for _ in 0..6 {
            rounds.add(1, &Control::default()).unwrap();
        }
        let point = serde_json::to_string(&rounds.sum_up().point).unwrap();
        assert_eq!(point, document(&scenario, 2), "network {seed}, a round each");
    }
}

#[test]
fn another_seed_is_another_result() {
    let mut scenario = scenario(&plan(31, Kind::Any).text(2_000, 3));
    let first = document(&scenario, 1);
    scenario.seed += 1;
    assert_ne!(document(&scenario, 1), first);
}

#[test]
fn twenty_replications_begin_with_the_ten() {
    let plan = plan(32, Kind::Any);
    let (ten, twenty) = (outcome(&scenario(&plan.text(2_000, 10))), outcome(&scenario(&plan.text(2_000, 20))));
    for (name, series) in &ten.measured.series {
        let longer = &twenty.series(name).unwrap().values;
        // A replication without a sample of its own takes the merged value, which all replications share.
        if !name.contains(".p") && !name.ends_with(".max") {
            assert_eq!((series.values.len(), longer.len()), (10, 20), "{name}");
            assert_eq!(series.values, longer[..10], "{name}");
        }
    }
    // Together too: what pairs of options are compared on where one of them went on.
    let first = |outcome: &Outcome| outcome.series("latency.p99").unwrap().merged_first[..10].to_vec();
    assert_eq!(first(&ten), first(&twenty));
    assert_eq!(first(&ten).last().copied(), ten.series("latency.p99").unwrap().merged);
}

fn path(hops: &str) -> String {
    format!("seed = 4\n[workload]\nrate = \"90/s\"\n[run]\nrequests = 5_000\n{hops}")
}

const SERVICE: &str =
    "[[hop]]\nname = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 1\nqueue = 30\n";
const BALANCER: &str = "[[hop]]\nname = \"balancer\"\ntime = { lognormal = { median = \"3ms\", p99 = \"9ms\" } }\n";
const CONSTANT: &str = "[[hop]]\nname = \"link\"\ntime = { constant = \"7ms\" }\n";

/// Another hop on the path moves nobody else's draws: what it does not delay at random stays as it was, to the nanosecond.
#[test]
fn a_hop_more_leaves_the_draws_of_the_others() {
    let run = |hops: &str| tally(&network(&scenario(&path(hops))), &window(500, 5_000), 4, 0);
    let alone = run(SERVICE);
    for (name, hops) in [
        ("after", format!("{SERVICE}{BALANCER}")),
        ("a constant before", format!("{CONSTANT}{SERVICE}")),
        ("both", format!("{CONSTANT}{SERVICE}{BALANCER}")),
    ] {
        let more = run(&hops);
        let service = more.hops.iter().find(|hop| hop.sojourn.count() == alone.hops[0].sojourn.count()).unwrap();
        assert_eq!((more.opened, more.closed), (alone.opened, alone.closed), "{name}: arrivals");
        let same = more.hops.iter().any(|hop| hop.counts == alone.hops[0].counts);
        assert!(same, "{name}: {:?} is not {:?}", service.counts, alone.hops[0].counts);
    }
    // A random hop before moves the instants at which the station is reached, but not the demands it serves.
    let before = run(&format!("{BALANCER}{}", SERVICE.replace("queue = 30\n", "")));
    let without = run(&SERVICE.replace("queue = 30\n", ""));
    let demands = |hop: &gatecap::engine::tally::HopTally| hop.counts.sojourn - hop.counts.wait;
    assert_eq!(demands(&before.hops[1]), demands(&without.hops[0]));
    assert_ne!(before.hops[1].counts.wait, without.hops[0].counts.wait);
}

/// A change at one hop that loses requests does not shift what the others draw: the survivors' demands stay theirs.
#[test]
fn losses_do_not_shift_draws() {
    let delay = |bucket: &str| {
        format!(
            "[[hop]]\nname = \"limit\"\n{bucket}[[hop]]\nname = \"service\"\ntime = {{ exponential = {{ mean = \"10ms\" }} }}\n"
        )
    };
    let latency = |bucket: &str, request: u64| {
        let network = network(&scenario(&path(&delay(bucket))));
        tally(&network, &window(request, 1), 4, 0).latency.max()
    };
    let bucket = "bucket = { rate = \"45/s\", burst = 1 }\n";
    let wide = "bucket = { rate = \"90000/s\", burst = 1000 }\n";
    let both: Vec<(u64, u64)> = (0..200).map(|request| (latency(bucket, request), latency(wide, request))).collect();
    let refused = both.iter().filter(|pair| pair.0 == 0).count();
    assert!((60..160).contains(&refused), "{refused} of 200 refused");
    assert!(both.iter().all(|&(narrow, wide)| narrow == 0 || narrow == wide), "{both:?}");
}
