//! A resource of a template as its readers see it: properties worked out when they are asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::functions::is_function;
use super::stack::World;
use super::{DEPTH, Truth, Value};
use crate::import::Resolve;
use crate::import::estate::{Id, Identity, Reference};
use crate::import::node::{Node, Origin};

/// One resource that is there.
#[derive(Clone, Debug)]
pub(super) struct Item<'w, 'a> {
    /// All stacks.
    pub(super) world: &'w World<'a>,
    /// The stack that it belongs to.
    pub(super) stack: usize,
    /// Its name in the template.
    pub(super) name: &'w str,
    /// Its type.
    pub(super) kind: &'w str,
    /// Its properties as they stand.
    pub(super) properties: Option<&'w Node>,
    /// Its place.
    pub(super) origin: Origin,
}

impl Item<'_, '_> {
    /// A property, worked out.
    pub(super) fn get(&self, key: &str) -> Value {
        self.worth(self.properties.and_then(|properties| properties.get(key)))
    }

    /// A property of this resource or, where it has none, of the section of `Globals` that SAM lends it.
    pub(super) fn get_or_global(&self, section: &str, key: &str) -> Value {
        let own = self.get(key);
        if own.is_absent() {
            self.worth(self.world.stacks[self.stack].template.find(&["Globals", section, key]))
        } else {
            own
        }
    }

    fn worth(&self, node: Option<&Node>) -> Value {
        self.world.fresh();
        node.map_or(Value::Absent, |node| self.world.value(self.stack, node, 0))
    }

    /// Its id over all files.
    pub(super) fn id(&self) -> Id {
        self.world.id(self.stack, self.name)
    }

    /// How it stands in texts.
    pub(super) fn shown(&self, attribute: Option<&str>) -> String {
        self.world.shown(self.stack, self.name, attribute)
    }

    /// What it is called: the property `key`, where it is known, otherwise its name in the template.
    pub(super) fn identity(&self, key: &str) -> Identity {
        let stated = self.get(key).text().filter(|name| !name.is_empty());
        let mut aliases = vec![self.shown(None)];
        aliases.extend(stated.clone());
        let name = stated.unwrap_or_else(|| self.name.to_string());
        Identity { id: self.id(), aliases, name, origin: self.origin.clone(), copies: 1 }
    }

    /// Entries of `key` that are pairs of `Key` and `Value`, where the value is known.
    pub(super) fn attributes(&self, key: &str) -> BTreeMap<String, Value> {
        let value = self.get(key);
        let pairs =
            value.entries().iter().filter_map(|entry| Some((entry.get("Key").text()?, entry.get("Value").clone())));
        pairs.collect()
    }
}

/// Stage variables of an API: name, and what its stages set it to.
pub(super) type Variables = BTreeMap<String, Vec<Value>>;

/// Puts what stages set alike in the place of `${stageVariables.Name}`.
pub(super) fn staged(value: Value, variables: Option<&Variables>) -> Value {
    use super::value::Part;
    const OPEN: &str = "${stageVariables.";
    let Value::Text(parts) = value else { return value };
    let mut made = Vec::new();
    for part in parts {
        let Part::Text(text) = part else {
            made.push(part);
            continue;
        };
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(OPEN) {
            let Some((name, after)) = after.split_once('}') else { break };
            made.push(Part::Text(before.to_string()));
            let unknown = |why: String| Part::Unknown { shown: format!("{OPEN}{name}}}"), why };
            match variables.and_then(|variables| variables.get(name)).map(Vec::as_slice) {
                Some([Value::Text(first), others @ ..])
                    if others.iter().all(|other| matches!(other, Value::Text(other) if other == first)) =>
                {
                    made.extend(first.iter().cloned());
                }
                Some(_) => made.push(unknown(format!("stages set stage variable `{name}` differently"))),
                None => made.push(unknown(format!("no stage in the files sets stage variable `{name}`"))),
            }
            rest = after;
        }
        made.push(Part::Text(rest.to_string()));
    }
    made.retain(|part| *part != Part::Text(String::new()));
    if made.is_empty() { Value::known("") } else { Value::Text(made) }
}

/// How an API definition inside a template is worked out.
#[derive(Debug)]
pub(super) struct Inside<'r, 'w, 'a> {
    /// All stacks.
    pub(super) world: &'w World<'a>,
    /// The stack that the definition stands in.
    pub(super) stack: usize,
    /// Stage variables of the API.
    pub(super) variables: Option<&'r Variables>,
    /// Texts that were asked for and are not wholly known, with the reason.
    pub(super) open: RefCell<BTreeMap<String, String>>,
}

impl Inside<'_, '_, '_> {
    fn value(&self, node: &Node) -> Value {
        self.world.fresh();
        staged(self.world.value(self.stack, node, 0), self.variables)
    }

    fn structure(&self, node: &Node, depth: usize) -> Option<Node> {
        let Some([(name, argument)]) = node.table() else { return Some(node.clone()) };
        if !is_function(name) || depth > DEPTH {
            return Some(node.clone());
        }
        if let (true, Some([condition, yes, no])) = (name == "Fn::If", argument.list()) {
            self.world.fresh();
            match condition.text().map(|condition| self.world.condition(self.stack, condition, depth)) {
                Some(Truth::Yes) => return self.structure(yes, depth + 1),
                Some(Truth::No) => return self.structure(no, depth + 1),
                // Working it out notes what is taken; texts stay as they stand, so that they are worked out as texts.
                _ if !matches!(self.value(node), Value::Text(_) | Value::Absent) => {
                    let taken = if self.value(yes).is_absent() { no } else { yes };
                    return self.structure(taken, depth + 1);
                }
                _ => {}
            }
        }
        match self.value(node) {
            Value::Absent => None,
            Value::Text(_) => Some(node.clone()),
            structure => Some(structure.node()),
        }
    }
}

impl Resolve for Inside<'_, '_, '_> {
    fn node(&self, node: &Node) -> Option<Node> {
        self.structure(node, 0)
    }

    fn reference(&self, node: &Node) -> Reference {
        self.value(node).reference()
    }

    fn text(&self, node: &Node) -> Option<String> {
        let value = self.value(node);
        let shown = value.shown()?;
        if let Some(why) = value.why() {
            self.open.borrow_mut().insert(shown.clone(), why.to_string());
        }
        Some(shown)
    }
}
