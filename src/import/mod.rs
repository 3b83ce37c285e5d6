//! From files that describe what is already there (OpenAPI, CloudFormation, Terraform, listings of the AWS CLI) to a scenario that a
//! person can read and correct.
//!
//! ```text
//! bytes -> syntax -> Node -> openapi | cloudformation | terraform | listing -> Estate -> services -> write -> scenario text
//! ```
//!
//! Nothing is fetched, nothing is taken from the environment, and nothing that was read is dropped without a note.

pub mod estate;
pub mod lints;
pub mod node;
pub mod openapi;
pub mod syntax;

use estate::Reference;
use node::Node;

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
