//! Sequential stopping: rounds until an interval is narrow enough, what ended them, and whether intervals still cover.

use gatecap::experiment::Outcome;
use gatecap::scenario::Scenario;
use rayon::prelude::*;

use crate::measure::{outcome, scenario};
use crate::program::with_input;

/// M/M/1 at rho 0.5 in rounds of `round`, until `metric` is known to `relative`.
fn queue(round: u32, metric: &str, relative: f64, most: u32, requests: u32) -> Scenario {
    scenario(&text(round, metric, relative, most, requests))
}

fn text(round: u32, metric: &str, relative: f64, most: u32, requests: u32) -> String {
    format!(
        "[workload]\nrate = \"50/s\"\n[run]\nrequests = {requests}\nwarmup = 500\nreplications = {round}\n\
         precision = {{ metric = \"{metric}\", relative = {relative}, max_replications = {most} }}\n\
         [[hop]]\nname = \"service\"\ntime = {{ exponential = {{ mean = \"10ms\" }} }}\nservers = 1\n"
    )
}

fn ended(outcome: &Outcome) -> (&str, u32) {
    (outcome.point.stopped_by.as_deref().unwrap(), outcome.point.replications)
}

fn relative(outcome: &Outcome, metric: &str) -> f64 {
    outcome.measured.estimate(metric, 0.95).unwrap().relative_half_width().unwrap()
}

#[test]
fn the_first_round_that_is_narrow_enough_is_the_last() {
    let reached = outcome(&queue(5, "latency.mean", 0.02, 200, 2_000));
    let (by, replications) = ended(&reached);
    assert!(by == "precision" && replications > 5 && replications.is_multiple_of(5), "{by} {replications}");
    assert!(relative(&reached, "latency.mean") <= 0.02 / 1.02);
    let mut before = queue(5, "latency.mean", 0.02, 200, 2_000);
    (before.run.precision, before.run.replications) = (None, replications - 5);
    let before = outcome(&before);
    assert!(relative(&before, "latency.mean") > 0.02 / 1.02);
    // Rounds only add: what they began with is what fewer replications measured.
    assert_eq!(
        before.series("latency.mean").unwrap().values[..],
        reached.series("latency.mean").unwrap().values[..replications as usize - 5]
    );
}

#[test]
fn the_cap_ends_it_and_says_how_far_it_came() {
    let capped = outcome(&queue(4, "latency.mean", 0.001, 10, 1_000));
    assert_eq!(ended(&capped), ("max_replications", 10));
    let warning = capped.point.warnings.iter().find(|warning| warning.kind == "precision_not_reached").unwrap();
    let reached = format!("{:.2} %", 100.0 * relative(&capped, "latency.mean"));
    assert!(warning.message.contains(&reached) && warning.message.contains("0.1 %"), "{}", warning.message);
}

#[test]
fn what_has_no_interval_is_not_waited_for() {
    // A p99 of 1,000 requests has ten samples beyond it in a replication, however many replications there are.
    let withheld = outcome(&queue(5, "latency.p99", 0.1, 200, 1_000));
    assert_eq!(ended(&withheld), ("withheld", 5));
    let mut overloaded = queue(5, "latency.mean", 0.1, 200, 1_000);
    overloaded.workload.load = gatecap::scenario::Load::Total(gatecap::units::Rate::new(150.0).unwrap());
    assert_eq!(ended(&outcome(&overloaded)), ("withheld", 5));
    overloaded.run.precision.as_mut().unwrap().metric = "rate.goodput".into();
    assert_ne!(ended(&outcome(&overloaded)).0, "withheld", "rates are known of an unstable point");
}

#[test]
fn a_share_near_nothing_is_narrow_enough() {
    let lossy =
        scenario(&text(5, "outcome.rejected", 0.01, 100, 5_000).replace("servers = 1", "servers = 1\nqueue = 9"));
    let outcome = outcome(&lossy);
    let interval = outcome.measured.estimate("outcome.rejected", 0.95).unwrap();
    assert!(interval.value > 0.0 && interval.relative_half_width().unwrap() > 0.01, "{interval:?}");
    assert_eq!(ended(&outcome).0, "precision");
    assert!(interval.half_width().unwrap() <= 1e-4, "{interval:?}");
}

