//! What is built today as the program shows it: `scenarios/as-built.toml` counted by hand, what callers see of it, and what may be
//! written.

use serde_json::Value;

use crate::program::{repository, run, with_input};

const FILE: &str = "scenarios/as-built.toml";

fn json(arguments: &[&str]) -> Value {
    let ran = run(repository(), &[arguments, &[FILE, "--json"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn of<'a>(rows: &'a Value, key: &str, wanted: &str) -> &'a Value {
    let fits = |row: &&Value| row[key] == wanted;
    rows.as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("{key} {wanted} in {rows}"))
}

#[test]
fn quotas_today_are_what_is_built_and_what_others_use() {
    let document = json(&["limits"]);
    let built = of(&document["options"], "name", "as-built");
    assert_eq!((&built["name"], &built["as_built"]), (&Value::from("as-built"), &Value::from(true)));
    let title = "As built: REST API over NLB and ALB for 12, REST API over NLB for 4, HTTP API over ALB for 3";
    assert_eq!(built["title"], title);
    assert_eq!(document["options"].as_array().unwrap().iter().filter(|o| o["as_built"] == true).count(), 1);
    let numbers = |code: &str| {
        let row = of(&document["today"], "code", code);
        ["system", "others", "limit", "headroom"].map(|key| row[key].as_f64().unwrap())
    };
    // An ALB for each of 12 and of 3 services; a link for each of 4, and one for each VPC's NLB with its ALBs.
    assert_eq!(numbers("L-53DA6B97"), [15.0, 34.0, 60.0, 11.0]);
    assert_eq!(numbers("L-A4C7274F"), [6.0, 11.0, 20.0, 3.0]);
    assert_eq!(numbers("L-8A5B8E43"), [1_500.0, 0.0, 10_000.0, 8_500.0]);
    let shares: Vec<f64> =
        document["today"].as_array().unwrap().iter().map(|row| row["share"].as_f64().unwrap()).collect();
    assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]), "{shares:?}");
    // 11 more ALBs, which those that go as most do take one by one.
    let first = document["ceilings"].as_array().unwrap().iter().find(|rung| rung["option"] == "as-built").unwrap();
    assert_eq!((&first["services"], &first["code"]), (&Value::from(30), &Value::from("L-53DA6B97")));
}

#[test]
fn a_move_is_the_difference_of_the_two_options() {
    let document = json(&["limits"]);
    let moved = of(&document["moves"], "option", "rest-alb-direct");
    let more = |name: &str| {
        let found = moved["parts_more"].as_array().unwrap().iter().find(|part| part[0] == name);
        found.map_or(0.0, |part| part[1].as_f64().unwrap())
    };
    // 4 more ALBs for 6 links and NLBs less; the V2 links of both VPCs are there already.
    assert_eq!(["ALBs", "NLBs", "VPC links V1", "VPC links V2"].map(more), [4.0, -6.0, -6.0, 0.0]);
    assert_eq!((&moved["services"], &moved["raises"]), (&Value::from(26), &Value::from(0)));
    let month = |option: &str| -> f64 {
        let lines = document["costs"].as_array().unwrap().iter().filter(|line| line["option"] == option);
        lines.filter_map(|line| line["monthly"].as_f64()).sum()
    };
    let difference = month("rest-alb-direct") - month("as-built");
    assert!((moved["monthly_more"].as_f64().unwrap() - difference).abs() < 1e-6, "{moved}");
    assert_eq!(moved["added_mean_ms_more"], Value::Null, "nothing was simulated");
    // Partners need what an HTTP API has not.
    assert_eq!(of(&document["moves"], "option", "http-fan-out")["lacks"].as_array().unwrap().len(), 1);
}

