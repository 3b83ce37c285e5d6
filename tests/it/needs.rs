//! Requirements and accounts as the program shows them: what options lack, and what a central API adds.

use crate::measure::{outcome, scenario, value};
use crate::program::{Ran, repository, with_input};

fn limits(text: &str) -> Ran {
    with_input(repository(), &["limits", "-"], text.as_bytes())
}

#[test]
fn an_exclusion_has_its_reason_and_source_on_screen_and_in_the_document() {
    let text = "[requirements]\nneeds = [\"usage-plans\", \"waf\"]\n[run]\nrequests = 2000\nreplications = 2\n";
    let screen = limits(text);
    assert!(screen.stdout.contains("1 http-fan-out: no usage plans: the path has no REST API;"), "{}", screen.stdout);
    assert!(screen.stdout.contains("http-api-vs-rest.html"), "{}", screen.stdout);
    let ran = with_input(repository(), &["run", "-", "--json", "--threads", "1", "--quiet"], text.as_bytes());
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["wanted"]["needs"], serde_json::json!(["usage plans", "AWS WAF"]));
    assert_eq!(document["options"][0]["exclusions"][0]["feature"], "usage-plans");
    assert_eq!(document["options"][0]["lacks"], serde_json::json!(["usage plans"]));
    assert_eq!(document["options"][2]["lacks"], serde_json::json!([]));
    // What is out of the question is not compared for the best.
    assert_eq!(document["best"][0]["left_out"][0]["reason"], "lacks usage plans");
    let kinds: Vec<&str> = document["warnings"].as_array().unwrap().iter().filter_map(|w| w["kind"].as_str()).collect();
    assert!(kinds.contains(&"waf_not_simulated"), "{kinds:?}");
}

#[test]
fn a_need_for_a_waf_before_the_gateway_is_a_hop() {
    let text = |needs: &str| {
        format!(
            "options = [\"rest-alb-direct\"]\n[run]\nrequests = 2000\nreplications = 2\n[requirements]\nneeds = [\"{needs}\"]\n"
        )
    };
    let waf = |needs: &str| outcome(&scenario(&text(needs))).point.hops.iter().any(|hop| hop.name == "waf");
    assert!(waf("waf-before-gateway") && !waf("waf"));
}

#[test]
fn check_fails_who_lacks_a_need_and_gates_the_named_alone() {
    let text = |options: &str| {
        format!(
            "options = [{options}]\n[objectives]\nhold = [\"outcome.ok >= 0.5\"]\n[run]\nrequests = 2000\nreplications = 2\n\
             [requirements]\nneeds = [\"usage-plans\"]\n"
        )
    };
    let status = |options: &str, flags: &[&str]| {
        let words = [&["check", "-", "--quiet", "--threads", "1"], flags].concat();
        with_input(repository(), &words, text(options).as_bytes()).status
    };
    let both = "\"http-fan-out\", \"rest-alb-direct\"";
    assert_eq!(status(both, &[]), 1);
    assert_eq!(status(both, &["--option", "rest-alb-direct"]), 0);
    assert_eq!(status(both, &["--option", "http-fan-out"]), 1);
}

/// Mean of a lognormal with this median and 99 % quantile, ms.
fn lognormal_mean(median: f64, p99: f64) -> f64 {
    let sigma = (p99 / median).ln() / 2.326_347_874;
    median * (sigma * sigma / 2.0).exp()
}

#[test]
fn a_central_api_is_two_nlbs_an_endpoint_and_three_legs_further() {
    let text = |account: &str| {
        format!(
            "options = [\"rest-alb-direct\"]\n[workload]\nrate_per_service = \"1/s\"\n[network]\nconnection_reuse = 0\n\
             [services]\ntime = {{ constant = \"5ms\" }}\ntime_includes_zone_leg = true\n\
             [hops.connection]\ntime = {{ constant = \"0ms\" }}\n[run]\nrequests = 20_000\nreplications = 5\nwarmup = 0\n{account}"
        )
    };
    let single = outcome(&scenario(&text("")));
    let central = outcome(&scenario(&text("[account]\ntopology = \"central\"\naccounts = 3\n")));
    let names: Vec<&str> = central.point.hops.iter().map(|hop| hop.name.as_str()).collect();
    let order = [
        "vpc-link-v2",
        "zone-leg-central-nlb",
        "central-nlb",
        "zone-leg-endpoint",
        "endpoint",
        "zone-leg-provider-nlb",
    ];
    assert!(names.windows(order.len()).any(|window| window == order), "{names:?}");
    // Set-up of each connection goes the whole way twice: three legs more, and the last one no longer crosses zones.
    let leg = 0.10 + 0.0391;
    let nlb = lognormal_mean(0.15, 0.6);
    let added = 3.0 * nlb + 3.0 * leg + 2.0 * 3.0 * leg;
    let difference = value(&central, "latency.mean") - value(&single, "latency.mean");
    assert!((difference - added).abs() < 0.02, "{difference} against {added}");
}

#[test]
fn every_account_has_a_throttle_of_its_own_unless_one_holds_the_api() {
    let throttled = |account: &str| {
        let text = format!(
            "options = [\"http-fan-out\"]\n[workload]\nrate_per_service = \"4000/s\"\n[services]\ncount = 3\ntargets = 20\nconcurrency = 100\n\
             time = {{ constant = \"1ms\" }}\n[run]\nrequests = 50_000\nreplications = 2\nwarmup = \"5s\"\n{account}"
        );
        value(&outcome(&scenario(&text)), "outcome.throttled")
    };
    // 12,000/s on 10,000/s: a sixth is throttled. In three accounts each has 4,000/s.
    assert!((throttled("") - 1.0 / 6.0).abs() < 0.02);
    assert_eq!(throttled("[account]\ntopology = \"federated\"\naccounts = 3\n"), 0.0);
    assert_eq!(throttled("[account]\ntopology = \"shared-vpc\"\naccounts = 3\n"), 0.0);
    assert!(throttled("[account]\ntopology = \"central\"\naccounts = 4\n") > 0.1);
}
