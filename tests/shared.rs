//! Files that other people wrote, which do not belong to this repository: known answers, a recorded trace, quotas of accounts.
//!
//! They are looked for in the folder `shared` beside the clone, or where `GATECAP_SHARED` says; where there is none, the tests
//! say so and pass. `cargo test` leaves this target out: run `cargo test --test shared`.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

#[path = "shared/arrivals.rs"]
mod arrivals;
#[path = "shared/import_aws.rs"]
mod import_aws;
#[path = "shared/import_cloudformation.rs"]
mod import_cloudformation;
#[path = "shared/import_services.rs"]
mod import_services;
#[path = "shared/import_terraform.rs"]
mod import_terraform;
#[path = "shared/logs.rs"]
mod logs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatecap::aws::service_quotas;
use gatecap::experiment::validate::validate;
use gatecap::experiment::{Control, PointSpec, Source};
use gatecap::scenario::{Document, Override};

/// The folder of shared files, if there is one.
#[allow(clippy::disallowed_methods, reason = "where test input lies is not a result")]
fn shared(below: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("GATECAP_SHARED").map_or_else(beside, PathBuf::from).join(below);
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: there is no {}", folder.display());
    None
}

/// The files of a folder with an ending, by name.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    files.sort();
    files
}

/// The text is a scenario; `name` is for the message.
fn resolves(text: &str, name: &str) {
    let document = Document::parse(text, name, Path::new("."));
    if let Err(issues) = document.and_then(|document| document.resolve(&[])) {
        panic!("{name}: {}", gatecap::issue::render(&issues, false));
    }
}

/// The scenario of a file, with other values for some fields.
fn source(path: &Path, overrides: Vec<Override>) -> Source {
    let document = Document::read(path).unwrap_or_else(|issues| panic!("{}", gatecap::issue::render(&issues, false)));
    Source { document, overrides, quotas: BTreeMap::new(), prices: BTreeMap::new() }
}

#[test]
fn known_answers() {
    let Some(folder) = shared("cases") else { return };
    let (mut compared, mut left, mut missed) = (0, 0, Vec::new());
    let files = files(&folder, "toml");
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        let source = source(path, Vec::new());
        let scenario = source.scenario(&[]).unwrap_or_else(|issues| {
            panic!("{name}: {}", gatecap::issue::render(&issues, false));
        });
        if scenario.saturation.is_some() {
            left += 1;
            continue;
        }
        for validation in validate(&source, &name, &Control::default()).unwrap() {
            compared += 1;
            if !validation.pass {
                missed.push(validation);
            }
        }
    }
    println!(
        "{} cases read, {left} of them searches, which are left to `gatecap validate`; {compared} values",
        files.len()
    );
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Nanoseconds of `YYYY-MM-DD HH:MM:SS.fffffff` since the start of its month.
fn nanoseconds(timestamp: &str) -> u64 {
    let number = |range: std::ops::Range<usize>| timestamp[range].parse::<u64>().unwrap();
    let seconds = ((number(8..10) * 24 + number(11..13)) * 60 + number(14..16)) * 60 + number(17..19);
    let fraction = format!("{:0<9}", timestamp.get(20..).unwrap_or(""));
    seconds * 1_000_000_000 + fraction[..9].parse::<u64>().unwrap()
}

/// Variance over mean of the counts in whole windows from the first arrival on.
fn dispersion(arrivals: &[u64], length: u64, seconds: u64) -> f64 {
    let window = seconds * 1_000_000_000;
    let mut counts = vec![0.0_f64; (length / window) as usize];
    for at in arrivals {
        if let Some(count) = counts.get_mut((at / window) as usize) {
            *count += 1.0;
        }
    }
    let n = counts.len() as f64;
    let mean = counts.iter().sum::<f64>() / n;
    counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (n - 1.0) / mean
}

