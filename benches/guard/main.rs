//! Guards the engine's cost: a request of three systems, over that of a loop that was written for the one system (`loops`). Ratios
//! of CPU time measured in turn on one machine hardly depend on the machine; times do, so none is kept.
//!
//! `cargo bench --bench guard` fails, with status 1, where a ratio is more than a tenth above `baseline.toml`; `cargo bench --bench
//! guard -- --rewrite` measures and writes that file. README.md beside this folder says when.

mod loops;
#[path = "../systems/mod.rs"]
mod systems;

use std::collections::BTreeMap;
use std::process::ExitCode;

use gatecap::engine::{Network, simulate};
use gatecap::random::RunKey;
use loops::Sequence;
use systems::{EIGHT_SERVERS, FIVE_HOPS, ONE_SERVER, network, window};

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/guard/baseline.toml");
const HEADER: &str = "# CPU time of a request over that of the hand-written loop beside this file: medians of rounds in turn.\n\
                      # Written by `cargo bench --bench guard -- --rewrite` on a machine that does nothing else.\n";
/// Rounds of both, of which the median ratio counts.
const ROUNDS: u32 = 9;
/// Times that all rounds are made again before a ratio is too high: a busy machine is not a slower program.
const ATTEMPTS: u32 = 3;
/// The most that a ratio may be over its baseline.
const ALLOWED: f64 = 1.10;
/// How far the two mean latencies of a system may lie apart: both are random.
const SAME: f64 = 0.04;

/// A system, simulated both ways.
struct System {
    name: &'static str,
    requests: u64,
    network: Network,
    by_hand: fn(u64, Sequence) -> f64,
}

fn systems() -> [System; 3] {
    let system = |name, requests, text, by_hand| System { name, requests, network: network(text, 1), by_hand };
    [
        system("one server", 10_000_000, ONE_SERVER, loops::one_server as fn(u64, Sequence) -> f64),
        system("eight servers", 6_000_000, EIGHT_SERVERS, loops::eight_servers),
        system("five hops, 100 stations", 3_000_000, FIVE_HOPS, loops::five_hops),
    ]
}

/// CPU time of this thread, ns: Linux counts it; elsewhere the clock must do.
fn cpu_ns() -> f64 {
    // The scheduler brings its account up to date when a thread yields.
    std::thread::yield_now();
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = account.as_deref().and_then(|text| text.split(' ').next()).and_then(|text| text.parse().ok());
    spent.unwrap_or_else(elapsed_ns)
}

#[allow(clippy::disallowed_methods)] // A measurement of time is what this is for.
fn elapsed_ns() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_nanos() as f64
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu_ns();
    let done = work();
    (done, cpu_ns() - before)
}

impl System {
    /// The median ratio of some rounds, and the ns a request that both took at least.
    fn measure(&self) -> Result<(f64, f64, f64), String> {
        let (mut ratios, mut least) = (Vec::new(), [f64::INFINITY; 2]);
        for round in 0..ROUNDS {
            let (mean, by_hand) = timed(|| (self.by_hand)(self.requests, Sequence::new(u64::from(round))));
            let (tally, ours) = timed(|| simulate(&self.network, &window(self.requests), RunKey::new(1, round)));
            let tally = tally.map_err(|error| error.to_string())?;
            let simulated = tally.client_latency as f64 / tally.requests as f64 / 1e9;
            if (simulated / mean - 1.0).abs() > SAME {
                return Err(format!("{}: simulated {simulated} s, by hand {mean} s: not one system", self.name));
            }
            ratios.push(ours / by_hand);
            least = [least[0].min(ours), least[1].min(by_hand)];
        }
        ratios.sort_by(f64::total_cmp);
        let [ours, by_hand] = least.map(|ns| ns / self.requests as f64);
        Ok((ratios[ratios.len() / 2], ours, by_hand))
    }

    /// The lowest ratio of as many attempts as it takes to be allowed.
    fn ratio(&self, allowed: f64) -> Result<f64, String> {
        let mut lowest = f64::INFINITY;
        for _ in 0..ATTEMPTS {
            let (ratio, ours, by_hand) = self.measure()?;
            println!("{}: {ours:.1} ns a request, by hand {by_hand:.1}, ratio {ratio:.3}", self.name);
            lowest = lowest.min(ratio);
            if lowest <= allowed {
                break;
            }
        }
        Ok(lowest)
    }
}

/// The committed ratios.
fn baseline() -> Result<BTreeMap<String, f64>, String> {
    let text = std::fs::read_to_string(BASELINE).map_err(|error| format!("cannot read `{BASELINE}`: {error}"))?;
    toml::from_str(&text).map_err(|error| format!("`{BASELINE}` is damaged: {error}"))
}

/// Whether all ratios are within their baselines.
fn guard() -> Result<bool, String> {
    let baseline = baseline()?;
    let mut within = true;
    for system in systems() {
        let missing = || format!("`{BASELINE}` has no `{}`: run with --rewrite", system.name);
        let before = *baseline.get(system.name).ok_or_else(missing)?;
        let ratio = system.ratio(before * ALLOWED)?;
        let percent = (ratio / before - 1.0) * 100.0;
        if ratio > before * ALLOWED {
            within = false;
            eprintln!(
                "error: a request of `{}` costs {ratio:.3} times the hand-written loop, {percent:.0} % more than the committed \
                 {before:.3}, in {ATTEMPTS} attempts of {ROUNDS} rounds\nhint: where that is the price of something, say so in \
                 CHANGELOG.md and write the baseline anew: cargo bench --bench guard -- --rewrite",
                system.name
            );
        } else {
            println!("{}: {percent:+.0} % against the baseline {before:.3}", system.name);
        }
    }
    Ok(within)
}

fn rewrite() -> Result<bool, String> {
    let mut text = HEADER.to_string();
    for system in systems() {
        let ratio = system.ratio(f64::INFINITY)?;
        text.push_str(&format!("\"{}\" = {ratio:.3}\n", system.name));
    }
    std::fs::write(BASELINE, text).map_err(|error| format!("cannot write `{BASELINE}`: {error}"))?;
    println!("written: {BASELINE}");
    Ok(true)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Without `--bench` this is `cargo test`, which times nothing; other arguments are names and flags of other benches.
    let timed = arguments.iter().any(|argument| argument == "--bench");
    let done = match (timed, arguments.iter().map(String::as_str).find(|&argument| argument != "--bench")) {
        (true, None) => guard(),
        (true, Some("--rewrite")) => rewrite(),
        _ => Ok(true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
