//! A directory of results on disk: every file whole or not at all. Not what is in the files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::json::from_json;
use super::types::Results;
use crate::issue::Issue;

/// The file that holds all of the results.
pub const DOCUMENT: &str = "results.json";
/// The file that holds the resolved scenario.
pub const SCENARIO: &str = "scenario.toml";
/// Ending of a file that is being written; a finished directory has none.
const UNFINISHED: &str = ".gatecap-unfinished";
/// Bytes that a stream gathers before it writes them.
const STREAM_BUFFER: usize = 1 << 18;
/// Folders in which every file with one of the endings is ours, and a file of an earlier run that is not written again is removed.
const OWNED: [(&str, &[&str]); 2] = [("histograms", &["hgrm"]), ("charts", &["svg", "png"])];

/// Writes `files` (path inside `dir`, content), making `dir` where it is missing: first all beside their places, then all are renamed,
/// so that a failure (a full disk, say) leaves what was there before. Removes histograms and charts of an earlier run; nothing else.
///
/// # Errors
/// A path that leaves `dir`, a directory that cannot be made or written, a file that cannot be written whole.
pub fn write(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Issue> {
    replace(dir, files, &OWNED)
}

/// As [`write()`], for charts and pages made again: histograms of the directory stay.
///
/// # Errors
/// As [`write()`].
pub fn write_pages(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Issue> {
    replace(dir, files, &OWNED[1..])
}

/// Writes one file, whole or not at all, and touches nothing else. What is there already and is no file (a pipe, a device) is written
/// into and stays.
///
/// # Errors
/// As [`write()`].
pub fn write_file(path: &Path, content: Vec<u8>) -> Result<(), Issue> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return fs::write(path, content).map_err(|e| unwritable("write", path, &e));
    }
    replace(parent, &[(name, content)], &[])
}

/// How often the folder that a place would be made in is looked for, should others take away what was found.
const TRIES: u32 = 10;

/// Whether a directory can be written, or made where it is missing, before the work that fills it. Makes none: shards of one folder begin
/// at the same time, and one would take away what another had found.
///
/// # Errors
/// A path that is a file or has one as a part, a directory that cannot be made or written.
pub fn check(dir: &Path) -> Result<(), Issue> {
    places(dir, &[])?;
    let mut tried = 0;
    loop {
        tried += 1;
        let there = dir.ancestors().find(|path| path.as_os_str().is_empty() || path.exists()).unwrap_or(dir);
        let probe = beside(&there.join("results.json"));
        let written = whole(&probe, b"");
        let _ = fs::remove_file(&probe);
        let gone = written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if !gone || tried == TRIES {
            let what = if there == dir { "write into" } else { "make the folder" };
            return written.map_err(|e| unwritable(what, dir, &e));
        }
    }
}

fn replace(dir: &Path, files: &[(String, Vec<u8>)], owned: &[(&str, &[&str])]) -> Result<(), Issue> {
    let places = places(dir, files)?;
    let mut made = Unfinished(Vec::new(), Vec::new());
    for (place, (_, content)) in places.iter().zip(files) {
        let parent = place.parent().unwrap_or(dir);
        let missing = parent.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        made.1.splice(0..0, missing.map(Path::to_path_buf)).for_each(drop);
        fs::create_dir_all(parent).map_err(|e| unwritable("make the folder", parent, &e))?;
        if place.is_dir() {
            return Err(Issue::new(format!("`{}` is a folder, but a file goes there", place.display()))
                .hint("give another directory with `--out`"));
        }
        let beside = beside(place);
        made.0.push(beside.clone());
        whole(&beside, content).map_err(|e| unwritable("write", place, &e))?;
    }
    for (place, beside) in places.iter().zip(&made.0) {
        fs::rename(beside, place).map_err(|e| unwritable("put in place", place, &e))?;
    }
    made.0.clear();
    made.1.clear();
    remove_stale(dir, &places, owned)
}

