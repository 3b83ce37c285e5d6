//! Follows an array on Slurm until its results are merged: shows how many shards are there, asks once more for those that failed.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gatecap::experiment::shards::{self, Header, Share};
use gatecap::issue::{Issue, Issues};
use indicatif::{ProgressBar, ProgressStyle};

use super::job::{self, Job};
use super::slurm;
use crate::cli::output::remark;
use crate::cli::sweep::after_run;

/// Pause between two looks at the queue.
const TICK: Duration = Duration::from_secs(1);
/// Looks in a row that Slurm may leave unanswered: five minutes of a controller that restarts.
const UNANSWERED: u32 = 300;
/// Lines of a log that are shown where a task failed.
const LAST_LINES: usize = 3;
/// What the merge says, in the folder of shards.
const MERGE_LOG: &str = "merge.log";

/// A sweep on its way through Slurm.
pub struct Following<'a> {
    job: &'a Job,
    /// What every shard of it says of itself.
    header: Header,
    quiet: bool,
    /// Arguments of `sbatch` that the user gave.
    sbatch: &'a [String],
    /// Shards that were read: when they were written, their size, and whether they are of this sweep. None is read twice.
    known: BTreeMap<u32, (Option<SystemTime>, u64, bool)>,
}

/// Submits array and merge and waits for both.
pub fn follow(job: &Job, header: Header, sbatch: &[String], quiet: bool) -> Result<(), Issues> {
    // What an earlier submission left says nothing of this one.
    for name in [slurm::MERGED, MERGE_LOG] {
        let path = Path::new(&job.folder).join(name);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(vec![Issue::new(format!("`{}` cannot be removed: {error}", path.display()))]);
        }
    }
    let mut following = Following { job, header, quiet, sbatch, known: BTreeMap::new() };
    let mut wanted: Vec<u32> = (1..=job.shards).collect();
    for attempt in 1..=2 {
        let array = following.submit("array.sh", &[format!("--array={}", slurm::tasks(&wanted))]);
        // Once an array was accepted it is not said that nothing was run.
        let array = array.map_err(|issues| if attempt > 1 { after_run(issues) } else { issues })?;
        wanted = following.once(array, &wanted).map_err(after_run)?;
        if wanted.is_empty() {
            return Ok(());
        }
        if attempt == 1 {
            let (missing, of) = (wanted.len(), job.shards);
            following.say(&format!("asking once more for {missing} of {of} shards: {}", slurm::tasks(&wanted)));
        }
    }
    Err(after_run(failed(job, &wanted)))
}

impl Following<'_> {
    /// Submits a script of the folder of shards.
    fn submit(&self, script: &str, arguments: &[String]) -> Result<u64, Issues> {
        let arguments = [arguments, &[format!("--chdir={}", self.job.folder)], self.sbatch].concat();
        slurm::submit(&format!("{}/{script}", self.job.folder), &arguments)
    }

    /// Waits for an array and the merge behind it; the shards that are missing, in which case nothing is left in the queue.
    fn once(&mut self, array: u64, wanted: &[u32]) -> Result<Vec<u32>, Issues> {
        let merge = self.submit("merge.sh", &[format!("--dependency=afterok:{array}")]).map_err(|issues| {
            slurm::cancel(array);
            let note = format!("array job {array} was accepted before, and is taken back");
            issues.into_iter().map(|issue| issue.note(note.clone())).collect::<Issues>()
        })?;
        self.say(&format!("array job {array}, merge job {merge}; `scancel {array} {merge}` takes both back"));
        self.wait(array, wanted)?;
        let missing = self.missing();
        if !missing.is_empty() {
            slurm::cancel(array);
            slurm::cancel(merge);
            return Ok(missing);
        }
        self.wait(merge, &[])?;
        if !self.is_there(slurm::MERGED) && !self.is_there(MERGE_LOG) {
            // A task failed when its shard was there already: the merge is not begun, though nothing is missing.
            slurm::cancel(merge);
            let merge = self.submit("merge.sh", &[])?;
            self.say(&format!("a task failed, but every shard is there: merge job {merge} waits for no other"));
            self.wait(merge, &[])?;
        }
        if self.is_there(slurm::MERGED) {
            return Ok(missing);
        }
        let log = Path::new(&self.job.folder).join(MERGE_LOG);
        Err(vec![
            Issue::new(format!("the merge failed{}", last_lines(&log)))
                .hint(format!("the shards are kept; again: {}", self.by_hand())),
        ])
    }

    /// Waits until a job is out of the queue, showing how many of the `wanted` shards are there.
    fn wait(&mut self, number: u64, wanted: &[u32]) -> Result<(), Issues> {
        let bar =
            (!self.quiet && !wanted.is_empty() && std::io::stderr().is_terminal()).then(|| new_bar(self.job.shards));
        let mut unanswered = 0;
        loop {
            match slurm::is_active(number) {
                Some(false) => break,
                Some(true) => unanswered = 0,
                None if unanswered < UNANSWERED => unanswered += 1,
                None => {
                    let issue = format!("`squeue` has not answered for {UNANSWERED} s; job {number} may go on");
                    return Err(vec![Issue::new(issue).hint(format!("when it has ended: {}", self.by_hand()))]);
                }
            }
            if let Some(bar) = &bar {
                bar.set_position(u64::from(self.job.shards) - self.missing().len() as u64);
            }
            std::thread::sleep(TICK);
        }
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        Ok(())
    }

    /// The shards that are not in the folder, or are there of another sweep or not whole.
    fn missing(&mut self) -> Vec<u32> {
        (1..=self.job.shards).filter(|&shard| !self.has(shard)).collect()
    }

    fn has(&mut self, shard: u32) -> bool {
        let share = Share { round: 1, shard, of: self.job.shards, ..Share::default() };
        let path = shards::shard_of(Path::new(&self.job.folder), &share);
        let Ok(metadata) = path.metadata() else { return false };
        let (written, size) = (metadata.modified().ok(), metadata.len());
        if let Some(&(when, bytes, is_right)) = self.known.get(&shard)
            && (when, bytes) == (written, size)
        {
            return is_right;
        }
        let is_right = shards::read(&path).is_ok_and(|there| self.is_ours(there.header(), &share));
        self.known.insert(shard, (written, size, is_right));
        is_right
    }

    fn is_ours(&self, there: &Header, share: &Share) -> bool {
        let place = |share: &Share| (share.round, share.shard, share.of);
        let is_this_one = there.share.as_ref().is_some_and(|found| place(found) == place(share));
        is_this_one && self.header.differs_in_words(there, "").is_none()
    }

    fn is_there(&self, name: &str) -> bool {
        Path::new(&self.job.folder).join(name).exists()
    }

    /// The merge as a person does it.
    fn by_hand(&self) -> String {
        format!("sh {}", job::quoted(&format!("{}/merge.sh", self.job.folder)))
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            remark(text);
        }
    }
}

fn new_bar(shards: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(shards));
    if let Ok(style) = ProgressStyle::with_template("simulating {bar:32} {pos}/{len} shards  {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar
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
