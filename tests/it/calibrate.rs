//! `gatecap calibrate` as a user runs it: logs in, what they hold out; bad input refused with status 2.

use std::fmt::Write as _;

use crate::program::{Ran, run, with_input};

/// Rows of an ALB, a second apart: 2 ms of its own, 10 ms of the target, a trace id that counts up.
fn alb(rows: u32) -> String {
    let mut text = String::new();
    for i in 0..rows {
        let (minute, second) = (i / 60, i % 60);
        writeln!(
            text,
            "http 2024-05-01T00:{minute:02}:{second:02}.512000Z app/a/1 10.0.0.1:1 10.0.0.2:80 0.001 0.010 0.001 200 200 1 2 \
             \"GET http://a:80/ HTTP/1.1\" \"-\" - - arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/orders/1 \
             \"Root=1-5f-{i:x}\" \"-\" \"-\" 1 2024-05-01T00:{minute:02}:{second:02}.500000Z \"forward\" \"-\" \"-\" \"-\" \"200\" \"-\" \"-\""
        )
        .unwrap();
    }
    text
}

fn gateway(rows: u32) -> String {
    let row = |i| {
        format!(
            "{{\"requestTimeEpoch\":{},\"l\":20,\"i\":\"15\",\"t\":\"1-5f-{i:x}\"}}\n",
            1_714_521_600_500_u64 + i * 1000
        )
    };
    (0..u64::from(rows)).map(row).collect()
}

const FORMAT: &str = r#"{"requestTimeEpoch":$context.requestTimeEpoch,"l":$context.responseLatency,"i":"$context.integrationLatency","t":"$context.xrayTraceId"}"#;

fn refused(ran: &Ran, found: &str) {
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.contains(found) && ran.stderr.contains("hint: "), "{}", ran.stderr);
}

#[test]
fn a_log_is_read_from_stdin_and_said_in_words_and_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let words = with_input(folder.path(), &["calibrate", "alb", "-"], alb(100).as_bytes());
    assert_eq!((words.status, words.stderr.as_str()), (0, ""), "{words:?}");
    for part in ["100 rows, 100 used", "alb processing", "service", "targetgroup/orders/1", "100.0 %"] {
        assert!(words.stdout.contains(part), "{part} in {}", words.stdout);
    }
    let json = with_input(folder.path(), &["calibrate", "alb", "-", "--json"], alb(100).as_bytes());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["times"]["service"]["mean_ms"], 10.0);
    assert_eq!(json["times"]["alb processing"]["mean_ms"], 2.0);
    assert_eq!(json["arrivals"]["first"], "2024-05-01T00:00:00Z");
    assert_eq!(json["services"][0]["requests"], 100);
}

#[test]
fn output_depends_neither_on_threads_nor_on_the_order_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let text = alb(600);
    let (first, second) = text.split_at(text.len() / 3);
    std::fs::write(folder.path().join("a"), first).unwrap();
    std::fs::write(folder.path().join("b"), second).unwrap();
    std::fs::write(folder.path().join("c"), "\n").unwrap();
    let of = |threads: &str, files: [&str; 3]| {
        let files = [&["calibrate", "alb", "--json", "--threads", threads], &files[..]].concat();
        run(folder.path(), &files)
    };
    let one = of("1", ["a", "b", "c"]);
    assert_eq!(one.status, 0, "{one:?}");
    assert_eq!(one.stdout, of("4", ["c", "b", "a"]).stdout);
}

