//! What is said about wrong events of options scenarios, health checks, target tracking.

use super::complaints;

/// Every text gives exactly this.
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(complaints(text), *expected, "{text}");
    }
}

#[test]
#[rustfmt::skip]
fn what_does_not_exist() {
    check(&[
        ("[[event]]\nat = \"1s\"\naz = 4\n", "3:6 there is no zone 4: `[network]` has 3 ? zones count from 1 to 3; target j of a service stands in zone j modulo them"),
        ("[[event]]\nat = \"1s\"\naz = 0\n", "3:6 `az` is 0, but it must be a whole number from 1 to 6"),
        ("[[service]]\nname = \"orders\"\n[[event]]\nat = \"1s\"\nservice = \"order\"\ntargets_lost = 1\n", "5:11 there is no service `order` ? did you mean `orders`?"),
        ("[[event]]\nat = \"1s\"\nservice = 9\ntargets_lost = 1\n", "3:11 there is no service 9: `[services]` counts 4 ? services count from 1, the listed ones first"),
        ("[[event]]\nat = \"1s\"\nservice = 1\ntargets_lost = 4\n", "4:16 `targets_lost` is 4, but the service has 3"),
        ("[[event]]\nat = \"1s\"\nhop = \"albs\"\ntime_factor = 2\n", "3:7 there is no hop `albs` on the path of any option that can change ? did you mean `alb`?"),
        ("options = [\"rest-shared-nlb\"]\n[[event]]\nat = \"1s\"\nlink_idle = true\n", "4:1 `link_idle` is of V2 links, but no option has one ? add an option with `vpc-link-v2`, as `http-fan-out`"),
        ("options = [\"rest-alb-direct\"]\n[[event]]\nat = \"1s\"\nquota = \"elb.nlb-new-flows\"\nvalue = 1000\n", "4:1 `elb.nlb-new-flows` is felt behind `nlb`, which no option has ? add an option that has it"),
    ]);
    let bounds = complaints("[[event]]\nat = \"1s\"\nquota = \"L-53DA6B97\"\nvalue = 5\n");
    assert!(bounds.starts_with("3:9 `elb.alb-per-region` bounds what can be built: a system that runs does not feel it ? "), "{bounds}");
}

#[test]
#[rustfmt::skip]
fn an_axis_that_begins_below_an_event() {
    let event = "[[event]]\nat = \"1s\"\nservice = 3\ntargets_lost = 1\n";
    let said = "is 1, but an event is about service 3, which so few services do not have ? begin with 3 services, or let the event be about `\"*\"`, every service";
    check(&[
        (&format!("{event}[sweep]\nservices = {{ from = 1, to = 9 }}\n"), &format!("6:21 `services.from` {said}")),
        (&format!("{event}[sweep]\nservices = [1, 9]\n"), &format!("6:13 `services[0]` {said}")),
        (&format!("{event}[saturation]\nfrom = 1\n"), &format!("6:8 `from` {said}")),
        (&format!("{event}[sweep]\nservices = {{ from = 3, to = 9 }}\n[saturation]\nfrom = 3\n"), "nothing"),
    ]);
    let first = |text: &str| crate::scenario::Document::parse(text, "a", std::path::Path::new(".")).unwrap().resolve(&[]).unwrap().sweep.services[0];
    assert_eq!((first(event), first(&event.replace('3', "1")), first(&event.replace('3', "\"*\""))), (3, 1, 1), "an axis that nobody states");
}

#[test]
#[rustfmt::skip]
fn what_does_not_go_together() {
    check(&[
        ("[[event]]\nat = \"1s\"\naz = 1\ndeploy = 1\n", "4:1 `deploy` and `az` stand in one event, but an event is one change ? write two `[[event]]` tables; they may overlap"),
        ("[[event]]\nat = \"1s\"\naz = 1\nbatch = 0.5\n", "4:1 `batch` does not go with `az` ? it goes with `deploy`"),
        ("[[event]]\nat = \"1s\"\nbatch = 0.5\n", "3:1 `batch` changes something, but the event names none ? it goes with `deploy`"),
        ("[[event]]\nat = \"1s\"\ntime_factor = 5\n", "3:1 `time_factor` changes a hop, but the event names none ? add `hop = \"...\"` or `service = \"...\"`; `rate_factor` alone changes the arrivals"),
        ("[[event]]\nat = \"1s\"\n", "1:1 this event changes nothing ? add `az`, `targets_lost`, `deploy`, `quota`, `link_idle`, `service`, `hop` or `rate_factor`"),
        ("[[event]]\nat = \"1s\"\ntargets_lost = 1\n", "1:1 `service` is missing ? whose targets, by name, by number, or `\"*\"` for every service"),
        ("[[event]]\nat = \"1s\"\nuntil = \"9s\"\ndeploy = 1\n", "3:1 `until` stands beside `deploy`, which ends when its last batch is in ? leave it out"),
        ("[[event]]\nat = \"1s\"\nhop = \"alb\"\nservers = 3\n", "4:1 `servers` of hop `alb` changes, but it has none ? it changes by `time_factor` and `failure`"),
        ("[[event]]\nat = \"1s\"\nhop = \"alb\"\nrate_factor = 3\nramp = \"1s\"\n", "5:1 `ramp` does not go with `hop` ? it goes with `rate_factor`"),
        ("[run]\nduration = \"60s\"\n[[event]]\nat = \"1s\"\ndeploy = 1\n[trigger]\nevent = 1\nfrom = \"1s\"\nto = \"9s\"\n", "7:9 event 1 is a `deploy`, which ends by itself: it has no length to search ? search the length of an event that may have `until`"),
        ("[[event]]\nat = \"1s\"\ndeploy = 1\ncold_factor = 2\n", "4:1 `cold_factor` is for the time of `slow_start`, which is 0 ? add `slow_start = \"30s\"`"),
        ("[services]\nautoscaling = { target = 0.6, max = 9 }\n[[event]]\nat = \"1s\"\ndeploy = \"*\"\n", "5:1 a service whose targets follow load is deployed, which is not simulated together ? leave `autoscaling` out, or the event"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[event]]\nat = \"2s\"\nhop = \"a\"\nservers = 2\nramp = \"1s\"\n", "10:1 `ramp` is how an arrival rate rises, but this event does not change one ? add `rate_factor`, and leave `hop` out"),
    ]);
}

