//! The screens of `validate` (known answers) and `check` (conditions): what was asked, what was found, whether it holds.

use super::table::{Align, Table};
use super::{Paint, outcome_mark, stopped, sweep, wrapped};
use crate::report::judge::{Outcome, judge, objective_outcome, operating_point};
use crate::report::number;
use crate::results::{Results, Validation};

/// Every known answer and what was measured, with the count of those that hold.
#[must_use]
pub fn validate(results: &Results, colour: bool) -> String {
    if results.validations.is_empty() {
        return "no expectation in these files\n".to_string();
    }
    let paint = Paint { colour };
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
    for answer in &results.validations {
        table.row(vec![
            if answer.pass { "+".into() } else { "x".into() },
            answer.file.clone(),
            answer.metric.clone(),
            precise(answer.expected),
            answer.measured.map_or("-".into(), precise),
            format!("±{}", number::significant(answer.tolerance)),
            answer.z.map_or("-".into(), |z| format!("{z:+.2}")),
            if answer.pass { "holds".into() } else { "fails".into() },
        ]);
    }
    let mut out = table.text(paint);
    let passed = results.validations.iter().filter(|answer| answer.pass).count();
    let worst = worst(&results.validations)
        .map_or(String::new(), |(answer, z)| format!("; worst z {z:+.2}: {}, {}", answer.file, answer.metric));
    out.push_str(&wrapped(&format!("{passed} of {} known answers hold{worst}", results.validations.len()), "  "));
    out
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
    out
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Met => "holds".to_string(),
        Outcome::AfterRaise => "after a quota request".to_string(),
        Outcome::Unsettled(why) => format!("undecided: {why}"),
        Outcome::Missed(why) => why.clone(),
    }
}

/// The answer that lies furthest off, in standard errors.
pub(in crate::report) fn worst(validations: &[Validation]) -> Option<(&Validation, f64)> {
    let measured = validations.iter().filter_map(|answer| Some((answer, answer.z?)));
    measured.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
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
        let screen = validate(&fixture::queue(), false);
        assert!(screen.contains("1 of 2 known answers hold; worst z +0.31: mm1.toml, latency.mean"), "{screen}");
        let failed = screen.lines().find(|line| line.starts_with("x mm4.toml")).unwrap_or_default();
        assert!(failed.contains("0.50000") && failed.ends_with("fails"), "{screen}");
    }

    #[test]
    fn conditions_of_every_option_are_listed() {
        let screen = check(&fixture::orders(), false);
        assert!(screen.contains("no WAF on the API"), "{screen}");
        assert_eq!(screen.lines().filter(|line| line.contains("latency.p99 <= 250ms")).count(), 6, "{screen}");
    }
}
