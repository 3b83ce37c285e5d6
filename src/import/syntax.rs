//! Bytes to trees: JSON and YAML by what the file holds, never by its name, with budgets, so that no file makes memory or the stack
//! grow without bound. It knows no AWS, but for the short tags by which CloudFormation writes its functions in YAML.

mod json;
mod pairs;
mod yaml;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::Source;
use super::node::Node;
use crate::issue::{Issue, SourceFile};

/// Most bytes of one file.
pub const MOST_BYTES: usize = 256 << 20;

/// Most values of one file, tables and lists among them; a tree of so many takes about a gigabyte.
pub const MOST_VALUES: usize = 5_000_000;

/// Deepest nesting of tables and lists.
pub const DEEPEST: usize = 200;

/// Most values that anchors, aliases and merge keys of one file may copy.
pub const MOST_COPIES: usize = 1_000_000;

/// Most bytes of text that anchors, aliases and merge keys of one file may copy.
pub const MOST_COPIED_BYTES: usize = 64 << 20;

/// Most keys that stand twice of which a file is told; further ones are counted by nobody.
const MOST_REPEATED: usize = 1_000;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The first document.
    pub node: Node,
    /// Documents after the first: JSON texts that follow each other, or a YAML stream.
    pub further: Vec<Node>,
    /// Keys that stand twice in their table, as `paths./orders.get` with the line of the later one, which was kept; at
    /// most 1,000 of them.
    pub repeated: Vec<(String, Option<u32>)>,
}

/// What is wrong, at a byte of the text.
#[derive(Debug)]
struct Fault {
    at: usize,
    message: String,
    hint: Option<&'static str>,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Fault {
        Fault { at, message: message.into(), hint: None }
    }

    fn hint(self, hint: &'static str) -> Fault {
        Fault { hint: Some(hint), ..self }
    }

    fn too_deep(at: usize) -> Fault {
        Fault::new(at, format!("tables and lists are nested more than {DEEPEST} deep here, but {DEEPEST} are read"))
    }

    fn too_many(at: usize) -> Fault {
        Fault::new(at, format!("the file holds more than {MOST_VALUES} values, the most that are read"))
    }
}

/// Reads a file: JSON where it begins with `[`, or with `{` and then `"` or `}`, otherwise YAML 1.2.
///
/// # Errors
/// A located issue where the file is not UTF-8, empty, larger than [`MOST_BYTES`], neither JSON nor YAML, or beyond a budget.
pub fn parse(source: &Source) -> Result<Parsed, Issue> {
    let text = text(source)?;
    let read = if is_json(text) { json::read(text) } else { yaml::read(text) };
    let parsed = read.map_err(|fault| located(source, text, &fault))?;
    parsed.ok_or_else(|| Issue::new(format!("`{}` is empty", source.name)))
}

/// Whether a text is meant as JSON.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    match text.strip_prefix('{') {
        Some(rest) => rest.trim_start().starts_with(['"', '}']),
        None => text.starts_with('['),
    }
}

/// The text of a file without its byte order mark.
fn text(source: &Source) -> Result<&str, Issue> {
    let (name, bytes) = (&source.name, source.bytes.as_slice());
    if bytes.len() > MOST_BYTES {
        return Err(Issue::new(format!("`{name}` has over {} MiB, the most that is read", MOST_BYTES >> 20)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"PK\x03\x04") {
        let issue = Issue::new(format!("`{name}` is a zip archive, but JSON or YAML is read"));
        return Err(
            issue.hint("a plan that `terraform plan -out` wrote is one: `terraform show -json PLAN > plan.json`")
        );
    }
    if bytes.starts_with(b"\x1f\x8b") {
        let issue = Issue::new(format!("`{name}` is compressed by gzip, but JSON or YAML is read"));
        return Err(issue.hint("unpack it first: `gzip -d`"));
    }
    let zeros = bytes.iter().take(64).filter(|byte| **byte == 0).count();
    if bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || (bytes.len() > 3 && zeros >= bytes.len().min(64) / 3)
    {
        let issue = Issue::new(format!("`{name}` looks like UTF-16, but UTF-8 is read"));
        return Err(issue.hint("`iconv -f UTF-16 -t UTF-8` makes UTF-8 of it"));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(Issue::new(format!("`{name}` is binary: byte {at} is 0, but JSON or YAML is read")));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Issue::new(format!("`{name}` is not UTF-8: byte {at} begins no character")).hint("save it as UTF-8")
    })
}

fn located(source: &Source, text: &str, fault: &Fault) -> Issue {
    let file = Arc::new(SourceFile { path: source.name.clone().into(), text: text.into() });
    let width = text[fault.at..].chars().next().map_or(0, char::len_utf8);
    let issue = Issue::new(fault.message.clone()).at(&file, fault.at..fault.at + width);
    match fault.hint {
        Some(hint) => issue.hint(hint),
        None => issue,
    }
}
