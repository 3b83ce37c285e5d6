//! The grammar of `gatecap sweep` and `gatecap merge`.

use std::path::PathBuf;

use clap::Args;

use super::Simulating;

/// `sweep`.
#[derive(Clone, Debug, Args)]
pub struct Sweep {
    /// What every simulating verb has.
    #[command(flatten)]
    pub simulating: Simulating,
    /// Only the list of the work, as numbered units with what each is likely to cost; nothing is simulated
    #[arg(long, conflicts_with = "shard")]
    pub plan: bool,
    /// Only the Kth of N fair shares of the work, as one file for `merge` in --out [default: output/<scenario file stem>-shards];
    /// `auto` or `auto/N`: the one that Slurm, AWS Batch, Kubernetes or Grid Engine gave this task
    #[arg(long, value_name = "K/N", value_parser = share)]
    pub shard: Option<Share>,
    /// Shards of the rounds before: list or share out what they made needed (repeatable, or several)
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub after: Vec<PathBuf>,
    /// Histograms of every point, or of operating points only, which takes less memory [default: all, where they fit]
    #[arg(long, value_name = "WHICH", value_parser = ["all", "operating"])]
    pub histograms: Option<String>,
}

/// `merge`.
#[derive(Clone, Debug, Args)]
pub struct Merge {
    /// Every shard of a sweep, in any order, or the folder that holds them
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Directory for the results [default: output/<scenario file stem>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Only the list of what is still to be simulated, which `sweep --shard K/N --after FILES` shares out
    #[arg(long)]
    pub plan_next: bool,
    /// Threads [default: one for each core]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// No progress, no remarks
    #[arg(long)]
    pub quiet: bool,
    /// Histograms of every point, or of operating points only, which takes less memory [default: all, where they fit]
    #[arg(long, value_name = "WHICH", value_parser = ["all", "operating"])]
    pub histograms: Option<String>,
}

/// A share of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Which one, from 1, of how many.
    Stated(u32, u32),
    /// The one of this task of an array, of so many where that is stated.
    OfTask(Option<u32>),
}

/// `K/N`, `auto` or `auto/N`.
fn share(text: &str) -> Result<Share, String> {
    let most = gatecap::experiment::shards::MOST_SHARDS;
    let number = |digits: &str| digits.parse::<u32>().ok();
    let share = match text.split_once('/') {
        None if text == "auto" => Some(Share::OfTask(None)),
        Some(("auto", of)) => number(of).filter(|of| (1..=most).contains(of)).map(|of| Share::OfTask(Some(of))),
        Some((shard, of)) => number(shard).zip(number(of)).and_then(|(shard, of)| {
            ((1..=most).contains(&of) && (1..=of).contains(&shard)).then_some(Share::Stated(shard, of))
        }),
        None => None,
    };
    share.ok_or_else(|| {
        format!("write a share as 1/3: which one, from 1, of how many, up to {most}; or auto, or auto/3")
    })
}
