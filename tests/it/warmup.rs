//! The automatic warm-up: where pilots are run and where not, one cut for all options, and what is withheld where none is found.

use gatecap::experiment::judge::{Verdict, condition};
use gatecap::experiment::warmup::{Cut, cut, floor};
use gatecap::experiment::{Control, Outcome, PointSpec};
use gatecap::scenario::Scenario;
use rayon::prelude::*;

use crate::measure::{outcome, scenario};
use crate::program::run;

fn found(scenario: &Scenario) -> Cut {
    cut(scenario, gatecap::experiment::operating_services(scenario), &Control::default()).unwrap()
}

fn queue(run: &str, rest: &str) -> Scenario {
    let station = "[[hop]]\nname = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 1\n";
    scenario(&format!("[workload]\nrate = \"80/s\"\n[run]\n{run}\n{station}{rest}"))
}

#[test]
fn what_the_scenario_says_or_theory_decides_needs_no_pilot() {
    for run in ["warmup = 20_000", "warmup = 0", "warmup = \"30s\""] {
        let found = found(&queue(run, ""));
        assert!(found.pilots.is_empty() && !found.auto && found.doubt(0).is_none(), "{run}");
    }
    let control = Control::default();
    let mut scenario = queue("requests = 5_000", "");
    scenario.workload.load = gatecap::scenario::Load::Total(gatecap::units::Rate::new(120.0).unwrap());
    assert!(cut(&scenario, 1, &control).unwrap().pilots.is_empty(), "utilisation 1.2");
    assert_eq!(control.requests(), 0, "nothing is simulated");
}

/// Pilots have draws of their own: the same cut, stated, measures the same.
#[test]
fn pilots_move_no_draw() {
    let mut scenario = queue("requests = 3_000", "");
    let cut = found(&scenario);
    assert_eq!(cut.pilots.len(), 1);
    assert_eq!((cut.pilots[0].mean.len(), cut.pilots[0].option), (200, 0));
    let auto = outcome(&scenario).point;
    assert_eq!(auto.warmup_s, cut.ns as f64 / 1e9);
    scenario.run.warmup = gatecap::scenario::Warmup::Time(gatecap::units::Duration(cut.ns));
    assert_eq!(outcome(&scenario).point.metrics, auto.metrics);
}

#[test]
fn options_share_one_cut_and_threads_change_nothing() {
    let scenario =
        scenario("[workload]\nrate = \"300/s\"\n[run]\nrequests = 200\nreplications = 2\n[services]\ncount = 3\n");
    let control = Control::default();
    let found = found(&scenario);
    assert_eq!(found.pilots.iter().map(|pilot| pilot.option).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    let longest = found.pilots.iter().filter_map(|pilot| pilot.settled_ns).max().unwrap();
    assert_eq!(found.ns, longest.max(found.floor_ns));
    assert_eq!(found.floor_ns, floor(&scenario, 3).ns);
    let warmups = (0..5).map(|option| {
        let spec = PointSpec { scenario: &scenario, option, services: 3, detail: false };
        spec.run(&control).unwrap().point.warmup_s
    });
    assert!(warmups.into_iter().all(|seconds| seconds == found.ns as f64 / 1e9));
    for threads in [1, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| self::found(&scenario)), found, "{threads} threads");
    }
}

/// The number in the system of clients that never think is constant; what moves is how many complete.
#[test]
fn closed_clients_are_watched_by_completions() {
    let hops = "[[hop]]\nname = \"first\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 1\n\
                [[hop]]\nname = \"second\"\ntime = { exponential = { mean = \"9ms\" } }\nservers = 1\n";
    let text = format!("[workload]\nclients = 30\nthink = {{ constant = \"0s\" }}\n[run]\nrequests = 5_000\n{hops}");
    let found = found(&scenario(&text));
    let pilot = &found.pilots[0];
    assert_eq!(found.requests, 500);
    let early = pilot.mean[0];
    let late = pilot.mean[100..].iter().sum::<f64>() / 100.0;
    let seconds = pilot.step_ns as f64 / 1e9;
    assert!(early < late && (70.0..101.0).contains(&(late / seconds)), "{early} {late} each {seconds} s");
}

/// M/M/1 at rho 1.5 whose callers leave after 10 s on average: 50 of 150 a second must leave, so that 500 wait. No relaxation
/// time is known beforehand, and filling takes far longer than a tenth of the run: from there, intervals lie wholly below.
#[test]
fn pilots_find_what_no_floor_knows() {
    let text = "[workload]\nrate = \"150/s\"\n[run]\nrequests = 10_000\n[[hop]]\nname = \"service\"\n\
                time = { exponential = { mean = \"10ms\" } }\nservers = 1\n\
                patience = { exponential = { mean = \"10s\" } }\n";
    let scenario = scenario(text);
    let holds = |outcome: &Outcome| {
        let interval = outcome.measured.estimate("in_system.mean", 0.95).unwrap();
        interval.low.unwrap() <= 501.0 && 501.0 <= interval.high.unwrap()
    };
    let spec = PointSpec { scenario: &scenario, option: 0, services: 1, detail: false };
    let control = Control::default();
    let found = found(&scenario);
    assert!(found.pilots[0].settled_ns.unwrap() > 2 * found.floor_ns, "{found:?}");
    assert!(holds(&spec.run_from(&found, &control).unwrap()));
    assert!(!holds(&spec.run_from(&floor(&scenario, 1), &control).unwrap()), "the floor alone is too early");
}

