//! The memory that a container is to be given, from what the sweep is predicted to take.

use gatecap::experiment::shards::predicted_memory;
use gatecap::issue::Issues;
use gatecap::scenario::Scenario;

use crate::cli::input::Input;

/// A unit of memory that engines take.
const MIB: u64 = 1 << 20;
/// Containers are given whole steps of this many MiB.
const STEP: u64 = 64;

/// Memory in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Of a shard.
    pub shard: u64,
    /// Of the merge.
    pub merge: u64,
}

impl Memory {
    /// What a sweep's shards and its merge are to be given.
    pub fn of(input: &Input, copies: bool, shards: u32, threads: u16) -> Result<Memory, Issues> {
        Ok(of(&input.source.scenario(&[])?, copies, u64::from(shards), usize::from(threads)))
    }
}

/// The merge holds every point; a shard holds its share of them beside what any sweep takes.
fn of(scenario: &Scenario, copies: bool, shards: u64, threads: usize) -> Memory {
    let of = |scenario: &Scenario| predicted_memory(scenario, copies, threads).bytes;
    let (whole, least) = (of(scenario), of(&without_grid(scenario)));
    let share = least + whole.saturating_sub(least) / shards;
    Memory { shard: given(share), merge: given(whole) }
}

/// The same scenario with its largest point only.
fn without_grid(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.sweep.axes.clear();
    scenario.sweep.refine = false;
    scenario.sweep.services = scenario.sweep.services.into_iter().max().into_iter().collect();
    scenario
}

/// A prediction with a quarter to spare: for the program itself, and for pages of files that count as a container's.
fn given(bytes: u64) -> u64 {
    (bytes + bytes / 4).div_ceil(MIB).next_multiple_of(STEP)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gatecap::scenario::Document;

    use super::*;

    fn memory(text: &str, shards: u64) -> (Memory, u64) {
        let document = Document::parse(text, "shop", Path::new("")).unwrap();
        let scenario = gatecap::experiment::Source::from(document).scenario(&[]).unwrap();
        (of(&scenario, false, shards, 1), predicted_memory(&scenario, false, 1).bytes)
    }

    /// A thousand points more are the merge's in full, and a shard's in part.
    #[test]
    fn the_merge_has_room_for_every_point() {
        let services: Vec<String> = (1..=1000).map(|n| n.to_string()).collect();
        let (few, _) = memory("[sweep]\nservices = [1]\n", 8);
        let (many, predicted) = memory(&format!("[sweep]\nservices = [{}]\n", services.join(", ")), 8);
        assert!(many.merge * MIB > predicted && many.merge > few.merge + 900, "{many:?} {few:?}");
        assert!(many.shard > few.shard + 100 && many.shard * 4 < many.merge, "{many:?} {few:?}");
        let (one, _) = memory("[sweep]\nservices = [1]\n", 1);
        assert_eq!(one.shard, one.merge, "one shard simulates all");
        assert_eq!((few.shard % STEP, few.merge % STEP), (0, 0));
    }
}
