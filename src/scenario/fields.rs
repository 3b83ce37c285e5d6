//! Reading one table of a scenario: known keys, wanted types and ranges, and everything that is wrong, gathered. It knows
//! no table of the format by name.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use super::tree::{Entry, Node, Place, Table, Value};
use crate::issue::{Issue, Issues, nearest};
use crate::units::{self, Bytes, Duration, Probability, Rate, UnitError};

/// Counts may be 1 to this.
pub(super) const MOST: u64 = 100_000;

/// All that has been found wrong so far.
#[derive(Default)]
pub(super) struct Sink {
    issues: RefCell<Issues>,
}

impl Sink {
    pub fn add(&self, issue: Issue) {
        self.issues.borrow_mut().push(issue);
    }

    /// Gives the last issue a remedy, where its reporter knew none.
    pub fn hint_last(&self, hint: &str) {
        if let Some(issue) = self.issues.borrow_mut().last_mut().filter(|issue| issue.hint.is_none()) {
            issue.hint = Some(hint.into());
        }
    }

    /// How many issues there are.
    pub fn count(&self) -> usize {
        self.issues.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.issues.borrow().is_empty()
    }

    /// The issues in file order; those of other sources (option files, the command line) after those of `main`.
    pub fn into_issues(self, main: &std::path::Path) -> Issues {
        let mut issues = self.issues.into_inner();
        issues.sort_by_key(|issue| {
            let elsewhere = issue.source.as_ref().is_none_or(|source| source.path != main);
            (elsewhere, if elsewhere { 0 } else { issue.span.start })
        });
        issues
    }
}

/// A table being read. Every `get` makes its key a known one; `finish` complains about the others.
pub(super) struct Fields<'a> {
    pub sink: &'a Sink,
    pub place: &'a Place,
    table: &'a Table,
    title: String,
    prefix: String,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    /// The table `node`, called `title` in messages (as "`[run]`"); an issue and `None` where it is no table.
    pub fn new(sink: &'a Sink, node: &'a Node, title: impl Into<String>) -> Option<Fields<'a>> {
        let title = title.into();
        let Some(table) = node.table() else {
            sink.add(node.place.issue(format!("{title} is {}, but it must be a table", node.shown())));
            return None;
        };
        let known = RefCell::new(Vec::new());
        Some(Fields { sink, place: &node.place, table, title, prefix: String::new(), known })
    }

    /// The entry of `key`, which thereby is a known one.
    pub fn get(&self, key: &'static str) -> Option<Field<'a>> {
        self.known.borrow_mut().push(key);
        self.table.get(key).map(|entry| self.field(entry))
    }

    /// The same, and an issue where it is missing.
    pub fn require(&self, key: &'static str, hint: &str) -> Option<Field<'a>> {
        let field = self.get(key);
        if field.is_none() {
            self.sink.add(self.place.issue(format!("`{}{key}` is missing", self.prefix)).hint(hint));
        }
        field
    }

    /// Every entry, whatever its key; all of them are known thereby.
    pub fn every(&self) -> impl Iterator<Item = (&'a Entry, Field<'a>)> + '_ {
        self.table.entries.iter().map(|entry| (entry, self.field(entry)))
    }

    fn field(&self, entry: &'a Entry) -> Field<'a> {
        let name = format!("{}{}", self.prefix, entry.key);
        Field { sink: self.sink, name, key_place: &entry.key_place, node: &entry.node }
    }

    /// Complains about every key that was not asked for, with the nearest one that was.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for entry in self.table.entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let issue = entry.key_place.issue(format!("`{}` is not a field of {}", entry.key, self.title));
            self.sink.add(match nearest(&entry.key, known.iter().copied()) {
                Some(name) => issue.hint(format!("did you mean `{name}`?")),
                None if known.len() > 12 => issue.hint("`gatecap init` writes out what there is"),
                None => issue.hint(format!("its fields are {}", listing(known.iter().copied()))),
            });
        }
    }
}

/// Names in backticks: "`a`, `b` and `c`".
pub(super) fn listing<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "none".into(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// One `key = value`, with the readers of all types. A reader that fails has told the sink why.
pub(super) struct Field<'a> {
    pub sink: &'a Sink,
    /// As written under its table header: `retries.max`.
    pub name: String,
    pub key_place: &'a Place,
    pub node: &'a Node,
}

impl<'a> Field<'a> {
    /// An issue at the value.
    pub fn issue(&self, message: impl Into<String>) -> Issue {
        self.node.place.issue(message)
    }

    /// "`name` is VALUE, but ALLOWED", at the value; gives `None`, so that readers can end with it.
    pub fn refuse<T>(&self, allowed: impl AsRef<str>) -> Option<T> {
        self.sink.add(self.refusal(allowed));
        None
    }

    /// "`name` WHAT", at the value, for lists and tables that are wrong as a whole; gives `None`.
    pub fn fault<T>(&self, what: impl AsRef<str>) -> Option<T> {
        self.sink.add(self.issue(format!("`{}` {}", self.name, what.as_ref())));
        None
    }

    /// The issue that `refuse` reports, to be given a hint or a note.
    pub fn refusal(&self, allowed: impl AsRef<str>) -> Issue {
        self.issue(format!("`{}` is {}, but {}", self.name, self.node.shown(), allowed.as_ref()))
    }

