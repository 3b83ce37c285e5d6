//! Work that is kept, continued and shared out. Everything that a sweep simulates is a tally, which is a function of what its name is
//! made from; a [`Store`] of tallies stands before the engine, so that whoever has some of them simulates the others only.
//!
//! ```text
//! sweep ──▶ store ──▶ engine            a journal: a store that grows by a file, so that the sweep can go on after it was stopped
//!             │  ▲      │               a shard:   the tallies of a share of the work, as a file
//!             │  └──────┘ keeps         merging:   the sweep itself, with a store that has every shard
//!             └▶ asks for what is not its to simulate: that is the plan
//! ```
//!
//! There is no other list of the work than what the sweep asks for. So the adaptive rounds (refinement, bisection, precision) need no
//! code of their own: with the tallies of the rounds before, the sweep asks for those of the next.

mod bytes;
mod fair;
mod file;
mod header;
mod journal;
pub(super) mod name;
pub(super) mod plan;
mod room;
mod share;
mod store;
mod tally;

use std::path::{Path, PathBuf};

use crate::issue::Issue;

pub use file::{Damage, LONGEST, read_shard};
pub use header::{Header, Share};
pub use journal::{Journal, Refused};
pub use name::Name;
pub use plan::{Plan, Unit, waiting};
pub(super) use room::{Held, copies, replication_bytes};
pub use room::{Predicted, predicted_memory, waiting_bytes};
pub use share::{MOST_SHARDS, Shard, before_open_round, read, store, whole};
pub use store::Store;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

/// Behind the name of a shard while it is put together.
const UNFINISHED_SHARD: &str = ".unfinished";

/// The journal of a directory of results; a finished one has none.
#[must_use]
pub fn journal_of(dir: &Path) -> PathBuf {
    dir.join("journal.gatecap-unfinished")
}

/// The shard of a round in a directory of shards.
#[must_use]
pub fn shard_of(dir: &Path, share: &Share) -> PathBuf {
    let digits = share.of.to_string().len();
    let round = if share.round > 1 { format!("round-{}-", share.round) } else { String::new() };
    dir.join(format!("{round}shard-{:0digits$}-of-{}.gatecap", share.shard, share.of))
}

/// The shards in a folder, by name; those that are not finished are not among them.
///
/// # Errors
/// A folder that cannot be read, or holds none.
pub fn in_folder(dir: &Path) -> Result<Vec<PathBuf>, Issue> {
    let unreadable = |error: std::io::Error| Issue::new(format!("folder `{}` cannot be read: {error}", dir.display()));
    let entries = std::fs::read_dir(dir).map_err(unreadable)?;
    let paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(unreadable)?;
    let mut shards: Vec<PathBuf> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "gatecap")).collect();
    shards.sort();
    if shards.is_empty() {
        return Err(Issue::new(format!("folder `{}` holds no shard", dir.display()))
            .hint("`gatecap sweep SCENARIO --shard K/N --out DIR` writes them"));
    }
    Ok(shards)
}

/// The journal of a shard that is not finished.
#[must_use]
pub fn unfinished(shard: &Path) -> PathBuf {
    let mut name = shard.as_os_str().to_owned();
    name.push("-unfinished");
    PathBuf::from(name)
}
