//! The worked scenarios of `scenarios/what-if/`: each answers its question with a number that follows by hand.

use gatecap::engine::tally::Outcome;
use gatecap::engine::{Network, Tally, Window, simulate};
use gatecap::random::RunKey;
use gatecap::scenario::{Document, Override, Scenario, Warmup};
use gatecap::topology::{Legend, Request, build};

use crate::measure::window;
use crate::program::{repository, run};

const SECOND: u64 = 1_000_000_000;
const REPLICATIONS: u32 = 4;

fn worked(name: &str) -> Scenario {
    worked_with(name, &[])
}

fn worked_with(name: &str, set: &[(&str, &str)]) -> Scenario {
    let path = repository().join("scenarios/what-if").join(format!("{name}.toml"));
    let set: Vec<Override> =
        set.iter().map(|(field, toml)| Override::set(field.to_string(), toml.to_string())).collect();
    let resolved = Document::read(&path).and_then(|document| document.resolve(&set));
    resolved.unwrap_or_else(|issues| panic!("{issues:?}"))
}

fn warmup_ns(scenario: &Scenario) -> u64 {
    match scenario.run.warmup {
        Warmup::Time(time) => time.0,
        _ => panic!("a worked scenario has its warm-up as a time"),
    }
}

fn built(scenario: &Scenario, option: usize) -> (Network, Legend) {
    let services = gatecap::experiment::operating_services(scenario);
    let warmup_ns = warmup_ns(scenario);
    build(Request { scenario, option, services, warmup_ns, auto_warmup: false, detail: false })
}

/// The tallies of the requests that come between two instants (s after the warm-up).
fn between(scenario: &Scenario, option: usize, from: u64, to: u64) -> Vec<Tally> {
    let (network, _) = built(scenario, option);
    let start = warmup_ns(scenario);
    let observe = scenario.run.observe_at.iter().map(|at| start + at.0).collect();
    let window =
        Window { warmup_ns: start + from * SECOND, until_ns: start + to * SECOND, observe, ..window(0, u64::MAX) };
    (0..REPLICATIONS).map(|index| simulate(&network, &window, RunKey::new(scenario.seed, index)).unwrap()).collect()
}

fn requests(tallies: &[Tally]) -> f64 {
    tallies.iter().map(|tally| tally.requests).sum::<u64>() as f64
}

/// Share of the requests that ended so.
fn share(tallies: &[Tally], outcome: Outcome) -> f64 {
    let count = |tally: &Tally| match outcome {
        Outcome::Ok => tally.outcomes.ok,
        Outcome::Throttled => tally.outcomes.throttled,
        Outcome::Failed(status) => {
            tally.outcomes.failed.iter().find(|(code, _)| *code == status).map_or(0, |entry| entry.1)
        }
        _ => panic!("{outcome:?} is not asked for"),
    };
    tallies.iter().map(count).sum::<u64>() as f64 / requests(tallies)
}

/// Share of the requests that failed with a status, or were answered, between two instants of the first option.
pub fn share_between(scenario: &Scenario, outcome: Outcome, from: u64, to: u64) -> f64 {
    share(&between(scenario, 0, from, to), outcome)
}

/// Five standard errors of a share of Poisson arrivals.
#[track_caller]
fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found}, but {expected} within {within} by hand");
}

/// Mean of waiting and service at the targets, ms.
fn sojourn_ms(scenario: &Scenario, from: u64, to: u64) -> f64 {
    let (network, _) = built(scenario, 0);
    let hop = network.hops.iter().position(|hop| hop.name == "service").unwrap();
    let tallies = between(scenario, 0, from, to);
    let counts = || tallies.iter().map(|tally| &tally.hops[hop].counts);
    counts().map(|counts| counts.sojourn).sum::<u128>() as f64
        / counts().map(|counts| counts.served).sum::<u64>() as f64
        / 1e6
}

/// Busy share of the targets that are there.
fn utilisation(scenario: &Scenario, from: u64, to: u64) -> f64 {
    let (network, _) = built(scenario, 0);
    let hop = network.hops.iter().position(|hop| hop.name == "service").unwrap();
    let tallies = between(scenario, 0, from, to);
    let sum = |of: fn(&Tally, usize) -> u128| tallies.iter().map(|tally| of(tally, hop)).sum::<u128>() as f64;
    sum(|tally, hop| tally.hops[hop].busy) / sum(|tally, hop| tally.hops[hop].capacity)
}

