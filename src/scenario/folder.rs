//! Where the files that a scenario names are looked for, and whether they may lie anywhere else.

use std::path::{Component, Path, PathBuf};

use super::fields::Field;
use super::tree::shorten;

/// The folder in which relative paths start.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    base: PathBuf,
    /// Whether every file must lie in it.
    is_confined: bool,
}

impl Folder {
    /// A folder from which paths may lead anywhere.
    pub fn open(base: PathBuf) -> Folder {
        Folder { base, is_confined: false }
    }

    /// A folder that no path leads out of.
    pub fn confined(base: PathBuf) -> Folder {
        Folder { base, is_confined: true }
    }

    /// The path that `text`, the value of `field`, stands for; an issue there where it leads out of a folder that it must not leave.
    pub fn file(&self, field: &Field<'_>, text: &str) -> Option<PathBuf> {
        let path = self.base.join(text);
        if self.is_confined && self.leaves(text, &path) {
            let issue = field.issue(format!("`{}` leads out of the folder of the scenario", shorten(text)));
            field.sink.add(
                issue.hint("only files of that folder are read here: put it there, and write its path from there"),
            );
            return None;
        }
        Some(path)
    }

    /// Whether a path leads out: by its words, or through a link. What is not there leads nowhere.
    fn leaves(&self, text: &str, path: &Path) -> bool {
        let mut parts = Path::new(text).components();
        if parts.any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            return true;
        }
        let base = if self.base.as_os_str().is_empty() { Path::new(".") } else { &self.base };
        match (path.canonicalize(), base.canonicalize()) {
            (Ok(path), Ok(base)) => !path.starts_with(base),
            (Ok(_), Err(_)) => true,
            (Err(_), _) => false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::issue::render;
    use crate::scenario::Document;

    /// The messages of a scenario in a folder of its own, beside which another one has a file that it may not see.
    fn refused(text: &str) -> String {
        let top = tempfile::tempdir().unwrap();
        let (own, other) = (top.path().join("own"), top.path().join("other"));
        for folder in [&own, &other] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("times.csv"), "ms\n1\n2\n3\n").unwrap();
            std::fs::write(
                folder.join("mine.toml"),
                "name = \"mine\"\npath = [\"http-api\", \"vpc-link-v2\", \"alb\"]\n",
            )
            .unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&other, own.join("link")).unwrap();
        let text = text.replace("OTHER", &other.display().to_string());
        let read = Document::confined(text, &own.join("shop.toml")).and_then(|document| document.resolve(&[]));
        read.map_or_else(|issues| render(&issues, false), |_| String::new())
    }

    #[test]
    fn what_lies_in_the_folder_is_read_and_nothing_else() {
        let law =
            |file: &str| format!("[services]\ntime = {{ empirical = {{ file = \"{file}\", column = \"ms\" }} }}\n");
        let trace =
            |file: &str| format!("[workload]\narrivals = {{ trace = {{ file = \"{file}\", column = \"ms\" }} }}\n");
        let option = |file: &str| format!("options = [\"{file}\"]\n");
        for inside in [law("times.csv"), law("./times.csv"), trace("times.csv"), option("./mine.toml")] {
            assert_eq!(refused(&inside), "", "{inside}");
        }
        let mut outside = vec![
            law("../other/times.csv"),
            law("OTHER/times.csv"),
            trace("../other/times.csv"),
            option("../other/mine.toml"),
        ];
        if cfg!(unix) {
            outside.extend([
                law("link/times.csv"),
                trace("link/times.csv"),
                option("link/mine.toml"),
                option("OTHER/mine.toml"),
            ]);
        }
        for outside in outside {
            let said = refused(&outside);
            assert!(
                said.contains("leads out of the folder of the scenario") && said.contains("shop.toml:"),
                "{outside}\n{said}"
            );
        }
        assert!(refused(&law("none.csv")).contains("no such file"));
    }
}