#[test]
#[rustfmt::skip]
fn tables_around_events() {
    check(&[
        ("[health]\ninterval = \"0s\"\n", "2:12 `interval` is `0s`, but it must be above 0: the shortest is `1ns`"),
        ("[health]\nunhealthy = 3\n", "2:1 `unhealthy` is not a field of `[health]` ? its fields are `interval`, `unhealthy_threshold`, `healthy_threshold`, `dns_ttl`, `connect_timeout`, `deregistration_delay`, `first_healthy`, `alb`, `nlb` and `cloud-map`"),
        ("[health.alb]\nhealthy_threshold = 0\n", "2:21 `healthy_threshold` is 0, but it must be a whole number from 1 to 1,000"),
        ("[services]\nautoscaling = { max = 3 }\n", "2:15 `autoscaling.target` is missing ? as `target = 0.6` of the targets' concurrency, or `\"50/s\"` with `metric = \"requests-per-target\"`"),
        ("[services]\nautoscaling = { metric = \"requests-per-target\", target = 0, max = 3 }\n", "2:58 `autoscaling.target` is 0, but it needs a unit: `/s`, `/min` or `/h` ? as `\"100/s\"`"),
        ("[services]\nautoscaling = { target = 60, max = 3 }\n", "2:26 `autoscaling.target` is 60, but it must be a share above 0 and below 1 of the targets' concurrency: they are never busier than 1, so that nothing would ever be above it"),
        ("[services]\nautoscaling = { target = 1.0, max = 3 }\n", "2:26 `autoscaling.target` is 1, but it must be a share above 0 and below 1 of the targets' concurrency: they are never busier than 1, so that nothing would ever be above it"),
        ("[services]\nautoscaling = { target = 0.6, max = 3, period = \"999ms\" }\n", "2:49 `autoscaling.period` is `999ms`, but it must be at least `1s`, the shortest period of a metric in CloudWatch"),
        ("[services]\nautoscaling = { target = 0.6, min = 4, max = 3 }\n", "2:46 `autoscaling.max` is 3, but it must be `min` or more, which is 4"),
        ("[services]\ncount = 11\nautoscaling = { target = 0.6, max = 100_000 }\n", "3:37 11 services have more than 1,000,000 targets together, which is the most that is simulated ? fewer `targets`, a lower `max` of `autoscaling`, or fewer services"),
        ("[services]\ncount = 6\ntargets = 100_000\n[[event]]\nat = \"1s\"\ndeploy = \"*\"\n", "3:11 6 services have more than 1,000,000 targets together, with those that deployments bring, which is the most that is simulated ? fewer `targets`, a lower `max` of `autoscaling`, or fewer services"),
        ("[services]\ntargets = 1_000\n[sweep]\nservices = [10, 1_001]\n", "4:12 1001 services have more than 1,000,000 targets together, which is the most that is simulated ? fewer `targets`, a lower `max` of `autoscaling`, or fewer services"),
        ("[services]\ntargets = 1_000\n[saturation]\nto = 2_000\n", "4:6 2000 services have more than 1,000,000 targets together, which is the most that is simulated ? fewer `targets`, a lower `max` of `autoscaling`, or fewer services"),
        ("[workload]\nclients = 5\n[load_balancers]\nfollow_load = true\n", "3:2 load balancers follow an arrival rate, but `clients` are closed ? leave `follow_load` out\n3:2 the capacity of an NLB is in bits per second, but nobody says how large requests and responses are ? add `request = \"2KiB\"` and `response = \"8KiB\"` to `[workload]`"),
        ("[load_balancers]\nalb_headroom = 0.5\n", "2:16 `alb_headroom` is 0.5, but it must be a number from 1 to 1,000"),
    ]);
}
