//! A located message with a hint: what is wrong in a file that a person wrote, in words that say how to mend it.

mod render;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

pub use render::render;

/// A file as it was read, kept so that messages can show its lines.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As the user wrote it; `<stdin>` for standard input, `<command line>` for `--set`, `built-in` for embedded files.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// Line and column of byte `at`, both from 1, columns in characters; those of the last byte where `at` lies beyond it.
    #[must_use]
    pub fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before: String = self.text.char_indices().take_while(|(i, _)| *i < at).map(|(_, c)| c).collect();
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
        (before.matches('\n').count() + 1, column + 1)
    }
}

/// One thing that is wrong, at its place.
///
/// `message` is lower case, says what was found and then what is allowed, with values in backticks and their units.
#[derive(Clone, Debug)]
pub struct Issue {
    /// What was found, then what is allowed.
    pub message: String,
    /// The file it is in; `None` where there is none (a missing file, an unwritable folder).
    pub source: Option<Arc<SourceFile>>,
    /// Bytes of `source.text`; empty at the place of something that is missing.
    pub span: Range<usize>,
    /// A line of background shown with `=`: why it is so, with its source.
    pub note: Option<String>,
    /// How to mend it, on a line of its own.
    pub hint: Option<String>,
    /// Whether something was run before it was found.
    pub late: bool,
}

/// All that is wrong, in file order. Never empty where it is an error.
pub type Issues = Vec<Issue>;

impl Issue {
    /// An issue of no particular place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Issue {
        Issue { message: message.into(), source: None, span: 0..0, note: None, hint: None, late: false }
    }

    /// The same at bytes `span` of `source`.
    #[must_use]
    pub fn at(mut self, source: &Arc<SourceFile>, span: Range<usize>) -> Issue {
        self.source = Some(Arc::clone(source));
        self.span = span;
        self
    }

    /// The same with a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Issue {
        self.hint = Some(hint.into());
        self
    }

    /// The same, found when something had been run.
    #[must_use]
    pub fn late(mut self) -> Issue {
        self.late = true;
        self
    }

    /// The same with a line of background.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Issue {
        self.note = Some(note.into());
        self
    }
}

/// The known name nearest to `found`, if one is near enough to be meant: at most 1 + a quarter of the length edits away.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(found, name), name))
        .filter(|(distance, name)| *distance <= 1 + found.len().max(name.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
