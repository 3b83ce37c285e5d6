//! `--overlay` and what `calibrate --out` writes for it, as a user runs them.

use std::fmt::Write as _;
use std::path::Path;

use crate::program::{run, with_input};

const LOWER: &str = "seed = 5\noptions = [\"rest-alb-direct\"]\n[workload]\nrate_per_service = \"20/s\"\nrequest = \"2KiB\"\n[services]\n\
                     count = 2\ntargets = 4\n[run]\nrequests = 400\nreplications = 2\n";
const UPPER: &str = "[workload]\nrate = \"90/s\"\n[services]\ncount = 3\ntime = { gamma = { mean = \"7ms\", shape = 2 } }\n\
                     [hops.alb]\ntime = { constant = \"1ms\" }\n";
const BOTH: &str = "seed = 5\noptions = [\"rest-alb-direct\"]\n[workload]\nrate = \"90/s\"\nrequest = \"2KiB\"\n[services]\n\
                    count = 3\ntargets = 4\ntime = { gamma = { mean = \"7ms\", shape = 2 } }\n[hops.alb]\n\
                    time = { constant = \"1ms\" }\n[run]\nrequests = 400\nreplications = 2\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    folder
}

fn output(folder: &Path, arguments: &[&str]) -> String {
    let ran = run(folder, arguments);
    assert_eq!(ran.status, 0, "{arguments:?} {ran:?}");
    ran.stdout
}

#[test]
fn a_scenario_under_an_overlay_is_the_two_in_one() {
    let (parts, whole) = (folder(&[("a.toml", LOWER), ("over.toml", UPPER)]), folder(&[("a.toml", BOTH)]));
    for verb in ["run", "limits"] {
        let laid = output(parts.path(), &[verb, "a.toml", "--overlay", "over.toml", "--json", "--quiet"]);
        assert_eq!(laid, output(whole.path(), &[verb, "a.toml", "--json", "--quiet"]), "{verb}");
    }
    // `--set` lies on top of both.
    let set = ["--set", "services.count=5", "--json", "--quiet"];
    let laid = output(parts.path(), &[&["limits", "a.toml", "--overlay", "over.toml"], &set[..]].concat());
    assert_eq!(laid, output(whole.path(), &[&["limits", "a.toml"], &set[..]].concat()));
}

#[test]
fn mistakes_are_shown_in_the_file_that_makes_them() {
    let folder = folder(&[("a.toml", LOWER), ("over.toml", "[services]\ncount = 0\n"), ("bad.toml", "x = = 1\n")]);
    let ran = run(folder.path(), &["run", "a.toml", "--overlay", "over.toml"]);
    assert!(ran.status == 2 && ran.stderr.contains("--> over.toml:2:9"), "{ran:?}");
    let ran = run(folder.path(), &["run", "a.toml", "--overlay", "bad.toml", "--overlay", "none.toml"]);
    assert!(ran.status == 2 && ran.stderr.contains("bad.toml:1:") && ran.stderr.contains("`none.toml` cannot be read"));
    let ran = with_input(folder.path(), &["run", "-", "--overlay", "-"], b"");
    assert!(ran.status == 2 && ran.stderr.contains("`-` is given 2 times"), "{ran:?}");
}

/// An ALB's log of 3,000 requests in 5 minutes, of two target groups.
fn log() -> String {
    let mut text = String::new();
    for i in 0..3_000_u32 {
        let (minute, second, ms) = (i / 600, i / 10 % 60, i % 10 * 100);
        // From 4 to 63 ms, slow ones rare.
        let time = 4 + (i * 7_919 % 1_000) * (i * 104_729 % 1_000) / 17_000;
        let group = if i % 4 == 0 { "users" } else { "orders" };
        writeln!(
            text,
            "http 2024-05-01T00:{minute:02}:{second:02}.{ms:03}999Z app/a/1 10.0.0.1:1 10.0.0.2:80 0.001 0.{time:03} 0.001 200 200 1 2 \
             \"GET http://a:80/ HTTP/1.1\" \"-\" - - arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{group}/1 \
             \"Root=1-5f-{i:x}\" \"-\" \"-\" 1 2024-05-01T00:{minute:02}:{second:02}.{ms:03}000Z \"forward\" \"-\" \"-\" \"-\" \"200\" \"-\" \"-\""
        )
        .unwrap();
    }
    text
}

