//! A scenario file as it was read: found, of a bearable size, text, TOML. What it says is `decode`'s business.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::{self, Context};
use super::folder::Folder;
use super::overlay;
use super::path::{self, Override};
use super::rows::io_message;
use super::sweep;
use super::tree::{self, Node, Value};
use super::types::{AxisValue, Model, Scenario};
use crate::issue::{Issue, Issues, SourceFile};

/// Files larger than this are refused unread: no scenario is that long, but traces given by mistake are.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A parsed file that can be resolved again and again, with other values.
#[derive(Clone, Debug)]
pub struct Document {
    source: Arc<SourceFile>,
    root: Node,
    name: String,
    base: Folder,
    /// Names of the options that are kept; empty: all.
    only: Vec<String>,
    /// What files that were laid on top state of services that are not there.
    unmatched: Issues,
}

impl Document {
    /// Reads the file at `path`; `-` is standard input, whose relative paths start at the working folder.
    ///
    /// # Errors
    /// No such file, a directory, larger than 16 MiB, not UTF-8, unreadable, or every syntax error that it has; of standard input also
    /// that nothing came.
    pub fn read(path: &Path) -> Result<Document, Issues> {
        if path == Path::new("-") {
            let text = text_of(std::io::stdin().lock(), "standard input")?;
            let path = PathBuf::from("<stdin>");
            if text.trim().is_empty() {
                return Err(nothing_came(path, text));
            }
            return Document::new(text, "stdin".into(), path, Folder::open(PathBuf::from(".")));
        }
        let shown = path.display();
        let failed =
            |error: std::io::Error| vec![Issue::new(format!("`{shown}` cannot be read: {}", io_message(&error)))];
        let metadata = std::fs::metadata(path).map_err(|error| {
            let dangling = std::fs::symlink_metadata(path).is_ok();
            if dangling && error.kind() == std::io::ErrorKind::NotFound {
                return vec![Issue::new(format!("`{shown}` cannot be read: it is a link to a file that is not there"))];
            }
            failed(error)
        })?;
        if metadata.is_dir() {
            let issue = Issue::new(format!("`{shown}` is a directory, but a scenario is a file"));
            return Err(vec![issue.hint("name a file in it")]);
        }
        if metadata.len() > LARGEST {
            return Err(too_large(&shown.to_string()));
        }
        let text = text_of(std::fs::File::open(path).map_err(failed)?, &shown.to_string())?;
        let (name, base) = (stem(path), path.parent().map(Path::to_path_buf).unwrap_or_default());
        Document::new(text, name, path.to_path_buf(), Folder::open(base))
    }

    /// A document from text. `name` is what a file's stem would be, `base` where relative paths start.
    ///
    /// # Errors
    /// Every syntax error of `text`.
    pub fn parse(text: impl Into<String>, name: &str, base: &Path) -> Result<Document, Issues> {
        Document::new(text.into(), name.into(), PathBuf::from(format!("{name}.toml")), Folder::open(base.to_path_buf()))
    }

    /// A document from `text` as if it stood in the file at `path`, which need not be there. Every file that it names must lie in that
    /// file's folder; one that `..`, a path from the root or a link leads to elsewhere is an issue when it is resolved.
    ///
    /// # Errors
    /// Larger than 16 MiB, or every syntax error of `text`.
    pub fn confined(text: impl Into<String>, path: &Path) -> Result<Document, Issues> {
        let text = text.into();
        if text.len() as u64 > LARGEST {
            return Err(too_large(&path.display().to_string()));
        }
        let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Document::new(text, stem(path), path.to_path_buf(), Folder::confined(base))
    }

    /// The built-in scenario: all five options with every default.
    #[must_use]
    pub fn built_in() -> Document {
        let source = Arc::new(SourceFile { path: PathBuf::from("built-in"), text: String::new() });
        let root = tree::empty(&source);
        Document {
            source,
            root,
            name: "default".into(),
            base: Folder::open(PathBuf::from(".")),
            only: Vec::new(),
            unmatched: Issues::new(),
        }
    }

    fn new(text: String, name: String, path: PathBuf, base: Folder) -> Result<Document, Issues> {
        let source = Arc::new(SourceFile { path, text });
        let root = tree::parse(&source)?;
        Ok(Document { source, root, name, base, only: Vec::new(), unmatched: Issues::new() })
    }

