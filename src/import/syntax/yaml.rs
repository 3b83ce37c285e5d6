//! YAML 1.2 by the events of saphyr-parser: the tree is built here, on a stack of our own, so that depth, values and copies by aliases
//! have budgets. Plain scalars are read by the core schema, so `yes` and `on` are texts.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use super::pairs::{Pairs, Step, path};
use super::{DEEPEST, Fault, MOST_COPIED_BYTES, MOST_COPIES, MOST_REPEATED, MOST_VALUES, Parsed};
use crate::import::node::{Node, Value};

/// Reads all documents of a stream; `None` where none holds anything.
pub fn read(text: &str) -> Result<Option<Parsed>, Fault> {
    let mut builder = Builder { text, ..Builder::default() };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| builder.syntax(&error))?;
        builder.place = Place { line: span.start.line(), column: span.start.col() };
        builder.event(event)?;
    }
    let mut documents = builder.documents.into_iter();
    let Some(node) = documents.next() else { return Ok(None) };
    Ok(Some(Parsed { node, further: documents.collect(), repeated: builder.repeated }))
}

/// Line from 1, column in characters from 0.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn line(self) -> Option<u32> {
        u32::try_from(self.line).ok()
    }
}

/// How much a node holds, for the budgets.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    values: usize,
    bytes: usize,
    height: usize,
}

/// A finished node.
#[derive(Clone, Debug)]
struct Made {
    node: Node,
    extent: Extent,
    /// Whether it is a plain `<<`.
    merges: bool,
}

/// A table or list that is not finished.
#[derive(Debug)]
struct Frame {
    line: Option<u32>,
    anchor: usize,
    tag: Option<String>,
    extent: Extent,
    content: Content,
}

#[derive(Debug)]
enum Content {
    List(Vec<Node>),
    Table { pairs: Pairs, key: Option<Key>, merged: Vec<Node> },
}

#[derive(Debug)]
struct Key {
    text: String,
    line: Option<u32>,
    merges: bool,
}

#[derive(Debug, Default)]
struct Builder<'a> {
    text: &'a str,
    place: Place,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Made>,
    values: usize,
    copied: Extent,
    documents: Vec<Node>,
    repeated: Vec<(String, Option<u32>)>,
}

