//! Shards of a sweep put together are the sweep: cut in any number, in any order, round by round; and what does not belong together is
//! refused with the reason.

use std::path::Path;

use crate::kept::{ADAPTIVE, OPTIONS, searching, units};
use crate::program::{Ran, repository, run};

fn folder_with(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    folder
}

fn done(ran: Ran) -> Ran {
    assert_eq!(ran.status, 0, "{ran:?}");
    ran
}

/// Runs every shard of `of` into `out`; their paths.
fn shards(folder: &Path, of: u32, out: &str, more: &[&str]) -> Vec<String> {
    for shard in 1..=of {
        let share = format!("{shard}/{of}");
        done(run(folder, &[&["sweep", "a.toml", "--shard", &share, "--out", out], more].concat()));
    }
    let mut names: Vec<String> = std::fs::read_dir(folder.join(out))
        .map(|entries| entries.map(|entry| entry.unwrap().path().display().to_string()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

/// Merges shards into `out` and gives the document.
fn merged(folder: &Path, files: &[String], out: &str) -> Ran {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    done(run(folder, &[&["merge", "--out", out, "--json"], &files[..]].concat()))
}

#[test]
fn one_to_seven_shards_in_any_order_are_one_machine() {
    for (text, most) in [(ADAPTIVE, 7), (OPTIONS, 2)] {
        let folder = folder_with(text);
        let whole = done(run(folder.path(), &["sweep", "a.toml", "--out", "whole", "--json"]));
        for of in 1..=most {
            let mut files = shards(folder.path(), of, &format!("shards-{of}"), &["--quiet"]);
            assert_eq!(files.len(), of as usize, "{files:?}");
            let turn = of as usize / 2;
            files.rotate_left(turn);
            files.reverse();
            let ran = merged(folder.path(), &files, "merged");
            assert!(ran.stdout == whole.stdout, "{of} shards");
            assert!(ran.stderr.contains(" runs reused: "), "{}", ran.stderr);
            for name in ["results.json", "scenario.toml", "points.csv", "report.html"] {
                let read = |out: &str| std::fs::read(folder.path().join(out).join(name)).unwrap();
                assert!(read("merged") == read("whole"), "{name} of {of} shards");
            }
        }
    }
}

#[test]
fn flags_files_and_the_built_in_name_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--requests", "100", "--replications", "2", "--date", "2026-11-25", "--copies", "--seed", "5"];
    let few = ["--set", "sweep.services=[2]", "--set", "sensitivity.enabled=false", "--quiet"];
    let sweep = |more: &[&str]| done(run(folder.path(), &[&["sweep"], &flags[..], &few[..], more].concat()));
    sweep(&["--out", "whole"]);
    for shard in ["1/2", "2/2"] {
        sweep(&["--shard", shard, "--out", "s"]);
    }
    let files = ["s/shard-1-of-2.gatecap", "s/shard-2-of-2.gatecap"].map(String::from);
    merged(folder.path(), &files, "merged");
    let read = |out: &str| std::fs::read_to_string(folder.path().join(out).join("results.json")).unwrap();
    assert!(read("whole") == read("merged"));
    assert!(read("whole").contains("\"built-in\""));
    // A shard that is there is not simulated again, and has the same bytes on any number of threads.
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let again = run(folder.path(), &[&["sweep", "--shard", "1/2", "--out", "s"], &flags[..], &few[..4]].concat());
    assert!(again.stderr.contains("is there already, whole"), "{again:?}");
    sweep(&["--shard", "1/2", "--out", "t", "--threads", "1"]);
    assert!(bytes(&files[0]) == bytes("t/shard-1-of-2.gatecap"));
}

#[test]
fn adaptive_rounds_are_shared_out_until_nothing_is_left() {
    let folder = folder_with(&searching());
    let whole = done(run(folder.path(), &["sweep", "a.toml", "--out", "whole", "--json"]));
    let mut files = shards(folder.path(), 2, "s", &["--quiet"]);
    for round in 2..40 {
        let names: Vec<&str> = files.iter().map(String::as_str).collect();
        let next = done(run(folder.path(), &[&["merge", "--plan-next", "--json"], &names[..]].concat()));
        let plan: serde_json::Value = serde_json::from_str(&next.stdout).unwrap();
        let units = plan["units"].as_array().unwrap().len();
        if round == 2 {
            let flags = ["sweep", "a.toml", "--plan", "--json", "--after"];
            let listed = done(run(folder.path(), &[&flags[..], &names].concat()));
            assert_eq!(listed.stdout, next.stdout, "either verb lists the next round");
        }
        let of = if round == 2 { 2 } else { 1 };
        // In a folder the second of a round finds what the first has finished.
        let after = if round == 2 { &["s"][..] } else { &names[..] };
        let more = shards(folder.path(), of, "s", &[&["--after"], after].concat());
        if units == 0 {
            assert_eq!(more, files, "nothing is written where nothing is left");
            let ran = merged(folder.path(), &files, "merged");
            assert!(ran.stdout == whole.stdout && ran.stderr.contains(" 0.0 million requests simulated"), "{ran:?}");
            assert!(round > 3, "refinement, precision and the search take rounds");
            return;
        }
        assert!(
            more.len() == files.len() + of as usize
                && more.iter().any(|name| name.contains(&format!("round-{round}-")))
        );
        files = more;
    }
    panic!("it does not end");
}

#[test]
fn the_plan_lists_numbered_units_with_their_cost() {
    let text = format!("{OPTIONS}[deployments]\nper_service_per_day = 1\n");
    let folder = folder_with(&text);
    let plan = done(run(folder.path(), &["sweep", "a.toml", "--plan"]));
    let count = units(&text);
    let numbered = plan.stdout.lines().filter_map(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    assert_eq!(numbered.collect::<Vec<usize>>()[..count], (1..=count).collect::<Vec<usize>>(), "{}", plan.stdout);
    for part in ["pilots", "grid", "deployments", "sensitivity", "memory of the whole sweep"] {
        assert!(plan.stdout.contains(part), "{part}: {}", plan.stdout);
    }
    let json = done(run(folder.path(), &["sweep", "a.toml", "--plan", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["units"].as_array().unwrap().len(), count);
    // Two options at two numbers of services and two rates, and at the operating point, whose rate is one of the two.
    let grid = |unit: &&serde_json::Value| unit["part"] == "grid";
    let grid: Vec<&serde_json::Value> = json["units"].as_array().unwrap().iter().filter(grid).collect();
    assert_eq!(grid.len(), 2 * (2 * 2 + 2), "{grid:?}");
    assert!(grid.iter().all(|unit| unit["requests"].as_u64().unwrap() >= 900 && unit["to"] == 3));
    assert!(!folder.path().join("output").exists(), "nothing is written");
}

/// Status 2, nothing on stdout, a message with every one of `words`.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("hint: "), "{ran:?}");
    for word in words {
        assert!(ran.stderr.contains(word), "`{word}` is not in:\n{}", ran.stderr);
    }
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let folder = folder_with(ADAPTIVE);
    let of_three = shards(folder.path(), 3, "s", &["--quiet"]);
    let of_two = shards(folder.path(), 2, "t", &["--quiet"]);
    let of_seed = shards(folder.path(), 3, "u", &["--quiet", "--seed", "7"]);
    let of_other = shards(folder.path(), 3, "v", &["--quiet", "--requests", "500"]);
    let dated = shards(folder.path(), 3, "w", &["--quiet", "--date", "2026-11-25"]);
    let merge = |files: &[&String]| {
        let files: Vec<&str> = files.iter().map(|file| file.as_str()).collect();
        run(folder.path(), &[&["merge", "--out", "x"], &files[..]].concat())
    };
    refused(&merge(&[&of_three[0], &of_three[2]]), &["of 3 shards, 2 is missing", "`--shard 2/3`"]);
    refused(&merge(&[&of_three[1]]), &["of 3 shards, 1, 3 are missing", "`--shard 1/3`"]);
    let twice = [&of_three[0], &of_three[1], &of_three[2], &of_three[1]];
    refused(&merge(&twice), &["are both shard 2 of 3", "leave one of them out"]);
    refused(&merge(&[&of_three[0], &of_two[0]]), &["is one of 3 shards, but", "one of 2", "their work overlaps"]);
    let seed = merge(&[&of_three[0], &of_seed[1], &of_other[2]]);
    refused(
        &seed,
        &["is of seed 7, but this sweep has seed 6", "another scenario: `requests = 500` there, `requests = 400` here"],
    );
    refused(
        &merge(&[&of_three[0], &of_three[1], &dated[2]]),
        &["is of `--date 2026-11-25`, but the others are without"],
    );
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    refused(&merge(&[&"empty".to_string()]), &["folder `empty` holds no shard", "--shard K/N"]);
    refused(&merge(&[&"a.toml".to_string()]), &["`a.toml` is no shard and no journal of gatecap"]);
    refused(&merge(&[&"none".to_string()]), &["cannot read `none`"]);
    let after = ["sweep", "a.toml", "--shard", "1/2", "--out", "x", "--seed", "9", "--after", &of_two[0], &of_two[1]];
    refused(&run(folder.path(), &after), &["is of seed 6, but this sweep has seed 9"]);
    refused(&run(folder.path(), &["sweep", "a.toml", "--after", &of_two[0]]), &["neither `--plan` nor `--shard`"]);
    for bad in ["0/3", "4/3", "1", "1/0", "a/b", "1/100001"] {
        let ran = run(folder.path(), &["sweep", "a.toml", "--shard", bad]);
        assert!(ran.status == 2 && ran.stderr.contains("write a share as 1/3"), "{ran:?}");
    }
    assert!(!folder.path().join("x").exists(), "nothing was written");
}

#[test]
fn a_damaged_shard_is_named_with_the_place_and_what_to_do() {
    let folder = folder_with(OPTIONS);
    let files = shards(folder.path(), 2, "s", &["--quiet"]);
    let whole = std::fs::read(&files[0]).unwrap();
    let merge = || run(folder.path(), &["merge", "--out", "x", &files[0], &files[1]]);
    let header = u32::from_le_bytes(whole[16..20].try_into().unwrap()) as usize;
    let first = 16 + 36 + header;
    for (place, says) in [
        (2, "is no shard and no journal"),
        (14, "is of another format"),
        (17, "what begins at byte 16 is not what was written"),
        (60, "what begins at byte 16 is not what was written"),
        (first + 5, "is damaged: what begins at byte "),
        (first + 20, "is damaged: what begins at byte "),
        (first + 40, "is damaged: what begins at byte "),
        (whole.len() - 3, "is damaged: what begins at byte "),
    ] {
        let mut changed = whole.clone();
        changed[place] ^= 0x40;
        std::fs::write(&files[0], &changed).unwrap();
        refused(&merge(), &[says, &files[0]]);
    }
    for length in [0, 10, 40, first, first + 10, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&files[0], &whole[..length]).unwrap();
        let ran = merge();
        refused(&ran, &["again"]);
        let cut = ["is not whole: it ends in what begins at byte", "is not whole: it lacks its end"];
        assert!(cut.iter().any(|words| ran.stderr.contains(words)), "{length}: {}", ran.stderr);
    }
    // Both at once are both named.
    std::fs::write(&files[1], b"nothing").unwrap();
    let both = merge();
    refused(&both, &[&files[0], &files[1]]);
    // What is not whole is made anew by the command that the hint names.
    let ran = done(run(folder.path(), &["sweep", "a.toml", "--shard", "1/2", "--out", "s"]));
    assert!(ran.stderr.contains("shard 1 of 2: ") && std::fs::read(&files[0]).unwrap() == whole, "{ran:?}");
}

/// What the page on shards tells to run does what it says, and every file that it names is there.
#[test]
fn the_commands_of_the_page_end_as_it_says() {
    let read = |name: &str| std::fs::read_to_string(repository().join("docs").join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("docs/shards")).unwrap();
    std::fs::write(folder.path().join("docs/shards/night.toml"), read("shards/night.toml")).unwrap();
    let page = read("shards.md");
    let commands: Vec<(&str, i32)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("gatecap ")?.split_once("# status "))
        .map(|(command, status)| (command, status.parse().unwrap()))
        .collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for (command, status) in commands {
        let ran = run(folder.path(), &command.split_whitespace().collect::<Vec<&str>>());
        assert_eq!(ran.status, status, "{command}\n{}{}", ran.stdout, ran.stderr);
    }
    let results = |out: &str| std::fs::read(folder.path().join(out).join("results.json")).unwrap();
    assert!(results("night") == results("merged"));
}