#[test]
fn callers_see_each_service_by_its_own_way() {
    let document = json(&["run", "--requests", "4000", "--replications", "3", "--quiet"]);
    let mean = |option: &str, hop: &str| {
        let point = of(&document["points"], "option", option);
        let hops = point["hops"].as_array().unwrap();
        hops.iter().find(|one| one["name"] == hop).map_or(0.0, |one| one["mean_ms"].as_f64().unwrap())
    };
    // 40 % of the requests go by the HTTP API, the others by the REST API.
    let http = mean("as-built", "http-api") / mean("http-fan-out", "http-api");
    let rest = mean("as-built", "rest-api") / mean("rest-alb-direct", "rest-api");
    assert!((http - 0.4).abs() < 0.03 && (rest - 0.6).abs() < 0.03, "{http} and {rest}");
    let added = |option: &str| of(&document["options"], "name", option)["added_mean_ms"].as_f64().unwrap();
    let moved = of(&document["moves"], "option", "rest-alb-direct")["added_mean_ms_more"].as_f64().unwrap();
    assert!((moved - (added("rest-alb-direct") - added("as-built"))).abs() < 1e-9, "{moved}");
}

#[test]
fn screens_and_reviews_speak_of_what_is_built_first() {
    let screen = run(repository(), &["limits", FILE]).stdout;
    let place = |text: &str| screen.find(text).unwrap_or_else(|| panic!("no {text} in\n{screen}"));
    assert!(place("today: what 19 services as built (option 6) and others use") < place("+ 6 as-built"), "{screen}");
    assert!(screen.contains("\n^ ALBs per Region") && screen.contains("\n^ VPC links V1"), "{screen}");
    assert!(place("+ 6 as-built") < place("1 http-fan-out"), "{screen}");
    let first =
        "As built (option 6), 11 more services fit; the first stop is ALBs per Region (L-53DA6B97) at 30 services";
    assert!(screen.replace('\n', " ").contains(first), "{screen}");
    assert!(place("all moved to option 5") > place("As built (option 6), 11 more"), "{screen}");
    assert!(place("note: callers leave after 10s, but the gateway waits 30s") > 0);
    assert!(place("note: 16 of 19 services go through a VPC link V1 today") > 0);
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let path = out.display().to_string();
    let flags = ["--requests", "500", "--replications", "2", "--set", "sweep.services=[19]", "--quiet"];
    let ran = run(repository(), &[&["sweep", FILE, "--out", &path][..], &flags].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let (html, markdown) = (read("report.html"), read("report.md"));
    for text in [&html, &markdown] {
        assert!(text.contains("What is built") && text.contains("; moving to option "), "{text}");
        assert!(text.contains("What moving all services would change"), "{text}");
    }
    assert_eq!(read("today.csv").lines().next().unwrap().split(',').next(), Some("quota"));
    assert_eq!(read("moves.csv").lines().count(), 1 + 6, "five options and the best mix");
    assert_eq!(read("lints.csv").lines().count(), 1 + 2);
    // The resolved scenario is the same system again.
    let again = run(&out, &["limits", "scenario.toml", "--json"]);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    let once = json(&["limits"]);
    for key in ["today", "moves", "lints", "ceilings", "options"] {
        assert_eq!(again[key], once[key], "{key}");
    }
}

/// Where all services go one way that is compared anyway, that one is what is built.
#[test]
fn one_way_for_all_is_no_option_of_its_own() {
    let text = "as_built = true\n[services]\ncount = 3\n[[service]]\nname = \"a\"\noption = \"rest-alb-direct\"\n";
    let ran = with_input(repository(), &["limits", "-", "--json"], text.as_bytes());
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let names: Vec<&str> = document["options"].as_array().unwrap().iter().filter_map(|o| o["name"].as_str()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert_eq!(
        (&document["options"][4]["as_built"], &document["options"][0]["as_built"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(document["moves"].as_array().unwrap().len(), 4);
    let screen = with_input(repository(), &["limits", "-"], text.as_bytes()).stdout;
    assert!(screen.contains("as built (option 5)") && screen.contains("+ 5 rest-alb-direct"), "{screen}");
}
