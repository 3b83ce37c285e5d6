//! Values of a document that stands alone: texts as they are. Functions of CloudFormation, which fragments of templates hold, stay
//! as `${Name}`, so that equal ones are still known to be equal.

use crate::import::Resolve;
use crate::import::estate::Reference;
use crate::import::node::{Node, Value};

/// Takes texts as they stand.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Resolve for Plain {
    fn node(&self, node: &Node) -> Option<Node> {
        Some(node.clone())
    }

    fn reference(&self, node: &Node) -> Reference {
        let name = match function(node) {
            Some(("Ref" | "Fn::GetAtt", argument)) => joined(argument, "."),
            _ => self.text(node),
        };
        name.map_or_else(|| Reference::Unknown("its value is no text".into()), Reference::Named)
    }

    fn text(&self, node: &Node) -> Option<String> {
        if let Some(text) = node.text() {
            return Some(text.to_string());
        }
        match function(node)? {
            ("Ref" | "Fn::GetAtt", argument) => joined(argument, ".").map(|name| format!("${{{name}}}")),
            ("Fn::Sub", argument) => {
                let text = argument.list().and_then(|list| list.first()).unwrap_or(argument);
                text.text().map(str::to_string)
            }
            ("Fn::Join", argument) => {
                let [between, parts] = argument.list()? else { return None };
                let parts: Option<Vec<String>> = parts.list()?.iter().map(|part| self.text(part)).collect();
                Some(parts?.join(between.text()?))
            }
            _ => None,
        }
    }
}

/// The function of a table with one pair, and its argument.
fn function(node: &Node) -> Option<(&str, &Node)> {
    match node.table()? {
        [(name, argument)] if name == "Ref" || name.starts_with("Fn::") => Some((name, argument)),
        _ => None,
    }
}

/// A text, or a list of texts with something between them.
fn joined(node: &Node, between: &str) -> Option<String> {
    match node.list() {
        Some(parts) => Some(parts.iter().map(Node::text).collect::<Option<Vec<&str>>>()?.join(between)),
        None => node.text().map(str::to_string),
    }
}

/// Whether a function stands anywhere in a tree.
pub fn has_functions(node: &Node) -> bool {
    match &node.value {
        Value::List(entries) => entries.iter().any(has_functions),
        Value::Table(pairs) => function(node).is_some() || pairs.iter().any(|(_, node)| has_functions(node)),
        _ => false,
    }
}
