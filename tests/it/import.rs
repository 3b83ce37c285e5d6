//! `gatecap import`, and that whatever it reads it writes a scenario that gatecap itself takes.

use std::collections::BTreeMap;
use std::path::Path;

use gatecap::experiment::Source as Scenario;
use gatecap::import::kind::Kind;
use gatecap::import::{Source, read, services, write};
use gatecap::scenario::{Document, Model};
use serde_json::{Value, json};

use crate::program::{repository, run, with_input};

fn refused(issues: &[gatecap::issue::Issue], text: &str) -> ! {
    panic!("{}\n{text}", gatecap::issue::render(issues, false))
}

/// The scenario of one OpenAPI document, resolved.
fn scenario(document: &Value, name: &str) -> (String, gatecap::scenario::Scenario) {
    let source = Source { name: name.into(), bytes: document.to_string().into_bytes() };
    let estate = read(Kind::OpenApi, &[source], &BTreeMap::new()).unwrap_or_else(|issues| panic!("{issues:?}"));
    let text = write::scenario(&services::services(estate), &[name.to_string()]).text;
    let document =
        Document::parse(text.clone(), "imported.toml", Path::new(".")).unwrap_or_else(|issues| refused(&issues, &text));
    let source = Scenario { document, overrides: Vec::new(), quotas: BTreeMap::new(), prices: BTreeMap::new() };
    let scenario = source.scenario(&[]).unwrap_or_else(|issues| refused(&issues, &text));
    (text, scenario)
}

fn private(link: &str, uri: &str, timeout: &Value) -> Value {
    json!({ "x-amazon-apigateway-integration": {
        "type": "http_proxy", "connectionType": "VPC_LINK", "connectionId": link, "uri": uri, "timeoutInMillis": timeout,
    }})
}

/// Names of every kind that a file can hold, in titles, paths, links and hosts.
#[test]
fn hostile_names_make_valid_scenarios() {
    let long = "x".repeat(300);
    let names = [
        "\"quoted\"",
        "it's",
        "a\nb",
        "a\r\n[[service]]",
        "<script>alert(1)</script>",
        "\u{202e}txt.exe",
        "é😀",
        "",
        " ",
        "42",
        "latency",
        "max",
        "-",
        "_",
        "#",
        "\\",
        "\"\"\"",
        "'''",
        "\u{1b}[2J",
        "${AWS::Region}",
        "{a}",
        "../..",
        "as-built",
        "mix",
        &long,
        "http-fan-out",
        "\u{0}",
        "a: b",
        "= 1",
    ];
    for one in names {
        for (index, other) in names.iter().enumerate() {
            let timeout = [json!(null), json!(29_000), json!("x"), json!(1e300), json!(-5), json!(60_000), json!(7)]
                [index % 7]
                .clone();
            let uri = format!("http://{other}:80{index}/{one}");
            let mut paths = serde_json::Map::new();
            paths.insert(format!("/{one}/1"), json!({ "get": private(other, &uri, &timeout) }));
            paths.insert(
                format!("/{other}/2"),
                json!({ "x-amazon-apigateway-any-method": private(one, other, &timeout) }),
            );
            let document = json!({ "swagger": "2.0", "info": { "title": one }, "paths": paths });
            let (text, scenario) = scenario(&document, one);
            let Model::Options(system) = &scenario.model else { panic!("{text}") };
            assert!(!system.listed.is_empty() && system.as_built, "{text}");
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        }
    }
}

/// Many services on one NLB, more than a quota allows, are still a scenario.
#[test]
fn more_than_a_quota_allows_is_read() {
    let path =
        |port: u32| (format!("/{port}"), json!({ "get": private("l", &format!("http://nlb:{port}/"), &json!(null)) }));
    let paths: serde_json::Map<String, Value> = (8_000..8_120).map(path).collect();
    let (text, scenario) = scenario(&json!({ "swagger": "2.0", "paths": paths }), "api.json");
    let Model::Options(system) = &scenario.model else { panic!("{text}") };
    assert_eq!(system.listed.len(), 120);
    assert!(system.listed.iter().all(|one| one.option.as_deref() == Some("rest-shared-nlb")), "{text}");
}

