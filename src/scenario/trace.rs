//! Recorded arrivals: a column of instants, or bins with counts, read from a CSV file in one pass.

use std::path::Path;
use std::sync::Arc;

use super::fields::{Field, Fields, grouped};
use super::folder::Folder;
use super::instant::nanoseconds;
use super::rows::{self, Column, Failure};
use super::tree::{Value, shorten};
use super::types::{Trace, TraceColumn};
use crate::units::Rate;

/// Arrivals that a trace may hold: 400 MB of instants.
const MOST: u64 = 50_000_000;

/// The longest trace: 100 years, as the longest duration of a file.
const LONGEST: i128 = 100 * 365 * 86_400 * 1_000_000_000;

/// The trace that `arrivals = { trace = { ... } }` names, its time rescaled to `rate` where one is given. With `load` false
/// the tables are checked and the file is not opened; the trace is then empty.
pub(super) fn trace(fields: &Fields<'_>, base: &Folder, rate: Option<Rate>, load: bool) -> Option<Trace> {
    let file = fields.require("file", "the path of a CSV file, from the scenario's folder");
    let column = fields.require("column", "the column of the instants: its name, or its number from 1");
    let count = fields.get("count");
    let header = fields.get("header").map_or(Some(true), |f| f.boolean());
    let repeat = fields.get("repeat").map_or(Some(false), |f| f.boolean());
    fields.finish();
    let (file, column) = (file?, column?);
    let (header, repeat) = (header?, repeat?);
    let time_column = column_of(&column)?;
    let count_column = match &count {
        Some(field) => Some(column_of(field)?),
        None => None,
    };
    let path = base.file(&file, file.text()?)?;
    let mut trace =
        Trace { file: path, column: time_column, count: count_column, header, at: Arc::default(), length: 0, repeat };
    if !load {
        return Some(trace);
    }
    let wanted: Vec<&Field<'_>> = std::iter::once(&column).chain(count.as_ref()).collect();
    match read(&trace.file, &trace.column, trace.count.as_ref(), header) {
        Ok((at, length)) => (trace.at, trace.length) = (Arc::new(at), length),
        Err(failure) => {
            failure.report(&file, &wanted);
            return None;
        }
    }
    if trace.length == 0 && (repeat || rate.is_some()) {
        return file.refuse("all its arrivals share one instant, which cannot go round or be rescaled");
    }
    if let Some(rate) = rate {
        rescale(&mut trace, rate);
    }
    Some(trace)
}

pub(super) fn column_of(field: &Field<'_>) -> Option<TraceColumn> {
    match &field.node.value {
        Value::Text(name) => Some(TraceColumn::Name(name.clone())),
        Value::Integer(_) => field.small(1).map(TraceColumn::Number),
        _ => field.refuse("it must be the name of a column, or its number from 1"),
    }
}

/// Stretches time so that the arrivals come at `rate` on average.
fn rescale(trace: &mut Trace, rate: Rate) {
    let wanted = trace.at.len() as f64 / rate.per_second() * 1e9;
    let factor = wanted / trace.length as f64;
    let scaled = trace.at.iter().map(|&at| (at as f64 * factor).round() as u64).collect();
    trace.at = Arc::new(scaled);
    trace.length = wanted.round() as u64;
}

pub(super) fn column(column: &TraceColumn) -> Column<'_> {
    match column {
        TraceColumn::Name(name) => Column::Name(name),
        TraceColumn::Number(number) => Column::Number(*number as usize),
    }
}

/// Rows as they come: the first instant, the one before, and the arrivals or bins since the first.
struct Rows {
    origin: Option<i128>,
    last: i128,
    at: Vec<u64>,
    counts: Vec<u64>,
    arrivals: u64,
}