    pub fn text(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => self.refuse("it must be text in quotes"),
        }
    }

    /// Text for people: no control characters, at most 300 characters.
    pub fn prose(&self) -> Option<String> {
        let text = self.text()?;
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return self.refuse("it may not hold control characters");
        }
        if text.chars().count() > 300 {
            return self.refuse("it may have at most 300 characters");
        }
        Some(text.to_string())
    }

    pub fn boolean(&self) -> Option<bool> {
        match self.node.value {
            Value::Boolean(value) => Some(value),
            _ => self.refuse("it must be `true` or `false`"),
        }
    }

    /// A whole number in `range`.
    pub fn count(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let allowed =
            || format!("it must be a whole number from {} to {}", grouped(*range.start()), grouped(*range.end()));
        match self.node.value {
            Value::Integer(number) => match u64::try_from(number) {
                Ok(number) if range.contains(&number) => Some(number),
                _ => self.refuse(allowed()),
            },
            _ => self.refuse(allowed()),
        }
    }

    /// A whole number from `least` to 100,000.
    pub fn small(&self, least: u64) -> Option<u32> {
        self.count(least..=MOST).and_then(|number| u32::try_from(number).ok())
    }

    /// A finite number for which `fits` holds; `allowed` says which do, as "it must be above 0".
    pub fn number(&self, fits: impl Fn(f64) -> bool, allowed: &str) -> Option<f64> {
        let number = match self.node.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => return self.refuse(allowed),
        };
        if number.is_finite() && fits(number) { Some(number) } else { self.refuse(allowed) }
    }

    /// A number above 0, at most a million.
    pub fn factor(&self) -> Option<f64> {
        self.number(|x| x > 0.0 && x <= 1e6, "it must be a number above 0, at most 1,000,000")
    }

    pub fn probability(&self) -> Option<f64> {
        let p = self.number(|x| Probability::new(x).is_some(), "it must be a number from 0 to 1")?;
        Some(p)
    }

    fn quantity<T>(&self, parse: fn(&str) -> Result<T, UnitError>, units: &str, example: &str) -> Option<T> {
        match &self.node.value {
            Value::Text(text) => match parse(text) {
                Ok(quantity) => Some(quantity),
                Err(error) => self.refuse(&error.0),
            },
            Value::Integer(_) | Value::Float(_) => {
                let written = self.node.place.text();
                let issue = self.refusal(format!("it needs a unit: {units}"));
                let unit = example.trim_start_matches(|c: char| c.is_ascii_digit());
                // A number that no unit makes right is not proposed again.
                let fits = parse(&format!("{written}{unit}")).is_ok();
                let hint = if fits { format!("write `\"{written}{unit}\"`") } else { format!("as `\"{example}\"`") };
                self.sink.add(issue.hint(hint));
                None
            }
            _ => self.refuse(format!("it must be text with a unit, as `\"{example}\"`")),
        }
    }

    /// A time of 0 or more.
    pub fn duration(&self) -> Option<Duration> {
        self.quantity(units::parse_duration, units::TIME_UNIT_NAMES, "30ms")
    }

    /// A time above 0.
    pub fn positive_duration(&self) -> Option<Duration> {
        let duration = self.duration()?;
        if duration.0 > 0 { Some(duration) } else { self.refuse("it must be above 0: the shortest is `1ns`") }
    }

    pub fn rate(&self) -> Option<Rate> {
        let rate = self.quantity(units::parse_rate, units::RATE_UNIT_NAMES, "100/s")?;
        if rate.per_second() <= 1e9 { Some(rate) } else { self.refuse("it may be at most `1000000000/s`") }
    }

    pub fn bytes(&self) -> Option<Bytes> {
        self.quantity(units::parse_bytes, units::BYTE_UNIT_NAMES, "2048B")
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let names = || {
            let names = listing(choices.iter().map(|(name, _)| *name)).replace(" and ", " or ");
            if choices.len() == 1 { names } else { format!("one of {names}") }
        };
        let Value::Text(text) = &self.node.value else {
            return self.refuse(format!("it must be {}", names()));
        };
        if let Some((_, value)) = choices.iter().find(|(name, _)| name == text) {
            return Some(*value);
        }
        let issue = self.refusal(format!("it must be {}", names()));
        self.sink.add(match nearest(text, choices.iter().map(|(name, _)| *name)) {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue,
        });
        None
    }

    /// The items of a list that is not empty, each a field called `name[i]`.
    pub fn list(&self) -> Option<Vec<Field<'a>>> {
        let Value::List(items) = &self.node.value else { return self.refuse("it must be a list in `[ ]`") };
        if items.is_empty() {
            self.sink.add(self.issue(format!("`{}` is empty, but it must hold at least one entry", self.name)));
            return None;
        }
        Some(items.iter().enumerate().map(|(i, node)| self.item(i, node)).collect())
    }

    fn item(&self, i: usize, node: &'a Node) -> Field<'a> {
        Field { sink: self.sink, name: format!("{}[{i}]", self.name), key_place: &node.place, node }
    }

    /// The items read by `read`; `None` if any of them fails.
    pub fn list_of<T>(&self, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<Vec<T>> {
        let items: Vec<Option<T>> = self.list()?.iter().map(read).collect();
        items.into_iter().collect()
    }

    /// The table that stands here; its fields are named `name.key`.
    pub fn table(&self) -> Option<Fields<'a>> {
        if self.node.table().is_none() {
            return self.refuse("it must be a table in `{ }`");
        }
        let mut fields = Fields::new(self.sink, self.node, format!("`{}`", self.name))?;
        fields.prefix = format!("{}.", self.name);
        Some(fields)
    }
}

/// `number` with commas between groups of three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
