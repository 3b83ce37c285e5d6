//! The command line from outside: exit status, what goes to which stream, what becomes of files, bad input of every sort.

use std::io::Read as _;
use std::process::Stdio;

use crate::program::{Ran, command, run, with_input};

const SMALL: &str = "seed = 3\n[workload]\nrate = \"50/s\"\n[run]\nrequests = 500\nreplications = 3\n[[hop]]\n\
                     name = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 1\n";

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// It could not run: status 2, nothing on stdout, a message that starts with `error: ` and has every one of `words`.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.starts_with("error: ") && !ran.stderr.contains("panicked"), "{ran:?}");
    for word in words {
        assert!(ran.stderr.contains(word), "`{word}` is not in:\n{}", ran.stderr);
    }
}

#[test]
fn results_go_to_stdout_and_nothing_else_does() {
    let folder = folder_with(&[("a.toml", SMALL.as_bytes())]);
    let table = run(folder.path(), &["run", "a.toml", "--quiet"]);
    assert_eq!((table.status, table.stderr.as_str()), (0, ""), "{table:?}");
    assert!(table.stdout.contains("latency.mean") && !table.stdout.contains('\u{1b}'));
    let json = run(folder.path(), &["run", "a.toml", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.status, &document["seed"], &document["format"]), (0, &3.into(), &1.into()));
    assert_eq!(document["points"][0]["requests"], 1_500);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "`run` writes no files");
}

#[test]
fn standard_input_is_a_scenario_too() {
    let folder = folder_with(&[("a.toml", SMALL.as_bytes())]);
    let file = run(folder.path(), &["run", "a.toml", "--json"]);
    let stdin = with_input(folder.path(), &["run", "-", "--json"], SMALL.as_bytes());
    assert_eq!(stdin.status, 0, "{stdin:?}");
    let points = |ran: &Ran| serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()["points"].clone();
    assert_eq!(points(&stdin), points(&file));
}

#[test]
fn threads_change_no_byte() {
    let folder = folder_with(&[("a.toml", b"[services]\ncount = 3\n[run]\nrequests = 1_000\nreplications = 5\n")]);
    let [one, two, eight] = ["1", "2", "8"].map(|n| run(folder.path(), &["run", "a.toml", "--json", "--threads", n]));
    assert!(one.status == 0 && one.stdout.len() > 2_000, "{one:?}");
    assert_eq!(one.stdout, two.stdout);
    assert_eq!(one.stdout, eight.stdout);
}

#[test]
fn flags_and_set_override_the_file() {
    let folder = folder_with(&[("a.toml", SMALL.as_bytes())]);
    let flags = ["run", "a.toml", "--json", "--requests", "200", "--replications", "4", "--seed", "9"];
    let set = ["--set", "hop.service.servers=2", "--set", "workload.rate=80/s"];
    let ran = run(folder.path(), &[&flags[..], &set[..]].concat());
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let point = &document["points"][0];
    assert_eq!((&document["seed"], &point["requests"], &point["replications"]), (&9.into(), &800.into(), &4.into()));
    let load = point["bottleneck_load"].as_f64().unwrap();
    assert!((load - 0.4).abs() < 1e-9, "80/s x 10 ms on 2 servers: {load}");
    refused(
        &run(folder.path(), &["run", "a.toml", "--set", "workload.rte=5/s"]),
        &["`rte`", "hint: did you mean `rate`?"],
    );
    refused(&run(folder.path(), &["run", "a.toml", "--set", "workload.rate"]), &["has no `=`"]);
    refused(&run(folder.path(), &["run", "a.toml", "--set", "workload.rate=5"]), &["needs a unit"]);
}

