//! Access logs that the simulator writes: read by readers of their own, held against what the same run measured.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gatecap::engine::network::Window;
use gatecap::engine::observer::{Begins, Observer, Passes};
use gatecap::engine::tally::Outcome;
use gatecap::engine::{Way, simulate_by, simulate_observed};
use gatecap::random::{AttemptKey, RunKey};
use gatecap::topology::{Request, build};
use serde_json::Value;

use crate::measure::scenario;
use crate::program::run;

/// One replication, so that the results are those of the logged one.
const CALM: &str = "seed = 7\n[workload]\nrate = \"200/s\"\nrequest = \"2KiB\"\nresponse = \"8KiB\"\n[services]\ncount = 3\n\
                    [[service]]\nname = \"orders\"\nweight = 3\n[run]\nrequests = 8_000\nreplications = 1\n";

/// Throttles, full queues, integrations that are too slow, retries.
const BUSY: &str = "seed = 9\n[workload]\nrate = \"300/s\"\n[client]\n\
                    retries = { max = 2, backoff = { exponential = { mean = \"50ms\" } } }\n[services]\ncount = 3\ntargets = 2\n\
                    concurrency = 1\nqueue = 4\n[gateway]\nintegration_timeout = \"80ms\"\nwaf = true\n\
                    authorizer = { lognormal = { median = \"3ms\", p99 = \"9ms\" } }\n\
                    stage_throttle = { rate = \"330/s\", burst = 20 }\n[run]\nrequests = 4_000\nreplications = 1\n";

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    folder
}

/// The document of a run that wrote its logs into `logs`.
fn emitted(folder: &Path, more: &[&str]) -> Value {
    let ran = run(folder, &[&["run", "a.toml", "--json", "--emit-logs", "logs"], more].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn gateway_lines(folder: &Path, option: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.join("logs").join(option).join("apigateway.log")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The fields of an ALB's lines: parted at spaces that are not in quotes.
fn alb_lines(folder: &Path, option: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join("logs").join(option).join("alb.log")).unwrap();
    let fields = |line: &str| {
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ' ' if !quoted => fields.push(String::new()),
                c => fields.last_mut().unwrap().push(c),
            }
        }
        fields
    };
    text.lines().map(fields).collect()
}

