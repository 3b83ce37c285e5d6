//! One resource instance of a plan or state, and a cursor over its values that tells what is known only after apply and which
//! expression gives it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::address::Step;
use crate::import::node::{Node, Value};

/// Most references of one expression.
const MOST_REFERENCES: usize = 2_000;

/// One resource instance, from whatever kind of file.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    /// Which document it stands in.
    pub document: usize,
    /// Its whole address.
    pub address: String,
    /// The modules that it stands in.
    pub modules: Vec<Step>,
    /// Its type; of two names for one type (`aws_alb`, `aws_lb`) the newer.
    pub kind: String,
    /// Its name in the configuration.
    pub name: String,
    /// Its index of `count` or `for_each`.
    pub key: Option<String>,
    /// Whether it is a data source.
    pub data: bool,
    /// Its values.
    pub values: Cow<'a, Node>,
    /// What is known after apply only, as `after_unknown` has it.
    pub unknown: Option<&'a Node>,
    /// Whether a missing value may be unknown although no `after_unknown` says so.
    pub open: bool,
    /// Its resource in the configuration.
    pub config: Option<&'a Node>,
    /// Attributes that are marked sensitive.
    pub sensitive: BTreeSet<String>,
    /// Addresses that a state says it depends on.
    pub depends: Vec<String>,
}

/// A type by the newer of its names: the provider knows application load balancers by two.
pub(super) fn canonical(kind: &str) -> String {
    match kind.strip_prefix("aws_alb") {
        Some(rest) if rest.is_empty() || rest.starts_with('_') => format!("aws_lb{rest}"),
        _ => kind.to_string(),
    }
}

impl Item<'_> {
    /// `type.name`, or `data.type.name`.
    pub fn resource(&self) -> String {
        format!("{}{}.{}", if self.data { "data." } else { "" }, self.kind, self.name)
    }

    /// The cursor at its values.
    pub fn view(&self) -> View<'_> {
        View {
            value: Some(self.values.as_ref()),
            unknown: self.unknown,
            expression: self.config.and_then(|config| config.get("expressions")),
            open: self.open,
            hidden: false,
        }
    }

    /// The value at a key; hidden where it is marked sensitive.
    pub fn get(&self, key: &str) -> View<'_> {
        let mut view = self.view().get(key);
        if self.sensitive.contains(key) && view.value.is_some() {
            view.value = None;
            view.hidden = true;
        }
        view
    }

    /// A text at a key, if it is known and not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).text()
    }
}

/// A place in an item's values.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The value, where it is known and not null.
    pub value: Option<&'a Node>,
    unknown: Option<&'a Node>,
    expression: Option<&'a Node>,
    open: bool,
    hidden: bool,
}

