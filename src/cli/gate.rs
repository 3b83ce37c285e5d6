//! The verb that stops a pipeline: `check`, its exit status, and what it writes for pull requests and CI servers.

use gatecap::experiment::Control;
use gatecap::issue::{Issue, Issues};
use gatecap::report::gate::{self, Place, Standing, Suite};
use gatecap::report::terminal;
use gatecap::results::{Results, json};

use super::End;
use super::args;
use super::input::{self, Input};
use super::output::{self, is_stdout, print, remark};
use super::verbs::{Work, simulated};

/// `check`.
pub fn check(check: &args::Check) -> Result<End, Issues> {
    let flags = &check.simulating.flags;
    let files = [("--markdown", &check.markdown), ("--junit", &check.junit)];
    let on_stdout = files.map(|(flag, path)| (flag, path.as_deref().is_some_and(is_stdout)));
    output::only_one_on_stdout(&[("--json", flags.json), on_stdout[0], on_stdout[1]])?;
    let input = input::read(&check.simulating.input, input::overrides(flags)?)?;
    let input = input::of_options(input, &check.option)?;
    if input.source.scenario(&[])?.objectives.is_empty() {
        let issue = Issue::new("the scenario has no `[objectives]`, so there is nothing to check");
        return Err(vec![issue.hint("write [objectives] hold = [\"latency.p99 <= 250ms\"]")]);
    }
    for (flag, path) in files {
        path.iter().filter(|path| !is_stdout(path)).try_for_each(|path| output::check_file(path, flag))?;
    }
    let (computed, _) = simulated(&input, flags, Work { detail: true, ..Work::default() }, Control::default())?;
    if computed.stopped {
        return Ok(End::Interrupted);
    }
    let suites = gate::suites(&computed.results);
    write(check, &input, &computed.results, &suites)?;
    Ok(match gate::standing(&suites) {
        Standing::Pass => End::Done,
        Standing::Fail => End::Missed,
        Standing::Undecided => End::Undecided,
    })
}

/// Files first, so that a closed pipe on stdout keeps none from being written.
fn write(check: &args::Check, input: &Input, results: &Results, suites: &[Suite]) -> Result<(), Issues> {
    let mut text = None;
    let mut put = |flag, path: &Option<std::path::PathBuf>, content: &dyn Fn() -> String| match path {
        None => Ok(()),
        Some(path) if is_stdout(path) => {
            text = Some(content());
            Ok(())
        }
        Some(path) => output::write_text(path, flag, content()),
    };
    put("--markdown", &check.markdown, &|| gate::markdown(results, suites))?;
    put("--junit", &check.junit, &|| gate::junit(results, suites))?;
    if check.github {
        let said = gate::annotations(suites, |condition| place(check, input, condition));
        if !said.is_empty() {
            remark(said.trim_end());
        }
    }
    let text = text.unwrap_or_else(|| {
        if check.simulating.flags.json { json::pretty(results) } else { terminal::check(results, output::colour()) }
    });
    print(&text)
}

/// Where the scenario states a condition: its file, and the line where the file has it and `--set` did not put another in its place.
fn place(check: &args::Check, input: &Input, condition: &str) -> Option<Place> {
    let file = check.simulating.input.scenario.as_ref().filter(|path| !is_stdout(path))?;
    Some(Place { file: file.display().to_string(), at: input.source.document.place_of_objective(condition) })
}
