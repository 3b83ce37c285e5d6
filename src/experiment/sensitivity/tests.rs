//! Studies of small scenarios: effects that must be exactly 0 or exactly so much, and turns at values that are known beforehand.

use std::path::Path;

use super::super::{Control, Source};
use super::{applies, study};
use crate::results::{Effect, Flip, InputEnd, Sensitivity, VariedInput};
use crate::scenario::Document;

fn source(text: &str) -> Source {
    Document::parse(text, "study", Path::new(".")).map(Source::from).unwrap()
}

fn studied(text: &str) -> Sensitivity {
    let source = source(text);
    let scenario = source.scenario(&[]).map_err(|issues| crate::issue::render(&issues, false)).unwrap();
    study(&source, &scenario, &Control::default()).unwrap().unwrap()
}

fn input<'a>(found: &'a Sensitivity, name: &str) -> &'a VariedInput {
    found.inputs.iter().find(|input| input.name == name).unwrap_or_else(|| panic!("no input {name}"))
}

fn effect<'a>(end: &'a InputEnd, metric: &str, option: &str) -> &'a Effect {
    let wanted = |effect: &&Effect| effect.metric == metric && effect.option.as_deref() == Some(option);
    end.effects.iter().find(wanted).unwrap()
}

fn flips<'a>(input: &'a VariedInput, metric: &'a str) -> impl Iterator<Item = &'a Flip> + 'a {
    input.flips.iter().filter(move |flip| flip.metric == metric)
}

const TWO: &str = "options = [\"http-fan-out\", \"rest-link-per-service\"]\n";

#[test]
fn the_default_options_against_hand_calculation() {
    let found = studied(&format!("{TWO}[run]\nrequests = 10_000\nreplications = 8\n"));
    assert_eq!((found.services, found.requests, found.replications), (Some(4), 10_000, 8));

    // What an option does not have moves it by exactly nothing.
    for (name, option) in [("vpc-link-v1", 0), ("nlb", 0), ("rest_over_http", 0), ("vpc-link-v2", 1), ("alb", 1)] {
        let option = ["http-fan-out", "rest-link-per-service"][option];
        for end in [&input(&found, name).low, &input(&found, name).high] {
            for metric in ["latency.p99", "latency.mean"] {
                let difference = effect(end, metric, option).difference;
                assert_eq!(
                    (difference.value, difference.low, difference.high),
                    (Some(0.0), Some(0.0), Some(0.0)),
                    "{name}"
                );
            }
        }
    }

    // 1 ms and 150 ms in the place of 20 ms, for everybody, and no order turns.
    let client = input(&found, "client");
    for (end, change) in [(&client.low, -19.0), (&client.high, 130.0)] {
        for option in ["http-fan-out", "rest-link-per-service"] {
            let mean = effect(end, "latency.mean", option).difference;
            assert!((mean.value.unwrap() - change).abs() < 1e-6, "{option}: {mean:?}");
        }
    }
    assert!(client.flips.is_empty());

    // The REST path adds r 4.0986 + 0.2541 + leg + 0.1791 ms and the HTTP path 4.0986 + 0.2541 + leg + 1.1943 ms, and one connection in
    // twenty or more is new: two legs' round trips for the NLB's target, one leg's for the ALB. The REST path is the longer one while
    // r > 1 + (1.1943 - 0.1791 - c) / 4.0986 with c, 0.05 x 2 x 0.1391 = 0.014 ms at the least, well below 0.1 ms: 1.248 less c / 4.0986.
    let ratio = input(&found, "rest_over_http");
    assert_eq!((ratio.number, ratio.low.number, ratio.high.number), (Some(1.6), Some(1.0), Some(2.5)));
    let turns: Vec<&Flip> = flips(ratio, "latency.added").collect();
    let [turn] = turns.as_slice() else { panic!("{turns:?}") };
    assert_eq!((turn.faster.as_str(), turn.end.as_str(), turn.verdict.as_str()), ("http-fan-out", "low", "turns"));
    let (at, low, high) = (turn.at.value.unwrap(), turn.at.low.unwrap(), turn.at.high.unwrap());
    assert!(1.248 - 0.025 < at && at < 1.248 + 0.005, "{at}");
    assert!(low < at && at < high && high - low < 0.03, "{low} {at} {high}");

    // A REST API moves with an HTTP API: by 1.6 times what that moves, 6.5577 - 4.0986 ms.
    let apis = &input(&found, "http-api").high;
    let mean = |option: &str| effect(apis, "latency.mean", option).difference.value.unwrap();
    assert!((mean("http-fan-out") - 2.459).abs() < 0.1 && (mean("rest-link-per-service") - 3.935).abs() < 1.0);

    // All at once: between the ends of each alone, and beyond them.
    let [fast, slow] = found.together.as_slice() else { panic!("{:?}", found.together) };
    let mean = |end: &InputEnd| effect(end, "latency.mean", "http-fan-out").difference.value.unwrap();
    assert!(mean(fast) < mean(&client.low) && mean(slow) > mean(&client.high));
}

