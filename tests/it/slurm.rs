//! `gatecap submit slurm` against commands that act as Slurm's do: tasks that are killed, late failures, shards and results of an earlier
//! sweep in the folder. A real Slurm is `.ci/slurm`'s work.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::program::{Ran, command, run};

const SCENARIO: &str = "options = [\"http-fan-out\"]\n[run]\nrequests = 200\nreplications = 2\nwarmup = 0\n\
                        [sweep]\nservices = [1, 2]\n[sensitivity]\nenabled = false\n";

/// Runs a job at once. KILL: tasks that are killed; LATE: tasks that fail when they are done; MERGE: `killed` or `refused`.
const SBATCH: &str = r#"#!/bin/sh
n=$(($(cat "$STATE/n" 2>/dev/null || echo 100) + 1)); echo $n >"$STATE/n"
echo "sbatch $*" >>"$STATE/log"
for word in "$@"; do
    case $word in --array=*) array=${word#*=} ;; --dependency=*) after=${word#*:} ;; --chdir=*) cd "${word#*=}" ;; esac
    script=$word
done
status=0
if [ -n "$array" ]; then
    for range in $(echo "$array" | tr , ' '); do
        for task in $(seq "${range%-*}" "${range#*-}"); do
            case " $KILL " in *" $task "*) echo killed >"shard-$task.log"; status=1; continue ;; esac
            SLURM_ARRAY_TASK_ID=$task sh "$script" >"shard-$task.log" 2>&1 || status=1
            case " $LATE " in *" $task "*) status=1 ;; esac
        done
    done
elif [ "$MERGE" = refused ]; then
    echo "invalid partition" >&2
    exit 1
elif [ -n "$after" ] && [ "$(cat "$STATE/status.$after")" != 0 ]; then
    touch "$STATE/waits.$n"
elif [ "$MERGE" = killed ]; then
    echo oom-kill >merge.log
else
    sh "$script" >merge.log 2>&1
fi
echo $status >"$STATE/status.$n"
echo $n
"#;
const SQUEUE: &str = r#"#!/bin/sh
for job in "$@"; do :; done
[ ! -e "$STATE/waits.$job" ] || echo "PENDING DependencyNeverSatisfied"
"#;
const SCANCEL: &str = "#!/bin/sh\necho \"scancel $*\" >>\"$STATE/log\"\nrm -f \"$STATE/waits.$1\"\n";

/// A folder with a scenario and the commands.
fn cluster() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), SCENARIO).unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    for (name, text) in [("sbatch", SBATCH), ("squeue", SQUEUE), ("scancel", SCANCEL)] {
        let path = folder.path().join("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// `submit slurm a.toml --out r` with more words, and variables for the commands.
fn submit(folder: &Path, words: &[&str], variables: &[(&str, &str)]) -> Ran {
    let words = [&["submit", "slurm", "a.toml", "--out", "r"], words].concat();
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    let mut submitted = command(folder, &words);
    submitted.env("PATH", path).env("STATE", folder.join("bin")).envs(variables.iter().copied());
    let output = submitted.output().unwrap();
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("bin/log")).unwrap()
}

/// What `submit` showed and left is what one machine shows and leaves for the same sweep.
#[track_caller]
fn as_one_machine(folder: &Path, ran: &Ran, words: &[&str]) {
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let alone = run(folder, &[&["sweep", "a.toml", "--out", "one", "--quiet", "--json"], words].concat());
    assert_eq!(alone.status, 0, "{}", alone.stderr);
    assert_eq!(fs::read(folder.join("r/results.json")).unwrap(), alone.stdout.as_bytes());
}

#[test]
fn a_merge_that_is_killed_shows_no_earlier_results() {
    let folder = cluster();
    let path = folder.path();
    as_one_machine(path, &submit(path, &["--shards", "3"], &[]), &[]);
    for seed in ["7", "42"] {
        let ran = submit(path, &["--shards", "3", "--seed", seed], &[("MERGE", "killed")]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("the merge failed: oom-kill"), "{}", ran.stderr);
        assert!(ran.stderr.contains("after the run"), "{}", ran.stderr);
    }
}

/// Shards of another seed lie in the folder, cut otherwise and cut in the same way.
#[test]
fn shards_of_an_earlier_sweep_are_in_nobodys_way() {
    let folder = cluster();
    let path = folder.path();
    as_one_machine(path, &submit(path, &["--shards", "3"], &[]), &[]);
    let words = ["--seed", "8", "--date", "2026-11-25", "--copies"];
    as_one_machine(path, &submit(path, &[&["--shards", "2"], &words[..]].concat(), &[]), &words);
    // Task 2 is killed twice: the shard under its name is of another seed, and takes the place of none.
    let ran = submit(path, &["--shards", "3", "--seed", "8"], &[("KILL", "2")]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("shard 2 of 3 failed twice: killed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 error, after the run"), "{}", ran.stderr);
    assert!(log(path).contains("--array=2 "), "{}", log(path));
}

#[test]
fn a_task_that_fails_when_its_shard_is_there_holds_nobody_up() {
    let folder = cluster();
    let path = folder.path();
    as_one_machine(path, &submit(path, &["--shards", "3"], &[("LATE", "2")]), &[]);
    assert!(log(path).contains("scancel 102\nsbatch --parsable --chdir"), "{}", log(path));
}

#[test]
fn an_array_whose_merge_is_refused_is_taken_back() {
    let folder = cluster();
    let ran = submit(folder.path(), &["--shards", "3"], &[("MERGE", "refused")]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("invalid partition") && ran.stderr.contains("array job 101"), "{}", ran.stderr);
    assert!(ran.stderr.contains("after the run") && log(folder.path()).ends_with("scancel 101\n"), "{}", ran.stderr);
}
