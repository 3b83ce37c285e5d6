//! What happens over time: windows that a plain simulator counts alike, an ensemble that follows the exact transient, and retry storms
//! that stay when their trigger is gone.

use std::sync::atomic::AtomicBool;

use gatecap::engine::network::Slicing;
use gatecap::engine::timeline::Slice;
use gatecap::engine::{Network, Tally, Way, Window, simulate_by};
use gatecap::random::RunKey;
use serde_json::Value;

use crate::measure::{network, scenario};
use crate::naive::Naive;
use crate::networks::{Kind, Plan, impatient, plan};
use crate::program::{repository, run};

/// Requests that the plain simulator follows.
const FOLLOWED: u64 = 400;

/// A tally with windows, measured from their beginning to their end.
fn sliced(way: Way, network: &Network, slices: Slicing, seed: u64) -> Tally {
    let window = Window {
        warmup_ns: slices.from,
        warmup_requests: 0,
        requests: u64::MAX,
        until_ns: slices.end,
        observe: Vec::new(),
        slices: Some(slices),
    };
    simulate_by(way, network, &window, RunKey::new(seed, 0), &AtomicBool::new(false)).unwrap()
}

fn agree(seed: u64, plan: &Plan) {
    let network = network(&scenario(&plan.text(FOLLOWED, 1)));
    let naive = Naive::run(plan, &network, RunKey::new(seed, 0), FOLLOWED);
    let end = naive.arrival(FOLLOWED - 1);
    let slices = Slicing { from: end / 7, length: end / 9 + 1, end };
    let tally = sliced(Way::Full, &network, slices, seed);
    assert_eq!(tally.slices.len(), 8, "network {seed}");
    for (index, slice) in tally.slices.iter().enumerate() {
        let Slice { arrivals, attempts, ended, answered, in_system, .. } = *slice;
        let plainly = naive.slice(slices.span(index));
        assert_eq!(
            [arrivals, attempts, ended, answered, in_system],
            plainly,
            "network {seed}, window {index}: {plan:#?}"
        );
        assert_eq!((slice.outcomes.total(), slice.latency.count()), (arrivals, slice.outcomes.ok), "network {seed}");
    }
    let sum = |f: fn(&Slice) -> u64| tally.slices.iter().map(f).sum::<u64>();
    assert_eq!((sum(|s| s.arrivals), sum(|s| s.outcomes.ok)), (tally.requests, tally.outcomes.ok), "network {seed}");
}

#[test]
fn a_plain_simulator_counts_the_same_in_every_window() {
    for seed in 1..=30 {
        agree(seed, &plan(seed, Kind::Naive));
        agree(seed, &impatient(seed));
    }
}

#[test]
fn every_way_counts_the_same_windows_and_all_else_is_as_without() {
    let mut shortest = [0_u32; 5];
    for seed in 1..=40 {
        let mut plan = plan(seed, Kind::Any);
        if seed % 2 == 0 {
            (plan.timeout, plan.retries) = (None, None);
        }
        if seed % 3 == 0 {
            plan.hops.truncate(1);
        }
        let network = network(&scenario(&plan.text(3_000, 1)));
        let way = Way::of(&network);
        shortest[way as usize] += 1;
        let slices = Slicing { from: 1_000_000_000, length: 700_000_000, end: 9_000_000_000 };
        let by = |way| sliced(way, &network, slices, seed).slices;
        let full = by(Way::Full);
        for other in Way::all_of(&network) {
            assert!(by(other) == full, "network {seed}, {other:?}: {plan:#?}");
        }
        // What is there at an end is what was there before, and who came, less who went.
        for pair in full.windows(2) {
            let kept = pair[0].in_system + pair[1].arrivals;
            assert_eq!(pair[1].in_system, kept - pair[1].ended, "network {seed}");
        }
        let without =
            Window { slices: None, warmup_ns: slices.from, until_ns: slices.end, requests: u64::MAX, ..window() };
        let plain = simulate_by(way, &network, &without, RunKey::new(seed, 0), &AtomicBool::new(false)).unwrap();
        let with = Tally { slices: Vec::new(), audit: plain.audit.clone(), ..sliced(way, &network, slices, seed) };
        assert!(with == plain, "network {seed}: windows change nothing else");
    }
    let of = |way: Way| shortest[way as usize];
    assert!([Way::Full, Way::Open, Way::Short].into_iter().all(|way| of(way) > 4), "every way occurs: {shortest:?}");
}

