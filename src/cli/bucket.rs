//! Shards in a bucket instead of a folder: `s3://BUCKET/PREFIX`. A shard is put there whole under its own name, and only where no other
//! has it; shards are fetched into a folder that is gone when they are merged. The network is used where such a place is named, and
//! nowhere else; credentials come from where object_store takes them: variables `AWS_...`, the role of a task, a pod or an instance.

use std::fs;
use std::path::{Path, PathBuf};

use gatecap::issue::{Issue, Issues};

/// What a place in a bucket begins with.
const SCHEME: &str = "s3://";

/// A place in a bucket, below which shards lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    bucket: String,
    /// Without a slash at either end; empty for the bucket itself.
    prefix: String,
}

/// Whether a path that was given is a place in a bucket.
pub fn is_place(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.starts_with(SCHEME))
}

/// Refuses a place in a bucket where results are to go.
pub fn takes_no_results(out: Option<&Path>) -> Result<(), Issues> {
    let Some(dir) = out.filter(|dir| is_place(dir)) else { return Ok(()) };
    let issue = Issue::new(format!("`{}` is a place in a bucket, where shards go, but not results", dir.display()));
    Err(vec![issue.hint("give a folder with `--out`")])
}

impl Place {
    /// The place that a path names.
    ///
    /// # Errors
    /// A path that names no bucket, or whose keys no file could be called.
    pub fn parse(path: &Path) -> Result<Place, Issue> {
        let shown = path.display().to_string();
        let rest = shown.strip_prefix(SCHEME).unwrap_or_default();
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(legal) {
            let issue =
                Issue::new(format!("`{shown}` names no bucket: 3 to 63 lower-case letters, digits, dots and hyphens"));
            return Err(issue.hint("write `s3://BUCKET/PREFIX`"));
        }
        if prefix.split('/').any(|part| part.is_empty() || part == "." || part == "..") && !prefix.is_empty() {
            let issue = Issue::new(format!("`{shown}` has a prefix with an empty part, `.` or `..`"));
            return Err(issue.hint("write `s3://BUCKET/PREFIX`"));
        }
        Ok(Place { bucket: bucket.into(), prefix: prefix.into() })
    }

    /// The place of a file in it, for people.
    pub fn of(&self, name: &str) -> String {
        format!("{SCHEME}{}/{}", self.bucket, self.key(name))
    }

    fn key(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.into() } else { format!("{}/{name}", self.prefix) }
    }
}

/// Paths of files and folders on this machine, some of them fetched; what was fetched is removed at the end.
#[derive(Debug, Default)]
pub struct Local {
    /// The paths, in the order in which they were given.
    pub paths: Vec<PathBuf>,
    fetched: Vec<(PathBuf, Place)>,
}

impl Local {
    /// Issues about files that were fetched, with the places where they lie: the folder here is gone when they are read.
    pub fn named(&self, issues: Issues) -> Issues {
        let named = |text: String| {
            let one = |text: String, (folder, place): &(PathBuf, Place)| {
                let inside = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
                text.replace(&inside, &place.of("")).replace(&folder.display().to_string(), &place.of(""))
            };
            self.fetched.iter().fold(text, one)
        };
        let issue = |issue: Issue| Issue { message: named(issue.message), hint: issue.hint.map(named), ..issue };
        issues.into_iter().map(issue).collect()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // What is left of a folder that cannot be removed is in nobody's way.
        self.fetched.iter().for_each(|(folder, _)| {
            let _ = fs::remove_dir_all(folder);
        });
    }
}

/// The same paths, with what lies in buckets fetched into new folders below `output`.
///
/// # Errors
/// A place that is none, or cannot be read; a folder that cannot be written.
pub fn local(paths: &[PathBuf]) -> Result<Local, Issues> {
    let mut local = Local::default();
    for (number, path) in paths.iter().enumerate() {
        if !is_place(path) {
            local.paths.push(path.clone());
            continue;
        }
        let place = Place::parse(path).map_err(|issue| vec![issue])?;
        let folder = Path::new("output").join(format!(".fetched-{}-{number}", std::process::id()));
        local.fetched.push((folder.clone(), place.clone()));
        fetch(&place, &folder).map_err(|issue| vec![issue])?;
        local.paths.push(folder);
    }
    Ok(local)
}

/// What became of a shard that was to be put into a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "s3"), allow(dead_code))]
pub enum Put {
    /// It is there.
    Done,
    /// One of its name was there before.
    WasThere,
}

#[cfg(feature = "s3")]
pub use s3::{fetch, get, put};

#[cfg(not(feature = "s3"))]
pub use without::{fetch, get, put};

/// For a program without the feature: every place in a bucket is refused.
#[cfg(not(feature = "s3"))]
mod without {
    use super::{Issue, Path, Place, Put};

    fn refused(place: &Place) -> Issue {
        let issue =
            Issue::new(format!("`{}` is a place in a bucket, but this program was built without them", place.of("")));
        issue.hint("build it with `cargo build --release --features s3`, or give a folder")
    }

    /// Puts a file into a bucket.
    pub fn put(place: &Place, _: &str, _: &Path) -> Result<Put, Issue> {
        Err(refused(place))
    }

    /// Fetches a file into a path.
    pub fn get(place: &Place, _: &str, _: &Path) -> Result<bool, Issue> {
        Err(refused(place))
    }

    /// Fetches all shards into a folder.
    pub fn fetch(place: &Place, _: &Path) -> Result<(), Issue> {
        Err(refused(place))
    }
}

#[cfg(feature = "s3")]
mod s3;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_have_a_bucket_and_a_prefix() {
        let place = |text: &str| Place::parse(Path::new(text));
        let night = place("s3://my-bucket/sweeps/night/").unwrap();
        assert_eq!(night.of("shard-1-of-2.gatecap"), "s3://my-bucket/sweeps/night/shard-1-of-2.gatecap");
        assert_eq!(place("s3://my-bucket").unwrap().of("a"), "s3://my-bucket/a");
        for bad in
            ["s3://", "s3://ab/x", "s3://UPPER/x", "s3://my_bucket/x", "s3://my-bucket/a//b", "s3://my-bucket/../b"]
        {
            assert!(place(bad).is_err(), "{bad}");
        }
        assert!(is_place(Path::new("s3://x")) && !is_place(Path::new("s3/x")) && !is_place(Path::new("./s3://x")));
    }

    #[test]
    fn what_was_fetched_is_named_by_its_place() {
        let place = Place::parse(Path::new("s3://my-bucket/night")).unwrap();
        let local = Local { paths: Vec::new(), fetched: vec![(PathBuf::from("output/.fetched-7-0"), place)] };
        let inside = Path::new("output/.fetched-7-0").join("shard-1-of-2.gatecap");
        let broken = Issue::new(format!("`{}` is not whole", inside.display())).hint("remove it");
        let empty = Issue::new("folder `output/.fetched-7-0` holds no shard");
        let issues = local.named(vec![broken, empty]);
        assert_eq!(issues[0].message, "`s3://my-bucket/night/shard-1-of-2.gatecap` is not whole");
        assert_eq!(issues[0].hint.as_deref(), Some("remove it"));
        assert_eq!(issues[1].message, "folder `s3://my-bucket/night/` holds no shard");
    }

    #[test]
    fn paths_on_this_machine_stay_as_they_are() {
        let paths = [PathBuf::from("shards"), PathBuf::from("a.gatecap")];
        let found = local(&paths).unwrap();
        assert_eq!((found.paths.as_slice(), found.fetched.len()), (&paths[..], 0));
    }
}