impl<'a> View<'a> {
    /// The place below, at a key of a table or of a block.
    pub fn get(self, key: &str) -> View<'a> {
        View {
            value: self.value.and_then(|node| node.get(key)).filter(|node| node.value != Value::Null),
            unknown: self.unknown.and_then(|node| if is_true(node) { Some(node) } else { node.get(key) }),
            expression: self.expression.and_then(|node| if is_leaf(node) { Some(node) } else { node.get(key) }),
            ..self
        }
    }

    /// The entries of a list; a table is one entry, since formats disagree on blocks that stand once.
    pub fn entries(self) -> Vec<View<'a>> {
        let blocks = self.expression.and_then(Node::list);
        let expression = |index: usize| match blocks {
            Some([only]) => Some(only),
            Some(blocks) => blocks.get(index),
            None => self.expression,
        };
        let all_unknown = self.unknown.filter(|node| is_true(node));
        let place = |index: usize, value: Option<&'a Node>| View {
            value: value.filter(|node| node.value != Value::Null),
            unknown: all_unknown.or_else(|| self.unknown?.list()?.get(index)),
            expression: expression(index),
            ..self
        };
        match self.value {
            Some(node) => match node.list() {
                Some(entries) => entries.iter().enumerate().map(|(index, entry)| place(index, Some(entry))).collect(),
                None => vec![View { unknown: all_unknown.or(self.unknown), ..place(0, Some(node)) }],
            },
            None if self.is_unknown() => (0..blocks.map_or(1, <[Node]>::len)).map(|index| place(index, None)).collect(),
            None => Vec::new(),
        }
    }

    /// The first entry; of nothing nothing.
    pub fn first(self) -> View<'a> {
        let nothing = View { value: None, unknown: None, expression: None, open: false, hidden: false };
        self.entries().into_iter().next().unwrap_or(nothing)
    }

    /// A text that is known and not empty.
    pub fn text(self) -> Option<&'a str> {
        self.value?.text().filter(|text| !text.is_empty())
    }

    /// A number that is known.
    pub fn number(self) -> Option<f64> {
        self.value?.number()
    }

    /// A truth value that is known.
    pub fn boolean(self) -> Option<bool> {
        self.value?.boolean()
    }

    /// Texts of a list, those that are known.
    pub fn texts(self) -> Vec<String> {
        self.entries().into_iter().filter_map(|entry| entry.text().map(String::from)).collect()
    }

    /// Whether there is a value that cannot be read here: known after apply only, or marked sensitive.
    pub fn is_unknown(self) -> bool {
        let said = self.unknown.is_some_and(holds_true);
        self.hidden || (self.value.is_none() && (said || (self.open && self.expression.is_some_and(refers))))
    }

    /// Why the value cannot be read.
    pub fn why(self) -> &'static str {
        if self.hidden { "is marked sensitive" } else { "is known after apply only" }
    }

    /// The references of its expression, as the configuration writes them; at most 2,000.
    pub fn references(self) -> Vec<&'a str> {
        let mut found = Vec::new();
        if let Some(node) = self.expression {
            gather(node, &mut found);
        }
        found
    }
}

/// Whether an expression or a block below it refers to anything.
fn refers(node: &Node) -> bool {
    match (&node.value, node.get("references").and_then(Node::list)) {
        (_, Some(list)) => !list.is_empty(),
        (Value::Table(pairs), None) => pairs.iter().any(|(_, node)| refers(node)),
        (Value::List(entries), None) => entries.iter().any(refers),
        _ => false,
    }
}

/// References of an expression and of the blocks below it.
fn gather<'a>(node: &'a Node, found: &mut Vec<&'a str>) {
    if found.len() >= MOST_REFERENCES {
        return;
    }
    if let Some(list) = node.get("references").and_then(Node::list) {
        found.extend(list.iter().filter_map(Node::text).take(MOST_REFERENCES - found.len()));
    } else if let Some(pairs) = node.table() {
        pairs.iter().for_each(|(_, node)| gather(node, found));
    } else if let Some(entries) = node.list() {
        entries.iter().for_each(|node| gather(node, found));
    }
}

/// Whether an expression is that of an attribute, not a block with attributes of its own.
fn is_leaf(node: &Node) -> bool {
    node.get("references").is_some_and(|node| node.list().is_some()) || node.get("constant_value").is_some()
}

fn is_true(node: &Node) -> bool {
    node.value == Value::Bool(true)
}

/// Whether anything in a tree of marks is true.
pub(super) fn holds_true(node: &Node) -> bool {
    match &node.value {
        Value::Bool(marked) => *marked,
        Value::List(entries) => entries.iter().any(holds_true),
        Value::Table(pairs) => pairs.iter().any(|(_, node)| holds_true(node)),
        _ => false,
    }
}

/// Keys of a tree of marks below which anything is true.
pub(super) fn marked(node: Option<&Node>) -> BTreeSet<String> {
    let pairs = node.and_then(Node::table).unwrap_or_default();
    pairs.iter().filter(|(_, node)| holds_true(node)).map(|(key, _)| key.clone()).collect()
}
