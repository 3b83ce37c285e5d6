//! Out and back: the simulator writes the logs of a system, `calibrate` reads them, and the parameters that made them come back.
//!
//! What is stated as an interval must hold the truth, with half as much on top: an interval at 95 % misses one time in twenty, and these
//! are two dozen.

use std::path::Path;

use serde_json::Value;

use crate::program::run;

/// Of the laws in milliseconds: `ln(p99 / median) / 2.3263`.
fn log_sigma(median: f64, p99: f64) -> f64 {
    (p99 / median).ln() / 2.326_347_874_040_840_8
}

const SYSTEM: &str = "options = [\"rest-alb-direct\"]\n[services]\ncount = 12\ntargets = 4\nconcurrency = 100\n\
                      time_includes_zone_leg = true\ntime = { lognormal = { median = \"12ms\", p99 = \"90ms\" } }\n";

fn emitted(text: &str) -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let ran = run(folder.path(), &["run", "a.toml", "--json", "--quiet", "--emit-logs", "logs"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    (folder, serde_json::from_str(&ran.stdout).unwrap())
}

const GATEWAY: &str = "logs/rest-alb-direct/apigateway.log";
const ALB: &str = "logs/rest-alb-direct/alb.log";

fn calibrated(folder: &Path, arguments: &[&str]) -> Value {
    let ran = run(folder, &[&["calibrate"], arguments, &["--json", "--quiet"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn item<'a>(list: &'a Value, key: &str, wanted: &str) -> &'a Value {
    let list = list.as_array().unwrap();
    list.iter().find(|one| one[key] == wanted).unwrap_or_else(|| panic!("no {key} `{wanted}` in {list:?}"))
}

/// A stated interval, half as wide again, holds the truth.
fn holds(low: &Value, high: &Value, truth: f64, what: &str) {
    let (low, high) = (number(low), number(high));
    let slack = 0.25 * (high - low);
    assert!((low - slack..=high + slack).contains(&truth), "{what}: {truth} is not in {low} to {high}");
}

/// The lognormal law that was fitted to a part of the path.
fn lognormal<'a>(document: &'a Value, part: &str) -> &'a Value {
    let hop = item(&document["laws"]["hops"], "part", part);
    &item(&hop["candidates"], "family", "lognormal")["parameters"]
}

#[test]
fn laws_shares_and_poisson_arrivals_come_back() {
    let workload =
        "[workload]\nrate = \"200/s\"\npopularity = { zipf = 1.0 }\n[run]\nrequests = 40_000\nreplications = 1\n";
    let (folder, ran) = emitted(&format!("seed = 11\n{SYSTEM}{workload}"));
    let alb = calibrated(folder.path(), &["alb", ALB, "--join", GATEWAY]);
    let gateway = calibrated(folder.path(), &["apigateway", GATEWAY]);
    let laws =
        [(&alb, "alb processing", 1.0, 4.0), (&alb, "service", 12.0, 90.0), (&gateway, "gateway overhead", 6.0, 16.0)];
    for (document, part, median, p99) in laws {
        let law = lognormal(document, part);
        let (found, spread) = (item(law, "name", "median"), item(law, "name", "log_sigma"));
        holds(&found["low"], &found["high"], median, part);
        holds(&spread["low"], &spread["high"], log_sigma(median, p99), part);
        assert_eq!(item(&document["laws"]["hops"], "part", part)["law"], "lognormal", "{part}");
    }
    for document in [&alb, &gateway] {
        assert_eq!((number(&document["rows"]), &document["refused"]), (40_000.0, &Value::Array(Vec::new())));
        let arrivals = &document["laws"]["arrivals"];
        assert!(arrivals["law"].get("poisson").is_some(), "{arrivals}");
        // 40,000 of them: a relative standard error of 1/200.
        assert!((number(&arrivals["mean_rate"]) / 200.0 - 1.0).abs() < 3.0 / 200.0, "{arrivals}");
        let zipf = &document["laws"]["zipf"];
        holds(&zipf["low"], &zipf["high"], 1.0, "zipf");
        let services = document["laws"]["services"].as_array().unwrap();
        let harmonic: f64 = (1..=12).map(|rank| 1.0 / f64::from(rank)).sum();
        assert_eq!(services.len(), 12);
        for (rank, service) in services.iter().enumerate() {
            let share = 1.0 / (rank as f64 + 1.0) / harmonic;
            let error = 4.0 * (share * (1.0 - share) / 40_000.0).sqrt();
            assert!((number(&service["share"]) - share).abs() < error, "{rank}: {service}");
            assert!(service["name"].as_str().unwrap().contains(&format!("service-{rank}")), "{service}");
        }
    }
    // What lies between the two logs is what the run measured there.
    let metric = |hop: &str| number(&ran["points"][0]["metrics"][format!("hop.{hop}.sojourn.mean")]["value"]);
    let between = metric("vpc-link-v2") + metric("zone-leg-alb") + metric("connection");
    let joined = &alb["joined"];
    let (mean, half) = (number(&joined["mean_ms"]), number(&joined["half_width_ms"]));
    assert_eq!(number(&joined["pairs"]), 40_000.0);
    // Rounding moves the mean of the ALB's millisecond by some hundredths.
    assert!((mean - between).abs() < half + 0.03, "{mean} +- {half}, measured {between}");
}

#[test]
fn bursts_come_back() {
    let mmpp = "[workload]\narrivals = { mmpp = { rate = [\"300/s\", \"100/s\"], sojourn = [\"2s\", \"2s\"] } }\n[run]\n\
                requests = 200_000\nreplications = 1\n";
    let (folder, _) = emitted(&format!("seed = 1\n{SYSTEM}{mmpp}"));
    let found = calibrated(folder.path(), &["alb", ALB]);
    let arrivals = &found["laws"]["arrivals"];
    // Counts of an MMPP that switches with rate r between l (1 + d) and l (1 - d): IDC(t) = 1 + d^2 l / r (1 - (1 - e^-2rt) / 2rt).
    let (mean, d, r) = (200.0_f64, 0.5_f64, 0.5_f64);
    let idc = |t: f64| 1.0 + d * d * mean / r * (1.0 - (1.0 - (-2.0 * r * t).exp()) / (2.0 * r * t));
    for window in arrivals["dispersion"].as_array().unwrap() {
        let truth = idc(number(&window["window_s"]));
        holds(&window["low"], &window["high"], truth, "dispersion");
        let of_law = number(&window["idc_of_law"]);
        assert!((of_law / truth - 1.0).abs() < 0.15, "{of_law} for {truth}: {window}");
    }
    let mmpp = &arrivals["law"]["mmpp"];
    let near = |value: &Value, truth: f64, by: f64| assert!((number(value) / truth - 1.0).abs() < by, "{mmpp}");
    near(&mmpp["rate_over_mean"][0], 1.5, 0.06);
    near(&mmpp["rate_over_mean"][1], 0.5, 0.06);
    // A thousand seconds hold 250 cycles: their mean length is known to a few per cent, its halves to twice that.
    near(&mmpp["sojourn_s"][0], 2.0, 0.25);
    near(&mmpp["sojourn_s"][1], 2.0, 0.25);
}

/// A gateway that gives up after 80 ms, which one answer in seventy takes longer than: the service's law is that of all answers, not of
/// those that came.
#[test]
fn timeouts_are_times_that_were_longer() {
    let system = SYSTEM.replace("[services]", "[gateway]\nintegration_timeout = \"80ms\"\n[services]");
    let workload = "[workload]\nrate = \"100/s\"\n[run]\nrequests = 30_000\nreplications = 1\n";
    let (folder, _) = emitted(&format!("seed = 5\n{system}{workload}"));
    let alb = calibrated(folder.path(), &["alb", ALB]);
    let hop = item(&alb["laws"]["hops"], "part", "service");
    let cut_off = number(&hop["cut_off"]);
    assert!(cut_off > 300.0 && number(&hop["n"]) + cut_off > 29_990.0, "{cut_off} {}", hop["n"]);
    assert_eq!(hop["law"], "lognormal", "{hop}");
    let law = lognormal(&alb, "service");
    let (median, spread) = (item(law, "name", "median"), item(law, "name", "log_sigma"));
    holds(&median["low"], &median["high"], 12.0, "median");
    holds(&spread["low"], &spread["high"], log_sigma(12.0, 90.0), "log_sigma");
    let gateway = calibrated(folder.path(), &["apigateway", GATEWAY]);
    let longer = &gateway["longer_than"]["integration"];
    assert!(number(&longer["n"]) >= cut_off && number(&longer["min_ms"]) == 80.0, "{longer}");
}
