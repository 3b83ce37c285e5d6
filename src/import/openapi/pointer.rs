//! Local references of a document (`$ref: '#/components/...'`): JSON pointers (RFC 6901), followed with a bound.

use crate::import::Resolve;
use crate::import::node::Node;

/// References that are followed one after the other.
const MOST: usize = 32;

/// The node that `node` is or refers to.
///
/// # Errors
/// Why it leads nowhere: a reference to another file, to nothing, or round and round.
pub fn follow(root: &Node, node: Node, resolve: &dyn Resolve) -> Result<Node, String> {
    let mut node = node;
    for _ in 0..MOST {
        let Some(target) = node.get("$ref").and_then(Node::text) else { return Ok(node) };
        let shown: String = target.chars().take(80).collect();
        let Some(pointer) = target.strip_prefix('#') else {
            return Err(format!("`$ref` is `{shown}`, and no other file or address is read"));
        };
        let found = find(root, pointer).and_then(|found| resolve.node(found));
        node = found.ok_or_else(|| format!("`$ref` is `{shown}`, and nothing stands there"))?;
    }
    Err("a `$ref` leads back to itself, or through more than 32 others".into())
}

/// The node at a JSON pointer.
fn find<'a>(root: &'a Node, pointer: &str) -> Option<&'a Node> {
    let mut node = root;
    for step in pointer.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        node = match node.list() {
            Some(entries) => entries.get(key.parse::<usize>().ok()?)?,
            None => node.get(&key)?,
        };
    }
    Some(node)
}
