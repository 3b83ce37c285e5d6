//! Templates of CloudFormation, of SAM, and those that the CDK synthesises: several together, with their intrinsic functions,
//! parameters, conditions, mappings, nested stacks and exports, read into an estate. Nothing is fetched: what only a running stack
//! knows stays as `${Name}`, with a reason.

mod backing;
mod balance;
mod condition;
mod expand;
mod functions;
mod http;
mod item;
mod reader;
mod rest;
mod sam;
mod scope;
mod stack;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use condition::Truth;
use value::Value;

use super::estate::Estate;
use super::node::Node;
use super::syntax::Parsed;

/// How deep values may nest through functions, parameters and outputs. Templates as people write them stay below 20.
const DEPTH: usize = 100;
/// Longest text that functions may make, bytes.
const TEXT: usize = 65_536;
/// Longest list that functions may make.
const LIST: usize = 10_000;
/// Steps that one property may take to work out.
const LOCAL: u64 = 200_000;
/// Steps that all templates together may take.
const TOTAL: u64 = 20_000_000;
/// Stacks that templates may make by nesting each other.
const STACKS: usize = 1_000;
/// Resources that nested stacks may have together.
const RESOURCES: usize = 100_000;
/// Values that loops and included files may add.
const NODES: u64 = 500_000;
/// Why what is beyond these is not known.
const TOO_LARGE: &str = "the template nests too deeply or grows too large";

/// Whether a document is a template: it has resources.
fn is_template(document: &Node) -> bool {
    document.get("Resources").and_then(Node::table).is_some()
}

/// Reads templates and the files that they nest or include, several together; `files` are names and what was parsed of each.
///
/// `parameters` are values for parameters of the outermost stacks, by name; where there is none the default holds. What cannot be
/// known is noted. Neither depth nor size of the documents makes this fail: beyond 100 levels, 65,536 bytes of text, 10,000 entries,
/// 1,000 stacks, 100,000 resources of nested stacks, 500,000 values of loops and included files, or 20 million steps, what is beyond
/// counts as unknown or is left out with a note.
#[must_use]
pub fn read(files: &[(String, Parsed)], parameters: &BTreeMap<String, String>) -> Estate {
    reader::read(files, parameters)
}
