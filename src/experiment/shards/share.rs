//! Shards as they are merged: each read and whole, all of one sweep, none twice, none missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::file::{self, Damage, Scan};
use super::header::{Header, Share};
use super::journal::damaged;
use super::store::Store;
use crate::issue::{Issue, Issues};

/// Shards that a message names.
const NAMED: usize = 20;
/// Shards that a round may have.
pub const MOST_SHARDS: u32 = 100_000;
/// Rounds that a sweep may have: each adds points or replications to those before, and both are bounded.
const MOST_ROUNDS: u32 = 1_000;

/// A shard that is whole.
#[derive(Debug)]
pub struct Shard {
    path: PathBuf,
    scan: Scan,
    share: Share,
}

impl Shard {
    /// Of which sweep it is.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.scan.header
    }
}

/// Reads a shard, one record in memory at a time.
///
/// # Errors
/// A file that cannot be read, is no shard, or is not whole.
pub fn read(path: &Path) -> Result<Shard, Issue> {
    let shown = path.display();
    let refused = |damage: &Damage, share: Option<&Share>| {
        let issue = damaged(path, damage);
        match (damage, share) {
            (Damage::Foreign | Damage::Format | Damage::Unreadable(_), _) => {
                issue.hint("give files that `gatecap sweep --shard K/N` of this version wrote")
            }
            (_, Some(share)) => issue.hint(format!("remove it and run {} again", command(share))),
            (_, None) => issue.hint("remove it and run its `gatecap sweep --shard K/N` again"),
        }
    };
    if path.is_dir() {
        let issue = Issue::new(format!("`{shown}` is a folder, but a shard is a file"));
        return Err(issue.hint(format!("give the files in it, as `{shown}/*shard*`")));
    }
    let file = File::open(path).map_err(|error| refused(&Damage::Unreadable(error), None))?;
    let scan = file::scan(BufReader::with_capacity(1 << 16, file)).map_err(|damage| refused(&damage, None))?;
    let Some(share) = scan.header.share.clone() else {
        let issue = Issue::new(format!("`{shown}` is the journal of a sweep, but not a shard"));
        return Err(issue.hint("start that sweep again: it goes on from its journal"));
    };
    if let Some(damage) = &scan.damage {
        return Err(refused(damage, Some(&share)));
    }
    let believed = |number: u32, most: u32| (1..=most).contains(&number);
    if !(believed(share.of, MOST_SHARDS) && believed(share.shard, share.of) && believed(share.round, MOST_ROUNDS)) {
        let Share { round, shard, of, .. } = share;
        let issue =
            Issue::new(format!("`{shown}` says that it is shard {shard} of {of} in round {round}, which cannot be"));
        return Err(issue.hint("give files that `gatecap sweep --shard K/N` wrote"));
    }
    if !scan.ended {
        if path == super::unfinished(&path.with_extension("gatecap")) {
            let issue = Issue::new(format!("`{shown}` is not finished: its work was stopped"));
            return Err(issue.hint(format!("run {} again: it goes on where it was", command(&share))));
        }
        let issue = Issue::new(format!("`{shown}` is not whole: it lacks its end"));
        return Err(issue.hint(format!("remove it and run {} again", command(&share))));
    }
    Ok(Shard { path: path.to_path_buf(), scan, share })
}

/// The command that makes a shard, in words.
fn command(share: &Share) -> String {
    let Share { round, shard, of, .. } = share;
    match round {
        0 | 1 => format!("`gatecap sweep` with `--shard {shard}/{of}`"),
        2 => format!("`gatecap sweep` with `--shard {shard}/{of}` and `--after` the shards of round 1"),
        _ => {
            format!("`gatecap sweep` with `--shard {shard}/{of}` and `--after` the shards of rounds 1 to {}", round - 1)
        }
    }
}

