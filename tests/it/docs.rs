//! What the documents say is so: commands print what the README shows, named files are there, links lead somewhere.
//!
//! A block of output stands in a `text` fence below a comment `output of: COMMAND`. `GATECAP_UPDATE=1` writes the blocks anew.
//! Those of commands that are not `gatecap` alone are compared by `.ci/run`, which has a release build.

use std::path::PathBuf;

use crate::program::{repository, run};

const MARK: &str = "<!-- output of: ";
const FENCE: &str = "```text\n";

fn document(name: &str) -> String {
    std::fs::read_to_string(repository().join(name)).unwrap()
}

/// Command, and the bytes of its shown output.
fn blocks(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let rest = &text[at + MARK.len()..];
        let command = rest[..rest.find(" -->").unwrap()].to_string();
        let start = at + text[at..].find(FENCE).unwrap() + FENCE.len();
        let end = start + text[start..].find("```\n").unwrap();
        found.push((command, start..end));
    }
    found
}

#[test]
fn commands_print_what_the_documents_show() {
    for (name, least) in [("README.md", 3), ("docs/import.md", 2)] {
        shows(name, least);
    }
}

/// Runs the commands of one document, which has at least so many.
#[allow(clippy::disallowed_methods, reason = "how the documents are written anew")]
fn shows(name: &str, least: usize) {
    let mut text = document(name);
    let update = std::env::var_os("GATECAP_UPDATE").is_some();
    let found = blocks(&text);
    assert!(found.len() >= least, "{found:?}");
    // From the end, so that writing a block moves none that is still to come.
    for (command, place) in found.into_iter().rev() {
        let mut words = command.split_whitespace();
        if words.next() != Some("gatecap") {
            continue;
        }
        let ran = run(repository(), &words.collect::<Vec<&str>>());
        assert_eq!(ran.status, 0, "{command}: {}", ran.stderr);
        if update {
            text.replace_range(place, &ran.stdout);
        } else {
            assert_eq!(ran.stdout, text[place], "{command}: GATECAP_UPDATE=1 cargo test --test it docs");
        }
    }
    if update {
        std::fs::write(repository().join(name), text).unwrap();
    }
}

#[test]
fn the_scenario_shown_is_the_one_that_ships() {
    let shown = document("README.md");
    let shipped = document("scenarios/quickstart.toml");
    let body: String = shipped.split_inclusive('\n').filter(|line| !line.starts_with("#:schema")).collect();
    assert!(shown.contains(&format!("```toml\n{body}```\n")), "README.md does not show scenarios/quickstart.toml");
}

/// Every `gatecap VERB FILE` in code marks: the verb exists and the file is there.
#[test]
fn named_commands_exist() {
    let readme = document("README.md");
    let commands: Vec<&str> =
        readme.split('`').filter(|code| code.starts_with("gatecap ") && !code.contains('\n')).collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        assert_eq!(run(repository(), &[words[0], "--help"]).status, 0, "{command}");
        for file in words.iter().filter(|word| word.ends_with(".toml")) {
            assert!(repository().join(file).is_file(), "{command}");
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "benches/README.md",
        "docs/clusters.md",
        "docs/calibrate.md",
        "docs/coverage.md",
        "docs/generator.md",
        "docs/import.md",
        "docs/import-aws.md",
        "docs/pipeline.md",
        "docs/serve.md",
        "docs/shards.md",
    ] {
        let text = document(name);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path: PathBuf = repository().join(name).parent().unwrap().join(file);
            assert!(file.is_empty() || path.exists(), "{name}: {target}");
            let heading = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let known = text.lines().filter(|line| line.starts_with('#')).any(|line| heading(line) == anchor);
            assert!(anchor.is_empty() || known, "{name}: no heading for {target}");
        }
    }
}
