//! Each lint of a scenario: what raises it, and what is just not enough to.

use std::collections::BTreeSet;

use super::*;
use crate::aws::as_built;
use crate::aws::system::Listed;
use crate::aws::tests::options;

fn system(names: &[&str]) -> System {
    System::aws_defaults(names.iter().map(|name| options::named(name)).collect())
}

fn caller() -> Caller {
    Caller { attempts: 1, ..Caller::default() }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_millis(seconds * 1_000.0)
}

fn ids(found: &[Lint]) -> Vec<&'static str> {
    found.iter().map(|lint| lint.id).collect()
}

#[test]
fn every_row_has_why_source_and_change() {
    let mut seen = BTreeSet::new();
    for row in &rows().lint {
        assert!(seen.insert(&row.id), "{} twice", row.id);
        assert!(row.why.len() > 10 && row.change.len() > 10 && row.source.contains("AWS"), "{}", row.id);
        assert!(row.date.starts_with("20") && !row.why.ends_with('.') && !row.change.ends_with('.'), "{}", row.id);
    }
    assert!(updated().starts_with("2026-"));
    // One voice: the remark at an option and the lint say the same.
    assert_eq!(lint("link-v1", "", "").map(|lint| lint.why), Part::VpcLinkV1.facts().legacy);
    assert_eq!(lint("no-such-lint", "", ""), None);
    assert_eq!((alb_idle_timeout_s(), nlbs_per_alb()), (60.0, 2.0));
}

#[test]
fn the_defaults_have_none() {
    assert_eq!(lints(&system(&["http-fan-out", "rest-nlb-alb", "rest-shared-nlb"]), &caller()), []);
}

#[test]
fn callers_who_leave_before_the_gateway_does() {
    let of = |timeout: f64| {
        let caller = Caller { timeout: Some(seconds(timeout)), ..caller() };
        lints(&system(&["rest-alb-direct"]), &caller)
    };
    // A REST API waits 29 s.
    assert_eq!(ids(&of(29.0)), [""; 0]);
    let found = of(28.0);
    assert_eq!(ids(&found), ["callers-leave-first"]);
    assert_eq!(found[0].what, "callers leave after 28s, but the gateway waits 29s for an answer");
}

#[test]
fn a_gateway_that_waits_longer_than_the_alb() {
    let of = |timeout: f64, name: &str| {
        let mut system = system(&[name]);
        system.gateway.integration_timeout = Some(seconds(timeout));
        ids(&lints(&system, &caller()))
    };
    assert_eq!(of(60.0, "rest-alb-direct"), [""; 0]);
    assert_eq!(of(61.0, "rest-alb-direct"), ["balancer-leaves-first"]);
    assert_eq!(of(61.0, "rest-shared-nlb"), [""; 0], "there is no ALB");
}

#[test]
fn retries_that_outlast_what_callers_accept() {
    let of = |attempts, accepted: f64| {
        let caller = Caller {
            timeout: Some(seconds(30.0)),
            attempts,
            pauses: seconds(0.25),
            accepts: Some((seconds(accepted), "latency.p99 <= 60s".into())),
        };
        lints(&system(&["http-fan-out"]), &caller)
    };
    assert_eq!(ids(&of(2, 60.25)), [""; 0]);
    assert_eq!(ids(&of(1, 1.0)), [""; 0], "no retries");
    let found = of(2, 60.0);
    assert_eq!(
        found[0].what,
        "2 attempts of up to 30s with their pauses take up to 60.3s, but callers are to have `latency.p99 <= 60s`"
    );
}

#[test]
fn links_of_the_first_generation_where_services_go_through_them() {
    let of = |as_built: bool, stated: &[&str]| {
        let mut system = system(&["rest-alb-direct", "rest-shared-nlb"]);
        system.as_built = as_built;
        let listed = |name: &&str| Listed { name: "s".into(), option: Some((*name).into()), ..Listed::default() };
        system.listed = stated.iter().map(listed).collect();
        if as_built {
            as_built::add(&mut system);
        }
        lints(&system, &caller()).into_iter().map(|lint| lint.what).collect::<Vec<_>>()
    };
    assert_eq!(of(false, &[]), [""; 0]);
    assert_eq!(of(false, &["rest-shared-nlb"]), ["1 of 4 services goes through a VPC link V1"]);
    // Two others go as most do.
    let built = of(true, &["rest-shared-nlb", "rest-alb-direct", "rest-shared-nlb"]);
    assert_eq!(built, ["3 of 4 services go through a VPC link V1 today"]);
    assert_eq!(of(true, &["rest-alb-direct"]), [""; 0]);
}

#[test]
fn targets_in_fewer_zones_than_there_are() {
    let of = |zones, targets, listed: Option<u32>, cross_zone, name: &str| {
        let mut system = system(&[name]);
        (system.network.zones, system.services.targets) = (zones, targets);
        system.network.nlb_cross_zone = cross_zone;
        system.listed = vec![Listed { name: "orders".into(), targets: listed, ..Listed::default() }];
        lints(&system, &caller())
    };
    assert_eq!(ids(&of(1, 3, None, false, "rest-alb-direct")), ["single-zone"]);
    assert_eq!(ids(&of(3, 3, None, false, "rest-shared-nlb")), [""; 0]);
    let one = of(3, 3, Some(1), false, "rest-alb-direct");
    assert_eq!((one[0].id, one[0].subject.as_str()), ("single-target-zone", "orders"));
    assert_eq!(one[0].what, "1 of 4 services has a single target, in one of 3 zones");
    assert_eq!(ids(&of(3, 2, None, true, "rest-shared-nlb")), [""; 0]);
    let few = of(3, 2, Some(3), false, "rest-shared-nlb");
    assert_eq!((ids(&few), few[0].subject.as_str()), (vec!["zones-without-target"], "services"));
    assert_eq!(few[0].what, "3 of 4 services have fewer targets than the 3 zones of their NLBs, with cross-zone off");
    let one = of(3, 3, Some(2), false, "rest-shared-nlb");
    assert_eq!(one[0].what, "1 of 4 services has fewer targets than the 3 zones of its NLB, with cross-zone off");
    assert_eq!(ids(&of(3, 1, None, false, "rest-shared-nlb")), ["single-target-zone", "zones-without-target"]);
}