fn window() -> Window {
    crate::measure::window(0, 1)
}

/// An M/M/4 queue, 300/s on servers of 100/s each, of which two are removed from t = 0 to 10 s, and finish what they have. States: n in
/// the system, and how many more than two are at work while two are too many. Uniformisation: Jensen (1953); Stewart, *Introduction to
/// the Numerical Solution of Markov Chains* (1994), 8.2.
struct Drop {
    /// By removed servers still at work (0 to 2), then by number in the system.
    p: [Vec<f64>; 3],
}

/// Six standard deviations above the most that two servers leave behind.
const MOST: usize = 1_450;
const ARRIVALS: f64 = 300.0;
const SERVICE: f64 = 100.0;
/// Rate at which the chain is looked at: no state is left faster.
const UNIFORM: f64 = ARRIVALS + 4.0 * SERVICE;

impl Drop {
    fn stationary() -> Drop {
        let mut p = vec![0.0; MOST + 1];
        p[0] = 1.0;
        for n in 1..=MOST {
            p[n] = p[n - 1] * ARRIVALS / (SERVICE * n.min(4) as f64);
        }
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
        Drop { p: [p, vec![0.0; MOST + 1], vec![0.0; MOST + 1]] }
    }

    /// Two servers go: who they serve stays with them.
    fn lose(&mut self) {
        let all = std::mem::replace(&mut self.p, std::array::from_fn(|_| vec![0.0; MOST + 1]));
        for (n, p) in all[0].iter().enumerate() {
            self.p[n.min(4).saturating_sub(2)][n] += p;
        }
    }

    /// Two servers come: whoever is left with a removed one stays there, and it is one of the four again.
    fn regain(&mut self) {
        for extra in [1, 2] {
            let rest = std::mem::replace(&mut self.p[extra], vec![0.0; MOST + 1]);
            self.p[0].iter_mut().zip(rest).for_each(|(p, more)| *p += more);
        }
    }

    /// One look at the chain with so many servers.
    fn step(&mut self, servers: usize) {
        let mut next: [Vec<f64>; 3] = std::array::from_fn(|_| vec![0.0; MOST + 1]);
        for extra in 0..3 {
            for n in 0..=MOST {
                let p = self.p[extra][n];
                if p == 0.0 {
                    continue;
                }
                let come = p * ARRIVALS / UNIFORM;
                next[extra][(n + 1).min(MOST)] += come;
                let busy = n.min(servers + extra);
                let go = p * SERVICE * busy as f64 / UNIFORM;
                if busy > 0 {
                    next[if extra > 0 { extra - 1 } else { 0 }][n - 1] += go;
                }
                next[extra][n] += p - come - go;
            }
        }
        self.p = next;
    }

    /// A second passes, a tenth at a time: the number of looks in a tenth is Poisson with mean 70.
    fn second(&mut self, servers: usize) {
        for _ in 0..10 {
            let mut sum: [Vec<f64>; 3] = std::array::from_fn(|_| vec![0.0; MOST + 1]);
            let mut weight = (-UNIFORM / 10.0).exp();
            // Beyond 150 lie 1e-15 of all.
            for looks in 1..=150 {
                for (sum, p) in sum.iter_mut().flatten().zip(self.p.iter().flatten()) {
                    *sum += weight * p;
                }
                self.step(servers);
                weight *= UNIFORM / 10.0 / f64::from(looks);
            }
            self.p = sum;
        }
    }

    fn mean(&self) -> f64 {
        self.p.iter().flat_map(|p| p.iter().enumerate()).map(|(n, p)| n as f64 * p).sum()
    }
}