impl Builder<'_> {
    /// The byte at a place.
    fn byte(&self, place: Place) -> usize {
        let mut start = 0;
        for line in self.text.split_inclusive('\n').take(place.line.saturating_sub(1)) {
            start += line.len();
        }
        let line = self.text[start..].split('\n').next().unwrap_or("");
        start + line.char_indices().nth(place.column).map_or(line.len(), |(at, _)| at)
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.byte(self.place), message)
    }

    fn syntax(&self, error: &ScanError) -> Fault {
        let at = self.byte(Place { line: error.marker().line(), column: error.marker().col() });
        if error.info().contains("recursion limit") {
            return Fault::too_deep(at);
        }
        Fault::new(at, format!("this is not YAML: {}", error.info()))
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let merges = text == "<<" && style == ScalarStyle::Plain && tag.is_none();
                let tag = tag.as_deref();
                let value = scalar(&text, style == ScalarStyle::Plain && !tag.is_some_and(forces_text));
                let extent = Extent { values: 1, bytes: text.len(), height: 0 };
                let made = Made { node: Node { value, line: self.place.line() }, extent, merges };
                self.made(made, anchor, tag.and_then(function))
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag.as_deref(), Content::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                let content = Content::Table { pairs: Pairs::default(), key: None, merged: Vec::new() };
                self.open(anchor, tag.as_deref(), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, anchor: usize, tag: Option<&Tag>, content: Content) -> Result<(), Fault> {
        if self.frames.len() >= DEEPEST {
            return Err(Fault::too_deep(self.byte(self.place)));
        }
        if let Some(Frame { content: Content::Table { key: None, .. }, .. }) = self.frames.last() {
            let fault = self.fault("found a table or list as a key, but keys are texts");
            return Err(fault.hint("a template of another tool (`{{ ... }}`) must be filled in first"));
        }
        let tag = tag.and_then(function);
        self.frames.push(Frame { line: self.place.line(), anchor, tag, extent: Extent::default(), content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(Frame { line, anchor, tag, mut extent, content }) = self.frames.pop() else { return Ok(()) };
        let value = match content {
            Content::List(entries) => Value::List(entries),
            Content::Table { mut pairs, merged, .. } => {
                for (key, node) in merged.into_iter().filter_map(into_pairs).flatten() {
                    if !pairs.has(&key) {
                        pairs.set(key, node);
                    }
                }
                pairs.into_value()
            }
        };
        extent.values += 1;
        extent.height += 1;
        self.made(Made { node: Node { value, line }, extent, merges: false }, anchor, tag)
    }

    fn alias(&mut self, anchor: usize) -> Result<(), Fault> {
        let Some(extent) = self.anchors.get(&anchor).map(|made| made.extent) else {
            return Err(self.fault("this alias stands inside the value that it names, but a value cannot hold itself"));
        };
        self.copy(extent)?;
        if self.frames.len() + extent.height > DEEPEST {
            return Err(Fault::too_deep(self.byte(self.place)));
        }
        let Some(mut made) = self.anchors.get(&anchor).cloned() else { return Ok(()) };
        made.merges = false;
        self.made(made, 0, None)
    }

    fn copy(&mut self, extent: Extent) -> Result<(), Fault> {
        self.copied.values += extent.values;
        self.copied.bytes += extent.bytes;
        if self.copied.values > MOST_COPIES || self.copied.bytes > MOST_COPIED_BYTES {
            let mib = MOST_COPIED_BYTES >> 20;
            return Err(self.fault(format!(
                "anchors and aliases copy more than {MOST_COPIES} values or {mib} MiB, the most that is followed"
            )));
        }
        Ok(())
    }

    /// A finished node goes where it belongs.
    fn made(&mut self, mut made: Made, anchor: usize, tag: Option<String>) -> Result<(), Fault> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(Fault::too_many(self.byte(self.place)));
        }
        if let Some(tag) = tag {
            let line = made.node.line;
            made.node = Node { value: Value::Table(vec![(tag, made.node)]), line };
            made.extent.values += 1;
            made.extent.height += 1;
        }
        if anchor > 0 {
            self.copy(made.extent)?;
            self.anchors.insert(anchor, made.clone());
        }
        if self.frames.is_empty() {
            if made.node.value != Value::Null {
                self.documents.push(made.node);
            }
            return Ok(());
        }
        self.place_in_frame(made)
    }

    fn place_in_frame(&mut self, made: Made) -> Result<(), Fault> {
        let Some(mut frame) = self.frames.pop() else { return Ok(()) };
        frame.extent.values += made.extent.values;
        frame.extent.bytes += made.extent.bytes;
        frame.extent.height = frame.extent.height.max(made.extent.height);
        match &mut frame.content {
            Content::List(entries) => entries.push(made.node),
            Content::Table { pairs, key, merged } => match key.take() {
                None => {
                    let text = if made.node.value == Value::Null { Some("null") } else { made.node.text() };
                    let Some(text) = text else {
                        return Err(self.fault("found a table or list as a key, but keys are texts"));
                    };
                    *key = Some(Key { text: text.to_string(), line: made.node.line, merges: made.merges });
                }
                Some(key) if key.merges && mergeable(&made.node) => match made.node.value {
                    Value::List(nodes) => merged.extend(nodes),
                    _ => merged.push(made.node),
                },
                Some(Key { text, line, .. }) => {
                    if pairs.has(&text) && self.repeated.len() < MOST_REPEATED {
                        let mut steps = self.steps();
                        steps.push(Step::Key(text.clone()));
                        self.repeated.push((path(&steps), line));
                    }
                    pairs.set(text, Node { line, ..made.node });
                }
            },
        }
        self.frames.push(frame);
        Ok(())
    }

    /// The steps to the frame that was last taken off.
    fn steps(&self) -> Vec<Step> {
        let step = |frame: &Frame| match &frame.content {
            Content::List(entries) => Step::Entry(entries.len()),
            Content::Table { key, .. } => Step::Key(key.as_ref().map_or_else(String::new, |key| key.text.clone())),
        };
        self.frames.iter().map(step).collect()
    }
}

/// Whether a node may stand at `<<`: a table, or a list of tables.
fn mergeable(node: &Node) -> bool {
    match &node.value {
        Value::Table(_) => true,
        Value::List(nodes) => nodes.iter().all(|node| node.table().is_some()),
        _ => false,
    }
}

fn into_pairs(node: Node) -> Option<Vec<(String, Node)>> {
    if let Value::Table(pairs) = node.value { Some(pairs) } else { None }
}

/// Whether a tag makes a text of a plain scalar: `!!str`, or the bare `!`.
fn forces_text(tag: &Tag) -> bool {
    (tag.is_yaml_core_schema() && tag.suffix == "str") || (tag.handle.is_empty() && tag.suffix == "!")
}

/// The key that a local tag stands for: `!Ref` and `!Condition` by their own names, every other as `Fn::...`.
fn function(tag: &Tag) -> Option<String> {
    let local = tag.handle == "!" && !tag.suffix.is_empty();
    local.then(|| match &*tag.suffix {
        name @ ("Ref" | "Condition") => name.to_string(),
        name if name.starts_with("Fn::") => name.to_string(),
        name => format!("Fn::{name}"),
    })
}

/// The value of a scalar by YAML's core schema; numbers keep their text, so that `012345678901` stays the account that it is.
fn scalar(text: &str, plain: bool) -> Value {
    if !plain {
        return Value::Text(text.to_string());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(text) => Value::Number(text.to_string()),
        _ => Value::Text(text.to_string()),
    }
}

/// Whether a plain scalar is a decimal number.
fn is_number(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let body_is =
        body.starts_with(|c: char| c.is_ascii_digit() || c == '.') && body.contains(|c: char| c.is_ascii_digit());
    body_is
        && body.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        && body.parse::<f64>().is_ok()
}
