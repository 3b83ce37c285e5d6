//! Whole calibrations of tallies that were drawn from known laws: laws, what they predict, the overlay's text and the screen.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::calibrate::slots::Slot;
use crate::calibrate::tally::Took;
use crate::calibrate::times::Scale;
use crate::random::{Distribution, RunKey, StreamId};

const MILLISECONDS: Scale = Scale { tick_us: 1_000, shift: -0.5, blurs: 0 };

fn files() -> Vec<String> {
    vec!["logs/a.log".into(), "b\n[x].log".into()]
}

/// `n` requests, `rate` a second, of three services; the overhead doubles in the last fifth where `drift`.
fn tally(n: u64, rate: f64, drift: bool) -> Tally {
    let gateway = Distribution::lognormal(6e6, 0.42).unwrap();
    let service = Distribution::gamma(40e6, 2.0).unwrap();
    let key = RunKey::new(7, 0);
    let mut tally = Tally::default();
    let mut at_us = 1_700_000_000_000_000.0;
    for i in 0..n {
        let draw = |purpose: &str| key.attempt(i, 0).uniform(StreamId::new("log", purpose));
        at_us += -(1.0 - draw("gap")).ln() / rate * 1e6;
        let late = if drift && i > n * 4 / 5 { 2.0 } else { 1.0 };
        let ms = |law: &Distribution, u: f64, factor: f64| (law.quantile_ns(u) / 1e6 * factor).round() as u64;
        let (overhead, time) = (ms(&gateway, draw("gateway"), late), ms(&service, draw("service"), 1.0));
        let slot = tally.slots.at(Some(at_us as i64));
        slot.rows += 1;
        slot.record(Part::GatewayOverhead, MILLISECONDS, overhead);
        slot.record(Part::Service, MILLISECONDS, time);
        tally.arrivals.record(at_us as i64);
        let name: &[u8] = match draw("which") {
            u if u < 0.6 => b"arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/my-orders/73e2",
            u if u < 0.9 => b"/users/{id}",
            _ => b"latency",
        };
        tally.services.record(name, MILLISECONDS, Took::Ticks(time));
    }
    tally
}

fn about(files: &[String]) -> overlay::About<'_> {
    overlay::About {
        files,
        gateway: "rest-api",
        joined: None,
        remark: "",
        legal: |name| !name.is_empty() && name != "latency",
    }
}

#[test]
fn laws_shares_and_arrivals_come_back() {
    let found = Calibration::of(&tally(30_000, 25.0, false), FIRST_PART);
    let gateway = found.hop(Part::GatewayOverhead).unwrap();
    assert_eq!(gateway.law.name(), "lognormal", "{}", gateway.law.why);
    let service = found.hop(Part::Service).unwrap();
    assert_eq!(service.law.name(), "gamma", "{}", service.law.why);
    for (parameter, truth) in service.law.fit().unwrap().parameters.iter().zip([40.0, 2.0]) {
        let (low, high) = parameter.interval.unwrap();
        assert!(low < truth && truth < high, "{parameter:?}");
    }
    let held_out = service.held_out.as_ref().unwrap();
    let share = held_out.n.0 as f64 / 30_000.0;
    assert!((share - 0.7).abs() < 0.03 && held_out.n.0 + held_out.n.1 == 30_000, "{:?}", held_out.n);
    let what: Vec<&str> = held_out.predictions.iter().map(|p| p.what.as_str()).collect();
    assert_eq!(what, ["p50", "p90", "p99", "p99.9", "mean"]);
    assert!(held_out.predictions.iter().all(|p| p.inside && p.error.abs() < 0.15), "{held_out:#?}");
    let rate = found.rate_held_out.as_ref().unwrap();
    assert!(rate.inside && (rate.predicted / 25.0 - 1.0).abs() < 0.03, "{rate:?}");
    assert_eq!(found.arrivals.as_ref().unwrap().name(), "Poisson");
    let shares: Vec<f64> = found.services.listed.iter().map(|one| (one.share * 100.0).round()).collect();
    assert_eq!(shares, [60.0, 30.0, 10.0]);
}

#[test]
fn a_log_that_changes_is_told_by_the_held_out_part() {
    let found = Calibration::of(&tally(20_000, 25.0, true), FIRST_PART);
    let held_out = found.hop(Part::GatewayOverhead).unwrap().held_out.clone().unwrap();
    let worst = held_out.worst().unwrap();
    assert!(!worst.inside && worst.error < -0.3, "{held_out:#?}");
    assert!(screen::text(&found).contains(", outside"));
    let files = files();
    assert!(overlay::text(&found, &about(&files)).contains("(outside its interval)"));
}

/// About 95 in 100 predictions hold where the log does not change: 20 logs with 4 quantiles each of two laws.
#[test]
fn intervals_of_predictions_hold() {
    let law = Distribution::lognormal(30e6, 0.6).unwrap();
    let (mut inside, mut all) = (0, 0);
    for seed in 0..20 {
        let key = RunKey::new(seed, 1);
        let (mut first, mut rest) = (Slot::default(), Slot::default());
        for i in 0..3_000 {
            let ms = (law.quantile_ns(key.attempt(i, 0).uniform(StreamId::new("a", "b"))) / 1e6).round() as u64;
            let slot = if i < 2_000 { &mut first } else { &mut rest };
            slot.record(Part::Service, MILLISECONDS, ms);
        }
        let found = heldout::times(&first, &rest, Part::Service).unwrap();
        inside += found.predictions.iter().filter(|p| p.inside).count();
        all += found.predictions.len();
    }
    assert!(inside * 100 >= all * 93, "{inside} of {all}");
}

