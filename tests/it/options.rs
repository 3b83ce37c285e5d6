//! The options of the comparison: ladders against the count that they summarise, and paths that behave as they must.

use gatecap::aws::ceilings::{Kind, fits, ladder};
use gatecap::aws::option::ArchitectureOption;
use gatecap::aws::system::{QuotaValue, System};
use gatecap::experiment::{Control, Outcome, PointSpec};
use gatecap::random::{RunKey, StreamId};
use gatecap::scenario::{Model, Scenario};

use crate::measure::{scenario, value};

fn system(scenario: &Scenario) -> &System {
    match &scenario.model {
        Model::Options(system) => system,
        Model::Hops(_) => panic!("not an options scenario"),
    }
}

/// A system drawn from a seed: sizes, zones, VPCs, kinds of targets, what others use.
fn random_system(seed: u64) -> Scenario {
    let run = RunKey::new(seed, 0);
    let pick = |what: u64, of: &[&str]| {
        let uniform = run.attempt(what, 0).uniform(StreamId::new("system", "choice"));
        of[(uniform * of.len() as f64) as usize].to_string()
    };
    let text = format!(
        "[workload]\nrate_per_service = \"{}/s\"\n[services]\ntargets = {}\nroutes = {}\ninterface_per_target = {}\n\
         [network]\nzones = {}\nvpcs = {}\nsubnet = \"{}\"\nnlb_cross_zone = {}\n[account]\nenvironments = {}\n\
         [used]\n\"L-53DA6B97\" = {}\n",
        pick(1, &["1", "20", "300"]),
        pick(2, &["1", "3", "7", "40"]),
        pick(3, &["1", "2", "9"]),
        pick(4, &["true", "false"]),
        pick(5, &["2", "3"]),
        pick(6, &["1", "2", "4"]),
        pick(7, &["/18", "/20", "/24"]),
        pick(8, &["true", "false"]),
        pick(9, &["1", "2"]),
        pick(10, &["0", "6", "18"]),
    );
    scenario(&text)
}

/// The first rung of structure is the largest number that fits: it does, one more does not, and its quota is to blame.
#[test]
fn the_first_rung_is_where_the_count_stops() {
    for seed in 1..=25 {
        let scenario = random_system(seed);
        for option in &system(&scenario).options {
            let ladder = ladder(option, system(&scenario));
            let binding: Vec<_> = ladder.iter().filter(|rung| rung.kind == Kind::Structure && rung.binding).collect();
            let most = binding.first().unwrap_or_else(|| panic!("{seed}, {}: nothing binds", option.name)).services;
            assert!(binding.iter().all(|rung| rung.services == most), "{seed}, {}: ties are equal", option.name);
            if most > 0 {
                assert_eq!(fits(option, most, system(&scenario)), Ok(()), "{seed}, {}: {most} fit", option.name);
            }
            let exceeded = fits(option, most + 1, system(&scenario)).unwrap_err();
            let named = exceeded.iter().any(|quota| binding.iter().any(|rung| rung.quota == quota.id));
            assert!(named, "{seed}, {}: {exceeded:?} at {}", option.name, most + 1);
            let rising = ladder.windows(2).all(|pair| pair[0].services <= pair[1].services);
            assert!(rising, "{seed}, {}: rungs in order", option.name);
        }
    }
}

/// Services, quota and value of the first rung of structure.
fn first_rung(option: &ArchitectureOption, system: &System) -> (u32, String, f64) {
    let first = ladder(option, system).into_iter().find(|rung| rung.kind == Kind::Structure && rung.binding).unwrap();
    (first.services, first.quota, first.limit)
}

/// More of a quota never holds fewer services, and it holds more where this quota alone was in the way.
#[test]
fn raising_a_quota_never_costs_services() {
    for seed in 1..=10 {
        let scenario = random_system(seed);
        for option in &system(&scenario).options {
            let (before, quota, limit) = first_rung(option, system(&scenario));
            let mut raised = system(&scenario).clone();
            let twice = QuotaValue { value: 2.0 * limit + 64.0, from: "test".into() };
            raised.quotas.insert(quota.clone(), twice);
            let (after, ..) = first_rung(option, &raised);
            assert!(after >= before, "{seed}, {}: {quota} raised, {before} to {after} services", option.name);
        }
    }
}

