//! The form against texts that people write: what it reads, what it writes, what it leaves alone.
#![allow(clippy::unwrap_used)]

use super::*;

fn value(text: &str, id: &str) -> (String, String) {
    let form = read(text).unwrap();
    let input = form["inputs"].as_array().unwrap().iter().find(|input| input["id"] == id).unwrap().clone();
    let word = |key: &str| input[key].as_str().unwrap().to_string();
    (word("value"), word("state"))
}

fn changed(text: &str, id: &str, typed: &str) -> String {
    write(text, &[(id.into(), typed.into())]).unwrap()
}

fn pair(value: &str, state: &str) -> (String, String) {
    (value.into(), state.into())
}

#[test]
fn the_built_in_text_shows_its_own_defaults() {
    let text = gatecap::scenario::init::text();
    for field in FIELDS {
        let (stated, unstated) = (value(text, field.id), value("", field.id));
        assert_eq!(stated.0, unstated.0, "{}", field.id);
        assert_eq!((stated.1.as_str(), unstated.1.as_str()), ("stated", "default"), "{}", field.id);
    }
}

#[test]
fn one_value_changes_and_every_other_byte_stays() {
    let text = gatecap::scenario::init::text();
    for (id, typed, old, new) in [
        ("bound", "200", "latency.p99 <= 250ms", "latency.p99 <= 200ms"),
        ("metric", "latency.p95", "latency.p99 <= 250ms", "latency.p95 <= 250ms"),
        ("ok", "0.99", "outcome.ok >= 0.999", "outcome.ok >= 0.99"),
        ("rate", "12.5", "\"100/s\"  ", "\"12.5/s\"  "),
        ("median", "8", "median = \"5ms\", p99 = \"60ms\"", "median = \"8ms\", p99 = \"60ms\""),
        ("targets", "6", "targets = 3   ", "targets = 6   "),
        ("to", "500", "to = 3000", "to = 500"),
        ("requests", "20,000", "requests = 100_000 ", "requests = 20000 "),
    ] {
        assert_eq!(changed(text, id, typed), text.replacen(old, new, 1), "{id}");
    }
}

#[test]
fn what_is_not_there_is_added_and_read_again() {
    for field in FIELDS.iter().filter(|field| field.kind != Kind::LatencyMetric) {
        let typed = match field.id {
            "ok" => "0.9",
            "zones" => "2",
            _ => "7",
        };
        let text = changed("# mine\n", field.id, typed);
        assert_eq!(value(&text, field.id), pair(typed, "stated"), "{text}");
        assert!(text.contains("# mine"), "{text}");
        assert!(
            gatecap::scenario::Document::parse(text.as_str(), "a", std::path::Path::new("."))
                .and_then(|d| d.resolve(&[]))
                .is_ok(),
            "{text}"
        );
    }
    let text = changed("", "median", "9");
    assert!(text.contains("time = { lognormal = { median = \"9ms\", p99 = \"60ms\" } }"), "{text}");
    assert!(text.contains("time_includes_zone_leg = true"), "the default time has it: {text}");
    let text = changed("", "bound", "90");
    assert!(text.contains("latency.p99 <= 90ms") && text.contains("outcome.ok >= 0.999"), "{text}");
    let text = changed("", "share:rest-nlb-alb", "max");
    assert!(text.contains("[option.rest-nlb-alb]\nservices_per_alb = \"max\"") && !text.contains("[option]"), "{text}");
    assert_eq!(value(&text, "share:rest-nlb-alb"), pair("max", "stated"));
}

#[test]
fn what_is_said_otherwise_is_left_to_the_text() {
    for (text, id) in [
        ("[workload]\nrate = \"50/s\"\n", "rate"),
        ("[services]\ntime = { constant = \"5ms\" }\n", "median"),
        ("[services.time]\nconstant = \"5ms\"\n", "slowest"),
        ("[sweep]\nservices = [1, 2, 3]\n", "to"),
        ("[run]\nduration = \"1min\"\n", "requests"),
        ("[services]\ncount = \"many\"\n", "count"),
    ] {
        assert_eq!(value(text, id), pair("", "other"), "{text}");
    }
    assert_eq!(value("[objectives]\nhold = [\"rate.goodput > 5\"]\n", "bound"), pair("", "none"));
    assert!(
        write("[sweep]\nservices = [1, 2]\n", &[("to".into(), "5".into())]).unwrap_err().1.contains("edit the text")
    );
}

#[test]
fn nonsense_is_not_written() {
    for (id, typed) in [
        ("bound", "fast"),
        ("targets", "1.5"),
        ("rate", "nan"),
        ("metric", "latency.p12"),
        ("none", "1"),
        ("share:none", "1"),
        ("share:rest-nlb-alb", "all"),
        ("options", ""),
        ("options", "rest-nlb-alb x"),
    ] {
        let (at, why) = write("", &[(id.into(), typed.into())]).unwrap_err();
        assert!(at == id && !why.is_empty(), "{id} {typed}");
    }
    assert!(read("= 1").is_none() && write("= 1", &[]).is_err());
}

#[test]
fn options_go_on_and_off_and_others_stay() {
    let text = "options = [\"mine.toml\", \"rest-nlb-alb\"] # two\n";
    let form = read(text).unwrap();
    assert_eq!(form["options"]["others"], json!(["mine.toml"]));
    assert_eq!((&form["options"]["all"][3]["on"], &form["options"]["all"][0]["on"]), (&json!(true), &json!(false)));
    let text = changed(text, "options", "rest-alb-direct http-fan-out");
    assert_eq!(text, "options = [\"http-fan-out\", \"rest-alb-direct\", \"mine.toml\"] # two\n");
    let form = read("[[hop]]\nname = \"a\"\n").unwrap();
    assert!(form["options"].is_null() && form["inputs"].as_array().unwrap().len() == 6);
}

#[test]
fn a_place_in_the_text_is_that_of_its_input() {
    let text = "[services]\ntargets = 0\n[objectives]\nhold = [\"outcome.ok >= 2\", \"latency.p99 <= 0ms\"]\n";
    let at = |part: &str| {
        let start = text.find(part).unwrap();
        input_at(text, &(start..start + part.len()))
    };
    assert_eq!(
        (at("0"), at("outcome.ok >= 2"), at("latency.p99 <= 0ms")),
        (Some("targets"), Some("ok"), Some("bound"))
    );
    assert_eq!((at("[services]"), input_at("= 1", &(0..1))), (None, None));
}