/// Patience of an hour at twice the load: what is in the system rises for an hour, whatever is measured before.
#[test]
fn what_does_not_settle_is_refused() {
    let text = "[workload]\nrate = \"200/s\"\n[run]\nrequests = 3_000\n[[hop]]\nname = \"service\"\n\
                time = { exponential = { mean = \"10ms\" } }\nservers = 1\npatience = { constant = \"1h\" }\n\
                [objectives]\nhold = [\"latency.mean <= 1h\"]\n";
    let scenario = scenario(text);
    let found = found(&scenario);
    assert_eq!((found.pilots[0].settled_ns, found.ns), (None, found.floor_ns));
    assert!(found.doubt(0).unwrap().contains("MSER-5"));
    // Too few replications to see the growth in the measured runs: all the more may nothing be made of their latencies.
    let mut short = scenario.clone();
    short.run.replications = 1;
    let outcome = outcome(&short);
    let warned = outcome.point.warnings.iter().find(|warning| warning.kind == "warmup_not_reached").unwrap();
    assert!(warned.message.contains("withheld"), "{}", warned.message);
    let verdict = condition(&outcome, &scenario.objectives[0]);
    assert_eq!(verdict, Verdict::Undecided { meets: true });
}

#[test]
fn a_floor_beyond_twenty_runs_withholds_what_needs_a_steady_state() {
    let mut scenario = queue("requests = 100", "");
    scenario.workload.load = gatecap::scenario::Load::Total(gatecap::units::Rate::new(98.0).unwrap());
    let outcome = outcome(&scenario);
    let estimate = |metric: &str| outcome.point.metrics[metric];
    assert!(estimate("latency.mean").value.is_some() && estimate("latency.mean").low.is_none());
    assert!(estimate("hop.service.wait.mean").low.is_none() && estimate("in_system.mean").high.is_none());
    assert!(estimate("rate.offered").low.is_some() && estimate("outcome.ok").low.is_none());
    assert!(outcome.point.warnings.iter().any(|warning| warning.kind == "warmup_not_reached"));
}

#[test]
fn the_chart_is_drawn_on_request_and_only_there() {
    let folder = tempfile::tempdir().unwrap();
    let quick = ["run", "--requests", "500", "--replications", "2", "--quiet"];
    let with = |more: &[&str]| run(folder.path(), &[&quick, more].concat());
    let drawn = with(&["--warmup-chart", "a/warmup.svg", "--json"]);
    assert_eq!((drawn.status, drawn.stderr.as_str()), (0, ""));
    let svg = std::fs::read_to_string(folder.path().join("a/warmup.svg")).unwrap();
    assert!(svg.contains("Where measuring begins") && svg.contains("measured from here"));
    let document: serde_json::Value = serde_json::from_str(&drawn.stdout).unwrap();
    let pilots = &document["warmup"];
    assert_eq!(pilots["curves"].as_array().unwrap().len(), 5);
    assert_eq!(pilots["cut_s"], document["points"][0]["warmup_s"]);
    assert!(!with(&["--json"]).stdout.contains("\"warmup\""));
    let stated = with(&["--warmup-chart", "b.svg", "--set", "run.warmup=3s"]);
    assert!(stated.status == 2 && stated.stderr.contains("run.warmup=auto"), "{}", stated.stderr);
    let other = with(&["--warmup-chart", "b.pdf"]);
    assert!(other.status == 2 && other.stderr.contains("`b.pdf`"), "{}", other.stderr);
    assert!(!folder.path().join("b.pdf").exists() && !folder.path().join("b.svg").exists());
}

/// 1,000 requests of M/M/1 at rho 0.8, started empty each time. Without a warm-up 86 of 100 intervals contain the mean, with
/// MSER-5 on each replication 69; fewer than 87 come once in a thousand times where 95 are promised.
#[test]
fn short_runs_from_empty_still_cover() {
    let base = queue("requests = 1_000\nreplications = 10", "");
    let covered = |seed: u64| {
        let interval = outcome(&Scenario { seed, ..base.clone() }).measured.estimate("latency.mean", 0.95).unwrap();
        usize::from(interval.low.unwrap() <= 50.0 && 50.0 <= interval.high.unwrap())
    };
    let covered: usize = (1..=100_u64).into_par_iter().map(covered).sum();
    println!("{covered} of 100");
    assert!((87..=100).contains(&covered), "{covered} of 100 intervals contain the mean");
}
