//! A scenario laid over another: what is joined, what is replaced, and where messages point.

use std::path::Path;

use crate::issue::render;
use crate::scenario::{Arrivals, Document, Load, Model, Scenario};

fn document(text: &str, name: &str) -> Document {
    Document::parse(text, name, Path::new(".")).unwrap()
}

/// `lower` under each of `upper`, resolved, or the rendered issues.
fn resolve(lower: &str, upper: &[&str]) -> Result<Scenario, String> {
    let mut whole = document(lower, "shop");
    for (index, text) in upper.iter().enumerate() {
        whole = whole.overlaid(&document(text, &format!("over{index}")));
    }
    whole.resolve(&[]).map_err(|issues| render(&issues, false))
}

/// Both describe the same system, whatever the files are called.
fn same(lower: &str, upper: &[&str], written: &str) {
    let found = resolve(lower, upper).unwrap();
    let wanted = document(written, "shop").resolve(&[]).unwrap();
    assert_eq!(found, wanted, "{lower}\n{upper:?}");
}

#[test]
fn sections_are_joined_and_values_replaced() {
    same("", &["[services]\ncount = 7\n"], "[services]\ncount = 7\n");
    same(
        "seed = 1\n[services]\ncount = 7\ntime = { lognormal = { median = \"5ms\", p99 = \"60ms\" } }\n",
        &["seed = 2\n[services]\ntime = { gamma = { mean = \"4ms\", shape = 2 } }\n"],
        "seed = 2\n[services]\ncount = 7\ntime = { gamma = { mean = \"4ms\", shape = 2 } }\n",
    );
    same(
        "[hops.alb]\ntime = { constant = \"1ms\" }\n[hops.rest-api]\ntime = { constant = \"2ms\" }\n",
        &["[hops.alb]\ntime = { exponential = { mean = \"3ms\" } }\n"],
        "[hops.alb]\ntime = { exponential = { mean = \"3ms\" } }\n[hops.rest-api]\ntime = { constant = \"2ms\" }\n",
    );
    same(
        "options = [\"rest-nlb-alb\", \"rest-alb-direct\"]\n[used]\n\"L-53DA6B97\" = 18\n",
        &["options = [\"rest-alb-direct\"]\n", "[used]\n\"L-53DA6B97\" = 4\n"],
        "options = [\"rest-alb-direct\"]\n[used]\n\"L-53DA6B97\" = 4\n",
    );
}

#[test]
fn services_are_joined_by_name() {
    same(
        "[[service]]\nname = \"a\"\ntargets = 2\nshare = 0.5\n[[service]]\nname = \"b\"\n",
        &["[[service]]\nname = \"a\"\nweight = 3\ntime = { constant = \"9ms\" }\n"],
        "[[service]]\nname = \"a\"\ntargets = 2\nweight = 3\ntime = { constant = \"9ms\" }\n[[service]]\nname = \"b\"\n",
    );
    let c = "[[service]]\nname = \"c\"\n";
    same("[services]\ncount = 7\n", &[c], "[services]\ncount = 7\n[[service]]\nname = \"c\"\n");
}

#[test]
fn one_way_of_saying_the_load_takes_the_place_of_the_other() {
    let total = resolve("[workload]\nrate_per_service = \"5/s\"\n", &["[workload]\nrate = \"8/s\"\n"]).unwrap();
    assert!(matches!(total.workload.load, Load::Total(rate) if rate.per_second() == 8.0));
    let closed = "[workload]\nclients = 4\nthink = { constant = \"1s\" }\n";
    let open = resolve(closed, &["[workload]\nrate = \"8/s\"\n"]).unwrap();
    assert!(matches!(open.workload.load, Load::Total(_)));
    let again = resolve("[workload]\nrate = \"8/s\"\narrivals = \"constant\"\n", &[closed]).unwrap();
    assert!(matches!(again.workload.load, Load::Closed { clients: 4, .. }));
    let mmpp = "[workload]\narrivals = { mmpp = { rate = [\"140/s\", \"40/s\"], sojourn = [\"200ms\", \"200ms\"] } }\n";
    let bursty = resolve("[workload]\nrate = \"8/s\"\nrequest = \"2KiB\"\n", &[mmpp]).unwrap();
    assert!(matches!(bursty.workload.load, Load::FromArrivals));
    assert!(matches!(bursty.workload.arrivals, Arrivals::Mmpp { .. }));
    let Model::Options(system) = bursty.model else { panic!("options") };
    assert!(system.traffic.request.is_some(), "what the overlay does not state stays");
    assert!(matches!(resolve(mmpp, &[closed]).unwrap().workload.load, Load::Closed { .. }));
}

#[test]
fn issues_point_into_the_file_at_fault() {
    let said =
        resolve("[workload]\nrate = \"8\"\n", &["\n[services]\ncount = 0\n", "[client]\nfoo = 1\n"]).unwrap_err();
    for place in ["shop.toml:2:8", "over0.toml:3:9", "over1.toml:2:1"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    let hops = resolve(
        "[workload]\nrate = \"8/s\"\n[[hop]]\nname = \"a\"\n",
        &["[hops.alb]\ntime = { constant = \"1ms\" }\n"],
    );
    let hops = hops.unwrap_err();
    assert!(hops.contains("`[hops]` and `[[hop]]` stand in one file") && hops.contains("over0.toml:1:2"), "{hops}");
}

#[test]
fn services_that_the_scenario_does_not_list_are_misspelt() {
    let lower = "[services]\ncount = 3\n[[service]]\nname = \"orders\"\n[[service]]\nname = \"users\"\n";
    let upper = "[[service]]\nname = \"order\"\n[[service]]\nname = \"users\"\nweight = 2\n[[service]]\nname = \"UsersSvc\"\n\
                 [[service]]\nname = \"geo\"\n";
    let said = resolve(lower, &[upper]).unwrap_err();
    for words in [
        "service `order` is none of the 2 services that `shop.toml` lists",
        "over0.toml:2:8",
        "did you mean `orders`?",
        "over0.toml:7:8",
        "did you mean `users`?",
        "service `geo` is none",
        "over0.toml:9:8",
        "give it the name of one of them",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // What else is wrong is said at once.
    let both = resolve(lower, &[&format!("[services]\nqueue = \"x\"\n{upper}")]).unwrap_err();
    assert!(both.contains("over0.toml:2:9") && both.contains("`order` is none"), "{both}");
}

#[test]
fn a_count_is_wrong_where_it_is_written() {
    let listed = "[services]\ncount = 2\n[[service]]\nname = \"a\"\n[[service]]\nname = \"b\"\n";
    let said = resolve(listed, &["[services]\ncount = 1\n"]).unwrap_err();
    assert!(said.contains("over0.toml:2:9") && said.contains("2 services are listed"), "{said}");
    let said = resolve("[services]\ncount = 1\n", &["[[service]]\nname = \"a\"\n[[service]]\nname = \"b\"\n"]);
    assert!(said.as_ref().is_err_and(|said| said.contains("over0.toml:1:1")), "{said:?}");
    let said = resolve("[services]\ncount = 1\n[[service]]\nname = \"a\"\n[[service]]\nname = \"b\"\n", &[]);
    assert!(said.as_ref().is_err_and(|said| said.contains("shop.toml:3:3")), "{said:?}");
}
