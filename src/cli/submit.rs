//! `gatecap submit`: a sharded sweep on a cluster that is there. Slurm is asked and followed; of Kubernetes and AWS Batch what they
//! take is printed.

mod array;
mod batch;
mod follow;
mod job;
mod kubernetes;
mod memory;
mod slurm;

use std::path::{Component, Path, PathBuf};

use gatecap::experiment::shards::Header;
use gatecap::issue::{Issue, Issues};
use gatecap::results::directory;

use super::args::submit::{Batch, Kubernetes, Slurm, Spread, Submit};
use super::args::{Flags, Scenario};
use super::input::{self, Input};
use super::output::{print, remark, write_text};
use super::{End, bucket, sweep};
use job::Job;
use memory::Memory;

pub use array::shard as shard_of_task;

/// `submit`.
pub fn submit(engine: &Submit) -> Result<End, Issues> {
    match engine {
        Submit::Slurm(asked) => on_slurm(asked),
        Submit::Kubernetes(asked) => for_kubernetes(asked),
        Submit::Batch(asked) => for_batch(asked),
    }
}

/// The scenario file, read and checked before anything is asked of a cluster.
fn checked(files: &Scenario, flags: &Flags) -> Result<Input, Issues> {
    if files.scenario.as_deref().is_none_or(|path| path == Path::new("-")) {
        let issue = Issue::new("a cluster's nodes read the scenario from a file, and none is given");
        return Err(vec![issue.hint("write it down first: gatecap init >scenario.toml")]);
    }
    input::read(files, input::overrides(flags)?)
}

/// The files as every node finds them.
fn absolute(files: &Scenario) -> Result<Scenario, Issues> {
    let all = |paths: &[PathBuf]| paths.iter().map(|path| job::absolute(path)).collect::<Result<Vec<_>, _>>();
    let one = |path: &Option<PathBuf>| path.as_deref().map(job::absolute).transpose();
    // Standard input has no path: it is refused by that name.
    let scenario = files.scenario.clone().filter(|path| path != Path::new("-"));
    Ok(Scenario {
        scenario: one(&scenario)?,
        overlay: all(&files.overlay)?,
        quotas: all(&files.quotas)?,
        prices: one(&files.prices)?,
    })
}

/// The sweep for nodes that share this machine's folders, and what its shards will say of themselves.
fn shared(spread: &Spread) -> Result<(Job, Header), Issues> {
    let (files, flags) = (absolute(&spread.input)?, &spread.flags);
    let input = checked(&files, flags)?;
    bucket::takes_no_results(flags.out.as_deref())?;
    let text = |path: &Path| path.display().to_string();
    let out = flags.out.clone().unwrap_or_else(|| Path::new("output").join(&input.stem));
    let out = text(&job::absolute(&out)?);
    #[allow(clippy::disallowed_methods)] // Which program runs on the nodes; nothing that it computes depends on it.
    let program = std::env::current_exe()
        .map_err(|error| vec![Issue::new(format!("this program cannot find its own file: {error}"))])?;
    let mut words = job::flags(flags);
    let named =
        [("--overlay", files.overlay.as_slice()), ("--quotas", &files.quotas), ("--prices", files.prices.as_slice())];
    for (flag, paths) in named {
        words.extend(paths.iter().flat_map(|path| [flag.to_string(), text(path)]));
    }
    let job = Job {
        name: job::name(&input.stem),
        program: text(&job::absolute(&program)?),
        scenario: files.scenario.as_deref().map(text).unwrap_or_default(),
        flags: words,
        merge_flags: Vec::new(),
        shards: spread.shards,
        threads: flags.threads.unwrap_or(1),
        folder: format!("{out}.shards"),
        out,
    };
    Ok((job, input.header(flags)?))
}

fn on_slurm(asked: &Slurm) -> Result<End, Issues> {
    let spread = &asked.spread;
    let (job, header) = shared(spread)?;
    if spread.dry_run {
        print(&format!("# array.sh\n{}\n# merge.sh\n{}", slurm::array(&job), slurm::merge(&job)))?;
        return Ok(End::Done);
    }
    let (folder, out) = (Path::new(&job.folder), Path::new(&job.out));
    directory::check(folder).map_err(|issue| vec![issue])?;
    directory::check(out).map_err(|issue| vec![issue])?;
    write_text(&folder.join("array.sh"), "--out", slurm::array(&job))?;
    write_text(&folder.join("merge.sh"), "--out", slurm::merge(&job))?;
    follow::follow(&job, header, &asked.sbatch, spread.flags.quiet)?;
    if !spread.flags.quiet {
        remark(&format!("{} shards merged", job.shards));
    }
    let results = directory::read(out).map_err(|issue| vec![issue.late()])?;
    sweep::show(&results, out, spread.flags.json)?;
    Ok(End::Done)
}

