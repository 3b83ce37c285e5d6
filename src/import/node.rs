//! A tree of values as a file has them, whatever its syntax: what the readers of JSON and YAML make and the readers of templates
//! take apart. It knows nothing of AWS.

use std::fmt;
use std::sync::Arc;

/// Where something stands: a file and the keys that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// Keys and indexes from the root, as `Resources.PrivateApi.Properties.paths./orders.get`; empty: the file itself.
    pub path: String,
    /// Line from 1, where the syntax tells.
    pub line: Option<u32>,
}

impl Origin {
    /// The file itself.
    #[must_use]
    pub fn file(file: &str) -> Origin {
        Origin { file: file.into(), path: String::new(), line: None }
    }

    /// A place below this one; `line`, where it is known, is the deeper place's.
    #[must_use]
    pub fn at(&self, key: &str, line: Option<u32>) -> Origin {
        let path = if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) };
        Origin { file: self.file.clone(), path, line: line.or(self.line) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if self.path.is_empty() { Ok(()) } else { write!(f, " ({})", self.path) }
    }
}

/// A value and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// Line from 1, where the syntax tells.
    pub line: Option<u32>,
}

/// What a file may hold. YAML's short tags are written out: `!Ref A` is the table `{ Ref = "A" }`, `!GetAtt A.Arn` is
/// `{ "Fn::GetAtt" = "A.Arn" }`, `!Sub x` is `{ "Fn::Sub" = x }`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, or an empty place.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A table in the order of the file; of a key that stands twice the reader keeps the last and says so.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// A value that no file holds: what an intrinsic function gave.
    #[must_use]
    pub fn made(value: Value) -> Node {
        Node { value, line: None }
    }

    /// The value at a key of a table; `None` for other nodes.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.table()?.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value at several keys in turn.
    #[must_use]
    pub fn find(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The pairs of a table.
    #[must_use]
    pub fn table(&self) -> Option<&[(String, Node)]> {
        if let Value::Table(pairs) = &self.value { Some(pairs) } else { None }
    }

    /// The entries of a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Node]> {
        if let Value::List(entries) = &self.value { Some(entries) } else { None }
    }

    /// A text, or a number or truth value as it is written: formats disagree on what they quote.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// A number, quoted or not.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A truth value, quoted or not, in any case.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        let text = self.text()?;
        if text.eq_ignore_ascii_case("true") {
            Some(true)
        } else if text.eq_ignore_ascii_case("false") {
            Some(false)
        } else {
            None
        }
    }
}
