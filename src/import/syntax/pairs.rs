//! The pairs of one table as they are read, in the order of the file, with keys that stand twice found at once; and the keys that
//! lead to the table, for messages.

use std::collections::BTreeMap;

use crate::import::node::{Node, Value};

/// Pairs below which looking through all of them is quicker than an index.
const FEW: usize = 16;

/// One table in the making.
#[derive(Debug, Default)]
pub struct Pairs {
    pairs: Vec<(String, Node)>,
    /// Where each key stands, once there are many.
    index: BTreeMap<String, usize>,
}

impl Pairs {
    /// Sets `key`, in the place of what it was before.
    pub fn set(&mut self, key: String, node: Node) {
        if let Some(at) = self.place(&key) {
            self.pairs[at].1 = node;
            return;
        }
        if self.pairs.len() >= FEW {
            if self.index.is_empty() {
                self.index = self.pairs.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
            }
            self.index.insert(key.clone(), self.pairs.len());
        }
        self.pairs.push((key, node));
    }

    /// Whether `key` is there.
    pub fn has(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    fn place(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            self.pairs.iter().position(|(name, _)| name == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// The finished table.
    pub fn into_value(self) -> Value {
        Value::Table(self.pairs)
    }
}

/// One step from a document's root.
#[derive(Debug)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// An entry of a list, from 0.
    Entry(usize),
}

/// The steps as one text.
pub fn path(steps: &[Step]) -> String {
    let words = steps.iter().map(|step| match step {
        Step::Key(key) => key.clone(),
        Step::Entry(at) => at.to_string(),
    });
    words.collect::<Vec<_>>().join(".")
}
