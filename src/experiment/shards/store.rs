//! What was simulated already, in front of the engine: tallies by name, in files. Whoever has a tally here simulates nothing, so a run
//! with some of them ends in the bytes of a run with none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::file::{self, Scan};
use super::journal::Journal;
use super::name::Name;
use super::plan::Unit;
use super::tally;
use crate::engine::Tally;

/// Where a tally is: the number of a file, or the journal; and the byte at which its record starts.
#[derive(Clone, Copy, Debug)]
enum Home {
    File(u32, u64),
    Journal(u64),
}

/// Tallies by name. In memory are names and places only: some 60 bytes a tally, which stays in its file until it is needed.
#[derive(Debug, Default)]
pub struct Store {
    homes: Mutex<BTreeMap<Name, Home>>,
    files: Vec<PathBuf>,
    journal: Mutex<Option<Journal>>,
    /// Names of the units that may be simulated; none: all.
    mine: Option<BTreeSet<Name>>,
    /// The places of those units.
    places: BTreeSet<Name>,
    /// Units that were needed and are not here.
    asked: Mutex<BTreeMap<Name, Unit>>,
    stage: Mutex<&'static str>,
    reused: AtomicU64,
    reused_requests: AtomicU64,
}

impl Store {
    /// An empty one.
    #[must_use]
    pub fn new() -> Store {
        Store::default()
    }

    /// With the tallies of a file that was read.
    #[must_use]
    pub fn and_file(mut self, path: PathBuf, scan: &Scan) -> Store {
        let number = self.files.len() as u32;
        self.files.push(path);
        let homes = scan.places.iter().map(|place| (place.name, Home::File(number, place.at)));
        lock(&self.homes).extend(homes);
        self
    }

    /// With a journal that keeps what is simulated from now on, and the tallies that it has.
    #[must_use]
    pub fn and_journal(mut self, journal: Journal) -> Store {
        let homes = journal.places().iter().map(|place| (place.name, Home::Journal(place.at)));
        lock(&self.homes).extend(homes);
        self.journal = Mutex::new(Some(journal));
        self
    }

    /// Of which only these units are simulated; what else is needed is asked for instead.
    #[must_use]
    pub fn only(self, units: &[&Unit]) -> Store {
        let mine = units.iter().map(|unit| unit.name).collect();
        Store { mine: Some(mine), places: units.iter().map(|unit| unit.at).collect(), ..self }
    }

    /// Whether there is nothing to do at a place of the grid: some units are to be simulated, none of them there. Of a later round every
    /// place is looked at, since what was found there decides what comes next.
    pub(in crate::experiment) fn is_elsewhere(&self, place: Name) -> bool {
        let first_round = self.files.is_empty();
        first_round && self.mine.as_ref().is_some_and(|mine| !mine.is_empty()) && !self.places.contains(&place)
    }

    /// Whether some units are not to be simulated.
    #[must_use]
    pub(in crate::experiment) fn is_partial(&self) -> bool {
        self.mine.is_some()
    }

    /// Whether a unit may be simulated.
    pub(in crate::experiment) fn is_mine(&self, unit: Name) -> bool {
        self.mine.as_ref().is_none_or(|mine| mine.contains(&unit))
    }

    /// The tally of this name; none where it is not here, or not readable any more.
    pub(in crate::experiment) fn tally(&self, name: Name) -> Option<Tally> {
        let home = *lock(&self.homes).get(&name)?;
        let tally = match home {
            Home::File(number, at) => {
                let mut file = File::open(self.files.get(number as usize)?).ok()?;
                file.seek(SeekFrom::Start(at)).ok()?;
                file::tally_at(file, name)?
            }
            Home::Journal(at) => {
                let bytes = lock(&self.journal).as_mut()?.record_at(at)?;
                file::tally_at(&bytes[..], name)?
            }
        };
        self.reused.fetch_add(1, Ordering::Relaxed);
        self.reused_requests.fetch_add(tally.audit.arrived, Ordering::Relaxed);
        Some(tally)
    }

    /// Keeps a tally in the journal, where there is one.
    pub(in crate::experiment) fn keep(&self, name: Name, tally: &Tally) {
        if lock(&self.journal).as_ref().is_none_or(|journal| !journal.is_writable()) {
            return;
        }
        // The work of it outside the lock. What is too long for a record is simulated again.
        let Some(record) = file::record(name, &tally::encode(tally)) else { return };
        let at = lock(&self.journal).as_mut().and_then(|journal| journal.append(name, &record));
        if let Some(at) = at {
            lock(&self.homes).insert(name, Home::Journal(at));
        }
    }

    /// What units that are asked for from now on are for.
    pub(in crate::experiment) fn stage(&self, stage: &'static str) {
        *lock(&self.stage) = stage;
    }

    /// A unit is needed and may not be simulated.
    pub(in crate::experiment) fn ask(&self, unit: Unit) {
        let unit = Unit { part: if unit.part.is_empty() { *lock(&self.stage) } else { unit.part }, ..unit };
        lock(&self.asked).entry(unit.name).or_insert(unit);
    }

    /// The units that were needed and may not be simulated.
    #[must_use]
    pub fn asked(&self) -> Vec<Unit> {
        lock(&self.asked).values().cloned().collect()
    }

    /// Tallies that were here when they were needed, and their requests.
    #[must_use]
    pub fn reused(&self) -> (u64, u64) {
        (self.reused.load(Ordering::Relaxed), self.reused_requests.load(Ordering::Relaxed))
    }

    /// Why what is simulated is not kept any more, where that is so.
    #[must_use]
    pub fn lost(&self) -> Option<String> {
        lock(&self.journal).as_ref().and_then(|journal| journal.lost().map(str::to_string))
    }

    /// The journal, to be finished; the store keeps nothing from then on.
    #[must_use]
    pub fn take_journal(&self) -> Option<Journal> {
        lock(&self.journal).take()
    }
}

/// Nothing that is locked here is left half done by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bytes of the record at the place of a file that `file` is.
pub(super) fn record_of(file: &mut File, at: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(at)).ok()?;
    let mut head = [0; file::HEAD];
    file.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let mut bytes = head.to_vec();
    let whole = length <= file::LONGEST && file.take(length as u64).read_to_end(&mut bytes).ok()? == length;
    whole.then_some(bytes)
}
