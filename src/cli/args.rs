//! The command line's grammar.

mod serve;
pub mod submit;
mod sweep;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use serve::Serve;
pub use sweep::{Merge, Share, Sweep};

/// How far each way of putting microservices behind Amazon API Gateway can be loaded, before anyone builds it.
///
/// Without a verb: `sweep` on the built-in scenario.
#[derive(Debug, Parser)]
#[command(name = "gatecap", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of the default verb.
    #[command(flatten)]
    pub flags: Flags,
}

/// Flags of every simulating verb.
#[derive(Clone, Debug, Default, Args)]
pub struct Flags {
    /// Directory for results [default: of `sweep` output/<scenario file stem>, of other verbs none]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Master seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Threads [default: one for each core]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Independent replications of a point
    #[arg(long, value_name = "N")]
    pub replications: Option<u32>,
    /// Measured requests of a replication
    #[arg(long, value_name = "N")]
    pub requests: Option<u64>,
    /// Another value for a field, as workload.rate=50/s (repeatable)
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// No progress, no remarks
    #[arg(long)]
    pub quiet: bool,
    /// Metrics of every copy, branch or service in a sweep (`run` has them anyway)
    #[arg(long)]
    pub copies: bool,
    /// Today as YYYY-MM-DD, from which `[growth]` counts its days [default: none, months alone]
    #[arg(long, value_name = "DAY", default_value = "", hide_default_value = true, value_parser = day)]
    pub date: String,
}

/// What every verb reads that takes a scenario.
#[derive(Clone, Debug, Args)]
pub struct Scenario {
    /// Scenario file; - for stdin [default: the built-in scenario]
    pub scenario: Option<PathBuf>,
    /// A scenario laid over it, as `calibrate` writes: its keys replace those below (repeatable, the last one wins)
    #[arg(long, value_name = "FILE")]
    pub overlay: Vec<PathBuf>,
    /// What `aws service-quotas list-service-quotas` or list-aws-default-service-quotas printed (repeatable)
    #[arg(long, value_name = "FILE")]
    pub quotas: Vec<PathBuf>,
    /// Prices instead of the built-in list, as TOML of the shape of src/aws/data/prices.toml; rows count by their id
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

/// A simulating verb.
#[derive(Clone, Debug, Args)]
pub struct Simulating {
    /// Input.
    #[command(flatten)]
    pub input: Scenario,
    /// Flags.
    #[command(flatten)]
    pub flags: Flags,
}

/// `run`.
#[derive(Clone, Debug, Args)]
pub struct Run {
    /// What every simulating verb has.
    #[command(flatten)]
    pub simulating: Simulating,
    /// Draw the pilots of the automatic warm-up, and where it ends, as .svg or .png
    #[arg(long, value_name = "FILE")]
    pub warmup_chart: Option<PathBuf>,
    /// Write the access logs of the first replication, of API Gateway and of ALBs, into a folder of this directory for each option
    #[arg(long, value_name = "DIR")]
    pub emit_logs: Option<PathBuf>,
}

/// `check`.
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// What every simulating verb has.
    #[command(flatten)]
    pub simulating: Simulating,
    /// Only this option must pass (repeatable) [default: every option of the scenario]
    #[arg(long, value_name = "NAME")]
    pub option: Vec<String>,
    /// A summary for a pull request; - for stdout, in place of the table
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// JUnit XML: a suite for each option, a case for each condition; - for stdout, in place of the table
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Annotations for GitHub on stderr: what is missed as errors, what is undecided as warnings
    #[arg(long)]
    pub github: bool,
}

