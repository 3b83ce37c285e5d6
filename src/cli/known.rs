//! The verbs that compare known answers: `validate`, and `report`, which may do so on the way.

use std::path::{Path, PathBuf};

use gatecap::experiment::known::{self, Case};
use gatecap::experiment::saturate::SearchError;
use gatecap::experiment::validate::validate_all;
use gatecap::experiment::{Control, PointError, Source};
use gatecap::issue::{Issue, Issues};
use gatecap::report::terminal;
use gatecap::results::{Results, directory, json};
use gatecap::scenario::Document;

use super::End;
use super::args::{self, Comparing};
use super::output::{self, print};
use super::progress::with_progress;
use super::verbs::{fault, on_threads};

/// A source with the name that its rows get.
type Named = (String, Source);

/// The scenarios that paths name: files, the `.toml` files of directories, by name, and built-in cases or families where there
/// is no file of that name.
fn named(paths: &[PathBuf]) -> Result<Vec<Named>, Issues> {
    let mut sources = Vec::new();
    let mut issues = Issues::new();
    let mut add = |name: String, read: Result<Source, Issues>| match read.and_then(checked) {
        Ok(source) => sources.push((name, source)),
        Err(more) => issues.extend(more),
    };
    for path in paths {
        let built_in = if path.exists() { Vec::new() } else { known::cases(&path.to_string_lossy()) };
        built_in.iter().for_each(|case| add(case.name.into(), case.source()));
        if built_in.is_empty() {
            for file in scenario_files(path)? {
                add(file.display().to_string(), Document::read(&file).map(Source::from));
            }
        }
    }
    if issues.is_empty() { Ok(sources) } else { Err(issues) }
}

fn checked(source: Source) -> Result<Source, Issues> {
    source.scenario(&[]).map(|_| source)
}

fn scenario_files(path: &Path) -> Result<Vec<PathBuf>, Issues> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let unreadable = |error| vec![Issue::new(format!("cannot read the folder `{}`: {error}", path.display()))];
    let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
        .map_err(unreadable)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    inside.sort();
    if inside.is_empty() {
        return Err(vec![Issue::new(format!("no `.toml` file in the folder `{}`", path.display()))]);
    }
    Ok(inside)
}

/// All built-in cases.
fn built_in() -> Result<Vec<Named>, Issues> {
    known::cases("").iter().map(|case| Ok((case.name.to_string(), case.source()?))).collect()
}

/// Simulates and compares; `None` where Ctrl-C stopped it.
fn compared(files: &[Named], comparing: &Comparing) -> Result<Option<Results>, Issues> {
    let (rows, _) = with_progress(comparing.quiet, |control: &Control| {
        on_threads(comparing.threads, || validate_all(files, control))
    });
    match rows? {
        Ok(rows) => Ok(Some(known::document(rows, &comparing.date))),
        Err(SearchError::Point(PointError::Stopped)) => Ok(None),
        Err(SearchError::Point(error)) => Err(fault(error)),
        Err(SearchError::Issues(issues)) => Err(issues),
    }
}

fn end(results: &Results) -> End {
    if results.validations.iter().all(|answer| answer.pass) { End::Done } else { End::Missed }
}

/// `validate`.
pub fn validate(flags: &args::Validate) -> Result<End, Issues> {
    if flags.list {
        let widest = known::cases("").iter().map(|case| case.name.len()).max().unwrap_or(0);
        let line = |case: &Case| {
            case.source()?.scenario(&[]).map(|scenario| format!("{:widest$}  {}", case.name, scenario.title))
        };
        let lines: Vec<String> = known::cases("").iter().map(line).collect::<Result<_, Issues>>()?;
        return print(&lines.join("\n")).map(|()| End::Done);
    }
    if let Some(name) = &flags.print {
        let Some(case) = known::cases("").into_iter().find(|case| case.name == name) else {
            let issue = Issue::new(format!("there is no built-in case `{name}`"));
            return Err(vec![issue.hint("`gatecap validate --list` prints their names")]);
        };
        return print(case.text).map(|()| End::Done);
    }
    let files = if flags.paths.is_empty() { built_in()? } else { named(&flags.paths)? };
    let Some(results) = compared(&files, &flags.comparing)? else { return Ok(End::Interrupted) };
    let text =
        if flags.json { json::pretty(&results) } else { terminal::validate(&results, flags.all, output::colour()) };
    print(&text)?;
    Ok(end(&results))
}

/// `report`.
pub fn report(args::Report { directory: dir, validate, comparing }: &args::Report) -> Result<End, Issues> {
    let mut results = directory::read(dir).map_err(|issue| vec![issue])?;
    let mut files = Vec::new();
    let mut ended = End::Done;
    if *validate {
        let Some(fresh) = compared(&built_in()?, comparing)? else { return Ok(End::Interrupted) };
        print(&terminal::validate(&fresh, false, output::colour()))?;
        ended = end(&fresh);
        results.known_answers = fresh.known_answers;
        files.push((directory::DOCUMENT.to_string(), json::pretty(&results).into_bytes()));
    }
    files.extend(output::pages(&results)?);
    directory::write_pages(dir, &files).map_err(|issue| vec![issue])?;
    print(&dir.join("report.html").display().to_string())?;
    Ok(ended)
}
