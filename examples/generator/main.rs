//! Do named draws look like independent uniform bits, the way that simulations use them? Statistical tests along requests,
//! purposes, attempts, replications and seeds.
//!
//! `cargo run --release --example generator` makes 2^32 draws in some minutes of CPU and prints the p-value of every test as Markdown; status
//! 1 where the smallest, times their number (Bonferroni), is below 0.01. `generator 24` makes 2^24. `cargo test` has the small
//! one, `tests/it/generator.rs`. `generator --raw WALK` writes the draws of a walk without end, 8 bytes each, least byte first,
//! for batteries that read a pipe. What they found: docs/generator.md.

mod statistics;
mod walks;

use std::io::Write;
use std::process::ExitCode;

use walks::{all_findings, walks};

/// Log2 of the number of draws.
const DRAWS: u32 = 32;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => tested(DRAWS),
        ["--raw", name] => raw(name),
        [log2] => match log2.parse() {
            Ok(log2) if (20..=40).contains(&log2) => tested(log2),
            _ => wrong(),
        },
        _ => wrong(),
    }
}

fn wrong() -> ExitCode {
    let names: Vec<&str> = walks().iter().map(|walk| walk.name).collect();
    eprintln!("generator [LOG2 of the draws, 20 to 40] | generator --raw WALK, one of: {}", names.join(", "));
    ExitCode::from(2)
}

fn tested(log2: u32) -> ExitCode {
    let findings = all_findings(log2);
    println!("| walk | test | draws | p |\n|---|---|--:|--:|");
    for finding in &findings {
        println!("| {} | {} | {} | {:.4} |", finding.walk, finding.test, finding.draws, finding.p);
    }
    let least = findings.iter().map(|finding| finding.p).fold(1.0, f64::min);
    let bound = (least * findings.len() as f64).min(1.0);
    println!("\n{} p-values, the smallest {least:.2e}; times their number {bound:.3}.", findings.len());
    ExitCode::from(u8::from(bound < 0.01))
}

/// Ends when the reader does.
fn raw(name: &str) -> ExitCode {
    let Some(walk) = walks().into_iter().find(|walk| walk.name == name) else { return wrong() };
    let mut out = std::io::stdout().lock();
    let mut bytes = Vec::new();
    for first in (0_u64..).step_by(1 << 13) {
        bytes.clear();
        bytes.extend((first..first + (1 << 13)).flat_map(|i| (walk.draw)(i).to_le_bytes()));
        if out.write_all(&bytes).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}
