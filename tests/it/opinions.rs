//! Second opinions: where theory has a formula the simulation agrees with it, and where it has none it says so and why.

use gatecap::results::{HopInfo, Theory};

use crate::measure::{outcome, scenario};

const RUN: &str = "[run]\nrequests = 20_000\nreplications = 10\n";

/// The hops of a system and its warnings of disagreement.
fn hops(body: &str) -> (Vec<HopInfo>, Vec<String>) {
    let run = if body.contains("[run]") { "" } else { RUN };
    let point = outcome(&scenario(&format!("seed = 11\n{body}\n{run}"))).point;
    let disagree = point.warnings.into_iter().filter(|warning| warning.kind == "theory_disagrees");
    (point.hops, disagree.map(|warning| warning.message).collect())
}

fn theory(hop: &HopInfo) -> &Theory {
    hop.theory.as_ref().unwrap_or_else(|| panic!("nothing is said about {}", hop.name))
}

fn station(name: &str, time: &str, rest: &str) -> String {
    format!("[[hop]]\nname = \"{name}\"\ntime = {time}\n{rest}\n")
}

const TEN_MS: &str = "{ exponential = { mean = \"10ms\" } }";
const GAMMA: &str = "{ gamma = { mean = \"10ms\", shape = 2 } }";
const LONG_TAILED: &str = "{ lognormal = { mean = \"10ms\", scv = 2 } }";

#[test]
fn simulation_agrees_where_there_is_a_formula() {
    let system =
        |workload: &str, time: &str, rest: &str| format!("[workload]\n{workload}\n{}", station("s", time, rest));
    let rate = |per_second: u32| format!("rate = \"{per_second}/s\"");
    let paced = |arrivals: &str| format!("rate = \"70/s\"\narrivals = {arrivals}");
    for (body, model, exact) in [
        (system(&rate(320), TEN_MS, "servers = 4"), "M/M/4", true),
        (system(&rate(70), LONG_TAILED, "servers = 1"), "M/G/1", true),
        (system(&rate(320), GAMMA, "servers = 4"), "M/G/4", false),
        (system(&rate(320), LONG_TAILED, "servers = 4"), "M/G/4", false),
        (
            system(&rate(80), "{ lognormal = { mean = \"100ms\", scv = 2 } }", "servers = 10\nqueue = 0"),
            "M/G/10/10",
            true,
        ),
        (system(&rate(240), TEN_MS, "servers = 3\nqueue = 7"), "M/M/3/10", true),
        (system(&rate(95), "{ constant = \"10ms\" }", "servers = 1\nqueue = 9"), "M/D/1/10", true),
        (system(&paced("\"constant\""), TEN_MS, "servers = 1"), "D/M/1", true),
        (system(&paced("{ gamma = { shape = 0.5 } }"), TEN_MS, "servers = 1"), "G/M/1", true),
        (system(&rate(140), TEN_MS, "servers = 1\ncopies = 2\nbalancing = \"round-robin\""), "E2/M/1", true),
        (system(&rate(140), LONG_TAILED, "servers = 1\ncopies = 2\nbalancing = \"round-robin\""), "E2/G/1", false),
        (system(&rate(100), TEN_MS, "servers = 1\nweights = [0.7, 0.2, 0.1]"), "M/M/1", true),
        (
            "[workload]\nrate = \"100/s\"\n[[hop]]\nname = \"s\"\nbucket = { rate = \"100/s\", burst = 10 }".into(),
            "M/D/1/10",
            true,
        ),
    ] {
        let (hops, disagree) = hops(&body);
        let said = theory(&hops[0]);
        assert_eq!((said.model.as_str(), said.exact), (model, exact), "{said:?}");
        assert_eq!((said.agrees, said.note.as_str()), (Some(true), ""), "{said:#?}");
        assert_eq!(disagree, Vec::<String>::new());
        let errors = said.values.iter().any(|value| value.error > 0.0);
        assert!(!exact || !errors, "{said:?}");
    }
}

#[test]
fn poisson_streams_are_followed_through_what_leaves_them_poisson() {
    // A delay, exponential servers, a coin, a bucket that is hardly used: the last queue is M/G/1 at 0.9 x 60/s.
    let body = format!(
        "[workload]\nrate = \"60/s\"\n{}{}{}[[hop]]\nname = \"limit\"\nbucket = {{ rate = \"100/s\", burst = 100 }}\n{}{}",
        station("wire", LONG_TAILED, ""),
        station("front", TEN_MS, "servers = 2\nfailure = 0.1"),
        station("pair", TEN_MS, "servers = 1\ncopies = 2"),
        station("last", GAMMA, "servers = 1"),
        station("behind", TEN_MS, "servers = 1"),
    );
    let (hops, disagree) = hops(&body);
    assert!(hops[0].theory.is_none(), "a pure delay has no queue");
    for (index, model) in [(1, "M/M/2"), (2, "M/M/1"), (3, "M/D/1/100"), (4, "M/G/1")] {
        let said = theory(&hops[index]);
        assert_eq!((said.model.as_str(), said.agrees), (model, Some(true)), "{said:#?}");
    }
    let busy = theory(&hops[4]).values.iter().find(|value| value.metric == "utilisation").unwrap().computed;
    assert!((busy - 0.54).abs() < 1e-9, "{busy}");
    assert!(theory(&hops[5]).note.contains("departures of last"), "{:?}", hops[5]);
    assert_eq!(disagree, Vec::<String>::new());
}

#[test]
fn where_theory_has_nothing_it_says_why() {
    let one = |workload: &str, rest: &str| format!("[workload]\n{workload}\n{}", station("s", TEN_MS, rest));
    let usual = "rate = \"70/s\"";
    let retries = "\n[client]\nretries = { max = 1, backoff = { constant = \"10ms\" } }";
    let event = "\n[[event]]\nat = \"1s\"\nhop = \"s\"\nservers = 2";
    for (body, why) in [
        (one(usual, &format!("servers = 1\nfailure = 0.1\n{retries}")), "retries"),
        (one(usual, "servers = 1\npatience = { constant = \"50ms\" }"), "leave"),
        (one(usual, "servers = 1\ncopies = 2\nbalancing = \"least-outstanding\""), "least outstanding"),
        (one("clients = 5", "servers = 1"), "closed clients"),
        (one(usual, &format!("servers = 1{event}")), "change over time"),
        (
            one(
                "arrivals = { mmpp = { rate = [\"90/s\", \"40/s\"], sojourn = [\"200ms\", \"200ms\"] } }",
                "servers = 1",
            ),
            "MMPP",
        ),
        (one("rate = \"120/s\"", "servers = 1"), "more than it can serve"),
    ] {
        let (hops, disagree) = hops(&body);
        let said = theory(&hops[0]);
        assert!(said.note.contains(why) && said.values.is_empty() && said.agrees.is_none(), "{said:?}");
        assert_eq!(disagree, Vec::<String>::new());
    }
}

#[test]
fn a_run_too_short_for_a_steady_state_is_not_held_against_theory() {
    // A burst of 5,000 at exactly its rate remembers for minutes; a run of two seconds says nothing.
    let body = "[workload]\nrate = \"1000/s\"\n[[hop]]\nname = \"s\"\nbucket = { rate = \"1000/s\", burst = 5000 }\n\
                [run]\nrequests = 2_000\nreplications = 5\n";
    let (hops, disagree) = hops(body);
    let said = theory(&hops[0]);
    assert!(said.agrees.is_none() && said.note.contains("not compared: a run of"), "{said:?}");
    assert!(said.values[0].computed > 5e-5 && disagree.is_empty());
}
