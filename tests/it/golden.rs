//! Shipped scenarios run, and the numbers of one small document are pinned to the last bit: a diff here is an entry in
//! CHANGELOG.md under "Numbers that changed".

use std::path::PathBuf;

use crate::program::{repository, run};

/// Hash of every metric of the small document below: it changes with any draw, sampler, rule of the engine or default.
const PINNED: &str = "fbd932aaa5167b02";

fn shipped() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(repository().join("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    found.sort();
    found
}

#[test]
fn every_shipped_scenario_opens_with_its_question_and_runs() {
    let found = shipped();
    assert!(found.len() >= 9, "{found:?}");
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let first = text.lines().find(|line| !line.starts_with("#:schema")).unwrap();
        assert!(first.starts_with("# ") && first.len() > 20, "{}: {first}", path.display());
        let file = path.strip_prefix(repository()).unwrap().display().to_string();
        // A length in time stays as it is: its events have their instants.
        let length: &[&str] =
            if text.contains("\nduration") { &["--replications", "2"] } else { &["--requests", "2000"] };
        let ran = run(repository(), &[&["run", &file, "--json", "--quiet"], length].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{file}");
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        for point in document["points"].as_array().unwrap() {
            let ok = point["metrics"]["outcome.ok"]["value"].as_f64().unwrap();
            assert!(ok > 0.05 && point["stable"] == true, "{file}: {ok}");
        }
    }
}

#[test]
fn every_option_file_is_an_option() {
    let folder = repository().join("scenarios/options");
    let scratch = tempfile::tempdir().unwrap();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let scenario = format!("options = [{:?}]\n", path.display().to_string());
        std::fs::write(scratch.path().join("a.toml"), scenario).unwrap();
        let ran = run(scratch.path(), &["limits", "a.toml", "--json"]);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(document["options"][0]["name"], stem, "an option's file has its name");
        assert!(document["ceilings"].as_array().unwrap().len() >= 3, "{stem}");
        count += 1;
    }
    assert!(count >= 5);
}

#[test]
fn a_small_document_is_pinned() {
    let scenario = "seed = 42\n[run]\nrequests = 500\nreplications = 3\n[services]\ncount = 5\n\
                    [client]\nretries = { max = 1, backoff = { exponential = { mean = \"50ms\" } } }\n";
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("pinned.toml"), scenario).unwrap();
    let ran = run(scratch.path(), &["run", "pinned.toml", "--json", "--quiet"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let points = document["points"].as_array().unwrap().iter().map(|point| point["metrics"].to_string());
    let metrics = points.collect::<Vec<String>>().join("\n");
    let hash = blake3::hash(metrics.as_bytes()).to_hex();
    assert_eq!(&hash[..16], PINNED, "numbers changed: say so in CHANGELOG.md, then pin the new hash");
}
