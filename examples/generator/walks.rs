//! The ways in which simulations walk through the names of draws, and the tests of each.

use gatecap::random::{KeyedGenerator, RunKey, StreamId};
use rand::Rng;
use rayon::prelude::*;

use super::statistics::{BLOCK, avalanche, of_walk};

/// A way through names.
pub struct Walk {
    /// What changes from draw to draw.
    pub name: &'static str,
    /// Its draws are this share of all: one over a power of two, by that power.
    share: u32,
    /// The draw of a number.
    pub draw: Box<dyn Fn(u64) -> u64 + Sync>,
}

/// A p-value.
pub struct Finding {
    /// The walk's name.
    pub walk: &'static str,
    /// The test.
    pub test: &'static str,
    /// Draws that it looked at.
    pub draws: u64,
    /// Two-sided.
    pub p: f64,
}

fn walk(name: &'static str, share: u32, draw: impl Fn(u64) -> u64 + Sync + 'static) -> Walk {
    Walk { name, share, draw: Box::new(draw) }
}

/// The stream of one of many entities.
fn numbered(number: u64) -> StreamId {
    let mut digits = *b"service-0000000000";
    let mut rest = number;
    for digit in digits[8..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    StreamId::new(std::str::from_utf8(&digits).unwrap_or(""), "time")
}

/// All of them.
pub fn walks() -> Vec<Walk> {
    let (run, stream) = (RunKey::new(42, 0), StreamId::new("service", "time"));
    let names = ["arrivals", "rest-api", "vpc-link-v1", "nlb", "alb", "connection", "service", "client"];
    let path = names.map(|name| StreamId::new(name, "time"));
    vec![
        walk("requests", 1, move |i| run.attempt(i, 0).bits(stream)),
        walk("late requests", 4, move |i| run.attempt((1 << 40) + i, 0).bits(stream)),
        walk("attempts", 3, move |i| run.attempt(i / 4, (i % 4) as u32).bits(stream)),
        walk("purposes of a path", 3, move |i| run.attempt(i / 8, 0).bits(path[(i % 8) as usize])),
        walk("purposes of many services", 5, move |i| run.attempt(7, 0).bits(numbered(i))),
        walk("replications", 4, move |i| RunKey::new(42, i as u32).attempt(7, 0).bits(stream)),
        walk("seeds", 4, move |i| RunKey::new(i + 1, 0).attempt(7, 0).bits(stream)),
        walk("words of exact samplers", 5, move |i| {
            let mut words = KeyedGenerator::new(run.attempt(i / 4, 0).bits(stream));
            (0..=i % 4).fold(0, |_, _| words.next_u64())
        }),
    ]
}

/// All p-values of 2^`log2` draws, walks in order.
pub fn all_findings(log2: u32) -> Vec<Finding> {
    let of = |walk: &Walk| -> Vec<Finding> {
        let draws = (1_u64 << (log2 - walk.share)).max(BLOCK as u64);
        let tests = of_walk(&walk.draw, draws);
        tests.into_iter().map(|(test, draws, p)| Finding { walk: walk.name, test, draws, p }).collect()
    };
    let mut findings: Vec<Finding> = walks().par_iter().flat_map_iter(of).collect();
    findings.extend(flips(1 << (log2 / 2)));
    findings
}

/// Changes of one bit in each part of a name, small numbers as real ones are; another part is new in every trial, so that no pair
/// of names comes twice.
fn flips(trials: u64) -> Vec<Finding> {
    let stream = StreamId::new("service", "time");
    let draw =
        |seed, replication, request, attempt| RunKey::new(seed, replication).attempt(request, attempt).bits(stream);
    let low = |i: u64| i as u32 as u64;
    let tests = [
        ("one bit of the seed", avalanche(64, trials, |i| i, |i, seed| draw(seed, 0, i, 0))),
        ("one bit of the replication", avalanche(32, trials, low, |i, r| draw(42, r as u32, i, 0))),
        ("one bit of the request", avalanche(64, trials, |i| i, |i, request| draw(i, 0, request, 0))),
        ("one bit of the attempt", avalanche(32, trials, |i| i % 3, |i, a| draw(42, 0, i, a as u32))),
        (
            "one bit of the entity's name",
            avalanche(4, trials, |i| i % 10, |i, digit| RunKey::new(42, 0).attempt(i, 0).bits(numbered(digit))),
        ),
    ];
    tests.into_iter().map(|(test, p)| Finding { walk: "names", test, draws: trials, p }).collect()
}