#[test]
fn a_recorded_trace() {
    let Some(file) = shared("inputs/traces/azure-llm-conv.csv") else { return };
    let text = std::fs::read_to_string(&file).unwrap();
    let rows = text.lines().skip(1).filter(|line| !line.is_empty());
    let mut arrivals: Vec<u64> = rows.map(|line| nanoseconds(line.split(',').next().unwrap())).collect();
    let first = arrivals[0];
    arrivals.iter_mut().for_each(|at| *at -= first);
    // One pass lasts from the first row to one mean gap after the last.
    let n = arrivals.len() as u64;
    let length = arrivals[arrivals.len() - 1] * n / (n - 1);
    let scenario = format!(
        "options = [\"rest-alb-direct\"]\n[workload]\narrivals = {{ trace = {{ file = {:?}, column = \"TIMESTAMP\" }} }}\n\
         [services]\ncount = 3\n[run]\nreplications = 2\n",
        file.display().to_string()
    );
    let scenario =
        Document::parse(scenario, "trace", Path::new(".")).and_then(|document| document.resolve(&[])).unwrap();
    let point = PointSpec { scenario: &scenario, option: 0, services: 3, detail: false };
    let point = point.run(&Control::default()).unwrap().point;
    assert_eq!(point.requests, 2 * n, "as many requests as rows, in each replication");
    let measured = |metric: &str| point.metrics[metric].value.unwrap();
    let expected = [
        ("arrivals.rate", n as f64 * 1e9 / length as f64),
        ("arrivals.idc@1s", dispersion(&arrivals, length, 1)),
        ("arrivals.idc@10s", dispersion(&arrivals, length, 10)),
        ("arrivals.idc@60s", dispersion(&arrivals, length, 60)),
    ];
    for (metric, value) in expected {
        let found = measured(metric);
        println!("{metric}: {found} simulated, {value} in the file");
        assert!((found / value - 1.0).abs() < 1e-6, "{metric}: {found} for {value}");
    }
}

#[test]
fn quotas_of_accounts() {
    let Some(folder) = shared("inputs/quotas") else { return };
    let (mut read, mut none, mut rows) = (0, 0, 0);
    let files = files(&folder, "json");
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        match service_quotas::read(&std::fs::read_to_string(path).unwrap(), &name) {
            Ok(found) => {
                assert!(!found.is_empty(), "{name}");
                assert!(found.iter().all(|row| !row.code.is_empty() && !row.status.is_empty()), "{name}");
                rows += found.len();
                read += 1;
            }
            // A list of services is no list of quotas, and the message says what the file holds instead.
            Err(issue) => {
                assert!(name.contains("list-services") && issue.hint.is_some(), "{name}: {issue:?}");
                none += 1;
            }
        }
    }
    println!("{read} files of quotas read, {rows} rows, {none} files that hold none");
    assert_eq!(read + none, files.len());
}

/// The cases again with another seed: what a correct simulator passes, it passes whatever the draws. Its deviations in standard errors
/// look standard normal: none beyond 4, few beyond 2, none to one side (which a transient or rounding would show long before any single
/// value fails).
#[test]
fn known_answers_with_another_seed() {
    let Some(folder) = shared("cases") else { return };
    let (mut all, mut case_means) = (Vec::new(), Vec::new());
    for (index, path) in files(&folder, "toml").into_iter().enumerate() {
        // A seed for each: on one seed all cases share their draws, and their deviations lean to one side together by chance.
        let seed = (20_260_101 + index).to_string();
        let changes = vec![Override::set("seed", seed), Override::set("run.replications", "20")];
        let source = source(&path, changes);
        let Ok(scenario) = source.scenario(&[]) else { continue };
        if scenario.saturation.is_some() {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy();
        let validations = validate(&source, &name, &Control::default()).unwrap();
        let scores: Vec<f64> = validations.iter().filter_map(|validation| validation.z).collect();
        if !scores.is_empty() {
            case_means.push(scores.iter().sum::<f64>() / scores.len() as f64);
        }
        all.extend(validations);
    }
    let scores: Vec<f64> = all.iter().filter_map(|validation| validation.z).collect();
    let beyond = |limit: f64| all.iter().filter(move |validation| validation.z.is_some_and(|z| z.abs() > limit));
    let mean = case_means.iter().sum::<f64>() / case_means.len() as f64;
    println!(
        "{} values of {} cases, {} beyond two standard errors, mean of the cases {mean:+.2}",
        scores.len(),
        case_means.len(),
        beyond(2.0).count()
    );
    assert_eq!(beyond(4.0).next(), None);
    // One in 22 is expected; values of one case move together, so 10 % is allowed.
    assert!(beyond(2.0).count() * 10 <= scores.len());
    assert!(mean.abs() < 0.5, "{mean}");
}
