//! `gatecap submit`: a sharded sweep on a cluster that is there. Slurm is asked and followed; of Kubernetes and AWS Batch what they
//! take is printed.

mod array;
mod batch;
mod follow;
mod job;
mod kubernetes;
mod slurm;

use std::path::{Path, PathBuf};

use gatecap::issue::{Issue, Issues};
use gatecap::results::directory;

use super::End;
use super::args::submit::{Batch, Kubernetes, Slurm, Spread, Submit};
use super::input;
use super::output::{print, remark, write_text};
use super::sweep;
use job::Job;

pub use array::shard as shard_of_task;

/// `submit`.
pub fn submit(engine: &Submit) -> Result<End, Issues> {
    match engine {
        Submit::Slurm(asked) => on_slurm(asked),
        Submit::Kubernetes(asked) => for_kubernetes(asked),
        Submit::Batch(asked) => for_batch(asked),
    }
}

/// The scenario file, read and checked before anything is asked of a cluster; its stem.
fn checked(spread: &Spread) -> Result<String, Issues> {
    if spread.input.scenario.as_deref().is_none_or(|path| path == Path::new("-")) {
        let issue = Issue::new("a cluster's nodes read the scenario from a file, and none is given");
        return Err(vec![issue.hint("write it down first: gatecap init >scenario.toml")]);
    }
    Ok(input::read(&spread.input, input::overrides(&spread.flags)?)?.stem)
}

fn out(spread: &Spread, stem: &str) -> PathBuf {
    spread.flags.out.clone().unwrap_or_else(|| Path::new("output").join(stem))
}

fn on_slurm(asked: &Slurm) -> Result<End, Issues> {
    let spread = &asked.spread;
    let stem = checked(spread)?;
    let text = |path: &Path| job::absolute(path).map(|path| path.display().to_string());
    let out = text(&out(spread, &stem))?;
    let folder = format!("{out}.shards");
    #[allow(clippy::disallowed_methods)] // Which program runs on the nodes; nothing that it computes depends on it.
    let program = std::env::current_exe()
        .map_err(|error| vec![Issue::new(format!("this program cannot find its own file: {error}"))])?;
    let mut flags = job::flags(&spread.flags);
    let input = &spread.input;
    let files =
        [("--overlay", input.overlay.as_slice()), ("--quotas", &input.quotas), ("--prices", input.prices.as_slice())];
    for (flag, files) in files {
        for file in files {
            flags.extend([flag.to_string(), text(file)?]);
        }
    }
    let scenario = text(spread.input.scenario.as_deref().unwrap_or(Path::new("-")))?;
    let threads = spread.flags.threads.unwrap_or(1);
    let job = Job {
        name: job::name(&stem),
        program: text(&program)?,
        scenario,
        flags,
        shards: spread.shards,
        threads,
        folder: folder.clone(),
        out,
    };
    if spread.dry_run {
        print(&format!("# array.sh\n{}\n# merge.sh\n{}", slurm::array(&job), slurm::merge(&job)))?;
        return Ok(End::Done);
    }
    directory::check(Path::new(&folder)).map_err(|issue| vec![issue])?;
    directory::check(Path::new(&job.out)).map_err(|issue| vec![issue])?;
    write_text(&Path::new(&folder).join("array.sh"), "--out", slurm::array(&job))?;
    write_text(&Path::new(&folder).join("merge.sh"), "--out", slurm::merge(&job))?;
    follow::follow(&job, &asked.sbatch, spread.flags.quiet)?;
    if !spread.flags.quiet {
        remark(&format!("{} shards merged", job.shards));
    }
    let results = directory::read(Path::new(&job.out)).map_err(|issue| vec![issue])?;
    sweep::show(&results, Path::new(&job.out), spread.flags.json)?;
    Ok(End::Done)
}

fn for_kubernetes(asked: &Kubernetes) -> Result<End, Issues> {
    let spread = &asked.spread;
    let stem = checked(spread)?;
    only_printed(spread, "kubectl")?;
    let path = spread.input.scenario.as_deref().unwrap_or(Path::new("-"));
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![Issue::new(format!("`{}` cannot be read: {error}", path.display()))])?;
    let file = format!("{stem}.toml");
    let shared = |path: &str| format!("{}/{path}", kubernetes::SHARED_FOLDER);
    let job = contained(spread, &stem, format!("{}/{file}", kubernetes::SCENARIO_FOLDER), shared);
    let cluster = kubernetes::Cluster { image: &asked.image, claim: &asked.claim, file: &file, text: &text };
    kubernetes::check(&cluster)?;
    print(&kubernetes::manifest(&job, &cluster))?;
    Ok(End::Done)
}

fn for_batch(asked: &Batch) -> Result<End, Issues> {
    let spread = &asked.spread;
    let stem = checked(spread)?;
    only_printed(spread, "aws batch")?;
    let shared = |path: &str| format!("{}/{path}", batch::SHARED_FOLDER);
    let job = contained(spread, &stem, shared(&format!("{stem}.toml")), shared);
    let account = batch::Account {
        image: &asked.image,
        queue: &asked.queue,
        file_system: &asked.file_system,
        memory_mib: asked.memory_mib,
    };
    print(&format!("{:#}", batch::document(&job, &account)))?;
    Ok(End::Done)
}

/// A job whose program is an image's.
fn contained(spread: &Spread, stem: &str, scenario: String, shared: impl Fn(&str) -> String) -> Job {
    Job {
        name: job::name(stem),
        program: "gatecap".into(),
        scenario,
        flags: job::flags(&spread.flags),
        shards: spread.shards,
        threads: spread.flags.threads.unwrap_or(1),
        folder: shared(&format!("{stem}.shards")),
        out: shared(stem),
    }
}

/// Refuses where something would have to be sent to an engine that gatecap only writes for.
fn only_printed(spread: &Spread, by: &str) -> Result<(), Issues> {
    if !spread.dry_run {
        let issue = Issue::new("gatecap asks nobody over a network: it prints what this engine takes");
        return Err(vec![issue.hint(format!("add `--dry-run` and hand the output to `{by}`"))]);
    }
    let input = &spread.input;
    if !input.quotas.is_empty() || input.prices.is_some() || !input.overlay.is_empty() {
        let issue = Issue::new("`--overlay`, `--quotas` and `--prices` name files that a container does not have");
        return Err(vec![issue.hint("write what they hold into the scenario")]);
    }
    Ok(())
}

#[cfg(test)]
mod fixture {
    use super::job::Job;

    /// A job with a path and a flag that a shell would read wrongly.
    pub fn job() -> Job {
        Job {
            name: "gatecap-shop".into(),
            program: "/opt/gatecap".into(),
            scenario: "/data/it's/shop.toml".into(),
            flags: vec!["--set".into(), "workload.rate=50/s $HOME".into()],
            shards: 8,
            threads: 2,
            folder: "/data/shop.shards".into(),
            out: "/data/shop".into(),
        }
    }
}