#[test]
fn a_sweep_leaves_whole_files_and_reports_again() {
    let folder = folder_with(&[("a.toml", b"[run]\nrequests = 300\nreplications = 3\n[sweep]\nservices = [1, 4]\n")]);
    let swept = run(folder.path(), &["sweep", "a.toml", "--quiet"]);
    assert_eq!((swept.status, swept.stderr.as_str()), (0, ""), "{swept:?}");
    let out = folder.path().join("output/a");
    for name in ["points.csv", "hops.csv", "ceilings.csv", "results.json", "report.html", "report.md", "scenario.toml"]
    {
        assert!(std::fs::metadata(out.join(name)).unwrap().len() > 50, "{name}");
    }
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    let results = std::fs::read_to_string(out.join("results.json")).unwrap();
    std::fs::remove_file(out.join("report.html")).unwrap();
    assert_eq!(run(folder.path(), &["report", "output/a"]).status, 0);
    let again = std::fs::read_to_string(out.join("report.html")).unwrap();
    let other = again.lines().zip(page.lines()).find(|(again, page)| again != page);
    assert_eq!((other, again.len()), (None, page.len()), "the same report from the results alone");
    // The resolved scenario is a scenario, and gives the same document.
    let again = run(folder.path(), &["sweep", "output/a/scenario.toml", "--out", "again", "--quiet"]);
    assert_eq!(again.status, 0, "{again:?}");
    let repeated = std::fs::read_to_string(folder.path().join("again/results.json")).unwrap();
    let points = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["points"].clone();
    assert_eq!(points(&repeated), points(&results));
}

#[test]
fn status_tells_what_came_out() {
    let folder = folder_with(&[
        (
            "met.toml",
            format!("[objectives]\nhold = [\"latency.mean <= 90ms\"]\n{SMALL}").replace("seed = 3\n", "").as_bytes(),
        ),
        (
            "missed.toml",
            format!("[objectives]\nhold = [\"latency.mean <= 11ms\"]\n{SMALL}").replace("seed = 3\n", "").as_bytes(),
        ),
        (
            "open.toml",
            format!("[objectives]\nhold = [\"latency.p99_9 <= 120ms\"]\n{SMALL}").replace("seed = 3\n", "").as_bytes(),
        ),
        ("none.toml", SMALL.as_bytes()),
        (
            "right.toml",
            format!("{SMALL}[expect]\nsource = \"exact\"\n\"latency.mean\" = {{ value = \"20ms\", sigma = 0.01 }}\n")
                .as_bytes(),
        ),
        (
            "wrong.toml",
            format!("{SMALL}[expect]\nsource = \"none\"\n\"latency.mean\" = {{ value = \"90ms\", sigma = 0.001 }}\n")
                .as_bytes(),
        ),
    ]);
    let status = |arguments: &[&str]| run(folder.path(), arguments).status;
    assert_eq!(status(&["check", "met.toml"]), 0);
    assert_eq!(status(&["check", "missed.toml"]), 1);
    assert_eq!(status(&["check", "open.toml"]), 3, "too few samples for p99.9 to be decided");
    refused(&run(folder.path(), &["check", "none.toml"]), &["no `[objectives]`"]);
    assert_eq!((status(&["validate", "right.toml"]), status(&["validate", "wrong.toml", "right.toml"])), (0, 1));
    refused(&run(folder.path(), &["limits", "none.toml"]), &["spells hops out"]);
}

/// A built-in case holds; a copy of it with a wrong expectation fails; what is not there is said.
#[test]
fn built_in_known_answers() {
    let folder = folder_with(&[]);
    let ran = |arguments: &[&str]| run(folder.path(), arguments);
    let listed = ran(&["validate", "--list"]).stdout;
    assert!(listed.lines().count() >= 60 && listed.contains("\ndeterministic/dd1  "), "{listed}");
    let case = ran(&["validate", "--print", "deterministic/dd1"]).stdout;
    assert!(case.starts_with("# ") && case.contains("value = 0.875"), "{case}");
    std::fs::write(folder.path().join("right.toml"), &case).unwrap();
    std::fs::write(folder.path().join("wrong.toml"), case.replace("value = 0.875", "value = 0.8751")).unwrap();
    assert_eq!(ran(&["validate", "right.toml"]).status, 0);
    let wrong = ran(&["validate", "wrong.toml"]);
    assert!(wrong.status == 1 && wrong.stdout.contains("x wrong.toml hop.service.utilisation"), "{wrong:?}");
    // By name, by family, and by both in one document with its summary.
    let ran_all = ran(&["validate", "buckets/steady", "deterministic", "--json", "--date", "2026-11-25"]);
    let document: serde_json::Value = serde_json::from_str(&ran_all.stdout).unwrap();
    let known = &document["known_answers"];
    assert_eq!((ran_all.status, &known["all"]["cases"], &known["date"]), (0, &6.into(), &"2026-11-25".into()));
    assert_eq!(known["families"].as_array().unwrap().len(), 2);
    assert_eq!(document["validations"].as_array().unwrap().len() as u64, known["all"]["answers"].as_u64().unwrap());
    assert_eq!(document["validations"][0]["file"], "buckets/steady");
    refused(&ran(&["validate", "bucket"]), &["`bucket`", "no such file"]);
    refused(&ran(&["validate", "--print", "mm1"]), &["no built-in case `mm1`", "hint: "]);
    assert_eq!(ran(&["validate", "--date", "25.11.2026"]).status, 2);
}