fn simulate(scenario: &Scenario, option: usize) -> Outcome {
    let services = system(scenario).services.count;
    PointSpec { scenario, option, services, detail: false }.run(&Control::default()).unwrap()
}

/// Where nothing fails, what the hops add is the latency, hop by hop.
#[test]
fn a_latency_is_the_sum_of_its_hops() {
    let scenario = scenario("[services]\ncount = 6\n[run]\nrequests = 3_000\nreplications = 3\n");
    for option in 0..5 {
        let outcome = simulate(&scenario, option);
        assert_eq!(value(&outcome, "outcome.ok"), 1.0);
        let sum: f64 = outcome.point.hops.iter().map(|hop| hop.mean_ms).sum();
        let mean = value(&outcome, "latency.mean");
        assert!((sum / mean - 1.0).abs() < 1e-9, "option {option}: {sum} ms of hops, {mean} ms");
        let shares: f64 = outcome.point.hops.iter().map(|hop| hop.share).sum();
        assert!((shares - 1.0).abs() < 1e-9, "option {option}: {shares}");
    }
}

/// Options 2 and 3 differ in what is shared, not in what a request passes: on the same draws they are the same.
#[test]
fn options_share_draws_where_they_share_roles() {
    let scenario = scenario("[services]\ncount = 6\n[run]\nrequests = 3_000\nreplications = 3\n");
    let latencies = |option| simulate(&scenario, option).series("latency.mean").unwrap().values.clone();
    assert_eq!(latencies(1), latencies(2), "a link for each service, or shared ones");
    // An HTTP API against a REST API with the same rest: each replication alike, so the difference hardly varies.
    let (http, rest) = (latencies(0), latencies(4));
    let difference: Vec<f64> = rest.iter().zip(&http).map(|(rest, http)| rest - http).collect();
    let spread = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
    };
    assert!(spread(&difference) * 10.0 < spread(&rest), "{difference:?} of {rest:?}");
}

/// Offered twice what the account's throttle gives, an option passes the throttle's rate and refuses the rest with 429.
#[test]
fn the_account_throttle_is_a_ceiling() {
    let text = "options = [\"rest-alb-direct\"]\n[workload]\nrate_per_service = \"100/s\"\n[services]\ncount = 4\n\
                [quotas]\n\"L-8A5B8E43\" = 200\n[objectives]\nhold = [\"outcome.ok >= 0\"]\n\
                [run]\nrequests = 20_000\nreplications = 4\n";
    let outcome = simulate(&scenario(text), 0);
    let (goodput, throttled) = (value(&outcome, "rate.goodput"), value(&outcome, "outcome.throttled"));
    assert!((goodput - 200.0).abs() < 4.0, "{goodput}/s pass");
    assert!((throttled - 0.5).abs() < 0.02, "{throttled} refused");
    assert_eq!(outcome.point.bottleneck.as_deref(), Some("hop.account-throttle"));
}

/// Set-up is paid by the attempts that take no idle connection: all of them at reuse 0, a quarter at 0.75 where idle ones abound.
#[test]
fn warm_connections_are_free() {
    let set_up = |reuse: f64| {
        let text = format!(
            "options = [\"rest-alb-direct\"]\n[workload]\nrate_per_service = \"200/s\"\n[services]\ncount = 2\n\
             [network]\nconnection_reuse = {reuse}\n[run]\nrequests = 10_000\nreplications = 2\n"
        );
        value(&simulate(&scenario(&text), 0), "hop.connection.sojourn.mean")
    };
    let (none, some, all) = (set_up(0.0), set_up(0.75), set_up(1.0));
    assert!(none > 1.0 && (some / none - 0.25).abs() < 0.03 && all < 0.02 * none, "{none}, {some}, {all} ms");
}