#[test]
fn every_one_opens_with_its_question() {
    let mut count = 0;
    for entry in std::fs::read_dir(repository().join("scenarios/what-if")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap();
        assert!(first.starts_with("# ") && first.ends_with('?'), "{}: {first}", path.display());
        let read = Document::read(&path).and_then(|document| document.resolve(&[]));
        let changes = |scenario: Scenario| !scenario.events.is_empty() || !scenario.workload.profile.is_empty();
        assert!(read.is_ok_and(changes), "{}", path.display());
        count += 1;
    }
    assert!(count >= 13, "{count}");
}

/// Three zones: a third of the attempts meets the lost node for 60 s of detection and 60 s of DNS, and then two thirds of the targets
/// carry everything: 60/s x 20 ms over 2 x 4 instead of 3 x 4.
#[test]
fn a_zone_lost_with_cross_zone_off() {
    let scenario = worked("zone-loss-cross-zone-off");
    // Who is at a target of the zone when it is lost comes a few milliseconds before.
    assert_eq!(share_between(&scenario, Outcome::Ok, 0, 59), 1.0);
    near(share_between(&scenario, Outcome::Failed(504), 60, 180), 1.0 / 3.0, 0.01);
    assert_eq!(share_between(&scenario, Outcome::Ok, 181, 300), 1.0);
    near(utilisation(&scenario, 10, 60), 0.10, 0.003);
    near(utilisation(&scenario, 181, 300), 0.15, 0.004);
}

/// On warm connections only the first use after the loss and new flows, 5 % of the attempts, meet the lost node.
#[test]
fn warm_connections_spare_a_lost_zone() {
    let scenario = worked_with("zone-loss-cross-zone-off", &[("network.connection_reuse", "0.95")]);
    near(share_between(&scenario, Outcome::Failed(504), 75, 180), 0.05 / 3.0, 0.004);
    assert_eq!(share_between(&scenario, Outcome::Ok, 195, 300), 1.0);
}

/// The nodes that are left send a third of their flows to dead targets until these are found: 1/3 + 2/3 x 1/3 of the attempts fail for
/// 60 s, then a third for the 60 s of DNS. Cross-zone balancing loses more.
#[test]
fn a_zone_lost_with_cross_zone_on() {
    let scenario = worked("zone-loss-cross-zone-on");
    near(share_between(&scenario, Outcome::Failed(504), 61, 119), 5.0 / 9.0, 0.015);
    near(share_between(&scenario, Outcome::Failed(504), 121, 179), 1.0 / 3.0, 0.015);
    assert_eq!(share_between(&scenario, Outcome::Ok, 181, 300), 1.0);
}

/// A third of one of four services' flows is refused for detection and DNS: 1/12. Then the zone is gone for all four.
#[test]
fn one_service_takes_a_zone_from_all() {
    let scenario = worked("shared-fate");
    near(share_between(&scenario, Outcome::Failed(504), 61, 179), 1.0 / 12.0, 0.005);
    assert_eq!(share_between(&scenario, Outcome::Ok, 181, 300), 1.0);
    let (network, _) = built(&scenario, 0);
    let start = warmup_ns(&scenario);
    for group in &network.groups[..4] {
        let at = |second: u64| {
            let index = group.rotations.at(start + second * SECOND, true).unwrap();
            network.rotations[index as usize].weights.iter().map(|weight| *weight > 0.0).collect::<Vec<bool>>()
        };
        assert_eq!((at(179), at(180)), (vec![true; 3], vec![false, true, true]));
    }
}

/// 600/s against 400/s: the burst of 1,000 lasts 5 s, so that 36,000 less 24,000 less 1,000 are refused.
#[test]
fn a_load_step_meets_the_throttle() {
    let scenario = worked("load-step");
    assert_eq!(share_between(&scenario, Outcome::Ok, 0, 60), 1.0);
    near(share_between(&scenario, Outcome::Throttled, 60, 120), 11_000.0 / 36_000.0, 0.008);
}

/// 30 s up to 500/s, 60 s there, 30 s down: 48,000 requests. Beyond 300/s lie two triangles of 15 s and 200/s, and 60 s of 200/s: 15,000,
/// less the burst of 300.
#[test]
fn a_flash_crowd_is_throttled_at_its_top() {
    let scenario = worked("flash-crowd");
    let crowd = between(&scenario, 0, 60, 180);
    near(requests(&crowd) / f64::from(REPLICATIONS), 48_000.0, 600.0);
    near(share(&crowd, Outcome::Throttled), 14_700.0 / 48_000.0, 0.008);
}

/// A third of the requests takes 100 ms, two thirds 10 ms: 5/s x (10 + 10 + 100) ms over three targets.
#[test]
fn a_slow_target_has_a_third_of_the_requests() {
    let scenario = worked("slow-target");
    near(utilisation(&scenario, 0, 60), 0.05, 0.002);
    near(utilisation(&scenario, 65, 175), 0.20, 0.008);
}

