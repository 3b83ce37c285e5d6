//! The grammar of `gatecap submit`.

use clap::{Args, Subcommand};

use super::{Flags, Scenario};

/// An engine that runs arrays of tasks.
#[derive(Clone, Debug, Subcommand)]
pub enum Submit {
    /// Submit array and merge to Slurm, follow them, and show the results
    Slurm(Slurm),
    /// Print a manifest: the scenario, an indexed Job and a Job that merges
    Kubernetes(Kubernetes),
    /// Print a job definition and the two submissions for AWS Batch
    Batch(Batch),
}

/// What every engine is told.
#[derive(Clone, Debug, Args)]
pub struct Spread {
    /// Input.
    #[command(flatten)]
    pub input: Scenario,
    /// Flags; `--threads` is that of one shard [default: 1]
    #[command(flatten)]
    pub flags: Flags,
    /// Shards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub shards: u32,
    /// Print what would be submitted
    #[arg(long)]
    pub dry_run: bool,
}

/// `submit slurm`.
#[derive(Clone, Debug, Args)]
pub struct Slurm {
    /// What every engine is told.
    #[command(flatten)]
    pub spread: Spread,
    /// A further argument of `sbatch`, as --sbatch=--partition=long (repeatable)
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    pub sbatch: Vec<String>,
}

/// `submit kubernetes`.
#[derive(Clone, Debug, Args)]
pub struct Kubernetes {
    /// What every engine is told.
    #[command(flatten)]
    pub spread: Spread,
    /// Container image with gatecap in it
    #[arg(long, value_name = "IMAGE", default_value = "gatecap:latest")]
    pub image: String,
    /// Persistent volume claim that all pods may write (ReadWriteMany)
    #[arg(long, value_name = "NAME", default_value = "gatecap")]
    pub claim: String,
}

/// `submit batch`.
#[derive(Clone, Debug, Args)]
pub struct Batch {
    /// What every engine is told.
    #[command(flatten)]
    pub spread: Spread,
    /// Container image with gatecap in it
    #[arg(long, value_name = "IMAGE", default_value = "gatecap:latest")]
    pub image: String,
    /// Job queue
    #[arg(long, value_name = "NAME", default_value = "gatecap")]
    pub queue: String,
    /// Amazon EFS file system that holds the scenario, as fs-0123456789abcdef0
    #[arg(long, value_name = "ID")]
    pub file_system: String,
    /// Memory of a shard [default: what it is predicted to take, and a quarter more]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(64..))]
    pub memory_mib: Option<u64>,
}
