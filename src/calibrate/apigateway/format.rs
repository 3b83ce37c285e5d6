//! The format of a stage's access log as the stage has it, pasted by the user: from it follow the keys of rows in JSON, and the
//! places of values in rows of any other shape (CLF, CSV, XML).

use std::collections::BTreeMap;

use super::loose::scan;
use super::names::{ITEMS, Item, item};

/// A format that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Rows are JSON, with these keys.
    Json(BTreeMap<Vec<u8>, Item>),
    /// Rows are texts around values.
    Text(Vec<Segment>),
}

/// A text, and the value behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What stands before the value.
    before: Vec<u8>,
    /// The value; `None` at the end of the format.
    value: Option<Option<Item>>,
}

/// A format cut into texts and variables (`$context.` and letters, digits, dots, underscores).
fn segments(format: &str) -> Vec<Segment> {
    let (mut segments, mut rest) = (Vec::new(), format);
    while let Some(at) = rest.find("$context.") {
        let (before, variable) = rest.split_at(at);
        let name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        let end = variable[1..].find(|c: char| !name(c)).map_or(variable.len(), |at| at + 1);
        let variable_name = variable[..end].trim_end_matches('.');
        rest = &variable[variable_name.len()..];
        let value = Some(item(variable_name.as_bytes(), 1));
        segments.push(Segment { before: before.as_bytes().to_vec(), value });
    }
    segments.push(Segment { before: rest.as_bytes().to_vec(), value: None });
    segments
}

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    /// What is wrong with it, as a message.
    pub fn parse(text: &str) -> Result<Format, String> {
        let text = text.trim();
        let segments = segments(text);
        let items: Vec<Item> = segments.iter().filter_map(|segment| segment.value.flatten()).collect();
        if segments.len() == 1 {
            return Err("`--format` holds no `$context.` variable, but the format of a stage's access log does".into());
        }
        if items.is_empty() {
            return Err("`--format` names no latency, time or status of a request, so there is nothing to read".into());
        }
        if !text.starts_with('{') {
            let touching = segments.iter().skip(1).any(|s| s.before.is_empty() && s.value.is_some());
            return if touching {
                Err("`--format` has two variables without anything between them: their values cannot be told apart"
                    .into())
            } else {
                Ok(Format::Text(segments))
            };
        }
        let mut keys = BTreeMap::new();
        let whole = scan(text.as_bytes(), |_, key, value| {
            if let Some(item) = value.starts_with(b"$context.").then(|| item(value, 1)).flatten() {
                keys.insert(key.to_vec(), item);
            }
        });
        if whole.is_none() {
            return Err("`--format` begins as JSON but does not end: paste the whole format".into());
        }
        Ok(Format::Json(keys))
    }
}

/// The values of a row that is text; `None` where the row is not of this format.
pub fn values<'a>(segments: &[Segment], row: &'a [u8]) -> Option<[Option<&'a [u8]>; ITEMS]> {
    let mut values = [None; ITEMS];
    let mut rest = row.strip_prefix(segments.first()?.before.as_slice())?;
    for pair in segments.windows(2) {
        let after = pair[1].before.as_slice();
        let last = pair[1].value.is_none();
        let end = match (after.is_empty(), last) {
            (true, _) => rest.len(),
            (false, true) => rest.len() - rest.ends_with(after).then_some(after.len())?,
            (false, false) => memchr::memmem::find(rest, after)?,
        };
        if let Some(Some(item)) = pair[0].value {
            values[item as usize] = Some(&rest[..end]);
        }
        rest = &rest[(end + after.len()).min(rest.len())..];
    }
    Some(values)
}
