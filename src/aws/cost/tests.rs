//! Months whose lines can be calculated by hand, and what must not be taken for free.

use super::*;
use crate::aws::system::TrafficRate;
use crate::aws::tests::options;

fn find<'l>(lines: &'l [CostLine], item: &str) -> &'l CostLine {
    lines.iter().find(|line| line.item == item).unwrap_or_else(|| panic!("{item}"))
}

fn cents(line: &CostLine) -> Option<f64> {
    line.monthly.map(|month| (month.expected * 100.0).round())
}

#[test]
fn ten_services_pay_for_ten_albs_and_two_nlbs() {
    let system = System::aws_defaults(options::all());
    let lines = cost(&options::named("rest-nlb-alb"), 10, &system, None);
    assert_eq!(cents(find(&lines, "ALB hours")), Some(16_425.0));
    // Ten services in two VPCs: five ALBs behind an NLB each.
    assert_eq!(cents(find(&lines, "NLB hours")), Some(3_285.0));
    // 1,000/s of 10 KiB are 36.864 GB an hour, more than any other dimension.
    let units = find(&lines, "ALB capacity units");
    assert_eq!((cents(units), units.dimension), (Some((36.864_f64 * 730.0 * 0.8).round()), "processed bytes"));
    assert_eq!(cents(find(&lines, "data between zones")), Some(0.0));
    assert!(find(&lines, "VPC links").monthly.is_none() && find(&lines, "data to callers").monthly.is_none());
    assert_eq!(find(&lines, "VPC links").quantity, Some(Range::exactly(2.0 * 730.0)));
}

#[test]
fn every_price_that_a_line_names_is_in_the_table() {
    let mut system = System::aws_defaults(options::all());
    system.gateway.waf = true;
    system.account.topology = AccountTopology::Central;
    system.account.accounts = 3;
    for option in options::all() {
        for line in cost(&option, 10, &system, None).iter().filter(|line| !line.price.is_empty()) {
            assert!(prices::row(line.price).is_some(), "{}", line.item);
        }
    }
    for id in ["api.throttled-share", "alb.zone-share", "api.http-increment", "lcu.alb-free-rules"] {
        assert!(prices::row(id).is_some(), "{id}");
    }
}

#[test]
fn what_is_not_stated_is_unknown_and_not_free() {
    let mut system = System::aws_defaults(options::all());
    system.traffic.request = None;
    let lines = cost(&options::named("http-fan-out"), 10, &system, None);
    let units = find(&lines, "ALB capacity units");
    assert!(
        units.monthly.is_none() && units.dimension.is_empty() && units.basis.contains("or more by new connections")
    );
    assert!(find(&lines, "HTTP API requests").monthly.is_some());
    system.traffic.rate = TrafficRate::Closed;
    let lines = cost(&options::named("http-fan-out"), 10, &system, None);
    assert!(find(&lines, "API requests").monthly.is_none() && find(&lines, "ALB hours").monthly.is_some());
    system.account.region = "eu-west-1".into();
    let lines = cost(&options::named("http-fan-out"), 10, &system, None);
    assert!(lines.iter().all(|line| line.monthly.is_none()), "{lines:?}");
}

#[test]
fn throttled_attempts_are_billed_at_the_high_end_alone() {
    let system = System::aws_defaults(options::all());
    let seen = Observed { rate: 1_000.0, attempts: 1.5, throttled: 0.25, opened: 0.1 };
    let lines = cost(&options::named("http-fan-out"), 10, &system, Some(&seen));
    let millions = 1_000.0 * 730.0 * 3_600.0 / 1e6;
    let quantity = find(&lines, "HTTP API requests").quantity.unwrap_or_default();
    assert_eq!((quantity.low, quantity.expected, quantity.high), (1.25 * millions, 1.25 * millions, 1.5 * millions));
    // Only what the throttles let through reaches a load balancer.
    assert!(find(&lines, "ALB capacity units").basis.starts_with("46.08 units"));
}

#[test]
fn closed_clients_are_billed_at_the_rate_that_was_simulated() {
    let mut system = System::aws_defaults(options::all());
    system.traffic.rate = TrafficRate::Closed;
    system.traffic.peak_to_mean = 2.0;
    let seen = Observed { rate: 100.0, attempts: 1.0, throttled: 0.0, opened: 0.05 };
    let lines = cost(&options::named("rest-alb-direct"), 10, &system, Some(&seen));
    // 50/s for 730 hours are 131.4 million at $3.50.
    assert_eq!(cents(find(&lines, "REST API requests")), Some(45_990.0));
    assert_eq!(millions(10, &system, Some(&seen)), Some(131.4));
}

#[test]
fn zones_are_crossed_behind_nlbs_with_cross_zone_on() {
    let mut system = System::aws_defaults(options::all());
    system.network.nlb_cross_zone = true;
    // 1,000/s of 10 KiB are 26,910.72 GB a month, two thirds of which cross, at 1 cent a GB, or 2 if both ends are billed.
    let lines = cost(&options::named("rest-link-per-service"), 10, &system, None);
    let zones = find(&lines, "data between zones");
    assert_eq!(cents(zones), Some(17_940.0));
    assert_eq!(zones.monthly.map(|month| (month.high * 100.0).round()), Some(35_881.0));
    assert_eq!(
        cents(find(&cost(&options::named("rest-alb-direct"), 10, &system, None), "data between zones")),
        Some(0.0)
    );
}

#[test]
fn a_central_api_pays_for_endpoints_and_two_nlbs_on_the_way() {
    let mut system = System::aws_defaults(options::all());
    system.account.topology = AccountTopology::Central;
    system.account.accounts = 3;
    let lines = cost(&options::named("rest-alb-direct"), 10, &system, None);
    // An endpoint for each of ten ALBs, in three zones.
    assert_eq!(cents(find(&lines, "interface endpoint hours")), Some(21_900.0));
    assert_eq!(cents(find(&lines, "interface endpoint data")), Some(26_911.0));
    assert_eq!(find(&lines, "NLB capacity units").quantity.map(|q| q.expected.round()), Some(53_821.0));
}