impl Rows {
    fn add(&mut self, cells: &[&str], binned: bool) -> Result<(), String> {
        let cell = cells.first().copied().unwrap_or("");
        let at = nanoseconds(cell).ok_or_else(|| {
            format!("`{}` is not an instant: RFC 3339, `YYYY-MM-DD HH:MM[:SS[.f]]`, or seconds", shorten(cell))
        })?;
        let origin = *self.origin.get_or_insert(at);
        if !self.at.is_empty() && (at < self.last || (binned && at == self.last)) {
            let relation = if binned { "not after" } else { "before" };
            return Err(format!("`{}` is {relation} the line above it, but instants must rise", shorten(cell)));
        }
        if at - origin > LONGEST {
            return Err(format!("`{}` is more than 100 years after the first line", shorten(cell)));
        }
        let mut number = 1;
        if binned {
            let cell = cells.get(1).copied().unwrap_or("").trim();
            number = cell.parse().map_err(|_| format!("`{}` is not a count", shorten(cell)))?;
            if self.arrivals <= MOST {
                self.counts.push(number);
            }
        }
        self.arrivals = self.arrivals.saturating_add(number);
        self.last = at;
        // Beyond the most that a trace may hold, rows are only counted, for the message.
        if self.arrivals <= MOST {
            self.at.push(u64::try_from(at - origin).unwrap_or(0));
        }
        Ok(())
    }
}

/// The instants from the first row in nanoseconds, and the length of one round.
fn read(
    path: &Path,
    time: &TraceColumn,
    count: Option<&TraceColumn>,
    header: bool,
) -> Result<(Vec<u64>, u64), Failure> {
    let mut rows = Rows { origin: None, last: 0, at: Vec::new(), counts: Vec::new(), arrivals: 0 };
    let columns: Vec<Column<'_>> = std::iter::once(time).chain(count).map(column).collect();
    rows::read(path, header, &columns, |cells| rows.add(cells, count.is_some()))?;
    if rows.arrivals == 0 {
        return Err(Failure::File("it holds no arrivals".into()));
    }
    if rows.arrivals > MOST {
        let (found, most) = (grouped(rows.arrivals), grouped(MOST));
        return Err(Failure::File(format!("it holds {found} arrivals, but a trace may have at most {most}")));
    }
    if count.is_some() { spread(&rows) } else { Ok(one_pass(rows.at)) }
}

/// One round ends one mean gap after the last row.
fn one_pass(at: Vec<u64>) -> (Vec<u64>, u64) {
    let span = at.last().copied().unwrap_or(0);
    let gaps = at.len() as u64 - 1;
    let length = span + span.checked_div(gaps).unwrap_or(0);
    (at, length)
}

/// The arrivals of a bin stand evenly in it, half a gap from its ends.
fn spread(rows: &Rows) -> Result<(Vec<u64>, u64), Failure> {
    let bin = bin_length(&rows.at)?;
    let mut at = Vec::with_capacity(rows.arrivals as usize);
    for (&start, &number) in rows.at.iter().zip(&rows.counts) {
        at.extend(
            (0..number).map(|i| start + (u128::from(2 * i + 1) * u128::from(bin) / u128::from(2 * number)) as u64),
        );
    }
    Ok((at, rows.at.last().copied().unwrap_or(0) + bin))
}

/// The length of bins that begin at these instants, ns: the distance of any two that follow each other.
pub(super) fn bin_length(at: &[u64]) -> Result<u64, Failure> {
    let Some(bin) = at.windows(2).map(|pair| pair[1] - pair[0]).min() else {
        return Err(Failure::File("it holds one bin, whose length cannot be told".into()));
    };
    // A gap could be a quiet bin or a lost one: whoever wrote the file must say which.
    if let Some(gap) = at.windows(2).position(|pair| pair[1] - pair[0] != bin) {
        let (from, to) = (crate::units::Duration(bin), crate::units::Duration(at[gap + 1] - at[gap]));
        return Err(Failure::File(format!(
            "its bins are {from} apart, but bins {} and {} are {to} apart: a bin without arrivals needs a row with 0",
            gap + 1,
            gap + 2
        )));
    }
    Ok(bin)
}
