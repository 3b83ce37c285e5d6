//! Follows an array on Slurm until its results are merged: shows how many shards are there, asks once more for those that failed.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gatecap::experiment::shards::{self, Share};
use gatecap::issue::{Issue, Issues};
use gatecap::results::directory::DOCUMENT;
use indicatif::{ProgressBar, ProgressStyle};

use super::job::Job;
use super::slurm;
use crate::cli::output::remark;

/// Pause between two looks at the queue.
const TICK: Duration = Duration::from_secs(1);
/// Looks in a row that Slurm may leave unanswered: five minutes of a controller that restarts.
const UNANSWERED: u32 = 300;
/// Lines of a log that are shown where a task failed.
const LAST_LINES: usize = 3;

/// Submits array and merge and waits for both.
pub fn follow(job: &Job, sbatch: &[String], quiet: bool) -> Result<(), Issues> {
    let array = format!("{}/array.sh", job.folder);
    let mut wanted: Vec<u32> = (1..=job.shards).collect();
    for attempt in 1..=2 {
        let mut arguments = vec![format!("--array={}", slurm::tasks(&wanted)), format!("--chdir={}", job.folder)];
        arguments.extend(sbatch.iter().cloned());
        let number = slurm::submit(&array, &arguments)?;
        let merge = submit_merge(job, number, sbatch)?;
        if !quiet {
            remark(&format!("array job {number}, merge job {merge}; `scancel {number} {merge}` takes both back"));
        }
        wait(number, job, &wanted, quiet)?;
        wanted = missing(job);
        if wanted.is_empty() {
            wait(merge, job, &[], quiet)?;
            return merged(job);
        }
        slurm::cancel(merge);
        if attempt == 1 && !quiet {
            remark(&format!(
                "asking once more for {} of {} shards: {}",
                wanted.len(),
                job.shards,
                slurm::tasks(&wanted)
            ));
        }
    }
    Err(failed(job, &wanted))
}

fn submit_merge(job: &Job, after: u64, sbatch: &[String]) -> Result<u64, Issues> {
    let mut arguments = vec![format!("--dependency=afterok:{after}"), format!("--chdir={}", job.folder)];
    arguments.extend(sbatch.iter().cloned());
    slurm::submit(&format!("{}/merge.sh", job.folder), &arguments)
}

/// Waits until a job is out of the queue, showing how many of the `wanted` shards are there.
fn wait(number: u64, job: &Job, wanted: &[u32], quiet: bool) -> Result<(), Issues> {
    let bar = (!quiet && !wanted.is_empty() && std::io::stderr().is_terminal()).then(|| new_bar(job.shards));
    let mut unanswered = 0;
    loop {
        match slurm::is_active(number) {
            Some(false) => break,
            Some(true) => unanswered = 0,
            None if unanswered < UNANSWERED => unanswered += 1,
            None => {
                let issue = Issue::new(format!("`squeue` has not answered for {UNANSWERED} s; job {number} may go on"));
                return Err(vec![
                    issue.hint(format!("when it has ended: gatecap merge {} --out {}", job.folder, job.out)),
                ]);
            }
        }
        if let Some(bar) = &bar {
            bar.set_position(u64::from(job.shards) - missing(job).len() as u64);
        }
        std::thread::sleep(TICK);
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(())
}

fn new_bar(shards: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(shards));
    if let Ok(style) = ProgressStyle::with_template("simulating {bar:32} {pos}/{len} shards  {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
}

/// The shards whose files are not in the folder.
fn missing(job: &Job) -> Vec<u32> {
    (1..=job.shards).filter(|&shard| !file(job, shard).exists()).collect()
}

fn file(job: &Job, shard: u32) -> PathBuf {
    let share = Share { round: 1, shard, of: job.shards, ..Share::default() };
    shards::shard_of(Path::new(&job.folder), &share)
}

fn merged(job: &Job) -> Result<(), Issues> {
    if Path::new(&job.out).join(DOCUMENT).exists() {
        return Ok(());
    }
    let log = Path::new(&job.folder).join("merge.log");
    Err(vec![Issue::new(format!("the merge wrote no results{}", last_lines(&log)))])
}

fn failed(job: &Job, shards: &[u32]) -> Issues {
    let one = |&shard: &u32| {
        let log = Path::new(&job.folder).join(format!("shard-{shard}.log"));
        Issue::new(format!("shard {shard} of {} failed twice{}", job.shards, last_lines(&log)))
            .hint(format!("its log is `{}`; the other shards are kept beside it", log.display()))
    };
    shards.iter().map(one).collect()
}

/// The end of a log, ready to follow a statement.
fn last_lines(log: &Path) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    if last.is_empty() { " and left no log".into() } else { format!(": {}", last.join(" | ")) }
}
