//! The verb that holds two results against each other: `compare`.

use gatecap::issue::{Issue, Issues};
use gatecap::report::{compare as report, terminal};
use gatecap::results::compare::{Chosen, changes, compare as compare_results};
use gatecap::results::{directory, json};

use super::End;
use super::args;
use super::output::{self, is_stdout, print};

/// `compare`.
pub fn compare(flags: &args::Compare) -> Result<End, Issues> {
    let markdown_on_stdout = flags.markdown.as_deref().is_some_and(is_stdout);
    output::only_one_on_stdout(&[("--json", flags.json), ("--markdown", markdown_on_stdout)])?;
    let (a, b) = match (directory::read_either(&flags.a), directory::read_either(&flags.b)) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => return Err([a.err(), b.err()].into_iter().flatten().collect()),
    };
    let scenarios = directory::scenario_beside(&flags.a).zip(directory::scenario_beside(&flags.b));
    let chosen = Chosen { options: flags.option.clone(), metrics: flags.metric.clone() };
    let compared = compare_results(&a, &b, &chosen, scenarios.and_then(|(a, b)| changes(&a, &b)))
        .map_err(|issue: Issue| vec![issue])?;
    if let Some(path) = flags.markdown.as_ref().filter(|path| !is_stdout(path)) {
        output::write_text(path, "--markdown", report::markdown(&compared))?;
    }
    print(&match flags {
        args::Compare { json: true, .. } => json::comparison(&compared),
        _ if markdown_on_stdout => report::markdown(&compared),
        args::Compare { all, .. } => terminal::compare(&compared, *all, output::colour()),
    })?;
    Ok(if compared.is_worse() { End::Missed } else { End::Done })
}