/// A file that is written as its content comes, and stands at its place only when it is whole: until then beside it, and nowhere once it
/// is dropped unfinished.
#[derive(Debug)]
pub struct Stream {
    place: PathBuf,
    /// Removes what is not finished.
    beside: Unfinished,
    writer: BufWriter<File>,
}

impl Stream {
    /// Begins a file, in a folder that is made where it is missing.
    ///
    /// # Errors
    /// A folder that cannot be made, a file that cannot be written, a folder at the file's place.
    pub fn create(place: &Path) -> io::Result<Stream> {
        let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent {
            fs::create_dir_all(parent)?;
        }
        if place.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder is where a file goes"));
        }
        let path = beside(place);
        let writer = BufWriter::with_capacity(STREAM_BUFFER, File::create(&path)?);
        Ok(Stream { place: place.to_path_buf(), beside: Unfinished(vec![path], Vec::new()), writer })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// What is left cannot be written, or the file not be renamed.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        for beside in &self.beside.0 {
            fs::rename(beside, &self.place)?;
        }
        self.beside.0.clear();
        Ok(())
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Reads `results.json` of a directory that a sweep wrote.
///
/// # Errors
/// No such directory, no such file, or a file that is not a result document of this format.
pub fn read(dir: &Path) -> Result<Results, Issue> {
    read_document(&dir.join(DOCUMENT))
}

/// The resolved scenario that stands beside a document which [`read_either`] reads; none where there is none.
#[must_use]
pub fn scenario_beside(path: &Path) -> Option<String> {
    let dir = if path.is_dir() { path } else { path.parent().filter(|_| path.ends_with(DOCUMENT))? };
    fs::read_to_string(dir.join(SCENARIO)).ok()
}

fn read_document(path: &Path) -> Result<Results, Issue> {
    let text = fs::read_to_string(path).map_err(|error| {
        Issue::new(format!("cannot read `{}`: {error}", path.display()))
            .hint("give a directory that `gatecap sweep` wrote; it holds `results.json`")
    })?;
    from_json(&text).map_err(|issue| Issue { message: format!("`{}`: {}", path.display(), issue.message), ..issue })
}

/// Reads the document of a directory as [`read`] does, or a document of its own: a file.
///
/// # Errors
/// As [`read`].
pub fn read_either(path: &Path) -> Result<Results, Issue> {
    if path.is_dir() { read(path) } else { read_document(path) }
}

/// Where each file goes; a path must stay inside the directory.
fn places(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<Vec<PathBuf>, Issue> {
    if dir.exists() && !dir.is_dir() {
        return Err(Issue::new(format!("`{}` is a file, but results need a directory", dir.display()))
            .hint("give a directory with `--out`"));
    }
    let inside = |path: &str| {
        Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_))) && !path.is_empty()
    };
    files
        .iter()
        .map(|(path, _)| {
            if inside(path) {
                Ok(dir.join(path))
            } else {
                Err(Issue::new(format!("`{path}` would lie outside the directory of results")))
            }
        })
        .collect()
}

fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(UNFINISHED);
    PathBuf::from(name)
}

fn whole(path: &Path, content: &[u8]) -> io::Result<()> {
    // Not synced to the disk: that would cost seconds for hundreds of histograms, and a power cut is not what this guards against.
    File::create(path)?.write_all(content)
}

/// Removes files of an earlier run in the folders that are ours, and what an interrupted run left.
fn remove_stale(dir: &Path, places: &[PathBuf], owned: &[(&str, &[&str])]) -> Result<(), Issue> {
    let current: BTreeSet<&PathBuf> = places.iter().collect();
    for &(folder, endings) in owned {
        let Ok(entries) = fs::read_dir(dir.join(folder)) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let ours = endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) || name.ends_with(UNFINISHED);
            if ours && path.is_file() && !current.contains(&path) {
                fs::remove_file(&path).map_err(|e| unwritable("remove the stale", &path, &e))?;
            }
        }
        // Only an empty folder goes; the error of any other is of no interest.
        let _ = fs::remove_dir(dir.join(folder));
    }
    Ok(())
}