/// In turn, every third request meets it for two checks of 30 s.
#[test]
fn a_black_hole_takes_every_third_request_until_it_is_noticed() {
    let scenario = worked("black-hole");
    near(share_between(&scenario, Outcome::Failed(504), 61, 119), 1.0 / 3.0, 0.002);
    assert_eq!(share_between(&scenario, Outcome::Ok, 121, 240), 1.0);
}

/// Healthy at 90 s, the first new target ramps up for 30 s beside three old ones, in ten pieces of f = 0.05, 0.15 ... of a share each:
/// f / (3 + f) of the requests take 30 ms and not 10 ms.
#[test]
fn a_rolling_deployment_starts_cold() {
    let scenario = worked("rolling-deployment");
    let of_new: f64 = (0..10).map(|piece| (f64::from(piece) + 0.5) / 10.0).map(|f| f / (3.0 + f)).sum::<f64>() / 10.0;
    near(sojourn_ms(&scenario, 90, 120), 10.0 * (1.0 + 2.0 * of_new), 0.15);
    near(sojourn_ms(&scenario, 121, 149), 10.0, 1e-6);
    assert_eq!(share_between(&scenario, Outcome::Ok, 0, 400), 1.0, "nobody is lost");
}

/// From 90 s on half the traffic goes to new targets that take 30 ms for 45 s: 20 ms on average, 10 ms before and after.
#[test]
fn blue_green_starts_half_cold() {
    let scenario = worked("blue-green");
    near(sojourn_ms(&scenario, 91, 134), 20.0, 0.1);
    near(sojourn_ms(&scenario, 136, 300), 10.0, 1e-6);
    assert_eq!(share_between(&scenario, Outcome::Ok, 0, 300), 1.0, "nobody is lost");
}

/// 600/s against 400/s, then against 1,000/s.
#[test]
fn a_raised_throttle_refuses_nobody_any_more() {
    let scenario = worked("quota-change");
    near(share_between(&scenario, Outcome::Throttled, 10, 60), 1.0 / 3.0, 0.01);
    assert_eq!(share_between(&scenario, Outcome::Ok, 61, 120), 1.0);
}

/// 80/s against 20/s that grow by 2^(1/10) every 30 s: refused until 80/s are there at 660 s, less a second's burst.
#[test]
fn an_alb_follows_a_load_of_eight_times_in_ten_minutes() {
    let scenario = worked("balancer-lag");
    let missing: f64 = (0..20).map(|piece| 30.0 * (80.0 - 20.0 * 2f64.powf(f64::from(piece) / 10.0))).sum();
    let late = between(&scenario, 0, 60, 960);
    near(share(&late, Outcome::Failed(503)) * requests(&late) / f64::from(REPLICATIONS), missing - 20.0, 600.0);
    assert_eq!(share_between(&scenario, Outcome::Ok, 800, 960), 1.0);
}

/// All fail for three minutes, with the code of the API; a V1 link never sleeps.
#[test]
fn an_idle_link_fails_until_it_is_awake() {
    let scenario = worked("idle-link");
    for (option, status) in [(0, 503), (1, 500)] {
        assert_eq!(share(&between(&scenario, option, 31, 209), Outcome::Failed(status)), 1.0);
        assert_eq!(share(&between(&scenario, option, 211, 240), Outcome::Ok), 1.0);
    }
    assert_eq!(share(&between(&scenario, 2, 0, 240), Outcome::Ok), 1.0);
}

/// The data points of 70, 80 and 90 s are above; the third is known at 100 s, and its targets take requests at 120 s: 80/s over 11/s are
/// eight. Then 80/s x 50 ms over eight.
#[test]
fn target_tracking_takes_a_minute_for_what_it_needs() {
    let scenario = worked("autoscaling");
    let tallies = between(&scenario, 0, 0, 300);
    assert!(tallies.iter().all(|tally| tally.scalings[0].observed == [2, 8, 8]), "{:?}", tallies[0].scalings);
    near(sojourn_ms(&scenario, 250, 300), 50.0, 1e-6);

    let ran = run(repository(), &["run", "scenarios/what-if/autoscaling.toml", "--json", "--quiet"]);
    let results: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let (timeline, mut seen) = (&results["timeline"][0], Vec::new());
    for (from, targets) in
        timeline["from_s"].as_array().unwrap().iter().zip(timeline["metrics"]["targets"].as_array().unwrap())
    {
        seen.push((from.as_f64().unwrap(), targets["value"].as_f64().unwrap()));
    }
    assert!(
        seen.len() > 40 && seen.iter().all(|&(from, targets)| targets == if from < 120.0 { 2.0 } else { 8.0 }),
        "{seen:?}"
    );
}
