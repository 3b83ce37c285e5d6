//! Laws that hold whatever the network: conservation, Little, utilisation, monotonicity under common random numbers, and
//! agreement to the nanosecond with a second simulator that shares only the draws.

use std::sync::atomic::AtomicBool;

use gatecap::engine::tally::{Audit, HopTally, Outcome, Tally};
use gatecap::engine::{Network, Way, simulate_by};
use gatecap::random::RunKey;

use crate::changes::{change, changing};
use crate::measure::{network, network_of, outcome, scenario, tally, value, window};
use crate::naive::{Fate, Naive};
use crate::networks::{Kind, Plan, impatient, plan};

const NETWORKS: u64 = 30;

/// Runs `check` on each network's tally: 20,000 measured requests after 5,000.
fn on_networks(check: impl Fn(u64, &Plan, &Tally)) {
    for seed in 1..=NETWORKS {
        let plan = plan(seed, Kind::Any);
        let network = network(&scenario(&plan.text(20_000, 1)));
        check(seed, &plan, &tally(&network, &window(5_000, 20_000), seed, 0));
    }
}

#[test]
fn nothing_is_lost() {
    on_networks(|seed, plan, tally| {
        assert!(tally.audit.balances(), "{seed}: {:?}", tally.audit);
        assert_eq!((tally.requests, tally.outcomes.total()), (20_000, 20_000), "{seed}");
        let mut before = tally.attempts;
        for hop in &tally.hops {
            let counts = &hop.counts;
            let treated = counts.throttled + counts.rejected + counts.abandoned + counts.served;
            // Work that a timeout left behind may still be on its way when the last request's outcome is known.
            if plan.timeout.is_none() {
                assert_eq!(counts.arrivals, treated, "{seed}: {counts:?}");
                assert_eq!(counts.arrivals, before, "{seed}: what leaves a hop reaches the next");
            }
            assert!(counts.arrivals >= treated && counts.arrivals <= before, "{seed}: {counts:?}");
            before = counts.served - counts.failed;
        }
        if plan.timeout.is_none() {
            assert_eq!(before, tally.outcomes.ok, "{seed}: who leaves the last hop has an answer");
        }
        assert_eq!(tally.latency.count(), tally.outcomes.ok, "{seed}");
    });
}

/// L = lambda W within a window differ by what is carried over its two ends, a few times the number inside.
#[test]
fn little() {
    on_networks(|seed, _, tally| {
        let length = (tally.closed - tally.opened) as f64;
        let number = tally.in_system as f64 / length;
        let rate_times_latency = tally.client_latency as f64 / length;
        let ends = (10.0 * number + 30.0) / tally.requests as f64;
        assert!(
            (number / rate_times_latency - 1.0).abs() < ends,
            "{seed}: {number} for {rate_times_latency} +- {ends}"
        );
    });
}

#[test]
fn utilisation_is_throughput_times_service() {
    on_networks(|seed, plan, tally| {
        for (hop, tally_of) in plan.hops.iter().zip(&tally.hops).filter(|(hop, _)| hop.servers.is_some()) {
            let HopTally { counts, busy, .. } = tally_of;
            let given = (counts.sojourn - counts.wait) as f64;
            let ends = (20.0 * f64::from(hop.copies * hop.servers.unwrap()) + 50.0) / counts.served as f64;
            assert!((*busy as f64 / given - 1.0).abs() < ends, "{seed}, {}: {busy} for {given}", hop.name);
            let mean = given / counts.served as f64 / 1e6;
            assert!((mean / hop.mean - 1.0).abs() < 0.06, "{seed}, {}: mean service {mean} for {}", hop.name, hop.mean);
        }
    });
}

#[test]
fn shares_add_up_to_one() {
    for seed in 1..=5 {
        let outcome = outcome(&scenario(&plan(seed, Kind::Any).text(2_000, 3)));
        let names = ["ok", "throttled", "rejected", "abandoned", "timed_out", "failed"];
        let sum: f64 = names.iter().map(|name| value(&outcome, &format!("outcome.{name}"))).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{seed}: {sum}");
    }
}

/// Requests of a network that are compared one by one.
const COMPARED: u64 = 400;

