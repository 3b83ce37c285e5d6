//! Slurm: the scripts of the array and its merge, and what is asked of `sbatch` and `squeue`. Not how long to wait for it.

use std::process::{Command, Output};

use gatecap::issue::{Issue, Issues};

use super::job::{Job, quoted};

/// The script of the array: one task a shard, indexes from 1.
#[must_use]
pub fn array(job: &Job) -> String {
    // The index is the shell's: the only word that it shall replace.
    let words: Vec<String> = job.shard("").iter().map(|word| quoted(word)).collect();
    let index = format!("--shard \"$SLURM_ARRAY_TASK_ID/{}\"", job.shards);
    let command = format!("exec {}", words.join(" ").replace("--shard ''", &index));
    script(job, "", &format!("shard-%a.log\n#SBATCH --cpus-per-task={}", job.threads), &command)
}

/// What the merge leaves in the folder of shards when it has succeeded, and nothing else does.
pub const MERGED: &str = "merge.done";

/// The script of the merge: of the shards of this cut by their names, whatever else lies in the folder. Names without the folder, so that
/// ten thousand of them are no command line too long.
#[must_use]
pub fn merge(job: &Job) -> String {
    let digits = "[0-9]".repeat(job.shards.to_string().len());
    let mut words: Vec<String> = job.merge().iter().map(|word| quoted(word)).collect();
    if let Some(folder) = words.get_mut(2) {
        *folder = format!("shard-{digits}-of-{}.gatecap", job.shards);
    }
    let command = format!("cd {} && {} && : >{MERGED}", quoted(&job.folder), words.join(" "));
    script(job, "-merge", "merge.log", &command)
}

/// Logs are named relative to the folder of shards, which `sbatch --chdir` is told: a path may hold what a comment cannot.
fn script(job: &Job, suffix: &str, log: &str, command: &str) -> String {
    format!("#!/bin/sh\n#SBATCH --job-name={}{suffix}\n#SBATCH --output={log}\n{command}\n", job.name)
}

/// Tasks of an array as `--array` takes them: `1-8`, `3,7`.
#[must_use]
pub fn tasks(shards: &[u32]) -> String {
    match shards {
        [first, .., last] if last - first + 1 == shards.len() as u32 => format!("{first}-{last}"),
        _ => shards.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
    }
}

/// Submits a script with `arguments`; the number of its job.
///
/// # Errors
/// `sbatch` is not there or refuses; in its own words.
pub fn submit(script: &str, arguments: &[String]) -> Result<u64, Issues> {
    let output = run(Command::new("sbatch").arg("--parsable").args(arguments).arg(script), "sbatch")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    // `--parsable` prints the number, and `;cluster` where there is more than one.
    printed.trim().split(';').next().and_then(|number| number.parse().ok()).ok_or_else(|| {
        vec![Issue::new(format!("`sbatch` printed `{}` where the number of a job was expected", printed.trim()))]
    })
}

/// Whether a job, or any task of an array, is still waiting or running. `None`: Slurm did not answer.
#[must_use]
pub fn is_active(job: u64) -> Option<bool> {
    let output = Command::new("squeue").args(["-h", "-o", "%T %r", "-j", &job.to_string()]).output().ok()?;
    // A job that ended long enough ago is no longer known at all.
    let forgotten = String::from_utf8_lossy(&output.stderr).contains("Invalid job id");
    let active = || String::from_utf8_lossy(&output.stdout).lines().any(will_go_on);
    if output.status.success() { Some(active()) } else { forgotten.then_some(false) }
}

/// Whether a job of which `squeue` prints this may still come to an end by itself: not one that waits for what failed.
fn will_go_on(line: &str) -> bool {
    !line.trim().is_empty() && !line.contains("DependencyNeverSatisfied")
}

/// Takes a job out of the queue, whether it waits or runs. That it is gone already is no fault.
pub fn cancel(job: u64) {
    let _ = Command::new("scancel").arg(job.to_string()).output();
}

fn run(command: &mut Command, name: &str) -> Result<Output, Issues> {
    let output = command.output().map_err(|error| {
        let issue = Issue::new(format!("`{name}` cannot be started: {error}"));
        vec![issue.hint("run this where Slurm's commands are, or add `--dry-run` to see the scripts")]
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(vec![Issue::new(format!("`{name}` refused: {}", words.trim()))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::submit::fixture::job;

    #[test]
    fn a_task_is_told_its_shard_and_nothing_else_is_for_the_shell() {
        let text = array(&job());
        assert!(text.starts_with("#!/bin/sh\n#SBATCH --job-name=gatecap-shop\n"));
        assert!(text.contains("#SBATCH --cpus-per-task=2\n"));
        let last = text.lines().last().unwrap_or_default();
        let expected = "exec /opt/gatecap sweep '/data/it'\\''s/shop.toml' --set 'workload.rate=50/s $HOME' \
                        --shard \"$SLURM_ARRAY_TASK_ID/8\" --out /data/shop.shards --threads 2 --quiet";
        assert_eq!(last, expected);
    }

    #[test]
    fn arrays_are_ranges_where_they_can_be() {
        assert_eq!(tasks(&[1, 2, 3]), "1-3");
        assert_eq!(tasks(&[3, 7]), "3,7");
        assert_eq!(tasks(&[5]), "5");
    }

    #[test]
    fn the_merge_reads_the_shards_of_this_cut() {
        let expected = "cd /data/shop.shards && /opt/gatecap merge shard-[0-9]-of-8.gatecap --out /data/shop --quiet \
                        && : >merge.done\n";
        assert!(merge(&job()).ends_with(expected), "{}", merge(&job()));
        let many = Job { shards: 120, ..job() };
        assert!(merge(&many).contains(" shard-[0-9][0-9][0-9]-of-120.gatecap "));
    }

    #[test]
    fn a_job_that_waits_for_what_failed_is_not_waited_for() {
        for line in ["RUNNING None", "PENDING Dependency", "PENDING Priority", "COMPLETING None", "PENDING"] {
            assert!(will_go_on(line), "{line}");
        }
        assert!(!will_go_on("PENDING DependencyNeverSatisfied") && !will_go_on(" "));
    }
}
