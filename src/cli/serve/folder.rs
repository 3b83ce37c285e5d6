//! The one folder that a page reads from and saves into: names that are no paths, files that are no links.

use std::path::{Path, PathBuf};

use gatecap::experiment::Computed;
use gatecap::issue::{Issue, Issues};
use gatecap::results::directory;
use hyper::StatusCode;

use super::guard::Refusal;
use crate::cli::output;

/// Longest name, characters: with the endings that follow it still a file name on every system.
const LONGEST_NAME: usize = 64;
/// What follows the name of a scenario in the name of its report's folder.
const REPORT: &str = "-report";
/// Folders inside a report that files are written into.
const INSIDE: [&str; 2] = ["charts", "histograms"];
/// The page of a report.
const PAGE: &str = "report.html";
/// Largest report that is shown, bytes.
const LARGEST: u64 = 64 << 20;

/// Where something was to be saved.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// It is there now.
    Written(PathBuf),
    /// Something of that name was there and is as it was.
    Taken(PathBuf),
}

/// A folder that exists.
#[derive(Debug)]
pub struct Folder {
    /// As it was named.
    path: PathBuf,
    /// Without links and steps up.
    real: PathBuf,
}

/// A name that is one: 1 to 64 letters, digits, `-` and `_` of ASCII, beginning with a letter or a digit.
pub fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.len() <= LONGEST_NAME && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(fits)
}

impl Folder {
    /// The folder `dir`.
    ///
    /// # Errors
    /// It is not there, or no folder.
    pub fn open(dir: &Path) -> Result<Folder, Issues> {
        let path = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        let wrong = |what: String| {
            let issue = Issue::new(format!("`{}` {what}, but the page needs a folder", path.display()));
            vec![issue.hint("give one that exists with `--dir`")]
        };
        let real = path.canonicalize().map_err(|error| wrong(format!("cannot be opened ({error})")))?;
        if !real.is_dir() {
            return Err(wrong("is a file".into()));
        }
        Ok(Folder { path: path.to_path_buf(), real })
    }

    /// The folder without links, for people.
    pub fn shown(&self) -> String {
        self.real.display().to_string()
    }

    /// Where the scenario of this name stands, or would.
    ///
    /// # Errors
    /// 400: it is no name.
    pub fn scenario(&self, name: &str) -> Result<PathBuf, Refusal> {
        named(name)?;
        let file = format!("{name}.toml");
        // As a shell in the folder would name it, so that messages read the same.
        Ok(if self.path == Path::new(".") { PathBuf::from(file) } else { self.path.join(file) })
    }

    /// Saves a scenario, over another one only where that is wanted.
    ///
    /// # Errors
    /// 400: no name. 409: a link or a folder is there. 500: it cannot be written.
    pub fn save_scenario(&self, name: &str, text: &str, over: bool) -> Result<Place, Refusal> {
        named(name)?;
        let place = self.real.join(format!("{name}.toml"));
        if is_there(&place, false)? && !over {
            return Ok(Place::Taken(place));
        }
        directory::write_file(&place, text.as_bytes().to_vec()).map_err(unwritable)?;
        Ok(Place::Written(place))
    }

    /// Saves everything that `gatecap sweep` writes, in a folder of the scenario's name, and says where the page is.
    ///
    /// # Errors
    /// As [`Folder::save_scenario`].
    pub fn save_report(&self, name: &str, computed: &Computed, over: bool) -> Result<Place, Refusal> {
        named(name)?;
        let dir = self.real.join(format!("{name}{REPORT}"));
        if is_there(&dir, true)? && !over {
            return Ok(Place::Taken(dir));
        }
        for folder in INSIDE {
            is_there(&dir.join(folder), true)?;
        }
        let first = |issues: Issues| issues.into_iter().next().unwrap_or_else(|| Issue::new("it could not be written"));
        output::write(&dir, computed).map_err(first).map_err(unwritable)?;
        Ok(Place::Written(dir.join(PAGE)))
    }

