//! Dotted names of fields, as `workload.rate` or `hop.service.servers`, and putting other values in their place.

use std::path::PathBuf;
use std::sync::Arc;

use super::fields::listing;
use super::tree::{Entry, Node, Place, Table, Value, parse_value, shorten};
use crate::issue::{Issue, SourceFile, nearest};

/// Another value for a field: from `--set`, or a point of a sweep's axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Dotted name of the field. Elements of a list go by their number from 0 or by their `name`; `services` alone is
    /// `services.count`; keys with dots stand in double quotes.
    pub field: String,
    /// The value as TOML; what is no TOML value counts as text, since shells eat quotes.
    pub toml: String,
    /// Where it came from: `--set`, or the name of the axis.
    pub from: String,
}

impl Override {
    /// The value `toml` for `field`, from the command line.
    #[must_use]
    pub fn set(field: impl Into<String>, toml: impl Into<String>) -> Override {
        Override { field: field.into(), toml: toml.into(), from: "--set".into() }
    }
}

/// The parts of a dotted name with their bytes in it; `None` where a part is empty or a quote stays open.
fn parts(field: &str) -> Option<Vec<(String, std::ops::Range<usize>)>> {
    let mut parts = Vec::new();
    let mut start = 0;
    loop {
        let rest = field.get(start..)?;
        let (part, end) = match rest.strip_prefix('"') {
            Some(inside) => {
                let length = inside.find('"')?;
                (&inside[..length], start + length + 2)
            }
            None => {
                let length = rest.find('.').unwrap_or(rest.len());
                (rest[..length].trim(), start + length)
            }
        };
        if part.is_empty() {
            return None;
        }
        parts.push((part.to_string(), start..end));
        if end == field.len() {
            return Some(parts);
        }
        start = field.get(end..)?.strip_prefix('.').map(|_| end + 1)?;
    }
}

/// The full name of a field that has a short one.
fn full(field: &str) -> &str {
    if field.trim() == "services" { "services.count" } else { field.trim() }
}

/// The node that `field` names, if it is there.
pub(super) fn find<'a>(root: &'a Node, field: &str) -> Option<&'a Node> {
    parts(full(field))?.iter().try_fold(root, |node, (part, _)| match &node.value {
        Value::Table(table) => table.get(part).map(|entry| &entry.node),
        Value::List(items) => position(items, part).and_then(|i| items.get(i)),
        _ => None,
    })
}

/// The element of a list by its number from 0, or by its `name`.
fn position(items: &[Node], part: &str) -> Option<usize> {
    let named = |node: &Node| name_of(node).is_some_and(|name| name == part);
    items.iter().position(named).or_else(|| part.parse().ok().filter(|i| *i < items.len()))
}

fn name_of(node: &Node) -> Option<&str> {
    match node.table().and_then(|table| table.get("name")).map(|entry| &entry.node.value) {
        Some(Value::Text(name)) => Some(name),
        _ => None,
    }
}

/// Puts `change` into the tree; tables that are missing on the way are made.
///
/// # Errors
/// A name that is none, or a way through something that is neither a table nor such an element. A field that no table knows
/// is no error here: reading the tree finds it.
pub(super) fn apply(root: &mut Node, change: &Override) -> Result<(), Issue> {
    let field = full(&change.field);
    let path = if change.from == "--set" { "<command line>".to_string() } else { format!("<{}>", change.from) };
    let text = format!("{field}={}", change.toml);
    let source = Arc::new(SourceFile { path: PathBuf::from(path), text });
    let place = |span: std::ops::Range<usize>| Place { source: Arc::clone(&source), span };
    let Some(parts) = parts(field) else {
        let issue = place(0..field.len()).issue(format!("`{}` is not the name of a field", shorten(field)));
        return Err(issue.hint("names are dotted, as `workload.rate` or `hop.service.servers`"));
    };
    let value_place = place(field.len() + 1..source.text.len());
    let value = parse_value(&source, field.len() + 1)
        .unwrap_or_else(|| Node { value: Value::Text(change.toml.clone()), place: value_place });
    let mut node = root;
    for (i, (part, span)) in parts.iter().enumerate() {
        let last = i + 1 == parts.len();
        let here = place(span.clone());
        let shown = node.shown();
        node = match &mut node.value {
            Value::Table(table) if last => {
                table.set(Entry { key: part.clone(), key_place: here, node: value });
                return Ok(());
            }
            Value::Table(table) => step(table, part, here),
            Value::List(items) => {
                let Some(at) = position(items, part) else {
                    return Err(missing(items, part, &here));
                };
                if last {
                    items[at] = value;
                    return Ok(());
                }
                &mut items[at]
            }
            _ => return Err(here.issue(format!("`{field}` leads through {shown}, which has no fields"))),
        };
    }
    Ok(())
}

/// The value of `key`, an empty table where there was none.
fn step<'a>(table: &'a mut Table, key: &str, place: Place) -> &'a mut Node {
    let at = table.entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        let node = Node { value: Value::Table(Table::default()), place: place.clone() };
        table.entries.push(Entry { key: key.to_string(), key_place: place, node });
        table.entries.len() - 1
    });
    &mut table.entries[at].node
}

fn missing(items: &[Node], part: &str, here: &Place) -> Issue {
    let issue = here.issue(format!("there is no element `{}`", shorten(part)));
    let names: Vec<&str> = items.iter().filter_map(name_of).collect();
    match nearest(part, names.iter().copied()) {
        Some(name) => issue.hint(format!("did you mean `{name}`?")),
        None if names.is_empty() => issue.hint(format!("elements are 0 to {}", items.len().saturating_sub(1))),
        None => issue.hint(format!("elements are {}", listing(names))),
    }
}
