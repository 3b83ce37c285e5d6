//! `[workload] profile`: the rate over time as points, or as the bins of a CSV file with their counts.

use std::path::Path;

use super::fields::Field;
use super::folder::Folder;
use super::instant::nanoseconds;
use super::rows::{self, Failure};
use super::trace::{bin_length, column, column_of};
use super::tree::{Value, shorten};
use crate::units::Duration;

/// Points that a profile may have.
const MOST: usize = 100_000;

/// Factors of the rate at instants from the end of warm-up. With `load` false a file is not opened; the profile is then level.
pub(super) fn profile(field: &Field<'_>, base: &Folder, load: bool) -> Option<Vec<(Duration, f64)>> {
    let points = match &field.node.value {
        Value::Table(_) => from_file(field, base, load)?,
        _ => listed(field)?,
    };
    if points.last().is_some_and(|(_, factor)| *factor == 0.0) {
        return field.fault("must end with a factor above 0, or requests stop for ever");
    }
    Some(points)
}

fn listed(field: &Field<'_>) -> Option<Vec<(Duration, f64)>> {
    let mut points: Vec<(Duration, f64)> = Vec::new();
    for item in field.list()? {
        let fields = item.table()?;
        let at = fields.require("at", "an instant from the end of warm-up, as `\"0s\"`");
        let factor = fields.require("factor", "the rate over the stated one, as `1.0`");
        fields.finish();
        let at_time = at.as_ref().and_then(|f| f.duration());
        let factor =
            factor.and_then(|f| f.number(|x| (0.0..=1e6).contains(&x), "it must be a number from 0 to 1,000,000"));
        let (at_time, factor) = (at_time?, factor?);
        if points.last().is_some_and(|(last, _)| *last >= at_time) {
            return at?.refuse("instants of a profile must rise");
        }
        points.push((at_time, factor));
    }
    Some(points)
}

/// `{ file, column, count, header }`, as a trace has them: at the middle of each bin its count over the largest, so that the stated
/// rate is that of the busiest bin.
fn from_file(field: &Field<'_>, base: &Folder, load: bool) -> Option<Vec<(Duration, f64)>> {
    let fields = field.table()?;
    let file = fields.require("file", "the path of a CSV file, from the scenario's folder");
    let time = fields.require("column", "the column of the bins' beginnings: its name, or its number from 1");
    let count = fields.require("count", "the column of the counts: its name, or its number from 1");
    let header = fields.get("header").map_or(Some(true), |f| f.boolean());
    fields.finish();
    let (file, time, count, header) = (file?, time?, count?, header?);
    let (of_time, of_count) = (column_of(&time)?, column_of(&count)?);
    let path = base.file(&file, file.text()?)?;
    if !load {
        return Some(Vec::new());
    }
    match read(&path, header, &[column(&of_time), column(&of_count)]) {
        Ok(points) => Some(points),
        Err(failure) => {
            failure.report(&file, &[&time, &count]);
            None
        }
    }
}

fn read(path: &Path, header: bool, columns: &[rows::Column<'_>]) -> Result<Vec<(Duration, f64)>, Failure> {
    let (mut origin, mut at, mut counts) = (None, Vec::<u64>::new(), Vec::<u64>::new());
    rows::read(path, header, columns, |cells| {
        let cell = |index: usize| cells.get(index).copied().unwrap_or("").trim();
        let instant = nanoseconds(cell(0)).ok_or_else(|| {
            format!("`{}` is not an instant: RFC 3339, `YYYY-MM-DD HH:MM[:SS[.f]]`, or seconds", shorten(cell(0)))
        })?;
        let count = cell(1).parse().map_err(|_| format!("`{}` is not a count", shorten(cell(1))))?;
        let since = u64::try_from(instant - *origin.get_or_insert(instant)).ok();
        let Some(since) = since.filter(|since| at.last().is_none_or(|last| last < since)) else {
            return Err(format!("`{}` is not after the line above it, but instants must rise", shorten(cell(0))));
        };
        if at.len() < MOST {
            at.push(since);
            counts.push(count);
            return Ok(());
        }
        Err(format!("it is bin {}, but a profile may have at most {MOST}", MOST + 1))
    })?;
    let bin = bin_length(&at)?;
    let most = counts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return Err(Failure::File("it holds no requests".into()));
    }
    let point = |(&at, &count): (&u64, &u64)| (Duration(at + bin / 2), count as f64 / most as f64);
    Ok(at.iter().zip(&counts).map(point).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::scenario::Document;

    const HEAD: &str = "[[hop]]\nname = \"a\"\n[workload]\nrate = \"100/s\"\n";

    /// The profile that a file of bins gives, or all that is said about it.
    fn read(rows: &str, more: &str) -> Result<Vec<(f64, f64)>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("day.csv"), rows).unwrap();
        let text = format!("{HEAD}profile = {{ file = \"day.csv\", column = 1, count = 2, header = false{more} }}\n");
        let said =
            |issues: Vec<crate::issue::Issue>| issues.iter().map(|issue| issue.message.clone()).collect::<String>();
        let document = Document::parse(&text, "a.toml", folder.path()).map_err(said)?;
        let scenario = document.resolve(&[]).map_err(said)?;
        Ok(scenario.workload.profile.iter().map(|(at, factor)| (at.seconds(), *factor)).collect())
    }

    #[test]
    fn the_busiest_bin_has_the_stated_rate_at_its_middle() {
        let rows = "1998-05-04 22:00,50\n1998-05-04 22:01,200\n1998-05-04 22:02,100\n";
        assert_eq!(read(rows, "").unwrap(), [(30.0, 0.25), (90.0, 1.0), (150.0, 0.5)]);
    }

    #[test]
    fn files_that_are_no_profile_are_told_where() {
        for (rows, said) in [
            ("", "`day.csv` cannot be read: it holds no rows"),
            ("0,5\n", "`day.csv` cannot be read: it holds one bin, whose length cannot be told"),
            ("0,0\n60,0\n", "`day.csv` cannot be read: it holds no requests"),
            ("0,1\n60,1\n180,1\n", "bins 2 and 3 are 2min apart: a bin without arrivals needs a row with 0"),
            ("0,1\n60,x\n", "line 2 of `day.csv`: `x` is not a count"),
            ("0,1\n0,1\n", "line 2 of `day.csv`: `0` is not after the line above it, but instants must rise"),
            ("0,1\nnoon,1\n", "line 2 of `day.csv`: `noon` is not an instant"),
            ("0,1\n60,0\n", "must end with a factor above 0, or requests stop for ever"),
        ] {
            let found = read(rows, "").unwrap_err();
            assert!(found.contains(said), "{rows:?}: {found}");
        }
        assert!(read("0,1\n60,1\n", ", repeat = true").unwrap_err().contains("`repeat` is not a field"));
    }
}