    /// The page of a report that was saved.
    ///
    /// # Errors
    /// 400: no name. 404: there is none, or a link in its place.
    pub fn report(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        named(name)?;
        let none = || Refusal::new(StatusCode::NOT_FOUND, "there is no report of that name");
        let dir = self.real.join(format!("{name}{REPORT}"));
        let file = dir.join(PAGE);
        let dir_is_own = dir.symlink_metadata().is_ok_and(|there| there.is_dir());
        let there = file.symlink_metadata().map_err(|_| none())?;
        if !dir_is_own || !there.is_file() || there.len() > LARGEST {
            return Err(none());
        }
        std::fs::read(&file).map_err(|_| none())
    }
}

fn named(name: &str) -> Result<(), Refusal> {
    if is_name(name) {
        return Ok(());
    }
    let why = "a name has 1 to 64 letters, digits, `-` and `_` and begins with a letter or a digit";
    Err(Refusal::new(StatusCode::BAD_REQUEST, why))
}

/// Whether something is at a place already; refuses one that is taken by something else than what goes there.
fn is_there(place: &Path, is_folder: bool) -> Result<bool, Refusal> {
    let taken = |what: &str| Err(Refusal::new(StatusCode::CONFLICT, format!("`{}` {what}", place.display())));
    match place.symlink_metadata() {
        Err(_) => Ok(false),
        Ok(there) if there.is_symlink() => taken("is a link, and nothing is written through links"),
        Ok(there) if there.is_dir() != is_folder => taken("is there and something else"),
        Ok(_) => Ok(true),
    }
}

fn unwritable(issue: Issue) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, issue.message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_paths() {
        for name in ["a", "orders-2", "7_up", &"x".repeat(64)] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "a\\b",
            "/etc/passwd",
            "a.toml",
            "-a",
            "_a",
            "a b",
            "ä",
            "a\0",
            "C:a",
            &"x".repeat(65),
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn nothing_is_written_over_unasked_or_through_a_link() {
        let top = tempfile::tempdir().unwrap();
        let inside = top.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        let folder = Folder::open(&inside).unwrap();
        let place = inside.canonicalize().unwrap().join("a.toml");
        assert_eq!(folder.save_scenario("a", "seed = 1\n", false).unwrap(), Place::Written(place.clone()));
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "seed = 1\n");
        assert_eq!(folder.save_scenario("a", "seed = 2\n", false).unwrap(), Place::Taken(place.clone()));
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "seed = 1\n");
        folder.save_scenario("a", "seed = 2\n", true).unwrap();
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "seed = 2\n");
        assert_eq!(folder.save_scenario("../b", "", true).unwrap_err().status, StatusCode::BAD_REQUEST);
        assert!(folder.report("a").is_err() && folder.report("../inside/a").is_err());
        #[cfg(unix)]
        {
            let secret = top.path().join("secret");
            std::fs::create_dir(&secret).unwrap();
            std::fs::write(secret.join(PAGE), "secret").unwrap();
            std::os::unix::fs::symlink(secret.join(PAGE), inside.join("b.toml")).unwrap();
            assert_eq!(folder.save_scenario("b", "seed = 3\n", true).unwrap_err().status, StatusCode::CONFLICT);
            std::os::unix::fs::symlink(&secret, inside.join("c-report")).unwrap();
            assert_eq!(folder.report("c").unwrap_err().status, StatusCode::NOT_FOUND);
            std::fs::create_dir(inside.join("d-report")).unwrap();
            std::os::unix::fs::symlink(secret.join(PAGE), inside.join("d-report").join(PAGE)).unwrap();
            assert_eq!(folder.report("d").unwrap_err().status, StatusCode::NOT_FOUND);
            assert_eq!(std::fs::read_to_string(secret.join(PAGE)).unwrap(), "secret");
        }
    }

    #[test]
    fn a_folder_is_there_and_one() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("file");
        std::fs::write(&file, "").unwrap();
        for wrong in [file, top.path().join("none")] {
            assert!(Folder::open(&wrong).unwrap_err()[0].message.contains("needs a folder"));
        }
    }
}