/// Seconds since the origin of logs, of an instant in January 2026.
fn since_origin(iso: &str) -> f64 {
    let (day, time) = iso.strip_prefix("2026-01-").unwrap().strip_suffix('Z').unwrap().split_once('T').unwrap();
    let parts: Vec<f64> = time.split(':').map(|part| part.parse().unwrap()).collect();
    (day.parse::<f64>().unwrap() - 1.0) * 86_400.0 + parts[0] * 3_600.0 + parts[1] * 60.0 + parts[2]
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn metric(point: &Value, name: &str) -> f64 {
    point["metrics"][name]["value"].as_f64().unwrap_or_else(|| panic!("no {name}"))
}

fn near(found: f64, expected: f64, by: f64) {
    assert!((found - expected).abs() <= by, "{found} is not within {by} of {expected}");
}

/// Every instant and duration of a log is that of the simulation, rounded to a millisecond: sums and means agree with the results of
/// the run to the error of 8,000 roundings, and counts to the last line.
#[test]
fn logs_tell_what_the_run_measured() {
    let folder = folder(CALM);
    let document = emitted(folder.path(), &["--quiet"]);
    for point in document["points"].as_array().unwrap() {
        let option = point["option"].as_str().unwrap();
        let api = if option.starts_with("http") { "http-api" } else { "rest-api" };
        let gateway = gateway_lines(folder.path(), option);
        let number = |line: &BTreeMap<String, String>, key: &str| line[key].parse::<f64>().unwrap();
        assert_eq!(gateway.len(), 8_000);
        assert!(gateway.iter().all(|line| line["status"] == "200" && line["responseLength"] == "8192"));
        let overhead = gateway.iter().map(|line| number(line, "responseLatency") - number(line, "integrationLatency"));
        near(mean(overhead), metric(point, &format!("hop.{api}.sojourn.mean")), 0.03);
        let client = metric(point, "hop.client.sojourn.mean");
        let response = mean(gateway.iter().map(|line| number(line, "responseLatency")));
        near(client + response, metric(point, "latency.mean"), 0.03);
        let resource = if api == "http-api" { "routeKey" } else { "resourcePath" };
        let orders = gateway.iter().filter(|line| line[resource].ends_with("/orders")).count() as f64;
        let share = metric(point, "hop.service.orders.arrivals") / metric(point, "hop.service.arrivals");
        near(orders / 8_000.0, share, 1e-9);
        let epochs: Vec<f64> = gateway.iter().map(|line| number(line, "requestTimeEpoch") / 1e3).collect();
        let first = epochs.iter().copied().fold(f64::MAX, f64::min) - 1_767_225_600.0;
        assert!(first >= point["warmup_s"].as_f64().unwrap() + client / 1e3 - 0.001, "{first}");
        let has_alb = !["rest-shared-nlb", "rest-link-per-service"].contains(&option);
        assert_eq!(has_alb, folder.path().join("logs").join(option).join("alb.log").exists(), "{option}");
        if !has_alb {
            continue;
        }
        let alb = alb_lines(folder.path(), option);
        assert!(alb.len() == 8_000 && alb.iter().all(|fields| fields.len() == 29), "{option}");
        let ms = |fields: &[String], field: usize| fields[field - 1].parse::<f64>().unwrap() * 1e3;
        // A lognormal of median 1 ms is not even over a millisecond: rounding moves its mean by some hundredths.
        near(mean(alb.iter().map(|f| ms(f, 6) + ms(f, 8))), metric(point, "hop.alb.sojourn.mean"), 0.06);
        near(mean(alb.iter().map(|f| ms(f, 7))), metric(point, "hop.service.sojourn.mean"), 0.03);
        let by_root: BTreeMap<&str, &BTreeMap<String, String>> =
            gateway.iter().map(|line| (line["xrayTraceId"].as_str(), line)).collect();
        assert_eq!(by_root.len(), 8_000, "every attempt has a trace of its own");
        let mut between = Vec::new();
        for fields in &alb {
            let line = by_root[fields[17].split_once("Root=").unwrap().1];
            between.push(number(line, "integrationLatency") - ms(fields, 6) - ms(fields, 7) - ms(fields, 8));
            // The time of the answer has microseconds, that of the request is cut to milliseconds.
            let lasted = (since_origin(&fields[1]) - since_origin(&fields[21])) * 1e3 - ms(fields, 6) - ms(fields, 7);
            assert!((-1.001..2.001).contains(&lasted), "{lasted}: {fields:?}");
        }
        let hops =
            metric_sum(point, &["connection", "vpc-link-v1", "vpc-link-v2", "nlb", "zone-leg-nlb", "zone-leg-alb"]);
        near(mean(between.into_iter()), hops, 0.08);
    }
}

fn metric_sum(point: &Value, hops: &[&str]) -> f64 {
    let of = |hop: &&str| point["metrics"][format!("hop.{hop}.sojourn.mean")]["value"].as_f64().unwrap_or(0.0);
    hops.iter().map(of).sum()
}

/// Who answers what: the gateway for its throttles and timeouts, the target for its full queue; the ALB sees the gateway leave.
#[test]
fn failures_have_the_status_of_whoever_answers() {
    let folder = folder(BUSY);
    let document = emitted(folder.path(), &["--quiet"]);
    for point in document["points"].as_array().unwrap() {
        let option = point["option"].as_str().unwrap();
        let gateway = gateway_lines(folder.path(), option);
        let attempts = metric(point, "attempts.mean") * 4_000.0;
        near(gateway.len() as f64, attempts, 1e-6);
        let late = if option.starts_with("http") { "503" } else { "504" };
        let count = |status: &str, integration: &str| {
            let is =
                |line: &&BTreeMap<String, String>| line["status"] == status && line["integrationStatus"] == integration;
            gateway.iter().filter(is).count()
        };
        let (throttled, full, timed_out) = (count("429", "-"), count("503", "503"), count(late, "-"));
        let reached = (gateway.len() - throttled) as f64;
        near(throttled as f64, metric(point, "hop.stage-throttle.throttled") * attempts, 1e-6);
        near(full as f64, metric(point, "hop.service.rejected") * reached, 1e-6);
        assert!(throttled > 10 && full > 10 && timed_out > 10, "{throttled} {full} {timed_out}");
        assert_eq!(count("200", "200") + throttled + full + timed_out, gateway.len());
        assert_eq!(gateway.iter().filter(|line| line.contains_key("wafLatency")).count() > 0, late == "504");
        for line in &gateway {
            assert_eq!(line["integrationLatency"] == "-", line["status"] == "429");
            let timeout = line["status"] == late && line["integrationStatus"] == "-";
            assert!(!timeout || line["integrationLatency"] == "80", "{line:?}");
        }
        if !folder.path().join("logs").join(option).join("alb.log").exists() {
            continue;
        }
        let alb = alb_lines(folder.path(), option);
        let lines = |status: &str, target: &str| alb.iter().filter(|f| f[8] == status && f[9] == target).count();
        assert_eq!(alb.len(), gateway.len() - throttled);
        assert_eq!((lines("200", "200"), lines("503", "503")), (count("200", "200"), full));
        assert_eq!(lines("460", "-"), timed_out);
        assert!(alb.iter().filter(|f| f[8] == "460").all(|f| f[6] == "-1" && f[7] == "-1"));
        let times: Vec<f64> = alb.iter().map(|f| since_origin(&f[1])).collect();
        assert!(times.is_sorted(), "lines come in the order of the answers");
    }
}

/// Targets that refuse and one that is silent, behind ALBs; what is in flight when they are lost.
const LOST: &str = "seed = 5\noptions = [\"rest-alb-direct\", \"http-fan-out\"]\n[workload]\nrate_per_service = \"60/s\"\n\
                    [services]\ncount = 1\ntargets = 3\nconcurrency = 50\ntime = { constant = \"200ms\" }\n[run]\n\
                    duration = \"50s\"\nwarmup = \"1s\"\nreplications = 1\n[[event]]\nat = \"5s\"\nuntil = \"10s\"\nservice = 1\n\
                    targets_lost = 1\n[[event]]\nat = \"15s\"\nuntil = \"20s\"\nservice = 1\ntargets_lost = 1\n\
                    black_hole = true\n";

/// An ALB answers for targets that it has lost: 502 and 504 are its own in its log, and the integration's in the API's. 460 is left to
/// those whom the API gave up first.
#[test]
fn an_alb_answers_for_lost_targets() {
    let folder = folder(LOST);
    emitted(folder.path(), &["--quiet"]);
    for (option, late) in [("rest-alb-direct", "504"), ("http-fan-out", "503")] {
        let (gateway, alb) = (gateway_lines(folder.path(), option), alb_lines(folder.path(), option));
        let lines = |status: &str| alb.iter().filter(|f| f[8] == status).cloned().collect::<Vec<_>>();
        let count = |status: &str, integration: &str| {
            gateway.iter().filter(|l| l["status"] == status && l["integrationStatus"] == integration).count()
        };
        let (refused, silent, left) = (lines("502"), lines("504"), lines("460"));
        assert!(refused.len() > 50 && silent.len() > 50 && !left.is_empty(), "{option}");
        assert_eq!((refused.len(), silent.len()), (count("502", "502"), count("504", "504")), "{option}");
        assert_eq!(left.len(), count(late, "-"), "{option}");
        let own = |f: &Vec<String>| f[9] == "-" && f[26] == "-" && f[6] == "-1" && f[7] == "-1";
        assert!(refused.iter().chain(&silent).chain(&left).all(own), "{option}");
        assert!(refused.iter().chain(&silent).all(|f| f[4].starts_with("10.64.")), "the target that was chosen");
        // Those in flight had been sent on; nobody else had.
        let sent_on = |of: &[Vec<String>]| of.iter().filter(|f| f[5] != "-1").count();
        assert!((1..20).contains(&sent_on(&refused)), "{option}");
        assert_eq!((sent_on(&silent), sent_on(&left)), (0, left.len()), "{option}");
        for fields in &silent {
            // 10 s until the ALB gives up connecting.
            near(since_origin(&fields[1]) - since_origin(&fields[21]), 10.0, 0.1);
        }
    }
    let ran = run(folder.path(), &["calibrate", "alb", "logs/rest-alb-direct/alb.log", "--json"]);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    // Of all these rows only the 460s are times that were cut off.
    let left = alb_lines(folder.path(), "rest-alb-direct").iter().filter(|f| f[8] == "460").count();
    assert_eq!(told["longer_than"]["service"]["n"].as_u64(), Some(left as u64), "{}", told["longer_than"]);
}

/// What an ALB without capacity refuses is a row of its log.
#[test]
fn an_alb_without_capacity_says_so() {
    let folder = folder(
        "seed = 40\noptions = [\"http-fan-out\"]\n[load_balancers]\nfollow_load = true\n[workload]\n\
         rate_per_service = \"10/s\"\n[services]\ncount = 1\n[run]\nduration = \"60s\"\nwarmup = \"1s\"\n\
         replications = 1\n[[event]]\nat = \"10s\"\nrate_factor = 8.0\n",
    );
    emitted(folder.path(), &["--quiet"]);
    let (gateway, alb) = (gateway_lines(folder.path(), "http-fan-out"), alb_lines(folder.path(), "http-fan-out"));
    assert_eq!(alb.len(), gateway.len());
    let refused: Vec<&Vec<String>> = alb.iter().filter(|f| f[8] == "503").collect();
    assert!(refused.len() > 100, "{}", refused.len());
    assert_eq!(refused.len(), gateway.iter().filter(|line| line["status"] == "503").count());
    let own = |f: &&Vec<String>| f[4] == "-" && f[5..8].iter().all(|time| time == "-1") && f[9] == "-";
    assert!(refused.iter().all(own));
    assert!(alb.iter().all(|f| f[8] == "200" || f[8] == "503"));
}

#[test]
fn logs_change_no_result_and_no_thread_changes_a_log() {
    // Clients that give up first: the gateway still answers, and logs it.
    let folder = folder(&BUSY.replace("[client]\n", "[client]\ntimeout = \"70ms\"\n"));
    let plain = run(folder.path(), &["run", "a.toml", "--json", "--quiet"]);
    let logged = |dir: &str, threads: &str| {
        run(folder.path(), &["run", "a.toml", "--json", "--emit-logs", dir, "--threads", threads])
    };
    let (one, eight) = (logged("one", "1"), logged("eight", "8"));
    assert_eq!((one.status, &one.stdout), (0, &plain.stdout));
    assert_eq!(one.stdout, eight.stdout);
    assert!(one.stderr.contains("logs of rest-nlb-alb: "), "{}", one.stderr);
    for option in ["http-fan-out", "rest-nlb-alb", "rest-shared-nlb"] {
        let read = |dir: &str| std::fs::read(folder.path().join(dir).join(option).join("apigateway.log")).unwrap();
        assert!(read("one") == read("eight") && read("one").len() > 100_000, "{option}");
    }
    let lines = std::fs::read_to_string(folder.path().join("one/rest-nlb-alb/apigateway.log")).unwrap();
    let slow = |line: &str| line.contains("\"status\":\"504\"") && line.contains("\"integrationLatency\":\"80\"");
    assert!(lines.lines().any(slow), "an integration timeout that no client waited for");
}

#[test]
fn what_has_no_logs_is_refused_before_it_is_simulated() {
    let hops = "[workload]\nrate = \"5/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = \"1ms\" }\n";
    let folder = folder(hops);
    let refused = |arguments: &[&str], words: &[&str]| {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
        for word in words {
            assert!(ran.stderr.contains(word), "`{word}` is not in:\n{}", ran.stderr);
        }
    };
    refused(&["run", "a.toml", "--emit-logs", "logs"], &["spells hops out", "hint: leave `--emit-logs` out"]);
    assert!(!folder.path().join("logs").exists());
    refused(&["run", "--emit-logs", "a.toml", "--requests", "100"], &["`a.toml` is a file", "`--emit-logs`"]);
    std::fs::create_dir_all(folder.path().join("taken/rest-nlb-alb/alb.log")).unwrap();
    let taken =
        ["run", "--emit-logs", "taken", "--requests", "100", "--replications", "2", "--set", "services.count=2"];
    refused(&taken, &["cannot write logs into", "taken/rest-nlb-alb", "a folder is where a file goes"]);
}

/// Sums what measured attempts spend at each hop.
#[derive(Default)]
struct Sums {
    measured: BTreeMap<AttemptKey, u64>,
    attempts: u64,
    sojourn: BTreeMap<u16, u128>,
    wait: BTreeMap<u16, u128>,
    answered: u64,
    last: u64,
    ordered: bool,
}

impl Observer for Sums {
    fn begins(&mut self, key: AttemptKey, attempt: Begins) {
        if attempt.measured {
            self.attempts += 1;
            self.measured.insert(key, attempt.at);
        }
    }
    fn passes(&mut self, key: AttemptKey, step: Passes) {
        if self.measured.contains_key(&key) {
            *self.sojourn.entry(step.hop).or_default() += u128::from(step.end - step.at);
            *self.wait.entry(step.hop).or_default() += u128::from(step.start - step.at);
        }
    }
    fn ends(&mut self, key: AttemptKey, outcome: Outcome, at: u64) {
        self.ordered &= at >= self.last;
        self.last = at;
        self.answered += u64::from(outcome == Outcome::Ok && self.measured.contains_key(&key));
    }
    fn leaves(&mut self, _: AttemptKey, _: Outcome, _: u64) {}
}

/// An observer sees all that the tally counts, to the nanosecond, in the order of time, and changes nothing.
#[test]
fn an_observer_sees_what_the_tally_counts() {
    let scenario = scenario(&BUSY.replace("[client]\n", "[client]\ntimeout = \"70ms\"\n"));
    for option in 0..5 {
        let auto_warmup = true;
        let request = Request { scenario: &scenario, option, services: 3, warmup_ns: 0, auto_warmup, detail: false };
        let (network, _) = build(request);
        let window = Window {
            warmup_ns: 1_000_000_000,
            warmup_requests: 0,
            requests: 3_000,
            until_ns: u64::MAX,
            observe: Vec::new(),
            slices: None,
        };
        let (key, stop) = (RunKey::new(4, 2), AtomicBool::new(false));
        let mut sums = Sums { ordered: true, ..Sums::default() };
        let tally = simulate_observed(&network, &window, key, &stop, &mut sums).unwrap();
        assert_eq!(tally, simulate_by(Way::Reference, &network, &window, key, &stop).unwrap());
        assert!(sums.ordered);
        assert_eq!((sums.attempts, sums.answered), (tally.attempts, tally.outcomes.ok));
        for (index, hop) in tally.hops.iter().enumerate() {
            let of = |sums: &BTreeMap<u16, u128>| sums.get(&(index as u16)).copied().unwrap_or(0);
            assert_eq!((of(&sums.sojourn), of(&sums.wait)), (hop.counts.sojourn, hop.counts.wait), "hop {index}");
        }
    }
}