#[test]
fn the_overlay_is_toml_with_its_evidence() {
    let found = Calibration::of(&tally(30_000, 25.0, false), FIRST_PART);
    let files = files();
    let text = overlay::text(&found, &about(&files));
    assert_eq!(text, overlay::text(&found, &about(&files)));
    assert!(text.lines().all(|line| !line.starts_with('#') || line.chars().count() <= 120), "{text}");
    assert!(text.contains("# Measured, by `gatecap calibrate`, from logs/a.log, b [x].log."), "{text}");
    for wanted in [
        "\n[hops.rest-api]\n# gateway overhead: 30,000 times to 1 ms; lognormal, ",
        "\n[services]\n# count = 3\n",
        "\n# service: 30,000 times to 1 ms; gamma, ",
        "\n# These times hold what requests waited in the targets' own queues",
        "\n# rate = \"2",
        "\ntime_includes_zone_leg = true",
        "\narrivals = \"poisson\"\n",
        "\npeak_to_mean = 1\n",
        "\n[[service]]\nname = \"my-orders\"\ntitle = \"arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/my-orders/73e2\"\n",
        "\nname = \"users-id\"\ntitle = \"/users/{id}\"\n",
        "\nname = \"service-latency\"\n",
        "# Held out: the law of the first ",
    ] {
        assert!(text.contains(wanted), "{wanted:?} in\n{text}");
    }
}

/// Everything in `text` that is no comment.
fn stated(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn a_log_of_a_few_rows_states_nothing() {
    for (n, states) in [(2, false), (99, false), (100, true)] {
        let found = Calibration::of(&tally(n, 25.0, false), FIRST_PART);
        let files = files();
        let text = overlay::text(&found, &about(&files));
        assert_eq!(!stated(&text).is_empty(), states, "{n}: {text}");
        assert_eq!(screen::text(&found).contains("too few for a calibration"), !states, "{n}");
        // Uncommented it is what it would be: keys and headers stand alone on their lines.
        assert!(text.lines().any(|line| line.trim_start_matches("# ") == "[hops.rest-api]"), "{text}");
    }
}

#[test]
fn a_part_of_the_system_brings_neither_its_number_nor_its_rate() {
    let found = Calibration::of(&tally(3_000, 25.0, false), FIRST_PART);
    let files = files();
    let text = overlay::text(&found, &about(&files));
    let keys: Vec<&str> = stated(&text).iter().filter_map(|line| line.split(" = ").next()).collect();
    assert!(!keys.contains(&"count") && !keys.contains(&"rate") && keys.contains(&"arrivals"), "{text}");
    assert!(text.contains("# It covers 3 services, 2"), "{text}");
    // Without names of services the rate is all that there is, and counts.
    let mut unnamed = tally(3_000, 25.0, false);
    unnamed.services = Default::default();
    let text = overlay::text(&Calibration::of(&unnamed, FIRST_PART), &about(&files));
    assert!(stated(&text).iter().any(|line| line.starts_with("rate = \"2")) && !text.contains("popularity"), "{text}");
}

#[test]
fn routes_of_an_api_are_comments_without_their_method() {
    let mut tally = Tally::default();
    for i in 0..900_i64 {
        let slot = tally.slots.at(Some(i * 1_000_000));
        slot.rows += 1;
        slot.record(Part::Integration, MILLISECONDS, 10 + i as u64 % 7);
        tally.arrivals.record(i * 1_000_000);
        let name: &[u8] = [b"GET /orders".as_slice(), b"GET /users", b"POST /users"][i as usize % 3];
        tally.services.record(name, MILLISECONDS, Took::Ticks(10 + i as u64 % 7));
    }
    let files = files();
    let text = overlay::text(&Calibration::of(&tally, FIRST_PART), &about(&files));
    assert!(stated(&text).iter().all(|line| !line.contains("service")), "{text}");
    for name in ["orders", "GET-users", "POST-users"] {
        assert!(text.contains(&format!("\n# [[service]]\n# name = \"{name}\"\n")), "{name}: {text}");
    }
}

/// The mean of a hop is that of the table of times, to the bit, whatever the middles of its cells are.
#[test]
fn one_mean_stands_in_all_tables() {
    let mut tally = Tally::default();
    for i in 0..1_000_i64 {
        let slot = tally.slots.at(Some(i * 1_000_000));
        slot.rows += 1;
        slot.record(Part::AlbProcessing, MILLISECONDS, [0, 1, 1, 3][i as usize % 4]);
    }
    let found = Calibration::of(&tally, FIRST_PART);
    assert_eq!(found.hop(Part::AlbProcessing).unwrap().law.mean_ms, 1.25);
}

#[test]
fn tiny_probabilities_are_no_rows_of_zeros() {
    use crate::calibrate::words::p_value;
    assert_eq!([p_value(8.9e-170), p_value(0.0), p_value(0.0432)], ["< 0.0001", "< 0.0001", "0.043"].map(String::from));
}

#[test]
fn an_empty_tally_is_an_empty_scenario() {
    let found = Calibration::of(&Tally::default(), FIRST_PART);
    let files = files();
    assert!(overlay::text(&found, &about(&files)).lines().all(|line| line.starts_with('#')));
    assert_eq!(screen::text(&found), "");
}

#[test]
fn the_screen_has_every_part_in_bounds() {
    let found = Calibration::of(&tally(5_000, 25.0, false), FIRST_PART);
    let text = screen::text(&found);
    for wanted in [
        "gateway overhead  5,000 times, to 1 ms\n",
        "service  5,000 times",
        "arrivals  5,000 in ",
        "services  3 in 5,000 requests\n",
    ] {
        assert!(text.contains(wanted), "{wanted:?} in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 130), "{text}");
    println!("{text}");
}