#[test]
fn both_sides_joined_give_what_lies_between() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("alb"), alb(300)).unwrap();
    std::fs::write(folder.path().join("gateway"), gateway(301)).unwrap();
    for (kind, file, other) in [("apigateway", "gateway", "alb"), ("alb", "alb", "gateway")] {
        let ran = run(folder.path(), &["calibrate", kind, file, "--join", other, "--format", FORMAT, "--json"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        // 15 ms of integration less the ALB's 12 ms.
        assert_eq!((&json["joined"]["mean_ms"], &json["joined"]["pairs"]), (&3.0.into(), &300.into()));
        assert_eq!(json["joined"]["gateway_only"], 1);
    }
    let ran = run(folder.path(), &["calibrate", "apigateway", "gateway", "--format", FORMAT]);
    assert!(ran.stdout.contains("gateway overhead"), "{ran:?}");
}

#[test]
fn what_is_no_log_is_refused_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("png"), b"\x89PNG\r\n\x1a\n").unwrap();
    std::fs::write(folder.path().join("empty"), "").unwrap();
    std::fs::write(folder.path().join("alb"), alb(5)).unwrap();
    std::fs::write(folder.path().join("cut.gz"), b"\x1f\x8b\x08").unwrap();
    let go = |arguments: &[&str]| run(folder.path(), &[&["calibrate"], arguments].concat());
    let both = go(&["alb", "png", "alb", "cut.gz"]);
    refused(&both, "`png` is a PNG picture");
    assert!(both.stderr.contains("`cut.gz` begins as gzip") && both.stderr.contains("2 errors"), "{}", both.stderr);
    refused(&go(&["nlb", "alb"]), "`alb` looks like an ALB access log");
    refused(&go(&["alb", "empty"]), "no rows in `empty`");
    refused(&go(&["alb", "alb", "alb"]), "`alb` is named twice");
    refused(&go(&["nlb", "alb", "--join", "empty"]), "`--join` goes with");
    refused(&go(&["alb", "-", "--join", "alb"]), "`-` cannot be joined");
    refused(&go(&["apigateway", "alb", "--format", "x"]), "`--format` holds no `$context.` variable");
    refused(&go(&["nlb", "alb", "--format", FORMAT]), "`--format` is that of an API Gateway stage");
    refused(&go(&["cloudwatch", "alb"]), "`alb` is not JSON");
    refused(&go(&["alb", "."]), "is a folder");
    assert_eq!(go(&["alb", "missing"]).status, 2);
}

#[test]
fn metrics_are_said_in_words_and_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"Label":"Latency","Datapoints":[{"Timestamp":"2024-05-01T00:00:00Z","Unit":"Milliseconds","SampleCount":900,
                   "Average":12.5,"ExtendedStatistics":{"p50":10,"p99":40}}]}"#;
    let words = with_input(folder.path(), &["calibrate", "cloudwatch", "-"], text.as_bytes());
    assert_eq!(words.stdout, "Latency: 1 period, 900 values, mean 12.500 ms, p50 10.000 ms, p99 40.000 ms\n");
    let json = with_input(folder.path(), &["calibrate", "cloudwatch", "--json", "-"], text.as_bytes());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["metrics"]["Latency"]["quantiles_ms"]["p99"], 40.0);
    // The law through the percentiles, as a scenario that stands alone.
    let text = text.replace("Latency", "TargetResponseTime");
    let ran = with_input(folder.path(), &["calibrate", "cloudwatch", "-", "--out", "measured.toml"], text.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    let overlay = std::fs::read_to_string(folder.path().join("measured.toml")).unwrap();
    assert!(overlay.contains("time_includes_zone_leg = true"), "{overlay}");
    assert_eq!(run(folder.path(), &["limits", "measured.toml"]).status, 0, "{overlay}");
    refused(&run(folder.path(), &["calibrate", "cloudwatch", "x", "--plot", "p"]), "`--plot` goes with access logs");
}

#[test]
fn what_is_read_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let text = alb(100);
    std::fs::write(folder.path().join("a.log"), &text).unwrap();
    std::fs::write(folder.path().join("service.svg"), &text).unwrap();
    std::fs::write(folder.path().join("own.yaml"), "Resources: {}\n").unwrap();
    refused(&run(folder.path(), &["calibrate", "alb", "a.log", "--out", "./a.log"]), "`--out` would replace `./a.log`");
    refused(&run(folder.path(), &["calibrate", "alb", "service.svg", "--plot", "."]), "`--plot` would replace");
    refused(
        &run(folder.path(), &["import", "cloudformation", "own.yaml", "--out", "own.yaml"]),
        "`--out` would replace",
    );
    assert_eq!(std::fs::read_to_string(folder.path().join("a.log")).unwrap(), text);
}
