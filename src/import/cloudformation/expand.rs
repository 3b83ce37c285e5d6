//! What a template says before its functions are worked out: loops of `Fn::ForEach` unrolled, files of `AWS::Include` put in place
//! where they are among the files read.

use super::stack::World;
use super::{DEPTH, NODES, Value};
use crate::import::estate::NoteKind;
use crate::import::node::{Node, Origin, Value as Plain};
use std::collections::BTreeMap;

/// The prefix of a loop's key.
const LOOP: &str = "Fn::ForEach::";

/// One unrolling.
struct Expansion<'w, 'a> {
    world: &'w World<'a>,
    stack: usize,
}

/// Where one is: the names of the loops around, and the line that included files have.
#[derive(Clone, Copy)]
struct Place<'p> {
    names: &'p [(String, String)],
    /// The line of the `Fn::Transform` that brought this; `None`: the file's own lines hold.
    line: Option<Option<u32>>,
    depth: usize,
}

impl World<'_> {
    /// The template of a stack with loops and included files in place; `None` where it has neither.
    pub(super) fn expanded(&self, stack: usize) -> Option<Node> {
        let template = &self.stacks[stack].template;
        if !needs(template, 0) {
            return None;
        }
        let expansion = Expansion { world: self, stack };
        let node = expansion.node(template, Place { names: &[], line: None, depth: 0 });
        if self.made.get() > NODES {
            let text = format!("loops and included files make more than {NODES} values: the rest is left out");
            expansion.note(template, text);
        }
        Some(node)
    }
}

/// Whether a loop or an included file stands in a node.
fn needs(node: &Node, depth: usize) -> bool {
    let below = |node: &Node| needs(node, depth + 1);
    match &node.value {
        _ if depth > DEPTH => false,
        Plain::List(entries) => entries.iter().any(below),
        Plain::Table(pairs) => {
            pairs.iter().any(|(key, node)| key.starts_with(LOOP) || key == "Fn::Transform" || below(node))
        }
        _ => false,
    }
}

impl Expansion<'_, '_> {
    /// Counts values that loops and included files add; false where they are too many.
    fn make(&self, values: u64) -> bool {
        let made = &self.world.made;
        made.set(made.get().saturating_add(values));
        made.get() <= NODES
    }

    fn note(&self, node: &Node, text: String) {
        let origin = Origin { line: node.line, ..Origin::file(&self.world.stacks[self.stack].file) };
        self.world.note(NoteKind::Unresolved, &origin, text);
    }

    /// A node with everything in place.
    fn node(&self, node: &Node, place: Place) -> Node {
        let added = !place.names.is_empty() || place.line.is_some();
        let full = added && !self.make(1);
        let line = place.line.unwrap_or(node.line);
        if place.depth > DEPTH || full {
            return Node { value: Plain::Null, line };
        }
        let below = Place { depth: place.depth + 1, ..place };
        let value = match &node.value {
            Plain::Text(text) => Plain::Text(self.written(text, place.names)),
            Plain::List(entries) => Plain::List(entries.iter().map(|entry| self.node(entry, below)).collect()),
            Plain::Table(pairs) => match pairs.as_slice() {
                [(key, argument)] if key == "Ref" && bound(place.names, argument.text()).is_some() => {
                    Plain::Text(bound(place.names, argument.text()).unwrap_or_default().to_string())
                }
                _ => Plain::Table(self.table(pairs, below)),
            },
            other => other.clone(),
        };
        Node { value, line }
    }

