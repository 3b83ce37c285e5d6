//! OpenAPI documents that stand as text in the `body` of an API.

use super::context::Context;
use crate::import::estate::{Estate, NoteKind, Reference};
use crate::import::node::{Node, Value};
use crate::import::{Resolve, Source, openapi, syntax};

/// Values of a document that Terraform has evaluated: they stand as they are.
struct Plain;

impl Resolve for Plain {
    fn node(&self, node: &Node) -> Option<Node> {
        (node.value != Value::Null).then(|| node.clone())
    }

    fn reference(&self, node: &Node) -> Reference {
        match node.text() {
            Some(text) => Reference::Named(text.to_string()),
            None => Reference::Unknown("it is no text".into()),
        }
    }

    fn text(&self, node: &Node) -> Option<String> {
        node.text().map(String::from)
    }
}

/// Reads the body of an API, if it has one.
pub(super) fn read(context: &Context<'_>, index: usize, estate: &mut Estate) {
    let item = &context.items[index];
    let view = item.get("body");
    let at = context.origin(item).at("body", None);
    if let Some(text) = view.text() {
        let source = Source { name: at.to_string(), bytes: text.as_bytes().to_vec() };
        match syntax::parse(&source) {
            Ok(parsed) => {
                let node = without_lines(parsed.node);
                openapi::document(&node, context.id(index), &at, &Plain, estate);
            }
            Err(issue) => {
                let text = format!("`body` of `{}` cannot be read: {}", item.address, issue.message);
                estate.note(NoteKind::Unresolved, text, &at);
            }
        }
    } else if view.is_unknown() {
        let text = format!("`body` of `{}` {}, so its routes are not in the file", item.address, view.why());
        estate.note(NoteKind::Unresolved, text, &at);
    }
}

/// The tree without its lines, which count from the beginning of the body, not of the file.
fn without_lines(node: Node) -> Node {
    let value = match node.value {
        Value::List(entries) => Value::List(entries.into_iter().map(without_lines).collect()),
        Value::Table(pairs) => Value::Table(pairs.into_iter().map(|(key, node)| (key, without_lines(node))).collect()),
        other => other,
    };
    Node::made(value)
}
