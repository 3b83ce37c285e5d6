//! The grammar of `gatecap serve`.

use std::path::PathBuf;

use clap::Args;

/// `serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Scenario to begin with [default: the built-in scenario with fewer requests]
    pub scenario: Option<PathBuf>,
    /// The one folder that the page reads from and saves into [default: the scenario's folder, else the current one]
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// Port on loopback; 0 for any that is free
    #[arg(long, value_name = "N", default_value_t = 4280)]
    pub port: u16,
    /// Threads of a sweep [default: one for each core]; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// No remarks
    #[arg(long)]
    pub quiet: bool,
}
