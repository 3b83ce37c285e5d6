//! What a machine does to a sweep: killed at fifty moments, and a disk that is full. It takes minutes, and the second part mounts a
//! file system, which few users may: `cargo test` leaves this target out; run `cargo test --test faults`.

#![cfg(unix)]
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SWEEP: &str = "seed = 8\noptions = [\"http-fan-out\", \"rest-shared-nlb\"]\n[run]\nrequests = 20_000\nreplications = 6\n\
                     [sweep]\nservices = { from = 1, to = 200, per_decade = 2 }\n[sensitivity]\nrequests = 500\n";

fn gatecap(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatecap"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ran(folder: &Path, arguments: &[&str]) -> Output {
    gatecap(folder, arguments).output().unwrap()
}

/// The files of a folder with their contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for path in std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.strip_prefix(folder).unwrap().to_path_buf(), std::fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[allow(clippy::disallowed_methods, reason = "moments to kill at are no result")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn killed_at_fifty_moments_it_ends_in_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), SWEEP).unwrap();
    let start = now();
    assert!(ran(folder.path(), &["sweep", "a.toml", "--out", "whole"]).status.success());
    let length = start.elapsed();
    let whole = files(&folder.path().join("whole"));
    let flags = ["sweep", "a.toml", "--out", "again"];
    let (mut killed, mut moments) = (0, 0_u32);
    while killed < 50 {
        let mut child = gatecap(folder.path(), &flags).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Anywhere within a tenth of the whole, by a sequence that fills the range evenly; results are written now and then.
        moments += 1;
        std::thread::sleep(length.mul_f64(0.1 * (f64::from(moments) * 0.618_034).fract()));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        let ended = child.wait().unwrap();
        let there = files(&folder.path().join("again"));
        if ended.success() {
            assert!(there == whole, "after {killed} kills");
            std::fs::remove_dir_all(folder.path().join("again")).unwrap();
        }
        for (name, bytes) in there.iter().filter(|(name, _)| !name.to_string_lossy().contains("unfinished")) {
            assert!(whole.contains(&(name.clone(), bytes.clone())), "{} is there in part", name.display());
        }
    }
    assert!(ran(folder.path(), &flags).status.success());
    assert!(files(&folder.path().join("again")) == whole);
}

/// A file system of so many kB in memory; none where it cannot be mounted. Unmounted when it goes out of scope.
struct Small(tempfile::TempDir);

impl Small {
    fn new(kilobytes: u32) -> Option<Small> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kilobytes}k");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        let mounted = mount.is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: no file system can be mounted here");
        }
        mounted.then_some(Small(folder))
    }

    fn resize(&self, kilobytes: u32) {
        let size = format!("remount,size={kilobytes}k");
        assert!(Command::new("mount").args(["-o", &size]).arg(self.0.path()).status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_full_disk_loses_nothing_that_was_finished() {
    let Some(disk) = Small::new(300) else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), SWEEP).unwrap();
    assert!(ran(folder.path(), &["sweep", "a.toml", "--out", "whole"]).status.success());
    let whole = files(&folder.path().join("whole"));
    let on_disk = |name: &str| disk.0.path().join(name).display().to_string();
    let (out, shards) = (on_disk("out"), on_disk("shards"));
    // Results do not fit: status 2, nothing in part, what was simulated is kept.
    let full = ran(folder.path(), &["sweep", "a.toml", "--out", &out]);
    let said = text(&full.stderr);
    assert!(full.status.code() == Some(2) && said.contains("hint: make room"), "{said}");
    assert!(said.contains("takes no more") && said.contains("what was simulated is kept in"), "{said}");
    let left = files(Path::new(&out));
    assert!(
        left.len() == 1 && left[0].0.to_string_lossy().contains("journal"),
        "{:?}",
        left.iter().map(|f| &f.0).collect::<Vec<_>>()
    );
    // With room it goes on.
    disk.resize(20_000);
    let again = ran(folder.path(), &["sweep", "a.toml", "--out", &out]);
    let said = text(&again.stderr);
    assert!(again.status.success() && said.contains("going on from"), "{said}");
    assert!(files(Path::new(&out)) == whole);
    // A shard: the same.
    std::fs::remove_dir_all(&out).unwrap();
    disk.resize(300);
    let shard = ["sweep", "a.toml", "--shard", "1/1", "--out", &shards];
    let full = ran(folder.path(), &shard);
    let said = text(&full.stderr);
    assert!(full.status.code() == Some(2) && said.contains("hint: make room"), "{said}");
    disk.resize(20_000);
    assert!(ran(folder.path(), &shard).status.success());
    let file = on_disk("shards/shard-1-of-1.gatecap");
    assert!(ran(folder.path(), &["merge", &file, "--out", &out]).status.success());
    assert!(files(Path::new(&out)) == whole);
}

#[test]
fn a_folder_that_vanishes_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), SWEEP).unwrap();
    assert!(ran(folder.path(), &["sweep", "a.toml", "--out", "whole"]).status.success());
    let mut child = gatecap(folder.path(), &["sweep", "a.toml", "--out", "again", "--quiet"]).spawn().unwrap();
    let out = folder.path().join("again");
    while files_in(&out) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::fs::remove_dir_all(&out).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(files(&out) == files(&folder.path().join("whole")));
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
