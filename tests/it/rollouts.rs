//! Deployments that leave nobody to take requests, that follow each other, and what happens to their targets, by hand.

use gatecap::engine::tally::Outcome;
use gatecap::scenario::Scenario;

use crate::measure::scenario;
use crate::what_if::share_between;

/// One service of `targets`, 60 requests/s for 20 minutes, through an option.
fn service(option: &str, targets: u32, events: &str) -> Scenario {
    scenario(&format!(
        "seed = 5\noptions = [\"{option}\"]\n[workload]\nrate_per_service = \"60/s\"\narrivals = \"constant\"\n\
         [services]\ncount = 1\ntargets = {targets}\nconcurrency = 4\ntime = {{ constant = \"20ms\" }}\ndeployment = \"in-place\"\n\
         [run]\nduration = \"1200s\"\nwarmup = \"10s\"\nreplications = 4\n{events}"
    ))
}

fn deploy(at: u32, rest: &str) -> String {
    format!("[[event]]\nat = \"{at}s\"\ndeploy = 1\n{rest}\n")
}

/// All go at 60 s; the new ones take requests when the balancer finds them healthy, an ALB 30 s later, an NLB 180 s.
#[test]
fn where_all_targets_are_replaced_at_once_nobody_answers_meanwhile() {
    for (option, status, healthy) in
        [("rest-alb-direct", 503, 90), ("rest-shared-nlb", 504, 240), ("http-fan-out", 503, 90)]
    {
        for targets in [1, 3] {
            let scenario = service(option, targets, &deploy(60, "batch = 1.0"));
            let ok = |from, to| share_between(&scenario, Outcome::Ok, from, to);
            assert_eq!((ok(0, 59), ok(61, healthy - 1), ok(healthy + 1, 400)), (1.0, 0.0, 1.0), "{option}");
            assert_eq!(share_between(&scenario, Outcome::Failed(status), 61, healthy - 1), 1.0, "{option}");
        }
    }
}

/// Without cross-zone balancing a batch that holds all targets of a zone takes a third of the new flows with it until callers know: the
/// zone leaves DNS 60 s after its target did, and comes back 60 s after the new one is healthy, which is when the next batch goes. Every
/// attempt opens a connection here.
#[test]
fn a_batch_that_empties_a_zone_loses_its_share_until_dns_knows() {
    let network = "[network]\nconnection_reuse = 0.0\nnlb_cross_zone = false\n";
    let events = format!("{network}{}", deploy(60, "batch = 0.3"));
    let scenario = service("rest-shared-nlb", 3, &events);
    let ok = |from, to| share_between(&scenario, Outcome::Ok, from, to);
    assert_eq!(ok(0, 59), 1.0);
    assert!((ok(61, 119) - 2.0 / 3.0).abs() < 0.02, "{}", ok(61, 119));
    assert_eq!(ok(121, 239), 1.0);
}

/// The second begins when the first is done, in whatever order the file has them.
#[test]
fn deployments_of_one_service_follow_each_other() {
    let quarter = "batch = 0.25\nkind = \"rolling\"";
    for events in [
        deploy(60, quarter) + &deploy(90, "kind = \"rolling\""),
        deploy(600, "kind = \"rolling\"") + &deploy(60, quarter),
        deploy(60, "kind = \"blue-green\"\nbatch = 0.25") + &deploy(90, "kind = \"blue-green\""),
    ] {
        let scenario = service("rest-alb-direct", 4, &events);
        assert_eq!(share_between(&scenario, Outcome::Ok, 0, 1_200), 1.0, "{events}");
    }
}

/// Two of three refuse, of whatever generation, until two checks 30 s apart have found it.
#[test]
fn targets_are_lost_after_a_deployment_too() {
    let lost = "[[event]]\nat = \"300s\"\nservice = 1\ntargets_lost = 2\n";
    for before in [String::new(), deploy(60, "kind = \"rolling\"")] {
        let scenario = service("rest-alb-direct", 3, &(before + lost));
        let ok = |from, to| share_between(&scenario, Outcome::Ok, from, to);
        assert_eq!(ok(0, 299), 1.0);
        assert!((ok(301, 359) - 1.0 / 3.0).abs() < 0.02, "{}", ok(301, 359));
        assert_eq!(ok(361, 600), 1.0);
    }
}

/// What was lost is replaced.
#[test]
fn a_later_deployment_brings_sound_targets() {
    let lost = "[[event]]\nat = \"60s\"\nservice = 1\ntargets_lost = 3\n".to_string();
    let scenario = service("rest-alb-direct", 3, &(lost + &deploy(300, "kind = \"rolling\"")));
    assert_eq!(share_between(&scenario, Outcome::Ok, 200, 299), 0.0);
    assert_eq!(share_between(&scenario, Outcome::Ok, 340, 1_200), 1.0);
}