#[test]
fn an_imported_scenario_answers_limits() {
    let imported = run(repository(), &["import", "cloudformation", "docs/import/shop.yaml"]);
    assert_eq!(imported.status, 0, "{}", imported.stderr);
    assert!(
        imported.stderr.contains("services     option 1 (http-fan-out) 1, option 4 (rest-nlb-alb) 2"),
        "{}",
        imported.stderr
    );
    let limits = with_input(repository(), &["limits", "-"], imported.stdout.as_bytes());
    assert_eq!(limits.status, 0, "{}", limits.stderr);
    assert!(limits.stdout.contains("As built"), "{}", limits.stdout);
    // Nobody stated the traffic, so what rests on it is called assumed; once somebody does, it is not.
    let limits = limits.stdout.replace('\n', " ");
    assert!(limits.contains("(assumed)") && limits.contains("traffic at the assumed 100/s a service: "), "{limits}");
    let arguments = ["limits", "-", "--set", "workload.rate_per_service=20/s"];
    let stated = with_input(repository(), &arguments, imported.stdout.as_bytes());
    assert!(stated.status == 0 && !stated.stdout.contains("(assumed)"), "{}", stated.stdout);
    let total = with_input(repository(), &["limits", "-", "--set", "workload.rate=20/s"], imported.stdout.as_bytes());
    assert!(total.stdout.replace('\n', " ").contains("traffic is a total"), "{}", total.stdout);
}

/// The five keep their numbers beside what is built, which is numbered behind them; other options share ALBs as it does.
#[test]
fn the_five_keep_their_numbers_beside_what_is_built() {
    let imported = run(repository(), &["import", "cloudformation", "docs/import/shop.yaml", "--quiet"]);
    let limits = with_input(repository(), &["limits", "-", "--json"], imported.stdout.as_bytes());
    let document: Value = serde_json::from_str(&limits.stdout).unwrap();
    let names: Vec<&str> = document["options"].as_array().unwrap().iter().filter_map(|o| o["name"].as_str()).collect();
    let five = ["http-fan-out", "rest-link-per-service", "rest-shared-nlb", "rest-nlb-alb", "rest-alb-direct"];
    assert_eq!((&names[..5], &names[5..]), (&five[..], &["as-built"][..]));
    // Three services on one ALB where today's are on two.
    let moved = document["moves"].as_array().unwrap().iter().find(|one| one["option"] == "rest-alb-direct").unwrap();
    let albs = moved["parts_more"].as_array().unwrap().iter().find(|part| part[0] == "ALBs");
    assert_eq!(albs.map(|part| part[1].as_f64().unwrap()), Some(-1.0), "{moved}");
}

#[test]
fn json_tells_services_and_notes() {
    let ran = run(repository(), &["import", "openapi", "docs/import/orders-api.yaml", "--json", "--quiet"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["services"].as_array().unwrap().len(), 2);
    assert_eq!(document["services"][0]["number"], 3);
    assert_eq!(document["services"][0]["path"], json!(["rest-api", "vpc-link-v1", "nlb"]));
    assert!(document["unresolved"][0]["text"].as_str().unwrap().contains("a1b2c3"));
    assert_eq!(document["counts"][1], json!({ "what": "route", "count": 3 }));
}

#[test]
fn files_are_written_whole_and_bad_ones_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("plan.json"), "{\"planned_values\": {}, \"format_version\": \"1.2\"}").unwrap();
    std::fs::write(at("broken.json"), "{\"openapi\": \"3.0.1\",}").unwrap();
    std::fs::write(at("none.yaml"), "openapi: 3.0.1\npaths: {}\n").unwrap();
    std::fs::write(at("wide.yaml"), "a: 1\n").unwrap();
    let mut state = vec![b'['; 10_000];
    state.push(b'\n');
    std::fs::write(at("deep.json"), state).unwrap();
    for (arguments, message) in [
        (
            &["import", "cloudformation", "plan.json"][..],
            "`plan.json` is a Terraform plan or state, but a CloudFormation template is read",
        ),
        (&["import", "openapi", "broken.json"], "found `,` before `}`, but JSON has none after the last entry"),
        (&["import", "openapi", "wide.yaml"], "`wide.yaml` is not an OpenAPI or Swagger document"),
        (&["import", "openapi", "deep.json"], "nested more than 200 deep"),
        (&["import", "openapi", "gone.yaml"], "cannot read `gone.yaml`"),
        (&["import", "openapi", "."], "`.` is a folder, but files are read"),
        (&["import", "openapi", "-", "-"], "`-` is given twice"),
        (&["import", "cloudformation", "none.yaml", "--parameter", "x"], "`--parameter x` has no `=`"),
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
    }
    let both = run(folder.path(), &["import", "openapi", "broken.json", "gone.yaml", "wide.yaml"]);
    assert!(both.status == 2 && both.stderr.contains("gone.yaml"), "{}", both.stderr);
    let none = run(folder.path(), &["import", "openapi", "none.yaml", "--out", "out.toml", "--quiet"]);
    assert_eq!((none.status, none.stdout.as_str(), none.stderr.as_str()), (0, "", ""));
    assert!(std::fs::read_to_string(at("out.toml")).unwrap().contains("Nothing private is in them"));
    assert_eq!(run(folder.path(), &["limits", "out.toml"]).status, 0);
}
