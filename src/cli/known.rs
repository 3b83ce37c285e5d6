//! The verbs that compare known answers: `validate`, and `report`, which may do so on the way.

use std::path::{Path, PathBuf};

use gatecap::experiment::known::{self, Case, Manner};
use gatecap::experiment::saturate::SearchError;
use gatecap::experiment::validate::validate_all;
use gatecap::experiment::{Control, PointError, Source};
use gatecap::issue::{Issue, Issues};
use gatecap::report::terminal;
use gatecap::results::{Results, directory, json};
use gatecap::scenario::{Document, Override};

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
    for path in paths {
        let built_in = if path.exists() { Vec::new() } else { known::cases(&path.to_string_lossy()) };
        for case in &built_in {
            sources.push((case.name.to_string(), case.source()?));
        }
        if !built_in.is_empty() {
            continue;
        }
        let files = scenario_files(path)?;
        if files.is_empty() {
            return Err(vec![Issue::new(format!("no `.toml` file in the folder `{}`", path.display()))]);
        }
        let before = sources.len();
        for file in files {
            match Document::read(&file).map(Source::from).and_then(checked) {
                // Folders may hold scenarios of other kinds too.
                Ok(source) if expects(&source) => sources.push((file.display().to_string(), source)),
                Ok(_) => {}
                Err(more) => issues.extend(more),
            }
        }
        if sources.len() == before && issues.is_empty() {
            issues.push(nothing_expected(path));
        }
    }
    if issues.is_empty() { Ok(sources) } else { Err(issues) }
}

/// A source whose scenario has nothing wrong.
fn checked(source: Source) -> Result<Source, Issues> {
    source.scenario(&[]).map(|_| source)
}

fn expects(source: &Source) -> bool {
    source.scenario(&[]).is_ok_and(|scenario| scenario.expect.is_some())
}

fn nothing_expected(path: &Path) -> Issue {
    let name = path.display();
    let issue = if path.is_dir() {
        Issue::new(format!("no scenario in the folder `{name}` has an `[expect]`"))
    } else {
        Issue::new(format!("the scenario `{name}` has no `[expect]`: there is nothing to compare"))
    };
    issue.hint("`[expect]` says what a metric must be: `\"latency.mean\" = { value = \"50ms\", within = 0.01 }`")
}

/// A file itself, or the `.toml` files of a folder and of those in it, by name.
fn scenario_files(path: &Path) -> Result<Vec<PathBuf>, Issues> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let unreadable = |error| vec![Issue::new(format!("cannot read the folder `{}`: {error}", path.display()))];
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)?.flatten() {
        let inside = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.extend(scenario_files(&inside)?);
        } else if inside.extension().is_some_and(|ending| ending == "toml") {
            files.push(inside);
        }
    }
    files.sort();
    Ok(files)
}

/// All built-in cases.
fn built_in() -> Result<Vec<Named>, Issues> {
    known::cases("").iter().map(|case| Ok((case.name.to_string(), case.source()?))).collect()
}

/// Simulates and compares; `None` where Ctrl-C stopped it.
fn compared(mut files: Vec<Named>, comparing: &Comparing) -> Result<Option<Results>, Issues> {
    let manner = Manner {
        date: comparing.date.clone(),
        reference: comparing.reference,
        samplers: comparing.samplers.clone().unwrap_or_default(),
    };
    if let Some(samplers) = &comparing.samplers {
        let wanted = Override::set("run.samplers", format!("\"{samplers}\""));
        files.iter_mut().for_each(|(_, source)| source.overrides.push(wanted.clone()));
    }
    let control = if manner.reference { Control::default().by_reference() } else { Control::default() };
    let (rows, _) = with_progress(comparing.quiet, control, |control: &Control| {
        on_threads(comparing.threads, || validate_all(&files, control))
    });
    match rows? {
        Ok(rows) => Ok(Some(known::document(rows, &manner))),
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
    let Some(results) = compared(files, &flags.comparing)? else { return Ok(End::Interrupted) };
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
        let Some(fresh) = compared(built_in()?, comparing)? else { return Ok(End::Interrupted) };
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