/// Whether the shards are all of the sweep of `expected` (none: of that of the first), and all of every round, each once. Which rounds
/// there are: the number of the last.
///
/// # Errors
/// Everything that is in the way: another scenario, seed or version, a shard twice, cut otherwise, or missing.
pub fn whole(shards: &[Shard], expected: Option<&Header>) -> Result<u32, Issues> {
    let Some(first) = shards.first() else { return Ok(0) };
    let Header { gatecap, numbers, .. } = Header::of_this_program();
    let reference = expected.cloned().unwrap_or_else(|| Header { gatecap, numbers, ..first.header().clone() });
    let other = |shard: &Shard| {
        let what = format!("`{}`", shard.path.display());
        let issue = reference.differs_in_words(shard.header(), &what)?;
        Some(issue.hint(match expected {
            Some(_) => "leave it out, or sweep the scenario that it is of".to_string(),
            None => format!("leave it out, or give shards of one sweep: the first is `{}`", first.path.display()),
        }))
    };
    let mut issues: Issues = shards.iter().filter_map(other).collect();
    if !issues.is_empty() {
        return Err(issues);
    }
    let mut rounds: BTreeMap<u32, Vec<&Shard>> = BTreeMap::new();
    for shard in shards {
        rounds.entry(shard.share.round).or_default().push(shard);
    }
    let last = rounds.keys().next_back().copied().unwrap_or(0);
    issues.extend((1..=last).filter(|round| !rounds.contains_key(round)).map(|round| {
        let issue = Issue::new(format!("there are shards of round {last}, but none of round {round}"));
        issue.hint("give the shards of all rounds")
    }));
    issues.extend(rounds.into_values().flat_map(|shards| wrong_in_round(&shards)));
    if issues.is_empty() { Ok(last) } else { Err(issues) }
}

/// Without those of the last round, where some of its `of` shards are missing: whoever makes one of them, with all of a folder before it,
/// finds there what the others have finished by then.
#[must_use]
pub fn before_open_round(mut shards: Vec<Shard>, of: u32) -> Vec<Shard> {
    let last = shards.iter().map(|shard| shard.share.round).max().unwrap_or(0);
    let numbers: BTreeSet<u32> =
        shards.iter().filter(|shard| shard.share.round == last).map(|shard| shard.share.shard).collect();
    let same = shards.iter().all(|shard| shard.share.round < last || shard.share.of == of);
    if last > 1 && same && numbers.len() < of as usize {
        shards.retain(|shard| shard.share.round < last);
    }
    shards
}

/// What is wrong with the shards of one round.
fn wrong_in_round(shards: &[&Shard]) -> Issues {
    let Some(first) = shards.first() else { return Vec::new() };
    let (of, round) = (first.share.of, first.share.round);
    let mut issues = Issues::new();
    let mut by_number: BTreeMap<u32, &Shard> = BTreeMap::new();
    for shard in shards {
        let (a, b) = (first.path.display(), shard.path.display());
        if shard.share.of != of {
            let issue = Issue::new(format!("`{a}` is one of {of} shards, but `{b}` one of {}", shard.share.of));
            issues.push(issue.hint("their work overlaps: give the shards of one `N`"));
        } else if shard.share.plan != first.share.plan {
            let issue = Issue::new(format!("`{a}` and `{b}` are shares of different lists of units"));
            let hint = if round > 1 {
                "give each the same shards with `--after`"
            } else {
                "a file that the scenario names, or the build, was another for one of them: make all of them anew"
            };
            issues.push(issue.hint(hint));
        } else if let Some(twice) = by_number.insert(shard.share.shard, shard) {
            let number = shard.share.shard;
            let issue = Issue::new(format!("`{}` and `{b}` are both shard {number} of {of}", twice.path.display()));
            issues.push(issue.hint("leave one of them out"));
        }
    }
    if !issues.is_empty() {
        return issues;
    }
    let missing: Vec<u32> = (1..=of).filter(|number| !by_number.contains_key(number)).collect();
    if let Some(&lacking) = missing.first() {
        let more = if missing.len() > NAMED { format!(" and {} more", missing.len() - NAMED) } else { String::new() };
        let shown = missing.iter().take(NAMED).map(u32::to_string).collect::<Vec<_>>().join(", ");
        let of_round = if round > 1 { format!(" of round {round}") } else { String::new() };
        let issue = Issue::new(format!(
            "of {of} shards{of_round}, {shown}{more} {} missing",
            if missing.len() == 1 { "is" } else { "are" }
        ));
        issues.push(issue.hint(format!("run {}", command(&Share { shard: lacking, ..first.share.clone() }))));
    }
    issues
}

/// A store with the tallies of shards.
#[must_use]
pub fn store(shards: Vec<Shard>) -> Store {
    shards.into_iter().fold(Store::new(), |store, shard| store.and_file(shard.path, &shard.scan))
}
