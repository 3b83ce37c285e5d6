//! Rows of a CSV file: the wanted columns of one row after the other, and what is wrong with them by line. Constant memory.

use std::path::Path;

use super::fields::{Field, listing};
use super::tree::shorten;
use crate::issue::nearest;

/// Bad lines that are shown; the others are counted.
const SHOWN: usize = 5;

/// A column by its name in the header, or by its number from 1.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column<'a> {
    Name(&'a str),
    Number(usize),
}

/// Why a file gave no rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The file as a whole: "no such file".
    File(String),
    /// The wanted column `index` is not there.
    Column { index: usize, message: String, hint: String },
    /// Some lines, at most `SHOWN` of them, and how many there are.
    Lines { first: Vec<(u64, String)>, count: u64 },
}

impl Failure {
    /// Reports at `file`, the field that names the file, or at the field of `columns` that names the column.
    pub fn report(&self, file: &Field<'_>, columns: &[&Field<'_>]) {
        let name = file.text().map_or_else(|| file.name.clone(), shorten);
        match self {
            Failure::File(message) => file.sink.add(file.issue(format!("`{name}` cannot be read: {message}"))),
            Failure::Column { index, message, hint } => {
                let at = columns.get(*index).copied().unwrap_or(file);
                at.sink.add(at.issue(format!("{message} in `{name}`")).hint(hint.clone()));
            }
            Failure::Lines { first, count } => {
                for (i, (line, message)) in first.iter().enumerate() {
                    let issue = file.issue(format!("line {line} of `{name}`: {message}"));
                    let more = count - first.len() as u64;
                    let last = i + 1 == first.len() && more > 0;
                    file.sink.add(if last {
                        issue.note(format!("{more} more lines of the file are wrong"))
                    } else {
                        issue
                    });
                }
            }
        }
    }
}

/// What is wrong with the file itself, in words, if it cannot be opened as one.
pub(super) fn io_message(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::IsADirectory => "it is a directory".into(),
        _ => error.to_string(),
    }
}

/// Calls `each` with the cells of `columns` of every row; a text that it returns as an error is what is wrong with that line.
/// Gives the number of rows.
pub(super) fn read(
    path: &Path,
    header: bool,
    columns: &[Column<'_>],
    mut each: impl FnMut(&[&str]) -> Result<(), String>,
) -> Result<u64, Failure> {
    if path.is_dir() {
        return Err(Failure::File("it is a directory".into()));
    }
    let file = std::fs::File::open(path).map_err(|error| Failure::File(io_message(&error)))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut indexes: Vec<usize> = Vec::new();
    let (mut rows, mut first, mut count) = (0, Vec::new(), 0);
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(Failure::File(error.to_string())),
        }
        if indexes.is_empty() {
            indexes = find(columns, header.then_some(&record))?;
            if header {
                continue;
            }
        }
        rows += 1;
        let result = cells(&record, &indexes).and_then(|cells| each(&cells));
        if let Err(message) = result {
            count += 1;
            if first.len() < SHOWN {
                first.push((line_of_last(&reader), message));
            }
        }
    }
    if count > 0 {
        return Err(Failure::Lines { first, count });
    }
    if rows == 0 {
        return Err(Failure::File("it holds no rows".into()));
    }
    Ok(rows)
}

/// The line that the last record ended in. Its own position will not do: that is where the blank lines before it begin.
fn line_of_last(reader: &csv::Reader<std::fs::File>) -> u64 {
    let line = reader.position().line();
    // Only a last line without a line feed makes the reader see the end of the file.
    if reader.is_done() { line } else { line.saturating_sub(1) }
}

fn cells<'r>(record: &'r csv::ByteRecord, indexes: &[usize]) -> Result<Vec<&'r str>, String> {
    let cell = |&index: &usize| {
        let bytes = record
            .get(index)
            .ok_or_else(|| format!("it has {} columns, but column {} is wanted", record.len(), index + 1))?;
        std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_string())
    };
    indexes.iter().map(cell).collect()
}

/// Where each column stands, from 0. `header` is the first record where it names the columns.
fn find(columns: &[Column<'_>], header: Option<&csv::ByteRecord>) -> Result<Vec<usize>, Failure> {
    let names: Vec<String> = header.map(|record| record.iter().map(name_of).collect()).unwrap_or_default();
    let position = |(index, column): (usize, &Column<'_>)| match column {
        Column::Number(number) => Ok(number.saturating_sub(1)),
        Column::Name(wanted) => names.iter().position(|name| name == wanted).ok_or_else(|| {
            let hint = match nearest(wanted, names.iter().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None if names.is_empty() => "without a header, columns are numbers from 1: `column = 1`".into(),
                None => format!("its columns are {}", listing(names.iter().take(8).map(String::as_str))),
            };
            Failure::Column { index, message: format!("there is no column `{}`", shorten(wanted)), hint }
        }),
    };
    columns.iter().enumerate().map(position).collect()
}

fn name_of(bytes: &[u8]) -> String {
    let name = String::from_utf8_lossy(bytes);
    shorten(name.trim().trim_start_matches('\u{feff}'))
}