#[test]
fn the_mean_over_windows_follows_the_exact_transient() {
    let text = "seed = 7\n[workload]\nrate = \"300/s\"\n[run]\nduration = \"60s\"\nwarmup = \"5s\"\nreplications = 60\nwindows = \"5s\"\n\
                [[event]]\nat = \"0s\"\nuntil = \"10s\"\nhop = \"service\"\nservers = 2\n\
                [[hop]]\nname = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 4\n";
    let document = document(text, &[]);
    let timeline = &document["timeline"][0];
    let mut chain = Drop::stationary();
    assert!((chain.mean() - 4.528_301_9).abs() < 1e-6, "Erlang C: {}", chain.mean());
    chain.lose();
    for window in 0..6 {
        if window == 2 {
            chain.regain();
        }
        (0..5).for_each(|_| chain.second(if window < 2 { 2 } else { 4 }));
        let (exact, measured) = (chain.mean(), &timeline["metrics"]["in_system"][window]);
        let [value, low, high] = ["value", "low", "high"].map(|key| measured[key].as_f64().unwrap());
        // Twice the half-width of a 95 % interval: four standard errors.
        assert!((value - exact).abs() < high - low, "window {window}: {value} ({low} to {high}), exactly {exact}");
        assert!(
            window != 1 || (exact - 1_003.6).abs() < 3.0,
            "pub-23 has 1005.2 with requests that return to the queue: {exact}"
        );
    }
    let recovery = &timeline["recovery"];
    assert_eq!(recovery["recovered"]["value"], 1.0, "{recovery}");
    let seconds = recovery["seconds"]["value"].as_f64().unwrap();
    // A backlog of 1,000 falls by 100/s; the last of it is slow, and a window is 5 s long.
    assert!((10.0..=20.0).contains(&seconds), "{recovery}");
}

