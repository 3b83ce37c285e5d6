//! A TOML file as a tree in which every key and value knows its place. It knows TOML, and nothing of scenarios.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::issue::{Issue, Issues, SourceFile};

/// Where a key or value stands: bytes `span` of `source`.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub source: Arc<SourceFile>,
    pub span: Range<usize>,
}

impl Place {
    /// An issue here.
    pub fn issue(&self, message: impl Into<String>) -> Issue {
        Issue::new(message).at(&self.source, self.span.clone())
    }

    /// The text here, as written.
    pub fn text(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or("")
    }

    /// The `part` of the quoted string that stands here, where quotes and content can be told apart; else the whole.
    pub fn within(&self, value: &str, part: Range<usize>) -> Place {
        let plain = self.text().len() == value.len() + 2 && self.text().get(1..=value.len()) == Some(value);
        let start = self.span.start + 1;
        let span = if plain { start + part.start..start + part.end } else { self.span.clone() };
        Place { source: Arc::clone(&self.source), span }
    }
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub value: Value,
    pub place: Place,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// Integers beyond the range are the nearest end of it.
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Instant(String),
    List(Vec<Node>),
    Table(Table),
}

/// Entries in file order; keys are unique.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub entries: Vec<Entry>,
}

/// One `key = value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_place: Place,
    pub node: Node,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Puts `entry` in the place of the entry of the same key, or at the end.
    pub fn set(&mut self, entry: Entry) {
        match self.get_mut(&entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }
}

impl Node {
    /// The kind of value in words, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Instant(_) => "a date or time",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// The value in backticks and, for lists and tables, by kind alone: ready to follow "`key` is ".
    pub fn shown(&self) -> String {
        match &self.value {
            Value::Text(text) => format!("`{}`", shorten(text)),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Instant(text) => format!("`{text}`"),
            Value::List(_) | Value::Table(_) => self.kind().into(),
        }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// A scalar as TOML text that reads as the same value; `None` for lists and tables.
    pub fn scalar_toml(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(quoted(text)),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(float_toml(*number)),
            Value::Boolean(value) => Some(value.to_string()),
            Value::Instant(text) => Some(text.clone()),
            Value::List(_) | Value::Table(_) => None,
        }
    }
}

/// `text` as a TOML basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `number` as TOML: the shortest text that reads as the same value, always with a dot, an exponent, or a name.
pub(super) fn float_toml(number: f64) -> String {
    format!("{number:?}")
}

/// At most 60 characters of `text`, so that a message stays readable whatever was written.
pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_string();
    }
    let head: String = text.chars().take(57).collect();
    format!("{head}...")
}

/// The tree of a whole file.
///
/// # Errors
/// Every syntax error of the file, in file order.
pub(super) fn parse(source: &Arc<SourceFile>) -> Result<Node, Issues> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        let mut issues: Issues = errors.iter().map(|error| syntax_issue(error, source)).collect();
        issues.sort_by_key(|issue| issue.span.start);
        return Err(issues);
    }
    let place = Place { source: Arc::clone(source), span: 0..0 };
    Ok(Node { value: Value::Table(table_of(table.into_inner(), source)), place })
}

/// The tree of one value in `source`, whose text before `skip` bytes is not part of it; `None` where it is no TOML value.
pub(super) fn parse_value(source: &Arc<SourceFile>, skip: usize) -> Option<Node> {
    let value = DeValue::parse(source.text.get(skip..)?).ok()?;
    let mut node = node_of(value, source);
    shift(&mut node, skip);
    Some(node)
}

fn shift(node: &mut Node, by: usize) {
    let moved = |span: &Range<usize>| span.start + by..span.end + by;
    node.place.span = moved(&node.place.span);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Table(table) => {
            for entry in &mut table.entries {
                entry.key_place.span = moved(&entry.key_place.span);
                shift(&mut entry.node, by);
            }
        }
        _ => {}
    }
}

fn syntax_issue(error: &toml::de::Error, source: &Arc<SourceFile>) -> Issue {
    let span = error.span().unwrap_or(source.text.len()..source.text.len());
    let found = source.text.get(span.clone()).unwrap_or("").trim();
    if error.message().contains("duplicate key") {
        return Issue::new(format!("`{}` is written twice", shorten(found)))
            .at(source, span)
            .hint("keep one of the two");
    }
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    Issue::new(format!("this is not TOML: {message}")).at(source, span)
}

fn table_of(table: DeTable<'_>, source: &Arc<SourceFile>) -> Table {
    let entries = table
        .into_iter()
        .map(|(key, value)| Entry {
            key_place: Place { source: Arc::clone(source), span: key.span() },
            key: key.into_inner().into_owned(),
            node: node_of(value, source),
        })
        .collect();
    Table { entries }
}

fn node_of(value: Spanned<DeValue<'_>>, source: &Arc<SourceFile>) -> Node {
    let place = Place { source: Arc::clone(source), span: value.span() };
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let ends = if number.as_str().starts_with('-') { i128::MIN } else { i128::MAX };
            Value::Integer(i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(ends))
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(value),
        DeValue::Datetime(instant) => Value::Instant(instant.to_string()),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node_of(item, source)).collect()),
        DeValue::Table(table) => Value::Table(table_of(table, source)),
    };
    Node { value, place }
}

/// The tree of an empty file.
pub(super) fn empty(source: &Arc<SourceFile>) -> Node {
    Node { value: Value::Table(Table::default()), place: Place { source: Arc::clone(source), span: 0..0 } }
}