#[test]
fn a_single_replication_is_no_end() {
    assert_eq!(ended(&outcome(&queue(1, "rate.offered", 0.9, 200, 1_000))), ("precision", 5));
}

#[test]
fn any_number_of_threads_stops_at_the_same_round() {
    let scenario = queue(4, "latency.mean", 0.02, 200, 2_000);
    let document = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        serde_json::to_string(&pool.install(|| outcome(&scenario)).point).unwrap()
    };
    let one = document(1);
    assert!(one.contains("\"stopped_by\":\"precision\""));
    assert!([2, 8].into_iter().all(|threads| document(threads) == one));
}

/// The flag is the size of a round, and everything that people and programs read says what ended them.
#[test]
fn the_flag_sets_the_round_and_the_screen_tells_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let input = text(10, "latency.mean", 0.02, 200, 2_000);
    let ran = with_input(folder.path(), &["run", "-", "--replications", "7", "--quiet"], input.as_bytes());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("precision: latency.mean to 2 %, reached at one point after "), "{}", ran.stdout);
    let ran = with_input(folder.path(), &["run", "-", "--replications", "7", "--json"], input.as_bytes());
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let point = &document["points"][0];
    assert!(point["replications"].as_u64().unwrap().is_multiple_of(7) && point["stopped_by"] == "precision");
    assert_eq!(document["wanted"]["precision"]["relative"], 0.02);
    let ran = with_input(folder.path(), &["run", "-", "--replications", "201"], input.as_bytes());
    assert!(ran.status == 2 && ran.stderr.contains("at least the 201 `replications` of a round"), "{}", ran.stderr);
}

/// Pairs of options that stopped at different rounds are compared over the replications that both have.
#[test]
fn unequal_numbers_are_compared_over_the_common_ones() {
    let folder = tempfile::tempdir().unwrap();
    let options = "options = [\"http-fan-out\", \"rest-nlb-alb\"]\n[services]\ncount = 2\n[run]\nrequests = 10_000\n";
    let differences = |run: &str| {
        let ran = with_input(folder.path(), &["run", "-", "--json"], format!("{options}{run}").as_bytes());
        let document: serde_json::Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        let replications = |i: usize| document["points"][i]["replications"].as_u64().unwrap();
        ((replications(0), replications(1)), document["comparisons"].clone())
    };
    let precise = |relative: f64| {
        format!("replications = 2\nprecision = {{ metric = \"latency.p99\", relative = {relative} }}\n")
    };
    let mut found = [0.03, 0.025, 0.02, 0.018, 0.016].into_iter().map(|relative| differences(&precise(relative)));
    let unequal = found.find(|((a, b), _)| a != b).unwrap();
    let common = unequal.0.0.min(unequal.0.1);
    assert_eq!(differences(&format!("replications = {common}\n")).1, unequal.1);
}

/// Rounds of ten until the mean is known to 5 %: stopping when the spread is small by chance must not cost coverage.
#[test]
fn intervals_cover_after_stopping() {
    let base = queue(10, "latency.mean", 0.05, 200, 500);
    let covered = |seed: u64| {
        let outcome = outcome(&Scenario { seed, ..base.clone() });
        assert_eq!(outcome.point.stopped_by.as_deref(), Some("precision"));
        let interval = outcome.measured.estimate("latency.mean", 0.95).unwrap();
        (usize::from(interval.low.unwrap() <= 20.0 && 20.0 <= interval.high.unwrap()), outcome.point.replications)
    };
    let all: Vec<(usize, u32)> = (1..=100_u64).into_par_iter().map(covered).collect();
    let covered: usize = all.iter().map(|run| run.0).sum();
    println!("{covered} of 100 after {:?} replications", all.iter().map(|run| run.1).max());
    assert!(all.iter().any(|run| run.1 > 10), "some need more than one round");
    assert!((87..=100).contains(&covered), "{covered} of 100 intervals contain the mean");
}