fn for_kubernetes(asked: &Kubernetes) -> Result<End, Issues> {
    let spread = &asked.spread;
    let input = checked(&spread.input, &spread.flags)?;
    only_printed(spread, "kubectl")?;
    let path = spread.input.scenario.as_deref().unwrap_or(Path::new("-"));
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![Issue::new(format!("`{}` cannot be read: {error}", path.display()))])?;
    let file = format!("{}.toml", input.stem);
    let scenario = format!("{}/{file}", kubernetes::SCENARIO_FOLDER);
    let job = contained(spread, &input, scenario, kubernetes::SHARED_FOLDER)?;
    let memory = Memory::of(&input, spread.flags.copies, job.shards, job.threads)?;
    let cluster = kubernetes::Cluster { image: &asked.image, claim: &asked.claim, file: &file, text: &text, memory };
    kubernetes::check(&cluster)?;
    kubernetes::stands_alone(&cluster, &input.source)?;
    print(&kubernetes::manifest(&job, &cluster))?;
    Ok(End::Done)
}

fn for_batch(asked: &Batch) -> Result<End, Issues> {
    let spread = &asked.spread;
    let input = checked(&spread.input, &spread.flags)?;
    only_printed(spread, "aws batch")?;
    let scenario = format!("{}/{}.toml", batch::SHARED_FOLDER, input.stem);
    let job = contained(spread, &input, scenario, batch::SHARED_FOLDER)?;
    let memory = Memory::of(&input, spread.flags.copies, job.shards, job.threads)?;
    let account = batch::Account {
        image: &asked.image,
        queue: &asked.queue,
        file_system: &asked.file_system,
        memory: Memory { shard: asked.memory_mib.unwrap_or(memory.shard), ..memory },
    };
    print(&format!("{:#}", batch::document(&job, &account)))?;
    Ok(End::Done)
}

/// A job whose program is an image's and whose files lie on the volume that is mounted at `shared`.
fn contained(spread: &Spread, input: &Input, scenario: String, shared: &str) -> Result<Job, Issues> {
    let flags = &spread.flags;
    bucket::takes_no_results(flags.out.as_deref())?;
    let inside = match flags.out.as_deref() {
        None => input.stem.clone(),
        Some(path) => on_volume(path)?,
    };
    let out = format!("{shared}/{inside}");
    let threads = flags.threads.unwrap_or(1);
    // The container was given what the merge is predicted to take: it shall not be refused for what the system caches in it.
    let merge_flags = ["--threads", &threads.to_string(), "--histograms", "all"].map(str::to_string).to_vec();
    Ok(Job {
        name: job::name(&input.stem),
        program: "gatecap".into(),
        scenario,
        flags: job::flags(flags),
        merge_flags,
        shards: spread.shards,
        threads,
        folder: format!("{out}.shards"),
        out,
    })
}

/// A folder of a volume as its path from there.
fn on_volume(path: &Path) -> Result<String, Issues> {
    let part = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().map(str::to_string),
        _ => None,
    };
    let parts = path
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(part)
        .collect::<Option<Vec<_>>>()
        .filter(|parts| !parts.is_empty());
    parts.map(|parts| parts.join("/")).ok_or_else(|| {
        let issue = Issue::new(format!("`{}` is no folder of the volume that the containers share", path.display()));
        vec![issue.hint("give `--out` as a path from there, as `--out night`")]
    })
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
    if spread.flags.json {
        let issue = Issue::new("`--json` shows results, which only `submit slurm` waits for");
        return Err(vec![issue.hint("leave it out: `results.json` is among the results")]);
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
            merge_flags: Vec::new(),
            shards: 8,
            threads: 2,
            folder: "/data/shop.shards".into(),
            out: "/data/shop".into(),
        }
    }
}