    /// The checked scenario, with other values in the place of some fields. A later override wins over an earlier one.
    ///
    /// # Errors
    /// Everything that is wrong, in file order; issues of overridden values point into their own text.
    pub fn resolve(&self, overrides: &[Override]) -> Result<Scenario, Issues> {
        let mut root = self.root.clone();
        let unplaced: Issues = overrides.iter().filter_map(|change| path::apply(&mut root, change).err()).collect();
        if !unplaced.is_empty() {
            return Err(unplaced);
        }
        let decoded = decode::scenario(&root, &self.context(true));
        if !self.unmatched.is_empty() {
            let others = decoded.err().unwrap_or_default();
            return Err(self.unmatched.iter().cloned().chain(others).collect());
        }
        let mut scenario = decoded?;
        if let Model::Options(system) = &mut scenario.model {
            system.options.retain(|option| self.only.is_empty() || self.only.contains(&option.name));
        }
        Ok(scenario)
    }

    /// The document with `upper` laid over it: what that states takes the place of what this states. Sections are joined key by key,
    /// lists of named tables by name, everything else is replaced. Name, file and folder of relative paths stay those of this one.
    /// Services that this one does not list, although it lists some, are issues when it is resolved.
    #[must_use]
    pub fn overlaid(mut self, upper: &Document) -> Document {
        let unmatched = overlay::lay(&mut self.root, &upper.root);
        self.unmatched.extend(upper.unmatched.iter().cloned().chain(unmatched));
        self
    }

    /// The same document with only those of its options that `names` lists, in the document's order; with all where it lists none.
    /// The caller sees to it that the names are there.
    #[must_use]
    pub fn of_options(self, names: &[String]) -> Document {
        Document { only: names.to_vec(), ..self }
    }

    /// Line and column, both from 1, at which the file itself states the condition `text` among its objectives; none where it does not.
    #[must_use]
    pub fn place_of_objective(&self, text: &str) -> Option<(usize, usize)> {
        let Value::List(items) = &path::find(&self.root, "objectives.hold")?.value else { return None };
        let states = |item: &&Node| matches!(&item.value, Value::Text(stated) if stated == text);
        let place = &items.iter().find(states)?.place;
        if !Arc::ptr_eq(&place.source, &self.source) {
            return None;
        }
        Some(place.source.line_and_column(place.span.start))
    }

    /// Whether the file states the field of this dotted name.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        path::find(&self.root, field).is_some()
    }

    /// The value that the file states for the field of this dotted name; none for lists, tables and what is not there.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<AxisValue> {
        path::find(&self.root, field).and_then(|node| sweep::axis_value(node, 0))
    }

    /// The file's path as messages show it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    fn context(&self, load: bool) -> Context<'_> {
        Context { file: &self.source.path, name: &self.name, base: &self.base, load }
    }
}

/// What a scenario in the file at `path` is called.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "scenario".into(), |stem| stem.to_string_lossy().into_owned())
}

/// A pipe whose first command failed looks like this. An empty file is a choice of whoever made it, and has every default.
fn nothing_came(path: PathBuf, text: String) -> Issues {
    let issue = Issue::new("standard input is empty, but a scenario was to come from it");
    let issue = issue.at(&Arc::new(SourceFile { path, text }), 0..0);
    vec![issue.hint("did the command before it fail? `gatecap init` writes the defaults")]
}

fn too_large(shown: &str) -> Issues {
    let issue = Issue::new(format!("{} is larger than 16 MiB, but a scenario may have at most that", tick(shown)));
    vec![issue.hint(
        "recorded arrivals go into a file of their own: `arrivals = { trace = { file = \"a.csv\", column = 1 } }`",
    )]
}

fn tick(shown: &str) -> String {
    if shown == "standard input" { shown.to_string() } else { format!("`{shown}`") }
}

fn text_of(reader: impl Read, shown: &str) -> Result<String, Issues> {
    let mut bytes = Vec::new();
    if let Err(error) = reader.take(LARGEST + 1).read_to_end(&mut bytes) {
        return Err(vec![Issue::new(format!("{} cannot be read: {}", tick(shown), io_message(&error)))]);
    }
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(shown));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        vec![
            Issue::new(format!("{} is not UTF-8 text: byte {at}, in line {line}, begins no character", tick(shown)))
                .hint("save it as UTF-8"),
        ]
    })
}