/// Every request on its own, every hop's integer sums, and the integrals over a window, against the naive simulator.
fn agree_to_the_nanosecond(seed: u64, plan: &Plan, seen: &mut [u32; 5]) {
    let mut network = network(&scenario(&plan.text(COMPARED, 1)));
    change(&mut network, plan);
    let naive = Naive::run(plan, &network, RunKey::new(seed, 0), COMPARED);
    for request in 0..COMPARED {
        let one = tally(&network, &window(request, 1), seed, 0);
        let fate = naive.fates[request as usize].unwrap();
        if naive.arrival(request) + fate.latency >= naive.tie() {
            return;
        }
        let ours = Fate { outcome: the_outcome(&one), latency: one.client_latency as u64 };
        assert_eq!(ours, fate, "network {seed}, request {request}: {plan:#?}");
        seen[kind_of(fate.outcome)] += 1;
    }
    let half = tally(&network, &window(COMPARED / 2, COMPARED / 2), seed, 0);
    let (opened, closed, lead) = (half.opened, half.closed, network.lead());
    assert_eq!(half.in_system, naive.in_system((opened, closed)), "network {seed}, number in system: {plan:#?}");
    for (index, hop) in half.hops.iter().enumerate().filter(|(_, hop)| hop.capacity > 0) {
        let busy = naive.busy(index, (opened + lead, closed + lead));
        assert_eq!(hop.busy, busy, "network {seed}, hop {index} busy: {plan:#?}");
        let capacity = naive.capacity(index, (opened + lead, closed + lead));
        assert_eq!(hop.capacity, capacity, "network {seed}, hop {index} capacity: {plan:#?}");
    }
    let scaled = plan.hops.iter().enumerate().filter(|(_, hop)| hop.changes.scaling.is_some());
    for (tally, (hop, _)) in half.scalings.iter().zip(scaled) {
        assert_eq!(*tally, naive.scaled(hop, (opened + lead, closed + lead)), "network {seed}, hop {hop}: {plan:#?}");
    }
    // Left-behind work of a timeout has no common end in both, so sums are compared without.
    if plan.timeout.is_none() {
        let all = tally(&network, &window(0, COMPARED), seed, 0);
        for (hop, counts) in all.hops.iter().zip(&naive.counts) {
            assert_eq!(hop.counts, *counts, "network {seed}: {plan:#?}");
        }
    }
}

/// With who takes attempts, what is lost, ways that lead nowhere and the number of copies changing.
#[test]
fn a_naive_simulator_agrees_on_what_changes() {
    let (mut seen, mut lost, mut scaled) = ([0_u32; 5], 0, 0);
    for seed in 1..=3 * NETWORKS {
        let plan = changing(seed);
        agree_to_the_nanosecond(seed, &plan, &mut seen);
        let mut network = network(&scenario(&plan.text(COMPARED, 1)));
        change(&mut network, &plan);
        let tally = tally(&network, &window(0, COMPARED), seed, 0);
        lost += tally.hops.iter().map(|hop| hop.counts.lost).sum::<u64>();
        scaled += tally.scalings.iter().map(|scaling| scaling.changes).sum::<u64>();
    }
    assert!(seen.iter().all(|&count| count > 50), "every kind of end occurs: {seen:?}");
    assert!(lost > 500 && scaled > 50, "{lost} lost, {scaled} changes of a number of copies");
}

#[test]
fn a_naive_simulator_agrees_to_the_nanosecond() {
    let mut seen = [0_u32; 5];
    for seed in 1..=NETWORKS {
        agree_to_the_nanosecond(seed, &plan(seed, Kind::Naive), &mut seen);
        agree_to_the_nanosecond(seed, &impatient(seed), &mut seen);
    }
    assert!(seen.iter().all(|&count| count > 50), "every kind of end occurs: {seen:?}");
}

fn the_outcome(tally: &Tally) -> Outcome {
    let counts = &tally.outcomes;
    [
        (counts.ok, Outcome::Ok),
        (counts.rejected, Outcome::Rejected),
        (counts.abandoned, Outcome::Abandoned),
        (counts.timed_out, Outcome::TimedOut),
    ]
    .into_iter()
    .chain(counts.failed.iter().map(|&(status, count)| (count, Outcome::Failed(status))))
    .find_map(|(count, outcome)| (count == 1).then_some(outcome))
    .unwrap()
}