fn unwritable(action: &str, path: &Path, error: &io::Error) -> Issue {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "give a directory that you may write to with `--out`",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or give another directory with `--out`"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a part of the path is a file; give another with `--out`"
        }
        _ => "give another directory with `--out`",
    };
    Issue::new(format!("cannot {action} `{}`: {error}", path.display())).hint(hint)
}

/// Files that are not in place yet, and folders made for them, the innermost first; those that are left when it goes out of
/// scope are removed.
#[derive(Debug)]
struct Unfinished(Vec<PathBuf>, Vec<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        for path in &self.0 {
            // Already renamed or never made: nothing to do.
            let _ = fs::remove_file(path);
        }
        for folder in &self.1 {
            // Not empty: someone else's files are in it.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn those_who_look_at_the_same_time_do_not_hinder_each_other() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("a/b");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..200).for_each(|_| check(&dir).unwrap()));
            }
        });
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0, "nothing is made");
    }

    fn file(path: &str, content: &str) -> (String, Vec<u8>) {
        (path.into(), content.into())
    }

    fn listing(dir: &Path) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![dir.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    names.push(entry.path().strip_prefix(dir).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        names
    }

    #[test]
    fn a_second_run_replaces_ours_and_leaves_the_rest() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("a/b");
        write(&dir, &[file("points.csv", "1"), file("histograms/x-s0001.hgrm", "h"), file("charts/map.svg", "s")])
            .unwrap();
        fs::write(dir.join("notes.txt"), "mine").unwrap();
        fs::write(dir.join("histograms/mine.txt"), "mine").unwrap();
        write(&dir, &[file("points.csv", "2"), file("histograms/x-s0002.hgrm", "h")]).unwrap();
        assert_eq!(listing(&dir), ["histograms/mine.txt", "histograms/x-s0002.hgrm", "notes.txt", "points.csv"]);
        assert_eq!(fs::read_to_string(dir.join("points.csv")).unwrap(), "2");
        assert!(!dir.join("charts").exists());
    }

    #[test]
    fn a_failure_leaves_the_old_content_and_no_unfinished_file() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("out");
        write(&dir, &[file("points.csv", "old")]).unwrap();
        fs::create_dir(dir.join("hops.csv")).unwrap();
        let error = write(&dir, &[file("points.csv", "new"), file("hops.csv", "new")]).unwrap_err();
        assert!(error.message.contains("hops.csv` is a folder"), "{}", error.message);
        assert_eq!(fs::read_to_string(dir.join("points.csv")).unwrap(), "old");
        assert_eq!(listing(&dir), ["points.csv"]);
    }

    #[test]
    fn a_document_is_read_back_and_a_missing_one_is_worded() {
        let temp = tempfile::tempdir().unwrap();
        let results = Results { format: crate::results::FORMAT, seed: 7, ..Results::default() };
        write(temp.path(), &[file(DOCUMENT, &crate::results::json::pretty(&results))]).unwrap();
        assert_eq!(read(temp.path()).unwrap(), results);
        write(temp.path(), &[file(DOCUMENT, "{")]).unwrap();
        assert!(read(temp.path()).unwrap_err().message.contains("results.json`: this is not a result document"));
        assert!(read(&temp.path().join("none")).unwrap_err().hint.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_written_into_and_stays() {
        let temp = tempfile::tempdir().unwrap();
        let link = temp.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        write_file(&link, b"gone".to_vec()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn bad_places_are_worded() {
        let temp = tempfile::tempdir().unwrap();
        let taken = temp.path().join("taken");
        fs::write(&taken, "").unwrap();
        assert!(write(&taken, &[]).unwrap_err().message.contains("is a file, but results need a directory"));
        let below = write(&taken.join("x"), &[file("a.csv", "")]).unwrap_err();
        assert!(below.message.starts_with("cannot make the folder") && below.hint.is_some(), "{}", below.message);
        for path in ["../x", "/x", ""] {
            assert!(write(temp.path(), &[file(path, "")]).unwrap_err().message.contains("outside"), "{path}");
        }
    }
}