/// Constant times all along, so that nothing but the ALB's own time decides: an HTTP path of 4 + 0.2 + ALB and a REST path of 6 + 0.2
/// + 0.1 are equal where the ALB takes 2.1 ms.
const CONSTANT: &str = "[services]\ntime = { constant = \"5ms\" }\ntime_includes_zone_leg = true\n\
    [hops.http-api]\ntime = { constant = \"4ms\" }\n[hops.rest-api]\ntime = { constant = \"6ms\" }\n\
    [hops.vpc-link-v1]\ntime = { constant = \"0.2ms\" }\n[hops.vpc-link-v2]\ntime = { constant = \"0.2ms\" }\n\
    [hops.nlb]\ntime = { constant = \"0.1ms\" }\n[hops.alb]\ntime = { constant = \"1ms\" }\n\
    [hops.zone-leg-same]\ntime = { constant = \"0ms\" }\n[hops.zone-leg-cross]\ntime = { constant = \"0ms\" }\n\
    [hops.connection]\ntime = { constant = \"0ms\" }\n[run]\nrequests = 2_000\nreplications = 3\n";

#[test]
fn a_turn_at_a_known_value_is_found_exactly() {
    let inputs = "[sensitivity]\ninputs = [{ field = \"hops.alb.time.constant\", low = \"0.5ms\", high = \"9ms\" }]\n";
    let found = studied(&format!("{TWO}{CONSTANT}{inputs}"));
    let alb = input(&found, "hops.alb.time.constant");
    assert_eq!((alb.number, alb.unit.as_str(), alb.grade.as_str()), (Some(1.0), "ms", "yours"));
    let turns: Vec<&Flip> = flips(alb, "latency.added").collect();
    let [turn] = turns.as_slice() else { panic!("{turns:?}") };
    assert_eq!((turn.end.as_str(), turn.verdict.as_str()), ("high", "turns"));
    let near = |value: Option<f64>, wanted: f64| value.is_some_and(|value| (value - wanted).abs() < 1e-6);
    assert!(near(turn.at.value, 2.1) && near(turn.at.low, 2.1) && near(turn.at.high, 2.1), "{turn:?}");
    assert!(near(turn.way, 1.1 / 8.0), "{turn:?}");
    // 8 ms more for the option with the ALB, nothing for the other.
    assert!(near(effect(&alb.high, "latency.mean", "http-fan-out").difference.value, 8.0));
    assert_eq!(effect(&alb.high, "latency.mean", "rest-link-per-service").difference.value, Some(0.0));
    // What the scenario states itself is not varied unless it says so.
    assert!(
        found
            .inputs
            .iter()
            .all(|input| !["alb", "service", "http-api", "rest_over_http"].contains(&input.name.as_str()))
    );
}

#[test]
fn quotas_move_with_what_uses_them() {
    let inputs = "[sensitivity]\ninputs = [{ field = \"account.environments\", low = 1, high = 2 }]\n";
    let found = studied(&format!("options = [\"http-fan-out\"]\n{CONSTANT}{inputs}"));
    let burst = input(&found, "burst_rate");
    // 100 services at 100/s fill the account's 10,000/s; at 135/s 74 do.
    let traffic = |end: &InputEnd| end.ceilings.iter().find(|c| c.kind == "traffic").map(|c| (c.from, c.to));
    assert_eq!((traffic(&burst.low), traffic(&burst.high)), (Some((100, 153)), Some((100, 74))));
    // A load balancer for each service: a second environment takes half of the 50 of a Region.
    let copies = input(&found, "account.environments");
    assert_eq!((copies.value.as_str(), copies.number), ("1", Some(1.0)));
    let structure = |end: &InputEnd| end.ceilings.iter().find(|c| c.kind == "structure").map(|c| (c.from, c.to));
    assert_eq!((structure(&copies.low), structure(&copies.high)), (None, Some((50, 25))));
    assert!(input(&found, "client").low.ceilings.is_empty());
}

#[test]
fn a_study_is_made_where_it_means_something() {
    let hops = "[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\ntime = { exponential = { mean = \"20ms\" } }\n";
    let varied = "[sensitivity]\ninputs = [{ field = \"hop.a.servers\", low = 1, high = 2 }]\n";
    let event = "[[event]]\nat = \"1s\"\nrate_factor = 2\n";
    for (text, wanted) in [
        ("", true),
        (event, false),
        (&format!("{event}[sensitivity]\nenabled = true\n"), true),
        ("[sensitivity]\nenabled = false\n", false),
        (hops, false),
        (&format!("{varied}{hops}"), true),
    ] {
        assert_eq!(applies(&source(text).scenario(&[]).unwrap()), wanted, "{text}");
    }
    let found = studied(&format!("{varied}{hops}[run]\nrequests = 3_000\nreplications = 4\n"));
    let servers = input(&found, "hop.a.servers");
    let mean =
        |end: &InputEnd| end.effects.iter().find(|e| e.metric == "latency.mean").and_then(|e| e.difference.value);
    // One server is what there is; a second one takes the wait of M/M/1 at 0.18, 4.4 ms, all but away.
    assert_eq!(mean(&servers.low), Some(0.0));
    assert!(mean(&servers.high).is_some_and(|less| (-6.0..-3.0).contains(&less)), "{:?}", mean(&servers.high));
    assert!(found.rankings.is_empty() && found.together.is_empty() && servers.flips.is_empty());
}

#[test]
fn a_stop_leaves_no_half_study() {
    let source = source(TWO);
    let control = Control::default();
    control.stop();
    assert_eq!(study(&source, &source.scenario(&[]).unwrap(), &control).unwrap(), None);
}
