//! The gate as Markdown for a pull request: what came out, then every condition of every option.

use std::fmt::Write as _;

use super::{Case, Standing, Suite, sentence, standing};
use crate::report::markdown::escaped;
use crate::report::number;
use crate::results::Results;

/// A heading, a sentence and a table; what failed and what is undecided stands first, and what holds is folded where there is much
/// of it.
#[must_use]
pub fn markdown(results: &Results, suites: &[Suite]) -> String {
    let title = if results.title.is_empty() { "untitled scenario" } else { &results.title };
    let outcome = words(standing(suites));
    // Writing to a String cannot fail.
    let mut out = format!("### gatecap: {}: {outcome}\n\n{}\n", escaped(title), escaped(&sentence(suites)));
    let rows = |passes: bool| -> Vec<(&Suite, &Case)> {
        let all = suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)));
        all.filter(|(_, case)| (case.standing == Standing::Pass) == passes).collect()
    };
    let (open, held) = (rows(false), rows(true));
    if !open.is_empty() {
        out.push_str(&table(&open));
    }
    if !held.is_empty() && open.is_empty() {
        out.push_str(&table(&held));
    } else if !held.is_empty() {
        let _ = write!(
            out,
            "\n<details><summary>{}</summary>\n{}\n</details>\n",
            number::counted(held.len(), "condition holds", "conditions hold"),
            table(&held)
        );
    }
    let wanted = &results.wanted;
    let _ = writeln!(
        out,
        "\nSimulated by gatecap {}, seed {}, {} replications; intervals at {} %.",
        results.gatecap,
        results.seed,
        wanted.replications,
        number::plain(results.confidence * 100.0)
    );
    out
}

fn table(rows: &[(&Suite, &Case)]) -> String {
    let mut out = "\n| option | condition | outcome | measured | decided by |\n|---|---|---|---|---|\n".to_string();
    for (suite, case) in rows {
        let why = if case.why.is_empty() { String::new() } else { format!(": {}", case.why) };
        let outcome = format!("{}{why}", words(case.standing));
        let cells = [suite.name.as_str(), &case.condition, &outcome, &case.measured, case.decided_by].map(escaped);
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

fn words(standing: Standing) -> &'static str {
    match standing {
        Standing::Pass => "holds",
        Standing::Undecided => "undecided",
        Standing::Fail => "missed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::gate::suites;

    #[test]
    fn tables_have_as_many_cells_as_heads_whatever_the_names_are() {
        let mut results = fixture::orders();
        results.options[0].name = "a|b\n<script>".into();
        results.title = "# x | `y`".into();
        let text = markdown(&results, &suites(&results));
        for line in text.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
        }
        assert!(text.starts_with("### gatecap: \\# x \\| \\`y\\`: missed\n") && !text.contains("<script"), "{text}");
        assert!(text.contains("| missed: no WAF on the API |") && text.contains("<details>"), "{text}");
    }
}
