//! A sweep that is stopped goes on where it was and ends in the same bytes: at any place, in any way, on one output at a time.

use std::process::Stdio;
use std::time::Duration;

use gatecap::experiment::Control;
use gatecap::experiment::shards::{Journal, journal_of};

use crate::kept::{ADAPTIVE, OPTIONS, journaled, of, refusal, swept};
use crate::program::{command, run};

/// So many places of a journal's bytes, spread over it and none at a regular distance.
fn places(number: usize, length: usize) -> impl Iterator<Item = usize> {
    (1..=number).map(move |i: usize| (i * length / (number + 1)) ^ (i * 7 % 16))
}

#[test]
fn a_sweep_goes_on_from_any_place_and_ends_in_the_same_bytes() {
    for (text, number) in [(ADAPTIVE, 50), (OPTIONS, 3)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (plain, _) = swept(text, &Control::default());
        let (whole, _, found) = journaled(text, &path);
        assert_eq!(found, 0);
        assert!(whole == plain, "a journal changes nothing");
        let bytes = std::fs::read(&path).unwrap();
        let (again, all, _) = journaled(text, &path);
        assert!(again == plain && std::fs::read(&path).unwrap() == bytes, "with everything there is nothing to add");
        let mut last = 0;
        for place in places(number, bytes.len()) {
            std::fs::write(&path, &bytes[..place]).unwrap();
            let (resumed, reused, found) = journaled(text, &path);
            assert!(resumed == plain, "from byte {place} of {}", bytes.len());
            assert!(found >= last && reused >= found as u64 && reused <= all, "{found} of {all} at {place}");
            last = found;
        }
        assert!(last as u64 > all / 2, "{last} of {all}");
    }
}

#[test]
fn a_killed_process_goes_on_and_leaves_nothing_but_results() {
    let folder = tempfile::tempdir().unwrap();
    let text = OPTIONS.replace("requests = 300", "requests = 60_000");
    std::fs::write(folder.path().join("a.toml"), &text).unwrap();
    let whole = run(folder.path(), &["sweep", "a.toml", "--out", "whole", "--json"]);
    assert_eq!(whole.status, 0, "{whole:?}");
    let journal = journal_of(&folder.path().join("again"));
    let flags = ["sweep", "a.toml", "--out", "again", "--json"];
    for least in [1, 30_000, 60_000] {
        let mut child = command(folder.path(), &flags).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while std::fs::metadata(&journal).map_or(0, |file| file.len()) < least {
            assert!(child.try_wait().unwrap().is_none(), "it was to be killed before its end");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(journal.exists() && !folder.path().join("again/results.json").exists());
    }
    // While somebody has the output nobody else may; what it has is left alone.
    let held = std::fs::File::options().append(true).open(&journal).unwrap();
    held.lock().unwrap();
    let second = run(folder.path(), &flags);
    assert!(second.status == 2 && second.stderr.contains("is being written by another sweep"), "{second:?}");
    assert!(second.stderr.contains("hint: wait for its end, or give another directory with `--out`"));
    drop(held);
    // Of another scenario it is refused, with what differs.
    let other = run(folder.path(), &[&flags[..], &["--requests", "400"]].concat());
    assert!(other.status == 2 && other.stdout.is_empty(), "{other:?}");
    let says = "another scenario: `requests = 60000` there, `requests = 400` here";
    assert!(other.stderr.contains(says) || other.stderr.contains(&says.replace("60000", "60_000")), "{}", other.stderr);
    assert!(other.stderr.contains("hint: finish that sweep, remove the file, or give another directory"));
    let seed = run(folder.path(), &[&flags[..], &["--seed", "7"]].concat());
    assert!(seed.stderr.contains("is of seed 6, but this sweep has seed 7"), "{}", seed.stderr);
    let resumed = run(folder.path(), &flags);
    assert!(
        resumed.stderr.contains("going on from `again") && resumed.stderr.contains(" runs reused: "),
        "{resumed:?}"
    );
    assert_eq!(resumed.stdout, whole.stdout);
    assert!(!journal.exists(), "a finished directory has no journal");
    assert_eq!(files(&folder.path().join("again")), files(&folder.path().join("whole")));
}

/// The files of a folder with their contents.
fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for path in std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                all.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_its_journal_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), OPTIONS.replace("requests = 300", "requests = 1_000_000")).unwrap();
    // By the user, and by a scheduler.
    for signal in ["-INT", "-TERM"] {
        let out = format!("x{signal}");
        let mut child = command(folder.path(), &["sweep", "a.toml", "--out", &out, "--json"]);
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let journal = journal_of(&folder.path().join(&out));
        while std::fs::metadata(&journal).map_or(0, |file| file.len()) < 50_000 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let ended = child.wait_with_output().unwrap();
        assert!(sent.success() && ended.status.code() == Some(130), "{ended:?}");
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(
            said.contains(&format!("what was simulated is kept in `{out}/journal")) && said.contains("goes on from it"),
            "{said}"
        );
        assert!(journal.exists());
    }
}

#[test]
fn what_is_in_the_place_of_a_journal_stays() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), ADAPTIVE).unwrap();
    let journal = journal_of(&folder.path().join("x"));
    std::fs::create_dir_all(journal.parent().unwrap()).unwrap();
    std::fs::write(&journal, "mine\n").unwrap();
    let flags = ["sweep", "a.toml", "--out", "x"];
    let refused = run(folder.path(), &flags);
    assert!(refused.status == 2 && refused.stderr.contains("is no shard and no journal of gatecap"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), "mine\n");
    // A journal that cannot be: without one it goes on, and says so.
    std::fs::remove_file(&journal).unwrap();
    std::fs::create_dir(&journal).unwrap();
    let without = run(folder.path(), &flags);
    assert!(
        without.status == 0 && without.stderr.contains("without it a sweep that is stopped begins anew"),
        "{without:?}"
    );
    assert_eq!(run(folder.path(), &[&flags[..], &["--quiet"]].concat()).stderr, "");
}

#[test]
fn two_of_one_process_cannot_have_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let first = Journal::open(&path, of(OPTIONS)).unwrap();
    assert!(refusal(Journal::open(&path, of(OPTIONS))).contains("another sweep"));
    drop(first);
    assert!(Journal::open(&path, of(ADAPTIVE)).is_ok(), "nothing was kept: it begins anew");
}
