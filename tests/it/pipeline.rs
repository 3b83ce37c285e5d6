//! What docs/pipeline.md and docs/gatecap.yml tell a pipeline to run does what they say; and what `check` and `compare` write.

use std::path::Path;
use std::process::Command;

use crate::program::{Ran, repository, run};

fn document(name: &str) -> String {
    std::fs::read_to_string(repository().join("docs").join(name)).unwrap()
}

/// A folder with the three scenarios where the page has them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("docs/pipeline")).unwrap();
    for name in ["holds", "missed", "undecided"] {
        let name = format!("pipeline/{name}.toml");
        std::fs::write(folder.path().join("docs").join(&name), document(&name)).unwrap();
    }
    folder
}

#[test]
fn the_commands_of_the_page_end_as_it_says() {
    let folder = folder();
    let page = document("pipeline.md");
    let commands: Vec<(&str, i32)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("gatecap ")?.split_once("# status "))
        .map(|(command, status)| (command, status.parse().unwrap()))
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for (command, status) in commands {
        let ran = run(folder.path(), &command.split_whitespace().collect::<Vec<&str>>());
        assert_eq!(ran.status, status, "{command}\n{}{}", ran.stdout, ran.stderr);
    }
    let compared = |with: &str| run(folder.path(), &["compare", "before", with]).stdout;
    let worse = compared("after");
    assert!(worse.contains("latency.mean") && worse.contains("services.time"), "{worse}");
    assert!(worse.lines().all(|line| line.chars().count() <= 96), "{worse}");
    assert!(compared("again").contains("cannot be told apart"));
    // The same bytes compared, whether in directories or as documents.
    let json = |a: &str, b: &str| run(folder.path(), &["compare", a, b, "--json"]).stdout;
    assert_eq!(json("before", "after"), json("before/results.json", "after/results.json"));
    let text: serde_json::Value = serde_json::from_str(&json("before", "after")).unwrap();
    assert_eq!((&text["format"], &text["comparison"]["a"]["seed"]), (&1.into(), &42.into()));
}

/// The shell scripts of the workflow's steps, by the name of the step.
#[cfg(unix)]
fn script(step: &str) -> String {
    let workflow = document("gatecap.yml");
    let from = workflow.find(&format!("- name: {step}\n")).unwrap();
    let body = workflow[from..].split_once("run: |\n").unwrap().1;
    let lines: Vec<&str> = body.lines().take_while(|line| line.starts_with("          ")).collect();
    lines.iter().map(|line| format!("{}\n", &line[10..])).collect()
}

/// Runs a step as the runner does: `bash -e`, the program on the path.
#[cfg(unix)]
fn step(folder: &Path, name: &str) -> Ran {
    let file = folder.join("step.sh");
    std::fs::write(&file, script(name)).unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_gatecap")).parent().unwrap();
    let ran = Command::new("bash")
        .arg("-e")
        .arg(&file)
        .current_dir(folder)
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display()))
        .envs([("OPTION", "rest-alb-direct"), ("GITHUB_STEP_SUMMARY", "summary.md"), ("NO_COLOR", "1")])
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { status: ran.status.code().unwrap_or(-1), stdout: text(ran.stdout), stderr: text(ran.stderr) }
}

#[cfg(unix)]
#[test]
fn the_workflow_passes_stops_and_stays_undecided_as_designed() {
    for (scenario, checked, compared) in [("holds", 0, 0), ("missed", 1, 1), ("undecided", 3, 0)] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("before")).unwrap();
        std::fs::write(at("before/design.toml"), document("pipeline/holds.toml")).unwrap();
        std::fs::write(at("design.toml"), document(&format!("pipeline/{scenario}.toml"))).unwrap();
        let check = step(folder.path(), "Check");
        assert_eq!(check.status, checked, "{scenario}: {check:?}");
        let compare = step(folder.path(), "Compare");
        assert_eq!(compare.status, compared, "{scenario}: {compare:?}");
        let summary = std::fs::read_to_string(at("summary.md")).unwrap();
        assert!(summary.contains("### gatecap: Checkout: ") && summary.contains("### gatecap compare: "), "{summary}");
        let junit = std::fs::read_to_string(at("gatecap-junit.xml")).unwrap();
        assert_eq!(junit.matches("<testsuite ").count(), 1, "one option was asked for: {junit}");
        let counts = (junit.matches("<failure").count() > 0, junit.matches("<skipped").count() > 0);
        assert_eq!(counts, (checked == 1, checked == 3), "{junit}");
        let line =
            1 + document(&format!("pipeline/{scenario}.toml")).lines().position(|l| l.starts_with("hold")).unwrap();
        let place = |kind: &str| format!("::{kind} file=design.toml,line={line},col=9,title=rest-alb-direct%3A ");
        assert_eq!(check.stderr.contains(&place("error")), checked == 1, "{check:?}");
        assert_eq!(check.stderr.contains(&place("warning")), checked == 3, "{check:?}");
        let left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.contains("unfinished"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
    }
}