#[test]
fn what_was_measured_is_a_scenario_alone_and_over_another() {
    let folder = folder(&[("a.toml", LOWER), ("alb.log", &log())]);
    output(folder.path(), &["calibrate", "alb", "alb.log", "--out", "over.toml", "--plot", "plots", "--quiet"]);
    let text = std::fs::read_to_string(folder.path().join("over.toml")).unwrap();
    for part in [
        "# Measured, by `gatecap calibrate`, from alb.log.",
        "\n# count = 2\n",
        "name = \"orders\"",
        "[hops.alb]",
        "\n# rate = \"10/s\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(output(folder.path(), &["calibrate", "alb", "alb.log", "--out", "-", "--quiet"]), text);
    let plot = std::fs::read_to_string(folder.path().join("plots/service.svg")).unwrap();
    assert!(plot.starts_with("<svg") && plot.contains("measured times and their law"), "{plot}");
    output(folder.path(), &["limits", "over.toml"]);
    output(folder.path(), &["limits", "--overlay", "over.toml"]);
    // The log is of all services of the scenario: its rate is uncommented, as the overlay says.
    std::fs::write(folder.path().join("over.toml"), text.replace("# rate = ", "rate = ")).unwrap();
    let ran = output(folder.path(), &["run", "a.toml", "--overlay", "over.toml", "--json", "--quiet"]);
    let ran: serde_json::Value = serde_json::from_str(&ran).unwrap();
    let metrics = &ran["points"][0]["metrics"];
    let rate = metrics["rate.offered"]["value"].as_f64().unwrap();
    assert!((rate / 10.0 - 1.0).abs() < 0.2, "{rate}: that of the log");
    assert!(metrics.get("hop.service.orders.arrivals").is_some(), "services have the names of the log");
}

#[test]
fn what_goes_together_and_what_does_not() {
    let folder = folder(&[("alb.log", &log())]);
    for (more, said) in [
        (&["--json", "--out", "-"][..], "both go to stdout"),
        (&["--first-part", "1"], "above 0 and below 1"),
        (&["--out", "."], "a folder"),
    ] {
        let ran = run(folder.path(), &[&["calibrate", "alb", "alb.log"], more].concat());
        assert!(ran.status == 2 && ran.stderr.contains(said), "{more:?} {ran:?}");
    }
}

/// A log of two of the scenario's five services: number and rate stay the scenario's, the times are those of the log.
#[test]
fn a_log_of_a_part_leaves_the_rest_as_it_is() {
    let whole = "options = [\"rest-alb-direct\"]\n[workload]\nrate = \"50/s\"\n[services]\ncount = 5\n[[service]]\nname = \"orders\"\n\
                 [[service]]\nname = \"users\"\n[[service]]\nname = \"geo\"\n[run]\nrequests = 400\nreplications = 2\n";
    let folder = folder(&[("a.toml", whole), ("alb.log", &log())]);
    output(folder.path(), &["calibrate", "alb", "alb.log", "--out", "over.toml", "--quiet"]);
    output(folder.path(), &["limits", "a.toml", "--overlay", "over.toml"]);
    let ran = output(folder.path(), &["run", "a.toml", "--overlay", "over.toml", "--json", "--quiet"]);
    let ran: serde_json::Value = serde_json::from_str(&ran).unwrap();
    let point = &ran["points"][0];
    let rate = point["metrics"]["rate.offered"]["value"].as_f64().unwrap();
    assert!((rate / 50.0 - 1.0).abs() < 0.2 && point["services"] == 5, "{rate}: that of the scenario");
    // A service by another name is said to be misspelt, in the overlay.
    let text = std::fs::read_to_string(folder.path().join("over.toml")).unwrap().replace("\"users\"", "\"user\"");
    std::fs::write(folder.path().join("over.toml"), text).unwrap();
    let ran = run(folder.path(), &["limits", "a.toml", "--overlay", "over.toml"]);
    assert!(ran.status == 2 && ran.stderr.contains("service `user` is none of the 3 services"), "{ran:?}");
    assert!(ran.stderr.contains("--> over.toml:") && ran.stderr.contains("did you mean `users`?"), "{ran:?}");
}

#[test]
fn two_rows_are_no_calibration() {
    let text = log();
    let two: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    let folder = folder(&[("alb.log", &two)]);
    let said = output(folder.path(), &["calibrate", "alb", "alb.log", "--out", "over.toml", "--quiet"]);
    assert!(said.contains("2 rows: too few for a calibration"), "{said}");
    let text = std::fs::read_to_string(folder.path().join("over.toml")).unwrap();
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    output(folder.path(), &["limits", "--overlay", "over.toml"]);
}