/// `compare`.
#[derive(Clone, Debug, Args)]
pub struct Compare {
    /// Results before: a directory that `sweep` wrote, or a document of `--json`
    pub a: PathBuf,
    /// Results after
    pub b: PathBuf,
    /// Only points of this option (repeatable)
    #[arg(long, value_name = "NAME")]
    pub option: Vec<String>,
    /// Only this metric (repeatable) [default: latency, outcomes, rates, utilisation of hops]
    #[arg(long, value_name = "NAME")]
    pub metric: Vec<String>,
    /// Also what cannot be told apart or has no interval
    #[arg(long)]
    pub all: bool,
    /// One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// A summary for a pull request; - for stdout, in place of the table
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// `limits`.
#[derive(Clone, Debug, Args)]
pub struct Limits {
    /// Input.
    #[command(flatten)]
    pub input: Scenario,
    /// Every rung
    #[arg(long)]
    pub all: bool,
    /// Today as YYYY-MM-DD, from which `[growth]` counts its days [default: none, months alone]
    #[arg(long, value_name = "DAY", default_value = "", hide_default_value = true, value_parser = day)]
    pub date: String,
    /// Only the AWS CLI lines that ask for increases
    #[arg(long)]
    pub ask: bool,
    /// Another value for a field (repeatable)
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// No remarks
    #[arg(long)]
    pub quiet: bool,
}

/// `import`.
#[derive(Clone, Debug, Args)]
pub struct Import {
    /// What the files are: OpenAPI documents, CloudFormation templates, Terraform plans or states, listings of the AWS CLI
    #[arg(value_parser = ["openapi", "cloudformation", "terraform", "aws"])]
    pub kind: String,
    /// Files that belong together; - for stdin
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// File for the scenario [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Value of a template's parameter (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    pub parameter: Vec<String>,
    /// One JSON document on stdout, in place of the scenario unless --out takes that
    #[arg(long)]
    pub json: bool,
    /// No listing on stderr
    #[arg(long)]
    pub quiet: bool,
}

/// `report`.
#[derive(Clone, Debug, Args)]
pub struct Report {
    /// Directory that `sweep` wrote
    pub directory: PathBuf,
    /// Compare the built-in known answers now, and put that into the report instead of the release's record
    #[arg(long)]
    pub validate: bool,
    /// How they are compared
    #[command(flatten)]
    pub comparing: Comparing,
}

/// `validate`.
#[derive(Clone, Debug, Args)]
pub struct Validate {
    /// Scenario files with [expect], directories of them, or names of built-in cases [default: all built-in cases]
    pub paths: Vec<PathBuf>,
    /// Every answer of the built-in cases, not only those that fail
    #[arg(long)]
    pub all: bool,
    /// Only the names of the built-in cases
    #[arg(long, conflicts_with_all = ["paths", "print"])]
    pub list: bool,
    /// Only the text of a built-in case, with its derivation
    #[arg(long, value_name = "NAME", conflicts_with = "paths")]
    pub print: Option<String>,
    /// One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// How they are compared
    #[command(flatten)]
    pub comparing: Comparing,
}

/// Comparing known answers.
#[derive(Clone, Debug, Args)]
pub struct Comparing {
    /// Today as YYYY-MM-DD, for the document [default: none; the program reads no clock]
    #[arg(long, value_name = "DAY", default_value = "", hide_default_value = true, value_parser = day)]
    pub date: String,
    /// By the reference path: each step of a request is an event of its own; the same numbers, in several times the time
    #[arg(long)]
    pub reference: bool,
    /// Draw times by these samplers, whatever the scenarios say
    #[arg(long, value_name = "SAMPLERS", value_parser = ["tables", "exact"])]
    pub samplers: Option<String>,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// `calibrate`.
#[derive(Clone, Debug, Args)]
pub struct Calibrate {
    /// What the files are
    #[arg(value_parser = ["alb", "apigateway", "elb-classic", "nlb", "cloudwatch"])]
    pub kind: String,
    /// Access logs, plain or gzip, or what `aws cloudwatch get-metric-...` printed; - for stdin
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Logs of the other side, joined on the trace id: of the ALB beside apigateway, of the gateway beside alb (repeatable)
    #[arg(long, value_name = "FILE")]
    pub join: Vec<PathBuf>,
    /// The access log format of the API Gateway stage, as the stage has it: $context variables in JSON, CLF, CSV or XML
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// What was measured as a scenario, to run alone or to lay over another with --overlay; - for stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Measured times against their laws, a chart for each part of the path
    #[arg(long, value_name = "DIR")]
    pub plot: Option<PathBuf>,
    /// The kind of API behind an apigateway log
    #[arg(long, value_name = "PART", value_parser = ["rest-api", "http-api"], default_value = "rest-api")]
    pub gateway: String,
    /// Share of the rows, from the first on, that is to predict the rest
    #[arg(long, value_name = "SHARE", default_value = "0.7", value_parser = inside_one)]
    pub first_part: f64,
    /// How the log made whole numbers of times
    #[arg(long, value_name = "RULE", value_parser = ["nearest", "down"], default_value = "nearest")]
    pub rounding: String,
    /// One JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
    /// Threads, one file each [default: one for each core]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// A number above 0 and below 1.
fn inside_one(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| *number > 0.0 && *number < 1.0);
    number.ok_or_else(|| "it must be a number above 0 and below 1".into())
}

/// A day as ISO 8601 writes it, or nothing.
fn day(text: &str) -> Result<String, String> {
    let shape = |(at, c): (usize, char)| if matches!(at, 4 | 7) { c == '-' } else { c.is_ascii_digit() };
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let exists = (1..=12).contains(&part(5..7).unwrap_or(0)) && (1..=31).contains(&part(8..10).unwrap_or(0));
    let is_day = text.chars().count() == 10 && text.chars().enumerate().all(shape) && exists;
    if text.is_empty() || is_day { Ok(text.into()) } else { Err("write a day as 2026-11-25".into()) }
}

/// A verb.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Services each option holds, the quota ladder, and what to ask AWS for; no simulation
    Limits(Limits),
    /// Simulate the scenario's operating point for every option
    Run(Run),
    /// Simulate the grid, find saturation, write tables, charts and the review; started again it goes on where it was stopped
    Sweep(Sweep),
    /// Put the shards of a sweep together: the bytes that one machine would have written
    Merge(Merge),
    /// Spread a sweep over a cluster: Slurm, Kubernetes, AWS Batch
    #[command(subcommand)]
    Submit(submit::Submit),
    /// Like run, judged against the objectives: status 0 met, 1 missed, 3 undecided
    Check(Check),
    /// Two results against each other: what got better, worse, or cannot be told apart; status 1 where something got worse
    Compare(Compare),
    /// Write a scenario from files that describe what is already built
    Import(Import),
    /// Times, arrivals and services out of access logs (alb, apigateway, elb-classic, nlb) or metrics (cloudwatch)
    Calibrate(Calibrate),
    /// Write charts and report again from a directory of results
    Report(Report),
    /// Simulate queueing systems with known answers and compare
    Validate(Validate),
    /// A page on this machine: change inputs, watch the sweep run, compare it with the one before, save scenario and report
    Serve(Serve),
    /// Print the default scenario with comments
    Init,
    /// Print the JSON Schema of scenarios
    Schema,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}
