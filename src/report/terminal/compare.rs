//! The screen of `compare`: what got worse or better, and what is not told apart.

use super::table::{Align, Table};
use super::{Paint, wrapped};
use crate::report::compare::{UNITS, changes, outcome, rows, sentences, words};
use crate::results::compare::{Compared, Verdict};

/// What changed, the worst first; with `all` also what cannot be told apart and what is withheld.
#[must_use]
pub fn compare(compared: &Compared, all: bool, colour: bool) -> String {
    let paint = Paint { colour };
    let mut table = Table::new(&[
        ("", Align::Mark),
        ("point", Align::Cut),
        ("what", Align::Cut),
        ("A", Align::Right),
        ("B", Align::Right),
        ("difference (all at once)", Align::Wrap),
        ("outcome", Align::Left),
    ]);
    let (rows, left_out) = rows(compared, all);
    for row in rows {
        let mark = match row.verdict {
            Verdict::Worse => "x",
            Verdict::Better => "+",
            Verdict::NotToldApart | Verdict::Withheld => "?",
            Verdict::Higher | Verdict::Lower => "",
        };
        let outcome = words(row.verdict).to_string();
        table.row(vec![mark.into(), row.point, row.what, row.a, row.b, row.difference, outcome]);
    }
    let mut out = paint.bold(wrapped(&outcome(compared), "").trim_end());
    out.push_str("\n\n");
    if !table.is_empty() {
        out.push_str(&table.text(paint));
        let more = if left_out > 0 { format!("{left_out} more rows: --all. ") } else { String::new() };
        out.push_str(&wrapped(&format!("{more}{UNITS}"), ""));
    }
    for sentence in sentences(compared) {
        out.push_str(&wrapped(&sentence, "  "));
    }
    let changes = changes(compared);
    if !changes.is_empty() {
        out.push_str("\nthe scenarios differ in\n");
        out.extend(changes.iter().map(|line| format!("  {}", wrapped(line, "    "))));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::compare::tests::slower;
    use crate::report::terminal::WIDTH;

    #[test]
    fn every_row_fits_the_screen_and_says_what_came_out() {
        for all in [false, true] {
            let screen = compare(&slower(), all, false);
            assert!(screen.lines().all(|line| line.chars().count() <= WIDTH && line.trim_end() == line), "{screen}");
            let row = screen.lines().find(|line| line.contains("latency.p99")).unwrap_or_default();
            assert!(row.starts_with("x ") && row.ends_with("worse"), "{screen}");
            assert_eq!(all, screen.contains("withheld\n"), "{screen}");
            assert!(screen.contains("services.time: \"1|ms\" -> not stated"), "{screen}");
        }
    }
}
