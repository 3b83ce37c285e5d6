//! The screens of `validate` (known answers) and `check` (conditions): what was asked, what was found, whether it holds.

use super::excluded::excluded;
use super::table::{Align, Table};
use super::{Paint, outcome_mark, stopped, sweep, wrapped};
use crate::report::agreement;
use crate::report::judge::{Outcome, judge, objective_outcome, operating_point};
use crate::report::number;
use crate::results::{Agreement, Results, Validation};

/// Known answers and what was measured, with the count of those that hold and whether their deviations look like noise. The
/// built-in families take a line each, and of their answers only those that fail are shown, unless `all` are wanted.
#[must_use]
pub fn validate(results: &Results, all: bool, colour: bool) -> String {
    if results.validations.is_empty() {
        return "no expectation in these files\n".to_string();
    }
    let paint = Paint { colour };
    let families = results.known_answers.as_ref().map_or(&[][..], |known| &known.families);
    let mut out = String::new();
    let shown = |answer: &&Validation| all || families.is_empty() || !answer.pass;
    let answers: Vec<&Validation> = results.validations.iter().filter(shown).collect();
    if !answers.is_empty() {
        out.push_str(&answer_table(&answers).text(paint));
    }
    if !families.is_empty() {
        out.push_str(&family_table(families).text(paint));
    }
    out.push_str(&wrapped(&agreement::sentence(&Agreement::of("all", &results.validations)), "  "));
    out
}

fn answer_table(answers: &[&Validation]) -> Table {
    let mut table = Table::new(&[
        ("", Align::Mark),
        ("file", Align::Cut),
        ("metric", Align::Cut),
        ("expected", Align::Right),
        ("measured", Align::Right),
        ("allowed", Align::Right),
        ("z", Align::Right),
        ("verdict", Align::Left),
    ]);
    let folder = common_folder(answers);
    for answer in answers {
        table.row(vec![
            if answer.pass { "+".into() } else { "x".into() },
            answer.file[folder.len()..].to_string(),
            answer.metric.clone(),
            precise(answer.expected),
            answer.measured.map_or("-".into(), precise),
            format!("±{}", number::significant(answer.tolerance)),
            agreement::z(answer.z, "-"),
            if answer.pass { "holds".into() } else { "fails".into() },
        ]);
    }
    table
}

/// The folder in which all files are, with its slash: what need not be said of each.
fn common_folder<'a>(answers: &[&'a Validation]) -> &'a str {
    let parent = |path: &'a str| path.rfind('/').map_or("", |slash| &path[..=slash]);
    let mut folder = answers.first().map_or("", |answer| parent(&answer.file));
    while answers.iter().any(|answer| !answer.file.starts_with(folder)) {
        folder = parent(folder.trim_end_matches('/'));
    }
    folder
}

fn family_table(families: &[Agreement]) -> Table {
    let mut table = Table::new(&[
        ("", Align::Mark),
        ("built-in cases", Align::Left),
        ("cases", Align::Right),
        ("answers", Align::Right),
        ("hold", Align::Right),
        ("mean z", Align::Right),
        ("beyond 2", Align::Right),
        ("worst z", Align::Right),
    ]);
    for family in families {
        table.row(vec![
            if family.holds() { "+".into() } else { "x".into() },
            family.name.clone(),
            number::count(family.cases),
            number::count(family.answers),
            number::count(family.passed),
            agreement::z(family.mean_z, "-"),
            family.beyond_2.map_or("-".into(), number::percent),
            agreement::z(family.worst_z, "-"),
        ]);
    }
    table
}

/// Every condition of every option, or of a hops scenario, with what decided it.
#[must_use]
pub fn check(results: &Results, colour: bool) -> String {
    let paint = Paint { colour };
    let mut table = Table::new(&[
        ("", Align::Mark),
        ("option", Align::Cut),
        ("condition", Align::Wrap),
        ("verdict", Align::Wrap),
        ("decided by", Align::Left),
    ]);
    for option in judge(results) {
        for (i, check) in option.checks.iter().enumerate() {
            let label = if i == 0 { super::option_label(&option) } else { String::new() };
            let mark = outcome_mark(&check.outcome).to_string();
            table.row(vec![mark, label, check.text.clone(), words(&check.outcome), check.decided_by.to_string()]);
        }
    }
    if results.options.is_empty() {
        for objective in &results.wanted.objectives {
            let outcome = objective_outcome(objective, operating_point(results, None), false);
            let mark = outcome_mark(&outcome).to_string();
            table.row(vec![mark, "-".into(), objective.text.clone(), words(&outcome), "simulation".into()]);
        }
    }
    let mut out = stopped(results, paint);
    out.push_str(&paint.bold(wrapped(&sweep::question(results), "").trim_end()));
    out.push_str("\n\n");
    if table.is_empty() {
        out.push_str("no conditions: give some under `[objectives]`\n");
    } else {
        out.push_str(&table.text(paint));
    }
    out + &excluded(results, paint)
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Met => "holds".to_string(),
        Outcome::AfterRaise => "after a quota request".to_string(),
        Outcome::Unsettled(why) => format!("undecided: {why}"),
        Outcome::Missed(why) => why.clone(),
    }
}

/// Five significant digits: a known answer is compared to more than three.
pub(in crate::report) fn precise(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return number::plain(value);
    }
    number::fixed(value, (4.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn answers_are_counted_and_the_worst_is_named() {
        let screen = validate(&fixture::queue(), false, false);
        assert!(screen.contains("1 of 2 known answers of 2 cases hold"), "{screen}");
        assert!(screen.contains("worst +0.31 (mm1.toml, latency.mean)"), "{screen}");
        let failed = screen.lines().find(|line| line.starts_with("x mm4.toml")).unwrap_or_default();
        assert!(failed.contains("0.50000") && failed.ends_with("fails"), "{screen}");
    }

    #[test]
    fn built_in_answers_are_shown_by_family_and_those_that_fail_one_by_one() {
        let mut results = fixture::queue();
        results.known_answers = Some(fixture::known_answers());
        let screen = validate(&results, false, false);
        assert!(screen.contains("x mm4.toml") && !screen.contains("+ mm1.toml"), "{screen}");
        assert!(screen.contains("+ Token buckets") && screen.contains("x Loss"), "{screen}");
        assert!(validate(&results, true, false).contains("+ mm1.toml"));
    }

    #[test]
    fn conditions_of_every_option_are_listed() {
        let screen = check(&fixture::orders(), false);
        assert!(screen.contains("no WAF on the API"), "{screen}");
        assert_eq!(screen.lines().filter(|line| line.contains("latency.p99 <= 250ms")).count(), 6, "{screen}");
    }
}
