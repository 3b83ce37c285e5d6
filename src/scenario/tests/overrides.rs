//! Other values in the place of some fields: `--set`, and the points of axes.

use super::resolve;
use crate::scenario::{Hop, Load, Model, Override, Scenario, Stations};

const HOPS: &str =
    "[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\nservers = 1\n[[hop]]\nname = \"b\"\nservers = 2\n";

fn servers(scenario: &Scenario, index: usize) -> Option<u32> {
    let Model::Hops(hops) = &scenario.model else { return None };
    match hops.get(index) {
        Some(Hop { stations: Stations::One(station), .. }) => station.servers,
        _ => None,
    }
}

fn set(field: &str, toml: &str) -> Override {
    Override::set(field, toml)
}

#[test]
fn fields_go_by_dotted_names_numbers_and_names() {
    let changes =
        [set("hop.0.servers", "7"), set("hop.b.servers", "8"), set("workload.rate", "\"5/s\""), set("seed", "3")];
    let scenario = resolve(HOPS, &changes).unwrap();
    assert_eq!((servers(&scenario, 0), servers(&scenario, 1), scenario.seed), (Some(7), Some(8), 3));
    assert!(matches!(scenario.workload.load, Load::Total(rate) if rate.per_second() == 5.0));
}

#[test]
fn missing_tables_are_made_and_the_last_one_wins() {
    let changes = [set("services", "9"), set("services.count", "12"), set("quotas.\"L-53DA6B97\"", "60")];
    let scenario = resolve("", &changes).unwrap();
    assert_eq!(scenario.services, 12);
    let Model::Options(system) = &scenario.model else { panic!("options") };
    assert_eq!(system.quotas["L-53DA6B97"].value, 60.0);
}

#[test]
fn shells_eat_quotes() {
    let scenario = resolve(HOPS, &[set("workload.rate", "5/s")]).unwrap();
    assert!(matches!(scenario.workload.load, Load::Total(rate) if rate.per_second() == 5.0));
}

#[test]
fn what_is_wrong_is_shown_on_the_command_line() {
    assert_eq!(
        resolve(HOPS, &[set("workload.rate", "5")]).unwrap_err(),
        "error: `rate` is 5, but it needs a unit: `/s`, `/min` or `/h`
 --> <command line>:1:15
  |
1 | workload.rate=5
  |               ^
hint: write `\"5/s\"`

1 error in <command line>; nothing was run"
    );
}

#[test]
fn fields_that_are_not_there() {
    for (field, said) in [
        ("workload.rte", "`rte` is not a field of `[workload]`"),
        ("hop.c.servers", "there is no element `c`"),
        ("hop.2.servers", "there is no element `2`"),
        ("seed.x", "`[seed]` is a table"),
        ("", "`` is not the name of a field"),
        ("a..b", "`a..b` is not the name of a field"),
        ("workload.\"rate", "is not the name of a field"),
        ("workload.rate.x", "leads through `9/s`, which has no fields"),
    ] {
        let wrong = resolve(HOPS, &[set(field, "1")]).unwrap_err();
        let expected = if field == "seed.x" { "it must be a whole number" } else { said };
        assert!(wrong.contains(expected) && wrong.contains("<command line>:1:"), "{field}: {wrong}");
    }
}

#[test]
fn a_document_knows_what_it_states() {
    let document = crate::scenario::Document::parse(HOPS, "x", std::path::Path::new(".")).unwrap();
    assert!(document.has("workload.rate") && document.has("hop.b.servers") && document.has("hop"));
    assert!(!document.has("workload.profile") && !document.has("hop.c.servers") && !document.has("services"));
}
