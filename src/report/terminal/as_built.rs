//! What is built today on screens: how full quotas are, what breaks first, what moving to each other option would change.

use super::table::{Align, Table};
use super::{Paint, wrapped};
use crate::report::as_built;
use crate::report::number;
use crate::results::Results;

/// Quotas that are shown without `all`, and every one that is nearly full.
const SHOWN: usize = 6;

/// How full quotas are; with `all` every one that is used, else the fullest. Empty where nothing is built.
pub(super) fn today(results: &Results, all: bool, paint: Paint) -> String {
    let rows = as_built::rows(results);
    let Some((number, _)) = as_built::built(results).filter(|_| !rows.is_empty()) else { return String::new() };
    let marked = rows.iter().filter(|row| !row.mark.is_empty()).count();
    let shown = if all { rows.len() } else { rows.len().min(SHOWN.max(marked)) };
    let services = results.wanted.services.map(number::counted_services).unwrap_or_default();
    let title = format!("today: what {services} as built (option {number}) and others use of each quota");
    let mut out = paint.bold(wrapped(&title, "").trim_end());
    out.push('\n');
    let mut table = Table::new(&[
        ("", Align::Mark),
        ("quota", Align::Cut),
        ("code", Align::Left),
        ("system", Align::Right),
        ("others", Align::Right),
        ("in force", Align::Right),
        ("used", Align::Right),
        ("left", Align::Right),
        ("raise?", Align::Left),
    ]);
    for row in rows.iter().take(shown) {
        let mark = match row.mark {
            "full" => "x",
            "nearly" => "^",
            _ => "",
        };
        let cells =
            [mark, &row.name, &row.code, &row.system, &row.others, &row.limit, &row.share, &row.headroom, &row.raise];
        table.row(cells.into_iter().map(String::from).collect());
    }
    out.push_str(&table.text(paint));
    if rows.len() > shown {
        let more = number::counted(rows.len() - shown, "more quota is used", "more quotas are used");
        out.push_str(&wrapped(&format!("{more}: --all"), "  "));
    }
    let traffic = match as_built::assumed_traffic(results) {
        Some(rate) => format!("traffic at the assumed {rate}, since none is stated"),
        None => "traffic at the peak".to_string(),
    };
    let units = format!("units as while a service is deployed, {traffic}; ^ 80 % or more is used, x nothing is left");
    out.push_str(&wrapped(&units, ""));
    out.push('\n');
    out
}

/// What breaks first, and a line for each move; empty where nothing is built.
pub(super) fn moves(results: &Results, paint: Paint) -> String {
    let first = as_built::first_break(results);
    if first.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n");
    out.push_str(&paint.bold(wrapped(&format!("{first}."), "").trim_end()));
    out.push('\n');
    for moved in as_built::moves(results) {
        out.push_str(&wrapped(&as_built::line(&moved), "  "));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::report::fixture;
    use crate::report::terminal::{limits, run, sweep};

    #[test]
    fn limits_begin_with_today_and_end_with_the_moves() {
        let screen = limits(&fixture::built(), false, false);
        assert!(
            screen.contains("today: what 4 services as built (option 2) and others use of each quota\n"),
            "{screen}"
        );
        let line = screen.lines().find(|line| line.starts_with("^ ALBs per Region")).unwrap_or_default();
        assert!(line.contains("L-53DA6B97") && line.contains("84 %") && line.ends_with("yes"), "{line}");
        let place = |text: &str| screen.find(text).unwrap_or(usize::MAX);
        assert!(place("2 rest-link-per-service") < place("1 http-fan-out"), "what is built comes first: {screen}");
        assert!(
            place("\nAs built (option 2), 16 more services fit; ")
                < place("\nall moved to option 5 (rest-alb-direct): holds"),
            "{screen}"
        );
        assert!(screen.contains("? note: every service goes through a VPC link V1 today: "), "{screen}");
    }

    #[test]
    fn every_screen_says_what_is_built() {
        for screen in [run(&fixture::built(), false), sweep(&fixture::built(), None, false)] {
            assert!(screen.contains("As built (option 2), 16 more services fit"), "{screen}");
            assert!(screen.contains("all moved to option 5 (rest-alb-direct): holds"), "{screen}");
            assert!(screen.contains("note: every service goes"), "{screen}");
        }
        assert!(!limits(&fixture::four(), true, false).contains("s built"));
    }
}
