//! What a comparison says beside one operating point: waits for one's turn to deploy, and when growth meets each limit, as a user gets
//! them.

use serde_json::Value;

use crate::program::{repository, run};

const TEAMS: &str = "[services]\ncount = 60\n[run]\nrequests = 500\nreplications = 2\n\
                     [deployments]\nper_service_per_day = 2\nhold = { traffic_shift = \"15min\" }\n";

fn document(text: &str, arguments: &[&str]) -> Value {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("a.toml"), text).unwrap();
    let ran = run(scratch.path(), &[arguments, &["a.toml", "--json", "--quiet"]].concat());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{text}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn of<'a>(rows: &'a Value, wanted: &[(&str, &str)]) -> &'a Value {
    let fits = |row: &&Value| wanted.iter().all(|(key, value)| row[*key] == *value);
    rows.as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("{wanted:?} in {rows}"))
}

#[test]
fn a_wait_for_a_shared_listener_agrees_with_pollaczek_and_khinchine_on_any_threads() {
    let one = document(TEAMS, &["run", "--threads", "1"]);
    assert_eq!(one, document(TEAMS, &["run", "--threads", "3"]));
    let shift = of(&one["deployments"], &[("option", "rest-shared-nlb"), ("change", "traffic_shift")]);
    let number = |key: &str| shift["wait_mean_min"][key].as_f64().unwrap();
    let half = (number("high") - number("low")) / 2.0;
    // 30 services at 2 changes a day of 15 min: rho = 0.625, and 0.625 x 15 / (2 x 0.375) = 12.5 min.
    assert!((number("value") - 12.5).abs() < 2.0 * half && half < 1.0, "{shift}");
    let option = of(&one["options"], &[("name", "rest-shared-nlb")]);
    assert_eq!((&option["shared_fate"], &option["minutes_per_deployment"]), (&Value::from(30), &Value::from(0)));
}

#[test]
fn growth_is_dated_from_the_day_that_is_given_and_from_no_clock() {
    let text = "[services]\ncount = 34\n[growth]\nservices_per_month = 2\n";
    let dated = document(text, &["limits", "--date", "2026-11-28"]);
    let albs = of(&dated["growth"], &[("option", "http-fan-out"), ("quota", "elb.alb-per-region")]);
    // 16 more ALBs, 2 a month: 8 months of 30.436875 days.
    assert_eq!((&albs["months"], &albs["date"]), (&Value::from(8), &Value::from("2027-07-29")));
    let bare = document(text, &["limits"]);
    assert_eq!(
        of(&bare["growth"], &[("option", "http-fan-out"), ("quota", "elb.alb-per-region")])["date"],
        Value::Null
    );
    let refused = run(repository(), &["limits", "--date", "tomorrow"]);
    assert_eq!(refused.status, 2, "{refused:?}");
}

#[test]
fn targets_of_a_service_are_full_when_traffic_has_grown_by_what_they_have_left() {
    // 100/s over 3 targets of 3 ms keep each busy for a tenth of the time; tenfold traffic comes in a year.
    let text = "[services]\ntime = { constant = \"3ms\" }\n[growth]\ntraffic_per_year = 10\n";
    let growing = document(text, &["limits"]);
    let targets = of(&growing["growth"], &[("option", "http-fan-out"), ("quota", "service.targets")]);
    assert!((targets["months"].as_f64().unwrap() - 12.0).abs() < 1e-6, "{targets}");
}

#[test]
fn the_screen_of_limits_says_when_each_rung_is_full() {
    let ran = run(repository(), &["limits", "scenarios/grow.toml"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stdout.contains("  months\n") && ran.stdout.contains("growth: 2 services more a month"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 96), "{}", ran.stdout);
}

#[test]
fn a_sweep_writes_the_waits_and_the_sections_of_the_review() {
    let scratch = tempfile::tempdir().unwrap();
    let text = format!("{TEAMS}[growth]\nservices_per_month = 2\n[sweep]\nservices = [20, 60]\n");
    std::fs::write(scratch.path().join("a.toml"), text).unwrap();
    let ran = run(scratch.path(), &["sweep", "a.toml", "--out", "o", "--quiet"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let read = |name: &str| std::fs::read_to_string(scratch.path().join("o").join(name)).unwrap();
    let table = read("deployments.csv");
    // Five options, two numbers of services, three kinds of change.
    assert_eq!(table.lines().count(), 31, "{table}");
    assert!(table.starts_with("option,services,change,unit,shared_by,"), "{table}");
    for (page, sections) in [
        ("report.html", ["id=\"deployments\"", "id=\"growth\""]),
        ("report.md", ["## Independent deployments", "## Growth"]),
    ] {
        assert!(sections.iter().all(|section| read(page).contains(section)), "{page}");
    }
    assert!(read("charts/deployment-wait.svg").contains("never its turn"));
    // The resolved scenario is the same question.
    std::fs::write(scratch.path().join("again.toml"), read("scenario.toml")).unwrap();
    let again = run(scratch.path(), &["sweep", "again.toml", "--out", "p", "--quiet"]);
    assert_eq!(again.status, 0, "{again:?}");
    assert_eq!(std::fs::read_to_string(scratch.path().join("p/deployments.csv")).unwrap(), table);
}