    /// The pairs of a table; of a key that comes twice the last is kept, as everywhere.
    fn table(&self, pairs: &[(String, Node)], place: Place) -> Vec<(String, Node)> {
        let mut made: Vec<(String, Node)> = Vec::with_capacity(pairs.len());
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        let mut add = |key: String, node: Node| match at.get(&key) {
            Some(&index) => made[index].1 = node,
            None => {
                at.insert(key.clone(), made.len());
                made.push((key, node));
            }
        };
        for (key, node) in pairs {
            if key.starts_with(LOOP) {
                self.unroll(key, node, place, &mut add);
            } else if let Some(included) = (key == "Fn::Transform").then(|| self.included(node, place)).flatten() {
                let line = Some(place.line.unwrap_or(node.line));
                for (key, node) in self.table(included, Place { line, depth: place.depth + 1, ..place }) {
                    add(key, node);
                }
            } else {
                add(self.written(key, place.names), self.node(node, place));
            }
        }
        made
    }

    /// One loop: `[identifier, collection, { key: value }]`.
    fn unroll(&self, key: &str, node: &Node, place: Place, add: &mut dyn FnMut(String, Node)) {
        let Some([identifier, collection, Node { value: Plain::Table(body), .. }]) = node.list() else {
            return self.note(node, format!("`{key}` is not a list of an identifier, a collection and a table"));
        };
        let identifier = identifier.text().unwrap_or_default();
        let collection = self.node(collection, place);
        self.world.fresh();
        let Value::List(entries) = self.world.value(self.stack, &collection, place.depth) else {
            return self.note(node, format!("`{key}` runs over a collection that is not known: it is left out"));
        };
        for entry in entries {
            if place.depth > DEPTH || !self.make(0) {
                return;
            }
            let mut names = place.names.to_vec();
            names.push((identifier.to_string(), entry.shown().unwrap_or_default()));
            for (key, node) in self.table(body, Place { names: &names, depth: place.depth + 1, ..place }) {
                add(key, node);
            }
        }
    }

    /// The table of the file that an `AWS::Include` names, where it is among the files.
    fn included(&self, node: &Node, place: Place) -> Option<&[(String, Node)]> {
        let name = node.get("Name").and_then(Node::text);
        if name != Some("AWS::Include") {
            self.note(
                node,
                format!("macro `{}` runs only where the stack is made: what it gives is not known", name.unwrap_or("")),
            );
            return None;
        }
        let location = self.node(node.find(&["Parameters", "Location"])?, place);
        self.world.fresh();
        let location = self.world.value(self.stack, &location, place.depth).shown().unwrap_or_default();
        if place.depth > DEPTH || !self.make(0) {
            self.note(node, format!("`{location}` is included too deeply or too often: the rest is left out"));
            return None;
        }
        let found = self.world.document(&location);
        let table = found.and_then(|document| self.world.documents[document].1.node.table());
        match (found, table) {
            (Some(document), Some(_)) => {
                self.world.used.borrow_mut().insert(document);
            }
            _ => self.note(node, format!("`{location}`, which the template includes, is not among the files")),
        }
        table
    }

    /// A text with the names of the loops around replaced: `${Name}`, and `&{Name}` by its letters and digits alone.
    fn written(&self, text: &str, names: &[(String, String)]) -> String {
        if names.is_empty() {
            return text.to_string();
        }
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${").into_iter().chain(rest.find("&{")).min() {
            let (before, open) = rest.split_at(at);
            let (name, after) = open[2..].split_once('}').unwrap_or_default();
            made.push_str(before);
            match bound(names, Some(name)) {
                Some(value) if open.starts_with('$') => made.push_str(value),
                Some(value) => made.extend(value.chars().filter(char::is_ascii_alphanumeric)),
                None => {
                    made.push_str(&open[..2]);
                    rest = &open[2..];
                    continue;
                }
            }
            rest = after;
        }
        made.push_str(rest);
        // A long text in many loops counts as the values that would take as much room.
        self.make(made.len() as u64 / 64);
        made
    }
}

/// What a name of a loop stands for.
fn bound<'n>(names: &'n [(String, String)], name: Option<&str>) -> Option<&'n str> {
    names.iter().rev().find(|(known, _)| Some(known.as_str()) == name).map(|(_, value)| value.as_str())
}