#[test]
fn what_excludes_an_option_fails_it_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[services]\ncount = 60\n[workload]\nrate_per_service = \"1/s\"\n[run]\nrequests = 500\nreplications = 2\n\
                [objectives]\nhold = [\"latency.mean <= 1s\"]\n";
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let check = |more: &[&str]| run(folder.path(), &[&["check", "a.toml", "--quiet"], more].concat());
    // Sixty links are more than the twenty that AWS allows by default; a shared NLB needs a few.
    let junit = check(&["--option", "rest-link-per-service", "--junit", "-"]);
    assert!(junit.status == 1 && junit.stdout.contains("raise one first"), "{junit:?}");
    let shared = check(&["--option", "rest-shared-nlb", "--json"]);
    assert_eq!(shared.status, 0, "{shared:?}");
    let document: serde_json::Value = serde_json::from_str(&shared.stdout).unwrap();
    assert_eq!(document["points"].as_array().unwrap().len(), 1);
    let all = check(&["--markdown", "-"]);
    assert!(all.status == 1 && all.stdout.contains("of 5 options do not pass: "), "{all:?}");
}

/// Status 2, nothing on stdout, a message with every one of `words`.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.starts_with("error: ") && words.iter().all(|word| ran.stderr.contains(word)), "{ran:?}");
}

#[test]
fn bad_flags_and_files_are_worded() {
    let folder = folder();
    let ran = |arguments: &[&str]| run(folder.path(), arguments);
    let holds = "docs/pipeline/holds.toml";
    refused(&ran(&["check", holds, "--option", "rest-alb-drect"]), &["no option", "did you mean `rest-alb-direct`?"]);
    refused(&ran(&["check", holds, "--json", "--junit", "-"]), &["`--json` and `--junit` both go to stdout"]);
    refused(&ran(&["check", holds, "--markdown", "docs"]), &["`docs` is a folder", "--markdown"]);
    refused(&ran(&["check", holds, "--junit", "docs/pipeline/holds.toml/x.xml"]), &["--junit"]);
    let misspelt = ran(&["check", holds, "--set", "objectives.hold=[\"latency.p9 <= 1s\"]"]);
    refused(&misspelt, &["`latency.p9` is not a metric", "did you mean `latency.p90`?"]);
    refused(&ran(&["compare", "nowhere", holds]), &["cannot read `nowhere`", "is not a result document"]);
    std::fs::write(folder.path().join("newer.json"), "{\"format\": 2}").unwrap();
    refused(&ran(&["compare", "newer.json", "newer.json"]), &["newer.json", "format 2"]);
    let hop = "[workload]\nrate = \"50/s\"\n[run]\nrequests = 300\nreplications = 2\n[[hop]]\nname = \"x\"\ntime = { constant = \"1ms\" }\n";
    std::fs::write(folder.path().join("hop.toml"), hop).unwrap();
    std::fs::write(folder.path().join("hop.json"), ran(&["run", "hop.toml", "--json"]).stdout).unwrap();
    let flags = ["--requests", "300", "--replications", "2"];
    let options = ran(&[&["run", holds, "--json"][..], &flags].concat()).stdout;
    std::fs::write(folder.path().join("options.json"), options).unwrap();
    refused(&ran(&["compare", "hop.json", "options.json"]), &["no point in common", "hint: "]);
    refused(&ran(&["compare", "hop.json", "hop.json", "--metric", "latency.meen"]), &["did you mean `latency.mean`?"]);
    let same = ran(&["compare", "hop.json", "hop.json"]);
    assert!(same.status == 0 && same.stdout.contains("so is every simulated number"), "{same:?}");
}
