//! Measured times: the `empirical` distribution, from a column of a file or from quantiles.

use super::fields::{Field, Fields};
use super::folder::Folder;
use super::laws::checked;
use super::rows;
use crate::random::Distribution;

const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];

/// More values than this are refused: a million order statistics say all that a simulation can use.
const MOST_VALUES: usize = 5_000_000;

pub(super) fn empirical(law: &Field<'_>, fields: &Fields<'_>, base: &Folder) -> Option<Distribution> {
    match (fields.get("file"), fields.get("quantiles")) {
        (Some(file), None) => from_file(&file, fields, base),
        (None, Some(points)) => {
            let points = points.list_of(|point| {
                let items = point.list()?;
                let [p, time] = items.as_slice() else {
                    return point.fault("must be a pair, as `[0.5, \"3ms\"]`");
                };
                let (p, time) = (p.probability(), time.duration());
                Some((p?, time?.0 as f64))
            })?;
            checked(fields, Distribution::quantiles(points))
        }
        _ => law.fault("takes exactly one of `file` and `quantiles`"),
    }
}

fn from_file(file: &Field<'_>, fields: &Fields<'_>, base: &Folder) -> Option<Distribution> {
    let column = fields.require("column", "the name of the column that holds the times");
    let unit = fields.get("unit").map(|f| f.choice(&UNITS));
    let (name, column) = (file.text()?, column?);
    let column_name = column.text()?;
    let unit = match unit {
        Some(unit) => unit?,
        None => match UNITS.iter().find(|(u, _)| column_name == *u || column_name.ends_with(&format!("_{u}"))) {
            Some((_, factor)) => *factor,
            None => {
                let issue = column.refusal("its name does not end in a unit: `_ns`, `_us`, `_ms` or `_s`");
                column.sink.add(issue.hint("say it beside the column: `unit = \"ms\"`"));
                return None;
            }
        },
    };
    let path = base.file(file, name)?;
    let mut values = Vec::new();
    let read = rows::read(&path, true, &[rows::Column::Name(column_name)], |cells| {
        let cell = cells.first().copied().unwrap_or("").trim();
        match cell.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 && value * unit <= 3e18 => {
                values.push((value * unit).round())
            }
            _ => return Err(format!("`{}` is not a time of 0 or more", super::tree::shorten(cell))),
        }
        if values.len() > MOST_VALUES { Err("a file may hold at most 5,000,000 times".into()) } else { Ok(()) }
    });
    if let Err(failure) = read {
        failure.report(file, &[&column]);
        return None;
    }
    checked(fields, Distribution::empirical(values))
}
