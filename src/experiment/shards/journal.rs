//! A journal: what a sweep has simulated so far, in a file that grows by whole records and that one process at a time may have. Ended
//! without warning it is whole but for its last record; the same sweep begins with what it holds.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::{self, Damage, Place, Scan};
use super::header::Header;
use super::name::Name;
use super::store::record_of;
use crate::issue::Issue;

/// How often a file that is gone or another one by the time that it is locked is opened again.
const TRIES: usize = 20;
/// Pause before a file that another process has is tried again: one that is being started holds what its parent had, for an instant.
const PAUSE: Duration = Duration::from_millis(10);

/// A file of tallies that is being written.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    header: Header,
    places: Vec<Place>,
    /// How far it is whole, bytes.
    whole: u64,
    /// Tallies that it had when it was opened.
    found: usize,
    /// Bytes behind the last whole record that were dropped when it was opened.
    dropped: u64,
    /// Folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
    lost: Option<String>,
}

/// Why there is no journal.
#[derive(Debug)]
pub enum Refused {
    /// What must be put right first: another process has it, or it is of another sweep.
    Wrong(Issue),
    /// The folder cannot be written; without a journal it goes on.
    Unwritable(Issue),
}

impl Journal {
    /// Opens the file at `path`, making it and its folder where they are missing, for the sweep of `header`.
    ///
    /// # Errors
    /// [`Refused`]: it is in use, of another sweep, or no journal; or it cannot be written.
    pub fn open(path: &Path, header: Header) -> Result<Journal, Refused> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let made = missing.map(Path::to_path_buf).collect();
        let unwritable = |error: &io::Error| Refused::Unwritable(unwritable(path, error));
        let mut tried = 0;
        let file = loop {
            tried += 1;
            fs::create_dir_all(folder).map_err(|error| unwritable(&error))?;
            match locked(path) {
                // Another shard that was stopped with nothing to keep took away the folder that it had made.
                Err(Refused::Unwritable(_)) if tried < TRIES && !folder.exists() => {}
                file => break file?,
            }
        };
        let length = file.metadata().map_err(|error| unwritable(&error))?.len();
        let (places, whole) = match file::scan(BufReader::with_capacity(1 << 16, &file)) {
            // Of whatever sweep: there is nothing in it to lose.
            Ok(Scan { damage: Some(damage @ Damage::Unreadable(_)), .. }) => {
                // What cannot be read now may be whole.
                let hint = "try again, or give another directory with `--out`";
                return Err(Refused::Wrong(damaged(path, &damage).hint(hint)));
            }
            Ok(scan) if scan.places.is_empty() => (Vec::new(), 0),
            Ok(scan) => {
                usable(&scan, &header, path).map_err(Refused::Wrong)?;
                (scan.places, scan.whole)
            }
            // Ended while it was begun, or not begun.
            Err(Damage::Short(_)) => (Vec::new(), 0),
            Err(damage) => return Err(Refused::Wrong(damaged(path, &damage).hint(REMOVE))),
        };
        let found = places.len();
        let dropped = length.saturating_sub(whole);
        let path = path.to_path_buf();
        let mut journal = Journal { file, path, header, places, whole, found, dropped, made, lost: None };
        let ready = journal.file.set_len(whole).and_then(|()| if whole == 0 { journal.begin() } else { Ok(()) });
        match ready {
            Ok(()) => Ok(journal),
            Err(error) => {
                let refused = unwritable_at(&journal.path, &error);
                if found == 0 {
                    journal.remove();
                }
                Err(refused)
            }
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        let start = start(&self.header)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&start)?;
        self.whole = start.len() as u64;
        Ok(())
    }

    /// Where its tallies are.
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Tallies that it had when it was opened, and the bytes of a torn record that were dropped then.
    #[must_use]
    pub fn found(&self) -> (usize, u64) {
        (self.found, self.dropped)
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn is_writable(&self) -> bool {
        self.lost.is_none()
    }

    pub(super) fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    pub(super) fn record_at(&mut self, at: u64) -> Option<Vec<u8>> {
        record_of(&mut self.file, at)
    }

    /// Writes a record behind the others; where it starts. After the first failure (a full disk) it takes no more.
    pub(super) fn append(&mut self, name: Name, record: &[u8]) -> Option<u64> {
        if self.lost.is_some() {
            return None;
        }
        let at = self.whole;
        let written = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(record));
        if let Err(error) = written {
            // A part of the record may be there: whoever opens the file again drops it, should this fail too.
            let _ = self.file.set_len(at);
            self.lost = Some(format!("`{}` takes no more: {error}", self.path.display()));
            return None;
        }
        self.whole += record.len() as u64;
        self.places.push(Place { name, at });
        Some(at)
    }

    /// Ends it: the sweep is done, or there is nothing to keep.
    pub fn remove(self) {
        // While it is locked, so that nobody else begins with it. What cannot be removed is found and said by the next sweep.
        let _ = fs::remove_file(&self.path);
        if self.places.is_empty() {
            for folder in &self.made {
                let _ = fs::remove_dir(folder);
            }
        }
    }

    /// Leaves it for the next time; removes it where it holds nothing. Whether something was left.
    pub fn leave(self) -> bool {
        let holds = !self.places.is_empty();
        if !holds {
            self.remove();
        }
        holds
    }

    /// Writes what it holds as a shard at `path`, in the order of names, whole or not at all, and ends it.
    ///
    /// # Errors
    /// A file that cannot be read or written. What was kept stays.
    pub fn into_shard(mut self, path: &Path) -> Result<u64, Issue> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(super::UNFINISHED_SHARD);
        let beside = PathBuf::from(beside);
        // Its folder may have gone meanwhile: what was kept is still in the open file.
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = made.and_then(|()| self.write_shard(&beside));
        let bytes = written.and_then(|bytes| fs::rename(&beside, path).map(|()| bytes));
        match bytes {
            Ok(bytes) => {
                self.remove();
                Ok(bytes)
            }
            Err(error) => {
                let _ = fs::remove_file(&beside);
                Err(unwritable(path, &error))
            }
        }
    }

    fn write_shard(&mut self, path: &Path) -> io::Result<u64> {
        let mut to = BufWriter::new(File::create(path)?);
        let sorted: BTreeMap<Name, u64> = self.places.iter().map(|place| (place.name, place.at)).collect();
        let first = start(&self.header)?;
        to.write_all(&first)?;
        let mut bytes = first.len() as u64;
        for at in sorted.values() {
            let record =
                record_of(&mut self.file, *at).ok_or_else(|| io::Error::other("a tally that was kept is gone"))?;
            to.write_all(&record)?;
            bytes += record.len() as u64;
        }
        let end = file::end(sorted.len() as u64);
        to.write_all(&end)?;
        // Some file systems tell only now that there is no room; and the journal, the only other copy, is removed after this.
        to.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(bytes + end.len() as u64)
    }
}