fn kind_of(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Ok => 0,
        Outcome::Rejected | Outcome::Throttled => 1,
        Outcome::Abandoned => 2,
        Outcome::TimedOut => 3,
        Outcome::Failed(_) => 4,
    }
}

fn one_station(rate: &str, ms: &str, rest: &str) -> String {
    format!(
        "seed = 9\n[workload]\nrate = \"{rate}\"\n[run]\nrequests = 20_000\nwarmup = 1_000\nreplications = 3\n[[hop]]\n\
         name = \"service\"\ntime = {{ lognormal = {{ mean = \"{ms}\", scv = 2 }} }}\n{rest}\n"
    )
}

/// The values of a metric in every replication, which the same draws make comparable one by one.
fn series(text: &str, metric: &str) -> Vec<f64> {
    outcome(&scenario(text)).series(metric).unwrap().values.clone()
}

/// With the same draws a first-come-first-served station's waits are monotone request by request in its servers, its speed
/// and the gaps between arrivals. Source: Kiefer and Wolfowitz (1955); Stoyan, *Comparison Methods for Queues* (1983).
#[test]
fn waits_are_monotone_on_common_random_numbers() {
    let rising = |name: &str, texts: &[String]| {
        let all: Vec<Vec<f64>> = texts.iter().map(|text| series(text, "hop.service.wait.mean")).collect();
        for pair in all.windows(2) {
            assert!(pair[0].iter().zip(&pair[1]).all(|(less, more)| less < more), "{name}: {all:?}");
        }
    };
    let servers = [8, 6, 5, 4].map(|n| one_station("300/s", "10ms", &format!("servers = {n}")));
    rising("fewer servers", &servers);
    rising("slower service", &["8ms", "9ms", "10ms"].map(|ms| one_station("300/s", ms, "servers = 4")));
    rising("more load", &["200/s", "250/s", "300/s"].map(|rate| one_station(rate, "10ms", "servers = 4")));
}

/// Losses need not be monotone request by request, but their shares are.
#[test]
fn losses_are_monotone() {
    let falling = |metric: &str, rests: &[&str]| {
        let all: Vec<Vec<f64>> = rests.iter().map(|rest| series(&one_station("420/s", "10ms", rest), metric)).collect();
        for pair in all.windows(2) {
            assert!(pair[0].iter().zip(&pair[1]).all(|(more, less)| less <= more), "{metric}: {all:?}");
        }
    };
    let queues =
        ["servers = 4\nqueue = 0", "servers = 4\nqueue = 2", "servers = 4\nqueue = 8", "servers = 4\nqueue = 40"];
    falling("outcome.rejected", &queues);
    let patience = ["5ms", "20ms", "80ms"].map(|ms| format!("servers = 4\npatience = {{ constant = \"{ms}\" }}"));
    falling("outcome.abandoned", &patience.each_ref().map(String::as_str));
    let buckets = [1, 5, 50].map(|burst| format!("servers = 9\nbucket = {{ rate = \"430/s\", burst = {burst} }}"));
    falling("outcome.throttled", &buckets.each_ref().map(String::as_str));
}

/// What the tally of a network is by one way of going through its events.
fn by(way: Way, network: &Network, seed: u64) -> Tally {
    simulate_by(way, network, &window(300, 3_000), RunKey::new(seed, 0), &AtomicBool::new(false)).unwrap()
}

/// What no way may change: everything but the audit (see `Way`).
fn but_for_the_audit(tally: Tally) -> Tally {
    Tally { audit: Audit::default(), ..tally }
}

