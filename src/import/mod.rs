//! From files that describe what is already there (OpenAPI, CloudFormation, Terraform, listings of the AWS CLI) to a scenario that a
//! person can read and correct.
//!
//! ```text
//! bytes -> syntax -> Node -> openapi | cloudformation | terraform | listing -> Estate -> services -> write -> scenario text
//! ```
//!
//! Nothing is fetched, nothing is taken from the environment, and nothing that was read is dropped without a note.

pub mod cloudformation;
pub mod estate;
pub mod kind;
pub mod lints;
pub mod listing;
pub mod node;
pub mod openapi;
pub mod services;
pub mod summary;
pub mod syntax;
pub mod terraform;
pub mod write;

#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod walk_tests;

use std::collections::BTreeMap;

use crate::issue::{Issue, Issues};
use estate::{Estate, NoteKind, Reference};
use kind::Kind;
use node::{Node, Origin};
use syntax::Parsed;

/// One file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As the user named it; `-` is shown as `stdin`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// How a document with an API in it (OpenAPI, alone or inside a template) tells what its values are: a template answers by its
/// intrinsic functions, a plain document takes texts as they stand.
pub trait Resolve {
    /// The node with conditions and structural functions worked out, as `Fn::If` around a table; `None`: it is not there.
    fn node(&self, node: &Node) -> Option<Node>;
    /// What the node names.
    fn reference(&self, node: &Node) -> Reference;
    /// The text of the node; parts that cannot be known stand in it as `${Name}`. `None` where it is no text at all.
    fn text(&self, node: &Node) -> Option<String>;
}

/// Reads files of one kind, several together, into an estate. `parameters` are values of a template's parameters, by name.
///
/// # Errors
/// Every file that cannot be read or is of another kind.
pub fn read(kind: Kind, sources: &[Source], parameters: &BTreeMap<String, String>) -> Result<Estate, Issues> {
    let mut files: Vec<(String, Parsed)> = Vec::new();
    let mut issues = Issues::new();
    for source in sources {
        // Terraform's own formats that are no JSON have a command that makes JSON of them.
        let foreign = if kind == Kind::Terraform { terraform::foreign(source) } else { None };
        match foreign.map_or_else(|| syntax::parse(source), Err) {
            Ok(parsed) => files.push((source.name.clone(), parsed)),
            Err(issue) => issues.push(issue),
        }
    }
    issues.extend(files.iter().filter_map(|(name, parsed)| foreign(kind, name, &parsed.node, &files)));
    if !issues.is_empty() {
        return Err(issues);
    }
    let mut estate = read_parsed(kind, &files, parameters)?;
    for (name, parsed) in &files {
        for (key, line) in &parsed.repeated {
            let origin = Origin::file(name).at(key, *line);
            estate.note(NoteKind::PassedOver, "this key stands twice in its table; the later one counts", &origin);
        }
    }
    Ok(estate)
}

fn read_parsed(
    kind: Kind,
    files: &[(String, Parsed)],
    parameters: &BTreeMap<String, String>,
) -> Result<Estate, Issues> {
    match kind {
        Kind::OpenApi => Ok(openapi::read(files)),
        Kind::CloudFormation => Ok(cloudformation::read(files, parameters)),
        Kind::Terraform => terraform::read(files),
        Kind::Aws => listing::read(files),
    }
}

/// The issue of a file that is of another kind than it is said to be. Files that a template includes may be documents.
fn foreign(kind: Kind, name: &str, node: &Node, files: &[(String, Parsed)]) -> Option<Issue> {
    let found = Kind::of(node);
    let fits = match kind {
        Kind::OpenApi => openapi::is_document(node) && found.is_none_or(|found| found == kind),
        Kind::CloudFormation => {
            let template = files.iter().any(|(_, parsed)| Kind::of(&parsed.node) == Some(Kind::CloudFormation));
            found.map_or(template, |found| found == kind || (template && found == Kind::OpenApi))
        }
        Kind::Terraform | Kind::Aws => found.is_none_or(|found| found == kind),
    };
    if fits {
        return None;
    }
    let issue = match found.filter(|found| *found != kind) {
        Some(found) => {
            let issue = Issue::new(format!("`{name}` is {}, but {} is read here", found.noun(), kind.noun()));
            issue.hint(format!("gatecap import {} {name}", found.word()))
        }
        None => {
            let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
            let issue = Issue::new(format!("`{name}` is not {}", kind.noun()));
            issue.hint(format!("`gatecap import` reads {}", words.join(", ")))
        }
    };
    Some(issue)
}
