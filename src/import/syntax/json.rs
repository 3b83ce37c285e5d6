//! JSON (RFC 8259) with what serde's data model has no room for: lines, keys that stand twice, numbers as written, texts that
//! follow each other in one file. Recursive, and no deeper than [`DEEPEST`].

use super::pairs::{Pairs, Step, path};
use super::{DEEPEST, Fault, MOST_REPEATED, MOST_VALUES, Parsed};
use crate::import::node::{Node, Value};

/// Reads all texts of a file; `None` where there is none.
pub fn read(text: &str) -> Result<Option<Parsed>, Fault> {
    let mut reader = Reader { text, at: 0, line: 1, values: 0, steps: Vec::new(), repeated: Vec::new() };
    reader.space();
    if reader.at == text.len() {
        return Ok(None);
    }
    let node = reader.value()?;
    let mut further = Vec::new();
    reader.space();
    while let Some(next) = reader.peek() {
        if !matches!(next, b'{' | b'[') {
            return Err(reader.found("but the document ended before it"));
        }
        further.push(reader.value()?);
        reader.space();
    }
    Ok(Some(Parsed { node, further, repeated: reader.repeated }))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    values: usize,
    steps: Vec<Step>,
    repeated: Vec<(String, Option<u32>)>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += u32::from(byte == b'\n');
            self.at += 1;
        }
    }

    /// "found `x`, but ..." at the present place.
    fn found(&self, but: &str) -> Fault {
        match self.text[self.at..].chars().next() {
            Some(c) => Fault::new(self.at, format!("found `{c}`, {but}")),
            None => Fault::new(self.at, format!("the file ends here, {but}")).hint("the file may be cut off"),
        }
    }

    fn value(&mut self) -> Result<Node, Fault> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(Fault::too_many(self.at));
        }
        let line = Some(self.line);
        let value = match self.peek() {
            Some(b'{') => self.table()?,
            Some(b'[') => self.list()?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { value, line })
    }

    fn word(&mut self) -> Result<Value, Fault> {
        let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        for (word, value) in words {
            if let Some(rest) = self.text[self.at..].strip_prefix(word)
                && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.found("but a JSON value belongs here"))
    }

    fn table(&mut self) -> Result<Value, Fault> {
        self.open()?;
        let mut pairs = Pairs::default();
        self.space();
        if self.close(b'}') {
            return Ok(pairs.into_value());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.found("but a key in double quotes belongs here"));
            }
            let line = self.line;
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.found("but a `:` belongs after a key"));
            }
            self.at += 1;
            self.space();
            self.steps.push(Step::Key(key));
            let mut node = self.value()?;
            node.line = Some(line);
            if let Some(Step::Key(key)) = self.steps.last()
                && pairs.has(key)
                && self.repeated.len() < MOST_REPEATED
            {
                self.repeated.push((path(&self.steps), Some(line)));
            }
            if let Some(Step::Key(key)) = self.steps.pop() {
                pairs.set(key, node);
            }
            if self.next_or_end(b'}')? {
                return Ok(pairs.into_value());
            }
        }
    }

    fn list(&mut self) -> Result<Value, Fault> {
        self.open()?;
        let mut entries = Vec::new();
        self.space();
        if self.close(b']') {
            return Ok(Value::List(entries));
        }
        loop {
            self.steps.push(Step::Entry(entries.len()));
            entries.push(self.value()?);
            self.steps.pop();
            if self.next_or_end(b']')? {
                return Ok(Value::List(entries));
            }
        }
    }

    fn open(&mut self) -> Result<(), Fault> {
        if self.steps.len() >= DEEPEST {
            return Err(Fault::too_deep(self.at));
        }
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, end: u8) -> bool {
        let closes = self.peek() == Some(end);
        self.at += usize::from(closes);
        closes
    }

    /// After a value: past a comma (`false`) or past the end of the table or list (`true`).
    fn next_or_end(&mut self, end: u8) -> Result<bool, Fault> {
        self.space();
        if self.close(end) {
            return Ok(true);
        }
        if self.peek() != Some(b',') {
            return Err(self.found(&format!("but `,` or `{}` belongs here", end as char)));
        }
        let comma = self.at;
        self.at += 1;
        self.space();
        if self.peek() == Some(end) {
            return Err(Fault::new(
                comma,
                format!("found `,` before `{}`, but JSON has none after the last entry", end as char),
            ));
        }
        Ok(false)
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        let mut escapes = false;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = true;
                    self.at += 2;
                }
                Some(0..=0x1f) => {
                    return Err(Fault::new(
                        self.at,
                        "found a line break or control character in a text, but JSON escapes them",
                    ));
                }
                Some(_) => self.at += 1,
                None => return Err(Fault::new(start, "this text has no closing quote").hint("the file may be cut off")),
            }
        }
        self.at += 1;
        let whole = &self.text[start..self.at];
        if !escapes {
            return Ok(whole[1..whole.len() - 1].to_string());
        }
        serde_json::from_str(whole)
            .map_err(|_| Fault::new(start, "this text holds a `\\` escape that JSON does not know"))
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        while let Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if is_number(text) {
            return Ok(Value::Number(text.to_string()));
        }
        Err(Fault::new(start, format!("found `{}`, but JSON writes numbers as `-12.5e3`", short(text))))
    }
}

/// At most 40 characters of a text.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// RFC 8259, section 6.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