#[test]
fn all_ways_through_a_network_give_the_same_tally() {
    let mut seen = [0_u32; 5];
    for seed in 1..=4 * NETWORKS {
        let mut plan = plan(seed, Kind::Any);
        if seed % 2 == 0 {
            (plan.timeout, plan.retries) = (None, None);
        }
        if seed % 3 == 0 {
            plan.hops.truncate(1);
        }
        let network = network(&scenario(&plan.text(3_000, 1)));
        seen[Way::of(&network) as usize] += 1;
        let full = by(Way::Full, &network, seed);
        for shorter in Way::all_of(&network).into_iter().skip(2) {
            assert!(by(shorter, &network, seed) == full, "network {seed}, {shorter:?}: {plan:#?}");
        }
        let mut reference = but_for_the_audit(by(Way::Reference, &network, seed));
        let mut full = but_for_the_audit(full);
        if plan.timeout.is_some() {
            // What is done for clients that have given up is cut off where the run ends.
            reference.hops.clear();
            full.hops.clear();
        }
        assert!(reference == full, "network {seed}: {plan:#?}");
    }
    let of = |way: Way| seen[way as usize];
    assert!([Way::Full, Way::Open, Way::Short].into_iter().all(|way| of(way) > 15), "every way occurs: {seen:?}");
}

/// AWS paths in every state: short of connections, of new flows, of tokens, of time and of servers.
#[test]
fn the_way_of_a_path_agrees_with_the_others() {
    let five = "[services]\ncount = 5\n";
    let states = [
        format!("{five}[network]\nconnection_reuse = 0.5\n"),
        format!("{five}[network]\nconnection_reuse = 0.0\n[quotas]\n\"elb.nlb-new-flows\" = 600\n"),
        format!("{five}[gateway]\nstage_throttle = {{ rate = \"900/s\", burst = 20 }}\n"),
        format!("{five}[gateway]\nintegration_timeout = \"60ms\"\n"),
        format!("{five}targets = 1\nconcurrency = 1\nqueue = 2\ntime = {{ exponential = {{ mean = \"4ms\" }} }}\n"),
    ];
    let mut ended = [0_u64; 4];
    for option in ["http-fan-out", "rest-shared-nlb", "rest-link-per-service", "rest-nlb-alb", "rest-alb-direct"] {
        for (state, seed) in states.iter().zip(1..) {
            let text = format!("options = [\"{option}\"]\n[workload]\nrate_per_service = \"200/s\"\n{state}");
            let network = network_of(&scenario(&text), 5);
            assert_eq!(Way::of(&network), Way::Path, "{text}");
            let full = by(Way::Full, &network, seed);
            assert!(by(Way::Path, &network, seed) == full, "{text}");
            let ends = &full.outcomes;
            let counts = [ends.ok, ends.throttled, ends.rejected, ends.failed_total()];
            ended.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    assert!(ended.iter().all(|&count| count > 100), "every end occurs: {ended:?}");
}

#[test]
fn all_ways_through_a_network_that_changes_give_the_same_tally() {
    let mut seen = [0_u32; 5];
    for seed in 1..=2 * NETWORKS {
        let mut plan = changing(seed);
        (plan.timeout, plan.retries) = if seed % 2 == 0 { (None, None) } else { (None, plan.retries) };
        let mut network = network(&scenario(&plan.text(3_000, 1)));
        change(&mut network, &plan);
        seen[Way::of(&network) as usize] += 1;
        let full = by(Way::Full, &network, seed);
        for shorter in Way::all_of(&network).into_iter().skip(2) {
            assert!(by(shorter, &network, seed) == full, "network {seed}, {shorter:?}: {plan:#?}");
        }
        let reference = but_for_the_audit(by(Way::Reference, &network, seed));
        assert!(reference == but_for_the_audit(full), "network {seed}: {plan:#?}");
    }
    assert!(seen[Way::Full as usize] > 15 && seen[Way::Open as usize] > 15, "{seen:?}");
}

/// An AWS path with connections, deadlines and the SDK's retries, whose ends are events in every way.
#[test]
fn the_reference_agrees_on_an_aws_path() {
    let text = "options = [\"rest-nlb-alb\"]\n[services]\ncount = 6\n[workload]\nrate_per_service = \"300/s\"\n\
                [client]\nretries = { policy = \"aws-sdk-standard\" }\n";
    for seed in 1..=3 {
        let network = network(&scenario(text));
        let full = but_for_the_audit(by(Way::Full, &network, seed));
        assert!(but_for_the_audit(by(Way::Reference, &network, seed)) == full, "{seed}");
        assert!(full.outcomes.total() == 3_000 && full.outcomes.ok > 2_000, "{:?}", full.outcomes);
    }
}