fn start(header: &Header) -> io::Result<Vec<u8>> {
    let record = file::record(Name::HEADER, &header.bytes());
    let record = record.ok_or_else(|| io::Error::other("the scenario has more than 64 MiB"))?;
    Ok([&file::MAGIC[..], &record].concat())
}

/// The file at `path`, which nobody else has.
fn locked(path: &Path) -> Result<File, Refused> {
    for tried in 1..=TRIES {
        if is_pipe(path) {
            // To open it would wait for whoever is at its other end.
            let issue = Issue::new(format!("`{}` is a pipe, but the journal of a sweep is a file", path.display()));
            return Err(Refused::Wrong(issue.hint("give another directory with `--out`")));
        }
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = open.map_err(|error| unwritable_at(path, &error))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if tried < TRIES => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let folder = path.parent().unwrap_or(path).display();
                let issue =
                    Issue::new(format!("`{folder}` is being written by another sweep, which has `{}`", path.display()));
                return Err(Refused::Wrong(issue.hint("wait for its end, or give another directory with `--out`")));
            }
            // A file system without locks: as good as it gets.
            Err(TryLockError::Error(_)) => return Ok(file),
            Ok(()) if is_at(&file, path) => return Ok(file),
            // Its owner ended, and removed it, between the two steps.
            Ok(()) => {}
        }
    }
    let issue = Issue::new(format!("`{}` comes and goes", path.display()));
    Err(Refused::Wrong(issue.hint("give another directory with `--out`")))
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(ours), Ok(there)) if id(&ours) == id(&there))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// What to do about a journal that is in the way.
const REMOVE: &str = "remove the file to begin anew, or give another directory with `--out`";

/// Whether the tallies of a journal are those of the sweep of `header`.
fn usable(scan: &Scan, header: &Header, path: &Path) -> Result<(), Issue> {
    let what = format!("the journal `{}`", path.display());
    if let Some(issue) = header.differs(&scan.header, &what) {
        return Err(issue.hint("finish that sweep, remove the file, or give another directory with `--out`"));
    }
    if scan.header.share != header.share {
        let issue = Issue::new(format!("{what} is of another share of the work"));
        return Err(issue.hint(REMOVE));
    }
    Ok(())
}

/// What is wrong with a file, in words, without a hint.
pub(super) fn damaged(path: &Path, damage: &Damage) -> Issue {
    let shown = path.display();
    Issue::new(match damage {
        Damage::Unreadable(error) => format!("cannot read `{shown}`: {error}"),
        Damage::Foreign => format!("`{shown}` is no shard and no journal of gatecap"),
        Damage::Format => {
            format!("`{shown}` is of another format than this gatecap {} reads", env!("CARGO_PKG_VERSION"))
        }
        Damage::Short(at) => format!("`{shown}` is not whole: it ends in what begins at byte {at}"),
        Damage::Changed(at) => format!("`{shown}` is damaged: what begins at byte {at} is not what was written"),
    })
}

fn unwritable_at(path: &Path, error: &io::Error) -> Refused {
    Refused::Unwritable(unwritable(path, error))
}

fn unwritable(path: &Path, error: &io::Error) -> Issue {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or give another directory with `--out`"
        }
        _ => "give another directory with `--out`",
    };
    Issue::new(format!("cannot write `{}`: {error}", path.display())).hint(hint)
}