fn document(text: &str, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let ran = run(folder.path(), &[&["run", "a.toml", "--json", "--quiet"], more].concat());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn what_if(file: &str, more: &[&str]) -> Value {
    let file = format!("scenarios/what-if/{file}");
    let ran = run(repository(), &[&["run", &file, "--json", "--quiet"], more].concat());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The share of seeds that recover from each length, by milliseconds.
fn shares(search: &Value) -> Vec<(u64, f64)> {
    let tried = search["tried"].as_array().unwrap().iter();
    tried
        .map(|t| ((1e3 * t["seconds"].as_f64().unwrap()).round() as u64, t["recovered"]["value"].as_f64().unwrap()))
        .collect()
}

#[test]
fn by_the_clock_a_short_slowdown_passes_and_a_long_one_stays() {
    let document = what_if("retry-storm-constant.toml", &[]);
    let search = &document["triggers"][0];
    let tried = shares(search);
    assert!(tried.iter().all(|&(ms, share)| (share == 1.0 || ms > 600) && (share == 0.0 || ms < 1_200)), "{tried:?}");
    assert!(
        search["all_recover_s"].as_f64() >= Some(0.6) && search["none_recovers_s"].as_f64() <= Some(1.2),
        "{search}"
    );
    // The event of the file itself lasts 1.2 s.
    let timeline = &document["timeline"][0];
    assert_eq!(timeline["recovery"]["metastable"]["value"], 1.0, "{}", timeline["recovery"]);
    let amplification = timeline["metrics"]["amplification"].as_array().unwrap();
    assert_eq!(
        (&amplification[5]["value"], &amplification[75]["value"]),
        (&1.into(), &4.into()),
        "all four attempts in the end"
    );
    assert_eq!(timeline["in_force"][20], serde_json::json!([0]));
    assert_eq!(timeline["metrics"]["outcome.ok"][75]["value"], 0);
}

#[test]
fn by_chance_there_is_a_range_between_and_a_budget_closes_it() {
    let few = ["--set", "trigger.seeds=12", "--replications", "4"];
    let document = what_if("retry-storm-poisson.toml", &few);
    let search = &document["triggers"][0];
    for (ms, share) in shares(search) {
        assert!((share == 1.0 || ms > 200) && (share == 0.0 || ms < 3_000), "{ms} ms: {share}");
    }
    let changes = search["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 7, "{changes:?}");
    let share_with = |name: &str| {
        let change = changes.iter().find(|change| change["name"].as_str().unwrap().starts_with(name));
        change.unwrap()["recovered"]["value"].as_f64().unwrap()
    };
    assert_eq!((share_with("a retry budget"), share_with("no retries")), (1.0, 1.0), "{changes:?}");
    let paid = what_if("retry-storm-budget.toml", &few);
    let tried = shares(&paid["triggers"][0]);
    assert!(tried.len() >= 2 && tried.iter().all(|&(_, share)| share == 1.0), "{tried:?}");
    assert_eq!(paid["triggers"][0]["none_recovers_s"], Value::Null);
    assert_eq!(paid["timeline"][0]["recovery"]["recovered"]["value"], 1.0);
}

#[test]
fn what_makes_no_search_is_said_where_it_is_written() {
    let base = "[workload]\nrate = \"50/s\"\n[run]\nduration = \"20s\"\n[[event]]\nat = \"5s\"\nuntil = \"6s\"\nhop = \"a\"\n\
                time_factor = 2.0\n[[hop]]\nname = \"a\"\nservers = 4\ntime = { constant = \"25ms\" }\n";
    for (trigger, message) in [
        ("event = 2\nfrom = \"1s\"\nto = \"2s\"", "there is no event 2: the scenario has 1 `[[event]]`"),
        ("from = \"2s\"\nto = \"1s\"", "it must be above `from`, which is `2s`"),
        ("from = \"1s\"\nto = \"15s\"", "the event starts at `5s` and must be over by `18.5s`"),
        ("from = \"1s\"\nto = \"13600ms\"", "takes 3 windows of `500ms` before the `duration`, `20s`, is over"),
        ("from = \"1ns\"\nto = \"2ns\"", "`from` is `1ns`, but it must be `1us` or more"),
        ("from = \"1s\"\nto = \"2s\"\nresolution = \"1ns\"", "`resolution` is `1ns`, but it must be `1us` or more"),
        ("to = \"2s\"", "`from` is missing"),
        ("from = \"1s\"\nto = \"2s\"\nseeds = 1", "`seeds` is 1, but it must be a whole number from 2 to 10,000"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.toml"), format!("{base}[trigger]\n{trigger}\n")).unwrap();
        let ran = run(folder.path(), &["run", "a.toml", "--quiet"]);
        assert!(ran.status == 2 && ran.stderr.contains(message), "{trigger}: {ran:?}");
    }
    for (windows, message) in [
        ("windows = \"1ms\"", "20000 windows, and 1000 are the most"),
        ("windows = \"30s\"", "it may be at most the `duration`, which is `20s`"),
        ("windows = 3", "it needs a unit"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let text = base.replace("duration = \"20s\"\n", &format!("duration = \"20s\"\n{windows}\n"));
        std::fs::write(folder.path().join("a.toml"), text).unwrap();
        let ran = run(folder.path(), &["run", "a.toml", "--quiet"]);
        assert!(ran.status == 2 && ran.stderr.contains(message), "{windows}: {ran:?}");
    }
}

#[test]
fn what_the_run_is_too_short_to_see_is_neither_back_nor_lost() {
    let folder = tempfile::tempdir().unwrap();
    let shown = |at: &str, until: &str, trigger: &str| {
        let text = format!(
            "[workload]\nrate = \"50/s\"\n[client]\ntimeout = \"200ms\"\n[run]\nduration = \"40s\"\nwarmup = \"1s\"\n\
             replications = 4\nwindows = \"500ms\"\n[[event]]\nat = \"{at}\"\nuntil = \"{until}\"\nhop = \"service\"\n\
             time_factor = 1.0001\n{trigger}[[hop]]\nname = \"service\"\ntime = {{ constant = \"25ms\" }}\nservers = 4\n"
        );
        std::fs::write(folder.path().join("a.toml"), text).unwrap();
        run(folder.path(), &["run", "a.toml", "--quiet"])
    };
    for until in ["39s", "100s"] {
        let ran = shown("10s", until, "");
        assert!(ran.status == 0 && ran.stdout.contains(" not seen\n"), "{until}: {ran:?}");
    }
    assert!(shown("10s", "38500ms", "").stdout.contains(" 0 s\n"), "three windows are enough");
    let outside = shown("50s", "100s", "");
    let said = "`at` is `50s`, but the run ends after its `duration`, `40s`, before this event begins";
    assert!(outside.status == 2 && outside.stderr.contains(said), "{outside:?}");
    assert!(outside.stderr.contains("1 error in a.toml"), "and nothing else is wrong: {outside:?}");
    // As long as it may last, the event still does nothing.
    let search = |to: &str| shown("10s", "13s", &format!("[trigger]\nfrom = \"1s\"\nto = \"{to}\"\nseeds = 20\n"));
    let harmless = search("28500ms");
    assert!(harmless.stdout.contains("All 20 seeds recover from every length tried, up to 28.5 s"), "{harmless:?}");
    assert_eq!(search("28501ms").status, 2);
}