/// The reference path finds the same numbers and the exact samplers near ones, and both are said.
#[test]
fn known_answers_by_the_reference_path() {
    let text =
        format!("{SMALL}[expect]\nsource = \"exact\"\n\"latency.mean\" = {{ value = \"20ms\", sigma = 0.01 }}\n");
    let folder = folder_with(&[("a.toml", text.as_bytes())]);
    let ran = |more: &[&str]| run(folder.path(), &[&["validate", "a.toml", "deterministic"], more].concat());
    let document = |more: &[&str]| -> serde_json::Value {
        let ran = ran(&[&["--json"], more].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let (plain, reference) = (document(&[]), document(&["--reference"]));
    assert_eq!(reference["validations"], plain["validations"]);
    let said =
        |of: &serde_json::Value| (of["known_answers"]["reference"].clone(), of["known_answers"]["samplers"].clone());
    assert_eq!(said(&plain), (serde_json::Value::Null, serde_json::Value::Null));
    assert_eq!(said(&reference), (true.into(), serde_json::Value::Null));
    let exact = document(&["--samplers", "exact"]);
    assert_ne!(exact["validations"], plain["validations"]);
    assert_eq!(said(&exact), (serde_json::Value::Null, "exact".into()));
    let screen = ran(&["--reference", "--samplers", "exact"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(screen.contains("simulated by the reference path, with samplers `exact`"), "{screen}");
    refused(&ran(&["--samplers", "quick"]), &["quick", "tables, exact"]);
    let swept = run(folder.path(), &["sweep", "a.toml", "--set", "run.samplers=exact", "--json", "--quiet"]);
    let document: serde_json::Value = serde_json::from_str(&swept.stdout).unwrap();
    assert_eq!(document["wanted"]["samplers"], "exact");
    let review = std::fs::read_to_string(folder.path().join("output/a/report.html")).unwrap();
    assert!(review.contains("Times are drawn exactly, not by tables."));
}

/// Every document carries the release's record, and the pages show it.
#[test]
fn the_record_is_part_of_every_result() {
    let folder = folder_with(&[("a.toml", SMALL.as_bytes())]);
    let ran = run(folder.path(), &["run", "a.toml", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let all = &document["known_answers"]["all"];
    assert!(all["answers"].as_u64().unwrap() > 150 && all["passed"] == all["answers"], "{all}");
    assert_eq!(document["known_answers"]["gatecap"], env!("CARGO_PKG_VERSION"));
    assert!(run(folder.path(), &["run", "a.toml"]).stdout.contains("\nproof   "));
    assert_eq!(run(folder.path(), &["sweep", "a.toml", "--quiet", "--out", "out"]).status, 0);
    for page in ["report.html", "report.md"] {
        let page = std::fs::read_to_string(folder.path().join("out").join(page)).unwrap();
        assert!(page.contains("Token buckets") && page.contains("--validate"));
    }
    // A document of a version that had no record is read, and says nothing about it.
    let path = folder.path().join("out/results.json");
    let mut older: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    older.as_object_mut().unwrap().remove("known_answers");
    std::fs::write(&path, older.to_string()).unwrap();
    assert_eq!(run(folder.path(), &["report", "out"]).status, 0);
    let page = std::fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(!page.contains("Token buckets"));
}

#[test]
fn the_shell_gets_its_help() {
    let folder = folder_with(&[]);
    let said = |arguments: &[&str]| {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
        ran.stdout
    };
    assert!(said(&["--help"]).contains("sweep") && said(&["run", "--help"]).contains("--replications"));
    assert_eq!(said(&["--version"]), format!("gatecap {}\n", env!("CARGO_PKG_VERSION")));
    assert!(said(&["completions", "bash"]).contains("complete"));
    // What `init` prints is the built-in scenario, written out.
    std::fs::write(folder.path().join("init.toml"), said(&["init"])).unwrap();
    let points =
        |arguments: &[&str]| serde_json::from_str::<serde_json::Value>(&said(arguments)).unwrap()["ceilings"].clone();
    assert_eq!(points(&["limits", "init.toml", "--json"]), points(&["limits", "--json"]));
    let schema = said(&["schema"]);
    assert!(serde_json::from_str::<serde_json::Value>(&schema).unwrap()["properties"]["workload"].is_object());
    assert_eq!(run(folder.path(), &["frobnicate"]).status, 2);
    assert_eq!(run(folder.path(), &["run", "--threads", "0"]).status, 2);
}

/// A reader that has seen enough (`| head`) is no error.
#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let folder = folder_with(&[]);
    let mut child = command(folder.path(), &["limits", "--json"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn files_that_are_no_scenarios() {
    let large = vec![b'#'; (16 << 20) + 1];
    let folder =
        folder_with(&[("latin.toml", b"title = \"caf\xe9\"\n"), ("nul.toml", b"a\0b"), ("large.toml", &large)]);
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    refused(&run(folder.path(), &["run", "missing.toml"]), &["`missing.toml`", "no such file"]);
    refused(&run(folder.path(), &["run", "folder"]), &["`folder` is a directory"]);
    refused(&run(folder.path(), &["run", "latin.toml"]), &["not UTF-8", "byte 12, in line 1"]);
    refused(&run(folder.path(), &["run", "nul.toml"]), &["nul.toml:1:2"]);
    refused(&run(folder.path(), &["run", "large.toml"]), &["16 MiB"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("gone.toml", folder.path().join("broken.toml")).unwrap();
        refused(&run(folder.path(), &["run", "broken.toml"]), &["`broken.toml`", "a link to a file that is not there"]);
    }
    refused(&with_input(folder.path(), &["run", "-"], b"title = \xff"), &["standard input is not UTF-8"]);
    // Nothing said is the built-in scenario: an empty file is one. A pipe that brings nothing is a command that failed.
    std::fs::write(folder.path().join("empty.toml"), " \n").unwrap();
    let empty = run(folder.path(), &["limits", "empty.toml"]);
    assert!(empty.status == 0 && empty.stdout.contains("rest-alb-direct"), "{empty:?}");
    for (verb, nothing) in [("run", &b""[..]), ("limits", b"\n \t\n")] {
        let said =
            ["standard input is empty", "--> <stdin>:1:1", "hint: did the command before it fail? `gatecap init`"];
        refused(&with_input(folder.path(), &[verb, "-"], nothing), &said);
    }
}

#[test]
fn folders_that_cannot_be_written() {
    let folder = folder_with(&[("a.toml", SMALL.as_bytes()), ("file", b"")]);
    let started = std::fs::read_dir(folder.path()).unwrap().count();
    for out in ["file", "file/below"] {
        refused(&run(folder.path(), &["sweep", "a.toml", "--out", out]), &["`file", "--out"]);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), started, "nothing half written");
    refused(&run(folder.path(), &["report", "nowhere"]), &["nowhere/results.json", "hint: "]);
}

/// A full disk is said, not panicked about.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device() {
    let folder = tempfile::tempdir().unwrap();
    let text = "options = [\"http-fan-out\"]\n[run]\nrequests = 100\nwarmup = 0\n[sweep]\nservices = [1]\n[sensitivity]\nenabled = false\n";
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    for words in [&["limits"][..], &["sweep", "a.toml", "--out", "o", "--quiet"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut child = command(folder.path(), words).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(2));
        assert!(said.starts_with("error: cannot write to stdout"), "{said}");
        assert!(said.contains("1 error, after the run"), "{said}");
    }
    assert!(folder.path().join("o/results.json").exists());
}
